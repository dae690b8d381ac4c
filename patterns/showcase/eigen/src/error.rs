//! What goes wrong, in Rust's types.
#![allow(unsafe_code)]

use ab_eigen_sys as raw;
use std::ffi::{CStr, c_char};

/// Why there is no result. `[i, j]` is row i, column j, from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    #[error(
        "shape {shape:?} with strides {strides:?} reaches element {highest}: must be below the slice's length {len}"
    )]
    OutOfBounds { shape: [usize; 2], strides: [usize; 2], highest: u128, len: usize },
    #[error("strides {strides:?} for shape {shape:?}: two indices must not meet in one element")]
    Overlap { shape: [usize; 2], strides: [usize; 2] },
    #[error("strides {strides:?} of a: one must be 1, for a decomposition in place")]
    Strides { strides: [usize; 2] },
    #[error("shape {shape:?} of {argument}: must be {rule}")]
    Shape { argument: &'static str, shape: [usize; 2], rule: String },
    #[error("{argument}[{}, {}] = {value}: must be finite", .at[0], .at[1])]
    NotFinite { argument: &'static str, at: [usize; 2], value: f64 },
    #[error("a[{i}, {j}] = {value} and a[{j}, {i}] = {mirrored}: must be equal, as a is symmetric", i = .at[0], j = .at[1])]
    NotSymmetric { at: [usize; 2], value: f64, mirrored: f64 },
    #[error("a: must be positive definite, and is not within rounding")]
    NotPositiveDefinite,
    #[error("rank {rank} of a: must be the number of its columns, {columns}")]
    RankDeficient { rank: usize, columns: usize },
    #[error("Eigen has no memory for this")]
    NoMemory,
    /// What the checks here have missed.
    #[error("Eigen: {text} (code {code})")]
    Eigen { code: i32, text: String },
}

/// Runs a call with room for its reason, and makes an error of its code.
pub(crate) fn checked(call: impl FnOnce(*mut c_char, usize) -> i32) -> Result<(), Error> {
    let mut text = [0 as c_char; 256];
    // Page `status_codes`: each code is looked at, and one that is new is still an error.
    match call(text.as_mut_ptr(), text.len()) {
        raw::AB_EIGEN_FINE => Ok(()),
        raw::AB_EIGEN_NOT_POSITIVE_DEFINITE => Err(Error::NotPositiveDefinite),
        raw::AB_EIGEN_NO_MEMORY => Err(Error::NoMemory),
        code => {
            // SAFETY: C++ ends what it writes with a zero, and it was filled with zeros.
            let text = unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy().into_owned();
            Err(Error::Eigen { code, text })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_is_not_known_is_an_error_with_its_text() {
        let refused = checked(|text, capacity| {
            assert_eq!(capacity, 256);
            // SAFETY: room for 256.
            unsafe { text.write(b'!' as c_char) };
            -77
        });
        assert_eq!(refused.unwrap_err().to_string(), "Eigen: ! (code -77)");
    }
}
