//! The elements of the vector that comes back by value.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn main() {
    // SAFETY: never compiled.
    task::structs(|n, f| unsafe { raw::points(n) }.iter().for_each(|point| f(point.x, point.y)));
}
