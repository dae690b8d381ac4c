//! `range_sum` with explicit vectors: two additions per vector of indices, nothing else.

use super::{RangeSum, RangeSums};
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use fearless_simd::{Select, Simd, SimdBase};
use fearless_simd_macros::simd;

pub(super) fn one(c: ChunkArgs<'_, '_, RangeSum>) -> Result<(), Error> {
    let (from, to) = super::bounds(c.chunk);
    c.out[0] = at_level!(c.level, simd => sum(simd, from, to));
    Ok(())
}

pub(super) fn many(c: ChunkArgs<'_, '_, RangeSums>) -> Result<(), Error> {
    at_level!(c.level, simd => sums(simd, c.input, c.out));
    Ok(())
}

#[simd]
fn sums<S: Simd>(simd: S, limits: &[i64], sums: &mut [i64]) {
    for (sum_below, limit) in sums.iter_mut().zip(limits) {
        *sum_below = sum(simd, 0, *limit);
    }
}

/// Vectors of indices in flight: enough to hide the latency of an addition, few enough for 16
/// registers to hold them and their sums.
const VECTORS: usize = 6;

#[simd]
fn sum<S: Simd>(simd: S, from: i64, to: i64) -> i64 {
    let width = S::i64s::LEN as i64;
    let step = VECTORS as i64 * width;
    let mut acc = [S::i64s::splat(simd, 0); VECTORS];
    let mut index: [S::i64s; VECTORS] =
        std::array::from_fn(|r| S::i64s::from_fn(simd, |j| from + r as i64 * width + j as i64));
    // The optimiser folds loops over scalars, not loops over vectors: this one stays as written.
    let rounds = (to - from) / step;
    for _ in 0..rounds {
        for (acc, index) in acc.iter_mut().zip(&mut index) {
            *acc += *index;
            *index += S::i64s::splat(simd, step);
        }
    }
    // The last round, in which not every lane counts.
    let none = S::i64s::splat(simd, 0);
    let mut sum = none;
    for (acc, index) in acc.into_iter().zip(index) {
        sum += acc + index.simd_lt(to).select(index, none);
    }
    sum.reduce_sum()
}
