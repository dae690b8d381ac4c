//! The derived object where its base is wanted.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    unsafe extern "C++" {
        include!("inheritance.hpp");

        type Animal;
        type Bird;
        fn make_bird(weight: i32) -> UniquePtr<Bird>;
        fn weight(self: &Bird) -> i32;
        fn wings(self: &Bird) -> i32;
        fn tenfold(animal: &Animal) -> i32;
    }
}

fn main() {
    task::inheritance(|weight| {
        let bird = bridge::make_bird(weight);
        (bird.weight(), bird.wings(), bridge::tenfold(&bird))
    });
}
