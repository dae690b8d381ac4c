//! The `std::unique_ptr` by value, as the header has it.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn main() {
    task::inheritance(|weight| {
        // SAFETY: not sound: C++ returns it elsewhere than Rust looks for it. This is what happens.
        let owner = unsafe { raw::make_bird(weight) };
        // SAFETY: as above.
        let bird: *mut raw::Bird = unsafe { *std::ptr::from_ref(&owner).cast() };
        // SAFETY: as above.
        unsafe {
            (raw::Animal_weight(bird.cast()), raw::Bird_wings(bird), raw::tenfold(bird.cast()))
        }
    });
}
