//! Work on a pool, as a future.

use crate::error::{discard, panic_text};
use crate::exec::{Cancel, Control, Executor, Threads};
use crate::fork::Origin;
use crate::kernel::Job;
use crate::{Error, Fault, Kernel};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::sync::oneshot;

/// Runs `work` on a thread of the pool, and gives a future of what it returns. The work begins as
/// soon as a thread is free, polled or not.
///
/// `work` is lent a [`Cancel`] that is set when nobody wants the result any more; long work looks at
/// it from time to time. Work that is cancelled before it begins never does.
///
/// # Errors
/// The future gives [`Fault::Panic`], of task 0, when `work` panics, and [`Fault::Cancelled`] after
/// [`ToThread::cancel`], and [`Fault::Forked`] in a process forked from the pool's.
///
/// ```
/// use abreast::{Fault, aio, exec::Threads};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let pool = Threads::new(2)?;
/// assert_eq!(aio::to_thread(&pool, |_| "done").await?, "done");
///
/// let endless = aio::to_thread(&pool, |cancel| while !cancel.is_cancelled() {});
/// endless.cancel(); // and so would drop(endless)
/// assert_eq!(endless.await, Err(Fault::Cancelled));
/// # Ok::<(), abreast::Fault>(())
/// # }).unwrap();
/// ```
pub fn to_thread<T: Send + 'static>(
    pool: &Threads,
    work: impl FnOnce(&Cancel) -> T + Send + 'static,
) -> ToThread<T> {
    submit(pool, |cancel| Ok(work(cancel)))
}

/// Runs a kernel on the pool, as [`Job::on`] does, and gives a future of its output: the same
/// bits. At most `throttle` chunks are under way at once.
///
/// The future owns the operands, and `job` makes a job of them on the pool. To run several kernels over one array, pass an
/// [`Arc`] of it. Dropping the future stops the kernel before the next chunk; the operands live
/// until the chunks that have begun are done.
///
/// # Errors
/// The future gives what `job` and [`Job::on`] report.
///
/// ```
/// use abreast::{aio, exec::Threads, kernels::sum::Sum};
/// use std::sync::Arc;
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let pool = Threads::new(2)?;
/// let x = Arc::new(vec![0.5; 100_000]);
/// let sum = aio::map(&pool, x.clone(), |x| Sum::job(x), Some(1)).await?;
/// assert_eq!(sum, 50_000.0);
/// # Ok::<(), abreast::Fault>(())
/// # }).unwrap();
/// ```
pub fn map<K, O>(
    pool: &Threads,
    operands: O,
    job: impl for<'o> FnOnce(&'o O) -> Result<Job<'o, K>, Error> + Send + 'static,
    throttle: Option<usize>,
) -> ToThread<K::Output>
where
    K: Kernel<Output: Send>,
    O: Send + 'static,
{
    let executor = pool.clone();
    submit(pool, move |cancel| {
        let control = Control { cancel: Some(cancel), throttle, ..Control::default() };
        job(&operands)?.control(&control).on(&executor)
    })
}

/// A future of what runs on another thread: see [`to_thread`] and [`map`]. Dropping it cancels.
#[derive(Debug)]
#[must_use = "dropping it cancels the work"]
pub struct ToThread<T> {
    cancel: Arc<Cancel>,
    outcome: oneshot::Receiver<Result<T, Fault>>,
    /// Why the pool did not take the work.
    refused: Option<Fault>,
    /// The process whose pool has the work, and the width of that pool.
    origin: Origin,
    width: usize,
}

impl<T> ToThread<T> {
    /// Tells the work to stop. The future then gives [`Fault::Cancelled`], unless the work has ended
    /// by now: its result is kept.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }
}

impl<T> Future for ToThread<T> {
    type Output = Result<T, Fault>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(fault) = self.refused.take() {
            return Poll::Ready(Err(fault));
        }
        let outcome = Pin::new(&mut self.outcome).poll(context);
        if outcome.is_pending() {
            // In a process forked from the pool's nobody would ever wake it.
            self.origin.check(|| format!("threads:{}", self.width))?;
        }
        let outcome = ready!(outcome);
        // A job that never ran, because its process is ending, was cancelled.
        Poll::Ready(outcome.unwrap_or(Err(Fault::Cancelled)))
    }
}

impl<T> Drop for ToThread<T> {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

fn submit<T: Send + 'static>(
    pool: &Threads,
    work: impl FnOnce(&Cancel) -> Result<T, Fault> + Send + 'static,
) -> ToThread<T> {
    let cancel = Arc::new(Cancel::default());
    let (sender, outcome) = oneshot::channel();
    let flag = Arc::clone(&cancel);
    let submitted = pool.spawn(move || {
        // What the closure owns and what it made are dropped here too, and may panic as well.
        let delivered = catch_unwind(AssertUnwindSafe(|| drop(sender.send(attempt(work, &flag)))));
        // Nobody is left to be told.
        delivered.unwrap_or_else(discard);
    });
    let (origin, width) = (Origin::this(), pool.width());
    ToThread { cancel, outcome, refused: submitted.err(), origin, width }
}

fn attempt<T>(work: impl FnOnce(&Cancel) -> Result<T, Fault>, cancel: &Cancel) -> Result<T, Fault> {
    if cancel.is_cancelled() {
        return Err(Fault::Cancelled);
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| work(cancel)))
        .unwrap_or_else(|panic| Err(Fault::Panic { task: 0, why: panic_text(panic) }));
    // A result that was made under a set flag may be half of one.
    if cancel.is_cancelled() { Err(Fault::Cancelled) } else { outcome }
}
