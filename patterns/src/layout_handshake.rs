//! 1. Layout handshake: both sides say how the struct lies, and differ before anything is read.
//!
//! # What goes wrong
//! A struct that both languages spell out is written down twice. C's header gains a field or sorts
//! them, a new shared library is installed, and the old declaration still links: symbols have no types.
//! Nothing fails. The error estimate of 1e-9 is read as 100, which was the length of the step, or C writes
//! past the end of a struct that has become too small, into whatever lies behind it.
//!
//! # The right way
//! Three comparisons, each of which finds what the one before cannot:
//!
//! - `_Static_assert` in the header and a `const` assertion here hold both declarations to the same
//!   numbers at compile time. Whoever edits one side alone does not get past the compiler of that side.
//! - C tells the layout it was *compiled with*, as a list of plain numbers, because a list of numbers
//!   cannot drift. It is compared once, on first use, and tells a wrong library from a wrong header.
//! - Offset and size do not tell a `double` from an `int64_t`, so the list names the kind of each field.
//!
//! [`Decay::new`] is the only way in, so nobody can call C before the comparison.
//!
//! ```
//! use abreast_patterns::layout_handshake::Decay;
//!
//! let mut decay = Decay::new(1.0)?;
//! let step = decay.step(0.1);
//! assert_eq!((step.t, step.h, step.calls), (0.1, 0.1, 2));
//! assert!((decay.y() - (-0.1_f64).exp()).abs() < 2.0 * step.error);
//! # Ok::<(), abreast_patterns::layout_handshake::Drift>(())
//! ```
//!
//! # The wrong way
//! `fields_sorted` reads a step from a library with the fields in another order: the time reads as
//! 4e-314 (1e-323 where the high byte comes first). `struct_grown` lends room for this struct to a library whose struct is larger: the neighbour
//! in the array is overwritten.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/layout_handshake/layout_handshake.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/layout_handshake/layout_handshake.c"), "```")]
//! Two later releases, for the counterexamples and for the test that refuses them:
#![doc = concat!("```c\n", include_str!("../csrc/layout_handshake/wrong.c"), "```")]
#![allow(unsafe_code)]

use std::mem::offset_of;
use std::sync::OnceLock;

// Pattern: a struct that both sides declare, and three comparisons of it.

/// The declarations of `layout_handshake.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    #[repr(C)]
    #[derive(Debug, Clone, Copy, Default, PartialEq)]
    pub struct ab_step {
        pub t: f64,
        pub h: f64,
        pub error: f64,
        pub calls: u32,
        pub accepted: i32,
    }

    unsafe extern "C" {
        pub fn ab_step_layout(n: usize, out: *mut usize) -> usize;
        // Example: what fills the struct in.
        pub fn ab_step_decay(t: f64, h: f64, y: *mut f64, step: *mut ab_step);
    }
}

/// One step, as C reports it.
pub type Step = raw::ab_step;

/// The type of a field, by C's number for it.
trait Kind {
    const KIND: usize;
}

impl Kind for f64 {
    const KIND: usize = 1;
}

impl Kind for u32 {
    const KIND: usize = 2;
}

impl Kind for i32 {
    const KIND: usize = 3;
}

/// The kind of the field that `_field` shows; never called.
const fn kind<S, T: Kind>(_field: fn(&S) -> &T) -> usize {
    T::KIND
}

/// How many bytes the field that `_field` shows takes; never called.
const fn size<S, T>(_field: fn(&S) -> &T) -> usize {
    size_of::<T>()
}

/// What is compared: a name for the message, and the number that this side has for it.
type Fact = (&'static str, usize);

macro_rules! facts {
    ($type:ident: $($field:ident),*) => {
        &[
            ("size of the struct", size_of::<$type>()),
            ("alignment of the struct", align_of::<$type>()),
            $(
                (concat!("offset of ", stringify!($field)), offset_of!($type, $field)),
                (concat!("size of ", stringify!($field)), size(|s: &$type| &s.$field)),
                (concat!("kind of ", stringify!($field)), kind(|s: &$type| &s.$field)),
            )*
        ]
    };
}

/// The layout of [`Step`] on this side, in the order of `ab_step_layout`.
const OURS: &[Fact] = facts!(Step: t, h, error, calls, accepted);

// The numbers of the header's _Static_asserts.
const _: () = {
    assert!(offset_of!(Step, t) == 0);
    assert!(offset_of!(Step, h) == 8);
    assert!(offset_of!(Step, error) == 16);
    assert!(offset_of!(Step, calls) == 24);
    assert!(offset_of!(Step, accepted) == 28);
    assert!(size_of::<Step>() == 32);
};

/// The library that is linked has another struct than the one declared here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Drift {
    /// It tells of more or fewer fields.
    #[error("the library tells {theirs} numbers of ab_step, this program {ours}")]
    Fields {
        /// What the library tells.
        theirs: usize,
        /// What this program expects.
        ours: usize,
    },
    /// A number differs.
    #[error("ab_step has drifted: {what} is {theirs} in the library, {ours} in this program")]
    Number {
        /// Which one.
        what: &'static str,
        /// What the library tells.
        theirs: usize,
        /// What this program expects.
        ours: usize,
    },
}

/// A function like `ab_step_layout`.
type Tell = unsafe extern "C" fn(usize, *mut usize) -> usize;

/// Compares what `tell` tells with [`OURS`].
///
/// # Safety
/// `tell` does what the header says of `ab_step_layout`.
unsafe fn compare(tell: Tell) -> Result<(), Drift> {
    let mut theirs = [usize::MAX; OURS.len()];
    // SAFETY: by contract it writes at most as many as `theirs` has.
    let count = unsafe { tell(theirs.len(), theirs.as_mut_ptr()) };
    if count != OURS.len() {
        return Err(Drift::Fields { theirs: count, ours: OURS.len() });
    }
    let mut pairs = OURS.iter().zip(theirs);
    match pairs.find(|((_, ours), theirs)| ours != theirs) {
        Some((&(what, ours), theirs)) => Err(Drift::Number { what, theirs, ours }),
        None => Ok(()),
    }
}

/// The handshake, done by whoever comes first. Called before the struct is used.
///
/// # Errors
/// [`Drift`] when the library that is linked has another [`Step`].
pub fn agreed() -> Result<(), Drift> {
    static AGREED: OnceLock<Result<(), Drift>> = OnceLock::new();
    // SAFETY: this is the function that the header describes.
    *AGREED.get_or_init(|| unsafe { compare(raw::ab_step_layout) })
}

// Example: an integrator, which asks before its first step.

/// The decay y' = -y, integrated by C.
#[derive(Debug, Clone)]
pub struct Decay {
    t: f64,
    y: f64,
}

impl Decay {
    /// Starts at t = 0 with `y`.
    ///
    /// # Errors
    /// [`Drift`] when the library that is linked has another [`Step`].
    pub fn new(y: f64) -> Result<Decay, Drift> {
        agreed()?;
        Ok(Decay { t: 0.0, y })
    }

    /// One step of length `h`.
    pub fn step(&mut self, h: f64) -> Step {
        let mut step = Step::default();
        // SAFETY: both pointers are to one value each, alive for the call; that C's ab_step is ours
        // was compared in `new`.
        unsafe { raw::ab_step_decay(self.t, h, &mut self.y, &mut step) };
        self.t = step.t;
        step
    }

    /// The solution where the last step ended.
    pub fn y(&self) -> f64 {
        self.y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" {
        fn ab_sorted_step_layout(n: usize, out: *mut usize) -> usize;
        fn ab_grown_step_layout(n: usize, out: *mut usize) -> usize;
    }

    #[test]
    fn every_field_arrives_in_its_place() {
        let mut decay = Decay::new(2.0).unwrap();
        let step = decay.step(0.5);
        // Heun by hand: Euler gives 1, Heun 2 - 0.25 * (2 + 1).
        let expected = Step { t: 0.5, h: 0.5, error: 0.25, calls: 2, accepted: 1 };
        assert_eq!((step, decay.y()), (expected, 1.25));
    }

    #[test]
    fn a_sorted_struct_is_refused_by_the_first_field_that_moved() {
        // SAFETY: it does what the header says, of its own struct.
        let refused = unsafe { compare(ab_sorted_step_layout) }.unwrap_err();
        assert_eq!(refused, Drift::Number { what: "offset of t", theirs: 24, ours: 0 });
        assert_eq!(
            refused.to_string(),
            "ab_step has drifted: offset of t is 24 in the library, 0 in this program"
        );
    }

    #[test]
    fn a_grown_struct_is_refused_before_c_writes_into_ours() {
        // SAFETY: it does what the header says, of its own struct.
        let refused = unsafe { compare(ab_grown_step_layout) }.unwrap_err();
        assert_eq!(refused, Drift::Fields { theirs: 23, ours: 17 });
    }

    /// As long a list, everything in its place, but one field is an int64_t now.
    unsafe extern "C" fn retyped(n: usize, out: *mut usize) -> usize {
        // SAFETY: by the contract of the caller.
        let out = unsafe { std::slice::from_raw_parts_mut(out, n) };
        out.iter_mut().zip(OURS).for_each(|(out, (_, ours))| *out = *ours);
        let error = OURS.iter().position(|(what, _)| *what == "kind of error").unwrap();
        out[error] = 0;
        OURS.len()
    }

    #[test]
    fn a_field_of_the_same_size_but_another_type_is_refused() {
        // SAFETY: it writes n numbers.
        let refused = unsafe { compare(retyped) }.unwrap_err();
        assert_eq!(refused, Drift::Number { what: "kind of error", theirs: 0, ours: 1 });
    }

    #[test]
    fn c_writes_no_more_of_its_layout_than_there_is_room_for() {
        let mut some = [usize::MAX; 4];
        // SAFETY: room for three.
        let count = unsafe { raw::ab_step_layout(3, some.as_mut_ptr()) };
        assert_eq!((count, some), (OURS.len(), [32, align_of::<Step>(), 0, usize::MAX]));
        let mut more = [usize::MAX; OURS.len() + 1];
        // SAFETY: room for all of `more`.
        let count = unsafe { raw::ab_step_layout(more.len(), more.as_mut_ptr()) };
        assert_eq!((count, more[OURS.len()]), (OURS.len(), usize::MAX));
        // SAFETY: null is fine where nothing is to be written.
        assert_eq!(unsafe { raw::ab_step_layout(0, std::ptr::null_mut()) }, OURS.len());
    }
}
