//! Compiles the loops of `csrc/` as somebody else would: with the compiler's own flags and nothing of ours.

use abreast_compare::record;
use std::path::Path;

/// Each file with the flags it is compiled with, and the suffix of its functions.
const LOOPS: [(&str, &str, &[&str]); 5] = [
    ("loops.c", "o3", &["-O3"]),
    ("loops.c", "native", &["-O3", "-march=native"]),
    ("loops.c", "fast", &["-O3", "-march=native", "-ffast-math"]),
    ("counts.c", "o3", &["-O3", "-ffp-contract=off"]),
    ("counts.c", "native", &["-O3", "-march=native", "-ffp-contract=off"]),
];

fn main() {
    println!("cargo::rerun-if-changed=csrc");
    println!("cargo::rustc-check-cfg=cfg(openmp, limits)");
    for (file, suffix, flags) in LOOPS {
        let mut build = compiler(file, flags);
        build.define("SUFFIX", suffix);
        let name = file.trim_end_matches(".c");
        record(&format!("{name} {suffix}"), &build.get_compiler().to_command());
        build.compile(&format!("peers_{name}_{suffix}"));
    }
    openmp();
    limits();
    // gcc is meant by the names of the rivals; another compiler is named as it is.
    let gnu = compiler("loops.c", &["-O3"]).get_compiler().is_like_gnu();
    println!("cargo::rustc-env=PEERS_CC={}", if gnu { "gcc" } else { "cc" });
}

fn compiler(file: &str, flags: &[&str]) -> cc::Build {
    let mut build = cc::Build::new();
    build.file(Path::new("csrc").join(file)).no_default_flags(true).inherit_rustflags(false);
    build.pic(true).warnings(false);
    for flag in flags {
        build.flag(flag);
    }
    build
}

/// Not every compiler has OpenMP: where it is missing, its rows are skipped.
fn openmp() {
    let build = compiler("openmp.c", &["-O3", "-fopenmp"]);
    let command = build.get_compiler().to_command();
    if build.try_compile("peers_openmp").is_ok() {
        record("openmp", &command);
        println!("cargo::rustc-link-lib=gomp");
        println!("cargo::rustc-cfg=openmp");
    }
}

/// What a CPU can do at most is written for AVX-512 only.
fn limits() {
    let is_x86 = std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "x86_64");
    if is_x86 && compiler("limits.c", &["-O3"]).try_compile("peers_limits").is_ok() {
        println!("cargo::rustc-cfg=limits");
    }
}
