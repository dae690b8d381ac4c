//! One task after another, on the caller's thread.

use crate::executor::{Control, Executor, Report, RunState, check_order};
use crate::{Fault, Tasks};

/// Runs tasks on the calling thread, in order. Every other executor gives its results and faults.
#[derive(Debug, Clone, Copy, Default)]
pub struct Serial;

impl Executor for Serial {
    fn name(&self) -> String {
        "serial".to_owned()
    }

    fn width(&self) -> usize {
        1
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        if tasks.is_graph() {
            check_order(tasks)?;
        }
        let run = RunState::begin(tasks, control);
        let mut numbers = 0..tasks.len();
        run.all(0, || numbers.next());
        run.end()
    }
}
