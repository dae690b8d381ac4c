//! `abreast compare`, and `abreast` alone: the five bodies side by side.

mod tables;

use crate::args::{Cli, CompareArgs};
use crate::console::{Console, Output};
use crate::number;
use abreast::Level;
use abreast::harness::agree::GateOptions;
use abreast::harness::compare::{self, CompareOptions};
use abreast::harness::matrix;
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
    let comparison = measure(&entries, &options, console)?;
    page.write(html(&entries, &options, &comparison)?)?;
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

    let comparison = measure(&entries, &options, console)?;
    let write = |file: Option<Output>, text: &dyn Fn() -> Result<String>| {
        file.map_or(Ok(()), |file| file.write(text()?))
    };
    write(json, &|| Ok(serde_json::to_string_pretty(&comparison)? + "\n"))?;
    write(csv, &|| Ok(report::csv(&comparison)))?;
    write(md, &|| Ok(report::markdown(&comparison)))?;
    write(page, &|| html(&entries, &options, &comparison))?;
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

/// The page: the comparison, the same-bits tables and the price of crossing, all from this run.
fn html(entries: &[&Entry], options: &CompareOptions, comparison: &Comparison) -> Result<String> {
    let gate = GateOptions { seed: options.seed, ..GateOptions::quick() };
    let places = matrix::places()?;
    let tables = entries.iter().map(|entry| matrix::matrix(entry, &places, &gate));
    let matrices = tables.collect::<Result<Vec<_>, _>>()?;
    let overhead = overhead::overhead();
    let command = &command_line();
    Ok(report::html(&Report {
        command,
        comparison,
        matrices: &matrices,
        overhead: Some(&overhead),
    }))
}

/// How to run this again, for the report.
fn command_line() -> String {
    let words = std::env::args().skip(1);
    ["abreast".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}
