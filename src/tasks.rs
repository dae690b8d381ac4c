//! What an executor is given: numbered tasks, and nothing about what they are.

use crate::{Fault, Plan};
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
    fn wire(&self, _i: usize) -> Option<Wire<'_>> {
        None
    }

    /// Takes the bytes that task `i` has made elsewhere.
    ///
    /// # Errors
    /// [`Fault::NotShippable`] for a task that has no [`Wire`].
    fn receive(&self, i: usize, _result: &[u8]) -> Result<(), Fault> {
        Err(Fault::NotShippable { task: i, name: self.name(i).into_owned() })
    }
}

/// One task as a worker process gets it: a chunk of an order.
pub struct Wire<'t> {
    /// The job that it is a piece of.
    pub order: &'t Order<'t>,
    /// Which chunk of the order's plan.
    pub chunk: usize,
    /// How many bytes of output it fills.
    pub bytes: usize,
    /// What those bytes are before it runs, when the kernel reads them too.
    pub start: Option<Vec<u8>>,
}

/// A whole job in bytes. Orders are told apart by where they are: the same reference, the same job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order<'t> {
    /// The kernel's name, by which the worker's registry knows it.
    pub kernel: Cow<'t, str>,
    /// The body's name.
    pub body: Cow<'t, str>,
    /// The level's name.
    pub level: Cow<'t, str>,
    /// The scalars.
    pub args: Cow<'t, [u8]>,
    /// How it is cut.
    pub plan: Plan,
    /// The input slices.
    pub operands: Vec<&'t [u8]>,
}

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
