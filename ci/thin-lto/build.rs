//! Compiles the C of the pattern, with the compiler and the flags that the script chooses.

fn main() {
    let folder = "../../patterns/csrc/thin_lto";
    println!("cargo::rerun-if-changed={folder}");
    cc::Build::new().include(folder).file(format!("{folder}/thin_lto.c")).compile("thin_lto");
}
