//! The `std::unique_ptr`, as the header has it.

#[path = "../../../task.rs"]
mod task;

autocxx::include_cpp! {
    #include "ownership.hpp"
    safety!(unsafe_ffi)
    generate!("Counter")
    generate!("make_counter")
    generate!("living")
}

fn main() {
    task::ownership(
        |first| ffi::make_counter(autocxx::c_int(first)),
        |counter| counter.pin_mut().next().0,
        || ffi::living().0,
    );
}
