//! 7. Child borrows parent: what points into a handle does not outlive it.
//!
//! # What goes wrong
//! C's cursor keeps a plain pointer to its table. The header says in which order the two are to be
//! ended, and two Rust handles that know nothing of each other are ended in whatever order their
//! variables go out of scope, or their struct's fields are declared. Then the cursor interpolates in
//! memory that belongs to somebody else.
//!
//! # The right way
//! [`Cursor`] has a lifetime: that of the `&Table` it was made from. The compiler then demands the order of
//! the header, and more: [`Table::shift`] takes `&mut self`, so no cursor is there when the samples
//! change under it. It has to be a `PhantomData`, because the pointer itself is on C's side. The lifetime
//! is gone at run time; where a child must be free to wander, an `Arc` of its parent costs two atomic
//! operations.
//!
//! ```
//! use abreast_patterns::borrowing_child::Table;
//!
//! let mut table = Table::new(&[0.0, 10.0, 40.0])?;
//! {
//!     let (mut here, mut there) = (table.cursor()?, table.cursor()?);
//!     assert_eq!((here.at(0.5), there.at(1.5)), (5.0, 25.0));
//! }
//! table.shift(1.0); // here and there are gone
//! assert_eq!(table.cursor()?.at(9.0), 41.0);
//! # Ok::<(), abreast_patterns::borrowing_child::Error>(())
//! ```
//!
//! # The wrong way
//! `table_first` ends the table and asks the cursor: what it finds is not a sample. With the types of this
//! page that order does not compile, nor does a change while a cursor looks:
//!
//! ```compile_fail,E0505
//! # use abreast_patterns::borrowing_child::Table;
//! let table = Table::new(&[0.0, 1.0]).unwrap();
//! let mut cursor = table.cursor().unwrap();
//! drop(table);
//! cursor.at(0.5);
//! ```
//! ```compile_fail,E0502
//! # use abreast_patterns::borrowing_child::Table;
//! let mut table = Table::new(&[0.0, 1.0]).unwrap();
//! let mut cursor = table.cursor().unwrap();
//! table.shift(1.0);
//! cursor.at(0.5);
//! ```
//! Their twin, with the lines in the other order, does:
//! ```
//! # use abreast_patterns::borrowing_child::Table;
//! let mut table = Table::new(&[0.0, 1.0]).unwrap();
//! let mut cursor = table.cursor().unwrap();
//! cursor.at(0.5);
//! drop(cursor);
//! table.shift(1.0);
//! drop(table);
//! ```
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/borrowing_child/borrowing_child.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/borrowing_child/borrowing_child.c"), "```")]
#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::ptr::NonNull;

// Pattern: a child with the lifetime of its parent.

/// The declarations of `borrowing_child.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::marker::{PhantomData, PhantomPinned};

    #[repr(C)]
    pub struct ab_table {
        opaque: [u8; 0],
        marker: PhantomData<(*mut u8, PhantomPinned)>,
    }

    #[repr(C)]
    pub struct ab_cursor {
        opaque: [u8; 0],
        marker: PhantomData<(*mut u8, PhantomPinned)>,
    }

    unsafe extern "C" {
        pub fn ab_table_new(n: usize, y: *const f64) -> *mut ab_table;
        pub fn ab_table_free(table: *mut ab_table);
        pub fn ab_table_shift(table: *mut ab_table, d: f64);
        pub fn ab_cursor_new(table: *const ab_table) -> *mut ab_cursor;
        pub fn ab_cursor_free(cursor: *mut ab_cursor);
        // Example: what is done with a child.
        pub fn ab_cursor_at(cursor: *mut ab_cursor, x: f64) -> f64;
    }
}

/// Why there is no table or no cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing to interpolate.
    #[error("y has {0} elements; interpolation needs at least 2")]
    TooFew(usize),
    /// C has no memory for it.
    #[error("C has no memory for {0}")]
    NoMemory(&'static str),
}

/// Samples at 0, 1, 2, ..
#[derive(Debug)]
pub struct Table(NonNull<raw::ab_table>);

// SAFETY: nothing in it belongs to a thread.
unsafe impl Send for Table {}
// SAFETY: a `&Table` makes cursors, which only read it; `shift` takes `&mut`.
unsafe impl Sync for Table {}

/// Interpolates in a table, and remembers where it was.
#[derive(Debug)]
pub struct Cursor<'t> {
    handle: NonNull<raw::ab_cursor>,
    /// The pointer to the table that C has in the cursor.
    table: PhantomData<&'t Table>,
}

// SAFETY: nothing in it belongs to a thread, and the table may be read from any.
unsafe impl Send for Cursor<'_> {}

impl Table {
    /// A table with a copy of the samples `y`.
    ///
    /// # Errors
    /// [`Error::TooFew`], [`Error::NoMemory`].
    pub fn new(y: &[f64]) -> Result<Table, Error> {
        if y.len() < 2 {
            return Err(Error::TooFew(y.len()));
        }
        // SAFETY: pointer and length of a slice, which C copies.
        let made = unsafe { raw::ab_table_new(y.len(), y.as_ptr()) };
        NonNull::new(made).map(Table).ok_or(Error::NoMemory("a table"))
    }

    /// A cursor at the start. Any number of them may look at one table.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn cursor(&self) -> Result<Cursor<'_>, Error> {
        // SAFETY: the table is alive; the lifetime of the result keeps it alive, and unchanged, for as
        // long as C may look at it.
        let made = unsafe { raw::ab_cursor_new(self.0.as_ptr()) };
        let handle = NonNull::new(made).ok_or(Error::NoMemory("a cursor"))?;
        Ok(Cursor { handle, table: PhantomData })
    }

    /// Adds `d` to all samples.
    pub fn shift(&mut self, d: f64) {
        // SAFETY: alive, and `&mut self` says that no cursor and no other thread is at it.
        unsafe { raw::ab_table_shift(self.0.as_ptr(), d) }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        // SAFETY: made by `ab_table_new`, ended only here, and no cursor is left: each borrows it. One that
        // was forgotten is never used or ended again.
        unsafe { raw::ab_table_free(self.0.as_ptr()) }
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `ab_cursor_new`, ended only here.
        unsafe { raw::ab_cursor_free(self.handle.as_ptr()) }
    }
}

const _: () = assert!(size_of::<Cursor<'_>>() == size_of::<*mut raw::ab_cursor>());

// Example: what is done with a child, and tests.

impl Cursor<'_> {
    /// The straight line between the samples around `x`; constant beyond the ends, NaN for NaN.
    pub fn at(&mut self, x: f64) -> f64 {
        // SAFETY: both handles are alive, and the cursor is ours alone for the call.
        unsafe { raw::ab_cursor_at(self.handle.as_ptr(), x) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_of_one_table_do_not_disturb_each_other() {
        let y: Vec<f64> = (0..100).map(|i| f64::from(i * i)).collect();
        let table = Table::new(&y).unwrap();
        std::thread::scope(|scope| {
            for start in 0..4 {
                let mut cursor = table.cursor().unwrap();
                let y = &y;
                scope.spawn(move || {
                    for step in 0..99 {
                        let i = (start * 17 + step * 31) % 99;
                        assert_eq!(cursor.at(i as f64), y[i]);
                        assert_eq!(cursor.at(i as f64 + 0.5), 0.5 * y[i] + 0.5 * y[i + 1]);
                    }
                });
            }
        });
    }

    #[test]
    fn beyond_the_ends_it_is_constant_and_nan_stays_nan() {
        let table = Table::new(&[3.0, 4.0, 9.0]).unwrap();
        let mut cursor = table.cursor().unwrap();
        for (x, y) in [
            (-0.0, 3.0),
            (-0.5, 3.0),
            (2.5, 9.0),
            (f64::NEG_INFINITY, 3.0),
            (2.0, 9.0),
            (1e300, 9.0),
            (f64::INFINITY, 9.0),
        ] {
            assert_eq!(cursor.at(x), y, "at {x}");
        }
        assert!(cursor.at(f64::NAN).is_nan());
        assert_eq!(cursor.at(0.25), 3.25);
    }

    #[test]
    fn a_table_of_less_than_two_samples_is_refused() {
        assert_eq!(Table::new(&[]).unwrap_err(), Error::TooFew(0));
        let refused = Table::new(&[1.0]).unwrap_err();
        assert_eq!(refused.to_string(), "y has 1 elements; interpolation needs at least 2");
    }

    #[test]
    fn a_forgotten_cursor_leaks_and_nothing_else() {
        let table = Table::new(&[1.0, 2.0]).unwrap();
        let lost = std::mem::ManuallyDrop::new(table.cursor().unwrap());
        let handle = lost.handle;
        drop(table);
        // SAFETY: nobody else will end it; ending a cursor does not look at its table. So that leak
        // detection stays silent about this test.
        unsafe { raw::ab_cursor_free(handle.as_ptr()) };
    }
}
