//! The vocabulary: a [`Kernel`] is one numeric problem, a [`Variant`] one way to write it.
//!
//! - [`Kernel`]: formula, checks, plan and the table of variants. Enough to run anywhere.
//! - [`Job`]: a checked problem, which runs [on](Job::on) an executor. Only a job can make the
//!   [`ChunkArgs`] that variants take.
//! - [`Workload`]: sample, oracle and cost. With it a kernel can also be checked and compared.
//! - [`Entry`]: a kernel without its type, found by name.

mod case;
mod entry;
mod workload;
mod job;
mod remote;
mod slices;
mod variant;

pub use crate::plan::Layout;
pub use case::{Answer, Case, Chunked, Drive, Finished, Rehearsed};
pub use entry::{Entry, Named};
pub use job::{ChunkArgs, Controlled, Job};
pub use slices::Slices;
#[cfg(feature = "kernels")]
pub(crate) use variant::traceless;
pub use variant::{Choice, Role, RunFn, Variant, VariantInfo, five};
pub use workload::{
    Arithmetic, Class, Cost, Digest, Expected, Input, Number, Param, Request, Workload,
};

use crate::{Error, Plan};
use bytemuck::Pod;
use std::borrow::Cow;

/// What the operands of a kernel are to its indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operands {
    /// Every operand has one element per index: the job checks the lengths and hands each chunk its
    /// slices.
    Elementwise,
    /// Every chunk sees all operands. Also for kernels that have none.
    Whole,
}

/// One numeric problem and the ways it is written.
///
/// Implementing this is enough to run on every executor. Variants must be pure: the same chunk gives
/// the same bits on every call, from any thread, and fills the whole of its slice.
pub trait Kernel: Sized + 'static {
    /// The field's own word: `dot`, `axpy`, `gemm`.
    const NAME: &'static str;
    /// What the output buffer holds.
    const LAYOUT: Layout;
    /// What a chunk sees of the operands.
    const OPERANDS: Operands;
    /// The variants: at least one, each with a name of its own. A table that breaks a rule does not
    /// compile.
    const VARIANTS: &'static [Variant<Self>];

    /// Scalars, as C sees them.
    type Args: Pod + Send + Sync;
    /// Input slices: `()`, `&[f64]`, `(&[f64], &[f64])`.
    type Input<'i>: Slices<'i>;
    /// One element of the output buffer.
    type Item: Pod + Send + Sync;
    /// What the user asked for.
    type Output;

    /// Checks the shapes and cuts the work. With the lengths of elementwise operands, which the job
    /// compares with the plan, this is the only check: variants rely on it.
    ///
    /// # Errors
    /// An [`Error`] that names the argument, the value and the rule.
    fn plan(args: &Self::Args, input: Self::Input<'_>) -> Result<Plan, Error>;

    /// Makes the output from the buffer: folds partial results in plan order, or puts chunks in
    /// their places.
    fn finish(args: &Self::Args, plan: &Plan, items: Cow<'_, [Self::Item]>) -> Self::Output;
}

/// Runs the kernel on this thread, chunk after chunk: the plain call behind `abreast::dot` and the
/// like. The bits are those of every executor.
///
/// # Errors
/// What the plan refuses, or what the variant reports.
#[inline]
pub fn call<K: Kernel>(
    variant: &'static Variant<K>,
    args: K::Args,
    input: K::Input<'_>,
) -> Result<K::Output, Error> {
    Job::plain(variant, args, input)
}

/// As [`call`], into a buffer of the caller's: for in-place kernels, or to save the allocation.
///
/// # Errors
/// As [`call`], and when `out` is not as long as the plan says.
#[inline]
pub fn call_into<K: Kernel>(
    variant: &'static Variant<K>,
    args: K::Args,
    input: K::Input<'_>,
    out: &mut [K::Item],
) -> Result<(), Error> {
    Job::plain_into(variant, args, input, out)
}
