//! A call for each type.

#[path = "../../../task.rs"]
mod task;

use cpp::cpp;

cpp! {{
    #include "template.hpp"
}}

fn largest_f64(x: &[f64]) -> f64 {
    assert!(!x.is_empty(), "the largest of none");
    let (x, n) = (x.as_ptr(), x.len());
    // SAFETY: C++ reads the slice, which has elements.
    unsafe {
        cpp!([x as "const double *", n as "size_t"] -> f64 as "double" { return largest(x, n); })
    }
}

fn largest_i32(x: &[i32]) -> i32 {
    assert!(!x.is_empty(), "the largest of none");
    let (x, n) = (x.as_ptr(), x.len());
    // SAFETY: as above.
    unsafe { cpp!([x as "const int *", n as "size_t"] -> i32 as "int" { return largest(x, n); }) }
}

fn main() {
    task::template(largest_f64, largest_i32);
}
