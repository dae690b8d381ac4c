//! What a global lock does to an executor.

use super::pool;
use crate::executor::{Control, Executor, Nesting, Report};
use crate::fork::Origin;
use crate::tasks::Model;
use crate::{Fault, Tasks};
use std::borrow::Cow;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::{self, ThreadId};

/// Any executor, with one lock around each task: threads as a language with a global interpreter
/// lock has them. The results stay the same; the speed-up goes.
///
/// Like such a lock it is let go while the thread that holds it calls the executor again, so a task
/// may use the executor that runs it. If another thread does so, for which a task with the lock in
/// its hand waits, that is [`Fault::Nested`]: under such a lock both would wait for ever. So is a task
/// that does so under a second lock: it would need the first one back with the second in its hand,
/// while another task may have them the other way round. Nothing is sent to other processes, where
/// the lock is not; in a process forked from the one that made it, it is [`Fault::Forked`].
///
/// ```
/// use abreast::exec::{Executor, Locked, Threads};
/// use abreast::kernels::dot::Dot;
/// let x = vec![1.5f64; 100_000];
/// let pool = Locked::new(Threads::new(2)?);
/// assert_eq!(pool.name(), "locked:threads:2");
/// let dot = Dot::job(&x, &x)?.on(&pool)?;
/// assert_eq!(dot.to_bits(), abreast::dot(&x, &x)?.to_bits());
/// # Ok::<(), abreast::Fault>(())
/// ```
#[derive(Debug, Default)]
pub struct Locked<E> {
    inner: E,
    lock: Lock,
    origin: Origin,
}

impl<E: Executor> Locked<E> {
    /// `inner` with a lock of its own.
    pub fn new(inner: E) -> Locked<E> {
        Locked { inner, lock: Lock::default(), origin: Origin::this() }
    }
}

impl<E: Executor> Executor for Locked<E> {
    fn name(&self) -> String {
        format!("locked:{}", self.inner.name())
    }

    fn width(&self) -> usize {
        self.inner.width()
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        // Whoever held the lock at a fork never lets it go in the child.
        self.origin.check(|| self.name())?;
        let nesting = Nesting::here();
        if nesting.has(&self.lock) {
            let nested = |why: &str| Fault::Nested { executor: self.name(), why: why.to_owned() };
            if nesting.is_shared(&self.lock) || !self.lock.is_mine() {
                return Err(nested("a task waits for this one with the lock in its hand"));
            }
            if !nesting.ends_with(&self.lock) {
                return Err(nested("another lock was taken since, and this one cannot be let go"));
            }
        }
        let _within = nesting.and(&self.lock, || self.name())?.enter();
        let tasks = OneByOne { tasks, lock: &self.lock };
        self.lock.without(|| self.inner.run(&tasks, control))
    }
}

/// Tasks that take the lock to run.
struct OneByOne<'t> {
    tasks: &'t dyn Tasks,
    lock: &'t Lock,
}

impl Tasks for OneByOne<'_> {
    fn len(&self) -> usize {
        self.tasks.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let _held = self.lock.hold();
        let _own = Nesting::here().own(self.lock).enter();
        self.tasks.run(i)
    }

    fn is_graph(&self) -> bool {
        self.tasks.is_graph()
    }

    fn needs(&self, i: usize) -> &[u32] {
        self.tasks.needs(i)
    }

    fn name(&self, i: usize) -> Cow<'_, str> {
        self.tasks.name(i)
    }

    fn model(&self, i: usize) -> Model {
        self.tasks.model(i)
    }
}

type Owner<'l> = MutexGuard<'l, Option<ThreadId>>;

/// A lock that knows which thread has it.
#[derive(Debug, Default)]
struct Lock {
    owner: Mutex<Option<ThreadId>>,
    freed: Condvar,
}

impl Lock {
    fn owner(&self) -> Owner<'_> {
        self.owner.lock().unwrap_or_else(|dead| dead.into_inner())
    }

    fn is_mine(&self) -> bool {
        *self.owner() == Some(thread::current().id())
    }

    /// Takes the lock until the guard is dropped. A thread that has it already, and was lent to
    /// another task while it waits, goes on at once and leaves it taken.
    fn hold(&self) -> Option<Held<'_>> {
        if self.is_mine() {
            return None;
        }
        self.take();
        Some(Held(self))
    }

    /// Lets go of the lock while `work` runs, if this thread has it.
    fn without<R>(&self, work: impl FnOnce() -> R) -> R {
        if !self.is_mine() {
            return work();
        }
        self.let_go();
        let _again = Retake(self);
        work()
    }

    fn take(&self) {
        let mut owner = self.owner();
        while owner.is_some() {
            owner = self.wait(owner);
        }
        *owner = Some(thread::current().id());
    }

    /// Waits until the lock may be free. Whoever has it may wait for work of the pool that this thread belongs to.
    fn wait<'l>(&'l self, owner: Owner<'l>) -> Owner<'l> {
        if !pool::is_here() {
            return self.freed.wait(owner).unwrap_or_else(|dead| dead.into_inner());
        }
        drop(owner);
        if pool::help() {
            return self.owner();
        }
        let taken = |owner: &mut Option<_>| owner.is_some();
        let waited = self.freed.wait_timeout_while(self.owner(), pool::GLANCE, taken);
        waited.unwrap_or_else(|dead| dead.into_inner()).0
    }

    fn let_go(&self) {
        *self.owner() = None;
        self.freed.notify_one();
    }
}

/// Lets go when dropped.
struct Held<'l>(&'l Lock);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

/// Takes the lock again when dropped.
struct Retake<'l>(&'l Lock);

impl Drop for Retake<'_> {
    fn drop(&mut self) {
        self.0.take();
    }
}
