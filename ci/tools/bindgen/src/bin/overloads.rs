//! bindgen numbers the names.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn main() {
    // SAFETY: any numbers will do.
    let circle = |radius| unsafe { raw::area(radius) };
    // SAFETY: as above.
    let rectangle = |width, height| unsafe { raw::area1(width, height) };
    task::overloads(circle, rectangle);
}
