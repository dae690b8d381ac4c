//! A type of Rust's around the closure, which a lambda of C++ calls.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

pub struct Closure<'a>(&'a mut dyn FnMut(f64) -> f64);

impl Closure<'_> {
    fn call(&mut self, x: f64) -> f64 {
        (self.0)(x)
    }
}

fn main() {
    task::closure(|n, f| generated::glue_sum_over(n, &mut Closure(f)));
}
