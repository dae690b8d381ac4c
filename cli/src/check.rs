//! `abreast check`: the gate, and the same-bits table.

use crate::args::{self, CheckArgs};
use crate::console::Console;
use crate::{number, table};
use abreast::harness::agree::{GateOptions, GateReport};
use abreast::harness::isolated;
use abreast::harness::matrix::{self, Matrix, Row};
use abreast::kernel::Entry;
use abreast::{Body, Level};
use anyhow::Result;
use serde::Serialize;

/// What `check --json` prints.
#[derive(Serialize)]
struct Checked {
    schema: &'static str,
    agreed: bool,
    gate: Vec<GateReport>,
    matrix: Vec<Matrix>,
}

/// Checks; `false` when a body disagrees.
pub fn check(args: &CheckArgs, registry: &[Entry], console: &mut Console<'_>) -> Result<bool> {
    let entries = args.which.entries(registry)?;
    let options = GateOptions {
        bodies: args.which.bodies()?,
        levels: args::levels_up_to(args.isa.as_deref())?,
        seed: number::count("seed", &args.seed, 0)?,
        quick: args.quick,
    };
    let places = if args.exec.is_empty() { matrix::places()? } else { args::places(&args.exec)? };
    let limit = args.timeout.limit()?;
    trusting(console);
    let bar = console.progress(entries.len() as u64);
    let mut checked =
        Checked { schema: "abreast.check/1", agreed: true, gate: Vec::new(), matrix: Vec::new() };
    for entry in entries {
        let isolated::Checked { gate, matrix } =
            isolated::check(entry, &places, &options, limit, &mut |progress| {
                bar.set_message(format!("{}, {}", progress.kernel, progress.now));
            })?;
        checked.agreed &= gate.passed() && matrix.as_ref().is_some_and(Matrix::same_bits);
        checked.gate.push(gate);
        checked.matrix.extend(matrix);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.json {
        console.json(&checked)?;
    } else {
        show(&checked, &options, console)?;
    }
    Ok(checked.agreed)
}

/// Says that the gate trusts the bodies with this process, where it does.
pub fn trusting(console: &mut Console<'_>) {
    if !isolated::can_isolate() {
        console.note(
            "Note: the bodies run in this process: one that crashes or exits ends the program \
             here, unnamed. Where there are worker processes (Linux), and the program's main is \
             abreast_cli::main, it would be named.",
        );
    }
}

fn show(checked: &Checked, options: &GateOptions, console: &mut Console<'_>) -> Result<()> {
    console.say(same_bits(&checked.matrix, options, console.columns))?;
    for matrix in &checked.matrix {
        if let (Some(reason), [_, _, ..]) = (matrix.fused, &matrix.hashes()[..]) {
            console
                .say(format!("{}: two hashes, with FMA and without: {reason}", matrix.kernel))?;
        }
    }
    let (cases, runs) =
        checked.gate.iter().fold((0, 0), |(c, r), gate| (c + gate.cases, r + gate.runs));
    console.say(format!("\nThe gate: {runs} runs over {cases} problems."))?;
    for finding in checked.gate.iter().flat_map(|gate| &gate.findings) {
        console.say(format!("DISAGREES  {finding}"))?;
    }
    let failures: Vec<String> = checked.matrix.iter().flat_map(disagreements).collect();
    failures.iter().try_for_each(|line| console.say(line))?;
    if !checked.agreed {
        return console.say("\nNot everything agrees.");
    }
    let [bodies, levels] = [options.bodies.len(), options.levels.len()];
    let places = checked.matrix.first().map_or(0, |matrix| matrix.executors.len());
    let kernels = checked.matrix.len();
    console.say(format!(
        "Every hash is as it should be: {kernels} kernels x {bodies} bodies x {levels} levels x {places} executors."
    ))
}

/// One row per kernel and body, one column per level. A cell is the hash that all executors gave.
fn same_bits(matrices: &[Matrix], options: &GateOptions, columns: Option<u16>) -> String {
    let levels = options.levels.iter().map(|level| level.name());
    let mut table = table::new(&["kernel", "body"].into_iter().chain(levels).collect::<Vec<_>>());
    for matrix in matrices {
        for body in &options.bodies {
            let cells = options.levels.iter().map(|level| cell(matrix, *body, *level));
            table.add_row([matrix.kernel.to_owned(), body.to_string()].into_iter().chain(cells));
        }
    }
    let places = matrices.first().map_or(String::new(), |matrix| matrix.executors.join(", "));
    format!(
        "{}\n\nEach hash is of the output bytes, the same on {places}.",
        table::narrow(table, columns)
    )
}

fn cell(matrix: &Matrix, body: Body, level: Level) -> String {
    let row = matrix.rows.iter().find(|row| row.body == body && row.level == level.isa());
    match row {
        Some(row) if row.agrees() => row.expected.clone(),
        Some(row) => format!("{} DIFFER", row.cells.iter().filter(|cell| !cell.agrees).count()),
        // It ended its process, or did not end.
        None => "not run".to_owned(),
    }
}

/// A line for each run whose hash is not the expected one.
fn disagreements(matrix: &Matrix) -> Vec<String> {
    let line = |row: &Row, place: &str, hash: Option<&str>, fault: Option<&str>| {
        format!(
            "DISAGREES  {}, {} at {}, n = {} on {place}: {} instead of {}",
            matrix.kernel,
            row.body,
            row.level.name(),
            matrix.n,
            hash.or(fault).unwrap_or("nothing"),
            row.expected,
        )
    };
    let of_row = |row: &Row| -> Vec<String> {
        let cells = row.cells.iter().zip(&matrix.executors).filter(|(cell, _)| !cell.agrees);
        cells
            .map(|(cell, place)| line(row, place, cell.hash.as_deref(), cell.fault.as_deref()))
            .collect()
    };
    matrix.rows.iter().flat_map(of_row).collect()
}
