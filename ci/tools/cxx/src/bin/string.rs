//! Strings of Rust's on both sides of a function of C++.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    unsafe extern "C++" {
        include!("string_glue.hpp");

        fn glue_greet(name: &str) -> String;
    }
}

fn main() {
    task::string(bridge::glue_greet);
}
