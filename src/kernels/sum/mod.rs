//! `sum`: the elements of a vector, added up; and `sum_arange`, which makes its own vector.
//!
//! `sum = sum of x[i]`; n flops, n elements read.
//!
//! **Plan.** Chunks of 65 536 elements. Within a chunk, elements are added in
//! [fixed lanes](crate::simd); the chunks' sums are folded by a [balanced tree](crate::plan::fold).
//!
//! **Accuracy.** Every element passes through at most
//! `65536 / LANES + log2(LANES) + log2(chunks)` additions, so
//! `|error| <= gamma(that) * sum |x[i]|` (Higham, section 4.2): for a million doubles a
//! thousandth of what adding them one after another may lose.

mod arange;
mod c;
mod cpp;
mod rust;
mod simd;

pub use arange::{SumArange, sum_arange};

use crate::exact::{Twofold, gamma};
use crate::kernel::{
    Cost, Digest, Expected, Input, Job, Kernel, Layout, Operands, Request, Variant, Workload, five,
    traceless,
};
use crate::plan::fold;
use crate::sample::Sampled;
use crate::simd::Real;
use crate::{Error, Plan};
use std::borrow::Cow;
use std::marker::PhantomData;

/// The sum over `f64` (`sum`) or `f32` (`sum_f32`).
#[derive(Debug, Clone, Copy)]
pub struct Sum<T>(PhantomData<T>);

/// The element types that have all five variants.
pub trait Element: Real + Sampled + Digest {
    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    const VARIANTS: &'static [Variant<Sum<Self>>];
}

impl Element for f64 {
    const NAME: &'static str = "sum";
    const VARIANTS: &'static [Variant<Sum<f64>>] =
        &traceless(five(c::bound_f64, c::by_hand_f64, cpp::f64, rust::run, simd::run), finite);
}

impl Element for f32 {
    const NAME: &'static str = "sum_f32";
    const VARIANTS: &'static [Variant<Sum<f32>>] =
        &traceless(five(c::bound_f32, c::by_hand_f32, cpp::f32, rust::run, simd::run), finite);
}

/// An infinity or a NaN, once there, comes through to the sum: a finite one has raised neither INVALID nor OVERFLOW.
fn finite<T: Real>(sums: &[T]) -> bool {
    sums.iter().all(|sum| Into::<f64>::into(*sum).is_finite())
}

/// Elements per chunk, whatever their number and type.
pub const CHUNK: u64 = 65_536;

/// How many additions an element passes through at most, in a sum of `n`.
fn additions<T: Real>(n: u64) -> u64 {
    let chunks = n.div_ceil(CHUNK).max(1);
    let in_lane = n.min(CHUNK).div_ceil(T::LANES as u64);
    in_lane + u64::from(T::LANES.ilog2()) + u64::from(chunks.ilog2()) + 1
}

impl<T: Element> Kernel for Sum<T> {
    const NAME: &'static str = <T as Element>::NAME;
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = <T as Element>::VARIANTS;

    type Args = ();
    type Input<'i> = &'i [T];
    type Item = T;
    type Output = T;

    #[inline]
    fn plan((): &(), x: &[T]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, CHUNK)
    }

    #[inline]
    fn finish((): &(), _: &Plan, parts: Cow<'_, [T]>) -> T {
        fold(parts.iter().copied(), |a, b| a + b).unwrap_or_default()
    }
}

impl<T: Element> Sum<T> {
    /// The sum of `x`, to run [on](Job::on) an executor.
    ///
    /// # Errors
    /// As [`Job::new`].
    pub fn job<'i>(x: &'i [T]) -> Result<Job<'i, Self>, Error> {
        Job::new((), x)
    }
}

/// The sum of all `x[i]`, by the fastest variant at the best level here.
///
/// An empty sum is 0. The bits do not depend on the machine's vector width.
///
/// # Errors
/// [`Error::Level`] when the environment variable `ABREAST_ISA` asks for what this CPU lacks;
/// [`Error::Memory`] when the chunks' sums do not fit in memory.
///
/// ```
/// assert_eq!(abreast::sum(&[1.0, 2.0, 3.0, 4.0])?, 10.0);
/// assert_eq!(abreast::sum(&[0.5f32; 1_000_000])?, 500_000.0);
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn sum<T: Element>(x: &[T]) -> Result<T, Error> {
    with(Variant::chosen(), x)
}

#[inline]
fn with<T: Element>(variant: &'static Variant<Sum<T>>, x: &[T]) -> Result<T, Error> {
    crate::kernel::call(variant, (), x)
}

crate::kernels::five_functions! {
    /// The sum of a vector of doubles; see [`sum()`].
    ///
    /// # Errors
    /// As [`sum()`].
    (x: &[f64]) -> f64 = with
}

impl<T: Element> Workload for Sum<T> {
    const FAMILY: &'static str = "sum";
    const FORMULA: &'static str = "sum of x[i]";

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.elements(1 << 20, size_of::<T>())?;
        Ok(Input::new(n as u64, ()).with(&T::try_uniform(n, request.seed)?))
    }

    fn args(_: &Request) -> Result<(), Error> {
        Ok(())
    }

    fn special() -> Vec<(&'static str, Input<Self>)> {
        let place = |(name, value)| {
            let mut x = T::uniform(1003, 5);
            x[517] = value;
            (name, Input::new(1003, ()).with(&x))
        };
        T::special().into_iter().map(place).collect()
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        let x = problem.input();
        let sum = x.iter().fold(Twofold::default(), |sum, x| sum.plus((*x).into()));
        let magnitude: f64 = x.iter().map(|x| (*x).into().abs()).sum();
        let bound = gamma(additions::<T>(problem.n), T::ROUNDOFF) * magnitude;
        vec![Expected::Real { hi: sum.hi, lo: sum.lo, bound }]
    }

    fn cost(problem: &Input<Self>) -> Cost {
        let n = problem.n;
        Cost { read: n * size_of::<T>() as u64, written: 0, flops: n, elements: n }
    }
}

#[cfg(all(test, target_arch = "x86_64", not(miri)))]
mod tests {
    use super::*;
    use crate::fpenv;

    /// The modes are not looked at again where the result is finite; where it is not, the flags are put back.
    #[test]
    fn no_call_raises_a_flag_that_its_caller_would_see() {
        assert!(!fpenv::is_loud(), "a thread begins without flags");
        for n in 2..200 {
            for (name, value) in
                f64::special().into_iter().chain([("too large", f64::MAX), ("1", 1.0)])
            {
                let mut x = f64::uniform(n, 1);
                // One lane has both, if there are so many.
                (x[0], x[64 % n]) = (value, value);
                let sum = sum(&x).unwrap();
                assert!(!fpenv::is_loud(), "{name} in {n}: {sum}");
            }
        }
    }
}
