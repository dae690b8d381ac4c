//! What becomes of a process that a variant forked.

use crate::fork::Caller;
use crate::remote::Message;
use crate::tasks::{Fill, Model};
use crate::{Fault, Tasks};
use std::borrow::Cow;

/// The same tasks, of this process alone. A variant that forks comes back twice; the second process
/// would go on with the other tasks, in which the variant forks again, and so on without end. It ends
/// here, after the task that forked it.
pub(in crate::harness) struct OneProcess<'t> {
    tasks: &'t dyn Tasks,
    process: Caller,
}

impl<'t> OneProcess<'t> {
    pub(in crate::harness) fn of(tasks: &'t dyn Tasks) -> Self {
        OneProcess { tasks, process: Caller::this() }
    }
}

impl Tasks for OneProcess<'_> {
    fn len(&self) -> usize {
        self.tasks.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let outcome = self.tasks.run(i);
        self.process.end_copy();
        outcome
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
        self.tasks.receive(i, fill)
    }
}
