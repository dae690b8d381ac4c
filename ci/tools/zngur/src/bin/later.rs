//! A value of Rust's that a lambda of C++ owns and calls.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

fn square(x: i32) -> task::Promise {
    let (done, promise) = task::oneshot();
    generated::glue_square_later(x, done);
    promise
}

fn main() {
    task::later(square);
}
