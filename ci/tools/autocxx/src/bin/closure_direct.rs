//! The closure where the header wants a `std::function`.

#[path = "../../../task.rs"]
mod task;

autocxx::include_cpp! {
    #include "closure.hpp"
    safety!(unsafe_ffi)
    generate!("sum_over")
}

fn main() {
    task::closure(|n, f| ffi::sum_over(autocxx::c_int(n), f));
}
