//! C++ lends its vector to Rust while it lives.

#[path = "../../../task.rs"]
mod task;

use cpp::cpp;
use std::ffi::c_void;

cpp! {{
    #include "structs.hpp"
}}

#[repr(C)]
struct Point {
    x: f64,
    y: f64,
}

fn each_point(n: i32, mut f: &mut dyn FnMut(f64, f64)) {
    let f = (&raw mut f).cast::<c_void>();
    // SAFETY: C++ hands on `f` as it is here, with the elements of a vector that has some.
    unsafe {
        cpp!([n as "int", f as "void *"] {
            const std::vector<Point> made = points(n);
            const Point *data = made.data();
            size_t size = made.size();
            if (size > 0)
                rust!(each [f: *mut c_void as "void *", data: *const Point as "const Point *", size: usize as "size_t"] {
                    // SAFETY: as said above.
                    let f = unsafe { &mut *f.cast::<&mut dyn FnMut(f64, f64)>() };
                    // SAFETY: as said above.
                    unsafe { std::slice::from_raw_parts(data, size) }.iter().for_each(|point| f(point.x, point.y));
                });
        })
    }
}

fn main() {
    task::structs(each_point);
}
