//! The chunks of a job as tasks for an executor.

use super::{Job, check_length};
use crate::kernel::{Kernel, Layout};
use crate::remote::{JobSpec, Message};
use crate::tasks::Fill;
use crate::{Error, Fault, Tasks, fpenv, memory};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, OnceLock};

/// Some chunks of a job, each with its slice of the output until somebody takes it.
pub(super) struct ChunkTasks<'t, 'i, K: Kernel> {
    job: &'t Job<'i, K>,
    first: usize,
    // A slice is taken out before the variant runs, so no lock is held while it does.
    slices: Vec<Mutex<Option<&'t mut [K::Item]>>>,
    // Made when somebody asks for it.
    spec: OnceLock<JobSpec<'i>>,
}

/// What an executor of somebody else may have got wrong.
const TWICE: &str = "an executor ran a task twice";

impl<'t, 'i, K: Kernel> ChunkTasks<'t, 'i, K> {
    pub(super) fn new(
        job: &'t Job<'i, K>,
        chunks: Range<usize>,
        out: &'t mut [K::Item],
    ) -> Result<Self, Error> {
        check_length(out, job.place_of(&chunks).len())?;
        let (first, mut rest) = (chunks.start, out);
        let mut slices = memory::room(chunks.len(), "the chunks' slices")?;
        for i in chunks {
            let (slice, after) = rest.split_at_mut(job.share(i));
            slices.push(Mutex::new(Some(slice)));
            rest = after;
        }
        Ok(ChunkTasks { job, first, slices, spec: OnceLock::new() })
    }

    fn slice(&self, i: usize) -> MutexGuard<'_, Option<&'t mut [K::Item]>> {
        self.slices[i].lock().unwrap_or_else(|dead| dead.into_inner())
    }
}

impl<K: Kernel> Tasks for ChunkTasks<'_, '_, K> {
    fn len(&self) -> usize {
        self.slices.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let slice = self.slice(i).take().expect(TWICE);
        let done = fpenv::within(|| self.job.run(self.job.plan.chunk(self.first + i), slice));
        done.map_err(|why| Fault::Kernel { task: i, why })
    }

    fn name(&self, i: usize) -> Cow<'_, str> {
        Cow::Owned(format!("{} {}", K::NAME, self.first + i))
    }

    fn message(&self, i: usize) -> Option<Message<'_>> {
        let slice = self.slice(i);
        let slice = slice.as_deref().expect(TWICE);
        let start = (K::LAYOUT == Layout::InPlace).then(|| bytemuck::cast_slice(slice).to_vec());
        let job = self.spec.get_or_init(|| self.job.spec());
        Some(Message { job, chunk: self.first + i, bytes: size_of_val(slice), start })
    }

    fn receive(&self, i: usize, fill: Fill<'_>) -> Result<(), Fault> {
        let mut place = self.slice(i);
        let slice = place.as_deref_mut().expect(TWICE);
        if K::LAYOUT == Layout::InPlace {
            // If it fails half way, the chunk must still be what it was.
            let mut items = memory::copy(slice, "the result of a chunk")?;
            fill(bytemuck::cast_slice_mut(&mut items))?;
            slice.copy_from_slice(&items);
        } else {
            fill(bytemuck::cast_slice_mut(slice))?;
        }
        *place = None;
        Ok(())
    }
}
