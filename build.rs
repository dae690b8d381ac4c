//! With the feature `kernels`: compiles the C and C++ below `csrc/`, and the cxx bridges. Without it there is
//! nothing to do, and no compiler but Rust's is needed.

#[cfg(feature = "kernels")]
#[path = "build/compile.rs"]
mod compile;
#[cfg(feature = "kernels")]
#[path = "build/flags.rs"]
mod flags;

use std::process::ExitCode;

#[cfg(feature = "kernels")]
fn main() -> ExitCode {
    flags::ours_last(compile::all)
}

#[cfg(not(feature = "kernels"))]
fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    ExitCode::SUCCESS
}
