//! An `async fn`.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    unsafe extern "C++" {
        include!("later.hpp");

        async fn square_later(x: i32) -> i32;
    }
}

fn main() {
    task::later(bridge::square_later);
}
