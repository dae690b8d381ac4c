//! C++ reads a str, and has Rust make a string.

#[path = "../../../task.rs"]
mod task;

#[allow(warnings)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

fn copied(text: *const u8, size: usize) -> String {
    // SAFETY: C++ hands on the text and the size of a string that lives.
    let text = unsafe { std::slice::from_raw_parts(text, size) };
    String::from_utf8_lossy(text).into_owned()
}

fn main() {
    task::string(generated::glue_greet);
}
