//! Compiles every C and C++ file under `csrc/`, and the cxx bridges (every `cpp.rs` under `src/`).
//! Names no kernel: adding one does not touch this file.
//!
//! Honours CC and CXX, and of CFLAGS and CXXFLAGS what can change neither bits nor instruction sets:
//! see build/flags.rs. Set ABREAST_DENY_WARNINGS to make warnings errors.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The last: threads may have little stack (tests/stack.rs), and a larger frame could step over the page
/// that guards it.
const WARNINGS: [&str; 3] = ["-Wall", "-Wextra", "-Wframe-larger-than=32768"];

/// Compiles all of it.
pub fn all() {
    let c_files = files_below("csrc", "c");
    let cpp_files = files_below("csrc", "cpp");
    let bridges: Vec<PathBuf> =
        files_below("src", "rs").into_iter().filter(|file| file.ends_with("cpp.rs")).collect();
    for variable in ["CC", "CXX", "CFLAGS", "CXXFLAGS", "ABREAST_DENY_WARNINGS"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    for place in ["csrc", "build.rs", "build"] {
        println!("cargo::rerun-if-changed={place}");
    }
    bridges.iter().for_each(|file| println!("cargo::rerun-if-changed={}", file.display()));

    let mut c = cc::Build::new();
    configure(&mut c).files(&c_files);
    let mut cpp = cxx_build::bridges(&bridges);
    configure(&mut cpp).files(&cpp_files);
    require(&c, "C", "CC", "gcc");
    require(&cpp, "C++", "CXX", "g++");
    println!("cargo::rustc-env=ABREAST_CC={}", describe(&c));
    println!("cargo::rustc-env=ABREAST_CXX={}", describe(&cpp));
    println!("cargo::rustc-env=ABREAST_RUSTC={}", first_line(Command::new(env("RUSTC")).arg("-V")));
    println!("cargo::rustc-env=ABREAST_OPT_LEVEL={}", env("OPT_LEVEL"));
    c.compile("abreast_c");
    cpp.compile("abreast_cpp");

    #[cfg(feature = "bindgen")]
    regenerate_bindings();
}

fn configure(build: &mut cc::Build) -> &mut cc::Build {
    let strict = std::env::var_os("ABREAST_DENY_WARNINGS").is_some();
    build.flags(WARNINGS).include("csrc").warnings_into_errors(strict)
}

/// Stops with one sentence instead of a compiler driver's complaint when there is no compiler.
fn require(build: &cc::Build, language: &str, variable: &str, usual: &str) {
    let runs = build.try_get_compiler().is_ok_and(|tool| {
        tool.to_command().arg("--version").output().is_ok_and(|output| output.status.success())
    });
    if !runs {
        eprintln!(
            "abreast needs a {language} compiler: install {usual}, or set {variable} to one."
        );
        std::process::exit(1);
    }
}

/// The compiler's own name and version, and the flags it gets: for the card in every report.
fn describe(build: &cc::Build) -> String {
    let tool = build.get_compiler();
    let version = first_line(Command::new(tool.path()).arg("--version"));
    let flags: Vec<_> = tool.args().iter().map(|flag| flag.to_string_lossy()).collect();
    format!("{version} | {}", flags.join(" ").replace(&env("OUT_DIR"), "$OUT_DIR"))
}

fn first_line(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().next().unwrap_or("unknown").to_owned()
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name} for build scripts"))
}

/// All files below `folder` with the extension, sorted so that builds do not depend on the disk.
fn files_below(folder: impl AsRef<Path>, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(&folder).expect("a folder of the package");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let (folders, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    let here = files.into_iter().filter(|file| file.extension().is_some_and(|e| e == extension));
    here.chain(folders.into_iter().flat_map(|folder| files_below(folder, extension))).collect()
}

#[cfg(feature = "bindgen")]
include!("../src/ffi/regenerate.rs");
