//! The `std::unique_ptr` by value, as the header has it.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn next<T>(counter: &mut T) -> i32 {
    // SAFETY: not sound: the owner is taken for a pointer to what it owns. This is what happens.
    unsafe { raw::Counter_next(*std::ptr::from_mut(counter).cast()) }
}

fn main() {
    // SAFETY: not sound: C++ returns it elsewhere than Rust looks for it.
    let make = |first| unsafe { raw::make_counter(first) };
    // SAFETY: reads a number.
    task::ownership(make, next, || unsafe { raw::living() });
}
