//! What an executor is given: numbered tasks, and nothing about what they are.

use crate::Fault;
use crate::remote::Message;
use std::borrow::Cow;

/// A list of tasks. Each may run on any thread, in any order that keeps what it [needs](Tasks::needs)
/// before it, and at most once.
///
/// Executors take `&dyn Tasks` and block until nothing of it runs, so an implementation may borrow
/// from its caller's stack. Only `len` and `run` must be written; the rest says more about the
/// tasks to executors that can use it.
pub trait Tasks: Sync {
    /// How many tasks there are.
    fn len(&self) -> usize;

    /// Does task `i`, here and now.
    ///
    /// # Errors
    /// What the task reports, as [`Fault::Kernel`] with its index.
    fn run(&self, i: usize) -> Result<(), Fault>;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether any task needs another.
    fn is_graph(&self) -> bool {
        false
    }

    /// The tasks that must have ended before task `i` begins. All of them are below `i`, so no
    /// cycle can be written and the order of numbers is an order to run in.
    fn needs(&self, _i: usize) -> &[u32] {
        &[]
    }

    /// What task `i` is called, in pictures and faults.
    fn name(&self, i: usize) -> Cow<'_, str> {
        Cow::Owned(format!("task {i}"))
    }

    /// How long task `i` takes and what it occupies: the model that a simulation runs.
    fn model(&self, _i: usize) -> Model {
        Model::default()
    }

    /// Task `i` in bytes, if another process can do it. Whoever does it elsewhere brings the result
    /// back with [`Tasks::receive`] and never calls [`Tasks::run`] for it.
    fn message(&self, _i: usize) -> Option<Message<'_>> {
        None
    }

    /// Takes the result of task `i`, made elsewhere: `fill` is given the bytes of its output and fills
    /// them all. If it fails, the task has not been done and may be tried again.
    ///
    /// # Errors
    /// [`Fault::NotShippable`] for a task that has no [`Message`]; what `fill` reports.
    fn receive(&self, i: usize, _fill: Fill<'_>) -> Result<(), Fault> {
        Err(Fault::NotShippable { task: i, name: self.name(i).into_owned() })
    }
}

/// Puts a result where it belongs: see [`Tasks::receive`].
pub type Fill<'f> = &'f mut dyn FnMut(&mut [u8]) -> Result<(), Fault>;

/// What a simulation knows of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// How long it takes, in units of the model's own.
    pub cost: u64,
    /// What it occupies while it runs and nobody else may use then: "the stove".
    pub resource: Option<&'static str>,
    /// Whether a worker must stand by. A pot that simmers occupies the stove and no cook.
    pub attended: bool,
}

impl Default for Model {
    fn default() -> Self {
        Model { cost: 1, resource: None, attended: true }
    }
}
