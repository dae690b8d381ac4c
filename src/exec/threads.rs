//! A pool of threads that take task numbers from one counter.

use super::shift::Shift;
use super::{Control, Executor, Report};
use crate::{Error, Fault, Tasks};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs tasks on a rayon pool of its own. Each lane takes the next number from a shared counter,
/// so uneven tasks balance themselves; which lane ran what never shows in a result.
///
/// ```
/// use abreast::exec::{self, Control, Threads};
/// use abreast::kernels::dot::Dot;
/// let x = vec![1.5; 1_000_000];
/// let place = Threads::new(4)?;
/// let how = abreast::How::best()?;
/// let dot = exec::run::<Dot<f64>>(&place, how, &Control::default(), (), (&x, &x))?;
/// assert_eq!(dot.to_bits(), abreast::dot(&x, &x)?.to_bits());
/// # Ok::<(), abreast::Fault>(())
/// ```
#[derive(Debug)]
pub struct Threads {
    pool: rayon::ThreadPool,
}

impl Threads {
    /// More threads than this are refused: a slip, not a wish.
    pub const MOST: usize = 4096;

    /// A pool of `count` threads.
    ///
    /// # Errors
    /// [`Error::Argument`] when `count` is 0 or above [`Threads::MOST`], or when the system does
    /// not give that many threads.
    pub fn new(count: usize) -> Result<Threads, Error> {
        if !(1..=Self::MOST).contains(&count) {
            let rule = format!("must be between 1 and {}", Self::MOST);
            return Err(Error::argument("threads", count, rule));
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(count)
            .thread_name(|i| format!("abreast-{i}"))
            .build()
            .map_err(|why| Error::argument("threads", count, why.to_string()))?;
        Ok(Threads { pool })
    }

    /// One thread for each core this process may use; two hardware threads of a core count once.
    ///
    /// # Errors
    /// As [`Threads::new`].
    pub fn per_core() -> Result<Threads, Error> {
        let allowed = std::thread::available_parallelism().map_or(1, |n| n.get());
        Self::new(allowed.min(num_cpus::get_physical()).max(1))
    }
}

impl Executor for Threads {
    fn name(&self) -> String {
        format!("threads:{}", self.width())
    }

    fn width(&self) -> usize {
        self.pool.current_num_threads()
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        let shift = Shift::begin(tasks, control);
        let next = AtomicUsize::new(0);
        let take = || next.fetch_add(1, Ordering::Relaxed);
        let lanes = self.width().min(tasks.len());
        self.pool.in_place_scope(|scope| {
            for worker in 0..lanes {
                let shift = &shift;
                scope.spawn(move |_| shift.lane(worker, take));
            }
        });
        shift.end()
    }
}
