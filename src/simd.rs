//! What SIMD bodies share on top of `fearless_simd`: elements with a vector type, and sums in a
//! fixed number of lanes. Tails and unrolling live here, so a SIMD body has neither.
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
    type Lanes: AsRef<[Self]> + AsMut<[Self]> + Copy;
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
    let lanes = lanes.as_mut();
    let mut width = T::LANES / 2;
    while width > 0 {
        let (low, high) = lanes.split_at_mut(width);
        low.iter_mut().zip(high).for_each(|(a, b)| *a += *b);
        width /= 2;
    }
    lanes[0]
}

/// Registers that hold the lanes at the narrowest level (SSE2, NEON: 16 bytes each).
const MOST_REGISTERS: usize = 512 / 16;

/// Sums `n` terms in fixed lanes. `vector(i)` gives the terms from index `i` on as one vector,
/// `scalar(i)` the term at index `i`.
#[inline(always)]
pub fn sum_in_lanes<S: Simd, T: Real>(
    simd: S,
    n: usize,
    vector: impl Fn(usize) -> T::Native<S>,
    scalar: impl Fn(usize) -> T,
) -> T {
    let width = T::Native::<S>::LEN;
    let registers = T::LANES / width;
    let mut sums = [T::Native::<S>::splat(simd, T::default()); MOST_REGISTERS];
    let mut i = 0;
    while n - i >= T::LANES {
        for (r, sum) in sums[..registers].iter_mut().enumerate() {
            *sum += vector(i + r * width);
        }
        i += T::LANES;
    }
    let mut lanes = T::zero_lanes();
    for (r, sum) in sums[..registers].iter().enumerate() {
        sum.store_slice(&mut lanes.as_mut()[r * width..(r + 1) * width]);
    }
    for (lane, i) in lanes.as_mut().iter_mut().zip(i..n) {
        *lane += scalar(i);
    }
    fold_lanes(lanes)
}
