//! A type of Rust's around the closure, which a lambda of C++ calls.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    extern "Rust" {
        type Closure<'a>;
        fn call(self: &mut Closure<'_>, x: f64) -> f64;
    }

    unsafe extern "C++" {
        include!("closure_glue.hpp");

        fn glue_sum_over(n: i32, f: &mut Closure<'_>) -> f64;
    }
}

struct Closure<'a>(&'a mut dyn FnMut(f64) -> f64);

impl Closure<'_> {
    fn call(&mut self, x: f64) -> f64 {
        (self.0)(x)
    }
}

fn main() {
    task::closure(|n, f| bridge::glue_sum_over(n, &mut Closure(f)));
}
