//! The function as the header has it: the vector comes back in a `UniquePtr`.

#[path = "../../../task.rs"]
mod task;

autocxx::include_cpp! {
    #include "structs.hpp"
    safety!(unsafe_ffi)
    generate_pod!("Point")
    generate!("points")
}

fn main() {
    task::structs(|n, f| {
        ffi::points(autocxx::c_int(n)).iter().for_each(|point| f(point.x, point.y));
    });
}
