//! The executor.

use crate::run::Run;
use crate::world::{Inner, Team};
use crate::{dynamic, fixed};
use abreast::executor::{Control, Executor, Nesting, Report, RunState};
use abreast::{Error, Fault, Tasks};
use std::rc::Rc;

/// Who gets which tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Each rank has one range of the tasks, in proportion to how many it does at once: few messages, for chunks
    /// that take about the same time. What is not the chunks of one job goes by [`Schedule::Dynamic`].
    Static,
    /// Whoever is done gets more, rank 0 too: for chunks that differ, and ranks that do.
    Dynamic,
}

impl Schedule {
    /// Both.
    pub const ALL: [Schedule; 2] = [Schedule::Static, Schedule::Dynamic];

    /// What `--exec mpi:..` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Schedule::Static => "static",
            Schedule::Dynamic => "dynamic",
        }
    }

    /// The schedule called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`], with the nearest name.
    pub fn parse(name: &str) -> Result<Schedule, Error> {
        let known = Schedule::ALL.into_iter().find(|schedule| schedule.name() == name);
        known.ok_or_else(|| Error::unknown("schedule", name, Schedule::ALL.map(Schedule::name)))
    }
}

/// Runs tasks on all ranks of a [`World`](crate::World). Results are gathered on rank 0 and folded there, in plan
/// order: the bits are those of one thread.
///
/// Tasks that have no bytes (closures of a graph or a bag) run on rank 0. A rank is sent the operands that its chunks
/// read, or all of them once per run, by [`Operands`](abreast::kernel::Operands). A deadline, or the death of a rank, ends the program on all ranks.
///
/// It belongs to the thread that [`with_world`](crate::with_world) has called `work` on, and is refused in a task
/// that runs on it ([`Fault::Nested`]), and when its world has ended.
pub struct Mpi {
    team: Rc<Team>,
    schedule: Schedule,
    inner: Rc<Inner>,
}

impl Mpi {
    pub(crate) fn new(team: &Rc<Team>, schedule: Schedule, inner: &str) -> Result<Mpi, Fault> {
        Ok(Mpi { inner: team.inner(inner)?, schedule, team: team.clone() })
    }
}

impl Executor for Mpi {
    fn name(&self) -> String {
        format!("mpi:{}:{}", self.schedule.name(), self.inner.name)
    }

    fn width(&self) -> usize {
        self.inner.widths.iter().sum()
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        let nesting = Nesting::here();
        if nesting.has(&*self.team) {
            let why = "a task on these ranks waits for it".to_owned();
            return Err(Fault::Nested { executor: self.name(), why });
        }
        let _taken = self.team.take(|| self.name())?;
        let nesting = nesting.and(&*self.team, || self.name())?;
        let _within = nesting.enter();
        let state = RunState::within(nesting, tasks, control);
        let mut run = Run::new(&self.team, &self.inner, tasks, &state, control);
        if !tasks.is_graph() && !tasks.is_empty() && !run.begin() {
            run.here(0..tasks.len());
        } else if self.schedule == Schedule::Dynamic || !fixed::all(&mut run) {
            dynamic::all(&mut run)?;
        }
        let ran_locally = run.end();
        Ok(Report { ran_locally, ..state.end()? })
    }
}
