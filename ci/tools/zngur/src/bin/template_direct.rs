//! One function for each type that is wanted; of a pointer only as many bytes arrive as its target has.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

fn largest_f64(x: &[f64]) -> f64 {
    assert!(!x.is_empty(), "the largest of none");
    generated::largest_f64(x.as_ptr(), x.len())
}

fn largest_i32(x: &[i32]) -> i32 {
    assert!(!x.is_empty(), "the largest of none");
    generated::largest_i32(x.as_ptr(), x.len())
}

fn main() {
    task::template(largest_f64, largest_i32);
}
