//! Tasks as futures: one thread waits, a pool computes.

use super::pool::{self, Pool};
use super::ready::Ready;
use super::{Control, Executor, Report};
use crate::executor::RunState;
use crate::{Error, Fault, Tasks};
use rayon::ScopeFifo;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Runs tasks as an async program would: a driver on the calling thread takes a permit for
/// each task, or for a short batch of tasks that need nothing, and hands them to a pool of threads,
/// which gives the permit back when they have ended.
///
/// The driver is a future on a tokio runtime of one thread. The borrowed tasks are safe with it
/// because a rayon scope around the runtime, and not a future that could be dropped, owns the wait.
/// To call kernels from code that is async already, see [`aio`](crate::aio). In a process forked from
/// the one that made it, it refuses with [`Fault::Forked`].
///
/// ```
/// use abreast::exec::{Async, Control};
/// use abreast::kernels::dot::Dot;
/// let x = vec![1.5f64; 1_000_000];
/// let control = Control { throttle: Some(2), ..Control::default() };
/// let dot = Dot::job(&x, &x)?.control(&control).on(&Async::new(4)?)?;
/// assert_eq!(dot.to_bits(), abreast::dot(&x, &x)?.to_bits());
/// # Ok::<(), abreast::Fault>(())
/// ```
#[derive(Debug)]
pub struct Async {
    pool: Pool,
}

impl Async {
    /// More threads than this are refused: almost certainly a typo.
    pub const MAX: usize = pool::MAX;

    /// A driver for a pool of `count` threads.
    ///
    /// # Errors
    /// [`Error::Argument`] when `count` is 0 or above [`Async::MAX`], or when the system does not
    /// give that many threads.
    pub fn new(count: usize) -> Result<Async, Error> {
        Ok(Async { pool: Pool::new("async", count)? })
    }

    /// A thread for each core this process may use.
    ///
    /// # Errors
    /// As [`Async::new`].
    pub fn per_core() -> Result<Async, Error> {
        Self::new(pool::cores())
    }
}

impl Executor for Async {
    fn name(&self) -> String {
        format!("async:{}", self.width())
    }

    fn width(&self) -> usize {
        self.pool.width()
    }

    /// # Errors
    /// Besides the usual ones [`Fault::Nested`] when a tokio runtime already drives this thread:
    /// blocking it would stop everything else that it drives.
    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        if Handle::try_current().is_ok() {
            let why = "it would block the tokio runtime that runs this code; use abreast::aio";
            return Err(Fault::Nested { executor: self.name(), why: why.to_owned() });
        }
        let threads = self.pool.threads(|| self.name())?;
        let runtime = Builder::new_current_thread().build().map_err(|why| Fault::Io {
            what: "start a tokio runtime".to_owned(),
            why: why.to_string(),
        })?;
        let ready = tasks.is_graph().then(|| Ready::new(tasks)).transpose()?;
        let slots = control.slots(self.width());
        // The pool itself runs no more tasks than it has threads; fewer must be counted.
        let ahead = ready.is_some() && slots == self.width();
        let permits = if ahead { slots * AHEAD } else { slots };
        let dispatcher = Dispatcher {
            run: RunState::begin(tasks, control),
            permits: Semaphore::new(permits),
            batch: if ahead { permits as u32 / 2 } else { 1 },
            next: AtomicUsize::new(0),
        };
        threads.in_place_scope_fifo(|scope| match &ready {
            Some(ready) => wait(&runtime, dispatcher.hand_out_graph(scope, ready)),
            None => wait(&runtime, dispatcher.hand_out(scope, tasks.len())),
        });
        dispatcher.run.end()
    }
}

/// Tasks of a graph that may wait in the pool for each thread of it, so that no thread waits for
/// the driver.
const AHEAD: usize = 64;

/// Tasks that need nothing are done this many to a permit: waking the driver costs as much as many
/// a task.
const BATCH: usize = 64;

/// Where tasks are handed out.
struct Dispatcher<'d> {
    run: RunState<'d>,
    permits: Semaphore,
    /// Permits of a graph that the driver takes at once.
    batch: u32,
    /// The next task that needs nothing.
    next: AtomicUsize,
}

impl Dispatcher<'_> {
    /// Hands out tasks that need nothing, in order.
    async fn hand_out<'s>(&'s self, scope: &ScopeFifo<'s>, count: usize) {
        loop {
            let permit = self.permits.acquire().await.expect("nobody closes it");
            let next = self.next.load(Ordering::Relaxed);
            if next >= count || !self.run.goes_on(next) {
                return;
            }
            scope.spawn_fifo(move |_| {
                let mut batch = 0..BATCH;
                let take = |_| self.next.fetch_add(1, Ordering::Relaxed);
                self.run.all(worker(), || batch.next().map(take));
                drop(permit);
            });
        }
    }

    /// Hands out the tasks of a graph as they become ready.
    async fn hand_out_graph<'s>(&'s self, scope: &ScopeFifo<'s>, ready: &'s Ready) {
        // Each message brings a sender along, so the channel ends when no task is left that could
        // make another ready.
        let (sender, mut receiver) = unbounded_channel();
        let offer = |task| Offer::make(task, &sender);
        ready.first().iter().for_each(|task| offer(*task));
        drop(sender);
        let mut held = None;
        while let Some(offer) = receiver.recv().await {
            let permit = self.permit(&mut held).await;
            scope.spawn_fifo(move |_| {
                self.walk(offer, ready);
                drop(permit);
            });
        }
    }

    /// Runs a task and goes on with one of those it made ready; the driver hands out the others.
    fn walk(&self, Offer { mut task, sender }: Offer, ready: &Ready) {
        loop {
            self.run.step(task, worker());
            let mut own = None;
            ready.ended(task, |next| match own {
                None => own = Some(next),
                Some(_) => Offer::make(next, &sender),
            });
            match own {
                Some(next) => task = next,
                None => return,
            }
        }
    }

    /// One permit, from those held or from a new batch. It goes back when it is dropped, also by
    /// a panic.
    async fn permit<'s>(&'s self, held: &mut Option<SemaphorePermit<'s>>) -> SemaphorePermit<'s> {
        if let Some(permit) = held.as_mut().and_then(|held| held.split(1)) {
            return permit;
        }
        let mut more = self.permits.acquire_many(self.batch).await.expect("nobody closes it");
        let one = more.split(1).expect("a batch is at least one");
        *held = Some(more);
        one
    }
}

/// A task that is ready.
struct Offer {
    task: usize,
    sender: UnboundedSender<Offer>,
}

impl Offer {
    fn make(task: usize, sender: &UnboundedSender<Offer>) {
        // The receiver goes only when every sender is gone.
        let _ = sender.send(Offer { task, sender: sender.clone() });
    }
}

fn worker() -> usize {
    rayon::current_thread_index().unwrap_or_default()
}

/// Runs the driver to its end.
fn wait(runtime: &Runtime, driver: impl Future<Output = ()>) {
    if !pool::is_here() {
        return runtime.block_on(driver);
    }
    let mut driver = pin!(driver);
    let mut once =
        || runtime.block_on(poll_fn(|context| Poll::Ready(driver.as_mut().poll(context))));
    while once().is_pending() {
        if !pool::help() {
            std::thread::park_timeout(pool::GLANCE);
        }
    }
}
