//! A class of C++ in Rust, whose virtual function is in Rust.

#[path = "../../../task.rs"]
mod task;

use cpp::cpp;
use std::ffi::c_void;

cpp! {{
    #include "trait_object.hpp"
}}

fn twice_area(shape: &dyn task::Area) -> f64 {
    let shape = (&raw const shape).cast::<c_void>();
    // SAFETY: the class gets the pointer back as it is here, and lives only during this call.
    unsafe {
        cpp!([shape as "const void *"] -> f64 as "double" {
            struct Rusty : Shape {
                const void *shape;
                explicit Rusty(const void *shape) : shape(shape) {}
                double area() const override {
                    return rust!(call [shape: *const c_void as "const void *"] -> f64 as "double" {
                        // SAFETY: as said above.
                        unsafe { &*shape.cast::<&dyn crate::task::Area>() }.area()
                    });
                }
            };
            return twice_area(Rusty(shape));
        })
    }
}

fn main() {
    task::trait_object(twice_area);
}
