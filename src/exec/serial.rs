//! One task after another, on the caller's thread.

use super::ready::check_order;
use super::shift::Shift;
use super::{Control, Executor, Report};
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
        let shift = Shift::begin(tasks, control);
        let mut numbers = 0..;
        shift.lane(0, || numbers.next().unwrap_or(usize::MAX));
        shift.end()
    }
}
