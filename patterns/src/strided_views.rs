//! 23. Strided views: a matrix in somebody's buffer, checked once.
//!
//! # What goes wrong
//! A matrix crosses as a pointer and four numbers, and any five will do for C. A leading dimension that is
//! the width of the block instead of that of the whole matrix reads the right number of wrong elements. A
//! negative stride from the wrong end leaves the buffer. rows * lda wraps around, and the check that it fits
//! passes. Two indices that meet in one element make "add to each" add twice. And a matrix of 2^64 - 1 rows and no
//! columns fits every buffer, as it has no element: a loop over its rows does nothing, for centuries.
//!
//! # The right way
//! Constructing checks, holding proves: [`View2::new`] and [`ViewMut2::new`] compute the lowest and highest
//! element that can be reached, in a type in which nothing wraps, and refuse what is not in the slice. The
//! mutable one also refuses strides by which two indices meet: row and column steps meet first after
//! column_stride / gcd rows and row_stride / gcd columns, so the test is exact. From there on strides of
//! any sign are only arithmetic: [`View2::transposed`], [`View2::rows_reversed`],
//! [`ViewMut2::split_rows`] keep what was proved. On the C++ side the same five fields are a template with
//! the accessors of `std::mdspan`; who loops over it asks `empty()` first, since a bound on the elements is none on
//! the rows.
//!
//! A BLAS has no strides but an order and a leading dimension, of type `int`: [`View2::for_blas`] finds them,
//! or says why there are none.
//!
//! ```
//! use abreast_patterns::strided_views::{Blas, Order, View2, ViewMut2, axpy};
//!
//! let a: Vec<f64> = (0..12).map(f64::from).collect(); // 3 x 4, row after row
//! let block = View2::new(&a, 5, [2, 2], [4, 1])?; //      its rows 1, 2 and columns 1, 2
//! assert_eq!(block.for_blas()?, Blas { order: Order::RowMajor, m: 2, n: 2, lda: 4 });
//!
//! let mut sum = [0.0; 4];
//! axpy(10.0, block.transposed(), ViewMut2::new(&mut sum, 0, [2, 2], [2, 1])?)?;
//! assert_eq!(sum, [50.0, 90.0, 60.0, 100.0]);
//! # Ok::<(), abreast_patterns::strided_views::Error>(())
//! ```
//!
//! # The wrong way
//! `lda_of_the_block` passes the width of a block as its leading dimension: the sum is that of other
//! elements. `rows_that_overlap` adds 1 to every element of a 4 x 4 view on 7 numbers: some get 4. Two
//! mutable views of one buffer do not compile:
//!
//! ```compile_fail,E0499
//! # use abreast_patterns::strided_views::ViewMut2;
//! let mut a = [0.0; 12];
//! let mut top = ViewMut2::new(&mut a, 0, [2, 4], [4, 1]).unwrap();
//! let mut rest = ViewMut2::new(&mut a, 8, [1, 4], [4, 1]).unwrap();
//! *top.at(0, 0).unwrap() = *rest.at(0, 0).unwrap();
//! ```
//!
//! nor need they: one view is split in two.
//!
//! ```
//! # use abreast_patterns::strided_views::ViewMut2;
//! let mut a = [0.0; 12];
//! let all = ViewMut2::new(&mut a, 0, [3, 4], [4, 1]).unwrap();
//! let (mut top, mut rest) = all.split_rows(2).unwrap();
//! *top.at(0, 0).unwrap() = *rest.at(0, 0).unwrap();
//! ```
//!
//! # The foreign side
#![doc = concat!("```cpp\n", include_str!("../csrc/strided_views/view2.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/strided_views/strided_views.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/strided_views/strided_views.cpp"), "```")]
#![allow(unsafe_code)]

use std::marker::PhantomData;

// Pattern: a view that is checked once, for C++ and for a BLAS.

/// The declarations of `strided_views.hpp`.
#[allow(missing_docs)]
pub mod raw {
    /// `ab::view2<T>`; `P` is the pointer.
    #[repr(C)]
    #[derive(Debug, Clone, Copy)]
    pub struct Fields<P> {
        pub p: P,
        pub rows: usize,
        pub columns: usize,
        pub row_stride: isize,
        pub column_stride: isize,
    }

    // Example: functions that take views.

    unsafe extern "C" {
        pub fn ab_view_axpy(
            alpha: f64,
            x: *const Fields<*const f64>,
            y: *const Fields<*mut f64>,
        ) -> i32;
        pub fn ab_ge_sum(
            order: std::ffi::c_int,
            m: std::ffi::c_int,
            n: std::ffi::c_int,
            a: *const f64,
            lda: std::ffi::c_int,
        ) -> f64;
    }
}

/// What is no view, or not one for this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An index reaches what is not in the slice.
    #[error("elements {lowest} to {highest} of {len}: must be within")]
    OutOfBounds {
        /// The lowest that is reached.
        lowest: i128,
        /// The highest that is reached.
        highest: i128,
        /// The length of the slice.
        len: usize,
    },
    /// Two indices of a mutable view are one element.
    #[error("strides {strides:?} for shape {shape:?}: two indices meet")]
    Overlap {
        /// Rows and columns.
        shape: [usize; 2],
        /// Elements from row to row and from column to column.
        strides: [isize; 2],
    },
    /// Two views should have one shape.
    #[error("shape {y:?} of y: must be that of x, {x:?}")]
    Shape {
        /// Of x.
        x: [usize; 2],
        /// Of y.
        y: [usize; 2],
    },
    /// Neither rows nor columns are one after another, or they run backwards or into each other.
    #[error(
        "strides {0:?}: a BLAS wants one of them 1 and the other one at least as long as a line"
    )]
    NotForBlas([isize; 2]),
    /// A BLAS counts in C's int.
    #[error("{0}: must fit a C int")]
    TooLarge(i128),
}

/// A matrix to read.
#[derive(Debug)]
pub struct View2<'a, T> {
    fields: raw::Fields<*const T>,
    elements: PhantomData<&'a [T]>,
}

impl<T> Clone for View2<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for View2<'_, T> {}

/// A matrix to read and write: no two indices are one element.
#[derive(Debug)]
pub struct ViewMut2<'a, T> {
    fields: raw::Fields<*mut T>,
    elements: PhantomData<&'a mut [T]>,
}

// SAFETY: a view is a shared borrow of its elements.
unsafe impl<T: Sync> Send for View2<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for View2<'_, T> {}
// SAFETY: a mutable view is a mutable borrow of its elements.
unsafe impl<T: Send> Send for ViewMut2<'_, T> {}
// SAFETY: through `&ViewMut2` elements are only read.
unsafe impl<T: Sync> Sync for ViewMut2<'_, T> {}

impl<'a, T> View2<'a, T> {
    /// The matrix whose element (0, 0) is `data[first]`, with so many elements from row to row and from column
    /// to column; both may be 0 or negative.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`].
    pub fn new(
        data: &'a [T],
        first: usize,
        shape: [usize; 2],
        strides: [isize; 2],
    ) -> Result<Self, Error> {
        let start = checked(data.len(), first, shape, strides)?;
        // SAFETY: `checked` says that it is an element, or 0.
        let p = unsafe { data.as_ptr().add(start) };
        Ok(View2 { fields: fields(p, shape, strides), elements: PhantomData })
    }

    /// Rows and columns.
    pub fn shape(&self) -> [usize; 2] {
        [self.fields.rows, self.fields.columns]
    }

    /// Element (i, j), if there is one.
    pub fn at(&self, i: usize, j: usize) -> Option<&'a T> {
        let step = step(&self.fields, i, j)?;
        // SAFETY: `new` has checked that all elements of the shape are in the slice.
        let element = unsafe { self.fields.p.offset(step) };
        // SAFETY: as above, and the slice is borrowed for 'a.
        Some(unsafe { &*element })
    }

    /// Rows as columns.
    pub fn transposed(self) -> Self {
        let f = self.fields;
        let turned = fields(f.p, [f.columns, f.rows], [f.column_stride, f.row_stride]);
        View2 { fields: turned, ..self }
    }

    /// The last row first.
    pub fn rows_reversed(self) -> Self {
        let [rows, columns] = self.shape();
        if rows == 0 || columns == 0 {
            return self;
        }
        let f = self.fields;
        let last = ((rows - 1) as isize).wrapping_mul(f.row_stride);
        // SAFETY: element (rows - 1, 0), which `new` has checked.
        let p = unsafe { f.p.offset(last) };
        // One row needs no stride; isize::MIN has no negative.
        let fields = fields(p, [rows, columns], [f.row_stride.wrapping_neg(), f.column_stride]);
        View2 { fields, ..self }
    }

    /// The arguments by which a BLAS finds the same elements from [`View2::as_ptr`] on.
    ///
    /// # Errors
    /// [`Error::NotForBlas`] for strides that have no such form, [`Error::TooLarge`] for what is no C int.
    pub fn for_blas(&self) -> Result<Blas, Error> {
        let f = &self.fields;
        let fits = |n: i128| i32::try_from(n).map_err(|_| Error::TooLarge(n));
        // Lines are what is one after another; the stride between them is lda. One line has none.
        let lda = |line: usize, lines: usize, inner: isize, outer: isize| {
            let outer = if lines <= 1 || line == 0 { line.max(1) as i128 } else { outer as i128 };
            ((inner == 1 || line <= 1) && outer >= line.max(1) as i128).then_some(outer)
        };
        let by_rows = lda(f.columns, f.rows, f.column_stride, f.row_stride);
        let by_columns = lda(f.rows, f.columns, f.row_stride, f.column_stride);
        let (order, lda) = by_rows
            .map(|lda| (Order::RowMajor, lda))
            .or(by_columns.map(|lda| (Order::ColumnMajor, lda)))
            .ok_or(Error::NotForBlas([f.row_stride, f.column_stride]))?;
        Ok(Blas { order, m: fits(f.rows as i128)?, n: fits(f.columns as i128)?, lda: fits(lda)? })
    }

    /// Element (0, 0), or where it would be.
    pub fn as_ptr(&self) -> *const T {
        self.fields.p
    }
}

impl<'a, T> ViewMut2<'a, T> {
    /// As [`View2::new`].
    ///
    /// # Errors
    /// [`Error::OutOfBounds`], and [`Error::Overlap`] when two indices are one element.
    pub fn new(
        data: &'a mut [T],
        first: usize,
        shape: [usize; 2],
        strides: [isize; 2],
    ) -> Result<Self, Error> {
        let start = checked(data.len(), first, shape, strides)?;
        if meet(shape, strides) {
            return Err(Error::Overlap { shape, strides });
        }
        // SAFETY: `checked` says that it is an element, or 0.
        let p = unsafe { data.as_mut_ptr().add(start) };
        Ok(ViewMut2 { fields: fields(p, shape, strides), elements: PhantomData })
    }

    /// The same to read.
    pub fn as_view(&self) -> View2<'_, T> {
        let f = self.fields;
        let read = fields(f.p.cast_const(), [f.rows, f.columns], [f.row_stride, f.column_stride]);
        View2 { fields: read, elements: PhantomData }
    }

    /// Element (i, j), if there is one.
    pub fn at(&mut self, i: usize, j: usize) -> Option<&mut T> {
        let step = step(&self.fields, i, j)?;
        // SAFETY: `new` has checked that all elements of the shape are in the slice.
        let element = unsafe { self.fields.p.offset(step) };
        // SAFETY: as above; the view is borrowed mutably, and no other index is this element.
        Some(unsafe { &mut *element })
    }

    /// The rows before row `at`, and those from it on; none when there are not so many.
    pub fn split_rows(self, at: usize) -> Option<(Self, Self)> {
        let f = self.fields;
        let below = f.rows.checked_sub(at)?;
        let strides = [f.row_stride, f.column_stride];
        // Row `at` may be none, and its place outside.
        let place = if below == 0 { 0 } else { (at as isize).wrapping_mul(f.row_stride) };
        let p = if f.columns == 0 { f.p } else { f.p.wrapping_offset(place) };
        // No index of one half is an index of the other, so no element is.
        let half = |p, rows| ViewMut2 {
            fields: fields(p, [rows, f.columns], strides),
            elements: PhantomData,
        };
        Some((half(f.p, at), half(p, below)))
    }
}

/// A general matrix as a BLAS takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blas {
    /// What is one after another.
    pub order: Order,
    /// Rows.
    pub m: i32,
    /// Columns.
    pub n: i32,
    /// Elements from line to line.
    pub lda: i32,
}

/// CBLAS_LAYOUT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
#[repr(i32)]
pub enum Order {
    RowMajor = 101,
    ColumnMajor = 102,
}

fn fields<P>(
    p: P,
    [rows, columns]: [usize; 2],
    [row_stride, column_stride]: [isize; 2],
) -> raw::Fields<P> {
    raw::Fields { p, rows, columns, row_stride, column_stride }
}

/// How far element (i, j) is from (0, 0), if there is one. For elements that are there nothing wraps.
fn step<P>(f: &raw::Fields<P>, i: usize, j: usize) -> Option<isize> {
    let inside = i < f.rows && j < f.columns;
    let along = |n: usize, stride: isize| (n as isize).wrapping_mul(stride);
    inside.then(|| along(i, f.row_stride).wrapping_add(along(j, f.column_stride)))
}

/// Where (0, 0) is: `first`, or 0 for a view without elements, which may be anywhere.
fn checked(
    len: usize,
    first: usize,
    shape: [usize; 2],
    strides: [isize; 2],
) -> Result<usize, Error> {
    if shape.contains(&0) {
        return Ok(0);
    }
    let first = first as i128;
    // Less than 2^64 * 2^63 each, which fits; their sum might not.
    let reach = [0, 1].map(|d| (shape[d] - 1) as i128 * strides[d] as i128);
    let low = reach.iter().fold(first, |low, r| low.saturating_add((*r).min(0)));
    let high = reach.iter().fold(first, |high, r| high.saturating_add((*r).max(0)));
    if low < 0 || high >= len as i128 {
        return Err(Error::OutOfBounds { lowest: low, highest: high, len });
    }
    Ok(first as usize)
}

/// Whether two indices are one element.
fn meet([rows, columns]: [usize; 2], [row, column]: [isize; 2]) -> bool {
    if rows == 0 || columns == 0 {
        return false;
    }
    let (row, column) = (row.unsigned_abs(), column.unsigned_abs());
    if rows == 1 || columns == 1 {
        return rows > 1 && row == 0 || columns > 1 && column == 0;
    }
    // i rows back and j columns on end where they began: first at i = column / g, j = row / g.
    let g = gcd(row, column);
    g == 0 || (column / g < rows && row / g < columns)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

// Example: a function that takes views, and tests.

/// Y <- alpha X + Y.
///
/// # Errors
/// [`Error::Shape`] when they differ; nothing is written.
pub fn axpy(alpha: f64, x: View2<'_, f64>, y: ViewMut2<'_, f64>) -> Result<(), Error> {
    // SAFETY: both views are checked; y is borrowed mutably, so that x is elsewhere.
    let status = unsafe { raw::ab_view_axpy(alpha, &x.fields, &y.fields) };
    if status == 0 { Ok(()) } else { Err(Error::Shape { x: x.shape(), y: y.as_view().shape() }) }
}

#[cfg(test)]
mod tests;
