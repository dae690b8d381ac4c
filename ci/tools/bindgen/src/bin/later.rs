//! A callback from a thread of C++'s, which ends what it was given.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

use std::ffi::c_void;

unsafe extern "C" fn call(data: *mut c_void, result: i32) {
    // SAFETY: `square` has given it away, and C++ calls once.
    let done = unsafe { Box::from_raw(data.cast::<task::Done>()) };
    done.with(result);
}

fn square(x: i32) -> task::Promise {
    let (done, promise) = task::oneshot();
    // SAFETY: `call` may be called on any thread, and gets what it expects.
    unsafe { raw::glue_square_later(x, Some(call), Box::into_raw(Box::new(done)).cast()) };
    promise
}

fn main() {
    task::later(square);
}
