//! A class of Rust's that derives from the one of C++.

#[path = "../../../task.rs"]
mod task;

use autocxx::subclass::prelude::*;

autocxx::include_cpp! {
    #include "trait_object.hpp"
    safety!(unsafe_ffi)
    generate!("Shape")
    generate!("twice_area")
}

#[is_subclass(superclass("Shape"))]
#[derive(Default)]
pub struct Rusty {
    area: Option<*const dyn task::Area>,
}

impl ffi::Shape_methods for Rusty {
    fn area(&self) -> f64 {
        let shape = self.area.expect("twice_area has set it");
        // SAFETY: `twice_area` borrows it, and ends this object before it returns.
        unsafe { &*shape }.area()
    }
}

fn twice_area(shape: &dyn task::Area) -> f64 {
    let rusty = Rusty::default_rust_owned();
    // SAFETY: only the lifetime changes, and `rusty` ends with this function.
    let shape: *const (dyn task::Area + 'static) = unsafe { std::mem::transmute(shape) };
    rusty.borrow_mut().area = Some(shape);
    ffi::twice_area(rusty.as_ref().borrow().as_ref())
}

fn main() {
    task::trait_object(twice_area);
}
