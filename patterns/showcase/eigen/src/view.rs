//! Matrices in somebody's slice. Page `strided_views`: constructing checks, holding proves.

use crate::error::Error;
use ab_eigen_sys::ab_eigen_view;

/// A matrix to read: element (i, j) is `data[i * strides[0] + j * strides[1]]`.
#[derive(Debug, Clone, Copy)]
pub struct Mat<'a> {
    data: &'a [f64],
    shape: [usize; 2],
    strides: [usize; 2],
}

/// A matrix to read and write.
#[derive(Debug)]
pub struct MatMut<'a> {
    data: &'a mut [f64],
    shape: [usize; 2],
    strides: [usize; 2],
}

impl<'a> Mat<'a> {
    /// `shape` is rows and columns, `strides` the elements from row to row and from column to column.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`]; [`Error::Overlap`] when two indices are one element.
    pub fn new(data: &'a [f64], shape: [usize; 2], strides: [usize; 2]) -> Result<Self, Error> {
        check(data.len(), shape, strides)?;
        Ok(Mat { data, shape, strides })
    }

    /// Row after row.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`].
    pub fn row_major(data: &'a [f64], shape: [usize; 2]) -> Result<Self, Error> {
        Mat::new(data, shape, [shape[1], 1])
    }

    /// The whole slice as one column.
    ///
    /// # Errors
    /// None for a slice.
    pub fn column(data: &'a [f64]) -> Result<Self, Error> {
        Mat::new(data, [data.len(), 1], [1, data.len()])
    }

    /// Rows and columns.
    pub fn shape(&self) -> [usize; 2] {
        self.shape
    }

    pub(crate) fn at(&self, i: usize, j: usize) -> f64 {
        self.data[i * self.strides[0] + j * self.strides[1]]
    }

    /// # Errors
    /// [`Error::NotFinite`] for the first element that is not.
    pub(crate) fn all_finite(&self, argument: &'static str) -> Result<(), Error> {
        let [rows, columns] = self.shape;
        let all = (0..rows).flat_map(|i| (0..columns).map(move |j| [i, j]));
        let mut broken = all.map(|at| (at, self.at(at[0], at[1]))).filter(|(_, x)| !x.is_finite());
        broken.next().map_or(Ok(()), |(at, value)| Err(Error::NotFinite { argument, at, value }))
    }

    pub(crate) fn raw(&self) -> ab_eigen_view<*const f64> {
        raw(self.data.as_ptr(), self.shape, self.strides)
    }
}

impl<'a> MatMut<'a> {
    /// As [`Mat::new`].
    ///
    /// # Errors
    /// As [`Mat::new`].
    pub fn new(data: &'a mut [f64], shape: [usize; 2], strides: [usize; 2]) -> Result<Self, Error> {
        check(data.len(), shape, strides)?;
        Ok(MatMut { data, shape, strides })
    }

    /// Row after row.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`].
    pub fn row_major(data: &'a mut [f64], shape: [usize; 2]) -> Result<Self, Error> {
        MatMut::new(data, shape, [shape[1], 1])
    }

    /// The whole slice as one column.
    ///
    /// # Errors
    /// None for a slice.
    pub fn column(data: &'a mut [f64]) -> Result<Self, Error> {
        let len = data.len();
        MatMut::new(data, [len, 1], [1, len])
    }

    /// The same to read.
    pub fn as_mat(&self) -> Mat<'_> {
        Mat { data: self.data, shape: self.shape, strides: self.strides }
    }

    pub(crate) fn strides(&self) -> [usize; 2] {
        self.strides
    }

    pub(crate) fn raw(&mut self) -> ab_eigen_view<*mut f64> {
        raw(self.data.as_mut_ptr(), self.shape, self.strides)
    }
}

/// A pointer that is good for all elements of the shape, as `check` has said.
fn raw<P>(p: P, [rows, columns]: [usize; 2], strides: [usize; 2]) -> ab_eigen_view<P> {
    ab_eigen_view { p, rows, columns, row_stride: strides[0], column_stride: strides[1] }
}

fn check(len: usize, shape: [usize; 2], strides: [usize; 2]) -> Result<(), Error> {
    if shape.contains(&0) {
        return Ok(());
    }
    // Nothing wraps: two products of two 64-bit numbers, each of them below 2^128 - 2^65.
    let last = |k: usize| (shape[k] as u128 - 1) * strides[k] as u128;
    let highest = last(0).saturating_add(last(1));
    if highest >= len as u128 {
        return Err(Error::OutOfBounds { shape, strides, highest, len });
    }
    if meet(shape, strides) { Err(Error::Overlap { shape, strides }) } else { Ok(()) }
}

/// Whether two indices are one element. Steps of both strides meet first after so many of each that both have gone the
/// least common multiple.
fn meet(shape: [usize; 2], strides: [usize; 2]) -> bool {
    match shape.map(|n| n > 1) {
        [true, true] => {
            let common = gcd(strides[0], strides[1]).max(1);
            strides[1] / common < shape[0] && strides[0] / common < shape[1]
        }
        several => (0..2).any(|k| several[k] && strides[k] == 0),
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn what_meets_or_leaves_is_what_a_walk_over_all_elements_finds() {
        let small = || (0..6_usize).flat_map(|a| (0..6).map(move |b| [a, b]));
        for (shape, strides) in small().flat_map(|s| small().map(move |t| (s, t))) {
            let places = (0..shape[0]).flat_map(|i| (0..shape[1]).map(move |j| (i, j)));
            let places: Vec<_> = places.map(|(i, j)| i * strides[0] + j * strides[1]).collect();
            let meets = places.iter().collect::<HashSet<_>>().len() < places.len();
            let leaves = places.iter().any(|place| *place >= 12);
            let found = match Mat::new(&[0.0; 12], shape, strides) {
                Ok(_) => (false, false),
                Err(Error::OutOfBounds { .. }) => (true, meets),
                Err(Error::Overlap { .. }) => (leaves, true),
                Err(other) => panic!("{other}"),
            };
            assert_eq!(found, (leaves, meets), "{shape:?} {strides:?}");
        }
    }
}
