//! Asks where Eigen's headers are, and compiles the functions of C over them.

use std::path::Path;
use std::process::exit;

// Page `linked_library`: which versions will do. 3.3 had no right-hand sides with strides; 5 was not tried.
const OLDEST: &str = "3.4";
const TOO_NEW: &str = "5";

fn main() {
    let found = pkg_config::Config::new().range_version(OLDEST..TOO_NEW).probe("eigen3");
    let eigen = found.unwrap_or_else(|why| refuse(&why));
    let Some(include) = eigen.include_paths.first() else {
        println!("cargo::error=eigen3.pc names no folder of headers");
        exit(1);
    };
    // Page `linked_library`: DEP_AB_EIGEN_INCLUDE in build scripts of direct dependents.
    println!("cargo::metadata=include={}", include.display());
    compile(include);
}

fn compile(include: &Path) {
    println!("cargo::rerun-if-changed=csrc");
    let mut build = cc::Build::new();
    // As a system's headers: their warnings are not ours.
    build.cpp(true).std("c++17").flag("-isystem").flag(include).file("csrc/ab_eigen.cpp");
    // Eigen is templates upon templates: without optimisation each element passes dozens of calls. Page `levels`: no
    // instructions beyond those of the target, whatever the machine that builds.
    if std::env::var("OPT_LEVEL").is_ok_and(|level| level == "0") {
        build.opt_level(2);
    }
    build.compile("ab_eigen");
}

/// One line that says what is there and what is wanted; the rest is pkg-config's own account.
fn refuse(why: &pkg_config::Error) -> ! {
    let found = pkg_config::Config::new().cargo_metadata(false).probe("eigen3");
    let found = found.map_or("none".into(), |one| format!("version {}", one.version));
    println!(
        "cargo::error=eigen3: pkg-config finds {found}; must be version {OLDEST} or later and below {TOO_NEW} \
         (Debian and Ubuntu have it in libeigen3-dev; PKG_CONFIG_PATH says where else to look)"
    );
    eprintln!("{why}");
    exit(1);
}
