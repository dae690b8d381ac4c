//! Has zngur write both halves of what the cell's own file says.

#[path = "../cell.rs"]
mod cell;

fn main() {
    let Some(cell) = cell::Cell::named() else { return };
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets it"));
    zngur::Zngur::from_zng_file(cell.glue("zng").expect("every cell has one"))
        .with_cpp_file(out.join("generated.cpp"))
        .with_h_file(out.join("generated.h"))
        .with_rs_file(out.join("generated.rs"))
        .with_zng_header(out.join("zngur.h"))
        .with_crate_name("crate")
        .generate();
    let mut build = cc::Build::new();
    let generated = out.join("generated.cpp");
    build.include(&out).files(generated.exists().then_some(generated));
    cell.compile(&mut build);
}
