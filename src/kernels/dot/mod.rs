//! `dot`: the inner product of two vectors.
//!
//! `dot = sum of x[i] * y[i]`; 2n flops, 2n elements read.
//!
//! **Plan.** Chunks of 65 536 elements. Within a chunk, products are rounded and added in
//! [fixed lanes](crate::simd); the chunks' sums are folded by a [balanced tree](crate::plan::fold).
//! `mul` then `add`, not fused: the kernel is bound by loads, so fusing would cost v1 its
//! bits and win nothing.
//!
//! **Accuracy.** Every product passes through one rounding of its own and at most
//! `65536 / LANES + log2(LANES) + log2(chunks)` additions, so
//! `|error| <= gamma(that + 1) * sum |x[i] * y[i]|` (Higham, section 3.1).

mod c;
mod cpp;
mod rust;
mod simd;

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

/// The inner product over `f64` (`dot`) or `f32` (`dot_f32`).
#[derive(Debug, Clone, Copy)]
pub struct Dot<T>(PhantomData<T>);

/// The element types that have all five variants.
pub trait Element: Real + Sampled + Digest {
    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    const VARIANTS: &'static [Variant<Dot<Self>>];
}

impl Element for f64 {
    const NAME: &'static str = "dot";
    const VARIANTS: &'static [Variant<Dot<f64>>] =
        &traceless(five(c::bound_f64, c::by_hand_f64, cpp::f64, rust::run, simd::run), finite);
}

impl Element for f32 {
    const NAME: &'static str = "dot_f32";
    const VARIANTS: &'static [Variant<Dot<f32>>] =
        &traceless(five(c::bound_f32, c::by_hand_f32, cpp::f32, rust::run, simd::run), finite);
}

/// An infinity or a NaN, once there, comes through to the sum: a finite one has raised neither INVALID nor OVERFLOW.
fn finite<T: Real>(sums: &[T]) -> bool {
    sums.iter().all(|sum| Into::<f64>::into(*sum).is_finite())
}

/// Elements per chunk, whatever their number and type.
pub const CHUNK: u64 = 65_536;

impl<T: Element> Kernel for Dot<T> {
    const NAME: &'static str = <T as Element>::NAME;
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = <T as Element>::VARIANTS;

    type Args = ();
    type Input<'i> = (&'i [T], &'i [T]);
    type Item = T;
    type Output = T;

    #[inline]
    fn plan((): &(), (x, y): (&[T], &[T])) -> Result<Plan, Error> {
        if x.len() != y.len() {
            return Err(Error::Length {
                left: "x",
                left_len: x.len(),
                right: "y",
                right_len: y.len(),
            });
        }
        Plan::range(x.len() as u64, CHUNK)
    }

    #[inline]
    fn finish((): &(), _: &Plan, parts: Cow<'_, [T]>) -> T {
        fold(parts.iter().copied(), |a, b| a + b).unwrap_or_default()
    }
}

impl<T: Element> Dot<T> {
    /// The product of `x` and `y`, to run [on](Job::on) an executor.
    ///
    /// # Errors
    /// As [`Job::new`].
    pub fn job<'i>(x: &'i [T], y: &'i [T]) -> Result<Job<'i, Self>, Error> {
        Job::new((), (x, y))
    }
}

/// The inner product `sum of x[i] * y[i]`, by the fastest variant at the best level here.
///
/// An empty product is 0. The bits do not depend on the machine's vector width.
///
/// # Errors
/// [`Error::Length`] when `x` and `y` are not equally long; [`Error::Level`] when the environment
/// variable `ABREAST_ISA` asks for what this CPU lacks.
///
/// ```
/// assert_eq!(abreast::dot(&[1.0, 2.0], &[3.0, 4.0])?, 11.0);
/// let refusal = abreast::dot(&[1.0, 2.0], &[3.0]).unwrap_err();
/// assert_eq!(refusal.to_string(), "x has 2 elements and y has 1: they must be equally long");
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn dot<T: Element>(x: &[T], y: &[T]) -> Result<T, Error> {
    with(Variant::chosen(), x, y)
}

#[inline]
fn with<T: Element>(variant: &'static Variant<Dot<T>>, x: &[T], y: &[T]) -> Result<T, Error> {
    crate::kernel::call(variant, (), (x, y))
}

crate::kernels::five_functions! {
    /// The inner product of two vectors of doubles; see [`dot()`].
    ///
    /// # Errors
    /// As [`dot()`].
    (x: &[f64], y: &[f64]) -> f64 = with
}

impl<T: Element> Workload for Dot<T> {
    const FAMILY: &'static str = "dot";
    const FORMULA: &'static str = "sum of x[i] * y[i]";

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.elements(1 << 20, 2 * size_of::<T>())?;
        Ok(Input::new(n as u64, ())
            .with(&T::try_uniform(n, request.seed)?)
            .with(&T::try_uniform(n, !request.seed)?))
    }

    fn args(_: &Request) -> Result<(), Error> {
        Ok(())
    }

    fn special() -> Vec<(&'static str, Input<Self>)> {
        let place = |(name, value)| {
            let (mut x, y) = (T::uniform(1003, 5), T::uniform(1003, 6));
            x[517] = value;
            (name, Input::new(1003, ()).with(&x).with(&y))
        };
        T::special().into_iter().map(place).collect()
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        let (x, y) = problem.input();
        let products = || x.iter().zip(y).map(|(a, b)| Twofold::product((*a).into(), (*b).into()));
        let sum = products().fold(Twofold::default(), |sum, product| sum + product);
        let magnitude: f64 = products().map(|product| product.hi.abs()).sum();
        let chunks = x.len().div_ceil(CHUNK as usize).max(1);
        let additions = x.len().min(CHUNK as usize).div_ceil(T::LANES)
            + T::LANES.ilog2() as usize
            + chunks.ilog2() as usize
            + 1;
        let bound = gamma(additions as u64 + 1, T::ROUNDOFF) * magnitude;
        vec![Expected::Real { hi: sum.hi, lo: sum.lo, bound }]
    }

    fn cost(problem: &Input<Self>) -> Cost {
        let n = problem.n;
        Cost { read: 2 * n * size_of::<T>() as u64, written: 0, flops: 2 * n, elements: n }
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
        for n in 1..200 {
            let (x, y) = (f64::uniform(n, 1), f64::uniform(n, 2));
            for (name, value) in
                f64::special().into_iter().chain([("too large", 1e200), ("1", 1.0)])
            {
                let (mut x, mut y) = (x.clone(), y.clone());
                (x[n / 2], y[n / 2]) = (value, value);
                let dot = dot(&x, &y).unwrap();
                assert!(!fpenv::is_loud(), "{name} in {n}: {dot}");
            }
        }
    }
}
