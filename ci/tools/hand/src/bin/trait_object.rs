//! A class of C++ whose virtual function calls a function of Rust.

#[path = "../../../task.rs"]
mod task;

use std::ffi::c_void;

type Call = unsafe extern "C" fn(*const c_void) -> f64;

unsafe extern "C" {
    fn glue_twice_area(area: Call, data: *const c_void) -> f64;
}

unsafe extern "C" fn call(data: *const c_void) -> f64 {
    // SAFETY: `twice_area` points to such a reference, and waits for C++ to be done with it.
    unsafe { &*data.cast::<&dyn task::Area>() }.area()
}

fn twice_area(shape: &dyn task::Area) -> f64 {
    // SAFETY: `call` gets the pointer back as it is here, and only during this call.
    unsafe { glue_twice_area(call, (&raw const shape).cast()) }
}

fn main() {
    task::trait_object(twice_area);
}
