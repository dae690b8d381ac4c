//! An owner whose drop calls C++.

#[path = "../../../task.rs"]
mod task;

#[repr(C)]
struct Raw([u8; 0]);

unsafe extern "C" {
    fn glue_counter(first: i32) -> *mut Raw;
    fn glue_next(counter: *mut Raw) -> i32;
    fn glue_free(counter: *mut Raw);
    fn glue_living() -> i32;
}

struct Counter(*mut Raw);

impl Counter {
    fn new(first: i32) -> Counter {
        // SAFETY: any number will do.
        Counter(unsafe { glue_counter(first) })
    }

    fn next(&mut self) -> i32 {
        // SAFETY: it lives until this is dropped, and nobody else has it.
        unsafe { glue_next(self.0) }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        // SAFETY: as above, and nobody uses it after.
        unsafe { glue_free(self.0) }
    }
}

fn living() -> i32 {
    // SAFETY: reads a number that only this thread changes.
    unsafe { glue_living() }
}

fn main() {
    task::ownership(Counter::new, Counter::next, living);
}
