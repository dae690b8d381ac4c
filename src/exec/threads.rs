//! A pool of threads that take numbers of tasks from one counter, together with their caller.

use super::pool::{self, Pool};
use super::ready::Ready;
use super::walk::Walk;
use crate::executor::{Control, Executor, Nesting, Report, RunState, check_order};
#[cfg(feature = "aio")]
use crate::fpenv;
use crate::{Error, Fault, Tasks};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs tasks on a rayon pool, its own or [the caller's](Threads::from_pool), and on the thread that calls, which is one of the slots: a single
/// task is not handed to anybody. Each slot takes the next few numbers from a shared counter, fewer towards
/// the end, so uneven tasks balance themselves; which slot ran what never shows in a result. A clone shares
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

    /// The threads of a rayon pool that the program has anyhow, so that its own work and this library's do not
    /// compete for cores. The pool must have been made in this process; it may be used for anything else
    /// meanwhile, and its threads may call in as well: one that waits does other work of the pool.
    ///
    /// ```
    /// use abreast::{exec::Threads, kernels::dot::Dot};
    /// use std::sync::Arc;
    ///
    /// let pool = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(2).build()?);
    /// let threads = Threads::from_pool(pool.clone())?;
    /// let x = vec![1.5f64; 1_000_000];
    /// let dot = Dot::job(&x, &x)?.on(&threads)?;
    /// let same = pool.install(|| Dot::job(&x, &x)?.on(&threads))?;
    /// assert_eq!(dot.to_bits(), same.to_bits());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] when the pool has more than [`Threads::MAX`] threads.
    pub fn from_pool(pool: Arc<rayon::ThreadPool>) -> Result<Threads, Error> {
        Ok(Threads { pool: Pool::of("threads", pool)?.into() })
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
        let slots = control.slots(self.width()).min(tasks.len());
        let nesting = if slots > 1 { Nesting::here().shared() } else { Nesting::here() };
        let run = RunState::within(nesting, tasks, control);
        let numbers = Numbers { next: AtomicUsize::new(0), end: tasks.len(), slots };
        match (slots, tasks.is_graph()) {
            (0 | 1, is_graph) => {
                if is_graph {
                    check_order(tasks)?;
                }
                run.all(0, numbers.taken());
            }
            (_, true) => {
                let walk = Walk::new(&run, Ready::new(tasks)?, slots);
                threads.in_place_scope(|scope| walk.start(scope));
            }
            (_, false) => threads.in_place_scope(|scope| {
                for worker in 1..slots {
                    let (run, numbers) = (&run, &numbers);
                    scope.spawn(move |_| run.all(worker, numbers.taken()));
                }
                run.all(0, numbers.taken());
            }),
        }
        run.end()
    }
}

/// The numbers of a list's tasks that nobody has taken yet.
struct Numbers {
    next: AtomicUsize,
    end: usize,
    slots: usize,
}

/// A slot takes this part of its share of what is left at a time: large enough that the counter is no
/// bottleneck, small enough that slots end together.
const PART: usize = 8;

impl Numbers {
    /// One slot's numbers, in ascending order.
    fn taken(&self) -> impl FnMut() -> Option<usize> + '_ {
        let mut own = 0..0;
        move || {
            own.next().or_else(|| {
                own = self.take()?;
                own.next()
            })
        }
    }

    fn take(&self) -> Option<Range<usize>> {
        let mut first = self.next.load(Ordering::Relaxed);
        loop {
            let left = self.end.checked_sub(first).filter(|left| *left > 0)?;
            let end = first + (left / (PART * self.slots)).max(1);
            match self.next.compare_exchange_weak(first, end, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return Some(first..end),
                Err(now) => first = now,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::sync::{Barrier, Mutex};

    /// Tasks that say which thread does them, and wait until as many threads are there.
    struct Named {
        together: Barrier,
        seen: Mutex<BTreeSet<String>>,
    }

    impl Named {
        fn new(count: usize) -> Named {
            Named { together: Barrier::new(count), seen: Mutex::default() }
        }

        fn seen(self) -> Vec<String> {
            self.seen.into_inner().expect("nothing panics here").into_iter().collect()
        }
    }

    impl Tasks for Named {
        fn len(&self) -> usize {
            2
        }

        fn run(&self, _: usize) -> Result<(), Fault> {
            self.together.wait();
            let name = std::thread::current().name().unwrap_or("?").to_owned();
            self.seen.lock().expect("nothing panics here").insert(name);
            Ok(())
        }
    }

    fn pool(threads: usize) -> Arc<rayon::ThreadPool> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        Arc::new(pool.thread_name(|i| format!("mine-{i}")).build().expect("threads"))
    }

    fn run(threads: &Threads, tasks: &Named) {
        threads.run(tasks, &Control::default()).expect("no fault");
    }

    #[test]
    fn the_callers_pool_does_the_work_with_its_caller() {
        let pool = pool(2);
        let threads = Threads::from_pool(pool.clone()).unwrap();
        assert_eq!((threads.width(), &threads.name()[..]), (2, "threads:2"));
        let outside = Named::new(2);
        run(&threads, &outside);
        let seen = outside.seen();
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert_eq!(seen.iter().filter(|name| name.starts_with("mine-")).count(), 1, "{seen:?}");
        // From one of its own threads, which then is the caller.
        let inside = Named::new(2);
        pool.install(|| run(&threads, &inside));
        assert_eq!(inside.seen(), ["mine-0", "mine-1"]);
    }

    #[test]
    fn the_callers_pool_outlives_the_executor() {
        let pool = pool(1);
        let threads = Threads::from_pool(pool.clone()).unwrap();
        run(&threads, &Named::new(1));
        drop(threads.clone());
        drop(threads);
        assert_eq!(Arc::strong_count(&pool), 1);
        assert_eq!(pool.install(rayon::current_thread_index), Some(0));
    }
}
