//! A callback from a thread of C++'s, which ends what it was given.

#[path = "../../../task.rs"]
mod task;

use std::ffi::c_void;

type Call = unsafe extern "C" fn(*mut c_void, i32);

unsafe extern "C" {
    fn glue_square_later(x: i32, done: Call, data: *mut c_void);
}

unsafe extern "C" fn call(data: *mut c_void, result: i32) {
    // SAFETY: `square` has given it away, and C++ calls once.
    let done = unsafe { Box::from_raw(data.cast::<task::Done>()) };
    done.with(result);
}

fn square(x: i32) -> task::Promise {
    let (done, promise) = task::oneshot();
    // SAFETY: `call` may be called on any thread, and gets what it expects.
    unsafe { glue_square_later(x, call, Box::into_raw(Box::new(done)).cast()) };
    promise
}

fn main() {
    task::later(square);
}
