//! Worker processes: what a kernel does to its process, it does to a worker.
//!
//! A worker is this very program, started again; [`worker_main`] at the top of `main` makes it
//! serve. Parent and worker talk over a pair of sockets that nobody else has, never over standard
//! input or output, so a C `printf` in a kernel harms nothing. Operands go over once per run, as
//! memory that nobody can change any more; results come back by message, or by shared memory when
//! they are long. None of this memory has a name, so nothing is left behind whoever dies.
//!
//! A finished result cannot be changed any more: shared memory has a fixed size, the parent copies the
//! bytes out when it is told that they are there, and compares them with a checksum that came in the
//! message. docs/unsafe.md says what a broken worker can still do.
//!
//! A worker that dies - a segfault, an abort, `kill -9` - or that takes longer than
//! [`Control::deadline`](super::Control) is reaped: killed, waited for, and only then are its chunks
//! given to another. So two processes never write the same bytes, and a chunk counts only when its
//! result has arrived whole. The chunk that was in work is charged with the death; after
//! [`Control::attempts`](super::Control) of them it is given up as [`Fault::Lost`] or
//! [`Fault::Deadline`], and all the others are done all the same. What a chunk says of its error or
//! panic arrives as it would at home, but for texts longer than a message (64 KiB): those are cut,
//! and say so.
//!
//! | file | what it holds |
//! |---|---|
//! | `run.rs`, `wait.rs` | one run: giving out, listening, reaping |
//! | `schedule.rs` | what a run does next, as a state machine without input or output |
//! | `pool.rs`, `member.rs` | the workers as the parent sees them, and one of them |
//! | `process.rs` | a process and the thread that starts it and reaps it |
//! | `worker.rs` | the worker's own side |
//! | `pending.rs` | tasks that nobody has yet |
//! | `frame.rs`, `link.rs` | what is said, and over what |
//! | `memory.rs` | memory that several processes see; the only unsafe code |
//! | `registry.rs` | what a process knows of itself |

mod pool;
mod frame;
mod link;
mod member;
mod memory;
mod pending;
mod process;
mod registry;
mod run;
mod schedule;
mod wait;
mod worker;

pub use memory::SharedCells;
pub use registry::shared_cells;
pub use worker::worker_main;

use crate::executor::{Control, Executor, Nesting, Report, RunState};
use crate::fork::Origin;
use crate::remote::Remote;
use crate::{Error, Fault, Tasks};
use member::Terms;
use pool::Pool;
use process::Alive;
use run::Run;
use rustix::process::Signal as Number;
use std::cell::RefCell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

/// Runs the chunks of named kernels in worker processes, and what cannot be sent away at home.
///
/// Workers are started when there is work for them and stay until this is dropped. One run at a
/// time: a second one waits. The bits are those of every other executor. In a process forked from the
/// one that made it, it refuses with [`Fault::Forked`] and leaves the workers alone.
///
/// The program's `main` must begin with [`worker_main`]; see there for an example.
#[derive(Debug)]
pub struct Procs {
    width: usize,
    state: Mutex<State>,
    alive: Arc<Alive>,
    origin: Origin,
}

#[derive(Debug)]
struct State {
    /// Where workers come from, if not from this program.
    program: Option<(PathBuf, Vec<Remote>)>,
    memory: Option<u64>,
    env: Vec<(OsString, OsString)>,
    shared: Vec<(String, Arc<SharedCells>)>,
    pool: Pool,
}

/// What [`Procs::signal`] does to a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGKILL: it is gone at once.
    Kill,
    /// SIGSTOP: it does nothing any more. Only a deadline helps.
    Stop,
}

impl Procs {
    /// More workers than this are refused: almost certainly a typo.
    pub const MAX: usize = 1024;

    /// A pool of `count` workers, not yet started.
    ///
    /// # Errors
    /// [`Error::Argument`] when `count` is 0 or above [`Procs::MAX`].
    pub fn new(count: usize) -> Result<Procs, Error> {
        if !(1..=Self::MAX).contains(&count) {
            let rule = format!("must be between 1 and {}", Self::MAX);
            return Err(Error::argument("procs", count, rule));
        }
        let alive = Arc::new(Alive::new(count));
        let pool = Pool::new(count, alive.clone());
        let state =
            State { program: None, memory: None, env: Vec::new(), shared: Vec::new(), pool };
        Ok(Procs { width: count, state: Mutex::new(state), alive, origin: Origin::this() })
    }

    /// Takes another program for workers: one whose `main` begins with [`worker_main`] over the same
    /// kernels. For programs that cannot start themselves again, as tests are.
    pub fn program<R: Into<Remote>>(
        self,
        path: impl Into<PathBuf>,
        kernels: impl IntoIterator<Item = R>,
    ) -> Procs {
        let kernels = kernels.into_iter().map(Into::into).collect();
        self.state().program = Some((path.into(), kernels));
        self
    }

    /// Limits the address space of each worker: a kernel that wants more is refused the memory.
    pub fn memory_limit(self, bytes: u64) -> Procs {
        self.state().memory = Some(bytes);
        self
    }

    /// Sets an environment variable in each worker. Without it a worker has those of this process, and
    /// `RAYON_NUM_THREADS` and `OMP_NUM_THREADS` are 1.
    pub fn env(self, name: impl Into<OsString>, value: impl Into<OsString>) -> Procs {
        self.state().env.push((name.into(), value.into()));
        self
    }

    /// Lets kernels in workers find these cells by name, with [`shared_cells`]: in every run that begins
    /// after this.
    pub fn share(&self, name: &str, cells: &Arc<SharedCells>) {
        if !self.origin.is_this() {
            return;
        }
        self.state().shared.push((name.to_owned(), cells.clone()));
    }

    /// The process numbers of the living workers. One that dies is no longer among them at once,
    /// whether a run goes on or not. A process forked from this one has none.
    pub fn pids(&self) -> Vec<u32> {
        if !self.origin.is_this() {
            return Vec::new();
        }
        self.alive.pids()
    }

    /// Sends worker `w` a signal, from any thread and in the middle of a run: to see that nothing is
    /// lost. False when there is no such worker now.
    pub fn signal(&self, w: usize, signal: Signal) -> bool {
        if !self.origin.is_this() {
            return false;
        }
        let signal = match signal {
            Signal::Kill => Number::KILL,
            Signal::Stop => Number::STOP,
        };
        self.alive.signal(w, signal)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|dead| dead.into_inner())
    }
}

impl State {
    fn terms(&self) -> Result<Terms, Fault> {
        let (program, kernels) = match &self.program {
            Some((program, kernels)) => (program.clone(), kernels.clone()),
            // The file itself, even if another has its name by now.
            None => {
                let why = "this program has not called it".to_owned();
                let kernels = registry::kernels().ok_or(Fault::NoWorkerEntry { why })?;
                (registry::own_program()?, kernels.to_vec())
            }
        };
        let (env, shared) = (self.env.clone(), self.shared.clone());
        Ok(Terms { program, kernels, memory: self.memory, env, shared })
    }
}

/// Whether this process can start workers of itself: its `main` began with [`worker_main`], and it
/// is not a worker.
pub fn can_start_workers() -> bool {
    registry::kernels().is_some() && !registry::is_worker()
}

/// Whether this process is a worker. A kernel that may crash asks before it does: its [`Remote`] can be
/// opened in any process, and only in a worker is nothing else lost.
///
/// [`Remote`]: crate::Remote
pub fn is_worker() -> bool {
    registry::serves()
}

thread_local! {
    /// The pools whose runs this thread conducts.
    static CONDUCTED: RefCell<Vec<*const Procs>> = const { RefCell::new(Vec::new()) };
}

/// Takes a pool off the list of those conducted, whatever happens.
struct Conducting;

impl Drop for Conducting {
    fn drop(&mut self) {
        CONDUCTED.with_borrow_mut(|pools| pools.pop());
    }
}

impl Executor for Procs {
    fn name(&self) -> String {
        format!("procs:{}", self.width)
    }

    fn width(&self) -> usize {
        self.width
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        // The workers are the parent's, and so is whoever holds a lock.
        self.origin.check(|| self.name())?;
        let nested = |why: &str| Fault::Nested { executor: self.name(), why: why.to_owned() };
        if registry::is_worker() {
            registry::send_astray();
            return Err(nested("a worker process does not start workers of its own"));
        }
        let nesting = Nesting::here();
        let conducts = CONDUCTED.with_borrow(|pools| pools.contains(&std::ptr::from_ref(self)));
        if conducts || nesting.has(self) {
            return Err(nested("a task that runs at home would wait for its own pool"));
        }
        CONDUCTED.with_borrow_mut(|pools| pools.push(self));
        let _conducting = Conducting;
        let mut state = self.state();
        let terms = state.terms()?;
        state.pool.tidy();
        let nesting = nesting.and(self, || self.name())?;
        let state_of_run = RunState::within(nesting, tasks, control);
        Run::new(state_of_run, tasks, control, &mut state.pool, &terms)?.finish()
    }
}
