//! `pi` in plain Rust: one loop over the points, and the compiler does the rest.

use super::Pi;
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use crate::sample::splitmix64;
use fearless_simd::Simd;
use fearless_simd_macros::simd;

pub(super) fn run(c: ChunkArgs<'_, '_, Pi>) -> Result<(), Error> {
    let (from, to) = (c.chunk.row, c.chunk.row + c.chunk.rows);
    c.out[0] = at_level!(c.level, level => hits(level, c.args.seed, from, to));
    Ok(())
}

#[simd]
fn hits<S: Simd>(_: S, seed: u64, from: u64, to: u64) -> u64 {
    let mut hits = 0u64;
    for i in from..to {
        let z = splitmix64(seed, i);
        let (x, y) = (z >> 32, z & 0xFFFF_FFFF);
        // No carry out: a sum of 64 bits with one is smaller than either term.
        hits = hits.wrapping_add(u64::from((x * x).wrapping_add(y * y) >= x * x));
    }
    hits
}
