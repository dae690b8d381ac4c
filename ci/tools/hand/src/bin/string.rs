//! Strings as pointer and length; the one that comes back is copied, then freed by C++.

#[path = "../../../task.rs"]
mod task;

use std::ffi::c_char;

unsafe extern "C" {
    fn glue_greet(name: *const c_char, length: usize, greeted: *mut usize) -> *mut c_char;
    fn glue_free(text: *mut c_char);
}

fn greet(name: &str) -> String {
    let mut length = 0;
    // SAFETY: C++ reads the name and writes a length.
    let text = unsafe { glue_greet(name.as_ptr().cast(), name.len(), &mut length) };
    // SAFETY: as long as C++ has said.
    let greeting = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), length) };
    let greeting = String::from_utf8_lossy(greeting).into_owned();
    // SAFETY: it is C++'s own, and not used any more.
    unsafe { glue_free(text) };
    greeting
}

fn main() {
    task::string(greet);
}
