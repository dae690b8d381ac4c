//! Least squares by a QR decomposition with pivots.
#![allow(unsafe_code)]

use crate::error::{Error, checked};
use crate::view::{Mat, MatMut};
use ab_eigen_sys as raw;
use std::ptr::{self, NonNull};

/// `A P = Q R`, of a copy of A: the reflections take its place, so one copy is needed.
#[derive(Debug)]
pub struct LeastSquares {
    whole: NonNull<raw::ab_eigen_qr>,
    shape: [usize; 2],
}

// Page `thread_contracts`: re-entrant. Eigen's QR has no globals, and `solve` only reads what it has made.
// SAFETY: as above, and it owns all that it has.
unsafe impl Send for LeastSquares {}
// SAFETY: as above.
unsafe impl Sync for LeastSquares {}

impl LeastSquares {
    /// Decomposes a, of m rows and n columns, m >= n.
    ///
    /// # Errors
    /// - [`Error::Shape`]: a has no columns, or fewer rows than columns.
    /// - [`Error::NotFinite`].
    /// - [`Error::RankDeficient`]: columns of a depend on others, within rounding: there is no one solution.
    /// - [`Error::NoMemory`].
    pub fn new(a: Mat<'_>) -> Result<Self, Error> {
        let shape = a.shape();
        if shape[1] == 0 || shape[0] < shape[1] {
            let rule = "[m, n] with m >= n >= 1".into();
            return Err(Error::Shape { argument: "a", shape, rule });
        }
        a.all_finite("a")?;
        let (view, mut whole, mut rank) = (a.raw(), ptr::null_mut(), 0);
        // SAFETY: a's elements, which are copied; places for the object and the rank; the text's own room.
        let made = checked(|text, capacity| unsafe {
            raw::ab_eigen_qr_new(&view, &mut whole, &mut rank, text, capacity)
        });
        if let Err(Error::Eigen { code: raw::AB_EIGEN_RANK_DEFICIENT, .. }) = made {
            return Err(Error::RankDeficient { rank, columns: shape[1] });
        }
        made?;
        // Page `owned_handle`: made here, ended by Drop.
        let whole = NonNull::new(whole).ok_or(Error::NoMemory)?;
        Ok(LeastSquares { whole, shape })
    }

    /// Writes to x, n x k, what makes `|A x - b|` least in each of the k columns of b, m x k. Eigen copies b, as
    /// the reflections change it; x is written where it lies.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`]; [`Error::NoMemory`]. Then x is untouched.
    pub fn solve(&self, b: Mat<'_>, mut x: MatMut<'_>) -> Result<(), Error> {
        let ([m, n], [_, k]) = (self.shape, b.shape());
        for (argument, shape, rule) in [("b", b.shape(), [m, k]), ("x", x.as_mat().shape(), [n, k])]
        {
            if shape != rule {
                return Err(Error::Shape { argument, shape, rule: format!("{rule:?}") });
            }
        }
        // Page `strided_views`: a loop over what has no elements may be one for centuries.
        if k == 0 {
            return Ok(());
        }
        b.all_finite("b")?;
        let (b, x) = (b.raw(), x.raw());
        // Page `aliasing`: the borrows say that x is elsewhere than b.
        // SAFETY: the object is alive; the elements of both exist, and those of x are ours.
        checked(|text, capacity| unsafe {
            raw::ab_eigen_qr_solve(self.whole.as_ptr(), &b, &x, text, capacity)
        })
    }
}

impl Drop for LeastSquares {
    fn drop(&mut self) {
        // Page `who_frees`.
        // SAFETY: made by `new`, ended here only.
        unsafe { raw::ab_eigen_qr_free(self.whole.as_ptr()) };
    }
}
