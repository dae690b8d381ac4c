//! Has autocxx write both halves of what the cell wants of the header.

#[path = "../cell.rs"]
mod cell;

fn main() {
    let Some(cell) = cell::Cell::named() else { return };
    let made =
        autocxx_build::Builder::new(format!("src/bin/{}.rs", cell.name), ["../problems", "glue"])
            .auto_allowlist(true)
            .extra_clang_args(&["-std=c++17"])
            .build();
    cell.compile(&mut made.unwrap_or_else(|why| panic!("error: {why}")));
}
