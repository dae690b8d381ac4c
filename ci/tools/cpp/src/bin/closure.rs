//! C++ in Rust, and Rust in that: the lambda calls the closure.

#[path = "../../../task.rs"]
mod task;

use cpp::cpp;
use std::ffi::c_void;

cpp! {{
    #include "closure.hpp"
}}

fn sum_over(n: i32, mut f: &mut dyn FnMut(f64) -> f64) -> f64 {
    let f = (&raw mut f).cast::<c_void>();
    // SAFETY: the lambda gets the pointer back as it is here, and is called only during this call.
    unsafe {
        cpp!([n as "int", f as "void *"] -> f64 as "double" {
            return sum_over(n, [&](double x) {
                return rust!(call [f: *mut c_void as "void *", x: f64 as "double"] -> f64 as "double" {
                    // SAFETY: as said above.
                    let f = unsafe { &mut *f.cast::<&mut dyn FnMut(f64) -> f64>() };
                    f(x)
                });
            });
        })
    }
}

fn main() {
    task::closure(sum_over);
}
