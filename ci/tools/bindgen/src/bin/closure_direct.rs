//! The closure where the header wants a `std::function`.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod raw {
    include!(concat!(env!("OUT_DIR"), "/raw.rs"));
}

fn main() {
    // SAFETY: never compiled.
    task::closure(|n, f| unsafe { raw::sum_over(n, f) });
}
