//! A declaration for each type: C++ deduces which function of the template it is.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    unsafe extern "C++" {
        include!("template.hpp");

        #[cxx_name = "largest"]
        unsafe fn largest_f64(x: *const f64, n: usize) -> f64;
        #[cxx_name = "largest"]
        unsafe fn largest_i32(x: *const i32, n: usize) -> i32;
    }
}

fn largest_f64(x: &[f64]) -> f64 {
    assert!(!x.is_empty(), "the largest of none");
    // SAFETY: C++ reads the slice, which has elements.
    unsafe { bridge::largest_f64(x.as_ptr(), x.len()) }
}

fn largest_i32(x: &[i32]) -> i32 {
    assert!(!x.is_empty(), "the largest of none");
    // SAFETY: as above.
    unsafe { bridge::largest_i32(x.as_ptr(), x.len()) }
}

fn main() {
    task::template(largest_f64, largest_i32);
}
