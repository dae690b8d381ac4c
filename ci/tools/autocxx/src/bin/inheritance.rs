//! The classes as the header has them; a derived object as its base by `as_ref`.

#[path = "../../../task.rs"]
mod task;

autocxx::include_cpp! {
    #include "inheritance.hpp"
    safety!(unsafe_ffi)
    generate!("Animal")
    generate!("Bird")
    generate!("make_bird")
    generate!("tenfold")
}

fn of_a_bird(weight: i32) -> (i32, i32, i32) {
    let bird = ffi::make_bird(autocxx::c_int(weight));
    let animal: &ffi::Animal = (*bird).as_ref();
    (animal.weight().0, bird.wings().0, ffi::tenfold(animal).0)
}

fn main() {
    task::inheritance(of_a_bird);
}
