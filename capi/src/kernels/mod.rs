//! The kernels, by family. BLAS names and argument order where BLAS has them; the result before
//! the options, which are last.

pub(crate) mod escape;
mod gemm;
mod parts;
mod pi;
mod range_sum;
mod vectors;

pub use escape::{abreast_escape, abreast_escape_rows, abreast_view};
pub use gemm::*;
pub use parts::*;
pub use pi::{abreast_pi_hits, abreast_pi_hits_range};
pub use range_sum::{
    abreast_conditional_range_sum, abreast_range_sum, abreast_range_sums, abreast_sum_arange,
};
pub use vectors::{
    abreast_daxpy, abreast_ddot, abreast_dsum, abreast_saxpy, abreast_sdot, abreast_ssum,
};

use crate::options::{Chosen, abreast_options};
use crate::pointers::{Caller, Span};
use crate::status::{ABREAST_NO_MEMORY, Refusal};
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

/// `len` zeros, or words about what they were for.
fn zeros<T: Copy + Default>(len: usize, purpose: &str) -> Result<Vec<T>, Refusal> {
    let mut new = Vec::new();
    if new.try_reserve_exact(len).is_err() {
        let text = format!("could not allocate {len} elements for {purpose}");
        return Err(Refusal::new(ABREAST_NO_MEMORY, text));
    }
    new.resize(len, T::default());
    Ok(new)
}
