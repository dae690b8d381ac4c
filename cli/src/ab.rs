//! `abreast ab`: two builds of one benchmark, started in turns. `abreast show`: runs that were saved.

use crate::console::{Console, shown};
use crate::ended::{self, Disagrees};
use crate::{number, table};
use abreast_compare::format::{ratio, seconds};
use abreast_compare::results::Against;
use abreast_compare::runs::{Rule, Run, Time, add_to_page};
use anyhow::{Context, Error, Result, anyhow, bail};
use clap::Args;
use comfy_table::Cell;
use serde::Serialize;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Args)]
pub struct AbArgs {
    /// The benchmark as it was: a program that `cargo bench --no-run` has built with abreast-compare
    pub old: PathBuf,
    /// The benchmark as it is
    pub new: PathBuf,
    /// How often each is started
    #[arg(long, default_value = "4", value_name = "N", allow_hyphen_values = true)]
    pub starts: String,
    /// Exit code 3 if 'slower > 5%' holds of anything, with its whole interval
    #[arg(long, value_name = "RULE")]
    pub fail_if: Option<String>,
    /// Add to this file, as Markdown: what fails first, for the page of a CI job
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
    /// What both are given: filters, --quick, --sizes ..
    #[arg(last = true, value_name = "ARGS")]
    pub rest: Vec<OsString>,
}

#[derive(Args)]
pub struct ShowArgs {
    /// Files that --save has written; the later ones are compared with the first
    #[arg(required = true, value_name = "FILE")]
    pub runs: Vec<PathBuf>,
    /// One JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Saved runs, as JSON.
#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    runs: Vec<ShownRun>,
    /// The later ones beside the first.
    against: Vec<Against>,
}

/// Two builds, as JSON.
#[derive(Serialize)]
struct Compared<'a> {
    schema: &'static str,
    #[serde(flatten)]
    against: &'a Against,
}

#[derive(Serialize)]
struct ShownRun {
    file: String,
    bench: String,
    created: String,
    cpu: Option<String>,
    times: Vec<Time>,
}

/// Returns the exit code.
pub fn ab(args: &AbArgs, console: &mut Console<'_>) -> Result<u8> {
    let starts = number::count("starts", &args.starts, 1)?;
    let rule =
        args.fail_if.as_ref().map(|text| Rule::parse(text)).transpose().map_err(Error::msg)?;
    let programs = [find(&args.old)?, find(&args.new)?];
    let page = |found| {
        let added = args.summary.iter().try_for_each(|path| add_to_page(path, found));
        added.map_err(|why| anyhow!("--summary: {why}"))
    };
    page(None)?;
    let folder = tempfile::tempdir().context("no private folder can be made")?;
    let bar = console.progress(2 * starts);
    let mut runs: [Option<Run>; 2] = [None, None];
    for start in 0..starts {
        // Whoever came second comes first: what changes slowly on the machine hits both alike.
        for turn in 0..2 {
            let which = usize::from((start + turn) % 2 == 1);
            let file = folder.path().join(format!("{which}-{start}.json"));
            let run = one_start(&programs[which], &args.rest, &file)?;
            match &mut runs[which] {
                Some(all) => all.add(run),
                none => *none = Some(run),
            }
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    let [Some(old), Some(new)] = runs else { bail!("nothing was started") };
    let found = new.against(&shown(&args.old), &old).map_err(Error::msg)?;
    let failures = rule.map_or(Vec::new(), |rule| rule.failures(&found));
    match args.json {
        true => console.json(&Compared { schema: "abreast.ab/1", against: &found })?,
        false => changes(&found, console)?,
    }
    failures.iter().for_each(|line| console.note(format!("failed: {line}")));
    let code = if failures.is_empty() { 0 } else { 3 };
    Ok(ended::both(code, page(Some((&found, &failures[..]))).map(|()| 0), console))
}

/// A program by its path: nothing is looked for in PATH.
fn find(program: &Path) -> Result<PathBuf> {
    program.canonicalize().with_context(|| shown(program))
}

/// Starts a benchmark once, and returns what it saved.
fn one_start(program: &Path, rest: &[OsString], file: &Path) -> Result<Run> {
    let output = Command::new(program)
        .args(["--bench", "--starts", "1"])
        .args(rest)
        .arg("--save")
        .arg(file)
        // Its own report is that of its whole runs.
        .arg("--html")
        .arg(file.with_extension("html"))
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", shown(program)))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().filter(|line| line.starts_with("error")).collect::<Vec<_>>().join("; ");
    let colon = if said.is_empty() { "" } else { ": " };
    match output.status.code() {
        Some(0) if file.exists() => Run::read(file).map_err(Error::msg),
        Some(0) => {
            bail!("{} has saved nothing: it is no benchmark with abreast-compare", shown(program))
        }
        Some(1) => bail!(Disagrees(format!(
            "{}: its variants do not agree: start it by itself to see",
            shown(program)
        ))),
        _ => bail!("{} ended with {}{colon}{said}", shown(program), output.status),
    }
}

/// One row for everything that both have.
fn changes(found: &Against, console: &mut Console<'_>) -> Result<()> {
    let mut rows = table::new(&["", "times as long", "interval"]);
    for change in &found.changes {
        let mark = change.standing.mark();
        let value = format!("{}x {mark}", ratio(change.times_as_long)).trim_end().to_owned();
        let ends = change.low.zip(change.high);
        let ends =
            ends.map_or(String::new(), |(low, high)| format!("{}-{}", ratio(low), ratio(high)));
        rows.add_row([
            Cell::new(&change.entry),
            table::ratio(value, change.standing),
            Cell::new(ends),
        ]);
    }
    table::numbers(&mut rows, 1..3);
    console.say(table::narrow(rows, console.screen))?;
    console.say("")?;
    found.words.iter().try_for_each(|line| console.sentence(line))
}

/// Shows saved runs, and the later ones beside the first.
pub fn show(args: &ShowArgs, console: &mut Console<'_>) -> Result<()> {
    let read = |path: &PathBuf| Run::read(path).map_err(Error::msg);
    let runs: Vec<Run> = args.runs.iter().map(read).collect::<Result<_>>()?;
    if args.json {
        return console.json(&as_json(args, &runs)?);
    }
    for (path, run) in args.runs.iter().zip(&runs) {
        let cpu = run.cpu().unwrap_or("an unknown CPU");
        let line = format!("{}: {}, {}, on {cpu}", shown(path), run.bench(), run.created());
        console.sentence(&line)?;
    }
    let Some((first, others)) = runs.split_first() else { return Ok(()) };
    if others.is_empty() {
        console.say("")?;
        return console.say(times(first, console));
    }
    for (path, run) in args.runs[1..].iter().zip(others) {
        console.say("")?;
        console.sentence(&format!("{} against {}", shown(path), shown(&args.runs[0])))?;
        changes(&run.against(&shown(&args.runs[0]), first).map_err(Error::msg)?, console)?;
    }
    Ok(())
}

fn as_json(args: &ShowArgs, runs: &[Run]) -> Result<Shown> {
    let one = |(path, run): (&PathBuf, &Run)| ShownRun {
        file: shown(path),
        bench: run.bench(),
        created: run.created().to_owned(),
        cpu: run.cpu().map(str::to_owned),
        times: run.times(),
    };
    let beside = |run: &Run| run.against(&shown(&args.runs[0]), &runs[0]).map_err(Error::msg);
    Ok(Shown {
        schema: "abreast.show/1",
        runs: args.runs.iter().zip(runs).map(one).collect(),
        against: runs.iter().skip(1).map(beside).collect::<Result<_>>()?,
    })
}

fn times(run: &Run, console: &Console<'_>) -> String {
    let mut rows = table::new(&["", "time", "interval", "starts"]);
    for time in run.times() {
        let ends = time.ends;
        let ends =
            ends.map_or(String::new(), |(low, high)| format!("{}-{}", seconds(low), seconds(high)));
        rows.add_row([time.name, seconds(time.median), ends, time.starts.to_string()]);
    }
    table::numbers(&mut rows, 1..4);
    table::narrow(rows, console.screen)
}
