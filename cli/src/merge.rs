//! `abreast merge`: the result of a run from all of its shards.

mod parts;

use crate::console::Console;
use crate::fractal;
use crate::output::{Format, Output, Outputs};
use crate::run::value;
use abreast::Fault;
use abreast::kernel::{Entry, Finished};
use anyhow::Result;
use clap::Args;
use parts::Parts;
use serde::Serialize;
use serde_json::{Map, Value};
use std::path::PathBuf;

#[derive(Args)]
pub struct MergeArgs {
    /// The files that `abreast run --shard` has written: all shards of one run, in any order
    #[arg(value_name = "FILE")]
    pub shards: Vec<PathBuf>,
    /// Draw the counts of `escape` as a picture, row by row: no more than a band of it is in memory
    #[arg(long, value_name = "FILE.png")]
    pub png: Option<PathBuf>,
    /// Overwrite a picture that abreast did not write
    #[arg(long)]
    pub force: bool,
    /// One JSON object instead of lines
    #[arg(long)]
    pub json: bool,
}

/// What `merge --json` prints.
#[derive(Serialize)]
struct Merged {
    schema: &'static str,
    kernel: &'static str,
    /// Who computed shards of it.
    computed_by: Vec<Computer>,
    /// The size, as the kernel counts it.
    n: u64,
    shards: u64,
    /// The number itself; for an array the sum of its elements in order.
    value: Value,
    /// The numbers to show, where `value` alone would be taken for something else.
    #[serde(skip_serializing_if = "Map::is_empty")]
    named: Map<String, Value>,
    /// 64-bit FNV-1a of the output bytes.
    hash: String,
    /// What to know before the result is trusted.
    warnings: Vec<String>,
}

/// A variant at a level.
#[derive(PartialEq, Serialize)]
struct Computer {
    variant: String,
    level: String,
}

pub fn merge(args: &MergeArgs, registry: &[Entry], console: &mut Console<'_>) -> Result<()> {
    let mut outputs = Outputs::new(args.force);
    if args.json {
        outputs.prints("--json")?;
    }
    args.shards.iter().for_each(|shard| outputs.reads(shard));
    let mut parts = Parts::open(&args.shards, registry)?;
    let picture = outputs.claim_if("--png", args.png.as_deref(), Format::Picture, console)?;
    let finished = match picture {
        Some(mut file) => draw(&mut parts, &mut file, console)?,
        None => finish(&mut parts)?,
    };
    let merged = Merged::of(&parts, &finished);
    merged.warnings.iter().for_each(|warning| console.note(format!("Note: {warning}.")));
    match args.json {
        true => console.json(&merged),
        false => console.aside(outputs.on_stdout(), |console| merged.show(&finished, console)),
    }
}

/// The result in memory, from items in plan order.
fn finish(parts: &mut Parts<'_>) -> Result<Finished> {
    let (entry, plan, args) = (parts.entry, parts.plan()?, parts.first().args.clone());
    let mut read = Ok(());
    let finished = entry.finish(&args, &plan, &mut |output| {
        read = parts.fill(output);
        // What is wrong with the shards is said in full; this only ends it.
        if read.is_ok() { Ok(()) } else { Err(Fault::Cancelled) }
    });
    read?;
    Ok(finished?)
}

/// The result without ever having all of it: only where a picture can be made of it.
fn draw(parts: &mut Parts<'_>, file: &mut Output, console: &mut Console<'_>) -> Result<Finished> {
    let mut drawing = fractal::Drawing::of(parts.first())?;
    parts.each(&mut |_, bytes| drawing.count(bytes))?;
    file.write_by(console, |out| drawing.draw(out, &mut |chunk, bytes| parts.chunk(chunk, bytes)))?;
    Ok(drawing.finished())
}

impl Merged {
    fn of(parts: &Parts<'_>, finished: &Finished) -> Merged {
        let mut computed_by: Vec<Computer> = Vec::new();
        for manifest in parts.manifests() {
            let (variant, level) = (manifest.variant.clone(), manifest.level.clone());
            let computer = Computer { variant, level };
            if !computed_by.contains(&computer) {
                computed_by.push(computer);
            }
        }
        let named = finished.named.iter();
        let first = parts.first();
        Merged {
            schema: "abreast.merge/1",
            kernel: parts.entry.name,
            computed_by,
            n: first.n,
            shards: first.shards,
            value: value(finished.value),
            named: named.map(|(name, number)| ((*name).to_owned(), value(*number))).collect(),
            hash: format!("{:016x}", finished.hash),
            warnings: first.warnings.clone(),
        }
    }

    fn show(&self, finished: &Finished, console: &mut Console<'_>) -> Result<()> {
        if finished.named.is_empty() {
            console.say(format!("{} = {}", self.kernel, finished.value))?;
        }
        for (name, number) in &finished.named {
            console.say(format!("{name} = {number}"))?;
        }
        let by = self.computed_by.iter().map(|by| format!("{} at {}", by.variant, by.level));
        let by = by.collect::<Vec<_>>().join(", ");
        console.say(format!("n {}, {by}, shards:{}", self.n, self.shards))?;
        console.say(format!("hash of the output bytes {}", self.hash))
    }
}
