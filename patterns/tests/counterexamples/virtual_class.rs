//! An object of C++ that was put together in Rust, and a function of one that panics.
#![allow(unsafe_code)]

use crate::{Counterexample, End};
use abreast_patterns::virtual_class::raw::{
    ab_curve_at_any, ab_curve_object, ab_curve_table, ab_sum_add, ab_sum_at, ab_sum_new,
};
use std::ffi::{c_char, c_void};

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "vtable_by_hand",
        run: vtable_by_hand,
        ends: &[
            End::Says("at(2): dropped\n"),
            // A sanitizer looks for the object's type, and finds none.
            End::Report("does not point to an object of type"),
            End::Report("SEGV"),
        ],
    },
    Counterexample {
        name: "panic_in_a_virtual_function",
        run: panic_in_a_virtual_function,
        ends: &[End::Signal(libc::SIGABRT, "panic in a function that cannot unwind")],
    },
];

/// As the class seems to have them: at, slope, and the destructor that comes with every class.
#[repr(C)]
struct Vtable {
    at: unsafe extern "C" fn(*const c_void, f64) -> f64,
    slope: unsafe extern "C" fn(*const c_void, f64) -> f64,
    drop: unsafe extern "C" fn(*const c_void, f64) -> f64,
}

#[repr(C)]
struct Object {
    vtable: *const Vtable,
}

unsafe extern "C" fn square(_: *const c_void, x: f64) -> f64 {
    println!("at({x}): called");
    x * x
}

unsafe extern "C" fn double(_: *const c_void, x: f64) -> f64 {
    println!("slope({x}): called");
    2.0 * x
}

unsafe extern "C" fn drops(_: *const c_void, x: f64) -> f64 {
    println!("at({x}): dropped");
    f64::NAN
}

fn vtable_by_hand() {
    let vtable = Vtable { at: square, slope: double, drop: drops };
    let object = Object { vtable: &vtable };
    // SAFETY: none. It is no object of C++, and its destructors stand elsewhere.
    unsafe { ab_curve_at_any((&raw const object).cast(), 2.0) };
}

unsafe extern "C" fn pole(
    _: *mut c_void,
    x: f64,
    _: *mut f64,
    _: *mut c_char,
    _: usize,
) -> i32 {
    panic!("a pole at {x}");
}

unsafe extern "C" fn nothing(_: *mut c_void) {}

fn panic_in_a_virtual_function() {
    let table = ab_curve_table { at: pole, slope: pole, drop: nothing };
    let sum = ab_sum_new();
    let object = ab_curve_object { this: std::ptr::null_mut(), table: &table };
    // SAFETY: the table lives as long as the sum is used; its functions do not look at the object.
    unsafe { ab_sum_add(sum, object) };
    let (mut y, mut text) = (0.0, [0; 64]);
    let caught = std::panic::catch_unwind(move || {
        let sum = sum;
        // SAFETY: there is room for a value and a text.
        unsafe { ab_sum_at(sum, 0.0, &mut y, text.as_mut_ptr(), text.len()) }
    });
    println!("caught: {}", caught.is_err());
}
