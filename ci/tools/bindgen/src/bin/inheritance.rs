//! The object behind a pointer; a function for each of its own and of its base.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn of_a_bird(weight: i32) -> (i32, i32, i32) {
    // SAFETY: any number will do.
    let bird = unsafe { raw::glue_bird(weight) };
    // SAFETY: what has been made above.
    let found = unsafe { (raw::glue_weight(bird), raw::glue_wings(bird), raw::glue_tenfold(bird)) };
    // SAFETY: not used any more.
    unsafe { raw::glue_free(bird) };
    found
}

fn main() {
    task::inheritance(of_a_bird);
}
