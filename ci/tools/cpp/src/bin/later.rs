//! The lambda hands what it was given back to Rust.

#[path = "../../../task.rs"]
mod task;

use cpp::cpp;

cpp! {{
    #include "later.hpp"
}}

fn square(x: i32) -> task::Promise {
    let (done, promise) = task::oneshot();
    let done = Box::into_raw(Box::new(done));
    // SAFETY: C++ calls the lambda once, on any thread, with the pointer as it is here.
    unsafe {
        cpp!([x as "int", done as "void *"] {
            void *kept = done;
            square_later(x, [kept](int result) {
                rust!(call [kept: *mut crate::task::Done as "void *", result: i32 as "int"] {
                    // SAFETY: as said above.
                    unsafe { Box::from_raw(kept) }.with(result);
                });
            });
        })
    }
    promise
}

fn main() {
    task::later(square);
}
