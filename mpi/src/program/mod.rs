//! The commands of `abreast-mpi`, for any registry.

mod check;
mod compare;
pub mod empty;
mod options;
mod overhead;
mod rounds;
mod scale;

use crate::{EXECUTORS, World, with_world};
use abreast::harness::metg;
use abreast::kernel::Entry;
use abreast::{Fault, Remote, executors};
use abreast_cli::{Console, Screen};
use options::Options;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;

const HELP: &str = "\
The kernels of abreast on ranks of MPI, with the bits of one thread.

    mpiexec.mpich -n 4 abreast-mpi run KERNEL [OPTION..]     one kernel once, as `abreast run`: --exec mpi:static:threads:2
    mpiexec.mpich -n 4 abreast-mpi check [KERNEL..]          every kernel, variant and level: the hashes of one thread?
    mpiexec.mpich -n 4 abreast-mpi compare [KERNEL..]        one thread beside ranks, by the clock
    mpiexec.mpich -n 4 abreast-mpi scale [KERNEL..]          on one rank, on two, .. on all
    mpiexec.mpich -n 4 abreast-mpi overhead                  what a chunk costs besides its work
    mpiexec.mpich -n 4 abreast-mpi metg [OPTION..]           how small a chunk may be, as `abreast metg`

check, compare:   --exec LIST     executors, separated by commas
check:            --variant NAME  only this variant
compare, scale:   --size N        the size of the problem
                  --chunk N       indices or rows per chunk
compare, scale, overhead:   --rounds N   how often each is timed, in turns

An executor is mpi:SCHEDULE:EXECUTOR. SCHEDULE is static or dynamic; EXECUTOR is what each rank computes on:
serial, threads:2, procs:1. `mpi` is mpi:dynamic:serial.

Exit codes: 0 everything agrees, 1 a hash differs, 2 bad input or ranks that do not fit, 4 a rank has died or a task
has taken too long, 101 a panic; mpiexec has its own when it ends other ranks, never 0.";

/// The program over the kernels of `registry`: `main` of a crate with kernels of its own.
pub fn main(registry: &[Entry]) -> ExitCode {
    let kernels = registry.iter().map(Remote::from).chain([empty::REMOTE, metg::REMOTE]);
    match with_world(kernels, |world| command(registry, world)) {
        // The code of the program is that of rank 0.
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(code)) => ExitCode::from(code),
        Err(why) => ExitCode::from(refused(&why)),
    }
}

fn refused(why: &Fault) -> u8 {
    eprintln!("abreast-mpi: {why}");
    2
}

fn command(registry: &[Entry], world: &World) -> u8 {
    if let Err(why) = executors::add(EXECUTORS) {
        return refused(&why.into());
    }
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let name = args.first().map(|name| name.to_string_lossy().into_owned());
    match name.as_deref() {
        Some("run") => {
            return abreast(registry, args, &[("--exec", "mpi"), ("--isa", world.level().name())]);
        }
        Some("metg") => return abreast(registry, args, &[("--exec", "mpi:static,mpi:dynamic")]),
        _ => {}
    }
    let done = match name.as_deref() {
        None | Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(true)
        }
        Some(name) => {
            Options::of(&args[1..]).and_then(|options| named(name, registry, world, &options))
        }
    };
    match done {
        Ok(agreed) => u8::from(!agreed),
        Err(why) => refused(&why),
    }
}

fn named(name: &str, registry: &[Entry], world: &World, options: &Options) -> Result<bool, Fault> {
    match name {
        "check" => check::check(registry, world, options),
        "compare" => compare::compare(registry, world, options),
        "scale" => scale::scale(registry, world, options),
        "overhead" => overhead::overhead(world, options).map(|()| true),
        _ => {
            let known = ["run", "check", "compare", "scale", "overhead", "metg"];
            Err(abreast::Error::unknown("command", name, known).into())
        }
    }
}

/// A command of `abreast`, with these options where others are not given.
fn abreast(registry: &[Entry], args: Vec<OsString>, defaults: &[(&str, &str)]) -> u8 {
    let mut args: Vec<OsString> = [OsString::from("abreast-mpi")].into_iter().chain(args).collect();
    let has = |args: &[OsString], option: &str| {
        let with_value = format!("{option}=");
        args.iter().any(|arg| arg == option || arg.to_string_lossy().starts_with(&with_value))
    };
    for (option, value) in defaults {
        if !has(&args, option) {
            args.extend([option.into(), value.into()]);
        }
    }
    abreast_cli::run_with(
        registry,
        args,
        &mut Console {
            out: &mut std::io::stdout(),
            err: &mut std::io::stderr(),
            lively: std::io::stderr().is_terminal(),
            screen: Screen::default(),
        },
    )
}
