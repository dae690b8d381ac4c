//! 25. Four thread contracts: what C says about threads becomes one type each.
//!
//! # What goes wrong
//! "Is it thread-safe?" has four answers, and a pointer in a struct has none. With `unsafe impl Sync`
//! written because the compiler asked for it, two threads share one plan cache: one asks for four
//! points, gets its numbers transformed with the other's eight, and nothing crashes.
//!
//! # The right way
//! The header's sentence decides the type, and the compiler keeps the promise from then on.
//!
//! | the header says | the type | how |
//! |---|---|---|
//! | re-entrant: only reads | [`Plan`]: `Send + Sync` | `&self` |
//! | per context: any thread, one at a time | [`Context`]: `Send + !Sync` | `&self`, no lock needed |
//! | global state | [`Global`]: `Send + Sync` | one lock around the *whole* exchange, not around each call |
//! | thread-affine: only its maker | [`Affine`]: `!Send + !Sync` | [`Owner`] keeps it on a thread of its own |
//!
//! ```
//! use abreast_patterns::thread_contracts::{Affine, Context, Global, Owner, Plan};
//!
//! let x = [1.0, 2.0, 3.0];
//! let [mut by_plan, mut by_context, mut by_lock] = [[0.0; 3]; 3];
//! Plan::new(3)?.run(&x, &mut by_plan)?;
//! Context::new()?.run(&x, &mut by_context)?;
//! Global.run(&x, &mut by_lock)?;
//! let by_owner = Owner::new(3)?.call(move |affine: &mut Affine| {
//!     let mut out = [0.0; 3];
//!     affine.run(&x, &mut out).map(|()| out)
//! })??;
//! assert_eq!(by_plan[0], 6.0);
//! assert_eq!([by_context, by_lock, by_owner], [by_plan; 3]);
//! # Ok::<(), abreast_patterns::thread_contracts::Error>(())
//! ```
//!
//! A context may move to another thread:
//!
//! ```
//! use abreast_patterns::thread_contracts::Context;
//! let context = Context::new().unwrap();
//! std::thread::scope(|scope| { scope.spawn(move || context.run(&[1.0], &mut [0.0])); });
//! ```
//!
//! but not be shared with one:
//!
//! ```compile_fail,E0277
//! use abreast_patterns::thread_contracts::Context;
//! let context = Context::new().unwrap();
//! std::thread::scope(|scope| { scope.spawn(|| context.run(&[1.0], &mut [0.0])); });
//! ```
//!
//! A thread-affine handle is made where it is used, since it cannot even move:
//!
//! ```
//! use abreast_patterns::thread_contracts::Affine;
//! std::thread::scope(|scope| {
//!     scope.spawn(move || Affine::new(1).unwrap().run(&[1.0], &mut [0.0]));
//! });
//! ```
//!
//! ```compile_fail,E0277
//! use abreast_patterns::thread_contracts::Affine;
//! let mut affine = Affine::new(1).unwrap();
//! std::thread::scope(|scope| { scope.spawn(move || affine.run(&[1.0], &mut [0.0])); });
//! ```
//!
//! # The wrong way
//! `unlocked_global` calls the global library from two threads without the lock. ThreadSanitizer
//! reports the data race. Without it, one thread plans four points, the other one eight before the
//! first has run: four ones add up to 8.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/thread_contracts/thread_contracts.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/thread_contracts/thread_contracts.c"), "```")]
#![allow(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle, ThreadId};

// Pattern: a type for each contract, and what the compiler may know of it.

/// The declarations of `thread_contracts.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    macro_rules! opaque {
        ($($name:ident)*) => {$(
            #[repr(C)]
            pub struct $name {
                opaque: [u8; 0],
                marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
            }
        )*};
    }
    opaque!(ab_dct_plan ab_dct_context ab_dct_affine);

    pub const AB_DCT_MOST: usize = 64;
    pub const AB_DCT_OK: i32 = 0;
    pub const AB_DCT_SIZE: i32 = 1;
    pub const AB_DCT_WRONG_THREAD: i32 = 2;

    unsafe extern "C" {
        // Safe: returns null for a size that it does not have.
        pub safe fn ab_dct_plan_new(n: usize) -> *mut ab_dct_plan;
        pub fn ab_dct_plan_free(plan: *mut ab_dct_plan);
        pub fn ab_dct_plan_run(plan: *const ab_dct_plan, x: *const f64, out: *mut f64);
        // Safe: takes nothing, and returns null or a handle of its own.
        pub safe fn ab_dct_context_new() -> *mut ab_dct_context;
        pub fn ab_dct_context_free(context: *mut ab_dct_context);
        pub fn ab_dct_context_run(
            context: *mut ab_dct_context,
            n: usize,
            x: *const f64,
            out: *mut f64,
        ) -> i32;
        pub fn ab_dct_global_plan(n: usize) -> i32;
        pub fn ab_dct_global_run(x: *const f64, out: *mut f64);
        // Safe: returns null for a size that it does not have; only what uses the handle has a thread.
        pub safe fn ab_dct_affine_new(n: usize) -> *mut ab_dct_affine;
        pub fn ab_dct_affine_free(affine: *mut ab_dct_affine) -> i32;
        pub fn ab_dct_affine_run(affine: *mut ab_dct_affine, x: *const f64, out: *mut f64) -> i32;
    }
}

/// Why a transform could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A size that the library has no transform for.
    #[error("n = {0}: must be 1 to {most}", most = raw::AB_DCT_MOST)]
    Size(usize),
    /// A slice of another length than the transform.
    #[error("{name} has {len} numbers: must be {n}")]
    Length {
        /// Which one.
        name: &'static str,
        /// Its length.
        len: usize,
        /// What it should be.
        n: usize,
    },
    /// C had no memory.
    #[error("C has no memory for another handle")]
    NoMemory,
    /// C says that the handle is another thread's.
    #[error("the handle belongs to another thread")]
    WrongThread,
    /// A status that the header does not name.
    #[error("C returned {0}, which its header does not name")]
    Status(i32),
    /// The thread that should own the handle could not be started.
    #[error("no thread for the owner: {0}")]
    NoThread(std::io::ErrorKind),
    /// A call of an [`Owner`] from inside one of its calls: it would wait for itself.
    #[error("the owner is called from its own thread")]
    Nested,
}

fn checked(n: usize, x: &[f64], out: &[f64]) -> Result<(), Error> {
    if !(1..=raw::AB_DCT_MOST).contains(&n) {
        return Err(Error::Size(n));
    }
    match [("x", x.len()), ("out", out.len())].into_iter().find(|(_, len)| *len != n) {
        Some((name, len)) => Err(Error::Length { name, len, n }),
        None => Ok(()),
    }
}

fn status(code: i32, n: usize) -> Result<(), Error> {
    match code {
        raw::AB_DCT_OK => Ok(()),
        raw::AB_DCT_SIZE => Err(Error::Size(n)),
        raw::AB_DCT_WRONG_THREAD => Err(Error::WrongThread),
        other => Err(Error::Status(other)),
    }
}

fn made<T>(n: usize, handle: *mut T) -> Result<NonNull<T>, Error> {
    let refused = !(1..=raw::AB_DCT_MOST).contains(&n);
    NonNull::new(handle).ok_or(if refused { Error::Size(n) } else { Error::NoMemory })
}

/// Re-entrant: any number of threads may run one plan at once.
#[derive(Debug)]
pub struct Plan {
    handle: NonNull<raw::ab_dct_plan>,
    n: usize,
}

// SAFETY: "any number of threads may run it at once"; C keeps nothing about the thread that made it.
unsafe impl Send for Plan {}
// SAFETY: as above: running only reads.
unsafe impl Sync for Plan {}

impl Plan {
    /// For transforms of `n` points.
    ///
    /// # Errors
    /// [`Error::Size`], [`Error::NoMemory`].
    pub fn new(n: usize) -> Result<Plan, Error> {
        made(n, raw::ab_dct_plan_new(n)).map(|handle| Plan { handle, n })
    }

    /// Transforms `x` into `out`.
    ///
    /// # Errors
    /// [`Error::Length`].
    pub fn run(&self, x: &[f64], out: &mut [f64]) -> Result<(), Error> {
        checked(self.n, x, out)?;
        // SAFETY: the plan is alive; both slices hold its n numbers, and one is `&mut`.
        unsafe { raw::ab_dct_plan_run(self.handle.as_ptr(), x.as_ptr(), out.as_mut_ptr()) }
        Ok(())
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        // SAFETY: made by `ab_dct_plan_new`, ended here only; nobody runs what is being dropped.
        unsafe { raw::ab_dct_plan_free(self.handle.as_ptr()) }
    }
}

/// Per context: any thread, one at a time. A raw pointer inside makes it neither `Send` nor `Sync`;
/// `Send` is given back, `Sync` is not, and that is why `&self` may write.
#[derive(Debug)]
pub struct Context(NonNull<raw::ab_dct_context>);

// SAFETY: "any thread, one at a time": C keeps everything in the context, nothing in thread-locals.
unsafe impl Send for Context {}

impl Context {
    /// A context without a plan.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn new() -> Result<Context, Error> {
        NonNull::new(raw::ab_dct_context_new()).map(Context).ok_or(Error::NoMemory)
    }

    /// Transforms `x` into `out`; the size is that of `x`.
    ///
    /// # Errors
    /// [`Error::Size`], [`Error::Length`].
    pub fn run(&self, x: &[f64], out: &mut [f64]) -> Result<(), Error> {
        checked(x.len(), x, out)?;
        let (context, n) = (self.0.as_ptr(), x.len());
        // SAFETY: alive until Drop; not Sync, so no other thread is in a call; both slices hold n.
        status(unsafe { raw::ab_dct_context_run(context, n, x.as_ptr(), out.as_mut_ptr()) }, n)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: made by `ab_dct_context_new`, ended here only.
        unsafe { raw::ab_dct_context_free(self.0.as_ptr()) }
    }
}

/// The library's only lock. Whatever in this process calls the two global functions has to hold it.
static LIBRARY: Mutex<()> = Mutex::new(());

/// Global state: there is nothing to hold but the lock, and it is held over both calls.
#[derive(Debug, Clone, Copy)]
pub struct Global;

impl Global {
    /// Transforms `x` into `out`; the size is that of `x`.
    ///
    /// # Errors
    /// [`Error::Size`], [`Error::Length`].
    pub fn run(self, x: &[f64], out: &mut [f64]) -> Result<(), Error> {
        checked(x.len(), x, out)?;
        // A panic can leave no broken state behind: none can happen while C is called, and every
        // exchange begins with a plan.
        let _lock = LIBRARY.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the lock is held, here and in the next call.
        status(unsafe { raw::ab_dct_global_plan(x.len()) }, x.len())?;
        // SAFETY: the last plan is the one above, for as many numbers as both slices hold.
        unsafe { raw::ab_dct_global_run(x.as_ptr(), out.as_mut_ptr()) }
        Ok(())
    }
}

/// Thread-affine: it stays where it was made, which is what a raw pointer inside says by itself.
#[derive(Debug)]
pub struct Affine {
    handle: NonNull<raw::ab_dct_affine>,
    n: usize,
}

impl Affine {
    /// For transforms of `n` points on this thread.
    ///
    /// # Errors
    /// [`Error::Size`], [`Error::NoMemory`].
    pub fn new(n: usize) -> Result<Affine, Error> {
        made(n, raw::ab_dct_affine_new(n)).map(|handle| Affine { handle, n })
    }

    /// Transforms `x` into `out`.
    ///
    /// # Errors
    /// [`Error::Length`].
    pub fn run(&mut self, x: &[f64], out: &mut [f64]) -> Result<(), Error> {
        checked(self.n, x, out)?;
        let handle = self.handle.as_ptr();
        // SAFETY: alive, on its own thread since it cannot be sent; both slices hold its n numbers.
        status(unsafe { raw::ab_dct_affine_run(handle, x.as_ptr(), out.as_mut_ptr()) }, self.n)
    }
}

impl Drop for Affine {
    fn drop(&mut self) {
        // SAFETY: made by `ab_dct_affine_new` on this thread, ended here only.
        let code = unsafe { raw::ab_dct_affine_free(self.handle.as_ptr()) };
        debug_assert_eq!(code, raw::AB_DCT_OK);
    }
}

type Job = Box<dyn FnOnce(&mut Affine) + Send>;

/// A thread that owns an [`Affine`] handle and works for every other thread.
#[derive(Debug)]
pub struct Owner {
    /// Taken by Drop: the thread ends when nobody can send any more.
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    id: ThreadId,
}

impl Owner {
    /// Starts the thread and makes the handle there.
    ///
    /// # Errors
    /// Those of [`Affine::new`]; [`Error::NoThread`].
    pub fn new(n: usize) -> Result<Owner, Error> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let (tell, told) = mpsc::sync_channel(1);
        let work = move || match Affine::new(n) {
            Ok(mut affine) => {
                let _ = tell.send(Ok(()));
                inbox.into_iter().for_each(|job| job(&mut affine));
            }
            Err(why) => drop(tell.send(Err(why))),
        };
        let started = thread::Builder::new().name("owner".into()).spawn(work);
        let thread = started.map_err(|why| Error::NoThread(why.kind()))?;
        told.recv().expect("it answers before anything else")?;
        let id = thread.thread().id();
        Ok(Owner { jobs: Some(jobs), thread: Some(thread), id })
    }

    /// Runs `work` on the owner's thread and waits for its result. A panic in it is the caller's: it
    /// goes on here, and the owner lives. (Two owners that call each other wait for ever, like any two
    /// threads that do.)
    ///
    /// # Errors
    /// [`Error::Nested`] from the owner's own thread.
    pub fn call<R, F>(&self, work: F) -> Result<R, Error>
    where
        R: Send + 'static,
        F: FnOnce(&mut Affine) -> R + Send + 'static,
    {
        if thread::current().id() == self.id {
            return Err(Error::Nested);
        }
        let (reply, answer) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |affine| {
            let _ = reply.send(catch_unwind(AssertUnwindSafe(|| work(affine))));
        });
        let jobs = self.jobs.as_ref().expect("there until Drop");
        jobs.send(job).expect("the owner's thread lives as long as the owner");
        let answer = answer.recv().expect("every job answers");
        Ok(answer.unwrap_or_else(|panic| resume_unwind(panic)))
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        drop(self.jobs.take());
        let thread = self.thread.take().expect("there until Drop");
        // The last owner may go inside a job: a thread that waits for itself waits for ever.
        if thread::current().id() != self.id {
            let _ = thread.join();
        }
    }
}

/// Which contract each type has, as the compiler sees it.
const _: () = {
    const fn send<T: Send>() {}
    const fn sync<T: Sync>() {}
    /// Does not compile where the type has the trait: then both traits offer the function.
    macro_rules! not {
        ($trait:ident: $($type:ty)*) => {$(const _: fn() = || {
            trait Always { fn told() {} }
            impl<T> Always for T {}
            #[allow(dead_code)]
            trait WhenItIs { fn told() {} }
            impl<T: $trait> WhenItIs for T {}
            <$type>::told();
        };)*};
    }
    send::<Plan>();
    sync::<Plan>();
    send::<Context>();
    not!(Sync: Context);
    send::<Global>();
    sync::<Global>();
    not!(Send: Affine);
    not!(Sync: Affine);
    send::<Owner>();
    sync::<Owner>();
};

// Example: tests.

#[cfg(test)]
mod tests;
