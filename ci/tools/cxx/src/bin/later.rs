//! A box of Rust's that a lambda of C++ owns and calls.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    extern "Rust" {
        type Done;
        #[cxx_name = "call"]
        fn with(self: &Done, result: i32);
    }

    unsafe extern "C++" {
        include!("later_glue.hpp");

        fn glue_square_later(x: i32, done: Box<Done>);
    }
}

use task::Done;

fn square(x: i32) -> task::Promise {
    let (done, promise) = task::oneshot();
    bridge::glue_square_later(x, Box::new(done));
    promise
}

fn main() {
    task::later(square);
}
