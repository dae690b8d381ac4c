//! The machine code of the functions: `abreast try --asm`.

use crate::asm::{self, Heading, Place, Process, Traced};
use crate::console::Console;
use crate::try_::plan::Plan;
use crate::try_::signature::Signature;
use crate::try_::worker_arguments;
use abreast_compare::Series;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// Instructions that are executed at most for one variant.
const LIMIT: u64 = 2_000_000;

/// The smaller of the sizes that are counted: an `asked` one, or one that suits the signature.
pub fn size(asked: u64, plan: &Plan) -> Result<u64> {
    let (least, multiple) = (plan.least, plan.multiple);
    if asked > 0 {
        if asked < least || !asked.is_multiple_of(multiple) {
            bail!("asm = {asked}: must be at least {least}, and a multiple of {multiple}");
        }
        return Ok(asked);
    }
    const BYTES: u64 = 1 << 17;
    let signature = Signature::parse(&plan.signature)?;
    if !signature.has_n() {
        bail!(
            "--asm needs a parameter that depends on n: it compares a call with one of twice the size"
        );
    }
    let fits = |n: &u64| signature.bytes(2 * n).is_some_and(|bytes| bytes <= BYTES);
    let n = [32, 64, 128, 256, 512, 1024, 2048].into_iter().take_while(fits).last().unwrap_or(16);
    Ok(n.max(least).next_multiple_of(multiple))
}

/// Counts and shows; returns the exit code.
pub fn show(plan: &Plan, folder: &Path, n: u64, console: &mut Console<'_>) -> Result<u8> {
    let sizes = [n, 2 * n];
    let processes = (0..plan.variants.len()).map(|i| process(plan, i, folder, n));
    let counted = asm::count(processes.collect::<Result<_>>()?, sizes, LIMIT, false, console)?;
    console.say("")?;
    asm::show(&Heading { function: &plan.name, sizes, level: None }, &counted, false, console)?;
    Ok(asm::code(&counted))
}

fn process(plan: &Plan, i: usize, folder: &Path, n: u64) -> Result<Process> {
    let built = &plan.variants[i];
    let place = Place::of(&built.file(folder), &built.symbol)?;
    let place = place.with_context(|| format!("{}: {} is gone", built.name, built.symbol))?;
    let mut command = Command::new("/proc/self/exe");
    command.args(worker_arguments(folder));
    command.args(["--traced", &i.to_string(), &format!("--asm={n}")]);
    Ok(Process { variant: built.name.clone(), command, place })
}

/// The part of the process that is traced.
pub fn be_traced(plan: &Plan, folder: &Path, variant: usize, n: u64) -> Result<u8> {
    let traced = Traced::begin(LIMIT)?;
    let (mut maker, mut calls) = plan.alone(folder, variant)?;
    let inputs = [maker.make(n, 42), maker.make(2 * n, 42)];
    asm::two_calls(&traced, |i| {
        calls.run(Series::once(&inputs[i], &mut || ()));
        Ok(())
    })
}
