//! An exception that ends in C++ and goes on as a number and a text.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

use std::ffi::{CStr, c_char};

fn root(x: f64) -> Result<f64, (i32, String)> {
    let (mut root, mut what) = (0.0, [0; 100]);
    // SAFETY: C++ writes at most a number and so many characters, the last of which is zero.
    let number = unsafe { raw::glue_root(x, &mut root, what.as_mut_ptr(), what.len()) };
    if number == 0 {
        return Ok(root);
    }
    // SAFETY: as above.
    let what = unsafe { CStr::from_ptr(what.as_ptr()) };
    Err((number, what.to_string_lossy().into_owned()))
}

fn main() {
    task::exception(root);
}
