//! Compiles the bugs with CFLAGS and CXXFLAGS, which bring the sanitizers.

fn main() {
    println!("cargo::rerun-if-changed=csrc");
    // Optimised as the crate's own C is. The bugs are deliberate, so no warnings about them.
    cc::Build::new().file("csrc/bugs.c").std("c11").opt_level(3).warnings(false).compile("bugs_c");
    cc::Build::new()
        .cpp(true)
        .file("csrc/bugs.cpp")
        .std("c++17")
        .opt_level(3)
        .warnings(false)
        .compile("bugs_cpp");
}
