//! Ten traps of measuring functions: what a loop with a clock around it says, what this crate says of the same two
//! functions, and why they differ.
//!
//! ```sh
//! cargo run --release -p abreast-compare --example traps              # all ten
//! cargo run --release -p abreast-compare --example traps -- --list
//! cargo run --release -p abreast-compare --example traps -- drift wrong
//! cargo run --release -p abreast-compare --example traps -- --check   # briefly
//! ```
//!
//! What can be asserted without a clock is asserted each time, in every form: which calls did which work, who was
//! named, who was timed. The rest is printed.

mod bits;
mod clock;
mod dead_code;
mod drift;
mod first_call;
mod same_code;
mod same_input;
mod set_up;
mod sorted_already;
mod told;
mod warm_cache;
mod wrong;

use abreast_compare::results::{GroupResult, Results};
use abreast_compare::{AnyGroup, Host, results_of, worker_main};
use std::process::ExitCode;
use std::time::Instant;

/// A question about two functions, and two ways to answer it.
struct Trap {
    name: &'static str,
    question: &'static str,
    /// A clock around calls, as people write it.
    naive: fn() -> Naive,
    /// The same functions, for the engine: a group with the name of the trap.
    group: fn() -> AnyGroup,
    /// Panics if what the engine found is not of the right kind; says nothing about speed.
    check: fn(&GroupResult),
    why: &'static str,
}

const TRAPS: [&Trap; 10] = [
    &dead_code::TRAP,
    &first_call::TRAP,
    &set_up::TRAP,
    &sorted_already::TRAP,
    &same_input::TRAP,
    &warm_cache::TRAP,
    &clock::TRAP,
    &drift::TRAP,
    &same_code::TRAP,
    &wrong::TRAP,
];

/// What the clock says: a name and the seconds of a call, twice. The first function is the baseline.
type Naive = [(&'static str, f64); 2];

/// Seconds of a call, over so many.
fn per_call(calls: u32, mut call: impl FnMut()) -> f64 {
    let clock = Instant::now();
    for _ in 0..calls {
        call();
    }
    clock.elapsed().as_secs_f64() / f64::from(calls)
}

/// Panics unless both functions agree and were timed.
fn are_timed(group: &GroupResult) {
    assert!(group.agreement.agreed, "{:?}", group.agreement.findings);
    let rows: Vec<f64> =
        group.cells.iter().flat_map(|cell| &cell.rows).map(|row| row.median_seconds).collect();
    assert!(rows.len() == 2 && rows.iter().all(|time| *time > 0.0), "{}: {rows:?}", group.group);
}

fn groups() -> impl Iterator<Item = AnyGroup> {
    TRAPS.into_iter().map(|trap| (trap.group)())
}

fn main() -> ExitCode {
    // The functions are called in processes of their own, which begin here, too.
    if let Some(code) = worker_main(groups()) {
        return ExitCode::from(code);
    }
    let (options, names): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with('-'));
    let chosen: Vec<&Trap> = TRAPS
        .into_iter()
        .filter(|trap| names.is_empty() || names.iter().any(|name| name == trap.name))
        .collect();
    let is_known = |name: &String| TRAPS.iter().any(|trap| trap.name == name);
    if let Some(word) = names.iter().find(|name| !is_known(name)).or_else(|| unknown(&options)) {
        eprintln!("error: {word}: there are --list, --check and {}", all_names().join(", "));
        return ExitCode::from(2);
    }
    if options.iter().any(|option| option == "--list") {
        TRAPS.iter().for_each(|trap| println!("{:<15} {}", trap.name, trap.question));
        return ExitCode::SUCCESS;
    }
    // Before the engine: some of these look at what the first calls do.
    let naive: Vec<Naive> = chosen.iter().map(|trap| (trap.naive)()).collect();
    match engine(&chosen, options.iter().any(|option| option == "--check")) {
        Ok(results) => {
            for ((trap, naive), group) in chosen.into_iter().zip(naive).zip(&results.groups) {
                assert_eq!(trap.name, group.group);
                (trap.check)(group);
                tell(trap, &naive, group);
            }
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
    }
}

fn unknown(options: &[String]) -> Option<&String> {
    options.iter().find(|option| !["--list", "--check"].contains(&&option[..]))
}

fn all_names() -> Vec<&'static str> {
    TRAPS.iter().map(|trap| trap.name).collect()
}

/// One run over the groups of these traps.
fn engine(chosen: &[&Trap], is_brief: bool) -> Result<Results, String> {
    let effort =
        if is_brief { "--exact --quick --seconds 0.01 --starts 1" } else { "--exact --quick" };
    let names = chosen.iter().map(|trap| trap.name);
    let words = ["--bench"].into_iter().chain(effort.split(' ')).chain(names);
    let arguments = words.map(Into::into).collect();
    results_of(Host { arguments, ..Host::default() }, groups())
}

fn tell(trap: &Trap, naive: &Naive, group: &GroupResult) {
    println!("{}: {}", trap.name, trap.question);
    println!("  {}", told::line("a clock around a loop", &told::naive(naive)));
    told::engine(group).iter().for_each(|line| println!("  {line}"));
    println!("  {}\n", told::wrapped(trap.why));
}
