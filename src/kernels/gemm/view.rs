//! Matrices as strided views of slices: how `gemm` takes its operands.
//!
//! Element (i, j) of a view is `data[offset + i * row_stride + j * col_stride]`. Row-major,
//! column-major, transposed, reversed and broadcast matrices differ only in these numbers. The
//! constructors check them once, so that every element of a view that exists can be reached.

use crate::Error;
use std::ops::Range;

/// Where the elements of a matrix lie in its slice, all counted in elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) row_stride: isize,
    pub(super) col_stride: isize,
    pub(super) offset: usize,
}

impl Shape {
    pub(super) const fn row_major(rows: usize, cols: usize) -> Shape {
        Shape { rows, cols, row_stride: cols as isize, col_stride: 1, offset: 0 }
    }

    pub(super) const fn transposed(self) -> Shape {
        Shape {
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
            offset: self.offset,
        }
    }

    /// Whether the elements, of which there are some, lie row after row without gaps.
    pub(super) const fn is_row_major(&self) -> bool {
        let rows_follow = self.rows == 1 || self.row_stride == self.cols as isize;
        rows_follow && (self.cols == 1 || self.col_stride == 1)
    }

    /// Where element (i, j) lies. It exists, so nothing overflows.
    #[inline(always)]
    const fn index(&self, i: usize, j: usize) -> usize {
        let (down, right) = (i as isize * self.row_stride, j as isize * self.col_stride);
        self.offset.wrapping_add_signed(down.wrapping_add(right))
    }

    /// Every element lies within `len` elements; `name` is the matrix in the error.
    #[inline]
    pub(super) fn check(&self, name: &str, len: usize) -> Result<(), Error> {
        match self.last() {
            Some(last) if last < len => Ok(()),
            _ => self.check_in_full(name, len),
        }
    }

    /// The highest index, where no stride is negative and nothing is empty or overflows.
    #[inline]
    fn last(&self) -> Option<usize> {
        self.rows.checked_mul(self.cols).filter(|area| *area <= isize::MAX as usize)?;
        let reach = |count: usize, stride: isize| {
            count.checked_sub(1)?.checked_mul(usize::try_from(stride).ok()?)
        };
        let down = reach(self.rows, self.row_stride)?;
        self.offset.checked_add(down)?.checked_add(reach(self.cols, self.col_stride)?)
    }

    #[cold]
    fn check_in_full(&self, name: &str, len: usize) -> Result<(), Error> {
        let size = || format!("{} x {}", self.rows, self.cols);
        match self.rows.checked_mul(self.cols) {
            Some(0) => return Ok(()),
            Some(area) if area <= isize::MAX as usize => {}
            _ => {
                let rule = format!("the product must be at most {}", isize::MAX);
                return Err(Error::argument(format!("rows x cols of {name}"), size(), rule));
            }
        }
        // Both extents are below 2^63 and so are the strides: 128 bits hold the sums.
        let reach = |count: usize, stride: isize| (count as i128 - 1) * stride as i128;
        let (down, right) = (reach(self.rows, self.row_stride), reach(self.cols, self.col_stride));
        let first = self.offset as i128 + down.min(0) + right.min(0);
        let last = self.offset as i128 + down.max(0) + right.max(0);
        for (which, index) in [("lowest", first), ("highest", last)] {
            if !(0..len as i128).contains(&index) {
                let argument = format!("{which} index of {name}");
                let rule = format!("a {} view must stay within its {len} elements", size());
                return Err(Error::argument(argument, index, rule));
            }
        }
        Ok(())
    }

    /// No two elements share a place.
    fn check_distinct(&self) -> Result<(), Error> {
        let (down, right) = (self.row_stride.unsigned_abs(), self.col_stride.unsigned_abs());
        // (i, j) and (i', j') coincide when (i - i') * down = (j' - j) * right. The smallest steps
        // that do are right / g and down / g, g their greatest common divisor.
        let g = gcd(down, right).max(1);
        let (rows, cols) = (self.rows.saturating_sub(1), self.cols.saturating_sub(1));
        let meets = right / g <= rows && down / g <= cols;
        if self.rows * self.cols > 1 && meets {
            let value = format!("({}, {})", self.row_stride, self.col_stride);
            let rule = format!("two elements of {} x {} would overlap", self.rows, self.cols);
            return Err(Error::argument("strides of a mutable view", value, rule));
        }
        Ok(())
    }

    fn sub(self, rows: Range<usize>, cols: Range<usize>) -> Result<Shape, Error> {
        let sides = [("rows", &rows, self.rows), ("columns", &cols, self.cols)];
        for (name, range, most) in sides {
            if range.start > range.end || range.end > most {
                let rule = format!("must be a range within 0..{most}");
                return Err(Error::argument(name, format!("{range:?}"), rule));
            }
        }
        Ok(self.part(rows, cols))
    }

    /// The sub-matrix of ranges that are known to lie within.
    #[inline(always)]
    fn part(self, rows: Range<usize>, cols: Range<usize>) -> Shape {
        // An empty part has no element (0, 0) whose place could be named.
        let empty = rows.is_empty() || cols.is_empty();
        let offset = if empty { 0 } else { self.index(rows.start, cols.start) };
        Shape { rows: rows.len(), cols: cols.len(), offset, ..self }
    }
}

const fn gcd(mut a: usize, mut b: usize) -> usize {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// `data` holds exactly the elements of a dense matrix.
fn check_dense(len: usize, rows: usize, cols: usize) -> Result<(), Error> {
    if rows.checked_mul(cols) == Some(len) {
        return Ok(());
    }
    let rule = format!("a dense {rows} x {cols} matrix has rows * cols elements");
    Err(Error::argument("data length", len, rule))
}

/// A read-only matrix over a slice. With the features `ndarray` and `nalgebra` theirs become one, by `try_from` and
/// by `from`.
///
/// ```
/// use abreast::MatRef;
/// let data = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let a = MatRef::row_major(&data, 2, 3)?;
/// assert_eq!(a.at(1, 0), 4.0);
/// assert_eq!(a.transposed().at(0, 1), 4.0);
/// assert_eq!(a.sub(0..2, 1..3)?.at(1, 1), 6.0);
/// // Rows bottom up, and one row for all: any sign of stride, and zero.
/// assert_eq!(MatRef::new(&data, 2, 3, -3, 1, 3)?.at(0, 0), 4.0);
/// assert_eq!(MatRef::new(&data, 9, 3, 0, 1, 0)?.at(8, 2), 3.0);
/// let refusal = MatRef::new(&data, 2, 3, 4, 1, 0).unwrap_err();
/// assert_eq!(refusal.to_string(),
///     "highest index of the view = 6: a 2 x 3 view must stay within its 6 elements");
/// # Ok::<(), abreast::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct MatRef<'a, T> {
    data: &'a [T],
    shape: Shape,
}

impl<'a, T: Copy> MatRef<'a, T> {
    /// A `rows x cols` view whose element (0, 0) is `data[offset]`. Strides count elements; they
    /// may be negative, or zero to repeat a row or a column.
    ///
    /// # Errors
    /// [`Error::Argument`] when an element would lie outside of `data`, or when `rows * cols` is
    /// more than `isize::MAX`.
    pub fn new(
        data: &'a [T],
        rows: usize,
        cols: usize,
        row_stride: isize,
        col_stride: isize,
        offset: usize,
    ) -> Result<Self, Error> {
        let shape = Shape { rows, cols, row_stride, col_stride, offset };
        shape.check("the view", data.len())?;
        Ok(MatRef { data, shape })
    }

    /// A dense matrix, row after row.
    ///
    /// # Errors
    /// [`Error::Argument`] unless `data` has exactly `rows * cols` elements.
    pub fn row_major(data: &'a [T], rows: usize, cols: usize) -> Result<Self, Error> {
        check_dense(data.len(), rows, cols)?;
        Ok(MatRef { data, shape: Shape::row_major(rows, cols) })
    }

    /// A dense matrix, column after column: how BLAS and LAPACK store theirs.
    ///
    /// # Errors
    /// As [`MatRef::row_major`].
    pub fn col_major(data: &'a [T], rows: usize, cols: usize) -> Result<Self, Error> {
        Ok(Self::row_major(data, cols, rows)?.transposed())
    }

    /// A view whose shape has been checked against `data`.
    pub(super) fn of(data: &'a [T], shape: Shape) -> Self {
        MatRef { data, shape }
    }

    /// The transpose, without moving an element.
    #[must_use]
    pub fn transposed(self) -> Self {
        MatRef { shape: self.shape.transposed(), ..self }
    }

    /// The sub-matrix of these rows and columns.
    ///
    /// # Errors
    /// [`Error::Argument`] when a range ends before it begins or beyond the matrix.
    pub fn sub(self, rows: Range<usize>, cols: Range<usize>) -> Result<Self, Error> {
        Ok(MatRef { shape: self.shape.sub(rows, cols)?, ..self })
    }

    /// As [`MatRef::sub`], of ranges that are known to lie within.
    #[inline(always)]
    pub(super) fn part(self, rows: Range<usize>, cols: Range<usize>) -> Self {
        MatRef { shape: self.shape.part(rows, cols), ..self }
    }

    /// Element (i, j).
    ///
    /// # Panics
    /// When there is none.
    #[inline(always)]
    pub fn at(&self, i: usize, j: usize) -> T {
        assert!(i < self.rows() && j < self.cols(), "element ({i}, {j}) of {:?}", self.shape);
        self.data[self.shape.index(i, j)]
    }

    /// The elements of row `i`, which must lie next to each other.
    #[inline(always)]
    pub(super) fn row(&self, i: usize) -> &'a [T] {
        let start = self.shape.index(i, 0);
        &self.data[start..start + self.cols()]
    }

    /// How many rows.
    #[inline(always)]
    pub const fn rows(&self) -> usize {
        self.shape.rows
    }

    /// How many columns.
    #[inline(always)]
    pub const fn cols(&self) -> usize {
        self.shape.cols
    }

    #[inline(always)]
    pub(super) const fn shape(&self) -> Shape {
        self.shape
    }

    /// The whole slice behind the view.
    #[inline(always)]
    pub const fn data(&self) -> &'a [T] {
        self.data
    }
}

/// A matrix over a slice, to read and to write.
///
/// ```
/// use abreast::MatMut;
/// let mut data = [0.0; 6];
/// let mut c = MatMut::col_major(&mut data, 2, 3)?;
/// c.set(1, 0, 7.0);
/// c.sub(0..1, 2..3)?.set(0, 0, 8.0);
/// assert_eq!(c.view().at(1, 0), 7.0);
/// assert_eq!(data, [0.0, 7.0, 0.0, 0.0, 8.0, 0.0]);
/// let refusal = MatMut::new(&mut data, 2, 3, 1, 1, 0).unwrap_err();
/// assert_eq!(refusal.to_string(),
///     "strides of a mutable view = (1, 1): two elements of 2 x 3 would overlap");
/// # Ok::<(), abreast::Error>(())
/// ```
#[derive(Debug)]
pub struct MatMut<'a, T> {
    data: &'a mut [T],
    shape: Shape,
}

impl<'a, T: Copy> MatMut<'a, T> {
    /// As [`MatRef::new`], with strides that give every element its own place.
    ///
    /// # Errors
    /// As [`MatRef::new`], and when two elements would overlap.
    pub fn new(
        data: &'a mut [T],
        rows: usize,
        cols: usize,
        row_stride: isize,
        col_stride: isize,
        offset: usize,
    ) -> Result<Self, Error> {
        let shape = MatRef::new(data, rows, cols, row_stride, col_stride, offset)?.shape;
        shape.check_distinct()?;
        Ok(MatMut { data, shape })
    }

    /// A dense matrix, row after row: the form that `gemm` writes without a copy.
    ///
    /// # Errors
    /// As [`MatRef::row_major`].
    pub fn row_major(data: &'a mut [T], rows: usize, cols: usize) -> Result<Self, Error> {
        let shape = MatRef::row_major(data, rows, cols)?.shape;
        Ok(MatMut { data, shape })
    }

    /// A dense matrix, column after column.
    ///
    /// # Errors
    /// As [`MatRef::row_major`].
    pub fn col_major(data: &'a mut [T], rows: usize, cols: usize) -> Result<Self, Error> {
        Ok(Self::row_major(data, cols, rows)?.transposed())
    }

    /// The transpose, without moving an element.
    #[must_use]
    pub fn transposed(self) -> Self {
        MatMut { shape: self.shape.transposed(), ..self }
    }

    /// The sub-matrix of these rows and columns.
    ///
    /// # Errors
    /// As [`MatRef::sub`].
    pub fn sub(&mut self, rows: Range<usize>, cols: Range<usize>) -> Result<MatMut<'_, T>, Error> {
        Ok(MatMut { shape: self.shape.sub(rows, cols)?, data: self.data })
    }

    /// The same matrix, to read.
    pub fn view(&self) -> MatRef<'_, T> {
        MatRef { data: self.data, shape: self.shape }
    }

    /// Sets element (i, j).
    ///
    /// # Panics
    /// When there is none.
    #[inline(always)]
    pub fn set(&mut self, i: usize, j: usize, value: T) {
        let (rows, cols) = (self.shape.rows, self.shape.cols);
        assert!(i < rows && j < cols, "element ({i}, {j}) of {:?}", self.shape);
        self.data[self.shape.index(i, j)] = value;
    }

    /// The elements as one slice, row after row, if that is how they lie.
    #[inline]
    pub(super) fn as_row_major(&mut self) -> Option<&mut [T]> {
        let Shape { rows, cols, offset, .. } = self.shape;
        if rows * cols == 0 {
            return Some(&mut []);
        }
        self.shape.is_row_major().then(|| &mut self.data[offset..offset + rows * cols])
    }

    /// Another name for the same matrix.
    #[inline]
    pub(super) fn reborrow(&mut self) -> MatMut<'_, T> {
        MatMut { shape: self.shape, data: self.data }
    }
}
