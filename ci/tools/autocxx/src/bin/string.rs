//! The function as the header has it: the string comes back in a `UniquePtr`.

#[path = "../../../task.rs"]
mod task;

autocxx::include_cpp! {
    #include "string.hpp"
    safety!(unsafe_ffi)
    generate!("greet")
}

fn main() {
    task::string(|name| {
        cxx::let_cxx_string!(name = name);
        ffi::greet(&name).to_string()
    });
}
