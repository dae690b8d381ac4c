//! The times of one group: workers call the variants for the clock, one process start after another.

use crate::args::Options;
use crate::group::Facts;
use crate::measure::rounds_needed;
use crate::message::{Job, Message, Plan, Timed, Work};
use crate::output::progress;
use crate::process;
use crate::results::Finding;
use std::path::{Path, PathBuf};

/// What the starts gave.
pub(crate) struct Starts {
    /// Every cell of every start.
    pub(crate) timed: Vec<Timed>,
    /// The variants that were timed.
    pub(crate) variants: Vec<String>,
    /// Those that failed meanwhile.
    pub(crate) failed: Vec<Finding>,
}

/// Times the variants. One that fails is left out, and all starts begin again.
pub(crate) fn starts(
    facts: &Facts,
    mut variants: Vec<String>,
    base: &str,
    sizes: &[usize],
    alpha: f64,
    options: &Options,
    programs: &[PathBuf],
) -> Result<Starts, String> {
    let mut failed = Vec::new();
    while !variants.is_empty() {
        let mut job = Job {
            group: facts.name.clone(),
            base: variants.iter().position(|name| name == base).unwrap_or(0),
            variants,
            sizes: sizes.to_vec(),
            seed: options.seed,
            work: Work::Time(plan(0, alpha, options)),
        };
        let mut timed = Vec::new();
        let mut finding = None;
        for start in 0..count(options, programs) {
            job.work = Work::Time(plan(start, alpha, options));
            let program = programs.get(start as usize % programs.len().max(1));
            match one_start(&job, program.map(|p| &**p), options)? {
                Ok(cells) => timed.extend(cells),
                Err(found) => {
                    finding = Some(found);
                    break;
                }
            }
        }
        variants = job.variants;
        let Some(found) = finding else { return Ok(Starts { timed, variants, failed }) };
        variants.retain(|name| *name != found.variant);
        failed.push(found);
    }
    Ok(Starts { timed: Vec::new(), variants, failed })
}

/// How many starts there are: at least two of each layout.
pub(crate) fn count(options: &Options, programs: &[PathBuf]) -> u64 {
    let least = if programs.len() > 1 { 2 * programs.len() as u64 } else { 1 };
    options.starts.max(least)
}

fn plan(start: u64, alpha: f64, options: &Options) -> Plan {
    let usual = if options.quick { 0.06 } else { 0.2 };
    Plan {
        start,
        seconds: options.seconds.map_or(usual, |seconds| seconds.as_secs_f64()),
        // A few more than an interval needs, so that one disturbed round does not set an end.
        least_rounds: rounds_needed(alpha) + 3,
        most_rounds: if options.quick { 61 } else { 201 },
    }
}

/// The cells of one start; or the variant that ended it.
fn one_start(
    job: &Job,
    program: Option<&Path>,
    options: &Options,
) -> Result<Result<Vec<Timed>, Finding>, String> {
    let (mut timed, mut failed) = (Vec::new(), None);
    let (mut input, mut called) = (String::new(), None);
    let finding = |variant: usize, input: &str, what: String| Finding {
        variant: job.variants[variant].clone(),
        input: input.to_owned(),
        what: format!("{what}, while it was timed"),
        inputs: 1,
    };
    let end = process::run(job, program, options.timeout, |message| match message {
        Message::Input { label, .. } => {
            progress(&format!("{}: {label}", job.group));
            (input, called) = (label, None);
        }
        Message::Call(variant) => called = Some(variant),
        Message::Timed(cell) => timed.push(*cell),
        Message::Against { variant, label, what } => {
            failed.get_or_insert_with(|| finding(variant, &label, what));
        }
        _ => {}
    });
    match (end?, failed, called) {
        (_, Some(finding), _) => Ok(Err(finding)),
        (Ok(()), None, _) => Ok(Ok(timed)),
        (Err(failed), None, Some(variant)) => Ok(Err(finding(variant, &input, failed.how))),
        (Err(failed), None, None) => {
            let how = failed.how;
            Err(format!("while the times of {input} were to be taken, the process {how}"))
        }
    }
}
