//! Has cpp_build take the C++ out of the cell's Rust.

#[path = "../cell.rs"]
mod cell;

fn main() {
    let Some(cell) = cell::Cell::named() else { return };
    let mut config = cpp_build::Config::new();
    config.flag("-std=c++17").opt_level(2).include("../problems");
    config.build(format!("src/bin/{}.rs", cell.name));
    // After what calls it, as the linker wants it.
    cell.compile(&mut cc::Build::new());
}
