//! 17. longjmp quarantine: C may jump, but lands in C, and jumps over no frame of Rust.
//!
//! # What goes wrong
//! Old libraries leave errors with `longjmp`, and their manual says "to give up, call this in your
//! callback". The jump does not unwind: destructors of the Rust frames between are not run. A lock stays
//! locked, a `RefCell` stays borrowed, memory is lost, a scoped thread is not waited for; the language
//! calls it undefined, so the optimiser need not care for it. Nothing is reported.
//!
//! Over frames that have no destructor to run, and no `catch_unwind`, a jump
//! [is allowed](https://rust-lang.github.io/rfcs/2945-c-unwind-abi.html). Nothing checks that a frame is one of
//! those: a `String`, a guard or an iterator that is added later, or a callee that was inlined, makes it
//! another. So it is for a callback of a few lines without anything owned, and says so in a comment.
//!
//! # The right way
//! `setjmp` and `longjmp` are in the same C library, which turns a landing into a status before it
//! returns. The callback only returns a code; it is C that jumps, after the callback has returned. In
//! front of a library that wants it otherwise belongs a C function that does this: a trampoline in C, which
//! calls Rust, looks at the code and calls "give up" itself.
//!
//! The closure's own error, and its panic, wait in the call's frame until C is out ([`cholesky`]).
//!
//! ```
//! use abreast_patterns::longjmp_quarantine::{Error, cholesky};
//!
//! let l = cholesky(2, |i, j| Ok::<f64, ()>([[4.0, 2.0], [2.0, 10.0]][i][j]));
//! assert_eq!(l, Ok(vec![2.0, 0.0, 1.0, 3.0]));
//! let refused = cholesky(2, |i, j| if i == j { Ok(1.0) } else { Err("no such file") });
//! assert_eq!(refused, Err(Error::Element("no such file")));
//! ```
//!
//! # The wrong way
//! `jumped_over` gives up from within a callback: three were entered, and the destructors of two have run.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/longjmp_quarantine/longjmp_quarantine.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/longjmp_quarantine/longjmp_quarantine.c"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/longjmp_quarantine/wrong.c"), "```")]
#![allow(unsafe_code)]

use std::any::Any;
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

// Pattern: a callback that has returned before C jumps.

/// The declarations of `longjmp_quarantine.h`, and of `wrong.c`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::{c_int, c_void};

    pub type ab_cholesky_fn = unsafe extern "C" fn(*mut c_void, usize, usize, *mut f64) -> c_int;

    unsafe extern "C" {
        pub fn ab_cholesky(
            n: usize,
            element: ab_cholesky_fn,
            user: *mut c_void,
            l: *mut f64,
        ) -> i32;
        // Counterexample: of `wrong.c`.
        pub fn ab_cholesky_visit(callback: extern "C" fn(*mut c_void), user: *mut c_void) -> i32;
        pub fn ab_cholesky_give_up() -> !;
    }
}

/// Why there is no decomposition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E> {
    /// n * n numbers are more than there can be.
    #[error("n is {0}: a matrix of that size does not fit in memory")]
    Size(usize),
    /// A pivot was not above zero.
    #[error("the matrix is not positive definite")]
    Indefinite,
    /// The closure had no element, for this reason.
    #[error("an element is missing: {0}")]
    Element(E),
    /// The library is newer.
    #[error("C returned the unknown status {0}")]
    Unknown(i32),
}

/// One call of [`cholesky`], to which C's `user` pointer leads.
struct Call<F, E> {
    element: F,
    refused: Option<E>,
    parcel: Option<Box<dyn Any + Send>>,
}

unsafe extern "C" fn element<F, E>(user: *mut c_void, i: usize, j: usize, a: *mut f64) -> c_int
where
    F: FnMut(usize, usize) -> Result<f64, E>,
{
    // SAFETY: `user` is the call of `cholesky`, which waits for C and does not touch it; C calls one at a
    // time.
    let call = unsafe { &mut *user.cast::<Call<F, E>>() };
    match catch_unwind(AssertUnwindSafe(|| (call.element)(i, j))) {
        Ok(Ok(found)) => {
            // SAFETY: C gives a place for the element.
            unsafe { a.write(found) };
            return 0;
        }
        Ok(Err(why)) => call.refused = Some(why),
        Err(payload) => call.parcel = Some(payload),
    }
    1
}

/// The lower triangle L, row major, with zeros above, such that L times its transpose is the symmetric
/// matrix of `n` rows whose elements `element(i, j)` with `j <= i` gives.
///
/// # Errors
/// See [`Error`]; what `element` refuses with comes as [`Error::Element`].
///
/// # Panics
/// With what `element` panics with.
pub fn cholesky<E>(
    n: usize,
    element: impl FnMut(usize, usize) -> Result<f64, E>,
) -> Result<Vec<f64>, Error<E>> {
    let numbers = n.checked_mul(n).ok_or(Error::Size(n))?;
    let mut l = Vec::new();
    l.try_reserve_exact(numbers).map_err(|_| Error::Size(n))?;
    l.resize(numbers, 0.0);
    let mut call = Call { element, refused: None, parcel: None };
    let status = decompose(n, &mut call, &mut l);
    if let Some(parcel) = call.parcel {
        resume_unwind(parcel);
    }
    match (status, call.refused) {
        (0, _) => Ok(l),
        (1, _) => Err(Error::Indefinite),
        (2, Some(why)) => Err(Error::Element(why)),
        (status, _) => Err(Error::Unknown(status)),
    }
}

/// `l` has n * n numbers.
fn decompose<F, E>(n: usize, call: &mut Call<F, E>, l: &mut [f64]) -> i32
where
    F: FnMut(usize, usize) -> Result<f64, E>,
{
    assert_eq!(Some(l.len()), n.checked_mul(n));
    // SAFETY: the trampoline is the one for this type of call, which is ours alone until C returns; l is as
    // large as C wants it. C's jumps begin and end in C, over frames of C only.
    unsafe { raw::ab_cholesky(n, self::element::<F, E>, (&raw mut *call).cast(), l.as_mut_ptr()) }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    struct Frame<'a>(&'a Cell<u32>);

    impl Drop for Frame<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }

    /// A decomposition whose callbacks are counted as they are entered and left, with the end that it had.
    fn counted<E>(
        n: usize,
        mut a: impl FnMut(usize, usize) -> Result<f64, E>,
    ) -> Result<Vec<f64>, Error<E>> {
        let (entered, left) = (Cell::new(0), Cell::new(0));
        let result = catch_unwind(AssertUnwindSafe(|| {
            cholesky(n, |i, j| {
                entered.set(entered.get() + 1);
                let _frame = Frame(&left);
                a(i, j)
            })
        }));
        assert_eq!(entered, left);
        assert!(entered.get() > 0);
        result.unwrap_or_else(|parcel| resume_unwind(parcel))
    }

    fn element(i: usize, j: usize) -> f64 {
        if i == j { 10.0 + i as f64 } else { 1.0 / (1 + i + j) as f64 }
    }

    #[test]
    fn a_definite_matrix_is_decomposed() {
        let n = 12;
        let l = counted(n, |i, j| Ok::<f64, ()>(element(i, j))).unwrap();
        for i in 0..n {
            for j in 0..=i {
                let product: f64 = (0..n).map(|k| l[i * n + k] * l[j * n + k]).sum();
                assert!((product - element(i, j)).abs() < 1e-14, "{i}, {j}");
            }
            assert!(l[i * n + i + 1..(i + 1) * n].iter().all(|x| *x == 0.0));
        }
        assert_eq!(cholesky(0, |_, _| Err("asked")), Ok(vec![]));
    }

    #[test]
    fn every_callback_that_was_entered_was_left() {
        let refused = counted(5, |i, j| if (i, j) == (3, 1) { Err(7) } else { Ok(element(i, j)) });
        assert_eq!(refused, Err(Error::Element(7)));
        for worst in [-1.0, 0.0, f64::NAN] {
            let last = |i, j| Ok::<f64, ()>(if (i, j) == (4, 4) { worst } else { element(i, j) });
            assert_eq!(counted(5, last), Err(Error::Indefinite));
        }
    }

    #[test]
    fn a_panic_waits_until_c_is_out() {
        let parcel = catch_unwind(|| {
            let raise = |i, j| {
                if i == 2 { resume_unwind(Box::new("row 2")) } else { Ok::<_, ()>(element(i, j)) }
            };
            counted(5, raise)
        });
        assert_eq!(parcel.expect_err("a panic").downcast_ref(), Some(&"row 2"));
    }

    #[test]
    fn decompositions_may_nest() {
        // Each element comes from a decomposition of its own, one of which fails.
        let outer = counted(3, |i, j| {
            let inner = counted(1, |_, _| Ok::<f64, ()>(if i == 2 { -1.0 } else { element(i, j) }));
            inner.map(|l| l[0] * l[0])
        });
        assert_eq!(outer, Err(Error::Element(Error::Indefinite)));
    }

    #[test]
    fn a_size_that_no_memory_has_is_refused() {
        for n in [usize::MAX, 1 << (usize::BITS / 2), 1 << (usize::BITS / 2 - 1)] {
            assert_eq!(cholesky(n, |_, _| Err(())), Err(Error::Size(n)));
        }
    }
}
