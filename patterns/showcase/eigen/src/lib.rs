//! Linear systems and least squares by Eigen, on slices where they lie.
//!
//! ```
//! use ab_eigen::{Cholesky, LeastSquares, Mat, MatMut};
//!
//! // A x = b, in the memory of A and b.
//! let mut a = [4.0, 2.0, 2.0, 3.0];
//! let mut b = [8.0, 8.0];
//! let cholesky = Cholesky::in_place(MatMut::row_major(&mut a, [2, 2])?)?;
//! cholesky.solve_in_place(MatMut::column(&mut b)?)?;
//! assert!((b[0] - 1.0).abs() < 1e-14 && (b[1] - 2.0).abs() < 1e-14);
//!
//! // The line through three points, which are columns 0 and 2 of a table.
//! let table = [0.0, 9.0, 1.0, 1.0, 9.0, 3.0, 2.0, 9.0, 5.0];
//! let ones_and_x = [1.0, 0.0, 1.0, 1.0, 1.0, 2.0];
//! let fit = LeastSquares::new(Mat::row_major(&ones_and_x, [3, 2])?)?;
//! let mut line = [0.0; 2];
//! fit.solve(Mat::new(&table[2..], [3, 1], [3, 1])?, MatMut::column(&mut line)?)?;
//! assert!((line[0] - 1.0).abs() < 1e-14 && (line[1] - 2.0).abs() < 1e-14);
//! # Ok::<(), ab_eigen::Error>(())
//! ```
//!
//! # Errors
//! Bad input is refused before Eigen sees it, by a sentence that names argument, value and rule. A matrix that cannot
//! be decomposed is an error of its own, as is whatever Eigen throws.

mod cholesky;
mod error;
mod least_squares;
mod view;

pub use cholesky::Cholesky;
pub use error::Error;
pub use least_squares::LeastSquares;
pub use view::{Mat, MatMut};
