//! A closure for `std::function`, by a function and a pointer.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

use std::ffi::c_void;

unsafe extern "C" fn call(data: *mut c_void, x: f64) -> f64 {
    // SAFETY: `sum_over` points to such a closure, and waits for C++ to be done with it.
    let f = unsafe { &mut *data.cast::<&mut dyn FnMut(f64) -> f64>() };
    f(x)
}

fn sum_over(n: i32, mut f: &mut dyn FnMut(f64) -> f64) -> f64 {
    // SAFETY: `call` gets the pointer back as it is here, and only during this call.
    unsafe { raw::glue_sum_over(n, Some(call), (&raw mut f).cast()) }
}

fn main() {
    task::closure(sum_over);
}
