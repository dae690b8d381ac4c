//! The function as the header has it.

#[path = "../../../task.rs"]
mod task;

autocxx::include_cpp! {
    #include "exception.hpp"
    safety!(unsafe_ffi)
    generate!("square_root")
}

fn main() {
    task::exception(|x| Ok(ffi::square_root(x)));
}
