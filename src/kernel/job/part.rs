//! Some chunks of a problem as a problem of their own, which has no more operands than they read.

use super::{Job, Kernel};
use crate::{Chunk, Error, Plan, fpenv};
use std::ops::Range;

/// Some chunks of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kernel) struct Part {
    /// Their numbers.
    chunks: Range<usize>,
    /// Their indices.
    rows: Range<u64>,
    /// They alone, as if the first of them were chunk 0.
    pub(in crate::kernel) plan: Plan,
}

impl Part {
    /// All of a plan.
    pub(in crate::kernel) fn all(plan: Plan) -> Part {
        Part { chunks: 0..plan.len(), rows: 0..plan.rows(), plan }
    }

    /// These chunks of a plan over one dimension, of which nothing has been checked.
    pub(in crate::kernel) fn of(plan: &Plan, chunks: Range<usize>) -> Option<Part> {
        let is_plan = Plan::range(plan.rows(), plan.chunk_rows()).is_ok_and(|same| same == *plan);
        if !is_plan || chunks.is_empty() || chunks.end > plan.len() {
            return None;
        }
        let rows = plan.offset(chunks.start)..plan.offset(chunks.end);
        let plan = Plan::range(rows.end - rows.start, plan.chunk_rows()).ok()?;
        Some(Part { chunks, rows, plan })
    }

    /// The elements of elementwise operands that they read.
    pub(in crate::kernel) fn range(&self) -> Range<usize> {
        self.rows.start as usize..self.rows.end as usize
    }
}

impl<K: Kernel> Job<'_, K> {
    /// Runs chunk `i` into its slice.
    ///
    /// # Errors
    /// What the variant reports, or a slice of the wrong length.
    pub(crate) fn chunk(&self, i: usize, out: &mut [K::Item]) -> Result<(), Error> {
        self.chunk_of(&Part::all(self.plan), i, out)
    }

    /// Runs a chunk of the whole problem into its slice. This job is the part that the chunk belongs to.
    ///
    /// # Errors
    /// What the variant reports, a chunk that is not of the part, or a slice of the wrong length.
    pub(in crate::kernel) fn chunk_of(
        &self,
        part: &Part,
        i: usize,
        out: &mut [K::Item],
    ) -> Result<(), Error> {
        let place = part.chunks.contains(&i).then(|| i - part.chunks.start);
        let Some(place) = place.filter(|place| out.len() == self.share(*place)) else {
            let rule = format!("the chunks are {:?}, none of that length", part.chunks);
            return Err(Error::argument("chunk", format!("{i} of {} items", out.len()), rule));
        };
        let here = self.plan.chunk(place);
        // The variant sees the chunk where it is in the whole.
        let chunk = Chunk { index: i as u64, row: here.row + part.rows.start, ..here };
        fpenv::within(|| self.run_with(self.input_of(&here), chunk, out))
    }
}
