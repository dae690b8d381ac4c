//! Matrices of other crates as operands: with the features `ndarray` and `nalgebra`, read where they lie.
//!
//! A view is a slice and strides, and a slice holds what lies between its elements too. So the elements must be
//! contiguous in memory, in whatever order: between those of a part of an array may lie what somebody else writes
//! to meanwhile. (For the same reason there is no conversion from faer, whose columns have room behind them that
//! nobody has written to: copy into a `Vec`, and take [`MatRef::col_major`].)

use super::MatRef;
#[cfg(feature = "ndarray")]
use {super::MatMut, crate::Error, ndarray::Ix2};

/// A two-dimensional array or view, with strides of any sign. Fails with [`Error::Argument`] when its elements are
/// not contiguous in memory.
///
/// ```
/// use abreast::MatRef;
/// use ndarray::{array, s};
///
/// let a = array![[1.0, 2.0, 5.0], [3.0, 4.0, 6.0]];
/// assert_eq!(MatRef::try_from(&a.t())?.at(0, 1), 3.0);
/// let part = a.slice(s![.., ..2]);
/// assert_eq!(MatRef::try_from(&part).unwrap_err().to_string(),
///     "strides of the array = [3, 1]: a 2 x 2 array must be contiguous in memory, as to_owned() makes it");
/// # Ok::<(), abreast::Error>(())
/// ```
#[cfg(feature = "ndarray")]
impl<'a, T, S> TryFrom<&'a ndarray::ArrayBase<S, Ix2>> for MatRef<'a, T>
where
    T: Copy,
    S: ndarray::Data<Elem = T>,
{
    type Error = Error;

    fn try_from(array: &'a ndarray::ArrayBase<S, Ix2>) -> Result<Self, Error> {
        let place = Place::of(array.dim(), array.strides());
        let data = array.as_slice_memory_order().ok_or_else(|| place.scattered())?;
        MatRef::new(data, place.rows, place.cols, place.down, place.right, place.offset)
    }
}

/// As for [`MatRef`], to read and to write.
#[cfg(feature = "ndarray")]
impl<'a, T, S> TryFrom<&'a mut ndarray::ArrayBase<S, Ix2>> for MatMut<'a, T>
where
    T: Copy,
    S: ndarray::DataMut<Elem = T>,
{
    type Error = Error;

    fn try_from(array: &'a mut ndarray::ArrayBase<S, Ix2>) -> Result<Self, Error> {
        let place = Place::of(array.dim(), array.strides());
        let data = array.as_slice_memory_order_mut().ok_or_else(|| place.scattered())?;
        MatMut::new(data, place.rows, place.cols, place.down, place.right, place.offset)
    }
}

/// Where the elements of an array lie, from the lowest address on.
#[cfg(feature = "ndarray")]
struct Place {
    rows: usize,
    cols: usize,
    down: isize,
    right: isize,
    offset: usize,
}

#[cfg(feature = "ndarray")]
impl Place {
    fn of((rows, cols): (usize, usize), strides: &[isize]) -> Place {
        let (down, right) = (strides[0], strides[1]);
        // Along an axis that runs backwards element 0 has the highest address.
        let behind = |count: usize, stride: isize| {
            if stride < 0 { count.saturating_sub(1) * stride.unsigned_abs() } else { 0 }
        };
        // No element, no place.
        let offset = if rows * cols == 0 { 0 } else { behind(rows, down) + behind(cols, right) };
        Place { rows, cols, down, right, offset }
    }

    fn scattered(&self) -> Error {
        let value = format!("[{}, {}]", self.down, self.right);
        let rule = format!(
            "a {} x {} array must be contiguous in memory, as to_owned() makes it",
            self.rows, self.cols
        );
        Error::argument("strides of the array", value, rule)
    }
}

/// A matrix whose type says that its columns follow each other without gaps, as of one that owns its elements.
///
/// ```
/// use abreast::MatRef;
/// let a = nalgebra::DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(MatRef::from(&a).at(0, 1), 2.0);
/// ```
#[cfg(feature = "nalgebra")]
impl<'a, T, R, C, S> From<&'a nalgebra::Matrix<T, R, C, S>> for MatRef<'a, T>
where
    T: Copy,
    R: nalgebra::Dim,
    C: nalgebra::Dim,
    S: nalgebra::RawStorage<T, R, C> + nalgebra::IsContiguous,
{
    fn from(matrix: &'a nalgebra::Matrix<T, R, C, S>) -> Self {
        let (rows, cols) = matrix.shape();
        MatRef::col_major(matrix.as_slice(), rows, cols).expect("as many elements as it says")
    }
}

#[cfg(all(test, feature = "ndarray"))]
mod ndarray_tests {
    use super::*;
    use ndarray::{Array2, Axis, s};

    fn numbers(rows: usize, cols: usize) -> Array2<f64> {
        Array2::from_shape_fn((rows, cols), |(i, j)| (10 * i + j) as f64)
    }

    /// Every element of the view is that of the array.
    fn agrees<S: ndarray::Data<Elem = f64>>(array: &ndarray::ArrayBase<S, Ix2>) {
        let view = MatRef::try_from(array).expect("contiguous");
        assert_eq!((view.rows(), view.cols()), array.dim());
        for ((i, j), x) in array.indexed_iter() {
            assert_eq!(view.at(i, j), *x, "({i}, {j}) of strides {:?}", array.strides());
        }
    }

    #[test]
    fn every_order_and_direction_is_read_where_it_lies() {
        for (rows, cols) in [(3, 4), (1, 5), (5, 1), (1, 1), (0, 3), (3, 0)] {
            let array = numbers(rows, cols);
            agrees(&array);
            agrees(&array.t());
            for axes in [&[0][..], &[1], &[0, 1]] {
                let mut turned = array.view();
                axes.iter().for_each(|axis| turned.invert_axis(Axis(*axis)));
                agrees(&turned);
                agrees(&turned.t());
            }
            assert_eq!(MatRef::try_from(&array).unwrap().data().as_ptr(), array.as_ptr());
        }
        agrees(&numbers(4, 3).slice(s![1..3, ..]));
    }

    #[test]
    fn elements_with_others_between_them_are_refused() {
        let (array, row) = (numbers(4, 4), numbers(1, 4));
        let scattered =
            [array.slice(s![.., 1..3]), array.slice(s![..;2, ..]), row.broadcast((4, 4)).unwrap()];
        for part in scattered {
            let refused = MatRef::try_from(&part).unwrap_err().to_string();
            assert!(
                refused.ends_with("must be contiguous in memory, as to_owned() makes it"),
                "{refused}"
            );
            agrees(&part.to_owned());
        }
        assert!(MatMut::try_from(&mut numbers(4, 4).slice_mut(s![.., 1..3])).is_err());
    }

    #[test]
    fn what_is_written_is_in_the_array() {
        let mut array = numbers(2, 3);
        array.invert_axis(Axis(0));
        MatMut::try_from(&mut array).unwrap().set(0, 2, 7.0);
        assert_eq!(array[(0, 2)], 7.0);
        assert_eq!(array.iter().filter(|x| **x == 7.0).count(), 1);
    }
}

#[cfg(all(test, feature = "nalgebra"))]
mod nalgebra_tests {
    use super::*;
    use nalgebra::{DMatrix, Matrix2x3};

    #[test]
    fn columns_become_columns() {
        let dynamic = DMatrix::from_fn(3, 2, |i, j| (10 * i + j) as f32);
        let fixed = Matrix2x3::new(0.0, 1.0, 2.0, 10.0, 11.0, 12.0);
        let empty = DMatrix::zeros(0, 3);
        let views = [MatRef::from(&dynamic), MatRef::from(&fixed), MatRef::from(&empty)];
        for (view, size) in views.into_iter().zip([(3, 2), (2, 3), (0, 3)]) {
            assert_eq!((view.rows(), view.cols()), size);
            for (i, j) in (0..size.0).flat_map(|i| (0..size.1).map(move |j| (i, j))) {
                assert_eq!(view.at(i, j), (10 * i + j) as f32);
            }
        }
        assert_eq!(MatRef::from(&dynamic).data().as_ptr(), dynamic.as_ptr());
    }
}
