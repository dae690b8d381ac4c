//! The partitions of a bag as tasks.

use super::source::Failed;
use super::{Bag, Source};
use crate::error::panic_text;
use crate::exec::{Control, Executor};
use crate::plan::fold;
use crate::{Error, Fault, Tasks};
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

/// One task per partition, each making an `R`.
struct Parts<F, R> {
    make: F,
    made: Vec<Mutex<Option<R>>>,
    // Task i needs line[i - 1], if they are to run one after another.
    line: Vec<u32>,
}

impl<F: Fn(usize, &Failed) -> R + Sync, R: Send> Tasks for Parts<F, R> {
    fn len(&self) -> usize {
        self.made.len()
    }

    fn is_graph(&self) -> bool {
        !self.line.is_empty()
    }

    fn needs(&self, i: usize) -> &[u32] {
        if self.is_graph() && i > 0 { &self.line[i - 1..i] } else { &[] }
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let failed = Failed::default();
        let made = (self.make)(i, &failed);
        if let Some(why) = failed.into_error() {
            return Err(Fault::Kernel { task: i, why });
        }
        *self.made[i].lock().unwrap_or_else(|dead| dead.into_inner()) = Some(made);
        Ok(())
    }

    fn name(&self, i: usize) -> Cow<'_, str> {
        Cow::Owned(format!("partition {i}"))
    }
}

impl<S: Source> Bag<S> {
    /// What `make` makes of each partition, in order of partitions.
    pub(super) fn each<R: Send>(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
        make: impl Fn(usize, &Failed) -> R + Sync,
    ) -> Result<Vec<R>, Fault> {
        self.run(executor, control, make, Vec::new())
    }

    /// As [`Bag::each`], one partition after another.
    pub(super) fn each_in_line<R: Send>(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
        make: impl Fn(usize, &Failed) -> R + Sync,
    ) -> Result<Vec<R>, Fault> {
        self.run(executor, control, make, (0..self.0.parts() as u32).collect())
    }

    fn run<R: Send>(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
        make: impl Fn(usize, &Failed) -> R + Sync,
        line: Vec<u32>,
    ) -> Result<Vec<R>, Fault> {
        super::check_parts(self.0.parts())?;
        let made = (0..self.0.parts()).map(|_| Mutex::new(None)).collect();
        let parts = Parts { make, made, line };
        executor.run(&parts, control)?;
        let made = parts.made.into_iter();
        let made = made.map(|made| made.into_inner().unwrap_or_else(|dead| dead.into_inner()));
        Ok(made.map(|made| made.expect("an executor left a task out")).collect())
    }

    /// What `make` makes of each partition, combined in order of partitions by the tree of
    /// [`plan::fold`](fold).
    pub(super) fn folded<R: Send>(
        &self,
        executor: &dyn Executor,
        control: &Control<'_>,
        make: impl Fn(usize, &Failed) -> R + Sync,
        combine: impl FnMut(R, R) -> R,
    ) -> Result<R, Fault> {
        let made = self.each(executor, control, make)?;
        let all = self.combined(|| fold(made, combine))?;
        Ok(all.expect("a bag has partitions"))
    }

    /// Runs `combine` here, after the partitions; a panic is a fault as in any of them.
    pub(super) fn combined<R>(&self, combine: impl FnOnce() -> R) -> Result<R, Fault> {
        catch_unwind(AssertUnwindSafe(combine)).map_err(|panic| Fault::Panic {
            task: self.0.parts(),
            why: format!("combining the partitions: {}", panic_text(panic)),
        })
    }

    /// The fault of a result that its type cannot hold.
    pub(super) fn unfit(&self, why: Error) -> Fault {
        Fault::Kernel { task: self.0.parts(), why }
    }
}
