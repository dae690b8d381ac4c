//! An owner whose drop calls C++.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

struct Counter(*mut raw::Counter);

impl Counter {
    fn new(first: i32) -> Counter {
        // SAFETY: any number will do.
        Counter(unsafe { raw::glue_counter(first) })
    }

    fn next(&mut self) -> i32 {
        // SAFETY: it lives until this is dropped, and nobody else has it.
        unsafe { raw::glue_next(self.0) }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        // SAFETY: as above, and nobody uses it after.
        unsafe { raw::glue_free(self.0) }
    }
}

fn living() -> i32 {
    // SAFETY: reads a number that only this thread changes.
    unsafe { raw::glue_living() }
}

fn main() {
    task::ownership(Counter::new, Counter::next, living);
}
