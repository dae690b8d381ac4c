//! Has cpp_build take the C++ out of the cell's Rust.

#[path = "../cell.rs"]
mod cell;

fn main() {
    let Some(cell) = cell::Cell::named() else { return };
    cell.compile(&mut cc::Build::new());
    let mut config = cpp_build::Config::new();
    config.flag("-std=c++17").opt_level(2).include("../problems");
    config.build(format!("src/bin/{}.rs", cell.name));
}
