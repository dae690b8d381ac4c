//! Tasks that nobody has yet.

use crate::exec::ready::Ready;
use crate::{Error, Tasks};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// What is still to be given out, lowest number first.
pub(super) struct Pending {
    source: Source,
    /// Tasks that come back from a dead worker.
    again: BinaryHeap<Reverse<usize>>,
    /// Tasks that cannot be sent away.
    home: VecDeque<usize>,
}

enum Source {
    /// Independent tasks: all from this one on.
    Row {
        next: usize,
        len: usize,
    },
    Graph {
        edges: Ready,
        ready: BinaryHeap<Reverse<usize>>,
    },
}

impl Pending {
    pub(super) fn new(tasks: &dyn Tasks) -> Result<Pending, Error> {
        let source = if tasks.is_graph() {
            let edges = Ready::new(tasks)?;
            let ready = edges.first().iter().copied().map(Reverse).collect();
            Source::Graph { edges, ready }
        } else {
            Source::Row { next: 0, len: tasks.len() }
        };
        Ok(Pending { source, again: BinaryHeap::new(), home: VecDeque::new() })
    }

    /// The next task that is worth running.
    pub(super) fn next(&mut self, goes_on: impl Fn(usize) -> bool) -> Option<usize> {
        loop {
            let task = self.pop()?;
            if goes_on(task) {
                return Some(task);
            }
            self.ended(task);
        }
    }

    fn pop(&mut self) -> Option<usize> {
        if let Some(Reverse(task)) = self.again.pop() {
            return Some(task);
        }
        match &mut self.source {
            Source::Row { next, len } => {
                *next += 1;
                (*next <= *len).then(|| *next - 1)
            }
            Source::Graph { ready, .. } => ready.pop().map(|Reverse(task)| task),
        }
    }

    /// The task has run, or never will: others may have waited for that.
    pub(super) fn ended(&mut self, task: usize) {
        if let Source::Graph { edges, ready } = &mut self.source {
            edges.ended(task, |next| ready.push(Reverse(next)));
        }
    }

    pub(super) fn put_back(&mut self, task: usize) {
        self.again.push(Reverse(task));
    }

    pub(super) fn keep_home(&mut self, task: usize) {
        self.home.push_back(task);
    }

    pub(super) fn take_home(&mut self) -> Option<usize> {
        self.home.pop_front()
    }

    /// Whether there is any that could be given out now.
    pub(super) fn has_ready(&self) -> bool {
        let source_has = match &self.source {
            Source::Row { next, len } => next < len,
            Source::Graph { ready, .. } => !ready.is_empty(),
        };
        source_has || !self.again.is_empty()
    }

    /// Whether each task's failing ends those that need it.
    pub(super) fn is_graph(&self) -> bool {
        matches!(self.source, Source::Graph { .. })
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.has_ready() && self.home.is_empty()
    }
}
