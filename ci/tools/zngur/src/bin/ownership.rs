//! A type of Rust's that owns an object of C++.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

pub struct Owner(generated::ZngurCppOpaqueOwnedObject);

fn main() {
    task::ownership(generated::make, generated::next, generated::living);
}
