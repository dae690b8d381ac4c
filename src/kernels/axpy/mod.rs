//! `axpy`: a vector plus a multiple of another, in place.
//!
//! `y[i] = alpha * x[i] + y[i]`; 2n flops, 2n elements read, n written.
//!
//! **Plan.** Chunks of 65 536 elements. Every element stands for itself, so neither chunks nor
//! lanes can change a bit. `mul` then `add`, not fused: the kernel is bound by loads and stores, so
//! fusing would cost v1 its bits and win nothing.
//!
//! **In place.** The output buffer is also an operand: each chunk reads and writes its own slice
//! of `y`, and no two chunks share one.
//!
//! **Accuracy.** Two roundings, the product's and the sum's, so
//! `|error| <= gamma(2) * (|alpha * x[i]| + |y[i]|)` (Higham, section 3.1).

mod c;
mod cpp;
mod rust;
mod simd;

use crate::exact::{Twofold, gamma};
use crate::kernel::{
    Cost, Digest, Expected, Input, Job, Kernel, Layout, Operands, Param, Request, Variant,
    Workload, five,
};
use crate::sample::Sampled;
use crate::simd::Real;
use crate::{Error, Plan};
use std::borrow::Cow;
use std::marker::PhantomData;
use std::str::FromStr;

/// The update `y <- alpha x + y` over `f64` (`axpy`) or `f32` (`axpy_f32`).
#[derive(Debug, Clone, Copy)]
pub struct Axpy<T>(PhantomData<T>);

/// The element types that have all five variants.
pub trait Element: Real + Sampled + FromStr {
    #[doc(hidden)]
    const NAME: &'static str;
    #[doc(hidden)]
    const VARIANTS: &'static [Variant<Axpy<Self>>];
    /// What the samples multiply by: a number with all its bits set at random, so that every
    /// product is rounded.
    #[doc(hidden)]
    const ALPHA: Self;
}

impl Element for f64 {
    const NAME: &'static str = "axpy";
    const VARIANTS: &'static [Variant<Axpy<f64>>] =
        &five(c::bound_f64, c::by_hand_f64, cpp::f64, rust::run, simd::run);
    const ALPHA: f64 = std::f64::consts::E;
}

impl Element for f32 {
    const NAME: &'static str = "axpy_f32";
    const VARIANTS: &'static [Variant<Axpy<f32>>] =
        &five(c::bound_f32, c::by_hand_f32, cpp::f32, rust::run, simd::run);
    const ALPHA: f32 = std::f32::consts::E;
}

/// Elements per chunk.
const CHUNK: u64 = 65_536;

impl<T: Element> Kernel for Axpy<T> {
    const NAME: &'static str = <T as Element>::NAME;
    const LAYOUT: Layout = Layout::InPlace;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = <T as Element>::VARIANTS;

    type Args = T;
    type Input<'i> = &'i [T];
    type Item = T;
    type Output = Vec<T>;

    #[inline]
    fn plan(_: &T, x: &[T]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, CHUNK)
    }

    fn finish(_: &T, _: &Plan, y: Cow<'_, [T]>) -> Vec<T> {
        y.into_owned()
    }
}

impl<T: Element> Axpy<T> {
    /// Adding `alpha` times `x` to the vector given to [`Job::on_into`].
    ///
    /// # Errors
    /// As [`Job::new`].
    pub fn job<'i>(alpha: T, x: &'i [T]) -> Result<Job<'i, Self>, Error> {
        Job::new(alpha, x)
    }
}

/// Adds `alpha * x[i]` to every `y[i]`, by the fastest variant at the best level here.
///
/// The bits do not depend on the machine: the product is rounded, then the sum. No shortcut is
/// taken for `alpha = 0`, so a NaN in `x` always shows.
///
/// # Errors
/// [`Error::Length`] when `x` and `y` are not equally long; [`Error::Level`] when the environment
/// variable `ABREAST_ISA` asks for what this CPU lacks. `y` is then as it was.
///
/// ```
/// let mut y = [1.0, 1.0, 1.0];
/// abreast::axpy(2.0, &[1.0, 2.0, 3.0], &mut y)?;
/// assert_eq!(y, [3.0, 5.0, 7.0]);
/// let refusal = abreast::axpy(2.0, &[1.0], &mut y).unwrap_err();
/// assert_eq!(refusal.to_string(), "x has 1 elements and y has 3: they must be equally long");
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn axpy<T: Element>(alpha: T, x: &[T], y: &mut [T]) -> Result<(), Error> {
    with(Variant::chosen(), alpha, x, y)
}

#[inline]
fn with<T: Element>(
    variant: &'static Variant<Axpy<T>>,
    alpha: T,
    x: &[T],
    y: &mut [T],
) -> Result<(), Error> {
    if x.len() != y.len() {
        return Err(Error::Length { left: "x", left_len: x.len(), right: "y", right_len: y.len() });
    }
    crate::kernel::call_into(variant, alpha, x, y)
}

crate::kernels::five_functions! {
    /// Adds `alpha * x[i]` to every `y[i]`, in doubles; see [`axpy()`].
    ///
    /// # Errors
    /// As [`axpy()`].
    (alpha: f64, x: &[f64], y: &mut [f64]) -> () = with
}

impl<T: Element> Workload for Axpy<T>
where
    Vec<T>: Digest,
{
    const FAMILY: &'static str = "axpy";
    const FORMULA: &'static str = "y[i] = alpha * x[i] + y[i], in place";
    const PARAMS: &'static [Param] =
        &[Param { name: "alpha", form: "NUMBER", help: "what x is multiplied by; e by default" }];

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.elements(1 << 20, 2 * size_of::<T>())?;
        Ok(sample(
            Self::args(request)?,
            T::try_uniform(n, request.seed)?,
            T::try_uniform(n, !request.seed)?,
        ))
    }

    fn args(request: &Request) -> Result<T, Error> {
        Ok(request.parse("alpha", "NUMBER, as in -0.5")?.unwrap_or(T::ALPHA))
    }

    fn special() -> Vec<(&'static str, Input<Self>)> {
        let problem = |alpha, in_x: Option<T>, in_y: Option<T>| {
            let (mut x, mut y) = (T::uniform(1003, 5), T::uniform(1003, 6));
            x[517] = in_x.unwrap_or(x[517]);
            y[517] = in_y.unwrap_or(y[517]);
            sample(alpha, x, y)
        };
        let everywhere = |(name, value)| {
            [
                (name, problem(T::ALPHA, Some(value), None)),
                (name, problem(T::ALPHA, None, Some(value))),
                (name, problem(value, None, None)),
                (name, problem(T::default(), Some(value), Some(value))),
            ]
        };
        T::special().into_iter().flat_map(everywhere).collect()
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        let alpha: f64 = problem.args.into();
        let near = |(x, y): (&T, &T)| {
            let (product, y) = (Twofold::product(alpha, (*x).into()), (*y).into());
            let Twofold { hi, lo } = product.plus(y);
            let bound = gamma(2, T::ROUNDOFF) * (product.hi.abs() + y.abs());
            Expected::Real { hi, lo, bound }
        };
        problem.input().iter().zip(&problem.start).map(near).collect()
    }

    fn cost(problem: &Input<Self>) -> Cost {
        let (n, bytes) = (problem.n, problem.n * size_of::<T>() as u64);
        Cost { read: 2 * bytes, written: bytes, flops: 2 * n, elements: n }
    }
}

fn sample<T: Element>(alpha: T, x: Vec<T>, y: Vec<T>) -> Input<Axpy<T>> {
    Input::new(x.len() as u64, alpha).with(&x).starting(y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_refuses_a_y_of_another_length_and_leaves_it_alone() {
        for variant in Axpy::VARIANTS {
            let mut y = [1.0, 2.0];
            let refusal = with(variant, 2.0, &[1.0; 3], &mut y).unwrap_err().to_string();
            assert_eq!(refusal, "x has 3 elements and y has 2: they must be equally long");
            assert_eq!(y, [1.0, 2.0]);
        }
    }

    #[test]
    fn the_product_is_rounded_before_the_sum() {
        // (1 + 2^-30)^2 = 1 + 2^-29 + 2^-60: a fused operation would keep the last term.
        let x = 1.0 + 0.5f64.powi(30);
        for variant in Axpy::VARIANTS {
            let mut y = [-1.0 - 0.5f64.powi(29); 9];
            with(variant, x, &[x; 9], &mut y).unwrap();
            assert_eq!(y, [0.0; 9], "{variant:?}");
        }
    }
}
