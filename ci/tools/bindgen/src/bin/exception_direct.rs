//! The function as the header has it.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn main() {
    // SAFETY: not sound: it throws. This is what happens.
    task::exception(|x| Ok(unsafe { raw::square_root(x) }));
}
