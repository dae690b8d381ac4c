//! Panics without a parcel, and a parcel in the wrong place.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::panic_parcel::raw::{ab_area, ab_area_fn, ab_area_report_fn};
use std::any::Any;
use std::cell::RefCell;
use std::ffi::{c_int, c_void};
use std::panic::{catch_unwind, resume_unwind};

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "panic_over_c_frames",
        run: panic_over_c_frames,
        ends: &[
            End::Signal(libc::SIGABRT, "panic in a function that cannot unwind"),
            // The search for somebody to catch it stops at the call of C, and it does not even begin.
            End::Signal(libc::SIGABRT, "failed to initiate panic"),
        ],
    },
    Counterexample {
        name: "parcel_in_a_thread_local",
        run: parcel_in_a_thread_local,
        ends: &[End::Says("the innocent one raises: a pole\nthe guilty one says: status 1\n")],
    },
];

fn simpson(f: ab_area_fn, report: ab_area_report_fn) -> i32 {
    let mut area = 0.0;
    // SAFETY: the callbacks do not look at what `user` points to; the result is a variable.
    unsafe { ab_area(2, 0.0, 1.0, f, report, std::ptr::null_mut(), &mut area) }
}

unsafe extern "C" fn one(_: *mut c_void, _: f64, y: *mut f64) -> c_int {
    // SAFETY: C gives a place for the value.
    unsafe { y.write(1.0) };
    0
}

unsafe extern "C" fn unheard(_: *mut c_void, _: usize) {}

unsafe extern "C" fn panics(_: *mut c_void, _: f64, _: *mut f64) -> c_int {
    panic!("a pole")
}

fn panic_over_c_frames() {
    let caught = catch_unwind(|| simpson(panics, unheard));
    println!("caught: {}", caught.is_err());
}

thread_local! {
    static PARCEL: RefCell<Option<Box<dyn Any + Send>>> = const { RefCell::new(None) };
}

unsafe extern "C" fn caught(_: *mut c_void, _: f64, _: *mut f64) -> c_int {
    PARCEL.set(catch_unwind(|| resume_unwind(Box::new("a pole"))).err());
    1
}

/// An integration of its own, for the report, of something that cannot panic.
unsafe extern "C" fn integrates_too(_: *mut c_void, _: usize) {
    match catch_unwind(|| collected(simpson(one, unheard))) {
        Ok(status) => println!("the innocent one says: status {status}"),
        Err(parcel) => {
            println!("the innocent one raises: {}", parcel.downcast_ref::<&str>().unwrap_or(&"?"));
        }
    }
}

/// What the wrapper of C does after each call: takes the parcel, if there is one, for its own.
fn collected(status: i32) -> i32 {
    match PARCEL.take() {
        Some(parcel) => resume_unwind(parcel),
        None => status,
    }
}

fn parcel_in_a_thread_local() {
    match catch_unwind(|| collected(simpson(caught, integrates_too))) {
        Ok(status) => println!("the guilty one says: status {status}"),
        Err(_) => println!("the guilty one raises"),
    }
}
