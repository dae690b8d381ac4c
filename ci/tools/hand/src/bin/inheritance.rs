//! The object behind a pointer; a function for each of its own and of its base.

#[path = "../../../task.rs"]
mod task;

#[repr(C)]
struct Bird([u8; 0]);

unsafe extern "C" {
    fn glue_bird(weight: i32) -> *mut Bird;
    fn glue_weight(bird: *const Bird) -> i32;
    fn glue_wings(bird: *const Bird) -> i32;
    fn glue_tenfold(bird: *const Bird) -> i32;
    fn glue_free(bird: *mut Bird);
}

fn of_a_bird(weight: i32) -> (i32, i32, i32) {
    // SAFETY: any number will do.
    let bird = unsafe { glue_bird(weight) };
    // SAFETY: what has been made above.
    let found = unsafe { (glue_weight(bird), glue_wings(bird), glue_tenfold(bird)) };
    // SAFETY: not used any more.
    unsafe { glue_free(bird) };
    found
}

fn main() {
    task::inheritance(of_a_bird);
}
