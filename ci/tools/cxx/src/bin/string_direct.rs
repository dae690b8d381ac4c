//! The function as the header has it.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    unsafe extern "C++" {
        include!("string.hpp");

        fn greet(name: &CxxString) -> CxxString;
    }
}

fn main() {
    cxx::let_cxx_string!(name = "you");
    task::string(|_| bridge::greet(&name).to_string());
}
