//! A graph on its way through a pool of threads.

use super::ready::Ready;
use crate::executor::RunState;
use crossbeam_deque::{Injector, Steal, Stealer, Worker};
use crossbeam_utils::CachePadded;
use rayon::Scope;
use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering, fence};
use std::sync::{Mutex, MutexGuard};

/// Slots that run ready tasks. Each has a list of its own, from which it takes the task that was made ready last, so
/// that what a task has made is still near; a slot without any takes half of another one's, from the other end.
pub(super) struct Walk<'w> {
    run: &'w RunState<'w>,
    ready: Ready,
    /// The tasks that need nothing, in their order.
    first: Injector<usize>,
    others: Vec<Stealer<usize>>,
    /// The lists of slots that do not run.
    lists: Mutex<Vec<Worker<usize>>>,
    // How many slots neither run nor have been called. Everybody writes here: what others only read must not lie
    // beside it.
    idle: CachePadded<AtomicUsize>,
}

impl<'w> Walk<'w> {
    /// So many slots, of which none runs.
    pub(super) fn new(run: &'w RunState<'w>, ready: Ready, slots: usize) -> Walk<'w> {
        let lists: Vec<Worker<usize>> = (0..slots).map(|_| Worker::new_lifo()).collect();
        let first = Injector::new();
        ready.first().iter().for_each(|task| first.push(*task));
        Walk {
            run,
            ready,
            first,
            others: lists.iter().map(Worker::stealer).collect(),
            lists: Mutex::new(lists),
            idle: CachePadded::new(AtomicUsize::new(slots)),
        }
    }

    /// Begins. All has been done when the scope ends.
    pub(super) fn start<'s>(&'s self, scope: &Scope<'s>) {
        self.ready.first().iter().take(self.others.len()).for_each(|_| self.call(scope));
    }

    /// Calls a slot, if one is idle.
    fn call<'s>(&'s self, scope: &Scope<'s>) {
        let less = |idle: usize| idle.checked_sub(1);
        if self.idle.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
            scope.spawn(move |scope| self.slot(scope));
        }
    }

    /// Runs tasks as long as there are any.
    fn slot<'s>(&'s self, scope: &Scope<'s>) {
        let list = self.lists().pop().expect("one for each slot that is called");
        if let Some(task) = self.find(&list) {
            let mut made_ready = Vec::new();
            self.run.steps(rayon::current_thread_index().unwrap_or_default(), task, |ended| {
                self.ready.ended(ended, |task| made_ready.push(task));
                self.next(scope, &list, &mut made_ready)
            });
        }
        self.lists().push(list);
        self.idle.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        // Whoever has offered a task since this slot looked took it for busy.
        if !self.first.is_empty() || self.others.iter().any(|other| !other.is_empty()) {
            self.call(scope);
        }
    }

    /// What a slot does next: the lowest of those that it has made ready; the others go to its list.
    fn next<'s>(
        &'s self,
        scope: &Scope<'s>,
        list: &Worker<usize>,
        made_ready: &mut Vec<usize>,
    ) -> Option<usize> {
        if made_ready.len() > 1 {
            let offered = made_ready.len() - 1;
            // The next lowest is the next to be taken.
            made_ready.drain(1..).rev().for_each(|task| list.push(task));
            // A slot that has just looked here must be seen to be idle.
            fence(Ordering::SeqCst);
            let is_idle = |_: &usize| self.idle.load(Ordering::Relaxed) > 0;
            (0..offered).take_while(is_idle).for_each(|_| self.call(scope));
        }
        made_ready.pop().or_else(|| list.pop()).or_else(|| self.find(list))
    }

    /// A task that nobody has taken yet, and some more for this list.
    fn find(&self, list: &Worker<usize>) -> Option<usize> {
        let steal = || {
            let others = || self.others.iter().map(|other| other.steal_batch_and_pop(list));
            self.first.steal_batch_and_pop(list).or_else(|| others().collect())
        };
        iter::repeat_with(steal).find(|found| !found.is_retry()).and_then(Steal::success)
    }

    fn lists(&self) -> MutexGuard<'_, Vec<Worker<usize>>> {
        self.lists.lock().expect("nothing panics here")
    }
}
