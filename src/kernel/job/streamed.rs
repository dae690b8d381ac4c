//! A job whose operands lie somewhere else: each chunk reads its own, on whatever thread or machine it runs.

use super::pieces::Pieces;
use super::tasks::{filled, place_of, spec_of};
use super::{Job, Part, check_length};
use crate::kernel::{Kernel, Slices, Variant};
use crate::remote::{JobSpec, Message, RemoteJob};
use crate::sample::Aligned;
use crate::source::{self, Source};
use crate::tasks::Fill;
use crate::{Error, Fault, Level, Plan, Tasks};
use std::borrow::Cow;
use std::ops::Range;

/// A job of an elementwise kernel. What it reads is checked chunk by chunk.
pub(in crate::kernel) struct Streamed<'s, K: Kernel> {
    pub(in crate::kernel) args: K::Args,
    pub(in crate::kernel) plan: Plan,
    pub(in crate::kernel) variant: &'static Variant<K>,
    pub(in crate::kernel) level: Level,
    /// One for each operand, as long as the plan says.
    pub(in crate::kernel) operands: Vec<Box<dyn Source + 's>>,
}

impl<K: Kernel> Streamed<'_, K> {
    /// Reads what chunk `i` needs, and runs it into its slice.
    fn one(&self, i: usize, out: &mut [K::Item]) -> Result<(), Error> {
        let part = Part::of(&self.plan, i..i.saturating_add(1)).ok_or_else(|| {
            Error::argument("chunk", i, format!("the plan has {}", self.plan.len()))
        })?;
        let rows = part.range();
        let operands = self.operands.iter().zip(K::Input::SIZES).map(|(source, size)| {
            source::read(&**source, (rows.start * size) as u64, rows.len() * size)
        });
        let operands: Vec<Aligned<u8>> = operands.collect::<Result<_, Error>>()?;
        let slices: Vec<&[u8]> = operands.iter().map(Aligned::as_slice).collect();
        let input = K::Input::from_bytes(&slices).expect("aligned, and of whole elements");
        let job = Job { variant: self.variant, ..Job::at(self.level, self.args, input)? };
        job.with_plan(part.plan)?.chunk_of(&part, i, out)
    }

    /// How many items these chunks fill.
    pub(in crate::kernel) fn items(&self, chunks: &Range<usize>) -> usize {
        place_of::<K>(&self.plan, chunks).len()
    }

    /// These chunks as tasks, which have `out` for themselves. An in-place kernel begins with what `start` has.
    ///
    /// # Errors
    /// When `out` is not as long as their slices; [`Error::Memory`].
    pub(in crate::kernel) fn tasks_of<'t>(
        &'t self,
        chunks: Range<usize>,
        start: Option<&'t dyn Source>,
        out: &'t mut [K::Item],
    ) -> Result<impl Tasks + use<'t, K>, Error> {
        check_length(out, self.items(&chunks))?;
        let first = chunks.start;
        let pieces = Pieces::cut(out, chunks.map(|i| self.items(&(i..i + 1))))?;
        Ok(StreamedTasks { job: self, first, start, pieces, spec: self.spec() })
    }

    /// The problem for whoever finds the sources where they are; none if they are here only.
    fn spec(&self) -> Option<JobSpec<'static>> {
        let paths = self.operands.iter().map(|source| Some(source.path()?.to_owned().into()));
        let spec = spec_of::<K>(self.variant, self.level, &self.args, self.plan);
        Some(JobSpec { files: paths.collect::<Option<_>>()?, ..spec })
    }
}

impl<K: Kernel> RemoteJob for Streamed<'_, K> {
    fn chunk(&self, i: usize, out: &mut [u8]) -> Result<(), Error> {
        let len = out.len();
        let out = bytemuck::try_cast_slice_mut(out)
            .map_err(|why| Error::argument("output", format!("{len} bytes"), why.to_string()))?;
        self.one(i, out)
    }
}

/// Some chunks, each with its slice of the output until somebody takes it.
struct StreamedTasks<'t, 's, K: Kernel> {
    job: &'t Streamed<'s, K>,
    first: usize,
    start: Option<&'t dyn Source>,
    pieces: Pieces<'t, K::Item>,
    spec: Option<JobSpec<'static>>,
}

impl<K: Kernel> StreamedTasks<'_, '_, K> {
    /// What the slice of task `i` holds before it runs.
    fn begin(&self, i: usize, slice: &mut [u8]) -> Result<(), Error> {
        let Some(start) = self.start else { return Ok(()) };
        let at = self.job.plan.offset(self.first + i) * size_of::<K::Item>() as u64;
        start.fill(at, slice)
    }
}

impl<K: Kernel> Tasks for StreamedTasks<'_, '_, K> {
    fn len(&self) -> usize {
        self.pieces.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let slice = self.pieces.take(i);
        let done = self.begin(i, bytemuck::cast_slice_mut(slice));
        let done = done.and_then(|()| self.job.one(self.first + i, slice));
        done.map_err(|why| Fault::Kernel { task: i, why })
    }

    fn name(&self, i: usize) -> Cow<'_, str> {
        Cow::Owned(format!("{} {}", K::NAME, self.first + i))
    }

    /// None as well where what it begins with cannot be read: whoever runs it then says why.
    fn message(&self, i: usize) -> Option<Message<'_>> {
        let job = self.spec.as_ref()?;
        let bytes = self.pieces.with(i, |slice| size_of_val(slice));
        let mut start = self.start.map(|_| vec![0; bytes]);
        if let Some(start) = &mut start {
            self.begin(i, start).ok()?;
        }
        Some(Message { job, chunk: self.first + i, bytes, start })
    }

    fn receive(&self, i: usize, fill: Fill<'_>) -> Result<(), Fault> {
        self.pieces.with(i, |slice| filled::<K>(slice, fill))?;
        self.pieces.take(i);
        Ok(())
    }
}
