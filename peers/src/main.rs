//! Ours beside the best of others, kernel by kernel and executor by executor: see README.md.

mod about;
mod blas;
mod buffer;
mod cases;
mod counts;
mod engine;
mod foreign;
mod graphs;
mod matrix;
mod number;
mod options;
mod race;
mod rows;
mod show;
mod small;
mod tasks;
mod vector;

use cases::Case;
use options::{Asked, Options};
use std::ffi::OsString;
use std::process::{Command, ExitCode};

/// The first argument of a process that says who takes part.
const ABOUT: &str = "about";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next();
    let done = match first.as_ref().and_then(|first| first.to_str()) {
        Some(engine::CASE) => one_case(arguments),
        Some(ABOUT) => about(),
        _ => Options::parse(first.into_iter().chain(arguments)).and_then(asked),
    };
    ExitCode::from(done.unwrap_or_else(|why| {
        eprintln!("error: {why}");
        2
    }))
}

/// The process that runs one case.
fn one_case(mut arguments: impl Iterator<Item = OsString>) -> Result<u8, String> {
    let name = arguments.next().unwrap_or_default();
    let case = cases::all().into_iter().find(|case| *case.name == *name);
    let case = case.ok_or_else(|| format!("there is no case {}", name.to_string_lossy()))?;
    Ok(engine::one_case(&case, arguments.collect()))
}

/// The process that says who takes part.
fn about() -> Result<u8, String> {
    println!("{}", serde_json::to_string(&about::entries()).map_err(|why| why.to_string())?);
    Ok(0)
}

/// The same from a process of its own, where the libraries are told to use one thread.
fn asked_about() -> Result<Vec<about::Entry>, String> {
    let in_words = |why: std::io::Error| format!("who takes part: {why}");
    let mut command = Command::new(std::env::current_exe().map_err(in_words)?);
    let out = command.arg(ABOUT).envs(blas::ONE_THREAD).output().map_err(in_words)?;
    serde_json::from_slice(&out.stdout).map_err(|why| format!("who takes part: {why}"))
}

fn asked(asked: Asked) -> Result<u8, String> {
    let options = match asked {
        Asked::Help => {
            print!("{}", options::HELP);
            return Ok(0);
        }
        Asked::Run(options) => options,
    };
    let all = cases::all();
    let chosen: Vec<&Case> = all.iter().filter(|case| options.selects(&case.name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = all.iter().map(|case| &case.name[..]).collect();
        return Err(format!(
            "nothing matches {}; there are {}",
            options.filters.join(" "),
            names.join(", ")
        ));
    }
    if options.list {
        chosen.iter().for_each(|case| println!("{}", case.name));
        return Ok(0);
    }
    if cfg!(debug_assertions) && !options.request.check {
        return Err("nothing is timed: this build has debug assertions; use `cargo run --release`"
            .to_owned());
    }
    options.check_files()?;
    race(&options, &chosen)
}

fn race(options: &Options, chosen: &[&Case]) -> Result<u8, String> {
    let mut report = show::Report::new(options.request.quick, asked_about()?);
    println!("{}", report.machine_in_words());
    if let Some(warning) = report.crowded() {
        eprintln!("warning: {warning}");
    }
    report.about.iter().for_each(|entry| println!("{}: {}", entry.name, entry.says));
    match options.request.small {
        true => println!(),
        false => println!("\n{}", show::head()),
    }
    for case in chosen {
        one(case, options, &mut report);
    }
    println!();
    report.skipped.dedup();
    report.remarks().for_each(|line| println!("{line}"));
    println!("Every rival at every size: {}", engine::folder().display());
    options.write(&report)?;
    Ok(u8::from(!report.problems.is_empty()))
}

/// Runs a case and shows its rows.
fn one(case: &Case, options: &Options, report: &mut show::Report) {
    if case.sizes(&options.request).is_empty() {
        let option = if options.request.small { "--small" } else { "--quick" };
        report.skipped.push(format!("{}: left out with {option}", case.name));
        return;
    }
    let ran = match engine::run(case, &options.request) {
        Ok(ran) => ran,
        Err(why) => {
            println!("{}: {why}", case.name);
            return report.problems.push(format!("{}: {why}", case.name));
        }
    };
    let group = &ran.group;
    let is_doubtful = group.doubts(case.ours);
    for untimed in group.untimed.iter().filter(|untimed| untimed.why != "not asked for") {
        let said = format!("{}: {}: {}", case.name, untimed.variant, untimed.why);
        match untimed.is_skipped() {
            true => report.skipped.push(said),
            false if is_doubtful => report.problems.push(said),
            false => report.wrong.push(format!("WRONG: {said}")),
        }
    }
    if options.request.check {
        let agreement = &group.agreement;
        let word = if agreement.agreed { "all agree" } else { "not all agree" };
        println!("{:30} {word} on {} inputs, {}", case.name, agreement.inputs, agreement.within);
    } else if options.request.small {
        let table = small::Table::of(case, group);
        println!("{}", table.text());
        report.small.push(table);
    } else {
        let (rows, missing) = rows::rows(case, group);
        rows.iter().for_each(|row| println!("{}", show::row(row)));
        report.rows.extend(rows);
        report.skipped.extend(missing);
    }
    report.details.push(ran.whole);
}
