//! 36. Containment ladder: a bad library moves up a step, and no call site changes.
//!
//! # What goes wrong
//! The library was fine in the prototype. Then it throws, then it turns out to keep global state, then
//! it aborts on an input of one customer, and each time every place that calls it is rewritten.
//!
//! # The right way
//! Call sites know the trait [`Solve`]. Which step stands behind it is chosen in one place. Each step
//! turns a promise that you have to make about the library into a [`Fault`] that you get, or into
//! nothing at all:
//!
//! | step | also contains | what you still promise |
//! |---|---|---|
//! | [`Bare`] | what the library reports | it throws nothing, and nobody else calls it |
//! | [`Firewall`] | exceptions | nobody else calls it |
//! | [`Lock`] | its global state | |
//! | [`OwnThread`] | what it keeps per thread | |
//! | `Worker` (feature `fence`) | aborts, crashes, endless loops | |
//!
//! A promise is an `unsafe` constructor; the upper steps have none. The lower two stay on the thread
//! that made them, the others serve every thread: a call site that asks for `dyn Solve + Sync` gets
//! one of these, or does not compile. What crosses is plain data from the first step on; that is what
//! makes the last one possible.
//!
//! ```
//! use abreast_patterns::ladder::{Cubic, Fault, Lock, OwnThread, Solve};
//!
//! fn cube_root_of_two(solver: &dyn Solve) -> Result<f64, Fault> {
//!     Ok(solver.solve(&Cubic { c: [-2.0, 0.0, 0.0, 1.0], start: 1.0 })?.value)
//! }
//! assert_eq!(cube_root_of_two(&Lock)?, 1.259_921_049_894_873_2);
//! assert_eq!(cube_root_of_two(&OwnThread::new()?)?, 1.259_921_049_894_873_2);
//! # Ok::<(), Fault>(())
//! ```
//!
//! # The wrong way
//! `threw_on_the_lowest_step` meets a flat tangent where exceptions are not contained, and
//! `asserted_in_process` a start that is not a number where aborts are not. Both end the program, by
//! SIGABRT.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/ladder/ladder.h"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/ladder/ladder.cpp"), "```")]
#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

// Pattern: one trait, and a type for each step.

/// The declarations of `ladder.h`.
#[allow(missing_docs)]
pub mod raw {
    pub use super::Cubic;

    pub const AB_CUBIC_OK: i32 = 0;
    pub const AB_CUBIC_NO_ROOT: i32 = 1;
    pub const AB_CUBIC_THREW: i32 = 2;

    #[derive(Debug, Clone, Copy)]
    #[cfg_attr(feature = "fence", derive(bytemuck::Pod, bytemuck::Zeroable))]
    #[repr(C)]
    pub struct Answer {
        pub root: f64,
        pub thread: u64,
        pub status: i32,
        pub text: [u8; 60],
    }
    // No padding: every byte may go through a pipe.
    const _: () = assert!(size_of::<Answer>() == 8 + 8 + 4 + 60);

    impl Answer {
        pub const NONE: Answer = Answer { root: 0.0, thread: 0, status: -1, text: [0; 60] };
    }

    unsafe extern "C" {
        pub fn ab_cubic_bare(cubic: *const Cubic, answer: *mut Answer);
        pub fn ab_cubic_caught(cubic: *const Cubic, answer: *mut Answer);
    }
}

use raw::Answer;

/// `c[0] + c[1] x + c[2] x^2 + c[3] x^3`, and where to start looking for a root.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Cubic {
    /// The coefficients.
    pub c: [f64; 4],
    /// The start. The library aborts the process that it is in when it is not finite.
    pub start: f64,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Root {
    /// Where the cubic is zero.
    pub value: f64,
    /// The library's number for the thread that it ran on.
    pub thread: u64,
}

/// What a step turned a misdeed into.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The library found nothing.
    #[error("no root within 60 steps")]
    NoRoot,
    /// The library threw.
    #[error("the library threw: {0}")]
    Threw(String),
    /// A status that the header does not name.
    #[error("the library returned {0}, which its header does not name")]
    Status(i32),
    /// The system refused a thread or a process.
    #[error("the step could not be set up: {0}")]
    Setup(String),
    /// The worker process died of it.
    #[error("the library killed its worker process: {0}")]
    Died(String),
}

/// All that a call site knows.
pub trait Solve {
    /// Finds a root.
    ///
    /// # Errors
    /// The [`Fault`]s of the step.
    fn solve(&self, cubic: &Cubic) -> Result<Root, Fault>;
}

fn told(answer: &Answer) -> Result<Root, Fault> {
    match answer.status {
        raw::AB_CUBIC_OK => Ok(Root { value: answer.root, thread: answer.thread }),
        raw::AB_CUBIC_NO_ROOT => Err(Fault::NoRoot),
        raw::AB_CUBIC_THREW => {
            let text = answer.text.split(|byte| *byte == 0).next().unwrap_or_default();
            Err(Fault::Threw(String::from_utf8_lossy(text).into_owned()))
        }
        other => Err(Fault::Status(other)),
    }
}

/// The plain call: its status, and nothing else.
#[derive(Debug)]
pub struct Bare(PhantomData<*mut ()>);

impl Bare {
    /// # Safety
    /// While this lives, nothing else in the process calls the library. (That it does not throw is
    /// not needed for soundness: it would end the process.)
    pub unsafe fn new() -> Bare {
        Bare(PhantomData)
    }
}

impl Solve for Bare {
    #[inline]
    fn solve(&self, cubic: &Cubic) -> Result<Root, Fault> {
        let mut answer = Answer::NONE;
        // SAFETY: both point to what C expects; nobody else calls it: that was promised, and `Bare`
        // is on one thread.
        unsafe { raw::ab_cubic_bare(cubic, &mut answer) };
        told(&answer)
    }
}

/// The call behind a `catch`.
#[derive(Debug)]
pub struct Firewall(PhantomData<*mut ()>);

impl Firewall {
    /// # Safety
    /// While this lives, nothing else in the process calls the library.
    pub unsafe fn new() -> Firewall {
        Firewall(PhantomData)
    }
}

impl Solve for Firewall {
    fn solve(&self, cubic: &Cubic) -> Result<Root, Fault> {
        let mut answer = Answer::NONE;
        // SAFETY: as in `Bare`.
        unsafe { raw::ab_cubic_caught(cubic, &mut answer) };
        told(&answer)
    }
}

/// The library's only lock.
pub(crate) static LIBRARY: Mutex<()> = Mutex::new(());

fn locked(cubic: &Cubic) -> Answer {
    // No Rust code runs under the lock, so that nothing can panic there.
    let _lock = LIBRARY.lock().unwrap_or_else(PoisonError::into_inner);
    let mut answer = Answer::NONE;
    // SAFETY: both point to what C expects; the lock is held by all that did not promise to be alone.
    unsafe { raw::ab_cubic_caught(cubic, &mut answer) };
    answer
}

/// The firewall behind the library's lock: for every thread.
#[derive(Debug, Clone, Copy)]
pub struct Lock;

impl Solve for Lock {
    fn solve(&self, cubic: &Cubic) -> Result<Root, Fault> {
        told(&locked(cubic))
    }
}

type Request = (Cubic, mpsc::SyncSender<Answer>);

/// A thread that does all the calls: for libraries that keep something per thread.
#[derive(Debug)]
pub struct OwnThread(Option<(mpsc::Sender<Request>, JoinHandle<()>)>);

impl OwnThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`Fault::Setup`].
    pub fn new() -> Result<OwnThread, Fault> {
        let (requests, inbox) = mpsc::channel::<Request>();
        let work = move || {
            for (cubic, reply) in inbox {
                // Locked as well: other steps may be in use beside this one.
                let _ = reply.send(locked(&cubic));
            }
        };
        let thread = thread::Builder::new().name("cubic".into()).spawn(work);
        let thread = thread.map_err(|why| Fault::Setup(why.to_string()))?;
        Ok(OwnThread(Some((requests, thread))))
    }
}

impl Solve for OwnThread {
    fn solve(&self, cubic: &Cubic) -> Result<Root, Fault> {
        let (reply, answer) = mpsc::sync_channel(1);
        let (requests, _) = self.0.as_ref().expect("there until Drop");
        requests.send((*cubic, reply)).expect("the thread lives as long as this");
        told(&answer.recv().expect("every request is answered"))
    }
}

impl Drop for OwnThread {
    fn drop(&mut self) {
        let (requests, thread) = self.0.take().expect("there until Drop");
        drop(requests);
        let _ = thread.join();
    }
}

#[cfg(feature = "fence")]
pub use worker::Worker;

/// The last step: `main` of a program that uses it begins with [`worker_main`](abreast::exec::worker_main).
#[cfg(feature = "fence")]
pub mod worker {
    use super::{Answer, Cubic, Fault, Root, Solve, locked, told};
    use abreast::exec::{Control, Procs};
    use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands};
    use abreast::{Error, Plan, Remote, Variant};
    use std::borrow::Cow;
    use std::time::Duration;

    /// One call, as a kernel of one row.
    #[derive(Debug)]
    pub struct Call;

    /// What `worker_main` has to know.
    pub const REMOTE: Remote = Remote::of::<Call>();

    impl Kernel for Call {
        const NAME: &'static str = "abreast_patterns_cubic";
        const LAYOUT: Layout = Layout::PerElement;
        const OPERANDS: Operands = Operands::Whole;
        const VARIANTS: &'static [Variant<Self>] = &[Variant::new("cpp", solve)];
        /// The coefficients and the start.
        type Args = [f64; 5];
        type Input<'i> = ();
        type Item = Answer;
        type Output = Answer;

        fn plan(_: &[f64; 5], (): ()) -> Result<Plan, Error> {
            Plan::range(1, 1)
        }

        fn finish(_: &[f64; 5], _: &Plan, items: Cow<'_, [Answer]>) -> Answer {
            items[0]
        }
    }

    fn solve(call: ChunkArgs<'_, '_, Call>) -> Result<(), Error> {
        let [c @ .., start] = *call.args;
        call.out[0] = locked(&Cubic { c, start });
        Ok(())
    }

    /// A worker process that does all the calls. It is started by the first, and again after a death.
    #[derive(Debug)]
    pub struct Worker(Procs);

    impl Worker {
        /// A worker, not yet started.
        ///
        /// # Errors
        /// [`Fault::Setup`].
        pub fn new() -> Result<Worker, Fault> {
            Procs::new(1).map(Worker).map_err(|why| Fault::Setup(why.to_string()))
        }
    }

    impl Solve for Worker {
        fn solve(&self, cubic: &Cubic) -> Result<Root, Fault> {
            let [a, b, c, d] = cubic.c;
            let args = [a, b, c, d, cubic.start];
            // What kills a worker once does so again: the answer is a fault, not another try.
            let deadline = Some(Duration::from_secs(10));
            let control = Control { attempts: 1, deadline, ..Control::default() };
            let mut answer = [Answer::NONE];
            let job = Job::<Call>::new(args, ()).map_err(|why| Fault::Setup(why.to_string()))?;
            match job.control(&control).on_into(&self.0, &mut answer) {
                Ok(_) => told(&answer[0]),
                Err(abreast::Fault::Lost { how, .. }) => Err(Fault::Died(how)),
                Err(late @ abreast::Fault::Deadline { .. }) => Err(Fault::Died(late.to_string())),
                Err(other) => Err(Fault::Setup(other.to_string())),
            }
        }
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const ROOT_OF: fn(f64) -> Cubic = |a| Cubic { c: [-a, 0.0, 0.0, 1.0], start: 1.0 };
    /// As IEEE 754 rounds it, and no other `cbrt`.
    const CUBE_ROOT_OF_TWO: f64 = 1.259_921_049_894_873_2;
    const FLAT: Cubic = Cubic { c: [1.0, 0.0, 1.0, 0.0], start: 0.0 };
    const NO_ROOT: Cubic = Cubic { c: [1.0, 0.0, 1.0, 0.0], start: 0.3 };

    #[test]
    fn a_call_site_gets_the_same_from_every_rung() {
        let call_site = |solver: &dyn Solve| solver.solve(&ROOT_OF(2.0)).map(|root| root.value);
        let nothing = |solver: &dyn Solve| solver.solve(&NO_ROOT);
        {
            let _alone = LIBRARY.lock().unwrap_or_else(PoisonError::into_inner);
            // SAFETY: every other caller in this program takes the lock.
            let (bare, firewall) = (unsafe { Bare::new() }, unsafe { Firewall::new() });
            for step in [&bare as &dyn Solve, &firewall] {
                assert_eq!(call_site(step), Ok(CUBE_ROOT_OF_TWO));
                assert_eq!(nothing(step), Err(Fault::NoRoot));
            }
            assert_eq!(firewall.solve(&FLAT), Err(Fault::Threw("the tangent is flat".into())));
        }
        let own = OwnThread::new().unwrap();
        for step in [&Lock as &dyn Solve, &own] {
            assert_eq!(call_site(step), Ok(CUBE_ROOT_OF_TWO));
            assert_eq!(nothing(step), Err(Fault::NoRoot));
            let threw = step.solve(&FLAT).unwrap_err();
            assert_eq!(threw.to_string(), "the library threw: the tangent is flat");
        }
    }

    /// Four threads through one step: every root right; returns the threads that the library saw.
    fn crowd(solver: &(dyn Solve + Sync)) -> BTreeSet<u64> {
        let one = |t: usize| {
            let roots = (1..2000).map(|i| {
                let a = (t * 2000 + i) as f64;
                let root = solver.solve(&ROOT_OF(a)).unwrap();
                assert!((root.value / a.cbrt() - 1.0).abs() < 1e-15, "{a}: {root:?}");
                root.thread
            });
            roots.collect::<BTreeSet<u64>>()
        };
        thread::scope(|scope| {
            let crowd: Vec<_> = (0..4).map(|t| scope.spawn(move || one(t))).collect();
            crowd.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        })
    }

    #[test]
    fn the_lock_keeps_the_global_state_of_one_call_at_a_time() {
        assert_eq!(crowd(&Lock).len(), 4);
    }

    #[test]
    fn the_library_sees_one_thread_whoever_calls() {
        assert_eq!(crowd(&OwnThread::new().unwrap()).len(), 1);
    }

    #[test]
    fn lies_are_faults() {
        let unnamed = Answer { status: 99, ..Answer::NONE };
        assert_eq!(told(&unnamed), Err(Fault::Status(99)));
        // No end, and no UTF-8.
        let endless = Answer { status: raw::AB_CUBIC_THREW, text: [0xff; 60], ..Answer::NONE };
        assert_eq!(told(&endless), Err(Fault::Threw("\u{fffd}".repeat(60))));
    }
}
