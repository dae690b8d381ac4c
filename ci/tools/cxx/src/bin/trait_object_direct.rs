//! The trait object as the header would have it.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    unsafe extern "C++" {
        include!("trait_object.hpp");

        fn twice_area(shape: &dyn Area) -> f64;
    }
}

fn main() {
    task::trait_object(bridge::twice_area);
}
