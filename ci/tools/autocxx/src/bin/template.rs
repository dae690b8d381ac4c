//! One function for each type that is wanted.

#[path = "../../../task.rs"]
mod task;

autocxx::include_cpp! {
    #include "template_glue.hpp"
    safety!(unsafe_ffi)
    generate!("largest_f64")
    generate!("largest_i32")
}

fn largest_f64(x: &[f64]) -> f64 {
    assert!(!x.is_empty(), "the largest of none");
    // SAFETY: C++ reads the slice, which has elements.
    unsafe { ffi::largest_f64(x.as_ptr(), x.len()) }
}

fn largest_i32(x: &[i32]) -> i32 {
    assert!(!x.is_empty(), "the largest of none");
    // SAFETY: as above.
    unsafe { ffi::largest_i32(x.as_ptr().cast(), x.len()) }.0
}

fn main() {
    task::template(largest_f64, largest_i32);
}
