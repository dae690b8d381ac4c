//! Who waits for what this thread does: executors within executors that would wait for themselves.
//!
//! A task may hold what only one can have, a lock or a pool of workers, while it waits for tasks on
//! another executor. If one of these asks for the same thing, on whatever thread it is, both would
//! wait for ever. So every run records what its tasks are within, and whoever would close such
//! a ring is refused: always, and not only when the threads happen to meet. (Pools of threads need no
//! entry: a thread that waits works for its pool meanwhile.)

use crate::Fault;
use std::cell::Cell;

/// What the code on a thread is within, outermost first, by address.
#[derive(Debug, Clone, Copy)]
pub struct Nesting {
    held: [usize; Nesting::MAX],
    depth: usize,
    /// Of how many of them several threads may be within.
    shared: usize,
}

thread_local! {
    static HERE: Cell<Nesting> = const { Cell::new(Nesting { held: [0; Nesting::MAX], depth: 0, shared: 0 }) };
}

impl Nesting {
    /// More within each other than this are refused.
    pub const MAX: usize = 8;

    /// What the code that this thread runs is within.
    pub fn here() -> Nesting {
        HERE.get()
    }

    /// Whether `what` is held by something that waits for this.
    pub fn has<T>(&self, what: &T) -> bool {
        self.held[..self.depth].contains(&address(what))
    }

    /// The same for tasks that several threads run, of which this may be one.
    pub fn shared(mut self) -> Nesting {
        self.shared = self.depth;
        self
    }

    /// Whether tasks within `what` may be on several threads: whichever this one is on, it is treated alike.
    pub fn is_shared<T>(&self, what: &T) -> bool {
        self.held[..self.shared].contains(&address(what))
    }

    /// The same for a task that has taken `what` itself, on its own thread.
    pub fn own<T>(mut self, what: &T) -> Nesting {
        let place = self.held[..self.depth].iter().position(|held| *held == address(what));
        self.shared = self.shared.min(place.unwrap_or(self.shared));
        self
    }

    /// Whether `what` was taken last.
    pub fn ends_with<T>(&self, what: &T) -> bool {
        self.held[..self.depth].last() == Some(&address(what))
    }

    /// The same with one more, `what`, which `name` calls by name in a fault.
    ///
    /// # Errors
    /// [`Fault::Nested`] beyond [`Nesting::MAX`].
    pub fn and<T>(mut self, what: &T, name: impl Fn() -> String) -> Result<Nesting, Fault> {
        if self.has(what) {
            return Ok(self);
        }
        let Some(free) = self.held.get_mut(self.depth) else {
            let why = format!("it would be number {} of executors in each other", Self::MAX + 1);
            return Err(Fault::Nested { executor: name(), why });
        };
        *free = address(what);
        self.depth += 1;
        Ok(self)
    }

    /// Says that what this thread runs is within this, until the guard is dropped.
    pub fn enter(self) -> Entered {
        Entered(HERE.replace(self))
    }
}

/// Puts back what was there when dropped.
#[must_use]
pub struct Entered(Nesting);

impl Drop for Entered {
    fn drop(&mut self) {
        HERE.set(self.0);
    }
}

fn address<T>(what: &T) -> usize {
    std::ptr::from_ref(what).addr()
}
