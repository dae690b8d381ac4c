//! autocxx numbers the names.

#[path = "../../../task.rs"]
mod task;

autocxx::include_cpp! {
    #include "overloads.hpp"
    safety!(unsafe_ffi)
    generate!("area")
}

fn main() {
    task::overloads(ffi::area, ffi::area1);
}
