//! A `std::unique_ptr` around the vector.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    struct Point {
        x: f64,
        y: f64,
    }

    unsafe extern "C++" {
        include!("structs_glue.hpp");

        type Point;
        fn glue_points(n: i32) -> UniquePtr<CxxVector<Point>>;
    }
}

fn main() {
    task::structs(|n, f| {
        bridge::glue_points(n).as_slice().iter().for_each(|point| f(point.x, point.y))
    });
}
