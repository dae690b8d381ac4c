//! The ranks: how they begin, what they must have in common, how they end.

use crate::channel::{Bytes, Channel};
use crate::frame::{Head, Kind};
use crate::hello::{self, Weakest};
use crate::names::Named;
use crate::post::Post;
use crate::record::Record;
use crate::{Mpi, Schedule, last_words, serve, supervise};
use abreast::exec::worker_main;
use abreast::executor::Executor;
use abreast::executors;
use abreast::{Error, Fault, Isa, Remote, remote};
use mpi::Threading;
use mpi::topology::{Communicator, SimpleCommunicator};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// The ranks of a program that `mpiexec` has started, as rank 0 sees them: see [`with_world`].
pub struct World(Rc<Team>);

impl World {
    /// An executor over all ranks, each of which computes on what `inner` names: `serial`, `threads:2`,
    /// `procs:1`, any that [`executors::parse`] knows.
    ///
    /// # Errors
    /// [`Fault::Refused`] for a name that is none, here or on another rank, and for `mpi` within `mpi`.
    pub fn executor(&self, schedule: Schedule, inner: &str) -> Result<Mpi, Fault> {
        Mpi::new(&self.0, schedule, inner)
    }

    /// How many ranks there are, this one included.
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// The highest level that every rank has: the lowest of those that they [choose](abreast::Level::chosen).
    /// A job of a higher one is refused, because the chunks of one run must not differ.
    pub fn level(&self) -> Isa {
        self.0.weakest.level
    }
}

/// Runs `work` on rank 0, while the other ranks do chunks of the `kernels` for it. Gives what `work` gives, and
/// nothing on the other ranks. Every rank must call it, with the same kernels, at the top of `main`:
///
/// - MPI is started here, and ended when it returns. It must not have been started before.
/// - On Linux the process that `mpiexec` has started becomes a supervisor and runs the program again as the rank,
///   so what stands before it is done twice. The variable `ABREAST_MPI_ALONE=1` does without, for debuggers.
/// - [`worker_main`] is called here, so that ranks may compute in worker processes.
///
/// A program that nobody has started by `mpiexec` is a world of one rank.
///
/// # Errors
/// [`Fault::Mismatch`] on rank 0 when another rank has other kernels, another version, or a processor of
/// another architecture; [`Fault::Io`] when MPI cannot be started so. The other ranks end as they should.
///
/// A panic in `work` ends the program on all ranks, with an exit code that is not 0.
///
/// ```no_run
/// use abreast::kernels::{REGISTRY, dot::Dot};
/// use abreast_mpi::{Schedule, with_world};
///
/// fn main() -> Result<(), abreast::Fault> {
///     let dot = with_world(REGISTRY, |world| {
///         let mpi = world.executor(Schedule::Static, "threads")?;
///         let x = vec![0.1; 1_000_000];
///         Dot::job(&x, &x)?.on(&mpi)
///     })?;
///     if let Some(dot) = dot {
///         println!("{}", dot?);
///     }
///     Ok(())
/// }
/// ```
pub fn with_world<K: Into<Remote>, R>(
    kernels: impl IntoIterator<Item = K>,
    work: impl FnOnce(&World) -> R,
) -> Result<Option<R>, Fault> {
    let kernels: Vec<Remote> = kernels.into_iter().map(Into::into).collect();
    worker_main(kernels.iter().copied());
    let record = supervise::enter();
    let refuse = |why: &str| Fault::Io { what: "start MPI".to_owned(), why: why.to_owned() };
    let (universe, threading) = mpi::initialize_with_threading(Threading::Funneled)
        .ok_or_else(|| refuse("it has been started before"))?;
    if threading < Threading::Funneled {
        return Err(refuse("it has no support for programs with threads"));
    }
    let world = universe.world();
    record.begin(world.rank() as usize, world.size() as usize);
    // Dropping the universe while a panic unwinds would end MPI here and leave the other ranks waiting.
    let done = catch_unwind(AssertUnwindSafe(|| inside(&world, &kernels, &record, work)));
    let Ok(done) = done else {
        panicked(&format!("rank {} of {} panicked", world.rank(), world.size()), &record, || {
            world.abort(PANIC)
        })
    };
    drop(universe);
    record.end();
    done
}

/// The exit code when the program itself panicked.
const PANIC: i32 = 101;

/// Ends this rank, and with it the others. A supervisor has `mpiexec` do that, after what was said has been read.
fn panicked(why: &str, record: &Record, abort: impl FnOnce()) -> ! {
    last_words::say_and_wait(why);
    record.end();
    if !record.is_kept() {
        abort();
    }
    std::process::exit(PANIC)
}

fn inside<R>(
    world: &SimpleCommunicator,
    kernels: &[Remote],
    record: &Record,
    work: impl FnOnce(&World) -> R,
) -> Result<Option<R>, Fault> {
    let mut post = Post::new(Channel::among(world));
    if post.channel().rank() > 0 {
        hello::introduce(&mut post, kernels);
        serve::serve(&mut post, kernels, record);
        return Ok(None);
    }
    let done = hello::meet(&mut post, kernels).map(|weakest| {
        let team = Rc::new(Team::new(post, weakest, kernels, record.clone()));
        let named = Named::within(&team);
        let done = work(&World(team.clone()));
        drop(named);
        team.end();
        done
    });
    done.map(Some)
}

/// The ranks as the executors see them.
pub struct Team {
    /// Messages from and to all other ranks.
    pub post: RefCell<Post>,
    /// What rank 0 does itself.
    pub record: Record,
    /// Who has the lowest level.
    pub weakest: Weakest,
    /// What every rank knows by name.
    pub kernels: Vec<Remote>,
    inners: RefCell<Vec<Rc<Inner>>>,
    size: usize,
    jobs: Cell<u64>,
    is_busy: Cell<bool>,
    is_over: Cell<bool>,
    process: u32,
}

/// What each rank computes on.
pub struct Inner {
    /// Its number among those that there are.
    pub number: u64,
    /// Its name, for each rank to make it.
    pub name: String,
    /// How many tasks each rank does at once.
    pub widths: Vec<usize>,
    /// Rank 0's own.
    pub here: Box<dyn Executor>,
}

impl Team {
    fn new(post: Post, weakest: Weakest, kernels: &[Remote], record: Record) -> Team {
        Team {
            size: post.channel().size(),
            post: RefCell::new(post),
            record,
            weakest,
            kernels: kernels.to_vec(),
            inners: RefCell::default(),
            jobs: Cell::new(0),
            is_busy: Cell::new(false),
            is_over: Cell::new(false),
            process: std::process::id(),
        }
    }

    /// How many ranks.
    pub fn size(&self) -> usize {
        self.size
    }

    /// A number for a job that no other has.
    pub fn new_job(&self) -> u64 {
        self.jobs.replace(self.jobs.get() + 1)
    }

    /// Takes the ranks for one run.
    ///
    /// # Errors
    /// When they cannot be had, for `name`.
    pub fn take(&self, name: impl Fn() -> String) -> Result<Taken<'_>, Fault> {
        if self.process != std::process::id() {
            return Err(Fault::Forked { executor: name() });
        }
        let why = match (self.is_over.get(), self.is_busy.get()) {
            (true, _) => "its world has ended",
            (_, true) => "a run on these ranks has not ended: a panic has left it",
            _ => {
                self.is_busy.set(true);
                return Ok(Taken(self));
            }
        };
        Err(Fault::Nested { executor: name(), why: why.to_owned() })
    }

    /// The executor called `name` on each rank.
    ///
    /// # Errors
    /// The first rank's that cannot make it.
    pub fn inner(&self, name: &str) -> Result<Rc<Inner>, Fault> {
        if let Some(known) = self.inners.borrow().iter().find(|inner| inner.name == name) {
            return Ok(known.clone());
        }
        if name.split(':').any(|part| part == "mpi") {
            let rule = "a rank computes on an executor of its own, not on ranks";
            return Err(Error::argument("executor", format!("mpi:..:{name}"), rule).into());
        }
        let here = executors::parse(name)?;
        let _taken = self.take(|| format!("mpi:..:{name}"))?;
        let number = self.inners.borrow().len() as u64;
        let widths = self.widths(name, here.width())?;
        let inner = Rc::new(Inner { number, name: name.to_owned(), widths, here });
        self.inners.borrow_mut().push(inner.clone());
        Ok(inner)
    }

    /// Has it made by every rank. One that not all can make is replaced by the next.
    fn widths(&self, name: &str, here: usize) -> Result<Vec<usize>, Fault> {
        let mut post = self.post.borrow_mut();
        for rank in 1..self.size {
            let number = self.inners.borrow().len() as u64;
            let head = Head { inner: number, ..Head::of(Kind::Inner) };
            post.send(rank, head, Bytes::Own(name.as_bytes().to_vec()));
        }
        let mut widths = vec![Ok(here)];
        widths.extend((1..self.size).map(|rank| {
            let (head, body) = post.wait(rank);
            match remote::error_from_bytes(body.as_slice()) {
                None => Ok(head.width as usize),
                Some(why) => {
                    Err(Error::argument("executor", name, format!("rank {rank} says: {why}")))
                }
            }
        }));
        Ok(widths.into_iter().collect::<Result<_, Error>>()?)
    }

    /// Sends the other ranks home, if they have nothing to do.
    fn end(&self) {
        self.is_over.set(true);
        let mut post = self.post.borrow_mut();
        if self.is_busy.get() {
            let why = "a panic has left a run, and the ranks are still at it";
            panicked(why, &self.record, || post.channel().abort(PANIC));
        }
        hello::bye(&mut post);
    }
}

/// The ranks, until it is dropped. While a panic unwinds they are not given back: what they are doing for the run
/// would be taken for another's.
pub struct Taken<'t>(&'t Team);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.is_busy.set(std::thread::panicking());
    }
}
