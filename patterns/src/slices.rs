//! 22. Slices: pointer and length, in both directions, empty ones included.
//!
//! # What goes wrong
//! The `data()` of an empty `std::vector` is null, and a Rust slice must not be: the compiler uses that null
//! to tell `None` from `Some`. In release `Some(slice)` *is* `None` then, and the branch that handles
//! "nothing there" runs for something that is there and empty; in debug the process aborts. The other way
//! round an empty Rust slice has a pointer that is not null and points nowhere, which a library that
//! tests for null takes for data.
//!
//! # The right way
//! One function per direction, and every border function goes through them. [`slice_or_empty`] takes what C
//! returned: a length of 0 is the empty slice whatever the pointer, and a pointer that no slice can have -
//! null, misaligned, or longer than memory - is an error that says so. [`for_c`] gives null for an empty
//! slice. Neither can know whether the memory is there and stays: that is the header's promise, and the
//! lifetime of [`History::values`] holds the reader to it: no append while it is read.
//!
//! ```
//! use abreast_patterns::slices::History;
//!
//! let mut history = History::new()?;
//! assert!(history.values()?.is_empty());
//! assert!(Some(history.values()?).is_some());
//! history.append(&[])?;
//! history.append(&[0.5, 0.25])?;
//! assert_eq!(history.values()?, [0.5, 0.25]);
//! # Ok::<(), abreast_patterns::slices::Error>(())
//! ```
//!
//! # The wrong way
//! `some_that_is_none` makes a slice of what an empty vector returns: `Some(slice).is_none()` is true, or
//! in debug "unsafe precondition(s) violated". Reading on while C++ moves the vector does not compile:
//!
//! ```compile_fail,E0502
//! # use abreast_patterns::slices::History;
//! # let mut history = History::new().unwrap();
//! let values = history.values().unwrap();
//! history.append(&[1.0]).unwrap();
//! println!("{values:?}");
//! ```
//!
//! It does once they are read before:
//!
//! ```
//! # use abreast_patterns::slices::History;
//! # let mut history = History::new().unwrap();
//! let values = history.values().unwrap();
//! println!("{values:?}");
//! history.append(&[1.0]).unwrap();
//! ```
//!
//! # The foreign side
#![doc = concat!("```cpp\n", include_str!("../csrc/slices/slices.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/slices/slices.cpp"), "```")]
#![allow(unsafe_code)]

// Pattern: pointer and length as a slice, and a slice as pointer and length.

/// What cannot be a slice, or could not be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A null pointer to something.
    #[error("pointer = null with n = {n}: only n = 0 may be null")]
    Null {
        /// The length that came with it.
        n: usize,
    },
    /// A pointer that no element can be at.
    #[error("pointer = {address:#x}: must be a multiple of {align}")]
    Misaligned {
        /// The pointer.
        address: usize,
        /// What the type asks for.
        align: usize,
    },
    /// More than memory can hold.
    #[error("n = {n}: elements of {size} bytes may be at most {}", isize::MAX as usize / (*size).max(1))]
    TooLong {
        /// The length.
        n: usize,
        /// Bytes per element.
        size: usize,
    },
    /// C++ has no memory for more.
    #[error("C++ has no memory for more")]
    NoMemory,
}

/// What C calls `n` elements at `pointer`, as a slice.
///
/// # Errors
/// What no slice can be: [`Error::Null`], [`Error::Misaligned`], [`Error::TooLong`].
///
/// # Safety
/// Unless `n` is 0 or an error results: the elements are there, and nobody writes or frees them during `'a`.
pub unsafe fn slice_or_empty<'a, T>(pointer: *const T, n: usize) -> Result<&'a [T], Error> {
    if n == 0 {
        return Ok(&[]);
    }
    let (size, align) = (size_of::<T>(), align_of::<T>());
    if pointer.is_null() {
        Err(Error::Null { n })
    } else if !pointer.is_aligned() {
        Err(Error::Misaligned { address: pointer.addr(), align })
    } else if n.checked_mul(size).is_none_or(|bytes| bytes > isize::MAX as usize) {
        Err(Error::TooLong { n, size })
    } else {
        // SAFETY: neither null nor misaligned nor too long; the rest is the caller's promise.
        Ok(unsafe { std::slice::from_raw_parts(pointer, n) })
    }
}

/// The slice's pointer as C expects it: null when there is nothing.
pub fn for_c<T>(slice: &[T]) -> *const T {
    if slice.is_empty() { std::ptr::null() } else { slice.as_ptr() }
}

// Example: a vector of C++.

use std::ptr::NonNull;

/// The declarations of `slices.hpp`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    /// What only C++ can look into.
    #[repr(C)]
    pub struct ab_history {
        opaque: [u8; 0],
        marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
    }

    unsafe extern "C" {
        // Safe: takes nothing, and returns null or a handle of its own.
        pub safe fn ab_history_new() -> *mut ab_history;
        pub fn ab_history_free(history: *mut ab_history);
        pub fn ab_history_append(history: *mut ab_history, values: *const f64, n: usize) -> i32;
        pub fn ab_history_values(history: *const ab_history, n: *mut usize) -> *const f64;
    }
}

/// Numbers that C++ keeps in a vector.
#[derive(Debug)]
pub struct History(NonNull<raw::ab_history>);

// SAFETY: C++ keeps the vector behind the pointer and nowhere else, in no thread-local.
unsafe impl Send for History {}
// SAFETY: what takes `&History` only reads.
unsafe impl Sync for History {}

impl History {
    /// An empty one.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn new() -> Result<History, Error> {
        NonNull::new(raw::ab_history_new()).map(History).ok_or(Error::NoMemory)
    }

    /// Appends all values, or none.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn append(&mut self, values: &[f64]) -> Result<(), Error> {
        // SAFETY: the handle is alive and ours alone; null goes with 0 only.
        let status =
            unsafe { raw::ab_history_append(self.0.as_ptr(), for_c(values), values.len()) };
        if status == 0 { Ok(()) } else { Err(Error::NoMemory) }
    }

    /// All values.
    ///
    /// # Errors
    /// When C++ returns what cannot be a slice.
    pub fn values(&self) -> Result<&[f64], Error> {
        let mut n = 0;
        // SAFETY: the handle is alive.
        let pointer = unsafe { raw::ab_history_values(self.0.as_ptr(), &mut n) };
        // SAFETY: the values stay until the next append, which needs `&mut self`.
        unsafe { slice_or_empty(pointer, n) }
    }
}

impl Drop for History {
    fn drop(&mut self) {
        // SAFETY: made by `ab_history_new`, ended nowhere else.
        unsafe { raw::ab_history_free(self.0.as_ptr()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::{dangling, null, without_provenance};

    #[test]
    fn nothing_is_something_from_both_sides() {
        let mut history = History::new().unwrap();
        let mut n = 1;
        // SAFETY: the handle is alive.
        let pointer = unsafe { raw::ab_history_values(history.0.as_ptr(), &mut n) };
        assert!(pointer.is_null() && n == 0, "the case this page is about");
        for _ in 0..2 {
            history.append(&[]).unwrap();
            assert_eq!(Some(history.values()), Some(Ok(&[][..])));
        }
        assert!(for_c::<f64>(&[]).is_null());
        assert!(!for_c(&[1.0]).is_null());
    }

    #[test]
    fn lengths_and_values_survive_the_way_there_and_back() {
        let mut history = History::new().unwrap();
        let mut all = Vec::new();
        for n in 0..50 {
            let more: Vec<f64> = (0..n).map(|i| f64::from(n) + f64::from(i) / 64.0).collect();
            history.append(&more).unwrap();
            all.extend(more);
            assert_eq!(history.values().unwrap(), all);
        }
    }

    #[test]
    fn what_cannot_be_a_slice_is_refused() {
        let checked = |pointer: *const f64, n| {
            // SAFETY: each of these is empty or refused before anything is read.
            unsafe { slice_or_empty(pointer, n) }
        };
        let odd = without_provenance(dangling::<f64>().addr() + 1);
        for pointer in [null(), dangling(), odd] {
            assert_eq!(checked(pointer, 0), Ok(&[][..]));
        }
        assert_eq!(checked(null(), 3), Err(Error::Null { n: 3 }));
        assert_eq!(checked(odd, 3), Err(Error::Misaligned { address: odd.addr(), align: 8 }));
        for n in [usize::MAX, isize::MAX as usize / 8 + 1] {
            assert_eq!(checked(dangling(), n), Err(Error::TooLong { n, size: 8 }));
        }
        let text = checked(null(), 3).unwrap_err().to_string();
        assert_eq!(text, "pointer = null with n = 3: only n = 0 may be null");
    }

    #[test]
    fn cpp_refuses_null_with_a_length() {
        let mut history = History::new().unwrap();
        history.append(&[1.0]).unwrap();
        // SAFETY: the handle is alive; the header says what null with a length is.
        let status = unsafe { raw::ab_history_append(history.0.as_ptr(), null(), 5) };
        assert_eq!((status, history.values()), (-1, Ok(&[1.0][..])));
    }
}
