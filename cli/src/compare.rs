//! `abreast compare`, and `abreast` alone: the variants side by side.

mod tables;

use crate::args::{Cli, CompareArgs};
use crate::check;
use crate::console::Console;
use crate::ended;
use crate::number;
use crate::output::{self, Format, Output, Outputs};
use abreast::Level;
use abreast::harness::compare::{self, CompareOptions};
use abreast::harness::gate::{Finding, GateOptions};
use abreast::harness::isolated;
use abreast::harness::model::Comparison;
use abreast::harness::overhead;
use abreast::harness::report::{self, Report};
use abreast::harness::same_bits::{self, SameBits};
use abreast::kernel::Entry;
use anyhow::Result;

/// Compares everything quickly, and writes the report; returns the exit code.
pub fn quick(cli: &Cli, registry: &[Entry], console: &mut Console<'_>) -> Result<u8> {
    let mut outputs = Outputs::new(cli.force);
    if cli.json {
        outputs.prints("--json")?;
    }
    let mut page = outputs.claim("--html", &cli.html, Format::Report, console)?;
    let entries: Vec<&Entry> = registry.iter().collect();
    let options = CompareOptions::quick()?;
    let mut comparison = measure(&entries, &options, console)?;
    let tables = tables(&entries, &options, &mut comparison)?;
    let written = page.write(html(&comparison, &tables), console);
    if cli.json {
        console.json(&comparison)?;
    } else {
        console.aside(outputs.on_stdout(), |console| {
            console.say(tables::overview(&comparison, console.screen))?;
            verdict(&comparison, console)?;
            match page.file_name().filter(|_| written.is_ok()) {
                Some(name) => console.say(format!("\nThe report is in {name}.")),
                None => Ok(()),
            }
        })?;
    }
    Ok(ended(&comparison, written, console))
}

/// The exit code: what disagrees, and what could not be written.
fn ended(comparison: &Comparison, written: Result<()>, console: &mut Console<'_>) -> u8 {
    let found = u8::from(!comparison.agreement.agreed);
    ended::both(found, written.map(|()| 0), console)
}

/// Compares what was asked; returns the exit code.
pub fn compare(args: &CompareArgs, registry: &[Entry], console: &mut Console<'_>) -> Result<u8> {
    let entries = args.which.entries(registry)?;
    let options = options(args, &entries)?;
    let mut files = Files::claim(args, console)?;
    // Before anything is said or measured.
    options.check(&entries)?;
    let mut comparison = measure(&entries, &options, console)?;
    let reports = &comparison.agreement.reports;
    let class = |name| entries.iter().find(|entry| entry.name == name).map(|entry| entry.class);
    let within = reports.iter().filter_map(|gate| gate.within_bound(class(gate.kernel)?)).collect();
    comparison.verdict = [comparison.verdict, within].concat();
    // They may add findings, which belong in every file.
    let tables = match files.page {
        Some(_) => tables(&entries, &options, &mut comparison)?,
        None => Vec::new(),
    };
    let written = files.write(&comparison, &tables, console);
    // Whoever asked for JSON on stdout has it, and wants nothing else.
    if !files.json_on_stdout {
        console.aside(files.on_stdout, |console| {
            for kernel in &comparison.kernels {
                console.say(tables::kernel(kernel, console.screen))?;
            }
            verdict(&comparison, console)
        })?;
    }
    Ok(ended(&comparison, written, console))
}

/// What a comparison is written to.
struct Files {
    json: Option<Output>,
    csv: Option<Output>,
    md: Option<Output>,
    page: Option<Output>,
    json_on_stdout: bool,
    on_stdout: bool,
}

impl Files {
    fn claim(args: &CompareArgs, console: &mut Console<'_>) -> Result<Files> {
        let mut outputs = Outputs::new(args.force);
        let json = outputs.claim_if("--json", args.json.as_deref(), Format::Json, console)?;
        let json_on_stdout = outputs.on_stdout();
        let mut claim = |option, path: &Option<std::path::PathBuf>, format| {
            outputs.claim_if(option, path.as_deref(), format, console)
        };
        let csv = claim("--csv", &args.csv, Format::Csv)?;
        let md = claim("--md", &args.md, Format::Markdown)?;
        let page = claim("--html", &args.html, Format::Report)?;
        Ok(Files { json, csv, md, page, json_on_stdout, on_stdout: outputs.on_stdout() })
    }

    /// Writes what can be written, and says what could not.
    fn write(
        &mut self,
        comparison: &Comparison,
        tables: &[SameBits],
        console: &mut Console<'_>,
    ) -> Result<()> {
        let on_stdout = self.json_on_stdout;
        let json = || match on_stdout {
            true => Ok(serde_json::to_string(comparison)? + "\n"),
            false => Ok(serde_json::to_string_pretty(comparison)? + "\n"),
        };
        let csv = || Ok(report::csv(comparison));
        let md = || Ok(report::markdown(comparison));
        let page = || Ok(html(comparison, tables));
        let mut write = |file: &mut Option<Output>, text: &dyn Fn() -> Result<String>| match file {
            Some(file) => file.write(text()?, console),
            None => Ok(()),
        };
        // The page last: it prices the crossings, and what is measured by now should be safe.
        output::all([
            write(&mut self.json, &json),
            write(&mut self.csv, &csv),
            write(&mut self.md, &md),
            write(&mut self.page, &page),
        ])
    }
}

fn options(args: &CompareArgs, entries: &[&Entry]) -> Result<CompareOptions> {
    let mut options = CompareOptions { quick: args.quick, ..CompareOptions::new()? };
    options.variants = args.which.variants(entries)?;
    options.baseline = args.baseline.clone();
    options.seed = number::count("seed", &args.seed, 0)?;
    options.starts = number::count("starts", &args.starts, 1)?;
    options.layouts = number::count("layouts", &args.layouts, 1)?;
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

/// Compares, and says how far it is.
pub fn measure(
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
    comparison.verdict.iter().try_for_each(|line| console.sentence(line))?;
    comparison.warnings.iter().try_for_each(|line| console.sentence(&format!("Note: {line}.")))
}

/// The same-bits tables of the page. A variant that passed the gate and ends its process here is one
/// more finding.
fn tables(
    entries: &[&Entry],
    options: &CompareOptions,
    comparison: &mut Comparison,
) -> Result<Vec<SameBits>> {
    let gate = GateOptions { seed: options.seed, ..GateOptions::quick() };
    let (executors, mut matrices) = (same_bits::executors()?, Vec::new());
    for entry in entries {
        let checked = isolated::table(entry, &executors, &gate, options.timeout)?;
        matrices.extend(checked.matrix);
        let agreement = &mut comparison.agreement;
        let report = agreement.reports.iter().find(|report| report.kernel == entry.name);
        for finding in checked.gate.findings {
            let is_known = |known: &Finding| known.target == finding.target;
            if !report.as_ref().is_some_and(|report| report.findings.iter().any(is_known)) {
                agreement.agreed = false;
                comparison.verdict.push(format!("DISAGREES  {finding}"));
            }
        }
    }
    Ok(matrices)
}

/// The page: the comparison, the same-bits tables and the price of crossing, all from this run.
fn html(comparison: &Comparison, matrices: &[SameBits]) -> String {
    let overhead = overhead::overhead();
    let command = &command_line();
    report::html(&Report { command, comparison, matrices, overhead: Some(&overhead) })
}

/// How to run this again, for the report.
fn command_line() -> String {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    ["abreast".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}
