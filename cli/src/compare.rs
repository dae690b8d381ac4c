//! `abreast compare`, and `abreast` alone: the five bodies side by side.

mod tables;

use crate::args::{Cli, CompareArgs};
use crate::check;
use crate::console::{Console, Output};
use crate::number;
use abreast::Level;
use abreast::harness::agree::{Finding, GateOptions};
use abreast::harness::compare::{self, CompareOptions};
use abreast::harness::isolated;
use abreast::harness::matrix::{self, Matrix};
use abreast::harness::model::Comparison;
use abreast::harness::overhead;
use abreast::harness::report::{self, Report};
use abreast::kernel::Entry;
use anyhow::Result;
use std::path::Path;

/// Compares everything quickly, and writes the report; `false` when a body disagrees.
pub fn quick(cli: &Cli, registry: &[Entry], console: &mut Console<'_>) -> Result<bool> {
    let page = Output::claim(&cli.html, cli.force)?;
    let entries: Vec<&Entry> = registry.iter().collect();
    let options = CompareOptions::quick()?;
    let mut comparison = measure(&entries, &options, console)?;
    let tables = tables(&entries, &options, &mut comparison)?;
    page.write(html(&comparison, &tables))?;
    if cli.json {
        console.json(&comparison)?;
        return Ok(comparison.agreement.agreed);
    }
    console.say(tables::overview(&comparison, console.columns))?;
    verdict(&comparison, console)?;
    console.say(format!("\nThe report is in {}.", cli.html.display()))?;
    Ok(comparison.agreement.agreed)
}

/// Compares what was asked; `false` when a body disagrees.
pub fn compare(args: &CompareArgs, registry: &[Entry], console: &mut Console<'_>) -> Result<bool> {
    let entries = args.which.entries(registry)?;
    let options = options(args)?;
    let to_stdout = args.json.as_deref() == Some(Path::new("-"));
    let claim =
        |path: &Option<_>| path.as_deref().map(|path| Output::claim(path, args.force)).transpose();
    let json = if to_stdout { None } else { claim(&args.json)? };
    let (csv, md, page) = (claim(&args.csv)?, claim(&args.md)?, claim(&args.html)?);

    let mut comparison = measure(&entries, &options, console)?;
    let tables = match page {
        Some(_) => tables(&entries, &options, &mut comparison)?,
        None => Vec::new(),
    };
    let write = |file: Option<Output>, text: &dyn Fn() -> Result<String>| {
        file.map_or(Ok(()), |file| file.write(text()?))
    };
    write(json, &|| Ok(serde_json::to_string_pretty(&comparison)? + "\n"))?;
    write(csv, &|| Ok(report::csv(&comparison)))?;
    write(md, &|| Ok(report::markdown(&comparison)))?;
    write(page, &|| Ok(html(&comparison, &tables)))?;
    if to_stdout {
        console.json(&comparison)?;
        return Ok(comparison.agreement.agreed);
    }
    for kernel in &comparison.kernels {
        console.say(tables::kernel(kernel, console.columns))?;
    }
    verdict(&comparison, console)?;
    Ok(comparison.agreement.agreed)
}

fn options(args: &CompareArgs) -> Result<CompareOptions> {
    let mut options = CompareOptions { quick: args.quick, ..CompareOptions::new()? };
    options.bodies = args.which.bodies()?;
    options.seed = number::count("seed", &args.seed, 0)?;
    options.timeout = args.timeout.limit()?;
    if !args.isa.is_empty() {
        options.levels =
            args.isa.iter().map(|name| Level::named(name)).collect::<Result<_, _>>()?;
    }
    if let Some(sizes) = &args.sizes {
        options.sizes = Some(number::counts("sizes", sizes, 1)?);
    }
    if let Some(threads) = &args.threads {
        let counts = number::counts("threads", threads, 1)?;
        options.threads = counts.into_iter().map(|count| count as usize).collect();
    }
    Ok(options)
}

fn measure(
    entries: &[&Entry],
    options: &CompareOptions,
    console: &mut Console<'_>,
) -> Result<Comparison> {
    check::trusting(console);
    let bar = console.progress(1);
    let comparison = compare::compare(entries, options, &mut |progress| {
        bar.set_length(progress.of as u64);
        bar.set_position(progress.done as u64);
        bar.set_message(progress.next.to_owned());
    });
    bar.finish_and_clear();
    Ok(comparison?)
}

/// The findings and the verdict, and what should make a reader careful.
fn verdict(comparison: &Comparison, console: &mut Console<'_>) -> Result<()> {
    console.say("")?;
    comparison.verdict.iter().try_for_each(|line| console.say(line))?;
    comparison.warnings.iter().try_for_each(|line| console.say(format!("Note: {line}.")))
}

/// The same-bits tables of the page. A body that passed the gate and ends its process here is one
/// more finding.
fn tables(
    entries: &[&Entry],
    options: &CompareOptions,
    comparison: &mut Comparison,
) -> Result<Vec<Matrix>> {
    let gate = GateOptions { seed: options.seed, ..GateOptions::quick() };
    let (places, mut matrices) = (matrix::places()?, Vec::new());
    for entry in entries {
        let checked = isolated::table(entry, &places, &gate, options.timeout)?;
        matrices.extend(checked.matrix);
        let agreement = &mut comparison.agreement;
        let report = agreement.reports.iter().find(|report| report.kernel == entry.name);
        for finding in checked.gate.findings {
            let is_known = |known: &Finding| known.accused == finding.accused;
            if !report.as_ref().is_some_and(|report| report.findings.iter().any(is_known)) {
                agreement.agreed = false;
                comparison.verdict.push(format!("DISAGREES  {finding}"));
            }
        }
    }
    Ok(matrices)
}

/// The page: the comparison, the same-bits tables and the price of crossing, all from this run.
fn html(comparison: &Comparison, matrices: &[Matrix]) -> String {
    let overhead = overhead::overhead();
    let command = &command_line();
    report::html(&Report { command, comparison, matrices, overhead: Some(&overhead) })
}

/// How to run this again, for the report.
fn command_line() -> String {
    let words = std::env::args().skip(1);
    ["abreast".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}
