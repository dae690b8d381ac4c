//! A function of C++ that makes a base of the derived object.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    unsafe extern "C++" {
        include!("inheritance_glue.hpp");

        type Animal;
        type Bird;
        fn make_bird(weight: i32) -> UniquePtr<Bird>;
        fn weight(self: &Bird) -> i32;
        fn wings(self: &Bird) -> i32;
        fn tenfold(animal: &Animal) -> i32;
        fn glue_animal(bird: &Bird) -> &Animal;
    }
}

fn main() {
    task::inheritance(|weight| {
        let bird = bridge::make_bird(weight);
        (bird.weight(), bird.wings(), bridge::tenfold(bridge::glue_animal(&bird)))
    });
}
