//! Systems with a positive definite matrix, in its own memory.
#![allow(unsafe_code)]

use crate::error::{Error, checked};
use crate::view::{Mat, MatMut};
use ab_eigen_sys as raw;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// `A = L L^T`, in the memory of A, which is borrowed as long as this is there:
///
/// ```compile_fail,E0503
/// use ab_eigen::{Cholesky, MatMut};
/// let mut a = [4.0, 2.0, 2.0, 3.0];
/// let cholesky = Cholesky::in_place(MatMut::row_major(&mut a, [2, 2]).unwrap()).unwrap();
/// a[0] = 1.0;
/// cholesky.solve_in_place(MatMut::column(&mut [1.0, 2.0]).unwrap()).unwrap();
/// ```
#[derive(Debug)]
pub struct Cholesky<'a> {
    whole: NonNull<raw::ab_eigen_cholesky>,
    order: usize,
    // Page `retained_pointer`: C++ has a pointer to A until it has ended, so nobody else may use A.
    matrix: PhantomData<&'a mut [f64]>,
}

// Page `thread_contracts`: re-entrant. Eigen's LLT has no globals, and `solve` only reads what it has made.
// SAFETY: as above; A is borrowed mutably, which may cross threads.
unsafe impl Send for Cholesky<'_> {}
// SAFETY: as above.
unsafe impl Sync for Cholesky<'_> {}

impl<'a> Cholesky<'a> {
    /// Decomposes a, symmetric and positive definite, without a copy. What a held is lost, also on
    /// [`Error::NotPositiveDefinite`].
    ///
    /// # Errors
    /// - [`Error::Shape`], [`Error::Strides`]: a is not square, or neither its rows nor its columns are without gaps.
    /// - [`Error::NotFinite`], [`Error::NotSymmetric`]: named by the element.
    /// - [`Error::NotPositiveDefinite`]; [`Error::NoMemory`] for the object, not for a.
    pub fn in_place(mut a: MatMut<'a>) -> Result<Self, Error> {
        let [order, columns] = a.as_mat().shape();
        if order != columns {
            let shape = [order, columns];
            return Err(Error::Shape { argument: "a", shape, rule: "square".into() });
        }
        let outer = outer_stride(order, a.strides())?;
        a.as_mat().all_finite("a")?;
        symmetric(a.as_mat())?;
        let view = raw::ab_eigen_view { row_stride: 1, column_stride: outer, ..a.raw() };
        let mut whole = ptr::null_mut();
        // SAFETY: a's elements, of which nobody else has a borrow for 'a; a place for the object; the text's own room.
        checked(|text, capacity| unsafe {
            raw::ab_eigen_cholesky_new(&view, &mut whole, text, capacity)
        })?;
        // Page `owned_handle`: made here, ended by Drop.
        let whole = NonNull::new(whole).ok_or(Error::NoMemory)?;
        Ok(Cholesky { whole, order, matrix: PhantomData })
    }

    /// Puts the solution of `A X = B` in the place of B, whatever its strides.
    ///
    /// # Errors
    /// [`Error::Shape`] unless b has as many rows as a; [`Error::NotFinite`].
    pub fn solve_in_place(&self, mut b: MatMut<'_>) -> Result<(), Error> {
        let shape = b.as_mat().shape();
        if shape[0] != self.order {
            let rule = format!("[{}, any]", self.order);
            return Err(Error::Shape { argument: "b", shape, rule });
        }
        // Page `strided_views`: without elements the number of columns has no bound.
        if shape.contains(&0) {
            return Ok(());
        }
        b.as_mat().all_finite("b")?;
        let view = b.raw();
        // SAFETY: the object is alive; b is ours, and elsewhere than a, which is borrowed.
        checked(|text, capacity| unsafe {
            raw::ab_eigen_cholesky_solve(self.whole.as_ptr(), &view, text, capacity)
        })
    }
}

/// From line to line, where lines are columns, or the same ones as rows, since a is symmetric.
fn outer_stride(order: usize, strides: [usize; 2]) -> Result<usize, Error> {
    match strides {
        _ if order <= 1 => Ok(order),
        [1, outer] | [outer, 1] => Ok(outer),
        _ => Err(Error::Strides { strides }),
    }
}

fn symmetric(a: Mat<'_>) -> Result<(), Error> {
    let below = (0..a.shape()[0]).flat_map(|i| (0..i).map(move |j| [i, j]));
    let mut broken =
        below.map(|[i, j]| ([i, j], a.at(i, j), a.at(j, i))).filter(|(_, x, y)| x != y);
    broken
        .next()
        .map_or(Ok(()), |(at, value, mirrored)| Err(Error::NotSymmetric { at, value, mirrored }))
}

impl Drop for Cholesky<'_> {
    fn drop(&mut self) {
        // Page `who_frees`: C++ ends what C++ has made, and leaves A, which is Rust's.
        // SAFETY: made by `in_place`, ended here only.
        unsafe { raw::ab_eigen_cholesky_free(self.whole.as_ptr()) };
    }
}
