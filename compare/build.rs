//! What compiled this crate: shown with the results.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let version = Command::new(variable("RUSTC")).arg("--version").output();
    let version = version.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    println!("cargo::rustc-env=ABREAST_COMPARE_RUSTC={}", version.unwrap_or_default());
    println!("cargo::rustc-env=ABREAST_COMPARE_OPT_LEVEL={}", variable("OPT_LEVEL"));
}
