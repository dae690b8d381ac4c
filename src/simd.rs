//! What SIMD variants share on top of `fearless_simd`: elements with a vector type, and sums in a
//! fixed number of lanes. Tails and unrolling live here, so a SIMD variant has neither.
//!
//! Element `i` of a sum goes to lane `i mod LANES`, and the lanes are folded by a fixed tree.
//! `LANES` depends on the element type, not on the CPU, so every level gives the same bits:
//! AVX-512 holds the lanes in 8 registers, AVX2 in 16, SSE2 in 32. `csrc/lanes.h` says the same in C.

mod partial;

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

/// Vectors that hold a row of lanes at the level `S`.
const fn vectors_in_row<S: Simd, T: Real>() -> usize {
    T::LANES / T::Native::<S>::LEN
}

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
    let mut sums = [T::Native::<S>::splat(simd, T::default()); MAX_REGISTERS];
    add_rows::<S, T, K>(simd, grids, rows, &mut sums, &term);
    let touched = if rows > 0 { vectors_in_row::<S, T>() } else { n.div_ceil(T::Native::<S>::LEN) };
    add_tail::<S, T, K>(simd, tails, n - whole, &mut sums, &term);
    fold_vectors::<S, T>(sums, touched)
}

/// Adds whole rows of lanes.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // by index, all K grids walk together
fn add_rows<S: Simd, T: Real, const K: usize>(
    simd: S,
    grids: [&[T::Lanes]; K],
    rows: usize,
    sums: &mut [T::Native<S>; MAX_REGISTERS],
    term: &impl Fn([T::Native<S>; K]) -> T::Native<S>,
) {
    let in_row = vectors_in_row::<S, T>();
    let (per_pass, rows_per_pass) = pass(in_row);
    for from in (0..rows).step_by(rows_per_pass) {
        let to = rows.min(from + rows_per_pass);
        for first in (0..in_row).step_by(per_pass) {
            let mut held = [T::Native::<S>::splat(simd, T::default()); MAX_REGISTERS];
            held[..per_pass].copy_from_slice(&sums[first..first + per_pass]);
            for row in from..to {
                for (r, sum) in held[..per_pass].iter_mut().enumerate() {
                    // A loop where `map` would read better: a closure called from `core` may
                    // stay a call, because `core` is compiled for the baseline.
                    let mut x = [T::Native::<S>::splat(simd, T::default()); K];
                    for k in 0..K {
                        x[k] = vector::<S, T>(simd, &grids[k][row], first + r);
                    }
                    *sum += term(x);
                }
            }
            sums[first..first + per_pass].copy_from_slice(&held[..per_pass]);
        }
    }
}

/// Vector `r` of a row of lanes.
#[inline(always)]
fn vector<S: Simd, T: Real>(simd: S, row: &T::Lanes, r: usize) -> T::Native<S> {
    let width = T::Native::<S>::LEN;
    T::Native::<S>::from_slice(simd, &row.as_ref()[r * width..(r + 1) * width])
}

/// A loop over the vectors of a row, written out: an array of sums is kept in registers only where
/// its indices are constants before the compiler unrolls anything.
macro_rules! for_each_vector {
    ($r:ident, $label:lifetime, $body:block) => {
        for_each_vector!($r, $label, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21
            22 23 24 25 26 27 28 29 30 31)
    };
    ($r:ident, $label:lifetime, $body:block, $($n:literal)*) => {
        $label: {
            $({
                const $r: usize = $n;
                if $r < vectors_in_row::<S, T>() $body
            })*
        }
    };
}

/// Adds the `len` elements after the last whole row.
#[inline(always)]
fn add_tail<S: Simd, T: Real, const K: usize>(
    simd: S,
    tails: [&[T]; K],
    len: usize,
    sums: &mut [T::Native<S>; MAX_REGISTERS],
    term: &impl Fn([T::Native<S>; K]) -> T::Native<S>,
) {
    let width = T::Native::<S>::LEN;
    let whole = len - len % width;
    let mut x = [T::Native::<S>::splat(simd, T::default()); K];
    for (x, tail) in x.iter_mut().zip(&tails) {
        *x = partial::load(simd, &tail[whole..]);
    }
    let last = term(x);
    for_each_vector!(R, 'tail, {
        let at = R * width;
        if at + width > len {
            if at < len {
                sums[R] += last;
            }
            break 'tail;
        }
        for (x, tail) in x.iter_mut().zip(&tails) {
            *x = T::Native::<S>::from_slice(simd, &tail[at..at + width]);
        }
        sums[R] += term(x);
    });
}

/// [`fold_lanes`] of sums of which all but the first `touched` are +0.
///
/// A sum that began as +0 is never -0, so adding +0 to it changes nothing and is left out.
#[inline(always)]
fn fold_vectors<S: Simd, T: Real>(mut sums: [T::Native<S>; MAX_REGISTERS], touched: usize) -> T {
    macro_rules! fold_upper {
        ($($half:literal)*) => {$(
            if $half < vectors_in_row::<S, T>() && touched > $half {
                for r in 0..$half {
                    let high = sums[r + $half];
                    sums[r] += high;
                }
            }
        )*};
    }
    fold_upper!(16 8 4 2 1);
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
    let one = |y: &mut [T], x: &[T]| {
        let both = (T::Native::<S>::from_slice(simd, y), T::Native::<S>::from_slice(simd, x));
        f(both.0, both.1).store_slice(y);
    };
    let n = y.len().min(x.len());
    let (y, x) = (&mut y[..n], &x[..n]);
    let (mut y, mut x) = (y.chunks_exact_mut(UNROLL * width), x.chunks_exact(UNROLL * width));
    for (y, x) in y.by_ref().zip(x.by_ref()) {
        for at in (0..UNROLL * width).step_by(width) {
            one(&mut y[at..at + width], &x[at..at + width]);
        }
    }
    let (y, x) = (y.into_remainder(), x.remainder());
    let (mut y, mut x) = (y.chunks_exact_mut(width), x.chunks_exact(width));
    for (y, x) in y.by_ref().zip(x.by_ref()) {
        one(y, x);
    }
    let (y, x) = (y.into_remainder(), x.remainder());
    if !y.is_empty() {
        let after = f(partial::load(simd, y), partial::load(simd, x));
        partial::store::<S, T>(after, y);
    }
}

/// Vectors per turn of the loop in [`update`]: as many as hide the price of the turn.
const UNROLL: usize = 4;

#[cfg(all(test, feature = "kernels"))]
mod tests {
    use super::*;
    use crate::Level;
    use crate::level::at_level;
    use crate::sample::Sampled;
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
                let got = at_level!(level, simd => products(simd, &x[..n], &y));
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
