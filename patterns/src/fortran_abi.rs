//! 41. Fortran's ABI: BLAS and LAPACK as they are linked, not as a header of C shows them.
//!
//! # What goes wrong
//! `dposv_` has no header: what it takes is known from its documentation and the conventions of the compiler. Every
//! argument is an address, also a 3. A CHARACTER has a second argument, its length, by value and behind all
//! others. Declarations by hand leave it out, which works with most compilers most of the time: since the callee
//! may use the place of its arguments, gfortran 9 broke R and numpy by overwriting the caller's stack there.
//! Whether an INTEGER has 32 or 64 bits was decided when the library was built, and a linker does not compare.
//! A matrix of rows is taken for one of columns: for a symmetric matrix the numbers look right, until there
//! is a second right-hand side.
//!
//! # The right way
//! One declaration for each build of the library, complete with lengths, behind a trait of the two sizes of
//! INTEGER ([`Lp64`], [`Ilp64`]). Where both builds are linked, their symbols differ (`_64_`); where only one is,
//! a feature of the `-sys` crate picks it, not each caller. Sizes are converted with a check: what does not fit is
//! an [`Error::TooLarge`], not another size. [`Matrix`] says columns in its constructor, and checks once that the
//! last number lies in the slice. INFO becomes an error that says which argument or which minor; a negative one
//! after these checks is a mistake of ours, and named as such. (In LAPACK it also calls XERBLA, which stops the
//! program unless it is replaced: one more reason to check first, and a case for
//! [error handlers](crate::error_handlers).)
//!
//! ```
//! use abreast_patterns::fortran_abi::{Ilp64, Lp64, Matrix, Triangle, solve};
//!
//! let mut a = [4.0, 2.0, 2.0, 2.0]; // column after column
//! let mut b = [8.0, 6.0, 2.0, 3.0]; // two right-hand sides
//! let (lower, sides) = (Matrix::new(&mut a, 2, 2, 2)?, Matrix::new(&mut b, 2, 2, 2)?);
//! solve::<Lp64>(Triangle::Lower, lower, sides)?;
//! assert_eq!(b, [1.0, 2.0, -0.5, 2.0]);
//!
//! let (mut a, mut b) = ([-1.0], [1.0]);
//! let (a, b) = (Matrix::new(&mut a, 1, 1, 1)?, Matrix::new(&mut b, 1, 1, 1)?);
//! let error = solve::<Ilp64>(Triangle::Upper, a, b).unwrap_err();
//! assert_eq!(error.to_string(), "a: its leading minor of order 1 is not positive");
//! # Ok::<(), abreast_patterns::fortran_abi::Error>(())
//! ```
//!
//! Functions are not shown here: one that returns a COMPLEX does it in as many ways as there are compilers
//! ([complex numbers](crate::complex_numbers)), and f2c's convention returns a REAL as a double. A LOGICAL is an
//! INTEGER of which only some values are defined ([enums](crate::enums_as_integers)).
//!
//! The names say nothing about the build: Debian's reference LAPACK and its OpenBLAS have `dposv_` in all four builds, with
//! 32-bit and 64-bit INTEGERs. The pattern of this page was run over each of them, with their names of symbols
//! (`scripts/lapack`: LAPACK 3.11.0, OpenBLAS 0.3.21; 2026-12-01). `-llapack` there is whichever was chosen last, also
//! for a build that has asked pkg-config for the reference. And a library may need more stack than a thread of Rust
//! has: see [library threads](crate::library_threads).
//!
//! # The wrong way
//! `length_beside_its_string` declares the length behind its string, as some compilers once had it: N is read at
//! address 1, and the process crashes. `integers_of_32_bits` calls the library with 64-bit INTEGERs with
//! smaller ones: N and NRHS are read as one number, and LDA is refused. `rows_for_columns` fills in two right-hand
//! sides row after row: both solutions are wrong, and INFO is 0.
//!
//! # The foreign side
//! C that speaks the ABI, so that no Fortran compiler is needed.
#![doc = concat!("```c\n", include_str!("../csrc/fortran_abi/fortran_abi.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/fortran_abi/fortran_abi.c"), "```")]
#![allow(unsafe_code)]

use std::ffi::c_char;

// Pattern: one declaration for each build of the library, sizes that are converted with a check, columns.

/// The declarations of `fortran_abi.h`.
#[allow(missing_docs)]
pub mod raw {
    use std::ffi::c_char;

    /// All of a subroutine's arguments, for a size of INTEGER.
    pub type Posv<I> = unsafe extern "C" fn(
        uplo: *const c_char,
        n: *const I,
        nrhs: *const I,
        a: *mut f64,
        lda: *const I,
        b: *mut f64,
        ldb: *const I,
        info: *mut I,
        uplo_length: usize,
    );

    unsafe extern "C" {
        pub fn ab_dposv_(
            uplo: *const c_char,
            n: *const i32,
            nrhs: *const i32,
            a: *mut f64,
            lda: *const i32,
            b: *mut f64,
            ldb: *const i32,
            info: *mut i32,
            uplo_length: usize,
        );
        pub fn ab_dposv_64_(
            uplo: *const c_char,
            n: *const i64,
            nrhs: *const i64,
            a: *mut f64,
            lda: *const i64,
            b: *mut f64,
            ldb: *const i64,
            info: *mut i64,
            uplo_length: usize,
        );
    }
}

/// A build of the library: the size of its INTEGERs, and its symbols.
pub trait Abi {
    /// What an INTEGER is.
    type Int: Copy + Default + TryFrom<usize> + Into<i64>;
    /// Its symbol.
    const POSV: raw::Posv<Self::Int>;
}

/// INTEGERs of 32 bits, as nearly all builds have them.
#[derive(Debug)]
pub enum Lp64 {}

/// INTEGERs of 64 bits.
#[derive(Debug)]
pub enum Ilp64 {}

impl Abi for Lp64 {
    type Int = i32;
    const POSV: raw::Posv<i32> = raw::ab_dposv_;
}

impl Abi for Ilp64 {
    type Int = i64;
    const POSV: raw::Posv<i64> = raw::ab_dposv_64_;
}

/// Why there is no solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    #[error("leading = {leading}: columns of {rows} numbers need at least max(1, {rows})")]
    Leading { leading: usize, rows: usize },
    #[error("{rows} x {columns} numbers, {leading} apart, do not lie in a slice of {length}")]
    Outside { rows: usize, columns: usize, leading: usize, length: usize },
    #[error("a: {rows} x {columns} is not square")]
    NotSquare { rows: usize, columns: usize },
    #[error("b: {0} rows, where a has {1}")]
    Rows(usize, usize),
    #[error("{0}: more than an INTEGER of this library can hold")]
    TooLarge(usize),
    #[error("a: its leading minor of order {0} is not positive")]
    NotPositive(i64),
    #[error("argument {0} was refused, which is a mistake of this binding")]
    Argument(i64),
}

/// Which half of a symmetric matrix is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Triangle {
    Lower,
    Upper,
}

/// A matrix as Fortran has it: column after column.
#[derive(Debug)]
pub struct Matrix<'a> {
    data: &'a mut [f64],
    rows: usize,
    columns: usize,
    leading: usize,
}

impl<'a> Matrix<'a> {
    /// Columns of `rows` numbers, which begin `leading` numbers apart.
    ///
    /// # Errors
    /// [`Error::Leading`] if that is less than `rows`, or 0; [`Error::Outside`] if the last number lies outside of
    /// the slice.
    pub fn new(
        data: &'a mut [f64],
        rows: usize,
        columns: usize,
        leading: usize,
    ) -> Result<Matrix<'a>, Error> {
        if leading < rows.max(1) {
            return Err(Error::Leading { leading, rows });
        }
        let length = data.len();
        let is_empty = rows == 0 || columns == 0;
        let end = || leading.checked_mul(columns - 1)?.checked_add(rows);
        if !is_empty && end().is_none_or(|end| end > length) {
            return Err(Error::Outside { rows, columns, leading, length });
        }
        Ok(Matrix { data, rows, columns, leading })
    }
}

/// Solves `A X = B` for a symmetric positive definite `a`, of which one triangle is read and overwritten by its
/// factor. The solution overwrites `b`.
///
/// # Errors
/// Where the shapes do not fit; [`Error::TooLarge`] for what an INTEGER cannot hold; [`Error::NotPositive`], and then
/// `b` is unchanged.
pub fn solve<L: Abi>(triangle: Triangle, a: Matrix<'_>, b: Matrix<'_>) -> Result<(), Error> {
    if a.rows != a.columns {
        return Err(Error::NotSquare { rows: a.rows, columns: a.columns });
    }
    if b.rows != a.rows {
        return Err(Error::Rows(b.rows, a.rows));
    }
    let int = |size: usize| L::Int::try_from(size).map_err(|_| Error::TooLarge(size));
    let (n, nrhs, lda, ldb) = (int(a.rows)?, int(b.columns)?, int(a.leading)?, int(b.leading)?);
    let uplo: &[u8] = match triangle {
        Triangle::Lower => b"L",
        Triangle::Upper => b"U",
    };
    let text: *const c_char = uplo.as_ptr().cast();
    let (a, b, mut info) = (a.data.as_mut_ptr(), b.data.as_mut_ptr(), L::Int::default());
    // SAFETY: the sizes are those of two matrices that lie in their slices, which cannot overlap; the INTEGERs are
    // of this library's size, and the text is as long as told.
    unsafe { (L::POSV)(text, &n, &nrhs, a, &lda, b, &ldb, &mut info, uplo.len()) };
    match info.into() {
        0 => Ok(()),
        minor @ 1.. => Err(Error::NotPositive(minor)),
        argument => Err(Error::Argument(-argument)),
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    /// A symmetric positive definite matrix of order n in a larger one, and what stands around and above it.
    const OTHER: f64 = 777.0;

    /// A[i][j] = min(i, j) + 1, in the given triangle, with columns `leading` apart.
    fn minima(n: usize, leading: usize, triangle: Triangle) -> Vec<f64> {
        let mut a = vec![OTHER; leading * n];
        for j in 0..n {
            for i in 0..n {
                let is_in = if triangle == Triangle::Lower { i >= j } else { i <= j };
                if is_in {
                    a[i + j * leading] = (i.min(j) + 1) as f64;
                }
            }
        }
        a
    }

    fn solves<L: Abi>() {
        for triangle in [Triangle::Lower, Triangle::Upper] {
            for (n, leading) in [(0, 1), (1, 1), (2, 5), (5, 5), (7, 9)] {
                let mut a = minima(n, leading, triangle);
                // X[i][j] = i - j, so B = A X: whole numbers, and exact.
                let x = |i: usize, j: usize| i as f64 - j as f64;
                let element = |i: usize, j: usize| {
                    (0..n).map(|k| (i.min(k) + 1) as f64 * x(k, j)).sum::<f64>()
                };
                let mut b: Vec<f64> = (0..3 * leading)
                    .map(|at| (at % leading, at / leading))
                    .map(|(i, j)| if i < n { element(i, j) } else { OTHER })
                    .collect();
                let before = a.clone();
                let a_view = Matrix::new(&mut a, n, n, leading).unwrap();
                let b_view = Matrix::new(&mut b, n, 3, leading).unwrap();
                solve::<L>(triangle, a_view, b_view).unwrap();
                for (at, found) in b.iter().enumerate() {
                    let (i, j) = (at % leading, at / leading);
                    let right = if i < n { x(i, j) } else { OTHER };
                    assert!((found - right).abs() < 1e-12, "{triangle:?} {n} {i} {j}: {found}");
                }
                let others = |a: &[f64]| a.iter().filter(|x| **x == OTHER).count();
                assert_eq!(others(&a), others(&before), "outside of the triangle");
            }
        }
    }

    #[test]
    fn both_builds_solve_in_both_triangles_and_touch_nothing_else() {
        solves::<Lp64>();
        solves::<Ilp64>();
    }

    #[test]
    fn a_minor_that_is_not_positive_is_named_and_b_unchanged() {
        let (mut a, mut b) = ([1.0, 2.0, 2.0, 1.0], [3.0, 4.0]);
        let (a, view) =
            (Matrix::new(&mut a, 2, 2, 2).unwrap(), Matrix::new(&mut b, 2, 1, 2).unwrap());
        assert_eq!(solve::<Lp64>(Triangle::Lower, a, view), Err(Error::NotPositive(2)));
        assert_eq!(b, [3.0, 4.0]);
    }

    #[test]
    fn what_an_integer_cannot_hold_is_refused_and_not_cut() {
        // 2^32 + 1 is 1 when it is cut.
        let large = (1_usize << 32) + 1;
        let case = |n: usize, columns: usize, leading: usize| {
            let (mut a, mut b) = ([4.0], [8.0]);
            let a = Matrix::new(&mut a, n, n, leading).unwrap();
            let b_view = Matrix::new(&mut b, n, columns, 1).unwrap();
            let lp = solve::<Lp64>(Triangle::Lower, a, b_view);
            let mut a = [4.0];
            let a = Matrix::new(&mut a, n, n, leading).unwrap();
            let b_view = Matrix::new(&mut b, n, columns, 1).unwrap();
            (lp, solve::<Ilp64>(Triangle::Lower, a, b_view), b)
        };
        assert_eq!(case(1, 1, large), (Err(Error::TooLarge(large)), Ok(()), [2.0]));
        assert_eq!(case(0, large, 1), (Err(Error::TooLarge(large)), Ok(()), [8.0]));
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused_and_named() {
        let (mut a, mut b) = ([1.0; 6], [1.0; 6]);
        let outside = |rows, columns, leading| Error::Outside { rows, columns, leading, length: 6 };
        for (rows, columns, leading) in
            [(2, 3, 3), (7, 1, 7), (1, usize::MAX, 2), (2, 2, usize::MAX)]
        {
            let refused = Matrix::new(&mut a, rows, columns, leading).unwrap_err();
            assert_eq!(refused, outside(rows, columns, leading));
        }
        assert!(
            Matrix::new(&mut a, 2, 2, 4).is_ok(),
            "the last column needs no more than its rows"
        );
        let refused = Matrix::new(&mut a, 2, 1, 1).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "leading = 1: columns of 2 numbers need at least max(1, 2)"
        );
        assert_eq!(
            Matrix::new(&mut a, 0, 0, 0).unwrap_err(),
            Error::Leading { leading: 0, rows: 0 }
        );
        let mut solved = |rows, columns, b_rows| {
            let a = Matrix::new(&mut a, rows, columns, 3).unwrap();
            solve::<Lp64>(Triangle::Upper, a, Matrix::new(&mut b, b_rows, 1, 3).unwrap())
        };
        assert_eq!(solved(2, 1, 2), Err(Error::NotSquare { rows: 2, columns: 1 }));
        assert_eq!(solved(1, 1, 2), Err(Error::Rows(2, 1)));
    }

    #[test]
    fn the_library_names_the_argument_and_reads_the_length() {
        let info = |uplo: &[u8], n: i32, nrhs: i32, lda: i32, ldb: i32| {
            let (mut a, mut b, mut info) = ([4.0], [8.0], 7);
            let (text, length) = (uplo.as_ptr().cast(), uplo.len());
            // SAFETY: one number each, and as many are used where all is well; the text is as long as told.
            unsafe {
                raw::ab_dposv_(
                    text,
                    &n,
                    &nrhs,
                    a.as_mut_ptr(),
                    &lda,
                    b.as_mut_ptr(),
                    &ldb,
                    &mut info,
                    length,
                );
            }
            info
        };
        assert_eq!(info(b"u  ", 1, 1, 1, 1), 0);
        for uplo in [&b""[..], b"x", b"LU"] {
            assert_eq!(info(uplo, 1, 1, 1, 1), -1);
        }
        assert_eq!(
            [
                info(b"L", -1, 1, 1, 1),
                info(b"L", 1, -1, 1, 1),
                info(b"L", 1, 1, 0, 1),
                info(b"L", 1, 1, 1, 0)
            ],
            [-2, -3, -5, -7]
        );
    }
}
