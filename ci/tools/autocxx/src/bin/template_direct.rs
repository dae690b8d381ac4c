//! The template by its name.

#[path = "../../../task.rs"]
mod task;

autocxx::include_cpp! {
    #include "template.hpp"
    safety!(unsafe_ffi)
    generate!("largest")
}

fn main() {
    // SAFETY: never compiled.
    let largest_f64 = |x: &[f64]| unsafe { ffi::largest(x.as_ptr(), x.len()) };
    // SAFETY: as above.
    let largest_i32 = |x: &[i32]| unsafe { ffi::largest(x.as_ptr(), x.len()) };
    task::template(largest_f64, largest_i32);
}
