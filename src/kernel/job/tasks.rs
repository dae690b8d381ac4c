//! The chunks of a job as tasks for an executor.

use super::pieces::Pieces;
use super::{Job, check_length};
use crate::kernel::{Kernel, Layout, Variant};
use crate::remote::{JobSpec, Message};
use crate::tasks::Fill;
use crate::{Error, Fault, Level, Plan, Tasks, fpenv, memory};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

/// Some chunks of a job, each with its slice of the output until somebody takes it.
pub(super) struct ChunkTasks<'t, 'i, K: Kernel> {
    job: &'t Job<'i, K>,
    first: usize,
    pieces: Pieces<'t, K::Item>,
    // Made when somebody asks for it.
    spec: OnceLock<JobSpec<'i>>,
}

impl<'t, 'i, K: Kernel> ChunkTasks<'t, 'i, K> {
    pub(super) fn new(
        job: &'t Job<'i, K>,
        chunks: Range<usize>,
        out: &'t mut [K::Item],
    ) -> Result<Self, Error> {
        check_length(out, job.place_of(&chunks).len())?;
        let first = chunks.start;
        let pieces = Pieces::cut(out, chunks.map(|i| job.share(i)))?;
        Ok(ChunkTasks { job, first, pieces, spec: OnceLock::new() })
    }
}

impl<K: Kernel> Tasks for ChunkTasks<'_, '_, K> {
    fn len(&self) -> usize {
        self.pieces.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let slice = self.pieces.take(i);
        let done = fpenv::within(|| self.job.run(self.job.plan.chunk(self.first + i), slice));
        done.map_err(|why| Fault::Kernel { task: i, why })
    }

    fn name(&self, i: usize) -> Cow<'_, str> {
        Cow::Owned(format!("{} {}", K::NAME, self.first + i))
    }

    fn message(&self, i: usize) -> Option<Message<'_>> {
        let job = self.spec.get_or_init(|| self.job.spec());
        self.pieces.with(i, |slice| {
            let old = (K::LAYOUT == Layout::InPlace).then(|| bytemuck::cast_slice(slice).to_vec());
            Some(Message { job, chunk: self.first + i, bytes: size_of_val(slice), start: old })
        })
    }

    fn receive(&self, i: usize, fill: Fill<'_>) -> Result<(), Fault> {
        self.pieces.with(i, |slice| filled::<K>(slice, fill))?;
        self.pieces.take(i);
        Ok(())
    }
}

/// Fills the slice of a chunk. If that fails half way, one that is updated in place is still what it was.
pub(super) fn filled<K: Kernel>(slice: &mut [K::Item], fill: Fill<'_>) -> Result<(), Fault> {
    if K::LAYOUT != Layout::InPlace {
        return fill(bytemuck::cast_slice_mut(slice));
    }
    let mut items = memory::copy(slice, "the result of a chunk")?;
    fill(bytemuck::cast_slice_mut(&mut items))?;
    slice.copy_from_slice(&items);
    Ok(())
}

/// A problem in bytes, without operands.
pub(super) fn spec_of<'t, K: Kernel>(
    variant: &Variant<K>,
    level: Level,
    args: &K::Args,
    plan: Plan,
) -> JobSpec<'t> {
    JobSpec {
        kernel: K::NAME.into(),
        variant: variant.name.into(),
        level: level.name().into(),
        args: bytemuck::bytes_of(args).to_vec().into(),
        plan,
        part: None,
        operands: Vec::new(),
        files: Vec::new(),
    }
}

/// Where the slices of these chunks lie in the output buffer.
pub(super) fn place_of<K: Kernel>(plan: &Plan, chunks: &Range<usize>) -> Range<usize> {
    match K::LAYOUT {
        Layout::PerChunk => chunks.clone(),
        Layout::PerElement | Layout::InPlace => {
            plan.offset(chunks.start) as usize..plan.offset(chunks.end) as usize
        }
    }
}
