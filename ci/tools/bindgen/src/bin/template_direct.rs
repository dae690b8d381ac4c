//! The template by its name.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn main() {
    // SAFETY: never compiled.
    let largest_f64 = |x: &[f64]| unsafe { raw::largest(x.as_ptr(), x.len()) };
    // SAFETY: as above.
    let largest_i32 = |x: &[i32]| unsafe { raw::largest(x.as_ptr(), x.len()) };
    task::template(largest_f64, largest_i32);
}
