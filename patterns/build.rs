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
    let (plugins, linked): (Vec<_>, Vec<_>) =
        files_below("csrc", "c").into_iter().partition(|file| is_plugin(file));
    let mut c = cc::Build::new();
    configure(&mut c).files(linked).compile("abreast_patterns_c");
    plugins.iter().for_each(|file| share(file));
    list_files();
    let mut cpp = cxx_build::bridges(bridges);
    configure(&mut cpp).files(files_below("csrc", "cpp")).compile("abreast_patterns_cpp");
}

/// What is loaded at run time is a shared library of its own, in `OUT_DIR`: `loading/plugin.c` becomes `plugin.so`.
fn is_plugin(file: &Path) -> bool {
    file.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("plugin"))
}

fn share(file: &Path) {
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let name = file.with_extension("so");
    let mut build = cc::Build::new();
    let mut compiler = configure(&mut build).pic(true).get_compiler().to_command();
    // A sanitizer's library is in the program already, which loads this one.
    compiler.args(["-shared", "-pthread", "-fno-sanitize=all", "-o"]);
    compiler.arg(folder.join(name.file_name().expect("a file"))).arg(file);
    let status = compiler.status().expect("a compiler of C");
    assert!(status.success(), "{} does not compile: {status}", file.display());
}

fn configure(build: &mut cc::Build) -> &mut cc::Build {
    println!("cargo::rerun-if-env-changed=ABREAST_DENY_WARNINGS");
    let strict = std::env::var_os("ABREAST_DENY_WARNINGS").is_some();
    build.flags(["-Wall", "-Wextra", "-pthread"]).include("csrc").warnings_into_errors(strict)
}

fn has_bridge(file: &Path) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text.contains("\n#[cxx::bridge"))
}

/// The files of all pages for who copies one, as a slice of their paths and texts.
fn list_files() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut files = all_below("src");
    files.retain(|file| !file.starts_with("src/index") && !file.ends_with("lib.rs"));
    files.extend(all_below("csrc"));
    // Tables that a page shows.
    files.push("UNWINDING.md".into());
    let entry = |file: &PathBuf| format!("({file:?}, include_str!({:?})),\n", root.join(file));
    let entries: String = files.iter().map(entry).collect();
    let list = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it")).join("files.rs");
    std::fs::write(list, format!("&[\n{entries}]")).expect("writable");
}

/// The files below `folder` with the extension.
fn files_below(folder: impl AsRef<Path>, extension: &str) -> Vec<PathBuf> {
    let mut files = all_below(folder);
    files.retain(|file| file.extension().is_some_and(|e| e == extension));
    files
}

/// All files below `folder`, sorted so that builds do not depend on the disk.
fn all_below(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(&folder).expect("a folder of the package");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let (folders, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    files.into_iter().chain(folders.into_iter().flat_map(all_below)).collect()
}
