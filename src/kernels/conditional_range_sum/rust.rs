//! `conditional_range_sum` in plain Rust: arrays of lanes, and the compiler does the rest.

use super::ConditionalRangeSum;
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use fearless_simd::Simd;
use fearless_simd_macros::simd;
use std::hint::black_box;

pub(super) fn run(c: ChunkArgs<'_, '_, ConditionalRangeSum>) -> Result<(), Error> {
    let (from, to) = super::bounds(c.chunk);
    c.out[0] = at_level!(c.level, level => sum(level, from, to));
    Ok(())
}

/// Indices and sums in lanes: a multiple of 3, so a lane meets one remainder only.
const LANES: usize = 48;

#[simd]
fn sum<S: Simd>(_: S, from: i64, to: i64) -> i64 {
    let mut acc = [0; LANES];
    let mut index: [i64; LANES] = std::array::from_fn(|j| from + j as i64);
    let mask = index.map(|index| if index % 3 == 0 { -1 } else { 0 });
    let rounds = (to - from) / LANES as i64;
    let mut round = 0;
    // Opaque once per round, so that the loop is not folded into a formula.
    while black_box(round) < rounds {
        for j in 0..LANES {
            acc[j] += index[j] & mask[j];
        }
        for index in &mut index {
            *index += LANES as i64;
        }
        round += 1;
    }
    // The last round, in which not every lane counts.
    let last = |j: usize| if index[j] < to { index[j] & mask[j] } else { 0 };
    (0..LANES).map(|j| acc[j] + last(j)).sum()
}
