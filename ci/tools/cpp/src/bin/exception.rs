//! The exception ends in C++, which hands its parts to Rust.

#[path = "../../../task.rs"]
mod task;

use cpp::cpp;
use std::ffi::{CStr, c_char};

cpp! {{
    #include "exception.hpp"
}}

fn root(x: f64) -> Result<f64, (i32, String)> {
    let mut failed: Result<f64, (i32, String)> = Ok(0.0);
    let why = &raw mut failed;
    // SAFETY: C++ hands on the pointer as it is here, and a text that ends with zero, only during this call.
    let root = unsafe {
        cpp!([x as "double", why as "void *"] -> f64 as "double" {
            int number = -1;
            std::string what = "unknown";
            try {
                return square_root(x);
            } catch (const out_of_domain &thrown) {
                number = thrown.number;
                what = thrown.what();
            } catch (...) {
            }
            const char *text = what.c_str();
            rust!(fail [why: *mut Result<f64, (i32, String)> as "void *", number: i32 as "int", text: *const c_char as "const char *"] {
                // SAFETY: as said above.
                let (why, text) = unsafe { (&mut *why, CStr::from_ptr(text)) };
                *why = Err((number, text.to_string_lossy().into_owned()));
            });
            return 0;
        })
    };
    failed.map(|_| root)
}

fn main() {
    task::exception(root);
}
