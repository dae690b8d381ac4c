//! `escape` in plain Rust: arrays of orbits, and the compiler does the rest.
//!
//! Orbits go side by side in lanes. Up to [`WIDTH`] neighbours of a row begin together, and the next
//! pixels take their lanes when the last of them has left the disc of radius 2. All lanes make
//! [`STEPS`] updates, a block, between two tests: the SIMD variant says why that is enough. The block
//! that an orbit did not end inside is made once more, with a test after every update, which gives
//! the exact count.
#![allow(clippy::needless_range_loop)] // by index, all arrays of lanes walk together

use super::pool::Pool;
use super::view::Pixels;
use super::{Args, Escape};
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use crate::{Chunk, Error};
use fearless_simd::Simd;
use fearless_simd_macros::simd;
use num_complex::Complex64;
use std::hint::black_box;

/// Four vectors of AVX-512: enough to hide the latency of an update, few enough for the registers.
const LANES: usize = 32;

/// Lanes of neighbours: the more there are, the longer some wait for the last.
const WIDTH: usize = 8;

/// Updates between two tests.
const STEPS: usize = 8;

/// What a lane without an orbit counts from.
const NONE: i64 = i64::MIN / (2 * STEPS as i64);

pub(super) fn run(c: ChunkArgs<'_, '_, Escape>) -> Result<(), Error> {
    at_level!(c.level, level => escape(level, c.args, c.chunk, c.out));
    Ok(())
}

#[simd]
pub(super) fn escape<S: Simd>(_: S, args: &Args, chunk: Chunk, counts: &mut [u32]) {
    let blocks = args.max_iter.div_ceil(STEPS as u64) as i64;
    let mut waiting = Waiting { args, pixels: args.grid().pixels(chunk), counts };
    let mut orbits = Orbits::none();
    let mut started: [Started<'_>; LANES / WIDTH] = Default::default();
    let mut live = 0;
    for (i, started) in started.iter_mut().enumerate() {
        *started = waiting.begin(&mut orbits, i * WIDTH);
        live += usize::from(!started.counts.is_empty());
    }
    while live > 0 {
        orbits.block();
        for (i, started) in started.iter_mut().enumerate() {
            started.tests += 1;
            let inside = started.tests < blocks && orbits.are_inside(started.tests, i * WIDTH);
            if started.counts.is_empty() || inside {
                continue;
            }
            orbits.count(i * WIDTH, args.max_iter, started.counts);
            *started = waiting.begin(&mut orbits, i * WIDTH);
            live -= usize::from(started.counts.is_empty());
        }
    }
}

/// Neighbours whose orbits have begun; none if there are no counts.
#[derive(Default)]
struct Started<'c> {
    counts: &'c mut [u32],
    /// Tests since then.
    tests: i64,
}

/// Orbits in lanes, at a cache line: a vector that lies across two is slow to load.
#[repr(align(64))]
struct Orbits {
    re: [f64; LANES],
    im: [f64; LANES],
    c_re: [f64; LANES],
    c_im: [f64; LANES],
    /// Where each was at the last test that it passed, or began.
    in_re: [f64; LANES],
    in_im: [f64; LANES],
    /// How many tests it passed.
    passed: [i64; LANES],
}

/// One update of each orbit.
#[inline(always)]
fn update<const N: usize>(re: &mut [f64; N], im: &mut [f64; N], c_re: &[f64; N], c_im: &[f64; N]) {
    for k in 0..N {
        let (re2, im2) = (re[k] * re[k], im[k] * im[k]);
        im[k] = (re[k] + re[k]) * im[k] + c_im[k];
        re[k] = re2 - im2 + c_re[k];
    }
}

/// Whether a point is in the disc of radius 2.
#[inline(always)]
fn is_inside(re: f64, im: f64) -> bool {
    re * re + im * im <= 4.0
}

impl Orbits {
    /// No orbits.
    #[inline(always)]
    fn none() -> Orbits {
        let zero = [0.0; LANES];
        let passed = [NONE; LANES];
        Orbits { re: zero, im: zero, c_re: zero, c_im: zero, in_re: zero, in_im: zero, passed }
    }

    /// Puts an orbit into lane `k`, to be counted there or not.
    #[inline(always)]
    fn put(&mut self, k: usize, z: Complex64, c: Complex64, counted: bool) {
        (self.re[k], self.im[k]) = (z.re, z.im);
        (self.in_re[k], self.in_im[k]) = (z.re, z.im);
        (self.c_re[k], self.c_im[k]) = (c.re, c.im);
        self.passed[k] = if counted { 0 } else { NONE };
    }

    /// Updates of all, and a test.
    #[inline(always)]
    fn block(&mut self) {
        // Opaque, so that it stays a loop: LLVM puts unrolled updates in order orbit by orbit.
        for _ in 0..black_box(STEPS) {
            update(&mut self.re, &mut self.im, &self.c_re, &self.c_im);
        }
        for k in 0..LANES {
            let inside = is_inside(self.re[k], self.im[k]);
            self.in_re[k] = if inside { self.re[k] } else { self.in_re[k] };
            self.in_im[k] = if inside { self.im[k] } else { self.in_im[k] };
            self.passed[k] += i64::from(inside);
        }
    }

    /// Whether an orbit in the lanes from `first` on has passed all tests.
    #[inline(always)]
    fn are_inside(&self, tests: i64, first: usize) -> bool {
        let mut any = false;
        for passed in &self.passed[first..first + WIDTH] {
            any |= *passed == tests;
        }
        any
    }

    /// The counts of the orbits in the lanes from `first` on, none of which is inside.
    #[inline(always)]
    fn count(&self, first: usize, max_iter: u64, counts: &mut [u32]) {
        let part = |x: &[f64; LANES]| std::array::from_fn(|k| x[first + k]);
        let (mut re, mut im) = (part(&self.in_re), part(&self.in_im));
        let (c_re, c_im) = (part(&self.c_re), part(&self.c_im));
        let mut n = [0; WIDTH];
        for (k, n) in n.iter_mut().enumerate() {
            *n = self.passed[first + k] * STEPS as i64 + 1;
        }
        for _ in 0..STEPS {
            update::<WIDTH>(&mut re, &mut im, &c_re, &c_im);
            for (k, n) in n.iter_mut().enumerate() {
                *n += i64::from(is_inside(re[k], im[k]));
            }
        }
        for (count, n) in counts.iter_mut().zip(n) {
            if n > 0 {
                *count = n.min(max_iter as i64) as u32;
            }
        }
    }
}

/// The pixels of a chunk that have not begun.
struct Waiting<'a, 'c> {
    args: &'a Args,
    pixels: Pixels,
    counts: &'c mut [u32],
}

impl<'c> Waiting<'_, 'c> {
    /// Begins the orbits of the next neighbours of which one has a lane, if there are any left.
    #[inline(always)]
    fn begin(&mut self, orbits: &mut Orbits, first: usize) -> Started<'c> {
        loop {
            let counts = self.take(orbits, first);
            if counts.is_empty() || orbits.are_inside(0, first) {
                return Started { counts, tests: 0 };
            }
        }
    }

    /// Puts the orbits of the next neighbours into lanes. Those that may come back are counted at once.
    #[inline(always)]
    fn take(&mut self, orbits: &mut Orbits, first: usize) -> &'c mut [u32] {
        let row = self.pixels.next(self.counts.len().min(WIDTH));
        let counts = self.counts.split_off_mut(..row.len).unwrap_or_default();
        for k in 0..WIDTH {
            let (z, c) = self.args.orbit(row.point(k));
            orbits.put(first + k, z, c, Pool::is_safe(c) & (k < row.len));
        }
        for (k, count) in counts.iter_mut().enumerate() {
            if orbits.passed[first + k] < 0 {
                let (z, c) = self.args.orbit(row.point(k));
                *count = updates(z, c, self.args.max_iter as u32);
            }
        }
        counts
    }
}

/// How many updates an orbit makes, the plain way.
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
