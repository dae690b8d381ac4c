//! A function of Rust's for each element.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

pub struct Each<'a>(&'a mut dyn FnMut(f64, f64));

impl Each<'_> {
    fn point(&mut self, x: f64, y: f64) {
        (self.0)(x, y);
    }
}

fn main() {
    task::structs(|n, f| generated::glue_points(n, &mut Each(f)));
}
