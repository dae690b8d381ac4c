//! A type of Rust's around the trait object, and a class of C++ around that.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    extern "Rust" {
        type Rusty<'a>;
        fn area(self: &Rusty<'_>) -> f64;
    }

    unsafe extern "C++" {
        include!("trait_object_glue.hpp");

        fn glue_twice_area(shape: &Rusty<'_>) -> f64;
    }
}

struct Rusty<'a>(&'a dyn task::Area);

impl Rusty<'_> {
    fn area(&self) -> f64 {
        self.0.area()
    }
}

fn main() {
    task::trait_object(|shape| bridge::glue_twice_area(&Rusty(shape)));
}
