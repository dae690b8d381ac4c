//! Some rows of a problem alone, for whoever is to make a part of the output.

use super::pieces::Pieces;
use super::{Job, items_of};
use crate::executor::{Executor, Report};
use crate::kernel::{Kernel, Layout};
use crate::{Control, Error, Fault, Plan, Tasks, fpenv};
use std::borrow::Cow;
use std::ops::Range;

impl<K: Kernel> Job<'_, K> {
    /// Runs the rows `rows` alone, on an executor, into a buffer of their items, row after row: the bits
    /// that they have in the whole output. Does not compile for a kernel with one item per chunk, whose
    /// result may depend on where chunks begin.
    ///
    /// # Errors
    /// [`Error::Argument`] for rows that the problem has not, for a plan that cuts rows, and when `out` is
    /// not as long as the rows are; what the executor or the variant reports.
    ///
    /// ```
    /// use abreast::{Serial, kernels::escape::{Escape, View}};
    /// let view = View { width: 40, height: 30, ..View::MANDELBROT };
    /// let mut rows = vec![0; 40 * 7];
    /// Escape::job(&view)?.rows_into(5..12, &Serial, &mut rows)?;
    /// assert_eq!(rows, abreast::escape(&view)?[40 * 5..40 * 12]);
    /// # Ok::<(), abreast::Fault>(())
    /// ```
    pub fn rows_into(
        &self,
        rows: Range<u64>,
        executor: &dyn Executor,
        out: &mut [K::Item],
    ) -> Result<Report, Fault> {
        const { assert!(!matches!(K::LAYOUT, Layout::PerChunk), "a kernel with one item per chunk") };
        executor.run(&RowTasks::new(self, rows, out)?, &Control::default())
    }
}

/// Bands of some of a job's rows, each with its slice of the output until somebody takes it.
struct RowTasks<'t, 'i, K: Kernel> {
    job: &'t Job<'i, K>,
    first: u64,
    /// Of these rows, as if the first were row 0.
    plan: Plan,
    pieces: Pieces<'t, K::Item>,
}

impl<'t, 'i, K: Kernel> RowTasks<'t, 'i, K> {
    fn new(job: &'t Job<'i, K>, rows: Range<u64>, out: &'t mut [K::Item]) -> Result<Self, Error> {
        let all = job.plan();
        let plan = window(all, &rows)?;
        if out.len() as u64 != plan.area() {
            let rule = format!("the rows have {} elements", plan.area());
            return Err(Error::argument("output length", out.len(), rule));
        }
        let pieces = Pieces::cut(out, (0..plan.len()).map(|i| items_of::<K>(&plan.chunk(i))))?;
        Ok(RowTasks { job, first: rows.start, plan, pieces })
    }
}

/// The plan of these rows of `all`, in bands of the same size.
fn window(all: &Plan, rows: &Range<u64>) -> Result<Plan, Error> {
    if rows.start > rows.end || rows.end > all.rows() {
        let rule = format!("must lie within 0..{}", all.rows());
        return Err(Error::argument("rows", format!("{}..{}", rows.start, rows.end), rule));
    }
    if !all.is_row_major() {
        return Err(Error::argument("plan", format!("{all:?}"), "must not cut rows"));
    }
    Plan::bands(rows.end - rows.start, all.cols(), all.chunk_rows())
}

impl<K: Kernel> Tasks for RowTasks<'_, '_, K> {
    fn len(&self) -> usize {
        self.pieces.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let mut chunk = self.plan.chunk(i);
        chunk.row += self.first;
        let done = fpenv::within(|| self.job.run(chunk, self.pieces.take(i)));
        done.map_err(|why| Fault::Kernel { task: i, why })
    }

    fn name(&self, i: usize) -> Cow<'_, str> {
        Cow::Owned(format!("{} {i}", K::NAME))
    }
}
