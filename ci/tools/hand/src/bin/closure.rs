//! A closure for `std::function`, by a function and a pointer.

#[path = "../../../task.rs"]
mod task;

use std::ffi::c_void;

type Call = unsafe extern "C" fn(*mut c_void, f64) -> f64;

unsafe extern "C" {
    fn glue_sum_over(n: i32, f: Call, data: *mut c_void) -> f64;
}

unsafe extern "C" fn call(data: *mut c_void, x: f64) -> f64 {
    // SAFETY: `sum_over` points to such a closure, and waits for C++ to be done with it.
    let f = unsafe { &mut *data.cast::<&mut dyn FnMut(f64) -> f64>() };
    f(x)
}

fn sum_over(n: i32, mut f: &mut dyn FnMut(f64) -> f64) -> f64 {
    // SAFETY: `call` gets the pointer back as it is here, and only during this call.
    unsafe { glue_sum_over(n, call, (&raw mut f).cast()) }
}

fn main() {
    task::closure(sum_over);
}
