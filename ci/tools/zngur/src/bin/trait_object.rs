//! A type of Rust's around the trait object, and a class of C++ around that.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

pub struct Rusty<'a>(&'a dyn task::Area);

impl Rusty<'_> {
    fn area(&self) -> f64 {
        self.0.area()
    }
}

fn main() {
    task::trait_object(|shape| generated::glue_twice_area(&Rusty(shape)));
}
