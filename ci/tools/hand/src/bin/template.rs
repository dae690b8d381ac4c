//! One function for each type that is wanted.

#[path = "../../../task.rs"]
mod task;

unsafe extern "C" {
    fn glue_largest_f64(x: *const f64, n: usize) -> f64;
    fn glue_largest_i32(x: *const i32, n: usize) -> i32;
}

fn largest_f64(x: &[f64]) -> f64 {
    assert!(!x.is_empty(), "the largest of none");
    // SAFETY: C++ reads the slice, which has elements.
    unsafe { glue_largest_f64(x.as_ptr(), x.len()) }
}

fn largest_i32(x: &[i32]) -> i32 {
    assert!(!x.is_empty(), "the largest of none");
    // SAFETY: as above.
    unsafe { glue_largest_i32(x.as_ptr(), x.len()) }
}

fn main() {
    task::template(largest_f64, largest_i32);
}
