//! Declarations of Fortran that are nearly right, and a matrix of rows.
#![allow(unsafe_code)]

use crate::{Counterexample, End};
use abreast_patterns::fortran_abi::raw::{ab_dposv_, ab_dposv_64_};
use std::ffi::c_char;
use std::mem::transmute;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "length_beside_its_string",
        run: length_beside_its_string,
        ends: &[End::Signal(libc::SIGSEGV, ""), End::Report("SEGV"), End::Report("misaligned address")],
    },
    Counterexample {
        name: "integers_of_32_bits",
        run: integers_of_32_bits,
        ends: &[End::Says("info: -5, b: [8.0, 6.0]")],
    },
    Counterexample {
        name: "rows_for_columns",
        run: rows_for_columns,
        // x is 1 and -0.5, y is 2 twice.
        ends: &[End::Says("info: 0, x: [3.0, 1.5], y: [-2.0, 0.0]")],
    },
];

/// As some compilers had it, and some translations of a declaration still have.
type Beside = unsafe extern "C" fn(
    *const c_char,
    usize,
    *const i32,
    *const i32,
    *mut f64,
    *const i32,
    *mut f64,
    *const i32,
    *mut i32,
);

fn length_beside_its_string() {
    // SAFETY: none. A linker knows names, not arguments.
    let posv: Beside = unsafe { transmute(ab_dposv_ as *const ()) };
    let (mut a, mut b, mut info) = ([4.0], [8.0], 7);
    // SAFETY: none. It takes the length for the address of n.
    unsafe { posv(c"L".as_ptr(), 1, &1, &1, a.as_mut_ptr(), &1, b.as_mut_ptr(), &1, &mut info) };
    println!("info: {info}, b: {b:?}");
}

fn integers_of_32_bits() {
    /// A number of 32 bits, and what happens to stand behind it.
    #[repr(align(8))]
    struct Int(#[expect(dead_code, reason = "C reads it")] [i32; 2]);
    let (n, nrhs, lda, ldb) = (Int([2, 1]), Int([1, 0]), Int([2, 0]), Int([2, 0]));
    let [n, nrhs, lda, ldb] = [&n, &nrhs, &lda, &ldb].map(|int| std::ptr::from_ref(int).cast());
    let (mut a, mut b, mut info) = ([4.0, 2.0, 2.0, 2.0], [8.0, 6.0], 7);
    // SAFETY: none. The numbers are there, but of another size.
    unsafe {
        ab_dposv_64_(
            c"L".as_ptr(),
            n,
            nrhs,
            a.as_mut_ptr(),
            lda,
            b.as_mut_ptr(),
            ldb,
            &mut info,
            1,
        );
    }
    println!("info: {info}, b: {b:?}");
}

fn rows_for_columns() {
    // Two right-hand sides, (8, 6) and (2, 3), as rows of a table.
    let (mut a, mut b, mut info) = ([4.0, 2.0, 2.0, 2.0], [8.0, 2.0, 6.0, 3.0], 7);
    // SAFETY: the numbers are there; they stand in another order.
    unsafe {
        ab_dposv_(
            c"L".as_ptr(),
            &2,
            &2,
            a.as_mut_ptr(),
            &2,
            b.as_mut_ptr(),
            &2,
            &mut info,
            1,
        );
    }
    // As rows again.
    println!("info: {info}, x: {:?}, y: {:?}", [b[0], b[2]], [b[1], b[3]]);
}
