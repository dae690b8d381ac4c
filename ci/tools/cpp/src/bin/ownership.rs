//! A type of Rust's that has the bytes and the destructor of the `std::unique_ptr`.

#[path = "../../../task.rs"]
mod task;

use cpp::{cpp, cpp_class};

cpp! {{
    #include "ownership.hpp"
}}

cpp_class!(unsafe struct Owner as "std::unique_ptr<Counter>");

fn make(first: i32) -> Owner {
    // SAFETY: any number will do.
    unsafe {
        cpp!([first as "int"] -> Owner as "std::unique_ptr<Counter>" { return make_counter(first); })
    }
}

fn next(owner: &mut Owner) -> i32 {
    // SAFETY: it lives, and nobody else has it.
    unsafe {
        cpp!([owner as "std::unique_ptr<Counter> *"] -> i32 as "int" { return (*owner)->next(); })
    }
}

fn living() -> i32 {
    // SAFETY: reads a number that only this thread changes.
    unsafe { cpp!([] -> i32 as "int" { return living(); }) }
}

fn main() {
    task::ownership(make, next, living);
}
