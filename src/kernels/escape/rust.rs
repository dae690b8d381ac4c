//! `escape` in plain Rust: one pixel after another.

use super::{Args, Escape};
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use crate::{Chunk, Error};
use fearless_simd::Simd;
use fearless_simd_macros::simd;
use num_complex::Complex64;

pub(super) fn run(c: ChunkArgs<'_, '_, Escape>) -> Result<(), Error> {
    at_level!(c.level, level => escape(level, c.args, c.chunk, c.out));
    Ok(())
}

#[simd]
pub(super) fn escape<S: Simd>(_: S, args: &Args, chunk: Chunk, counts: &mut [u32]) {
    let mut pixels = args.grid().pixels(chunk);
    for counts in counts.chunks_exact_mut(chunk.cols as usize) {
        let row = pixels.next(counts.len());
        for (k, count) in counts.iter_mut().enumerate() {
            let (z, c) = args.orbit(row.point(k));
            *count = updates(z, c, args.max_iter as u32);
        }
    }
}

/// How many updates an orbit makes.
#[inline(always)]
pub(super) fn updates(mut z: Complex64, c: Complex64, max_iter: u32) -> u32 {
    let (mut re2, mut im2) = (z.re * z.re, z.im * z.im);
    for n in 1..max_iter {
        z.im = (z.re + z.re) * z.im + c.im;
        z.re = re2 - im2 + c.re;
        (re2, im2) = (z.re * z.re, z.im * z.im);
        let bounded = re2 + im2 <= 4.0;
        if !bounded {
            return n;
        }
    }
    max_iter
}
