//! Has bindgen read the cell's own header, or the library's.

#[path = "../cell.rs"]
mod cell;

fn main() {
    let Some(cell) = cell::Cell::named() else { return };
    cell.compile(&mut cc::Build::new());
    let own = cell.glue("hpp").map(|file| file.display().to_string());
    let made = bindgen::builder()
        .header(own.unwrap_or(cell.header()))
        .clang_args(["-x", "c++", "-std=c++17", "-I../problems"])
        .allowlist_file(".*(problems|glue)/.*")
        .wrap_unsafe_ops(true)
        .opaque_type("std::.*")
        .generate()
        .unwrap_or_else(|why| panic!("error: {why}"));
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    made.write_to_file(format!("{out}/raw.rs")).expect("written");
}
