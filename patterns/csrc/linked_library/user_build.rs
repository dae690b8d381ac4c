// Pattern: a package above the -sys crate.
//! build.rs of a package that has C of its own, which includes the header: that of the library which is linked.

fn main() {
    let include = std::env::var("DEP_AB_WINDOW_INCLUDE").expect("ab-window-sys is a dependency of this package");
    let origin = std::env::var("DEP_AB_WINDOW_ORIGIN").expect("as above");
    println!("cargo::rustc-env=AB_WINDOW_ORIGIN={origin}");
    cc::Build::new().include(include).file("header_version.c").compile("header_version");
}
