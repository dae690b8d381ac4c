//! Compiles the library and the `extern "C"` functions over it.

#[path = "../cell.rs"]
mod cell;

fn main() {
    if let Some(cell) = cell::Cell::named() {
        cell.compile(&mut cc::Build::new());
    }
}
