//! The object lives in C++ only.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

#[derive(Default)]
pub struct Found((i32, i32, i32));

impl Found {
    fn set(&mut self, weight: i32, wings: i32, legs: i32) {
        self.0 = (weight, wings, legs);
    }
}

fn main() {
    task::inheritance(|weight| {
        let mut found = Found::default();
        generated::of_a_bird(weight, &mut found);
        found.0
    });
}
