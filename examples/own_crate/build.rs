fn main() {
    println!("cargo::rerun-if-changed=csrc");
    cc::Build::new().file("csrc/asum.c").compile("asum_c");
    cc::Build::new().cpp(true).file("csrc/asum.cpp").compile("asum_cpp");
}
