//! The C API from outside: its header, its symbols, and programs in C, C++ and Python that use it
//! the way its users do, from an installed prefix.

mod clients;
mod header;
mod install;
mod process;
mod programs;
mod refusals;
mod symbols;

use std::path::Path;

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Says why something is not tested here. Not through eprintln!, which the test runner swallows.
fn skip(why: &str) {
    let line = format!("SKIPPED: {why}\n");
    std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).expect("stderr is open");
}
