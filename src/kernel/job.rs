//! A checked problem, and what variants are called with.

mod part;
mod pieces;
mod plain;
mod rows;
mod streamed;
mod tasks;

use super::{Choice, Kernel, Layout, Operands, Slices, Variant};
use crate::executor::{Control, Executor, Report};
use crate::remote::JobSpec;
use crate::{Chunk, Error, Fault, Level, Plan, Tasks, fpenv, memory};
use bytemuck::Zeroable;
pub(super) use part::Part;
use std::borrow::Cow;
use std::ops::Range;
pub(super) use streamed::Streamed;
use tasks::{place_of, spec_of};

/// A problem that [`Kernel::plan`] accepted, and the variant and level to run it with.
///
/// This is where the call becomes its own proof. The fields are private and never change, so
/// whoever is given [`ChunkArgs`], which only a job can make, knows that `plan` accepted these arguments
/// and operands, that the chunk is one of that plan's or some rows of it, and that the output slice is exactly the
/// chunk's. Variants check nothing again; the SAFETY comments at the border say "by ChunkArgs".
///
/// ```
/// use abreast::{Threads, kernels::dot::Dot};
/// let x = vec![1.5f64; 200_000];
/// let serial = Dot::job(&x, &x)?.variant("cpp")?.call()?;
/// let pooled = Dot::job(&x, &x)?.on(&Threads::new(2)?)?;
/// assert_eq!(serial.to_bits(), pooled.to_bits());
/// # Ok::<(), abreast::Fault>(())
/// ```
pub struct Job<'i, K: Kernel> {
    args: K::Args,
    input: K::Input<'i>,
    plan: Plan,
    variant: &'static Variant<K>,
    level: Level,
}

/// One chunk's worth of a [`Job`]: what a variant is called with.
#[expect(
    clippy::manual_non_exhaustive,
    reason = "no other module of this crate can make one either"
)]
pub struct ChunkArgs<'i, 'o, K: Kernel> {
    /// The level to run at.
    pub level: Level,
    /// The scalars that the plan accepted.
    pub args: &'o K::Args,
    /// The operands: the chunk's share of each if they are [elementwise](Operands), or all.
    pub input: K::Input<'i>,
    /// Which indices to do.
    pub chunk: Chunk,
    /// This chunk's slice of the output: one item, or one per index, by [`Kernel::LAYOUT`].
    pub out: &'o mut [K::Item],
    /// Nobody outside of this module can make one.
    _from_job: (),
}

impl<K: Kernel> Clone for Job<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: Kernel> Copy for Job<'_, K> {}

impl<'i, K: Kernel> Job<'i, K> {
    /// Checks the problem and cuts it. It runs the default variant at the
    /// [chosen](Level::chosen) level unless told otherwise.
    ///
    /// # Errors
    /// What [`Kernel::plan`] refuses; elementwise operands of another length than the plan's; what
    /// [`Level::chosen`] refuses.
    #[inline]
    pub fn new(args: K::Args, input: K::Input<'i>) -> Result<Self, Error> {
        Self::at(Level::chosen()?, args, input)
    }

    /// As [`Job::new`], at this level, whatever the environment says.
    ///
    /// # Errors
    /// As [`Job::new`], but for what [`Level::chosen`] refuses.
    #[inline]
    pub fn at(level: Level, args: K::Args, input: K::Input<'i>) -> Result<Self, Error> {
        fpenv::within(|| Self::planned(Variant::chosen(), level, args, input))
    }

    /// As [`Job::new`], where the floating-point environment is the usual one.
    #[inline]
    pub(crate) fn planned(
        variant: &'static Variant<K>,
        level: Level,
        args: K::Args,
        input: K::Input<'i>,
    ) -> Result<Self, Error> {
        let plan = checked::<K>(&args, input)?;
        Ok(Job { plan, args, input, variant, level })
    }

    /// The same problem for the variant called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`], with the nearest name.
    pub fn variant(self, name: &str) -> Result<Self, Error> {
        Ok(Job { variant: Variant::named(name)?, ..self })
    }

    /// The same problem at another level.
    pub fn level(self, level: Level) -> Self {
        Job { level, ..self }
    }

    /// The same problem for this variant and level.
    ///
    /// # Errors
    /// As [`Job::variant`].
    pub fn choose(self, choice: Choice) -> Result<Self, Error> {
        self.level(choice.level).variant(choice.variant)
    }

    /// The same problem for a variant that does nothing: what a call costs besides.
    pub(super) fn empty(self) -> Self {
        Job { variant: &Variant::EMPTY, ..self }
    }

    /// The same problem in chunks of another size; see [`Plan::with_chunk`].
    ///
    /// # Errors
    /// [`Error::Argument`] when `chunk` is 0.
    pub fn with_chunk(self, chunk: u64) -> Result<Self, Error> {
        Ok(Job { plan: self.plan.with_chunk(chunk)?, ..self })
    }

    /// The same problem, cut as somebody else has cut it: into chunks of other rows at most.
    ///
    /// # Errors
    /// [`Error::Argument`] when `plan` is not a plan of this problem.
    pub(super) fn with_plan(self, plan: Plan) -> Result<Self, Error> {
        let job = self.with_chunk(plan.chunk_rows())?;
        if job.plan == plan {
            return Ok(job);
        }
        let rule = format!("the problem is cut as {:?}", job.plan);
        Err(Error::argument("plan", format!("{plan:?}"), rule))
    }

    /// How it is cut.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How many items the output buffer holds.
    pub fn items(&self) -> usize {
        match K::LAYOUT {
            Layout::PerChunk => self.plan.len(),
            Layout::PerElement | Layout::InPlace => self.plan.area() as usize,
        }
    }

    /// A zeroed output buffer of the right length.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is not enough.
    pub fn blank(&self) -> Result<Vec<K::Item>, Error> {
        memory::zeroed(self.items(), "the output")
    }

    /// Runs every chunk on this thread, in order, and makes the output. Does not compile for an in-place
    /// kernel, whose output needs a beginning.
    ///
    /// # Errors
    /// The first error that the variant reports; [`Error::Memory`].
    #[inline]
    pub fn call(&self) -> Result<K::Output, Error> {
        const { not_in_place::<K>() };
        fpenv::within(|| self.call_here())
    }

    /// As [`Job::call`], where the floating-point environment is the usual one.
    #[inline]
    pub(crate) fn call_here(&self) -> Result<K::Output, Error> {
        if let Some(chunk) = self.plan.only()
            && items_of::<K>(&chunk) == 1
        {
            // The common small call does not allocate.
            let mut item = [K::Item::zeroed()];
            self.run(chunk, &mut item)?;
            fpenv::settle_quickly();
            return Ok(self.folded(Cow::Borrowed(&item)));
        }
        let mut items = self.blank()?;
        self.each(&mut items)?;
        Ok(self.folded(Cow::Owned(items)))
    }

    /// Runs every chunk on this thread, in order, into a buffer of the caller's, laid out chunk after
    /// chunk.
    ///
    /// # Errors
    /// The first error that the variant reports, or a buffer of the wrong length.
    #[inline]
    pub fn call_into(&self, out: &mut [K::Item]) -> Result<(), Error> {
        fpenv::within(|| self.each(out))
    }

    /// As [`Job::call_into`], where the floating-point environment is the usual one.
    #[inline]
    pub(crate) fn each(&self, out: &mut [K::Item]) -> Result<(), Error> {
        if let Some(chunk) = self.plan.only()
            && items_of::<K>(&chunk) == out.len()
        {
            self.run(chunk, out)?;
            // Only the fold comes after it.
            fpenv::settle_quickly();
            return Ok(());
        }
        self.each_of_many(out)
    }

    fn each_of_many(&self, out: &mut [K::Item]) -> Result<(), Error> {
        self.check_buffer(out)?;
        let mut rest = out;
        for chunk in (0..self.plan.len()).map(|i| self.plan.chunk(i)) {
            let (slice, after) = rest.split_at_mut(items_of::<K>(&chunk));
            self.run(chunk, slice)?;
            // The next one must not suffer for what this one has done.
            fpenv::settle();
            rest = after;
        }
        Ok(())
    }

    /// Runs it on an executor. The bits are those of [`Job::call`], wherever it runs. Does not compile
    /// for an in-place kernel: see [`Job::on_into`].
    ///
    /// # Errors
    /// What the executor or the variant reports.
    ///
    /// ```compile_fail
    /// let job = abreast::kernels::axpy::Axpy::job(2.0, &[1.0, 2.0])?;
    /// job.on(&abreast::Serial)?; // y has to come from somewhere
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    pub fn on(&self, executor: &dyn Executor) -> Result<K::Output, Fault> {
        self.control(&Control::default()).on(executor)
    }

    /// Runs it on an executor, into a buffer of the caller's, laid out chunk after chunk: for in-place
    /// kernels, or to save the allocation.
    ///
    /// # Errors
    /// As [`Job::on`], and when `out` is not as long as the plan says.
    ///
    /// ```
    /// let mut y = [1.0, 1.0];
    /// abreast::kernels::axpy::Axpy::job(2.0, &[1.0, 2.0])?.on_into(&abreast::Serial, &mut y)?;
    /// assert_eq!(y, [3.0, 5.0]);
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    pub fn on_into(&self, executor: &dyn Executor, out: &mut [K::Item]) -> Result<Report, Fault> {
        self.control(&Control::default()).on_into(executor, out)
    }

    /// The same job, watched, held back or stopped by `control` when it runs on an executor.
    pub fn control<'c>(&'c self, control: &'c Control<'c>) -> Controlled<'c, 'i, K> {
        Controlled { job: self, control }
    }

    /// The chunks as tasks for an executor, each with its own slice of `out`.
    ///
    /// # Errors
    /// [`Error::Argument`] when `out` is not [`Job::items`] long; [`Error::Memory`] when the plan has
    /// more chunks than there is room to keep a slice for.
    pub fn tasks<'t>(
        &'t self,
        out: &'t mut [K::Item],
    ) -> Result<impl Tasks + use<'t, 'i, K>, Error> {
        tasks::ChunkTasks::new(self, 0..self.plan.len(), out)
    }

    /// As [`Job::tasks`], of these chunks alone, which have `out` for themselves: task 0 is the first of them,
    /// also in faults.
    ///
    /// # Errors
    /// As [`Job::tasks`], when `out` is not as long as the slices of these chunks.
    ///
    /// # Panics
    /// When the plan has no such chunks.
    pub fn tasks_of<'t>(
        &'t self,
        chunks: Range<usize>,
        out: &'t mut [K::Item],
    ) -> Result<impl Tasks + use<'t, 'i, K>, Error> {
        tasks::ChunkTasks::new(self, chunks, out)
    }

    /// Makes the output from a filled buffer.
    pub fn finish(&self, items: Cow<'_, [K::Item]>) -> K::Output {
        fpenv::within(|| self.folded(items))
    }

    /// As [`Job::finish`], where the floating-point environment is the usual one.
    #[inline]
    pub(super) fn folded(&self, items: Cow<'_, [K::Item]>) -> K::Output {
        K::finish(&self.args, &self.plan, items)
    }

    /// How many items chunk `i` fills.
    pub(crate) fn share(&self, i: usize) -> usize {
        items_of::<K>(&self.plan.chunk(i))
    }

    /// The problem in bytes, for whoever does a chunk of it elsewhere.
    pub(crate) fn spec(&self) -> JobSpec<'i> {
        let spec = spec_of::<K>(self.variant, self.level, &self.args, self.plan);
        JobSpec { operands: self.input.bytes(), ..spec }
    }

    /// Where the slices of these chunks lie in the output buffer.
    pub(super) fn place_of(&self, chunks: &Range<usize>) -> Range<usize> {
        place_of::<K>(&self.plan, chunks)
    }

    fn check_buffer(&self, out: &[K::Item]) -> Result<(), Error> {
        check_length(out, self.items())
    }

    /// One chunk, where the floating-point environment is the usual one.
    #[inline]
    fn run(&self, chunk: Chunk, out: &mut [K::Item]) -> Result<(), Error> {
        self.run_with(self.input_of(&chunk), chunk, out)
    }

    /// What a chunk reads.
    #[inline]
    fn input_of(&self, chunk: &Chunk) -> K::Input<'i> {
        match K::OPERANDS {
            Operands::Elementwise => self.input.slice(chunk.range()),
            Operands::Whole => self.input,
        }
    }

    #[inline]
    fn run_with(
        &self,
        input: K::Input<'i>,
        chunk: Chunk,
        out: &mut [K::Item],
    ) -> Result<(), Error> {
        let (level, args) = (self.level, &self.args);
        (self.variant.run)(ChunkArgs { level, args, input, chunk, out, _from_job: () })
    }
}

/// The plan of the problem, whose operands are as long as it says.
#[inline]
fn checked<K: Kernel>(args: &K::Args, input: K::Input<'_>) -> Result<Plan, Error> {
    let plan = K::plan(args, input)?;
    if K::OPERANDS == Operands::Elementwise {
        if plan.cols() != 1 {
            return Err(two_dimensional(&plan));
        }
        if let Some((operand, len)) = input.other_than(plan.rows() as usize) {
            return Err(unequal(operand, len, &plan));
        }
    }
    Ok(plan)
}

#[inline]
fn check_length<T>(out: &[T], items: usize) -> Result<(), Error> {
    if out.len() == items {
        return Ok(());
    }
    let rule = format!("the plan lays out {items} elements");
    Err(Error::argument("output length", out.len(), rule))
}

#[inline]
fn items_of<K: Kernel>(chunk: &Chunk) -> usize {
    match K::LAYOUT {
        Layout::PerChunk => 1,
        Layout::PerElement | Layout::InPlace => chunk.area() as usize,
    }
}

pub(super) const fn not_in_place<K: Kernel>() {
    assert!(
        !matches!(K::LAYOUT, Layout::InPlace),
        "the output of an in-place kernel needs a beginning: call `call_into` or `on_into`"
    );
}

#[cold]
fn two_dimensional(plan: &Plan) -> Error {
    let shape = format!("{} x {}", plan.rows(), plan.cols());
    Error::argument("plan", shape, "an elementwise kernel has indices of one dimension")
}

#[cold]
fn unequal(operand: usize, len: usize, plan: &Plan) -> Error {
    let rule = format!("must have {} elements: one per index", plan.area());
    Error::argument(format!("operand {operand}"), format!("{len} elements"), rule)
}

/// A [`Job`] and how it is watched, held back and stopped.
pub struct Controlled<'c, 'i, K: Kernel> {
    job: &'c Job<'i, K>,
    control: &'c Control<'c>,
}

impl<K: Kernel> Controlled<'_, '_, K> {
    /// As [`Job::on`].
    ///
    /// # Errors
    /// As [`Job::on`]; [`Fault::Cancelled`].
    pub fn on(&self, executor: &dyn Executor) -> Result<K::Output, Fault> {
        const { not_in_place::<K>() };
        let mut items = self.job.blank()?;
        self.on_into(executor, &mut items)?;
        Ok(self.job.finish(Cow::Owned(items)))
    }

    /// As [`Job::on_into`].
    ///
    /// # Errors
    /// As [`Job::on_into`]; [`Fault::Cancelled`].
    pub fn on_into(&self, executor: &dyn Executor, out: &mut [K::Item]) -> Result<Report, Fault> {
        executor.run(&self.job.tasks(out)?, self.control)
    }
}
