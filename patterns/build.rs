//! Compiles the foreign half of every pattern: `csrc/**/*.{c,cpp}`, and the cxx bridges in `src/`.
//!
//! Names no pattern. For one that you copy, this is all it needs: `cc::Build::new()` with the files of
//! its folder, and `cxx_build::bridge` where its Rust file has a `#[cxx::bridge]`. What `flags` adds is
//! for pages whose bits are asserted: that CFLAGS and CXXFLAGS cannot change them.

#[path = "flags.rs"]
mod flags;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    flags::ours_last(build)
}

fn build() {
    println!("cargo::rerun-if-changed=csrc");
    // A new page is a new line in lib.rs.
    println!("cargo::rerun-if-changed=src/lib.rs");
    let bridges: Vec<PathBuf> =
        files_below("src", "rs").into_iter().filter(|file| has_bridge(file)).collect();
    bridges.iter().for_each(|file| println!("cargo::rerun-if-changed={}", file.display()));
    let mut c = cc::Build::new();
    configure(&mut c).files(files_below("csrc", "c")).compile("abreast_patterns_c");
    let mut cpp = cxx_build::bridges(bridges);
    configure(&mut cpp).files(files_below("csrc", "cpp")).compile("abreast_patterns_cpp");
}

fn configure(build: &mut cc::Build) -> &mut cc::Build {
    println!("cargo::rerun-if-env-changed=ABREAST_DENY_WARNINGS");
    let strict = std::env::var_os("ABREAST_DENY_WARNINGS").is_some();
    build.flags(["-Wall", "-Wextra", "-pthread"]).include("csrc").warnings_into_errors(strict)
}

fn has_bridge(file: &Path) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text.contains("\n#[cxx::bridge"))
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
