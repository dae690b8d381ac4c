//! `pi` with explicit vectors.

use super::Pi;
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use crate::sample::GOLDEN_GAMMA;
use fearless_simd::{Select, Simd, SimdBase, SimdInt};
use fearless_simd_macros::simd;

pub(super) fn run(c: ChunkArgs<'_, '_, Pi>) -> Result<(), Error> {
    let (from, to) = (c.chunk.row, c.chunk.row + c.chunk.rows);
    c.out[0] = at_level!(c.level, simd => hits(simd, c.args.seed, from, to));
    Ok(())
}

/// Vectors of points in flight: the chain behind one point is some twenty cycles long.
const VECTORS: usize = 4;

#[simd]
fn hits<S: Simd>(simd: S, seed: u64, from: u64, to: u64) -> u64 {
    let width = S::u64s::LEN as u64;
    let step = VECTORS as u64 * width;
    let place = |r: usize, j: usize| r as u64 * width + j as u64;
    let state = |i: u64| seed.wrapping_add((from + i + 1).wrapping_mul(GOLDEN_GAMMA));
    let mut states: [S::u64s; VECTORS] =
        std::array::from_fn(|r| S::u64s::from_fn(simd, |j| state(place(r, j))));
    let mut misses = [S::u64s::splat(simd, 0); VECTORS];
    let rounds = (to - from) / step;
    for _ in 0..rounds {
        for (state, misses) in states.iter_mut().zip(&mut misses) {
            *misses = missed(mix(*state)).select(*misses + 1, *misses);
            *state += step.wrapping_mul(GOLDEN_GAMMA);
        }
    }
    // The last round, in which not every lane counts.
    let left = to - from - rounds * step;
    let mut all = S::u64s::splat(simd, 0);
    for r in 0..VECTORS {
        let inside = S::u64s::from_fn(simd, |j| place(r, j)).simd_lt(left);
        let last = missed(mix(states[r])) & inside;
        all += last.select(misses[r] + 1, misses[r]);
    }
    to - from - all.reduce_sum()
}

/// SplitMix64's output from its state.
#[inline(always)]
fn mix<S: Simd, V: SimdInt<S, Element = u64>>(z: V) -> V {
    let z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
    let z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
    z ^ (z >> 31)
}

/// Whether x*x + y*y has a carry out, that is x*x > 2^64 - 1 - y*y. The halves are below 2^32, so the
/// compiler multiplies 32 bits by 32 bits.
#[inline(always)]
fn missed<S: Simd, V: SimdInt<S, Element = u64>>(z: V) -> V::Mask {
    let (x, y) = (z >> 32, z & 0xFFFF_FFFF);
    (x * x).simd_gt(!(y * y))
}
