//! Compiles the defects that only C and C++ can have.

#[path = "../build/flags.rs"]
mod flags;

fn main() -> std::process::ExitCode {
    flags::ours_last(build)
}

fn build() {
    println!("cargo::rerun-if-changed=csrc");
    cc::Build::new()
        .flags(["-Wall", "-Wextra"])
        .files(["csrc/fatal.c", "csrc/mutants.c", "csrc/harm.c"])
        .compile("abreast_mutants");
    println!("cargo::rerun-if-changed=src/cpp.rs");
    cxx_build::bridge("src/cpp.rs")
        .flags(["-Wall", "-Wextra"])
        // Headers are included by their path from the workspace.
        .include("..")
        .file("csrc/throws.cpp")
        .compile("abreast_mutants_cpp");
    // fesetround lives in libm.
    if std::env::var_os("CARGO_CFG_UNIX").is_some() {
        println!("cargo::rustc-link-lib=m");
    }
}
