//! `conditional_range_sum` with explicit vectors: a step of the indices and a masked addition.

use super::ConditionalRangeSum;
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use fearless_simd::{Select, Simd, SimdBase};
use fearless_simd_macros::simd;

pub(super) fn run(c: ChunkArgs<'_, '_, ConditionalRangeSum>) -> Result<(), Error> {
    let (from, to) = super::bounds(c.chunk);
    c.out[0] = at_level!(c.level, simd => sum(simd, from, to));
    Ok(())
}

/// Vectors per round, a multiple of 3: whatever the width, a round then advances every lane by a
/// multiple of 3, so that a lane sees one remainder only.
const VECTORS: usize = 6;

#[simd]
fn sum<S: Simd>(simd: S, from: i64, to: i64) -> i64 {
    let step = (VECTORS * S::i64s::LEN) as i64;
    let lane = |r: usize, j: usize| (r * S::i64s::LEN + j) as i64;
    let all = |x: i64| S::i64s::splat(simd, x);
    let none = all(0);
    let mut acc = [none; VECTORS];
    // What depends on the lane alone the compiler knows: to make it of `from`, lane by lane, took longer than a short sum.
    let mut index: [S::i64s; VECTORS] =
        std::array::from_fn(|r| S::i64s::from_fn(simd, |j| lane(r, j)) + all(from));
    let missing = all((3 - from % 3) % 3);
    let third: [_; VECTORS] =
        std::array::from_fn(|r| S::i64s::from_fn(simd, |j| lane(r, j) % 3).simd_eq(missing));
    // The optimiser folds loops over scalars, not loops over vectors: this one stays as written.
    for _ in 0..(to - from) / step {
        for r in 0..VECTORS {
            acc[r] += third[r].select(index[r], none);
            index[r] += all(step);
        }
    }
    // The last round, in which not every lane counts.
    let mut sum = none;
    for r in 0..VECTORS {
        sum += acc[r] + (third[r] & index[r].simd_lt(to)).select(index[r], none);
    }
    sum.reduce_sum()
}
