//! Keeps the version that the -sys crate has found: what is there at run time must not be older.

fn main() {
    // Page `linked_library`: what the build script of a direct dependency has found out.
    let version =
        std::env::var("DEP_GSL_VERSION").expect("ab-gsl-sys is a dependency, and says so");
    println!("cargo::rustc-env=AB_GSL_BUILT={version}");
    println!("cargo::rerun-if-changed=build.rs");
}
