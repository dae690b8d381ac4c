//! Asks where GSL is. Nothing is compiled, and nothing is brought along: GSL's licence is not that of this crate.

use std::process::exit;

// Page `linked_library`: which versions will do. What is declared is there since 1.0; older than 2.5 was not tried.
const OLDEST: &str = "2.5";
const TOO_NEW: &str = "3";

fn main() {
    // Page `linked_library`: GSL_STATIC=1 and PKG_CONFIG_ALL_STATIC=1 choose the archive of a GSL outside /usr; what is
    // within is always linked shared. Prints what to link, and to run again when a variable of pkg-config's changes.
    let found = pkg_config::Config::new().range_version(OLDEST..TOO_NEW).probe("gsl");
    let gsl = found.unwrap_or_else(|why| refuse(&why));
    // Page `linked_library`: DEP_GSL_INCLUDE and DEP_GSL_VERSION in build scripts of direct dependents, and below for
    // the tests, which compile against the header that belongs to what is linked.
    for include in gsl.include_paths.iter().take(1) {
        println!("cargo::metadata=include={}", include.display());
        println!("cargo::rustc-env=AB_GSL_INCLUDE={}", include.display());
    }
    println!("cargo::metadata=version={}", gsl.version);
}

/// One line that says what is there and what is wanted; the rest is pkg-config's own account.
fn refuse(why: &pkg_config::Error) -> ! {
    let found = pkg_config::Config::new().cargo_metadata(false).probe("gsl");
    let found = found.map_or("none".into(), |one| format!("version {}", one.version));
    println!(
        "cargo::error=gsl: pkg-config finds {found}; must be version {OLDEST} or later and below {TOO_NEW} \
         (Debian and Ubuntu have it in libgsl-dev; PKG_CONFIG_PATH says where else to look)"
    );
    eprintln!("{why}");
    exit(1);
}
