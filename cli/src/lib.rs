//! The program `abreast` as a library: a crate with kernels of its own calls [`main`] with its
//! registry and has the same program for them.
//!
//! ```no_run
//! # fn main() -> std::process::ExitCode {
//! abreast_cli::main(abreast::kernels::REGISTRY)
//! # }
//! ```

mod args;
#[cfg(target_os = "linux")]
mod chaos;
mod check;
mod compare;
mod console;
mod doctor;
mod fractal;
mod list;
mod metg;
mod number;
mod overhead;
mod patterns;
mod run;
mod table;

pub use console::Console;

use abreast::kernel::{Entry, Remote};
use abreast_patterns::index::REMOTES;
use args::{Cli, What};
use clap::{FromArgMatches, error::ErrorKind};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::process::ExitCode;

/// Runs the program over `registry`, with the arguments and streams of the process.
///
/// Started as a worker of an [executor](abreast::exec) of another process of this program, it serves
/// that and does not return.
pub fn main(registry: &[Entry]) -> ExitCode {
    // What is measured is no kernel of anybody's registry, and worker processes need it too.
    let measured = [abreast::harness::metg::REMOTE].into_iter().chain(REMOTES.iter().copied());
    #[cfg(target_os = "linux")]
    abreast::harness::chaos::prepare_worker();
    abreast::exec::worker_main(registry.iter().map(Remote::from).chain(measured));
    let stdout = std::io::stdout();
    let columns = terminal_size::terminal_size_of(&stdout).map(|(width, _)| width.0);
    let mut console = Console {
        out: &mut stdout.lock(),
        err: &mut std::io::stderr(),
        lively: std::io::stderr().is_terminal(),
        columns,
    };
    ExitCode::from(run_with(registry, std::env::args_os(), &mut console))
}

/// Runs the program with these arguments (the first is the program's name) and streams, and
/// returns its exit code: 0 when all is well, 1 when a body disagrees, 2 for bad input and for
/// output that cannot be written.
pub fn run_with(
    registry: &[Entry],
    args: impl IntoIterator<Item = OsString>,
    console: &mut Console<'_>,
) -> u8 {
    let outcome = match parse(registry, args) {
        Ok((cli, given)) => dispatch(registry, cli, &given, console),
        Err(why) if matches!(why.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            console.say(why.to_string().trim_end()).map(|()| true)
        }
        Err(why) => {
            console.note(why.to_string().trim_end());
            return 2;
        }
    };
    match outcome {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(why) => {
            console.note(format!("abreast: {why:#}"));
            2
        }
    }
}

fn parse(
    registry: &[Entry],
    args: impl IntoIterator<Item = OsString>,
) -> Result<(Cli, clap::ArgMatches), clap::Error> {
    let matches = args::command(registry).try_get_matches_from(args)?;
    let cli = Cli::from_arg_matches(&matches)?;
    let given = matches.subcommand().map(|(_, given)| given.clone()).unwrap_or_default();
    Ok((cli, given))
}

/// Does what was asked; `false` when a body disagrees.
fn dispatch(
    registry: &[Entry],
    cli: Cli,
    given: &clap::ArgMatches,
    console: &mut Console<'_>,
) -> anyhow::Result<bool> {
    match cli.command {
        None => compare::quick(&cli, registry, console),
        Some(What::Compare(args)) => compare::compare(&args, registry, console),
        Some(What::Check(args)) => check::check(&args, registry, console),
        #[cfg(target_os = "linux")]
        Some(What::Chaos(args)) => chaos::chaos(&args, registry, console),
        Some(What::Run(args)) => run::run(&args, registry, given, console).map(|()| true),
        Some(What::Fractal(args)) => fractal::fractal(&args, console).map(|()| true),
        Some(What::Metg(args)) => metg::metg(&args, console).map(|()| true),
        Some(What::Overhead { json }) => overhead::overhead(json, console).map(|()| true),
        Some(What::List { json }) => list::list(registry, json, console).map(|()| true),
        Some(What::Patterns(args)) => patterns::patterns(&args, console).map(|()| true),
        Some(What::Doctor { json }) => doctor::doctor(json, console).map(|()| true),
    }
}
