//! What SIMD variants share on top of `fearless_simd`: elements with a vector type, and sums in a
//! fixed number of lanes. Tails and unrolling live here, so a SIMD variant has neither.
//!
//! Element `i` of a sum goes to lane `i mod LANES`, and the lanes are folded by a fixed tree.
//! `LANES` depends on the element type, not on the CPU, so every level gives the same bits:
//! AVX-512 holds the lanes in 8 registers, AVX2 in 16, SSE2 in 32. `csrc/lanes.h` says the same in C.

use bytemuck::Pod;
use fearless_simd::{Simd, SimdBase, SimdFloatElement};
use std::ops::{Add, AddAssign, Mul};

/// A floating-point type with vectors: `f64` or `f32`. `Native<S>` is the widest vector of the
/// level `S`.
pub trait Real:
    Pod
    + Send
    + Sync
    + PartialOrd
    + Default
    + std::fmt::Debug
    + Add<Output = Self>
    + AddAssign
    + Mul<Output = Self>
    + Into<f64>
    + SimdFloatElement
{
    /// How many lanes sums of this type have: 512 bytes of them, eight registers of AVX-512,
    /// which is what hides the latency of an addition.
    const LANES: usize;
    /// `LANES` numbers.
    type Lanes: Pod + AsRef<[Self]> + AsMut<[Self]>;
    /// Unit roundoff: half the distance from 1 to the next number.
    const ROUNDOFF: f64;
    /// All lanes zero.
    fn zero_lanes() -> Self::Lanes;
}

impl Real for f64 {
    const LANES: usize = 64;
    type Lanes = [f64; 64];
    const ROUNDOFF: f64 = f64::EPSILON / 2.0;
    #[inline(always)]
    fn zero_lanes() -> Self::Lanes {
        [0.0; 64]
    }
}

impl Real for f32 {
    const LANES: usize = 128;
    type Lanes = [f32; 128];
    const ROUNDOFF: f64 = f32::EPSILON as f64 / 2.0;
    #[inline(always)]
    fn zero_lanes() -> Self::Lanes {
        [0.0; 128]
    }
}

/// Folds the lanes by a fixed tree, halving each time: lane `j` takes lane `j + width`.
#[inline(always)]
pub fn fold_lanes<T: Real>(mut lanes: T::Lanes) -> T {
    fold(lanes.as_mut())
}

#[inline(always)]
fn fold<T: Real>(lanes: &mut [T]) -> T {
    let mut width = lanes.len() / 2;
    while width > 0 {
        let (low, high) = lanes.split_at_mut(width);
        low.iter_mut().zip(high).for_each(|(a, b)| *a += *b);
        width /= 2;
    }
    lanes[0]
}

/// How many vectors are summed in registers at a time, and over how many rows of lanes before
/// the next vectors of the same rows. A row of AVX-512 (8 vectors) or AVX2 (16) goes whole; 64
/// rows make what it costs to load and store the sums vanish. Four times 8 of the 32 vectors of
/// SSE2 and NEON, because a sum that is spilled costs as much as a load; few rows, so that memory
/// is still read in order.
const fn pass(in_row: usize) -> (usize, usize) {
    if in_row <= 16 { (in_row, 64) } else { (8, 2) }
}

/// Registers that hold a row of lanes at the narrowest level (SSE2, NEON: 16 bytes each).
const MAX_REGISTERS: usize = 512 / 16;

/// Sums `term` over the elements of `operands` in fixed lanes: `|[x, y]| x * y` makes a dot
/// product. Elements beyond the end of the first operand are ignored.
///
/// The last vector is filled up with zeros, so the term of zeros must be zero.
///
/// # Panics
/// When an operand is shorter than the first.
#[inline(always)]
pub fn sum_in_lanes<S: Simd, T: Real, const K: usize>(
    simd: S,
    operands: [&[T]; K],
    term: impl Fn([T::Native<S>; K]) -> T::Native<S>,
) -> T {
    let n = operands[0].len();
    let (rows, whole) = (n / T::LANES, n - n % T::LANES);
    let mut grids: [&[T::Lanes]; K] = [&[]; K];
    let mut tails: [&[T]; K] = [&[]; K];
    for (k, operand) in operands.into_iter().enumerate() {
        grids[k] = &bytemuck::cast_slice(&operand[..whole])[..rows];
        tails[k] = &operand[whole..n];
    }
    let mut lanes = T::zero_lanes();
    add_rows::<S, T, K>(simd, grids, rows, &mut lanes, &term);
    if n > whole {
        add_tail::<S, T, K>(simd, tails, n - whole, &mut lanes, &term);
    }
    fold_vectors(simd, &lanes)
}

/// Adds whole rows of lanes.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // by index, all K grids walk together
fn add_rows<S: Simd, T: Real, const K: usize>(
    simd: S,
    grids: [&[T::Lanes]; K],
    rows: usize,
    lanes: &mut T::Lanes,
    term: &impl Fn([T::Native<S>; K]) -> T::Native<S>,
) {
    let in_row = T::LANES / T::Native::<S>::LEN;
    let (per_pass, rows_per_pass) = pass(in_row);
    for from in (0..rows).step_by(rows_per_pass) {
        let to = rows.min(from + rows_per_pass);
        for first in (0..in_row).step_by(per_pass) {
            let mut sums = [T::Native::<S>::splat(simd, T::default()); MAX_REGISTERS];
            for (r, sum) in sums[..per_pass].iter_mut().enumerate() {
                *sum = vector::<S, T>(simd, lanes, first + r);
            }
            for row in from..to {
                for (r, sum) in sums[..per_pass].iter_mut().enumerate() {
                    // A loop where `map` would read better: a closure called from `core` may
                    // stay a call, because `core` is compiled for the baseline.
                    let mut x = [T::Native::<S>::splat(simd, T::default()); K];
                    for k in 0..K {
                        x[k] = vector::<S, T>(simd, &grids[k][row], first + r);
                    }
                    *sum += term(x);
                }
            }
            for (r, sum) in sums[..per_pass].iter().enumerate() {
                let at = (first + r) * T::Native::<S>::LEN;
                sum.store_slice(&mut lanes.as_mut()[at..at + T::Native::<S>::LEN]);
            }
        }
    }
}

/// Vector `r` of a row of lanes.
#[inline(always)]
fn vector<S: Simd, T: Real>(simd: S, row: &T::Lanes, r: usize) -> T::Native<S> {
    let width = T::Native::<S>::LEN;
    T::Native::<S>::from_slice(simd, &row.as_ref()[r * width..(r + 1) * width])
}

/// Adds the `len` elements after the last whole row.
#[inline(always)]
fn add_tail<S: Simd, T: Real, const K: usize>(
    simd: S,
    tails: [&[T]; K],
    len: usize,
    lanes: &mut T::Lanes,
    term: &impl Fn([T::Native<S>; K]) -> T::Native<S>,
) {
    let width = T::Native::<S>::LEN;
    let whole = len - len % width;
    let mut add = |at: usize, x: [T::Native<S>; K]| {
        let held = &mut lanes.as_mut()[at..at + width];
        (T::Native::<S>::from_slice(simd, held) + term(x)).store_slice(held);
    };
    let mut x = [T::Native::<S>::splat(simd, T::default()); K];
    for at in (0..whole).step_by(width) {
        for (x, tail) in x.iter_mut().zip(&tails) {
            *x = T::Native::<S>::from_slice(simd, &tail[at..at + width]);
        }
        add(at, x);
    }
    if len > whole {
        for (x, tail) in x.iter_mut().zip(&tails) {
            let or_zero = |i: usize| tail.get(whole + i).copied().unwrap_or_default();
            *x = T::Native::<S>::from_fn(simd, or_zero);
        }
        add(whole, x);
    }
}

/// [`fold_lanes`], in whole vectors as long as there is more than one.
#[inline(always)]
fn fold_vectors<S: Simd, T: Real>(simd: S, lanes: &T::Lanes) -> T {
    let mut count = T::LANES / T::Native::<S>::LEN;
    let mut sums = [T::Native::<S>::splat(simd, T::default()); MAX_REGISTERS];
    for (r, sum) in sums[..count].iter_mut().enumerate() {
        *sum = vector::<S, T>(simd, lanes, r);
    }
    while count > 1 {
        count /= 2;
        // By index: only this form is unrolled early enough for the sums to stay in registers.
        for r in 0..count {
            let high = sums[r + count];
            sums[r] += high;
        }
    }
    let mut last = sums[0].to_array();
    fold(last.as_mut())
}

/// Replaces every `y[i]` by `f(y[i], x[i])`, a vector at a time. What `f` makes of the zeros that
/// fill up the last vector is thrown away. Elements of the longer slice are left alone.
#[inline(always)]
pub fn update<S: Simd, T: Real>(
    simd: S,
    y: &mut [T],
    x: &[T],
    f: impl Fn(T::Native<S>, T::Native<S>) -> T::Native<S>,
) {
    let width = T::Native::<S>::LEN;
    let (mut y, mut x) = (y.chunks_exact_mut(UNROLL * width), x.chunks_exact(UNROLL * width));
    for (y, x) in y.by_ref().zip(x.by_ref()) {
        for at in (0..UNROLL * width).step_by(width) {
            let (y, x) = (&mut y[at..at + width], &x[at..at + width]);
            let both = (T::Native::<S>::from_slice(simd, y), T::Native::<S>::from_slice(simd, x));
            f(both.0, both.1).store_slice(y);
        }
    }
    for (y, x) in y.into_remainder().chunks_mut(width).zip(x.remainder().chunks(width)) {
        let or_zero = |from: &[T], i: usize| from.get(i).copied().unwrap_or_default();
        let before = T::Native::<S>::from_fn(simd, |i| or_zero(y, i));
        let after = f(before, T::Native::<S>::from_fn(simd, |i| or_zero(x, i)));
        for (i, y) in y.iter_mut().enumerate() {
            *y = after[i];
        }
    }
}

/// Vectors per turn of the loop in [`update`]: as many as hide the price of the turn.
const UNROLL: usize = 4;

#[cfg(all(test, feature = "kernels"))]
mod tests {
    use super::*;
    use crate::Level;
    use crate::sample::Sampled;
    use fearless_simd::dispatch;
    use fearless_simd_macros::simd;

    #[simd]
    fn products<S: Simd, T: Real>(simd: S, x: &[T], y: &[T]) -> T {
        sum_in_lanes(simd, [x, y], |[x, y]| x * y)
    }

    /// The definition, word for word.
    fn one_by_one<T: Real>(x: &[T], y: &[T]) -> T {
        let mut lanes = T::zero_lanes();
        for (i, (x, y)) in x.iter().zip(y).enumerate() {
            lanes.as_mut()[i % T::LANES] += *x * *y;
        }
        fold_lanes::<T>(lanes)
    }

    fn lanes_are_fixed<T: Sampled>() {
        let most = 66 * T::LANES + 1;
        let (x, y) = (T::uniform(most, 1), T::uniform(most + 5, 2));
        let around_blocks = [2, 3, 4, 63, 64, 65].map(|rows| rows * T::LANES);
        let near = around_blocks.into_iter().flat_map(|n| n - 1..=n + 1);
        for n in (0..=T::LANES + 1).chain(near).chain([most]) {
            let want = one_by_one(&x[..n], &y);
            for level in Level::available() {
                let got = dispatch!(level.simd(), simd => products(simd, &x[..n], &y));
                assert_eq!(bytemuck::bytes_of(&got), bytemuck::bytes_of(&want), "{n} at {level}");
            }
        }
    }

    #[test]
    fn every_level_sums_in_the_same_lanes() {
        lanes_are_fixed::<f64>();
        lanes_are_fixed::<f32>();
    }
}
