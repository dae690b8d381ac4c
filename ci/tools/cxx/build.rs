//! Has cxx write both halves of the cell's bridge.

#[path = "../cell.rs"]
mod cell;

fn main() {
    if let Some(cell) = cell::Cell::named() {
        cell.compile(&mut cxx_build::bridge(format!("src/bin/{}.rs", cell.name)));
    }
}
