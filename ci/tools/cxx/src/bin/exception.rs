//! A struct that both sides know, with number and text.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    struct Root {
        value: f64,
        number: i32,
        what: String,
    }

    unsafe extern "C++" {
        include!("exception_glue.hpp");

        fn glue_root(x: f64) -> Root;
    }
}

fn root(x: f64) -> Result<f64, (i32, String)> {
    let root = bridge::glue_root(x);
    if root.number == 0 { Ok(root.value) } else { Err((root.number, root.what)) }
}

fn main() {
    task::exception(root);
}
