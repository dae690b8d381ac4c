//! Says what is missing before the crate `mpi` looks for it in vain.

use std::process::{Command, exit};

fn main() {
    for variable in ["MPICC", "PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let mpicc = std::env::var("MPICC").unwrap_or_else(|_| "mpicc".to_owned());
    let Err(why) = shows_flags(&mpicc) else { return };
    // The crate asks pkg-config next.
    if ["mpich", "openmpi"].into_iter().any(is_known) {
        return;
    }
    println!(
        "cargo::error=MPI: `{mpicc} -show` {why}, and pkg-config knows neither mpich nor openmpi. Its development \
         files are needed: on Debian and Ubuntu `apt-get install mpich libmpich-dev libclang-dev` (or openmpi-bin and \
         libopenmpi-dev), on Fedora `dnf install mpich-devel clang-devel` and `module load mpi`, on macOS `brew \
         install mpich llvm`. The variable MPICC names another compiler wrapper, as in MPICC=mpicc.mpich"
    );
    exit(1);
}

/// Whether the wrapper says how it would compile, as every MPI's does.
fn shows_flags(mpicc: &str) -> Result<(), String> {
    let output = Command::new(mpicc).arg("-show").output();
    match output.map_err(|why| format!("cannot be run ({why})"))? {
        output if output.status.success() => Ok(()),
        output => Err(format!("fails with {}", output.status)),
    }
}

fn is_known(package: &str) -> bool {
    let status = Command::new("pkg-config").args(["--exists", package]).status();
    status.is_ok_and(|status| status.success())
}
