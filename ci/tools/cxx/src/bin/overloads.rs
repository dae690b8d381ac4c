//! A declaration for each, under a name of its own.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    unsafe extern "C++" {
        include!("overloads.hpp");

        #[cxx_name = "area"]
        fn circle(radius: f64) -> f64;
        #[cxx_name = "area"]
        fn rectangle(width: f64, height: f64) -> f64;
    }
}

fn main() {
    task::overloads(bridge::circle, bridge::rectangle);
}
