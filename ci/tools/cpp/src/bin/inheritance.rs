//! The object lives in C++ only.

#[path = "../../../task.rs"]
mod task;

use cpp::cpp;

cpp! {{
    #include "inheritance.hpp"
}}

fn of_a_bird(weight: i32) -> (i32, i32, i32) {
    let mut found = [0; 3];
    let to = found.as_mut_ptr();
    // SAFETY: C++ writes three numbers.
    unsafe {
        cpp!([weight as "int", to as "int *"] {
            const std::unique_ptr<Bird> bird = make_bird(weight);
            to[0] = bird->weight();
            to[1] = bird->wings();
            to[2] = tenfold(*bird);
        })
    }
    found.into()
}

fn main() {
    task::inheritance(of_a_bird);
}
