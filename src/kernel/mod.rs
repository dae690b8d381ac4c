//! The vocabulary: a [`Kernel`] is one numeric problem, a [`Body`] one way to write it.
//!
//! - [`Kernel`]: formula, checks, plan and the table of five bodies. Enough to run anywhere.
//! - [`Job`]: a checked problem. Only a job can make the [`Part`]s that bodies take.
//! - [`Evidence`]: sample, oracle and cost. With it a kernel can also be checked and compared.
//! - [`Entry`]: a kernel without its type, found by name.
//! - [`Remote`]: what a worker process needs of one.

mod case;
mod entry;
mod evidence;
mod job;
mod operands;
mod remote;

pub use case::{Answer, Case, Drive, Rehearsed};
pub use entry::{Entry, Named};
pub use evidence::{Arithmetic, Ask, Class, Cost, Evidence, Near, Number, Outcome, Param, Problem};
pub use job::{Job, Opened, Part};
pub use operands::Operands;
pub use remote::{Remote, Served};

use crate::{Error, Level, Plan, fpenv};
use bytemuck::{Pod, Zeroable};
use std::borrow::Cow;

/// The five ways every kernel is written, in the order of every table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Body {
    /// C, declared by bindgen from the header.
    C,
    /// The same C function, declared by hand.
    CByHand,
    /// C++, through a cxx bridge.
    Cpp,
    /// Plain Rust, as a careful person writes it; the compiler vectorises what it can.
    Rust,
    /// Rust with explicit vectors.
    Simd,
}

impl Body {
    /// All five.
    pub const ALL: [Body; 5] = [Body::C, Body::CByHand, Body::Cpp, Body::Rust, Body::Simd];

    /// The name used on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Body::C => "c",
            Body::CByHand => "c-by-hand",
            Body::Cpp => "cpp",
            Body::Rust => "rust",
            Body::Simd => "simd",
        }
    }

    /// The body called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`], with the nearest name.
    pub fn parse(name: &str) -> Result<Body, Error> {
        let known = Body::ALL.into_iter().find(|body| body.name() == name);
        known.ok_or_else(|| Error::unknown("body", name, Body::ALL.map(Body::name)))
    }
}

impl std::fmt::Display for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// One value per body. A struct literal, so a missing body does not compile.
#[derive(Debug, Clone, Copy)]
pub struct Bodies<F> {
    /// C, declared by bindgen.
    pub c: F,
    /// C, declared by hand.
    pub c_by_hand: F,
    /// C++ through cxx.
    pub cpp: F,
    /// Plain Rust.
    pub rust: F,
    /// Explicit SIMD.
    pub simd: F,
}

impl<F: Copy> Bodies<F> {
    /// The value for `body`.
    pub const fn get(&self, body: Body) -> F {
        match body {
            Body::C => self.c,
            Body::CByHand => self.c_by_hand,
            Body::Cpp => self.cpp,
            Body::Rust => self.rust,
            Body::Simd => self.simd,
        }
    }
}

/// Which body at which level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct How {
    /// The body.
    pub body: Body,
    /// The level; holding one proves that this CPU has it.
    pub level: Level,
}

impl How {
    /// The SIMD body at the [chosen](Level::chosen) level: the fastest there is here.
    ///
    /// # Errors
    /// As [`Level::chosen`].
    pub fn best() -> Result<How, Error> {
        Self::of(Body::Simd)
    }

    /// `body` at the chosen level.
    ///
    /// # Errors
    /// As [`Level::chosen`].
    pub fn of(body: Body) -> Result<How, Error> {
        Ok(How { body, level: Level::chosen()? })
    }
}

/// What the output buffer holds and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One item per chunk: a partial result, folded by [`Kernel::finish`].
    PerChunk,
    /// One item per index, chunk after chunk, written only.
    PerElement,
    /// One item per index, chunk after chunk, read and written: the output is also an input.
    InPlace,
}

/// A body: fills one part of the output.
pub type BodyFn<K> = fn(Part<'_, '_, K>) -> Result<(), Error>;

/// One numeric problem and its five bodies.
///
/// Implementing this is enough to run on every executor. Bodies must be pure: the same part gives
/// the same bits on every call, from any thread, and fills the whole of its slice.
pub trait Kernel: Sized + 'static {
    /// The field's own word: `dot`, `axpy`, `gemm`.
    const NAME: &'static str;
    /// What the output buffer holds.
    const LAYOUT: Layout;
    /// The five bodies.
    const BODIES: Bodies<BodyFn<Self>>;

    /// Scalars, as C sees them.
    type Args: Pod + Send + Sync;
    /// Input slices: `()`, `&[f64]`, `(&[f64], &[f64])`.
    type Input<'i>: Operands<'i>;
    /// One element of the output buffer.
    type Item: Pod + Send + Sync;
    /// What the user asked for.
    type Output;

    /// Checks the shapes and cuts the work. This is the only check: bodies rely on it.
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
/// What the plan refuses, or what the body reports.
pub fn call<K: Kernel>(how: How, args: K::Args, input: K::Input<'_>) -> Result<K::Output, Error> {
    fpenv::within(|| {
        let job = Job::<K>::planned(args, input)?;
        if job.items() == 1 {
            // The common small call does not allocate.
            let mut item = [K::Item::zeroed()];
            job.each(how, &mut item)?;
            return Ok(job.folded(Cow::Borrowed(&item)));
        }
        let mut items = job.blank()?;
        job.each(how, &mut items)?;
        Ok(job.folded(Cow::Owned(items)))
    })
}

/// As [`call`], into a buffer of the caller's: for in-place kernels, or to save the allocation.
///
/// # Errors
/// As [`call`], and when `out` is not as long as the plan says.
pub fn call_into<K: Kernel>(
    how: How,
    args: K::Args,
    input: K::Input<'_>,
    out: &mut [K::Item],
) -> Result<(), Error> {
    fpenv::within(|| Job::<K>::planned(args, input)?.each(how, out))
}
