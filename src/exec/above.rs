//! Who waits for what this thread does: executors within executors that would wait for themselves.
//!
//! A task may hold what only one can have, a lock or a pool of workers, while it waits for tasks on
//! another executor. If one of these asks for the same thing, on whatever thread it is, both would
//! wait for ever. So every run takes down what is held above its tasks, and whoever would close such
//! a ring is refused: always, and not only when the threads happen to meet. (Pools of threads need no
//! entry: a thread that waits works for its pool meanwhile.)

use crate::Fault;
use std::cell::Cell;

/// What is held, outermost first, by where it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Above {
    held: [usize; Above::MOST],
    depth: usize,
}

thread_local! {
    static HERE: Cell<Above> = const { Cell::new(Above { held: [0; Above::MOST], depth: 0 }) };
}

impl Above {
    /// More within each other than this are refused.
    const MOST: usize = 8;

    /// What is above the code that this thread runs.
    pub(super) fn here() -> Above {
        HERE.get()
    }

    pub(super) fn has<T>(&self, what: &T) -> bool {
        self.held[..self.depth].contains(&address(what))
    }

    /// Whether `what` was taken last.
    pub(super) fn ends_with<T>(&self, what: &T) -> bool {
        self.held[..self.depth].last() == Some(&address(what))
    }

    /// The same with one more, `what`, which `name` calls by name in a fault.
    pub(super) fn and<T>(mut self, what: &T, name: impl Fn() -> String) -> Result<Above, Fault> {
        if self.has(what) {
            return Ok(self);
        }
        let Some(place) = self.held.get_mut(self.depth) else {
            let why = format!("it would be number {} of executors in each other", Self::MOST + 1);
            return Err(Fault::Nested { executor: name(), why });
        };
        *place = address(what);
        self.depth += 1;
        Ok(self)
    }

    /// Says that this is above what this thread runs until the guard is dropped.
    pub(super) fn enter(self) -> Under {
        Under(HERE.replace(self))
    }
}

/// Puts back what was there when dropped.
pub(super) struct Under(Above);

impl Drop for Under {
    fn drop(&mut self) {
        HERE.set(self.0);
    }
}

fn address<T>(what: &T) -> usize {
    std::ptr::from_ref(what).addr()
}
