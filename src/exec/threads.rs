//! A pool of threads that take task numbers from one counter.

use super::pool::{self, Pool};
use super::ready::Ready;
use crate::executor::{Control, Executor, Report, RunState};
#[cfg(feature = "aio")]
use crate::fpenv;
use crate::{Error, Fault, Tasks};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Runs tasks on a rayon pool of its own. Each slot takes the next number from a shared counter,
/// so uneven tasks balance themselves; which slot ran what never shows in a result. A clone shares
/// the pool. In a process forked from the one that made it, it refuses with [`Fault::Forked`].
///
/// ```
/// use abreast::{exec::Threads, kernels::dot::Dot};
/// let x = vec![1.5f64; 1_000_000];
/// let dot = Dot::job(&x, &x)?.on(&Threads::new(4)?)?;
/// assert_eq!(dot.to_bits(), abreast::dot(&x, &x)?.to_bits());
/// # Ok::<(), abreast::Fault>(())
/// ```
#[derive(Debug, Clone)]
pub struct Threads {
    pool: Arc<Pool>,
}

impl Threads {
    /// More threads than this are refused: almost certainly a typo.
    pub const MAX: usize = pool::MAX;

    /// A pool of `count` threads.
    ///
    /// # Errors
    /// [`Error::Argument`] when `count` is 0 or above [`Threads::MAX`], or when the system does
    /// not give that many threads.
    pub fn new(count: usize) -> Result<Threads, Error> {
        Ok(Threads { pool: Pool::new("threads", count)?.into() })
    }

    /// One thread for each core this process may use; two hardware threads of a core count once.
    ///
    /// # Errors
    /// As [`Threads::new`].
    pub fn per_core() -> Result<Threads, Error> {
        Self::new(pool::cores())
    }

    /// Runs `job` on a thread of the pool, some time. A panic in it ends the process.
    ///
    /// # Errors
    /// [`Fault::Forked`] in a process forked from the pool's.
    #[cfg(feature = "aio")]
    pub(crate) fn spawn(&self, job: impl FnOnce() + Send + 'static) -> Result<(), Fault> {
        self.pool.threads(|| self.name())?.spawn_fifo(|| fpenv::within(job));
        Ok(())
    }
}

impl Executor for Threads {
    fn name(&self) -> String {
        format!("threads:{}", self.width())
    }

    fn width(&self) -> usize {
        self.pool.width()
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        let threads = self.pool.threads(|| self.name())?;
        let run = RunState::begin(tasks, control);
        let slots = control.slots(self.width()).min(tasks.len());
        if tasks.is_graph() {
            let walk = Walk { run: &run, ready: Ready::new(tasks)?, queue: Queue::new(slots) };
            threads.in_place_scope(|scope| {
                walk.ready.first().iter().for_each(|task| walk.offer(scope, *task));
            });
            return run.end();
        }
        let next = AtomicUsize::new(0);
        let take = || Some(next.fetch_add(1, Ordering::Relaxed));
        threads.in_place_scope(|scope| {
            for worker in 0..slots {
                let run = &run;
                scope.spawn(move |_| run.all(worker, take));
            }
        });
        run.end()
    }
}

/// A graph on its way through the pool.
struct Walk<'w> {
    run: &'w RunState<'w>,
    ready: Ready,
    queue: Queue,
}

impl<'w> Walk<'w> {
    /// A task has become ready: it goes to the pool, or waits for a slot.
    fn offer<'s>(&'s self, scope: &rayon::Scope<'s>, task: usize) {
        if self.queue.admit(task) {
            scope.spawn(move |scope| self.slot(scope, task));
        }
    }

    /// Runs `task` and goes on with one of those it made ready; the others are for other slots.
    fn slot<'s>(&'s self, scope: &rayon::Scope<'s>, mut task: usize) {
        let worker = rayon::current_thread_index().unwrap_or_default();
        loop {
            self.run.step(task, worker);
            let mut own = None;
            self.ready.ended(task, |next| match own {
                None => own = Some(next),
                Some(_) => self.offer(scope, next),
            });
            match own.or_else(|| self.queue.leave()) {
                Some(next) => task = next,
                None => return,
            }
        }
    }
}

/// Free slots, and ready tasks that wait because there is none. The lowest goes first: that keeps
/// near the order of a serial run, so no more values are alive than need be.
struct Queue(Mutex<(usize, BinaryHeap<Reverse<usize>>)>);

impl Queue {
    fn new(slots: usize) -> Queue {
        Queue(Mutex::new((slots, BinaryHeap::new())))
    }

    /// Whether there is a slot left for the task; if not, it is kept.
    fn admit(&self, task: usize) -> bool {
        let mut state = self.0.lock().expect("nothing panics here");
        let (slots, waiting) = &mut *state;
        if *slots == 0 {
            waiting.push(Reverse(task));
            return false;
        }
        *slots -= 1;
        true
    }

    /// A slot has nothing more to do of its own: a task that waits, or the slot is given back.
    fn leave(&self) -> Option<usize> {
        let mut state = self.0.lock().expect("nothing panics here");
        let (slots, waiting) = &mut *state;
        let next = waiting.pop().map(|Reverse(task)| task);
        *slots += usize::from(next.is_none());
        next
    }
}
