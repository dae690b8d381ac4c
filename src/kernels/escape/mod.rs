//! `escape`: escape-time counts of Mandelbrot and Julia sets.
//!
//! For every pixel of a [`View`], the number of updates `z <- z^2 + c` made up to and including
//! the one after which `|z|^2 > 4`, at most `max_iter`. Mandelbrot: `z` starts at 0 and `c` is the
//! pixel's point. Julia: `z` starts at the pixel's point and `c` is the same for all.
//!
//! **Arithmetic.** Doubles, every operation rounded, in one order that all variants keep:
//! `re' = re * re - im * im + c.re`, `im' = (re + re) * im + c.im`, and the test
//! `re' * re' + im' * im' <= 4` keeps the pixel going, so that infinite and NaN count as escaped.
//! No fused operations: they would move hundreds of pixels of a picture. So the oracle is exact.
//!
//! **Cost.** 7 flops an update, and 1 for its test; nothing is read.
//!
//! **Plan.** Bands of whole rows, about 8192 pixels each: the counts of one band after the other
//! are the picture in row-major order.

mod c;
mod cpp;
mod workload;
mod pool;
mod rust;
mod simd;
#[cfg(test)]
mod tests;
mod view;

pub use view::{Args, PARAMS, View};

use crate::kernel::{Job, Kernel, Layout, Operands, Variant, five};
use crate::{Error, Plan};
use std::borrow::Cow;

/// The escape-time kernel.
#[derive(Debug, Clone, Copy)]
pub struct Escape;

/// Pixels per band, or one row.
const BAND: u64 = 8192;

impl Kernel for Escape {
    const NAME: &'static str = "escape";
    const LAYOUT: Layout = Layout::PerElement;
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] =
        &five(c::bound, c::by_hand, cpp::run, rust::run, simd::run);

    type Args = Args;
    type Input<'i> = ();
    type Item = u32;
    type Output = Vec<u32>;

    fn plan(args: &Args, (): ()) -> Result<Plan, Error> {
        args.check()?;
        Plan::bands(args.height, args.width, (BAND / args.width).max(1))
    }

    fn finish(_: &Args, _: &Plan, counts: Cow<'_, [u32]>) -> Vec<u32> {
        counts.into_owned()
    }
}

impl Escape {
    /// The counts of `view`, to run [on](Job::on) an executor.
    ///
    /// # Errors
    /// As [`Job::new`].
    pub fn job<'i>(view: &View) -> Result<Job<'i, Self>, Error> {
        Job::new(view.into(), ())
    }
}

/// The counts of a view's pixels, row after row, by the fastest variant at the best level here.
///
/// # Errors
/// [`Error::Argument`] when a number of the view is not finite, the extent is not above 0, there
/// is no pixel or more than can be addressed, or `max_iter` is 0 or does not fit in 32 bits;
/// [`Error::Memory`] when there is no room for the counts; [`Error::Level`] when the environment
/// variable `ABREAST_ISA` asks for what this CPU lacks.
///
/// ```
/// use abreast::kernels::escape::View;
/// let extent = num_complex::Complex64::new(4.0, 1.0);
/// let view = View { extent, width: 4, height: 1, max_iter: 50, ..View::MANDELBROT };
/// // -2.75, -1.75, -0.75, 0.25: the set holds the real axis from -2 to 1/4.
/// assert_eq!(abreast::escape(&view)?, [1, 50, 50, 50]);
/// let refusal = abreast::escape(&View { max_iter: 0, ..view }).unwrap_err();
/// assert_eq!(refusal.to_string(), "iter = 0: must be between 1 and 4294967295");
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn escape(view: &View) -> Result<Vec<u32>, Error> {
    with(Variant::chosen(), view)
}

fn with(variant: &'static Variant<Escape>, view: &View) -> Result<Vec<u32>, Error> {
    crate::kernel::call(variant, view.into(), ())
}

crate::kernels::five_functions! {
    /// The counts of a view's pixels, row after row; see [`escape()`].
    ///
    /// # Errors
    /// As [`escape()`].
    (view: &View) -> Vec<u32> = with
}
