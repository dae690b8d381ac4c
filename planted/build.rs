//! Compiles the defects that only C can have.

fn main() {
    println!("cargo::rerun-if-changed=csrc");
    cc::Build::new()
        .std("c11")
        .flags(["-ffp-contract=off", "-Wall", "-Wextra"])
        .files(["csrc/planted.c", "csrc/harm.c"])
        .compile("abreast_planted");
    // fesetround lives in libm.
    if std::env::var_os("CARGO_CFG_UNIX").is_some() {
        println!("cargo::rustc-link-lib=m");
    }
}
