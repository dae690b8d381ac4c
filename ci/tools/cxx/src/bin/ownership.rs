//! The `std::unique_ptr`, as the header has it.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    unsafe extern "C++" {
        include!("ownership.hpp");

        type Counter;
        fn make_counter(first: i32) -> UniquePtr<Counter>;
        fn next(self: Pin<&mut Counter>) -> i32;
        fn living() -> i32;
    }
}

fn main() {
    task::ownership(bridge::make_counter, |counter| counter.pin_mut().next(), bridge::living);
}
