//! The trait object where the header wants its class.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn main() {
    // SAFETY: never compiled.
    task::trait_object(|shape| unsafe { raw::twice_area(shape) });
}
