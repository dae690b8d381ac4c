//! Asks where the LAPACK is that the features name, and takes the page from the gallery.

use std::path::{Path, PathBuf};
use std::process::exit;
use std::{env, fs};

fn main() {
    let (openblas, ilp64) = (has("OPENBLAS"), has("ILP64"));
    link(openblas, ilp64);
    copy_page(ilp64);
}

fn has(feature: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{feature}")).is_some()
}

// Page `linked_library`.
fn link(openblas: bool, ilp64: bool) {
    let bits = if ilp64 { "64" } else { "" };
    let (package, name) = match openblas {
        true => (format!("openblas{bits}"), format!("openblas{bits}")),
        false => (format!("lapack{bits}-netlib"), format!("lapack{bits}")),
    };
    let found = pkg_config::Config::new().cargo_metadata(false).probe(&package);
    let found = found.unwrap_or_else(|why| refuse(&package, &why));
    let libdir = pkg_config::get_variable(&package, "libdir").ok().map(PathBuf::from);
    // Where several are installed, Debian's `liblapack.so` is the one that was chosen last, also for whoever asked
    // for `lapack-netlib`. The reference itself lies in a folder of its own.
    let own = libdir.iter().map(|folder| folder.join(&name));
    let folders: Vec<PathBuf> = own.chain(found.link_paths).chain(libdir.clone()).collect();
    let is_there = |folder: &&PathBuf| folder.join(format!("lib{name}.so")).exists();
    let Some(folder) = folders.iter().find(is_there) else {
        println!("cargo::error={package}: no lib{name}.so in {folders:?}");
        exit(1);
    };
    let blas = folder.with_file_name(format!("blas{bits}"));
    println!("cargo::rustc-link-search=native={}", folder.display());
    println!("cargo::rustc-link-lib=dylib={name}");
    if !openblas {
        println!("cargo::rustc-link-search=native={}", blas.display());
        println!("cargo::rustc-link-lib=dylib=blas{bits}");
    }
    println!("cargo::rustc-env=AB_LAPACK_FOLDER={}", folder.display());
    // Also at run time, and also for the BLAS that LAPACK loads: the name alone would find what was chosen last.
    println!("cargo::rustc-link-arg=-Wl,--disable-new-dtags");
    for folder in [folder, &blas] {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
    }
}

fn refuse(package: &str, why: &pkg_config::Error) -> ! {
    println!(
        "cargo::error={package}: pkg-config finds none (Debian and Ubuntu have them in liblapack-dev, liblapack64-dev, \
         libopenblas-dev and libopenblas64-dev; PKG_CONFIG_PATH says where else to look)"
    );
    eprintln!("{why}");
    exit(1);
}

/// The lines that the page marks as its pattern, but that the symbols are the library's.
fn copy_page(ilp64: bool) {
    let page = Path::new("../../src/fortran_abi.rs");
    println!("cargo::rerun-if-changed={}", page.display());
    let text = fs::read_to_string(page).unwrap_or_else(|why| panic!("{}: {why}", page.display()));
    let (_, pattern) = text.split_once("// Pattern: ").expect("the page marks its pattern");
    let (pattern, _) = pattern.split_once("// Example: ").expect("and its example");
    let symbol = if ilp64 { "ab_dposv_64_" } else { "ab_dposv_" };
    // The other one is declared and never used.
    let own = |line: &str| match line.contains("ab_dposv_64_") == ilp64 {
        true => line.replace(symbol, "dposv_") + "\n",
        false => line.to_owned() + "\n",
    };
    let uses = "use std::ffi::c_char;\n\n// ";
    let out = Path::new(&env::var_os("OUT_DIR").expect("set by cargo")).join("fortran_abi.rs");
    let written = format!("{uses}{}", pattern.lines().map(own).collect::<String>());
    fs::write(&out, written).unwrap_or_else(|why| panic!("{}: {why}", out.display()));
}
