//! `Result`, as cxx has it: it keeps the text and not the number.

#[path = "../../../task.rs"]
mod task;

#[cxx::bridge]
mod bridge {
    unsafe extern "C++" {
        include!("exception.hpp");

        fn square_root(x: f64) -> Result<f64>;
    }
}

fn main() {
    task::exception(|x| bridge::square_root(x).map_err(|why| (0, why.what().to_owned())));
}
