//! The closure where the header wants a `std::function`.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn main() {
    task::later(|x| {
        let (done, promise) = task::oneshot();
        // SAFETY: never compiled.
        unsafe { raw::square_later(x, move |result| done.with(result)) };
        promise
    });
}
