//! The function as the header has it.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    struct Point {
        x: f64,
        y: f64,
    }

    unsafe extern "C++" {
        include!("structs.hpp");

        type Point;
        fn points(n: i32) -> CxxVector<Point>;
    }
}

fn main() {
    task::structs(|n, f| bridge::points(n).iter().for_each(|point| f(point.x, point.y)));
}
