//! 42. Virtual class: a Rust trait object as a C++ class with virtual functions, and the other way round.
//!
//! # What goes wrong
//! A C++ library takes an object derived from its class. The vtable of a Rust `dyn Trait` has another layout, and a
//! struct that imitates that of C++ relies on what the standard leaves open: where the destructor stands (twice, first, on
//! most systems), what lies before the first function, how several bases are laid out. Unwinding through
//! such a call is no better defined: a panic must not reach a `catch (...)` of C++, nor an exception Rust.
//!
//! # The right way
//! The class is derived in C++, ten lines per interface (`foreign_curve` [below](#the-foreign-side)): it holds a
//! pointer and a table of plain functions, which Rust fills in, and its destructor gives the pointer back. Whoever
//! owns the C++ object owns the Rust one: here a [`Sum`], which has a `std::vector` of them. A library of C that takes
//! a table of functions (SQLite's `sqlite3_vfs`, for one) needs the Rust half of this page, and no class.
//!
//! In each direction a failure becomes what is usual there:
//!
//! | Rust | C++ | and back in Rust |
//! |---|---|---|
//! | `Err(Failed)` | `std::domain_error`, which the library may handle | `Err(Failed)` with the same text |
//! | a panic | an exception of a type of its own, which carries nothing | the same panic |
//!
//! Any other `std::exception` that C++ throws is a `Failed` as well. The panic's payload is kept in a place that the sum and
//! its objects share, so that it is found whatever C++ does with the exception, also if a `catch (...)` ends it.
//! `Sum` implements [`Curve`] itself: a class of C++ is a trait object of Rust, and may be an object in another sum.
//!
//! ```
//! use abreast_patterns::virtual_class::{Curve, Failed, Sum};
//!
//! struct Logarithm;
//! impl Curve for Logarithm {
//!     fn at(&self, x: f64) -> Result<f64, Failed> {
//!         if x > 0.0 { Ok(x.ln()) } else { Err(Failed(format!("ln({x})"))) }
//!     }
//!     fn slope(&self, x: f64) -> Result<f64, Failed> {
//!         Ok(1.0 / x)
//!     }
//! }
//! let mut sum = Sum::new()?;
//! sum.add(Logarithm)?;
//! // From 3 the first step leads below 0; C++ catches the exception and halves it.
//! assert!((sum.root(3.0)? - 1.0).abs() < 1e-12);
//! assert_eq!(sum.at(-1.0), Err(Failed("ln(-1)".to_owned())));
//! # Ok::<(), Failed>(())
//! ```
//!
//! # The wrong way
//! `vtable_by_hand` puts an object together in Rust, with the functions in the order of the class: C++ calls `at` and
//! gets the function that should drop the object. `panic_in_a_virtual_function` fills the table with a function that
//! does not catch: the process aborts.
//!
//! # The foreign side
#![doc = concat!("```cpp\n", include_str!("../csrc/virtual_class/virtual_class.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/virtual_class/virtual_class.cpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/virtual_class/wrong.cpp"), "```")]
#![allow(unsafe_code)]

use std::any::Any;
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::rc::Rc;

// Pattern: a trait object as an object of a class, and an object of a class as a trait object.

/// The declarations of `virtual_class.hpp`, and that of `wrong.cpp`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::{c_char, c_void};

    /// What only C++ can look into.
    #[repr(C)]
    pub struct ab_sum {
        opaque: [u8; 0],
        marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
    }

    pub type ab_curve_function =
        unsafe extern "C" fn(*mut c_void, f64, *mut f64, *mut c_char, usize) -> i32;

    #[repr(C)]
    #[derive(Debug)]
    pub struct ab_curve_table {
        pub at: ab_curve_function,
        pub slope: ab_curve_function,
        pub drop: unsafe extern "C" fn(*mut c_void),
    }

    #[repr(C)]
    #[derive(Debug)]
    pub struct ab_curve_object {
        pub this: *mut c_void,
        pub table: *const ab_curve_table,
    }

    /// A question to a sum.
    pub type ab_sum_function =
        unsafe extern "C" fn(*const ab_sum, f64, *mut f64, *mut c_char, usize) -> i32;

    unsafe extern "C" {
        // Safe: takes nothing, and returns null or a handle of its own.
        pub safe fn ab_sum_new() -> *mut ab_sum;
        pub fn ab_sum_free(sum: *mut ab_sum);
        pub fn ab_sum_add(sum: *mut ab_sum, object: ab_curve_object) -> i32;
        pub fn ab_sum_at(
            sum: *const ab_sum,
            x: f64,
            y: *mut f64,
            text: *mut c_char,
            room: usize,
        ) -> i32;
        pub fn ab_sum_slope(
            sum: *const ab_sum,
            x: f64,
            y: *mut f64,
            text: *mut c_char,
            room: usize,
        ) -> i32;
        // Example: what else the library does.
        pub fn ab_sum_add_hyperbola(sum: *mut ab_sum) -> i32;
        pub fn ab_sum_root(
            sum: *const ab_sum,
            x: f64,
            y: *mut f64,
            text: *mut c_char,
            room: usize,
        ) -> i32;
        // Counterexample: of `wrong.cpp`.
        pub fn ab_curve_at_any(curve: *const c_void, x: f64) -> f64;
    }
}

/// Why there is no value, in words. What crosses the border is cut at a zero byte or after 159 bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Failed(pub String);

/// What `ab::curve` is in C++.
pub trait Curve {
    /// The value at `x`.
    ///
    /// # Errors
    /// Where the curve has none.
    fn at(&self, x: f64) -> Result<f64, Failed>;

    /// The derivative at `x`.
    ///
    /// # Errors
    /// Where there is none.
    fn slope(&self, x: f64) -> Result<f64, Failed>;
}

/// A sum of curves, of C++ and of Rust.
pub struct Sum<'c> {
    sum: NonNull<raw::ab_sum>,
    panic: Panic,
    /// C++ drops them with the sum.
    owns: PhantomData<Box<dyn Curve + 'c>>,
}

/// Where a panic waits while C++ returns. A sum and its objects have one together.
type Panic = Rc<Cell<Option<Box<dyn Any + Send>>>>;

/// What C++ has a pointer to.
struct Object<C> {
    curve: C,
    panic: Panic,
}

impl<'c> Sum<'c> {
    /// A sum of nothing, which is 0.
    ///
    /// # Errors
    /// If C++ has no memory.
    pub fn new() -> Result<Sum<'c>, Failed> {
        let sum = NonNull::new(raw::ab_sum_new()).ok_or_else(no_memory)?;
        Ok(Sum { sum, panic: Panic::default(), owns: PhantomData })
    }

    /// Adds a curve of Rust's.
    ///
    /// # Errors
    /// If C++ has no memory; then the curve is dropped.
    pub fn add<C: Curve + 'c>(&mut self, curve: C) -> Result<(), Failed> {
        let object = Box::new(Object { curve, panic: Rc::clone(&self.panic) });
        let this = Box::into_raw(object).cast();
        let object = raw::ab_curve_object { this, table: &const { table::<C>() } };
        // SAFETY: the sum is alive; the functions are made for this type of object, which is C++'s from now on. It
        // may borrow for 'c, which the sum does not outlive.
        match unsafe { raw::ab_sum_add(self.sum.as_ptr(), object) } {
            0 => Ok(()),
            _ => Err(no_memory()),
        }
    }

    fn ask(&self, function: raw::ab_sum_function, x: f64) -> Result<f64, Failed> {
        let (mut y, mut text) = (f64::NAN, [0; ROOM]);
        // SAFETY: the sum is alive, and used by the thread that it belongs to; there is room for a value and a text.
        let status = unsafe { function(self.sum.as_ptr(), x, &mut y, text.as_mut_ptr(), ROOM) };
        // Whatever C++ has made of it.
        if let Some(payload) = self.panic.take() {
            resume_unwind(payload);
        }
        match status {
            0 => Ok(y),
            _ => Err(Failed(read(&text))),
        }
    }

    // Example: what else the library does.

    /// Adds 1/x, a class of C++.
    ///
    /// # Errors
    /// If C++ has no memory.
    pub fn add_hyperbola(&mut self) -> Result<(), Failed> {
        // SAFETY: the sum is alive.
        match unsafe { raw::ab_sum_add_hyperbola(self.sum.as_ptr()) } {
            0 => Ok(()),
            _ => Err(no_memory()),
        }
    }

    /// A root near `x`, found by C++.
    ///
    /// # Errors
    /// Those of the curves that C++ does not handle, and its own if there is no root.
    ///
    /// # Panics
    /// When a curve does, with its payload.
    pub fn root(&self, x: f64) -> Result<f64, Failed> {
        self.ask(raw::ab_sum_root, x)
    }
}

impl Curve for Sum<'_> {
    fn at(&self, x: f64) -> Result<f64, Failed> {
        self.ask(raw::ab_sum_at, x)
    }

    fn slope(&self, x: f64) -> Result<f64, Failed> {
        self.ask(raw::ab_sum_slope, x)
    }
}

impl Drop for Sum<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `ab_sum_new`, ended here only; its objects go with it.
        unsafe { raw::ab_sum_free(self.sum.as_ptr()) };
        // Of a curve's drop.
        if let Some(payload) = self.panic.take() {
            discard(payload);
        }
    }
}

/// Bytes for the text of an error, its end included.
const ROOM: usize = 160;

fn no_memory() -> Failed {
    Failed("C++ has no memory".to_owned())
}

/// The text that C++ has written.
fn read(text: &[c_char; ROOM]) -> String {
    // SAFETY: C++ ends it with a zero within its room; untouched it is empty.
    unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy().into_owned()
}

/// The functions of an object of this type.
const fn table<C: Curve>() -> raw::ab_curve_table {
    raw::ab_curve_table { at: at::<C>, slope: slope::<C>, drop: dropped::<C> }
}

unsafe extern "C" fn at<C: Curve>(
    this: *mut c_void,
    x: f64,
    y: *mut f64,
    text: *mut c_char,
    room: usize,
) -> i32 {
    // SAFETY: this is the function of such an object, and its arguments are those of the header.
    unsafe { answer::<C>(this, y, text, room, |curve| curve.at(x)) }
}

unsafe extern "C" fn slope<C: Curve>(
    this: *mut c_void,
    x: f64,
    y: *mut f64,
    text: *mut c_char,
    room: usize,
) -> i32 {
    // SAFETY: as in `at`.
    unsafe { answer::<C>(this, y, text, room, |curve| curve.slope(x)) }
}

/// # Safety
/// `this` is an `Object<C>` that is not dropped meanwhile, `y` the place of a number, `text` of `room` bytes.
unsafe fn answer<C: Curve>(
    this: *mut c_void,
    y: *mut f64,
    text: *mut c_char,
    room: usize,
    ask: impl FnOnce(&C) -> Result<f64, Failed>,
) -> i32 {
    // SAFETY: as promised; an object is only shared, so calls may be within calls.
    let object = unsafe { &*this.cast::<Object<C>>() };
    match catch_unwind(AssertUnwindSafe(|| ask(&object.curve))) {
        Ok(Ok(value)) => {
            // SAFETY: as promised.
            unsafe { y.write(value) };
            0
        }
        Ok(Err(Failed(why))) => {
            let length = why.floor_char_boundary(room - 1);
            // SAFETY: as promised: `length` is below `room`, which is not 0.
            let place = unsafe { std::slice::from_raw_parts_mut(text.cast::<u8>(), length + 1) };
            place[..length].copy_from_slice(&why.as_bytes()[..length]);
            place[length] = 0;
            1
        }
        Err(payload) => {
            keep(&object.panic, payload);
            2
        }
    }
}

unsafe extern "C" fn dropped<C>(this: *mut c_void) {
    // SAFETY: C++ gives back what `add` boxed, once.
    let Object { curve, panic } = *unsafe { Box::from_raw(this.cast::<Object<C>>()) };
    // Not while C++ destroys: a destructor must not throw.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(curve))) {
        keep(&panic, payload);
    }
}

/// The first panic goes on; there is one place.
fn keep(place: &Panic, payload: Box<dyn Any + Send>) {
    match place.take() {
        None => place.set(Some(payload)),
        first => {
            place.set(first);
            discard(payload);
        }
    }
}

/// Drops what a panic carried. That may panic as well: with a text, as a rule, which is dropped too; with
/// anything else, which is leaked, as it might panic again for ever.
fn discard(payload: Box<dyn Any + Send>) {
    let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) else { return };
    if !another.is::<&str>() && !another.is::<String>() {
        std::mem::forget(another);
    }
}

// Example: tests.

#[cfg(test)]
mod tests;
