//! What an executor is given: numbered tasks, and nothing about what they are.

use crate::Fault;

/// A list of independent tasks. Each may run on any thread, in any order, at most once.
///
/// Executors take `&dyn Tasks` and block until nothing of it runs, so an implementation may borrow
/// from its caller's stack.
pub trait Tasks: Sync {
    /// How many tasks there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Does task `i`, here and now.
    ///
    /// # Errors
    /// What the task reports, as [`Fault::Kernel`] with its index.
    fn run(&self, i: usize) -> Result<(), Fault>;
}
