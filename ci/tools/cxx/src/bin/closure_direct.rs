//! The closure as the header would have it.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    unsafe extern "C++" {
        include!("closure.hpp");

        fn sum_over(n: i32, f: &dyn FnMut(f64) -> f64) -> f64;
    }
}

fn main() {
    task::closure(|n, f| bridge::sum_over(n, f));
}
