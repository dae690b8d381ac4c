//! `range_sum` in plain Rust: an array of lanes, and the compiler does the rest.

use super::{RangeSum, RangeSums};
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use fearless_simd::Simd;
use fearless_simd_macros::simd;
use std::hint::black_box;

pub(super) fn one(c: ChunkArgs<'_, '_, RangeSum>) -> Result<(), Error> {
    let (from, to) = super::bounds(c.chunk);
    c.out[0] = at_level!(c.level, level => sum(level, from, to));
    Ok(())
}

pub(super) fn many(c: ChunkArgs<'_, '_, RangeSums>) -> Result<(), Error> {
    at_level!(c.level, level => sums(level, c.input, c.out));
    Ok(())
}

#[simd]
fn sums<S: Simd>(level: S, limits: &[i64], sums: &mut [i64]) {
    for (sum_below, limit) in sums.iter_mut().zip(limits) {
        *sum_below = sum(level, 0, *limit);
    }
}

/// Indices and sums in lanes: two registers of AVX-512, four of AVX2.
const LANES: usize = 16;

#[simd]
fn sum<S: Simd>(_: S, from: i64, to: i64) -> i64 {
    let mut acc = [0; LANES];
    let mut index: [i64; LANES] = std::array::from_fn(|j| from + j as i64);
    let rounds = (to - from) / LANES as i64;
    let mut round = 0;
    // The optimiser must not know how often the loop runs, or it folds the loop into a formula. One
    // opaque number per round of lanes decides that, and no sum waits for it.
    while black_box(round) < rounds {
        for j in 0..LANES {
            acc[j] += index[j];
        }
        for index in &mut index {
            *index += LANES as i64;
        }
        round += 1;
    }
    // The last round, in which not every lane counts.
    let last = index.map(|index| if index < to { index } else { 0 });
    (0..LANES).map(|j| acc[j] + last[j]).sum()
}
