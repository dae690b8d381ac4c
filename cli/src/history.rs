//! `abreast history`: saved runs over time, and the runs between which something changed.

use crate::console::{Console, shown};
use crate::ended;
use crate::output::{Format, Outputs};
use abreast_compare::history::{History, Wanted, history, page};
use abreast_compare::runs::Run;
use anyhow::{Context, Error, Result, bail};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct HistoryArgs {
    /// Files that --save has written, or folders of them
    #[arg(required = true, value_name = "FILE")]
    pub runs: Vec<PathBuf>,
    /// Times alone, and not what they are against the baseline's of the same run
    #[arg(long)]
    pub times: bool,
    /// The variant that the others are compared with (default: the first one of each function)
    #[arg(long, value_name = "VARIANT", conflicts_with = "times")]
    pub baseline: Option<String>,
    /// The lines as plots, on one page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Overwrite a page that abreast did not write
    #[arg(long)]
    pub force: bool,
    /// One JSON object instead of sentences
    #[arg(long)]
    pub json: bool,
}

/// Returns the exit code: what can be read is shown, also when something else cannot.
pub fn run(args: &HistoryArgs, console: &mut Console<'_>) -> Result<u8> {
    let mut outputs = Outputs::new(args.force);
    if args.json {
        outputs.prints("--json")?;
    }
    let html = args.html.as_deref();
    let mut html = outputs.claim_if("--html", html, Format::History, console)?;
    let mut runs = Vec::new();
    let mut bad = Vec::new();
    for file in files(&args.runs)? {
        match Run::read(&file) {
            Ok(run) => runs.push((name(&file), run)),
            Err(why) => bad.push(why),
        }
    }
    bad.iter().for_each(|why| console.note(format!("left out: {why}")));
    if runs.is_empty() {
        bail!("there is no saved run among these files");
    }
    let wanted = Wanted { times: args.times, baseline: args.baseline.clone() };
    let history = history(runs, &wanted).map_err(Error::msg)?;
    let written = html.as_mut().map_or(Ok(()), |html| html.write(page(&history), console));
    match args.json {
        true => console.json(&history)?,
        false => console.aside(outputs.on_stdout(), |console| show(&history, console))?,
    }
    let read = if bad.is_empty() { 0 } else { 2 };
    Ok(ended::both(read, written.map(|()| 0), console))
}

/// The files, with those of a folder in its place; each once.
fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in named {
        let found = if path.is_dir() { in_folder(path)? } else { vec![path.clone()] };
        for file in found {
            let whole = |path: &Path| path.canonicalize().ok();
            if files.iter().all(|known| whole(known).is_none() || whole(known) != whole(&file)) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| shown(folder))?;
    let files = entries.map(|entry| Ok(entry.with_context(|| shown(folder))?.path()));
    let is_run = |path: &PathBuf| path.extension().is_some_and(|end| end == "json");
    let mut files: Vec<PathBuf> = files.collect::<Result<_>>()?;
    files.retain(is_run);
    files.sort();
    if files.is_empty() {
        bail!("{} has no file that ends in .json", shown(folder));
    }
    Ok(files)
}

/// What the run was saved as.
fn name(file: &Path) -> String {
    shown(Path::new(file.file_stem().unwrap_or(file.as_os_str())))
}

fn show(history: &History, console: &mut Console<'_>) -> Result<()> {
    for change in history.lines.iter().flat_map(|line| &line.changes) {
        console.sentence(&change.words)?;
        change.other_build.iter().try_for_each(|line| console.sentence(&format!("  {line}")))?;
    }
    history.words.iter().try_for_each(|line| console.sentence(line))
}
