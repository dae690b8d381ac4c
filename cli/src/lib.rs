//! The program `abreast` as a library: a crate with kernels of its own calls [`main`] with its
//! registry and has the same program for them.
//!
//! ```no_run
//! # fn main() -> std::process::ExitCode {
//! abreast_cli::main(abreast::kernels::REGISTRY)
//! # }
//! ```

mod ab;
mod args;
mod asm;
mod bench;
#[cfg(target_os = "linux")]
mod chaos;
mod check;
mod compare;
mod console;
mod descriptors;
mod doctor;
mod ended;
mod fractal;
#[cfg(unix)]
mod heap;
mod history;
mod list;
#[cfg(unix)]
mod memory;
mod merge;
mod metg;
mod noise;
mod number;
mod output;
mod overhead;
mod patterns;
mod profile;
mod roofline;
mod run;
mod scale;
mod scan;
mod shard;
mod symbols;
mod table;
#[cfg(test)]
mod tests;
#[cfg(unix)]
mod try_;
mod utf8;

pub use console::{Console, Screen};

use abreast::Remote;
use abreast::executors::{self, ExecutorEntry};
use abreast::kernel::Entry;
use abreast_compare::paint::Paint;
use abreast_patterns::index::REMOTES;
use args::{Cli, What};
use clap::FromArgMatches;
use clap::error::ErrorKind as Usage;
use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

/// Runs the program over `registry`, with the arguments and streams of the process.
///
/// As [`main_with`] without executors of one's own.
pub fn main(registry: &[Entry]) -> ExitCode {
    main_with(registry, &[])
}

/// Runs the program over `registry`, with further executors: `--exec NAME` knows them, and so does the
/// same-bits table of `check --exec NAME`. They need not be `Sync`.
///
/// Started as a worker of another process of this program - of an [executor](abreast::exec) or of
/// the [gate](abreast::harness::isolated) - it serves that and does not return.
pub fn main_with(registry: &[Entry], executors: &'static [ExecutorEntry]) -> ExitCode {
    if let Err(why) = executors::add(executors) {
        eprintln!("abreast: {why}");
        return ExitCode::from(2);
    }
    serve(registry);
    on_streams(|console| run_with(registry, std::env::args_os(), console))
}

/// `abreast compare --quick` over `registry` as a benchmark of cargo, without criterion or libtest: `cargo bench --bench
/// NAME -- FILTER` compares what has the filter in `KERNEL/VARIANT`.
pub fn bench(registry: &[Entry]) -> ExitCode {
    serve(registry);
    let arguments = std::env::args_os().skip(1).collect();
    on_streams(|console| bench::run(registry, arguments, console))
}

/// Does the work of a worker, if this process is one, and ends it.
fn serve(registry: &[Entry]) {
    // What is measured is no kernel of anybody's registry, and worker processes need it too.
    let measured = [abreast::harness::metg::REMOTE].into_iter().chain(REMOTES.iter().copied());
    #[cfg(target_os = "linux")]
    abreast::harness::chaos::prepare_worker();
    abreast::exec::worker_main(registry.iter().map(Remote::from).chain(measured));
    abreast::harness::isolated::worker_main(registry);
}

/// With the streams of the process.
fn on_streams(work: impl FnOnce(&mut Console<'_>) -> u8) -> ExitCode {
    let stdout = std::io::stdout();
    let columns = terminal_size::terminal_size_of(&stdout).map(|(width, _)| width.0);
    let mut out: Box<dyn Write> = match descriptors::stdout_was_closed() {
        true => Box::new(descriptors::Closed),
        false => Box::new(stdout.lock()),
    };
    let mut console = Console {
        out: &mut out,
        err: &mut std::io::stderr(),
        lively: std::io::stderr().is_terminal(),
        screen: Screen { columns, paint: Paint(false) },
    };
    ExitCode::from(work(&mut console))
}

/// Runs the program with these arguments (the first is the program's name) and streams, and
/// returns its exit code: 0 when all is well, 1 when a variant disagrees, 2 for bad input and for
/// output that cannot be written, 3 when something is slower than `--fail-if` allows. Of several the
/// smallest but 0.
pub fn run_with(
    registry: &[Entry],
    args: impl IntoIterator<Item = OsString>,
    console: &mut Console<'_>,
) -> u8 {
    let (cli, given) = match parse(registry, args) {
        Ok(asked) => asked,
        Err(why) => return usage(&why, console),
    };
    console.screen.paint = args::color(cli.color).on(console.screen.columns.is_some());
    let free = costs_nothing(&cli);
    let (outcome, lost) =
        console::guarded(console, !free, |console| dispatch(registry, cli, &given, console));
    let code = match outcome {
        Ok(code) => code,
        Err(why) => {
            console.note(format!("abreast: {why:#}"));
            ended::code_of(&why)
        }
    };
    ended::first(code, stdout_lost(lost, free, console))
}

/// Whether the output can be had again at once.
fn costs_nothing(cli: &Cli) -> bool {
    matches!(
        cli.command,
        Some(What::List { .. } | What::Doctor { .. } | What::Show(_) | What::History(_))
    )
}

/// Help, or what is wrong with the arguments.
fn usage(why: &clap::Error, console: &mut Console<'_>) -> u8 {
    if !matches!(why.kind(), Usage::DisplayHelp | Usage::DisplayVersion) {
        console.note(why.to_string().trim_end());
        return 2;
    }
    let help = why.to_string();
    let (_, lost) = console::guarded(console, false, |console| console.say(help.trim_end()));
    stdout_lost(lost, true, console)
}

/// 2 when stdout could not take everything, 0 otherwise. A reader who has read enough of what costs
/// nothing, as in `abreast list | head`, is no reason to say a word.
fn stdout_lost(lost: Option<std::io::Error>, free: bool, console: &mut Console<'_>) -> u8 {
    let Some(why) = lost.filter(|why| !free || why.kind() != ErrorKind::BrokenPipe) else {
        return 0;
    };
    let why = match why.kind() {
        ErrorKind::BrokenPipe => {
            "standard output was closed before everything was written".to_owned()
        }
        _ => format!("standard output cannot be written: {why}"),
    };
    let rest = if free { "" } else { "; what it did not take went to standard error" };
    console.note(format!("abreast: {why}{rest}"));
    2
}

fn parse(
    registry: &[Entry],
    args: impl IntoIterator<Item = OsString>,
) -> Result<(Cli, clap::ArgMatches), clap::Error> {
    let args: Vec<OsString> = args.into_iter().collect();
    let mut command = args::command(registry);
    let matches = match command.try_get_matches_from_mut(&args) {
        Err(why) if why.kind() == Usage::InvalidUtf8 => {
            let named = utf8::refusal(&command, &args);
            return Err(named.map_or(why, |named| clap::Error::raw(Usage::InvalidUtf8, named)));
        }
        other => other?,
    };
    let cli = Cli::from_arg_matches(&matches)?;
    let given = matches.subcommand().map(|(_, given)| given.clone()).unwrap_or_default();
    Ok((cli, given))
}

/// Does what was asked, and returns the exit code.
fn dispatch(
    registry: &[Entry],
    cli: Cli,
    given: &clap::ArgMatches,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    let agreed = match cli.command {
        None => return compare::quick(&cli, registry, console),
        Some(What::Compare(args)) => return compare::compare(&args, registry, console),
        Some(What::Check(args)) => check::check(&args, registry, console),
        #[cfg(target_os = "linux")]
        Some(What::Chaos(args)) => chaos::chaos(&args, registry, console),
        Some(What::Asm(args)) => return asm::asm(&args, registry, console),
        Some(What::Run(args)) => run::run(&args, registry, given, console).map(|()| true),
        Some(What::Merge(args)) => merge::merge(&args, registry, console).map(|()| true),
        Some(What::Fractal(args)) => fractal::fractal(&args, console).map(|()| true),
        Some(What::Metg(args)) => metg::metg(&args, console).map(|()| true),
        Some(What::Roofline(args)) => roofline::roofline(&args, registry, console),
        Some(What::Scale(args)) => scale::scale(&args, registry, console),
        #[cfg(unix)]
        Some(What::Memory(args)) => memory::memory(&args, registry, console),
        Some(What::Overhead { json }) => overhead::overhead(json, console).map(|()| true),
        Some(What::List { json }) => list::list(registry, json, console).map(|()| true),
        Some(What::Patterns(args)) => patterns::patterns(&args, console).map(|()| true),
        Some(What::Doctor { json }) => doctor::doctor(json, console).map(|()| true),
        Some(What::Show(args)) => ab::show(&args, console).map(|()| true),
        Some(What::History(args)) => return history::run(&args, console),
        Some(What::Ab(args)) => return ab::ab(&args, console),
        Some(What::Noise(args)) => return noise::run(&args, console),
        #[cfg(unix)]
        Some(What::Try(args)) => return try_::try_(&args, args::color(cli.color), console),
    }?;
    Ok(u8::from(!agreed))
}
