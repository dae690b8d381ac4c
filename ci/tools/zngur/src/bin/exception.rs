//! The exception ends in C++, which hands its parts to Rust.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

#[derive(Default)]
pub struct Failed(i32, String);

impl Failed {
    fn set(&mut self, number: i32, what: *const i8) {
        // SAFETY: C++ hands on a text that ends with zero.
        let what = unsafe { std::ffi::CStr::from_ptr(what) };
        *self = Failed(number, what.to_string_lossy().into_owned());
    }
}

fn root(x: f64) -> Result<f64, (i32, String)> {
    let mut failed = Failed::default();
    let root = generated::glue_root(x, &mut failed);
    if failed.0 == 0 { Ok(root) } else { Err((failed.0, failed.1)) }
}

fn main() {
    task::exception(root);
}
