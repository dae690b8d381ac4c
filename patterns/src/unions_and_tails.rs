//! 45. Unions, bitfields, flexible arrays: a struct of C whose declaration does not say everything.
//!
//! # What goes wrong
//! Which member of a union holds is said by another field, and nothing compares the two: an integer that is read as a double
//! is a tiny number, not an error. Where the bits of a bitfield lie is up to the ABI: from the low end on one machine, from
//! the high end on another, and a mask in Rust is right on one of them. A number that is too large for a bitfield is
//! truncated silently. The samples of a flexible array member lie behind the struct and are no part of its type: a copy or a
//! move of the struct by its type does not take them along, and C reads whatever lies behind the copy.
//!
//! # The right way
//! [`raw::ab_series`] declares what Rust can express: the bits as one word that nobody takes apart, a `union`, and
//! an array of length 0, which gives the place of the first sample. A test compares size and offsets with those that C
//! reports ([layout handshake](crate::layout_handshake)). Then
//!
//! - bits are read and written by functions of C, whose setter refuses what does not fit;
//! - a member of the union is read in one place, after its tag; an unknown tag is an error, and tag and member are set
//!   together;
//! - the samples are had from the pointer that C returned, never from a `&ab_series`: a reference is valid for the bytes
//!   of its type, which end before the first sample;
//! - the struct is not `Copy` and stays behind its pointer: it is copied by C, which knows how large it is.
//!
//! bindgen makes getters for bitfields, checks their layout in tests of its own, and makes of a flexible array an
//! `__IncompleteArrayField`, with the same rules about references.
//!
//! ```
//! use abreast_patterns::unions_and_tails::{Axis, Series};
//!
//! let mut series = Series::new(&[0.5, 1.25, 2.0])?;
//! series.set_axis(Axis::Ticks(250_000_000));
//! series.set_decimals(2)?;
//! series.values_mut()[0] = 1.0;
//!
//! let copy = series.try_clone()?;
//! drop(series);
//! assert_eq!(copy.values(), [1.0, 1.25, 2.0]);
//! assert_eq!((copy.axis()?, copy.decimals()), (Axis::Ticks(250_000_000), 2));
//! # Ok::<(), abreast_patterns::unions_and_tails::Error>(())
//! ```
//!
//! The struct is not taken out of its memory:
//!
//! ```compile_fail,E0507
//! # use abreast_patterns::unions_and_tails::raw;
//! # unsafe {
//! let series = raw::ab_series_new(3);
//! let moved = *series;
//! # }
//! ```
//!
//! # The wrong way
//! `tail_left_behind` copies the struct by its type and has C sum the samples of the copy: the sum is that of the number
//! which stands behind it. `other_member_read` reads nanoseconds as seconds without asking the tag.
//! `bits_from_the_other_end` takes the word apart as some other ABI would.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/unions_and_tails/unions_and_tails.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/unions_and_tails/unions_and_tails.c"), "```")]
#![allow(unsafe_code)]

use std::ptr::NonNull;

// Pattern: bits by functions of C, a union by its tag, samples by the pointer of C.

/// The declarations of `unions_and_tails.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    /// Not `Copy`, and of no use by value: what follows it in memory stays where it is.
    #[repr(C)]
    pub struct ab_series {
        /// The bitfields, whose places only C knows.
        pub bits: u32,
        pub at: ab_series_at,
        /// The place of the first sample.
        pub values: [f64; 0],
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub union ab_series_at {
        pub step: f64,
        pub ticks: i64,
    }

    unsafe extern "C" {
        // Safe: takes a number, and returns null or a series of its own.
        pub safe fn ab_series_new(count: u32) -> *mut ab_series;
        pub fn ab_series_copy(series: *const ab_series) -> *mut ab_series;
        pub fn ab_series_free(series: *mut ab_series);
        pub fn ab_series_axis(series: *const ab_series) -> u32;
        pub fn ab_series_decimals(series: *const ab_series) -> u32;
        pub fn ab_series_count(series: *const ab_series) -> u32;
        pub fn ab_series_set_decimals(series: *mut ab_series, decimals: u32) -> i32;
        pub fn ab_series_set_step(series: *mut ab_series, step: f64);
        pub fn ab_series_set_ticks(series: *mut ab_series, ticks: i64);
        pub fn ab_series_set_none(series: *mut ab_series);
        pub fn ab_series_layout(layout: *mut [usize; 3]);
        // Example: what is done with a series.
        pub fn ab_series_sum(series: *const ab_series) -> f64;
    }
}

/// What lies between two samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Axis {
    /// Nothing is known.
    None,
    /// Seconds.
    Step(f64),
    /// Nanoseconds.
    Ticks(i64),
}

/// Why there is no series, or no axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    #[error("values: {0} of them, where a series has at most 33554431")]
    TooLong(usize),
    #[error("C has no memory for a series")]
    NoMemory,
    #[error("decimals = {0}: at most 31 fit into the 5 bits of a series")]
    Decimals(u32),
    #[error("the axis is of the unknown kind {0}")]
    UnknownAxis(u32),
}

/// A series of samples.
pub struct Series(NonNull<raw::ab_series>);

impl Series {
    /// A series of these samples, without an axis.
    ///
    /// # Errors
    /// [`Error::TooLong`] for 2^25 samples and more; [`Error::NoMemory`] when C says so.
    pub fn new(values: &[f64]) -> Result<Series, Error> {
        let too_long = Error::TooLong(values.len());
        let count = u32::try_from(values.len()).map_err(|_| too_long)?;
        if count >> 25 != 0 {
            return Err(too_long);
        }
        let series = NonNull::new(raw::ab_series_new(count)).ok_or(Error::NoMemory)?;
        let mut series = Series(series);
        series.values_mut().copy_from_slice(values);
        Ok(series)
    }

    /// Another series of the same content.
    ///
    /// # Errors
    /// [`Error::NoMemory`] when C says so.
    pub fn try_clone(&self) -> Result<Series, Error> {
        // SAFETY: the series is alive.
        let copy = unsafe { raw::ab_series_copy(self.0.as_ptr()) };
        NonNull::new(copy).map(Series).ok_or(Error::NoMemory)
    }

    /// The samples.
    pub fn values(&self) -> &[f64] {
        // SAFETY: C made room for `count` samples at this place and has written all of them. The pointer is C's own,
        // so it is good for the whole piece; nobody writes while `self` is lent.
        unsafe { std::slice::from_raw_parts(self.first(), self.len()) }
    }

    /// The samples, to be changed.
    pub fn values_mut(&mut self) -> &mut [f64] {
        // SAFETY: as above, and nobody else has this series.
        unsafe { std::slice::from_raw_parts_mut(self.first(), self.len()) }
    }

    /// How many samples there are.
    fn len(&self) -> usize {
        // SAFETY: the series is alive.
        unsafe { raw::ab_series_count(self.0.as_ptr()) as usize }
    }

    /// Where they begin.
    fn first(&self) -> *mut f64 {
        // SAFETY: the series is alive. No reference is made, which would be good for the struct alone.
        unsafe { &raw mut (*self.0.as_ptr()).values }.cast()
    }

    /// What lies between two samples.
    ///
    /// # Errors
    /// [`Error::UnknownAxis`] for a kind that this page does not know.
    pub fn axis(&self) -> Result<Axis, Error> {
        // SAFETY: the series is alive.
        let kind = unsafe { raw::ab_series_axis(self.0.as_ptr()) };
        // SAFETY: the series is alive; all its members are of the same size, and any bits are one of them.
        let at = unsafe { (*self.0.as_ptr()).at };
        match kind {
            0 => Ok(Axis::None),
            // SAFETY: C says that this member holds.
            1 => Ok(Axis::Step(unsafe { at.step })),
            // SAFETY: C says that this member holds.
            2 => Ok(Axis::Ticks(unsafe { at.ticks })),
            kind => Err(Error::UnknownAxis(kind)),
        }
    }

    /// Says what lies between two samples.
    pub fn set_axis(&mut self, axis: Axis) {
        let series = self.0.as_ptr();
        match axis {
            // SAFETY: the series is alive, and ours alone.
            Axis::Step(step) => unsafe { raw::ab_series_set_step(series, step) },
            // SAFETY: as above.
            Axis::Ticks(ticks) => unsafe { raw::ab_series_set_ticks(series, ticks) },
            // SAFETY: as above.
            Axis::None => unsafe { raw::ab_series_set_none(series) },
        }
    }

    /// How many decimals of a sample are worth printing.
    pub fn decimals(&self) -> u32 {
        // SAFETY: the series is alive.
        unsafe { raw::ab_series_decimals(self.0.as_ptr()) }
    }

    /// Says how many are.
    ///
    /// # Errors
    /// [`Error::Decimals`] for more than 31: then they are as before.
    pub fn set_decimals(&mut self, decimals: u32) -> Result<(), Error> {
        // SAFETY: the series is alive, and ours alone.
        let status = unsafe { raw::ab_series_set_decimals(self.0.as_ptr(), decimals) };
        if status == 0 { Ok(()) } else { Err(Error::Decimals(decimals)) }
    }

    // Example: what is done with a series.

    /// The sum of the samples, from the first to the last.
    pub fn sum(&self) -> f64 {
        // SAFETY: the series is alive.
        unsafe { raw::ab_series_sum(self.0.as_ptr()) }
    }
}

impl Drop for Series {
    fn drop(&mut self) {
        // SAFETY: of `ab_series_new` or `_copy`, ended here only.
        unsafe { raw::ab_series_free(self.0.as_ptr()) };
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::{offset_of, size_of};

    #[test]
    fn c_has_the_struct_as_it_is_declared_here() {
        let mut layout = [0; 3];
        // SAFETY: a place for three numbers.
        unsafe { raw::ab_series_layout(&mut layout) };
        let ours = [
            size_of::<raw::ab_series>(),
            offset_of!(raw::ab_series, at),
            offset_of!(raw::ab_series, values),
        ];
        assert_eq!(layout, ours);
    }

    #[test]
    fn the_tail_goes_with_its_series() {
        for n in [0, 1, 2, 1000] {
            let samples: Vec<f64> = (0..n).map(f64::from).collect();
            let mut series = Box::new(Series::new(&samples).unwrap());
            series.set_decimals(31).unwrap();
            let copy = series.try_clone().unwrap();
            series.values_mut().fill(-1.0);
            assert_eq!((series.sum(), copy.sum()), (f64::from(-n), samples.iter().sum()));
            drop(series);
            assert_eq!((copy.values(), copy.decimals()), (&samples[..], 31));
        }
    }

    #[test]
    fn each_member_is_read_by_its_tag() {
        let mut series = Series::new(&[1.0]).unwrap();
        assert_eq!(series.axis(), Ok(Axis::None));
        for axis in [Axis::Step(0.25), Axis::Ticks(-1), Axis::Ticks(i64::MIN), Axis::None] {
            series.set_axis(axis);
            assert_eq!(series.axis(), Ok(axis));
        }
        // As a later version of the library might: both bits of the kind, wherever they are.
        series.set_axis(Axis::Step(0.25));
        // SAFETY: the series is alive.
        let step = unsafe { (*series.0.as_ptr()).bits };
        series.set_axis(Axis::Ticks(7));
        // SAFETY: the series is alive.
        unsafe { (*series.0.as_ptr()).bits |= step };
        assert_eq!(series.axis(), Err(Error::UnknownAxis(3)));
        assert_eq!(series.values(), [1.0]);
    }

    #[test]
    fn what_does_not_fit_is_refused_and_its_neighbours_stay() {
        let mut series = Series::new(&[1.0, 2.0]).unwrap();
        series.set_axis(Axis::Step(0.5));
        series.set_decimals(3).unwrap();
        for decimals in [32, 33, u32::MAX] {
            assert_eq!(series.set_decimals(decimals), Err(Error::Decimals(decimals)));
        }
        assert_eq!((series.decimals(), series.len()), (3, 2));
        series.set_decimals(31).unwrap();
        series.set_decimals(0).unwrap();
        assert_eq!((series.decimals(), series.len()), (0, 2));
        assert_eq!(series.axis(), Ok(Axis::Step(0.5)));
        assert!(raw::ab_series_new(1 << 25).is_null());
        let refused = Series::new(&vec![0.0; 1 << 25]).err();
        assert_eq!(refused, Some(Error::TooLong(1 << 25)));
    }
}
