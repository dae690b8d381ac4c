//! The str where the header wants a `std::string`.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn main() {
    // SAFETY: never compiled.
    task::string(|name| unsafe { raw::greet(name) });
}
