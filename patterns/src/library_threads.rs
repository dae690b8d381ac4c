//! 47. Threads below the border: a library's own thread pool under that of the program.
//!
//! # What goes wrong
//! A BLAS, an FFT or whatever was compiled with OpenMP starts a thread for each core. Called from
//! a rayon pool, it does so for each of the pool's threads: 8 callers on 8 cores are 64 threads, each with its stack and
//! its buffers, which wait for each other at barriers while one in eight can run. No error is reported, and
//! the results are right.
//!
//! The usual remedies do less than they seem to. `omp_set_num_threads` holds for the thread that calls it, so a call in
//! `main` does nothing for the threads of a pool (`tests/openmp.rs` counts them). A process that has used such a
//! library and forks has a child with one thread: unless the library asked to be told of forks, it waits there for all the
//! others, for ever. And on several threads a library may use more stack: the LU of OpenBLAS 0.3.21 (`dgesv` of 150
//! rows, two cores) takes half a MiB for each level of its recursion, and crashed on a thread of Rust's, which has
//! 2 MiB; with 8 MiB, as the main thread has, it runs (`patterns/showcase/lapack/tests/fortran.rs`).
//!
//! # The right way
//! One number for the whole program, and who starts threads asks for its share. A [`Budget`] has as many as may be
//! started below the border; a [`Team`] takes what is there, up to what it wants, and gives it back when it is dropped.
//! Nobody waits: with nothing left, the caller does the work alone. The result is the same, since the library cuts the
//! sum by the numbers and not by the threads.
//!
//! | the program has | the budget |
//! |---|---|
//! | one thread that calls | cores - 1 |
//! | a pool that keeps all cores busy | 0 |
//! | a pool of p threads on c cores | c - p |
//!
//! For a library that has but a switch:
//!
//! | library | limit it |
//! |---|---|
//! | OpenMP | `OMP_NUM_THREADS` before the first call, or `omp_set_num_threads(1)` on *each* thread of the pool (rayon's `start_handler`) |
//! | OpenBLAS, MKL | `OPENBLAS_NUM_THREADS`, `MKL_NUM_THREADS`, or their functions: for the process, so at its start |
//!
//! That variable was tried with OpenBLAS 0.3.21 as Debian has it, with POSIX threads (`scripts/lapack`, 2026-12-01): four
//! callers share one pool of the process, which has as many threads as it says, never more than cores, and a forked child
//! multiplies as its parent does. Threads that call it are made with a stack of 8 MiB: `Builder::stack_size`, rayon's
//! `stack_size`.
//!
//! A team in a child of a fork is refused ([`Error::Forked`]): the library counts forks with `pthread_atfork`. A new team
//! may be made there only as far as the program is allowed to run anything but `exec` after a fork.
//!
//! ```
//! use abreast_patterns::library_threads::{Budget, Error};
//! use rayon::prelude::*;
//!
//! let rows = vec![vec![0.5; 20_000]; 6];
//! // Two threads of rayon's, and one more core.
//! let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
//! let budget = Budget::new(1);
//! let sums: Result<Vec<f64>, Error> = pool.install(|| {
//!     rows.par_iter().map_init(|| budget.team(4), |team, row| team.as_mut()?.sum(row)).collect()
//! });
//! assert_eq!(sums?, [10_000.0; 6]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A team is used by one thread at a time:
//!
//! ```compile_fail,E0596
//! # use abreast_patterns::library_threads::Budget;
//! let budget = Budget::new(1);
//! let team = budget.team(4).unwrap();
//! std::thread::scope(|scope| {
//!     scope.spawn(|| team.sum(&[1.0]));
//!     scope.spawn(|| team.sum(&[2.0]));
//! });
//! ```
//!
//! # The wrong way
//! `every_caller_has_its_own_threads` has four threads that each make a team of eight: 28 threads below the border, on
//! however many cores. `used_in_a_forked_child` sums once, forks, and sums in the child, which waits until an alarm ends
//! it.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/library_threads/library_threads.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/library_threads/library_threads.c"), "```")]
#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

// Pattern: one number of threads for the program, of which each team takes its share.

/// The declarations of `library_threads.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    /// What only C can look into.
    #[repr(C)]
    pub struct ab_team {
        opaque: [u8; 0],
        marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
    }

    unsafe extern "C" {
        // Safe: takes a number, and returns null or a team of its own.
        pub safe fn ab_team_new(extra: u32) -> *mut ab_team;
        pub fn ab_team_free(team: *mut ab_team);
        pub fn ab_team_sum(team: *mut ab_team, x: *const f64, n: usize, out: *mut f64) -> i32;
        // Counterexample: a sum that does not ask about forks.
        pub fn ab_team_sum_unasked(
            team: *mut ab_team,
            x: *const f64,
            n: usize,
            out: *mut f64,
        ) -> i32;
        // Example: how many threads there are.
        // Safe: read and write numbers of their own, atomically.
        pub safe fn ab_threads_alive() -> i32;
        pub safe fn ab_threads_most() -> i32;
        pub safe fn ab_threads_forget();
    }
}

/// Why there is no team, or no sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    #[error("C could not start {0} threads")]
    NotStarted(u32),
    #[error("C has no memory for the sums of the pieces")]
    NoMemory,
    #[error("the process was forked since the team was made: its threads are in the parent")]
    Forked,
    #[error("C returned the unknown status {0}")]
    Unknown(i32),
}

/// What is returned where there was no team to be had: the error itself, for each call.
impl From<&mut Error> for Error {
    fn from(error: &mut Error) -> Error {
        *error
    }
}

/// How many threads may be started below the border.
#[derive(Debug)]
pub struct Budget {
    left: AtomicU32,
}

impl Budget {
    /// Up to `threads`, beside those of the program.
    pub fn new(threads: u32) -> Budget {
        Budget { left: AtomicU32::new(threads) }
    }

    /// A team of the caller and up to `threads - 1` others: as many as are left. Never waits.
    ///
    /// # Errors
    /// [`Error::NotStarted`] where the system has no threads; they are left to others then.
    pub fn team(&self, threads: u32) -> Result<Team<'_>, Error> {
        let wanted = threads.saturating_sub(1);
        let take = |left: u32| Some(left - left.min(wanted));
        let before = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        let extra = before.unwrap_or(0).min(wanted);
        // Given back when it is dropped, also where there is no team.
        let share = Share { budget: self, extra };
        let team = NonNull::new(raw::ab_team_new(extra)).ok_or(Error::NotStarted(extra))?;
        Ok(Team { team, share, one_at_a_time: PhantomData })
    }

    /// How many threads are left.
    pub fn left(&self) -> u32 {
        self.left.load(Ordering::Relaxed)
    }
}

/// A part of a budget.
#[derive(Debug)]
struct Share<'b> {
    budget: &'b Budget,
    extra: u32,
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.budget.left.fetch_add(self.extra, Ordering::Relaxed);
    }
}

/// Threads of the library's, and the one that calls.
#[derive(Debug)]
pub struct Team<'b> {
    team: NonNull<raw::ab_team>,
    share: Share<'b>,
    one_at_a_time: PhantomData<*mut ()>,
}

// SAFETY: the header allows another thread each time; `sum` takes `&mut self`.
unsafe impl Send for Team<'_> {}

impl Team<'_> {
    /// How many threads it has, with the one that calls.
    pub fn threads(&self) -> u32 {
        self.share.extra + 1
    }

    /// The sum of the numbers, the same whatever [`Team::threads`] is.
    ///
    /// # Errors
    /// [`Error::NoMemory`] when C says so; [`Error::Forked`] in a child of a fork.
    pub fn sum(&mut self, x: &[f64]) -> Result<f64, Error> {
        let mut out = 0.0;
        // SAFETY: the team is alive and ours alone; n numbers, read until this returns, and a place for the sum.
        match unsafe { raw::ab_team_sum(self.team.as_ptr(), x.as_ptr(), x.len(), &mut out) } {
            0 => Ok(out),
            -1 => Err(Error::NoMemory),
            -2 => Err(Error::Forked),
            status => Err(Error::Unknown(status)),
        }
    }
}

impl Drop for Team<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `ab_team_new`, ended here only. The threads end before the share is given back.
        unsafe { raw::ab_team_free(self.team.as_ptr()) };
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};

    /// The library counts the threads of the process: one test at a time.
    fn alone() -> MutexGuard<'static, ()> {
        static ALONE: Mutex<()> = Mutex::new(());
        let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        raw::ab_threads_forget();
        guard
    }

    /// A sum that is another one in any other order.
    fn numbers(n: u32) -> Vec<f64> {
        (0..n).map(|i| (f64::from(i) * 0.7).sin() * 10f64.powi((i % 17) as i32 - 8)).collect()
    }

    /// As the header says.
    fn by_pieces(x: &[f64]) -> f64 {
        let piece = |x: &[f64]| x.iter().fold(0.0, |sum, x| sum + x);
        x.chunks(4096).map(piece).fold(0.0, |sum, x| sum + x)
    }

    /// Callers that all have a team of up to eight at the same time; the most threads that C has had.
    fn at_once(callers: usize, budget: &Budget) -> i32 {
        let (x, met) = (numbers(50_000), Barrier::new(callers));
        let expected = by_pieces(&x);
        std::thread::scope(|scope| {
            for _ in 0..callers {
                scope.spawn(|| {
                    let mut team = budget.team(8).unwrap();
                    met.wait();
                    assert_eq!(team.sum(&x), Ok(expected), "{} threads", team.threads());
                    met.wait();
                });
            }
        });
        raw::ab_threads_most()
    }

    #[test]
    fn all_teams_together_keep_to_the_budget() {
        let _alone = alone();
        for threads in [0, 1, 5, 28, 100] {
            raw::ab_threads_forget();
            let budget = Budget::new(threads);
            // 28 are what four teams of eight want.
            assert_eq!(at_once(4, &budget), threads.min(28) as i32);
            assert_eq!((budget.left(), raw::ab_threads_alive()), (threads, 0));
        }
    }

    #[test]
    fn the_sum_is_the_same_for_any_number_of_threads() {
        let _alone = alone();
        for n in [0, 1, 4095, 4096, 4097, 100_001] {
            let x = numbers(n);
            for threads in [0, 1, 2, 5] {
                let budget = Budget::new(threads);
                let mut team = budget.team(u32::MAX).unwrap();
                assert_eq!(team.threads(), threads + 1);
                for _ in 0..20 {
                    assert_eq!(team.sum(&x), Ok(by_pieces(&x)), "{n} numbers, {threads} more");
                }
            }
        }
    }

    #[test]
    fn a_team_goes_to_another_thread_between_two_calls() {
        let _alone = alone();
        let (budget, x) = (Budget::new(2), numbers(10_000));
        let mut team = budget.team(3).unwrap();
        for _ in 0..10 {
            let x = &x;
            let moved = std::thread::scope(|scope| {
                let sums = move || {
                    assert_eq!(team.sum(x), Ok(by_pieces(x)));
                    team
                };
                scope.spawn(sums).join().unwrap()
            });
            team = moved;
        }
        drop(team);
        assert_eq!(raw::ab_threads_alive(), 0);
    }

    #[test]
    fn a_forked_child_is_refused_and_drops_its_team_in_peace() {
        let _alone = alone();
        let (budget, x) = (Budget::new(3), numbers(10_000));
        let mut team = budget.team(4).unwrap();
        team.sum(&x).unwrap();
        // SAFETY: the child calls what is written here, and ends without anything else of this process.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: ends the child if it waits for ever.
            unsafe { libc::alarm(60) };
            let is_refused = team.sum(&x) == Err(Error::Forked) && raw::ab_threads_alive() == 0;
            // SAFETY: the threads of this team are not here, and it must not wait for them.
            unsafe { raw::ab_team_free(team.team.as_ptr()) };
            // SAFETY: this process, which must run nothing of its parent's: no handler, no leak check.
            unsafe { libc::raise(if is_refused { libc::SIGKILL } else { libc::SIGTERM }) };
        }
        let mut status = 0;
        // SAFETY: a child of this process.
        assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
        assert!(libc::WIFSIGNALED(status), "it has ended with {status}");
        assert_eq!(libc::WTERMSIG(status), libc::SIGKILL);
        assert_eq!(team.sum(&x), Ok(by_pieces(&x)));
    }

    #[test]
    fn what_cannot_be_started_is_given_back() {
        let _alone = alone();
        let budget = Budget::new(5000);
        assert_eq!(budget.team(5001).err(), Some(Error::NotStarted(5000)));
        assert_eq!((budget.left(), raw::ab_threads_most()), (5000, 0));
        let one = budget.team(2).unwrap();
        assert_eq!((one.threads(), budget.left()), (2, 4999));
    }
}
