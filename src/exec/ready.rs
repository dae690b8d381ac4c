//! Which tasks of a graph may run.

use crate::executor::{check_edge, edges_of};
use crate::{Error, Tasks, memory};
use std::sync::atomic::{AtomicU32, Ordering};

/// What all of this is for.
const GRAPH: &str = "the order of the tasks";

/// How many needs of each task are open, and whom the end of each task helps.
pub(super) struct Ready {
    open: Vec<AtomicU32>,
    // The tasks that need task i are users[starts[i]..starts[i + 1]].
    starts: Vec<u32>,
    users: Vec<u32>,
    first: Vec<usize>,
}

impl Ready {
    /// # Errors
    /// [`Error::Argument`] when a task needs one that is not below it, or when there are more than
    /// 32 bits can count; [`Error::Memory`] when there is no room for so many.
    pub(super) fn new(tasks: &dyn Tasks) -> Result<Ready, Error> {
        let count = tasks.len();
        let edges: usize = (0..count).map(|i| tasks.needs(i).len()).sum();
        if count.max(edges) >= u32::MAX as usize {
            let rule = format!("a graph has fewer than {} tasks and edges", u32::MAX);
            return Err(Error::argument("tasks", count.max(edges), rule));
        }
        let mut starts = memory::zeroed::<u32>(count + 1, GRAPH)?;
        for (i, need) in edges_of(tasks) {
            check_edge(i, need)?;
            starts[need + 1] += 1;
        }
        (0..count).for_each(|i| starts[i + 1] += starts[i]);
        let mut next = memory::copy(&starts, GRAPH)?;
        let mut users = memory::zeroed::<u32>(edges, GRAPH)?;
        for (i, need) in edges_of(tasks) {
            users[next[need] as usize] = i as u32;
            next[need] += 1;
        }
        let needs = (0..count).map(|i| AtomicU32::new(tasks.needs(i).len() as u32));
        let open = memory::collect(count, needs, GRAPH)?;
        let mut first = memory::room(count, GRAPH)?;
        first.extend((0..count).filter(|i| tasks.needs(*i).is_empty()));
        Ok(Ready { open, starts, users, first })
    }

    /// The tasks that need nothing, in order.
    pub(super) fn first(&self) -> &[usize] {
        &self.first
    }

    /// Task `i` has ended: tells of each task that it was the last need of.
    pub(super) fn ended(&self, i: usize, mut ready: impl FnMut(usize)) {
        let users = &self.users[self.starts[i] as usize..self.starts[i + 1] as usize];
        for user in users {
            // What the needed tasks wrote must be seen by whoever runs this one.
            if self.open[*user as usize].fetch_sub(1, Ordering::AcqRel) == 1 {
                ready(*user as usize);
            }
        }
    }
}
