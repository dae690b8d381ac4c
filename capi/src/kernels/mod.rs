//! The kernels, by family. BLAS names and argument order where BLAS has them; the result before
//! the options, which are last.

pub(crate) mod escape;
mod gemm;
mod pi;
mod range_sum;
mod vectors;

pub use escape::{abreast_escape, abreast_view};
pub use gemm::*;
pub use pi::abreast_pi_hits;
pub use range_sum::{
    abreast_conditional_range_sum, abreast_range_sum, abreast_range_sums, abreast_sum_arange,
};
pub use vectors::{
    abreast_daxpy, abreast_ddot, abreast_dsum, abreast_saxpy, abreast_sdot, abreast_ssum,
};

use crate::options::{Chosen, abreast_options};
use crate::pointers::{Caller, Span};
use crate::status::Refusal;
use abreast::Kernel;

/// A kernel without operands whose result is one number.
fn scalar<K>(
    caller: &Caller,
    args: K::Args,
    (name, result): (&'static str, *mut K::Output),
    options: *const abreast_options,
) -> Result<(), Refusal>
where
    K: for<'i> Kernel<Input<'i> = (), Output: Copy>,
{
    let result = Span::one(name, result)?;
    let chosen = Chosen::of::<K>(caller, options)?;
    caller.write(result, &[chosen.call::<K>(args, ())?]);
    Ok(())
}
