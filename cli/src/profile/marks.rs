//! Functions that stand on the stack and say in whose hands the program is: the kernel's, the executor's,
//! or its own.

use abreast::exec::{Control, Executor, Report};
use abreast::remote::Message;
use abreast::tasks::{Fill, Model};
use abreast::{Fault, Tasks};
use std::borrow::Cow;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a frame of one of these functions means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// All runs, on the thread that asks for them.
    Run,
    /// What the executor does on that thread.
    Executor,
    /// One task, on whatever thread.
    Task,
}

impl Mark {
    /// The mark that a function of this name is.
    pub fn of(name: &str) -> Option<Mark> {
        match name.strip_prefix(concat!(module_path!(), "::"))? {
            "in_run" => Some(Mark::Run),
            "in_executor" => Some(Mark::Executor),
            "in_task" => Some(Mark::Task),
            _ => None,
        }
    }
}

// What is done after its call keeps each of these from becoming a jump, which leaves no frame.

/// Runs the kernel, how ever often.
#[inline(never)]
pub fn in_run(mut runs: &mut dyn FnMut()) {
    runs();
    black_box(&mut runs);
}

#[inline(never)]
fn in_executor(
    executor: &dyn Executor,
    tasks: &dyn Tasks,
    control: &Control<'_>,
) -> Result<Report, Fault> {
    let ran = executor.run(tasks, control);
    black_box(&ran);
    ran
}

#[inline(never)]
fn in_task(tasks: &dyn Tasks, i: usize) -> Result<(), Fault> {
    let ran = tasks.run(i);
    black_box(&ran);
    ran
}

/// An executor whose frames, and those of its tasks, are marked.
pub struct Marked<'e> {
    executor: &'e dyn Executor,
    elsewhere: AtomicU64,
}

impl<'e> Marked<'e> {
    pub fn new(executor: &'e dyn Executor) -> Marked<'e> {
        Marked { executor, elsewhere: AtomicU64::new(0) }
    }

    /// How many tasks were done in other processes.
    pub fn elsewhere(&self) -> u64 {
        self.elsewhere.load(Ordering::Relaxed)
    }
}

impl Executor for Marked<'_> {
    fn name(&self) -> String {
        self.executor.name()
    }

    fn width(&self) -> usize {
        self.executor.width()
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        let tasks = MarkedTasks { tasks, elsewhere: &self.elsewhere };
        in_executor(self.executor, &tasks, control)
    }
}

struct MarkedTasks<'t> {
    tasks: &'t dyn Tasks,
    elsewhere: &'t AtomicU64,
}

impl Tasks for MarkedTasks<'_> {
    fn len(&self) -> usize {
        self.tasks.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        in_task(self.tasks, i)
    }

    fn is_graph(&self) -> bool {
        self.tasks.is_graph()
    }

    fn needs(&self, i: usize) -> &[u32] {
        self.tasks.needs(i)
    }

    fn name(&self, i: usize) -> Cow<'_, str> {
        self.tasks.name(i)
    }

    fn model(&self, i: usize) -> Model {
        self.tasks.model(i)
    }

    fn message(&self, i: usize) -> Option<Message<'_>> {
        self.tasks.message(i)
    }

    fn receive(&self, i: usize, fill: Fill<'_>) -> Result<(), Fault> {
        self.elsewhere.fetch_add(1, Ordering::Relaxed);
        self.tasks.receive(i, fill)
    }
}
