//! What C++ throws arrives as a code and a text. The safe crate checks before Eigen does, so this calls what it calls.
#![allow(unsafe_code)]

use ab_eigen_sys::*;
use std::ffi::{CStr, c_char};
use std::ptr::null_mut;

/// The code of a factorization of this shape, whose text gets so many bytes.
fn cholesky(
    values: &mut [f64],
    shape: [usize; 2],
    stride: usize,
    capacity: usize,
) -> (i32, String) {
    let a = ab_eigen_view {
        p: values.as_mut_ptr(),
        rows: shape[0],
        columns: shape[1],
        row_stride: stride,
        column_stride: shape[0],
    };
    let (mut whole, mut text) = (null_mut(), [1 as c_char; 64]);
    // SAFETY: a place for a pointer, and one for so many bytes; the values outlive what is made of them.
    let code = unsafe { ab_eigen_cholesky_new(&a, &mut whole, text.as_mut_ptr(), capacity) };
    assert_eq!(whole.is_null(), code != 0);
    // SAFETY: what was made, or null.
    unsafe { ab_eigen_cholesky_free(whole) };
    assert!(text[capacity..].iter().all(|byte| *byte == 1), "written beyond the room");
    text[63] = 0;
    // SAFETY: it ends with a zero at the latest here.
    let said = if capacity == 0 { c"" } else { unsafe { CStr::from_ptr(text.as_ptr()) } };
    (code, said.to_string_lossy().into_owned())
}

#[test]
fn a_check_of_eigens_is_a_code_and_no_abort() {
    let (code, said) = cholesky(&mut [1.0; 6], [2, 3], 1, 64);
    assert_eq!(code, AB_EIGEN_ASSERTION);
    assert!(said.contains("rows()"), "{said}");
    assert_eq!(cholesky(&mut [1.0; 9], [2, 2], 2, 64).0, AB_EIGEN_ASSERTION);
}

#[test]
fn a_text_is_cut_to_its_room() {
    let (code, said) = cholesky(&mut [1.0; 6], [2, 3], 1, 5);
    assert_eq!((code, said.len()), (AB_EIGEN_ASSERTION, 4));
    assert_eq!(cholesky(&mut [1.0; 6], [2, 3], 1, 0).0, AB_EIGEN_ASSERTION);
    assert_eq!(cholesky(&mut [4.0, 2.0, 2.0, 3.0], [2, 2], 1, 64), (AB_EIGEN_FINE, "".into()));
}

#[test]
fn no_memory_is_a_code() {
    // More than there is, and more than a size can say.
    for rows in [1 << 36, 1 << 60] {
        let a = ab_eigen_view {
            p: std::ptr::null(),
            rows,
            columns: 1 << 20,
            row_stride: 1,
            column_stride: 1,
        };
        let (mut whole, mut rank, mut text) = (null_mut(), 7, [1 as c_char; 64]);
        // SAFETY: nothing is read of the elements before there is room for a copy, which there is not.
        let code = unsafe { ab_eigen_qr_new(&a, &mut whole, &mut rank, text.as_mut_ptr(), 64) };
        assert_eq!((code, whole.is_null(), rank), (AB_EIGEN_NO_MEMORY, true, 7));
    }
}
