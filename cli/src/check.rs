//! `abreast check`: the gate, and the same-bits table.

use crate::args::{self, CheckArgs};
use crate::console::{Console, Screen};
use crate::{number, table};
use abreast::Level;
use abreast::harness::gate::{GateOptions, GateReport};
use abreast::harness::isolated;
use abreast::harness::same_bits::{self, SameBits};
use abreast::kernel::Entry;
use anyhow::Result;
use serde::Serialize;

/// What `check --json` prints.
#[derive(Serialize)]
struct Checked {
    schema: &'static str,
    agreed: bool,
    gate: Vec<GateReport>,
    same_bits: Vec<SameBits>,
}

/// Checks; `false` when a variant disagrees.
pub fn check(args: &CheckArgs, registry: &[Entry], console: &mut Console<'_>) -> Result<bool> {
    let entries = args.which.entries(registry)?;
    let options = GateOptions {
        variants: args.which.variants(&entries)?,
        levels: args::levels_up_to(args.isa.as_deref())?,
        seed: number::count("seed", &args.seed, 0)?,
        quick: args.quick,
    };
    let executors = match &args.exec[..] {
        [] => same_bits::executors()?,
        names => args::executors(names)?,
    };
    let limit = args.timeout.limit()?;
    trusting(console);
    let bar = console.progress(entries.len() as u64);
    let mut checked = Checked {
        schema: "abreast.check/2",
        agreed: true,
        gate: Vec::new(),
        same_bits: Vec::new(),
    };
    for entry in &entries {
        if !entry.variants().any(|variant| options.wants(variant.name)) {
            console.note(format!("Note: {} has no such variant and is not checked.", entry.name));
            bar.inc(1);
            continue;
        }
        let isolated::Checked { gate, matrix } =
            isolated::check(entry, &executors, &options, limit, &mut |progress| {
                bar.set_message(format!("{}, {}", progress.kernel, progress.now));
            })?;
        checked.agreed &= gate.passed() && matrix.as_ref().is_some_and(SameBits::same_bits);
        checked.gate.push(gate);
        checked.same_bits.extend(matrix);
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.json {
        console.json(&checked)?;
    } else {
        show(&checked, &entries, &options, console)?;
    }
    Ok(checked.agreed)
}

/// Says that the gate trusts the variants with this process, where it does.
pub fn trusting(console: &mut Console<'_>) {
    if !isolated::can_isolate() {
        console.note(
            "Note: the variants run in this process: one that crashes or exits ends the program \
             here, unnamed. Where there are worker processes (Linux), and the program's main is \
             abreast_cli::main, it would be named.",
        );
    }
}

fn show(
    checked: &Checked,
    entries: &[&Entry],
    options: &GateOptions,
    console: &mut Console<'_>,
) -> Result<()> {
    console.say(same_bits(&checked.same_bits, entries, options, console.screen))?;
    for matrix in &checked.same_bits {
        if let (Some(reason), [_, _, ..]) = (matrix.fused, &matrix.hashes()[..]) {
            console
                .say(format!("{}: two hashes, with FMA and without: {reason}", matrix.kernel))?;
        }
    }
    for gate in &checked.gate {
        let entry = entries.iter().find(|entry| entry.name == gate.kernel);
        if let Some(sentence) = entry.and_then(|entry| gate.within_bound(entry.class)) {
            console.say(sentence)?;
        }
    }
    let (cases, runs) =
        checked.gate.iter().fold((0, 0), |(c, r), gate| (c + gate.cases, r + gate.runs));
    console.say(format!("\nThe gate: {runs} runs over {cases} problems."))?;
    for finding in checked.gate.iter().flat_map(|gate| &gate.findings) {
        console.say(format!("DISAGREES  {finding}"))?;
    }
    for sentence in checked.same_bits.iter().flat_map(SameBits::disagreements) {
        console.say(format!("DISAGREES  {sentence}"))?;
    }
    if !checked.agreed {
        return console.say("\nNot everything agrees.");
    }
    let (kernels, levels) = (checked.same_bits.len(), options.levels.len());
    let executors = checked.same_bits.first().map_or(0, |matrix| matrix.executors.len());
    let runs: usize = checked.same_bits.iter().map(|matrix| matrix.rows.len() * executors).sum();
    let counts = checked.same_bits.iter().map(|matrix| variants(matrix).len());
    let (least, most) = (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0));
    let variants = if least == most { most.to_string() } else { format!("{least} to {most}") };
    console.say(format!(
        "Every hash is as it should be: {runs} runs, of {kernels} kernels x {variants} variants x \
         {levels} levels x {executors} executors."
    ))
}

/// One row per kernel and variant, one column per level. A cell is the hash that all executors gave.
fn same_bits(
    matrices: &[SameBits],
    entries: &[&Entry],
    options: &GateOptions,
    screen: Screen,
) -> String {
    let levels = options.levels.iter().map(|level| level.name());
    let mut table =
        table::new(&["kernel", "variant"].into_iter().chain(levels).collect::<Vec<_>>());
    for matrix in matrices {
        let entry = entries.iter().filter(|entry| entry.name == matrix.kernel);
        let variants = entry.flat_map(|entry| entry.variants()).map(|variant| variant.name);
        for variant in variants.filter(|name| options.wants(name)) {
            let cells = options.levels.iter().map(|level| cell(matrix, variant, *level));
            table.add_row([matrix.kernel.to_owned(), variant.to_owned()].into_iter().chain(cells));
        }
    }
    let executors = matrices.first().map_or(String::new(), |matrix| matrix.executors.join(", "));
    format!(
        "{}\n\nEach hash is of the output bytes, the same on {executors}.",
        table::narrow(table, screen)
    )
}

/// The variants of a table, each once.
fn variants(matrix: &SameBits) -> Vec<&'static str> {
    let mut names = Vec::new();
    for row in &matrix.rows {
        if !names.contains(&row.variant) {
            names.push(row.variant);
        }
    }
    names
}

fn cell(matrix: &SameBits, variant: &str, level: Level) -> String {
    let row = matrix.rows.iter().find(|row| row.variant == variant && row.level == level.isa());
    match row {
        Some(row) if row.agrees() => row.expected.clone(),
        Some(row) => format!("{} DIFFER", row.cells.iter().filter(|cell| !cell.agrees).count()),
        // It ended its process, or did not end.
        None => "not run".to_owned(),
    }
}
