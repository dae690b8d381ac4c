//! The closure where the header wants a `std::function`.

#[path = "../../../task.rs"]
mod task;

autocxx::include_cpp! {
    #include "later.hpp"
    safety!(unsafe_ffi)
    generate!("square_later")
}

fn main() {
    task::later(|x| {
        let (done, promise) = task::oneshot();
        ffi::square_later(autocxx::c_int(x), move |result| done.with(result));
        promise
    });
}
