//! A checked problem, and the parts that bodies are called with.

use super::{How, Kernel, Layout, Operands};
use crate::fpenv;
use crate::tasks::{Order, Wire};
use crate::{Chunk, Error, Fault, Level, Plan, Tasks, memory};
use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, OnceLock};

/// A problem that [`Kernel::plan`] accepted.
///
/// This is where the call becomes its own proof. The fields are private and never change, so
/// whoever holds a [`Part`], which only a job can make, knows that `plan` accepted these arguments
/// and operands, that the chunk is one of that plan's, and that the output slice is exactly the
/// chunk's. Bodies check nothing again; the SAFETY comments at the border say "by Part".
pub struct Job<'i, K: Kernel> {
    args: K::Args,
    input: K::Input<'i>,
    plan: Plan,
}

/// One chunk's worth of a [`Job`]: what a body is called with. See [`Part::open`].
pub struct Part<'i, 'o, K: Kernel> {
    level: Level,
    args: &'o K::Args,
    input: K::Input<'i>,
    chunk: Chunk,
    out: &'o mut [K::Item],
}

/// What is in a [`Part`], by name.
pub struct Opened<'i, 'o, K: Kernel> {
    /// The level to run at.
    pub level: Level,
    /// The scalars that the plan accepted.
    pub args: &'o K::Args,
    /// All operands, not only the chunk's share.
    pub input: K::Input<'i>,
    /// Which indices to do.
    pub chunk: Chunk,
    /// This chunk's slice of the output: one item, or one per index, by [`Kernel::LAYOUT`].
    pub out: &'o mut [K::Item],
}

impl<'i, 'o, K: Kernel> Part<'i, 'o, K> {
    /// Opens the part. What comes out can no longer be mistaken for a checked value.
    #[inline(always)]
    pub fn open(self) -> Opened<'i, 'o, K> {
        let Part { level, args, input, chunk, out } = self;
        Opened { level, args, input, chunk, out }
    }
}

impl<'i, K: Kernel> Job<'i, K> {
    /// Checks the problem and cuts it.
    ///
    /// # Errors
    /// What [`Kernel::plan`] refuses.
    #[inline]
    pub fn new(args: K::Args, input: K::Input<'i>) -> Result<Self, Error> {
        fpenv::within(|| Self::planned(args, input))
    }

    /// As [`Job::new`], where the floating-point environment is the usual one.
    #[inline]
    pub(crate) fn planned(args: K::Args, input: K::Input<'i>) -> Result<Self, Error> {
        Ok(Job { plan: K::plan(&args, input)?, args, input })
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

    /// Runs every chunk on this thread, in order.
    ///
    /// # Errors
    /// The first error a body reports, or a buffer of the wrong length.
    #[inline]
    pub fn serial(&self, how: How, out: &mut [K::Item]) -> Result<(), Error> {
        fpenv::within(|| self.each(how, out))
    }

    /// As [`Job::serial`], where the floating-point environment is the usual one.
    #[inline]
    pub(crate) fn each(&self, how: How, out: &mut [K::Item]) -> Result<(), Error> {
        self.check_buffer(out)?;
        let mut rest = out;
        for i in 0..self.plan.len() {
            let (slice, after) = rest.split_at_mut(self.share(i));
            self.part(how, i, slice)?;
            // What comes next must not suffer for what this one has done: another chunk, or only the
            // fold of a single one.
            if self.plan.len() > 1 {
                fpenv::settle()
            } else {
                fpenv::settle_quickly()
            }
            rest = after;
        }
        Ok(())
    }

    /// The chunks as tasks for an executor, each with its own slice of `out`.
    ///
    /// # Errors
    /// [`Error::Argument`] when `out` is not [`Job::items`] long; [`Error::Memory`] when the plan has
    /// more chunks than there is room to keep a slice for.
    pub fn tasks<'t>(
        &'t self,
        how: How,
        out: &'t mut [K::Item],
    ) -> Result<impl Tasks + use<'t, 'i, K>, Error> {
        self.check_buffer(out)?;
        let mut rest = out;
        let mut slices = memory::room(self.plan.len(), "the chunks' slices")?;
        for i in 0..self.plan.len() {
            let (slice, after) = rest.split_at_mut(self.share(i));
            slices.push(Mutex::new(Some(slice)));
            rest = after;
        }
        Ok(Parts { job: self, how, slices, order: OnceLock::new() })
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

    /// Runs chunk `i` into its slice.
    ///
    /// # Errors
    /// What the body reports, or a slice of the wrong length.
    pub(crate) fn chunk(&self, how: How, i: usize, out: &mut [K::Item]) -> Result<(), Error> {
        if i >= self.plan.len() || out.len() != self.share(i) {
            let rule = format!("the plan has {} chunks, none of that length", self.plan.len());
            return Err(Error::argument("chunk", format!("{i} of {} items", out.len()), rule));
        }
        fpenv::within(|| self.part(how, i, out))
    }

    /// How many items chunk `i` fills.
    pub(crate) fn share(&self, i: usize) -> usize {
        match K::LAYOUT {
            Layout::PerChunk => 1,
            Layout::PerElement | Layout::InPlace => self.plan.chunk(i).area() as usize,
        }
    }

    /// The problem in bytes, for whoever does a chunk of it elsewhere.
    pub(crate) fn order(&self, how: How) -> Order<'i> {
        Order {
            kernel: K::NAME.into(),
            body: how.body.name().into(),
            level: how.level.name().into(),
            args: bytemuck::bytes_of(&self.args).to_vec().into(),
            plan: self.plan,
            operands: self.input.bytes(),
        }
    }

    fn check_buffer(&self, out: &[K::Item]) -> Result<(), Error> {
        if out.len() == self.items() {
            return Ok(());
        }
        let rule = format!("the plan lays out {} elements", self.items());
        Err(Error::argument("output length", out.len(), rule))
    }

    /// One chunk, where the floating-point environment is the usual one.
    #[inline]
    fn part(&self, how: How, i: usize, out: &mut [K::Item]) -> Result<(), Error> {
        let chunk = self.plan.chunk(i);
        let body = K::BODIES.get(how.body);
        body(Part { level: how.level, args: &self.args, input: self.input, chunk, out })
    }
}

/// A job's chunks, each with its slice of the output until somebody takes it.
struct Parts<'t, 'i, K: Kernel> {
    job: &'t Job<'i, K>,
    how: How,
    // A slice is taken out before the body runs, so no lock is held while it does.
    slices: Vec<Mutex<Option<&'t mut [K::Item]>>>,
    // Made when somebody asks for it.
    order: OnceLock<Order<'i>>,
}

impl<'t, K: Kernel> Parts<'t, '_, K> {
    fn slice(&self, i: usize) -> MutexGuard<'_, Option<&'t mut [K::Item]>> {
        self.slices[i].lock().unwrap_or_else(|dead| dead.into_inner())
    }

    fn take(&self, i: usize) -> &'t mut [K::Item] {
        self.slice(i).take().expect("an executor ran a task twice")
    }
}

impl<K: Kernel> Tasks for Parts<'_, '_, K> {
    fn len(&self) -> usize {
        self.slices.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let slice = self.take(i);
        let done = fpenv::within(|| self.job.part(self.how, i, slice));
        done.map_err(|why| Fault::Kernel { task: i, why })
    }

    fn name(&self, i: usize) -> Cow<'_, str> {
        Cow::Owned(format!("{} {i}", K::NAME))
    }

    fn wire(&self, i: usize) -> Option<Wire<'_>> {
        let slice = self.slice(i);
        let slice = slice.as_deref().expect("an executor ran a task twice");
        let start = (K::LAYOUT == Layout::InPlace).then(|| bytemuck::cast_slice(slice).to_vec());
        let order = self.order.get_or_init(|| self.job.order(self.how));
        Some(Wire { order, chunk: i, bytes: size_of_val(slice), start })
    }

    fn receive(&self, i: usize, result: &[u8]) -> Result<(), Fault> {
        let slice = bytemuck::cast_slice_mut(self.take(i));
        if slice.len() != result.len() {
            let rule = format!("the chunk has {} bytes", slice.len());
            let why = Error::argument("result", format!("{} bytes", result.len()), rule);
            return Err(Fault::Kernel { task: i, why });
        }
        slice.copy_from_slice(result);
        Ok(())
    }
}
