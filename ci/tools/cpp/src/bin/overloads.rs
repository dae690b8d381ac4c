//! C++ chooses.

#[path = "../../../task.rs"]
mod task;

use cpp::cpp;

cpp! {{
    #include "overloads.hpp"
}}

fn circle(radius: f64) -> f64 {
    // SAFETY: any number will do.
    unsafe { cpp!([radius as "double"] -> f64 as "double" { return area(radius); }) }
}

fn rectangle(width: f64, height: f64) -> f64 {
    // SAFETY: any numbers will do.
    unsafe {
        cpp!([width as "double", height as "double"] -> f64 as "double" { return area(width, height); })
    }
}

fn main() {
    task::overloads(circle, rectangle);
}
