//! A class of C++ whose virtual function calls a function of Rust.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

use std::ffi::c_void;

unsafe extern "C" fn call(data: *const c_void) -> f64 {
    // SAFETY: `twice_area` points to such a reference, and waits for C++ to be done with it.
    unsafe { &*data.cast::<&dyn task::Area>() }.area()
}

fn twice_area(shape: &dyn task::Area) -> f64 {
    // SAFETY: `call` gets the pointer back as it is here, and only during this call.
    unsafe { raw::glue_twice_area(Some(call), (&raw const shape).cast()) }
}

fn main() {
    task::trait_object(twice_area);
}
