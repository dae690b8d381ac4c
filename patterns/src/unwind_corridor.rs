//! 16. Unwind corridor: a panic may pass frames of C++ that are made for it, and no others.
//!
//! # What goes wrong
//! Somebody writes `extern "C-unwind"` where a panic aborted, and it is gone. Now it unwinds: through C
//! that was compiled without tables for it, past a `catch (...)` that takes it for an error of C++ and
//! keeps it, into a function of C++ that is `noexcept`, and in the other direction an exception of C++
//! comes up into Rust. Each of the four aborts, the last after it has run all destructors. Worse is C that
//! has tables, as all C has on x86-64: the panic passes, and what C would have freed behind the call is lost.
//! Nobody says so.
//!
//! # The right way
//! First of all without: [`panic_parcel`](crate::panic_parcel) needs nothing of the foreign side but a way
//! to stop. The corridor is for C++ that you compile yourself, which has no such way, and which is
//! ready for exceptions:
//!
//! * every declaration on the way says `"C-unwind"`, the trampoline's as well as the function's;
//! * C++ cleans up in destructors, or in a `catch (...)` that ends with `throw;`;
//! * it is not `noexcept`, and throws nothing of its own (it may: then a firewall belongs below it);
//! * there is no C in between that owns anything;
//! * somebody catches on the same thread. On one that Rust did not begin that is a `catch_unwind` where Rust is
//!   entered: at the beginning of one of C++'s there is nobody;
//! * the program unwinds: with `panic = "abort"` nothing arrives anywhere.
//!
//! Here a sweep is undone when the function panics half way: [`sweep`].
//!
//! ```
//! use abreast_patterns::unwind_corridor::sweep;
//! use std::panic::{AssertUnwindSafe, catch_unwind};
//!
//! let mut x = [1.0, 4.0, -9.0];
//! let root = |x: f64| if x < 0.0 { panic!("no root of {x}") } else { x.sqrt() };
//! let parcel = catch_unwind(AssertUnwindSafe(|| sweep(&mut x, root))).unwrap_err();
//! assert_eq!(parcel.downcast_ref::<String>().unwrap(), "no root of -9");
//! assert_eq!(x, [1.0, 4.0, -9.0], "C++'s destructor has put them back");
//! ```
//!
//! # The wrong way
//! `kept_by_cpp` lets a panic into a `catch (...)` that ends it: "Rust panics must be rethrown, aborting".
//! `exception_in_the_corridor` meets C++ that throws something of its own: `catch_unwind` is there, and does
//! not take it. `panic_on_a_thread_of_cpp` comes to the beginning of a thread, and nobody has caught it.
//!
//! ## The whole table
//! What happens, cell by cell, run in processes of their own in a debug and in a release build. The
//! frames are, from above: perhaps `catch_unwind`, a caller in Rust, a function in C++ (perhaps with
//! `catch (...)`, with one in it that is `noexcept`, or with one in C, whose `free` counts as a destructor; then
//! `catch_unwind` is above as well), a callback in Rust; below that it happens. A `longjmp` goes to a `setjmp`
//! in that C++ function.
#![doc = include_str!("../UNWINDING.md")]
//!
//! The rows of `throw` under `"C"` and all those of `longjmp` are undefined behaviour (the callback has a
//! destructor; over frames without any a jump would be allowed): the table says what those compilers make of
//! it, and that debug and release differ is the point. An exception is seen by `catch (...)` in one and by
//! nobody in the other.
//!
//! # The foreign side
#![doc = concat!("```cpp\n", include_str!("../csrc/unwind_corridor/unwind_corridor.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/unwind_corridor/unwind_corridor.cpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/unwind_corridor/wrong.cpp"), "```")]
#![allow(unsafe_code)]

use std::ffi::c_void;

// Pattern: frames that are made for a panic, declared so on both sides.

/// The declarations of `unwind_corridor.hpp`, and of `wrong.cpp`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::c_void;

    pub type ab_sweep_fn = unsafe extern "C-unwind" fn(*mut c_void, f64) -> f64;
    pub type ab_sweep_like =
        unsafe extern "C-unwind" fn(usize, *mut f64, ab_sweep_fn, *mut c_void) -> i32;

    unsafe extern "C-unwind" {
        pub fn ab_sweep(n: usize, x: *mut f64, f: ab_sweep_fn, user: *mut c_void) -> i32;
        pub fn ab_sweep_rethrowing(n: usize, x: *mut f64, f: ab_sweep_fn, user: *mut c_void)
        -> i32;
        // Counterexample: of `wrong.cpp`.
        pub fn ab_sweep_swallowing(n: usize, x: *mut f64, f: ab_sweep_fn, user: *mut c_void)
        -> i32;
        pub fn ab_sweep_elsewhere(n: usize, x: *mut f64, f: ab_sweep_fn, user: *mut c_void) -> i32;
        pub fn ab_sweep_throwing(n: usize, x: *mut f64, f: ab_sweep_fn, user: *mut c_void) -> i32;
    }

    // Example: how many sweeps were undone.

    // This one cannot unwind, and says so.
    unsafe extern "C" {
        // Safe: an atomic counter.
        pub safe fn ab_sweep_undone() -> i64;
    }
}

/// C++ had no memory for what the numbers were; they are as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("C++ has no memory for a copy of {0} numbers")]
pub struct NoMemory(pub usize);

unsafe extern "C-unwind" fn value<F: FnMut(f64) -> f64>(user: *mut c_void, x: f64) -> f64 {
    // SAFETY: `user` is the closure of `with`, which waits for C++ and does not touch it; C++ calls one at
    // a time.
    let f = unsafe { &mut *user.cast::<F>() };
    f(x)
}

/// A sweep by the function of C++ given.
///
/// # Safety
/// `sweep` keeps the contract of `ab_sweep`, and lets a panic pass.
unsafe fn with<F: FnMut(f64) -> f64>(
    sweep: raw::ab_sweep_like,
    x: &mut [f64],
    mut f: F,
) -> Result<(), NoMemory> {
    // SAFETY: pointer and length are those of a slice, which the closure cannot reach; the trampoline is the
    // one for this closure, which nobody else touches until C++ is left, by either way.
    let status = unsafe { sweep(x.len(), x.as_mut_ptr(), value::<F>, (&raw mut f).cast()) };
    if status == 0 { Ok(()) } else { Err(NoMemory(x.len())) }
}

/// Replaces every number by what `f` makes of it; all of them, or none if `f` panics.
///
/// # Errors
/// [`NoMemory`].
///
/// # Panics
/// With what `f` panics with.
pub fn sweep(x: &mut [f64], f: impl FnMut(f64) -> f64) -> Result<(), NoMemory> {
    // SAFETY: the function of the header.
    unsafe { with(raw::ab_sweep, x, f) }
}

/// The same through the one that catches and rethrows.
///
/// # Errors
/// [`NoMemory`].
///
/// # Panics
/// With what `f` panics with.
pub fn sweep_rethrowing(x: &mut [f64], f: impl FnMut(f64) -> f64) -> Result<(), NoMemory> {
    // SAFETY: the function of the header.
    unsafe { with(raw::ab_sweep_rethrowing, x, f) }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    use std::sync::Mutex;

    /// The counter is one for the process: tests that read it take turns.
    static COUNTED: Mutex<()> = Mutex::new(());

    type Sweep = fn(&mut [f64], &mut dyn FnMut(f64) -> f64) -> Result<(), NoMemory>;
    const BOTH: [Sweep; 2] = [|x, f| sweep(x, f), |x, f| sweep_rethrowing(x, f)];

    struct Dropped<'a>(&'a mut u32);

    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            *self.0 += 1;
        }
    }

    #[test]
    fn a_panic_passes_and_everybody_cleans_up() {
        let _turn = COUNTED.lock().unwrap_or_else(|broken| broken.into_inner());
        for sweep in BOTH {
            let (before, mut dropped) = (raw::ab_sweep_undone(), 0);
            let mut x = [1.0, 2.0, 3.0, 4.0];
            let parcel = catch_unwind(AssertUnwindSafe(|| {
                sweep(&mut x, &mut |x| {
                    let _here = Dropped(&mut dropped);
                    // Without the hook, which would print.
                    if x == 3.0 { resume_unwind(Box::new(0x5A5Au32)) } else { -x }
                })
            }));
            assert_eq!(parcel.expect_err("a panic").downcast_ref(), Some(&0x5A5Au32));
            assert_eq!(x, [1.0, 2.0, 3.0, 4.0]);
            assert_eq!((dropped, raw::ab_sweep_undone() - before), (3, 1));
        }
    }

    #[test]
    fn a_sweep_without_a_panic_is_kept() {
        let _turn = COUNTED.lock().unwrap_or_else(|broken| broken.into_inner());
        for sweep in BOTH {
            let before = raw::ab_sweep_undone();
            let mut x = [1.0, 2.0, 3.0];
            assert_eq!(sweep(&mut x, &mut |x| x * x), Ok(()));
            assert_eq!((x, raw::ab_sweep_undone()), ([1.0, 4.0, 9.0], before));
            assert_eq!(sweep(&mut [], &mut |_| panic!("of nothing")), Ok(()));
        }
    }

    #[test]
    fn corridors_may_be_nested() {
        let _turn = COUNTED.lock().unwrap_or_else(|broken| broken.into_inner());
        for outer in BOTH {
            for inner in BOTH {
                let (mut x, mut y) = ([1.0, 2.0], [3.0, 4.0]);
                let parcel = catch_unwind(AssertUnwindSafe(|| {
                    outer(&mut x, &mut |a| {
                        let last =
                            |b: f64| if b == 4.0 { resume_unwind(Box::new(b)) } else { b + a };
                        inner(&mut y, &mut { last }).map_or(f64::NAN, |()| 0.0)
                    })
                }));
                assert_eq!(parcel.expect_err("a panic").downcast_ref(), Some(&4.0));
                assert_eq!((x, y), ([1.0, 2.0], [3.0, 4.0]));
            }
        }
    }
}
