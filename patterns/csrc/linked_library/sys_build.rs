// Pattern: the -sys crate.
//! build.rs of the -sys crate: the installed library if there is one that will do, the sources of the crate otherwise.

use std::env;
use std::path::{Path, PathBuf};

fn main() {
    // The program decides by a feature; who builds a distribution has the last word.
    println!("cargo::rerun-if-env-changed=AB_WINDOW_NO_VENDOR");
    let may_vendor = env::var_os("AB_WINDOW_NO_VENDOR").is_none();
    let wants_vendored = env::var_os("CARGO_FEATURE_VENDORED").is_some();
    let include = match installed(wants_vendored && may_vendor) {
        Ok(include) => include,
        Err(_) if may_vendor => vendored(),
        Err(why) => fail(&why),
    };
    // DEP_AB_WINDOW_INCLUDE in the build scripts of packages that depend on this one.
    println!("cargo::metadata=include={}", include.display());
}

/// Where the installed library's header is.
fn installed(is_unwanted: bool) -> Result<PathBuf, String> {
    if is_unwanted {
        return Err("the feature `vendored` is on".into());
    }
    // AB_WINDOW_STATIC and PKG_CONFIG_ALL_STATIC choose the archive; PKG_CONFIG_PATH says where to look. Prints what
    // to link, and to run again when one of these changes.
    let found = pkg_config::Config::new()
        .range_version("1.3".."2")
        .probe("ab_window")
        .map_err(|why| why.to_string())?;
    println!("cargo::metadata=origin=installed");
    found.include_paths.first().cloned().ok_or_else(|| "ab_window.pc names no folder of headers".into())
}

/// Compiles the sources, and returns where their header is.
fn vendored() -> PathBuf {
    let sources = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo")).join("vendor");
    println!("cargo::rerun-if-changed=vendor");
    println!("cargo::metadata=origin=vendored");
    cc::Build::new().std("c11").file(sources.join("window.c")).compile("ab_window");
    // Behind the archive: linkers take what they need from left to right.
    println!("cargo::rustc-link-lib=m");
    sources
}

fn fail(why: &str) -> ! {
    println!("cargo::error=ab_window 1.3 or later is not installed, and AB_WINDOW_NO_VENDOR forbids the sources: {why}");
    std::process::exit(1);
}
