//! `abreast noise`: what can be told apart on this machine, now.

use crate::console::{Console, Screen};
use crate::ended::Disagrees;
use crate::{number, table};
use abreast_compare::format::{percent, seconds};
use abreast_compare::noise::{MORE, Noise, SAME, SIZES, SizeNoise, groups, slower_by};
use abreast_compare::rate::Rate;
use abreast_compare::results::{Agreement, Results};
use abreast_compare::{Host, main_of, results_of, verdict, worker_main};
use anyhow::{Context, Error, Result, bail};
use clap::Args;
use serde::Serialize;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

#[derive(Args)]
pub struct NoiseArgs {
    /// Pairs of the same code: 20 to a group, which takes some five seconds
    #[arg(long, default_value = "60", value_name = "N", allow_hyphen_values = true)]
    pub pairs: String,
    /// How often --fail-if 'slower > 2%' fails for a function that became 5 % slower, and for one
    /// that did not change: so many runs of each against one saved run
    #[arg(long, value_name = "RUNS", allow_hyphen_values = true)]
    pub fail_rates: Option<String>,
    /// The seed of inputs and of the order of measurements
    #[arg(long, default_value = "42", value_name = "N", allow_hyphen_values = true)]
    pub seed: String,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
    /// Be one of those runs, with so many thousandths more work, and with these arguments
    #[arg(long, hide = true, value_name = "THOUSANDTHS", num_args = 1)]
    pub run: Option<usize>,
    #[arg(hide = true, last = true)]
    pub rest: Vec<OsString>,
}

#[derive(Serialize)]
struct Printed {
    schema: &'static str,
    seed: u64,
    #[serde(flatten)]
    noise: Option<Noise>,
    fail_rates: Option<FailRates>,
}

/// How often a rule fails.
#[derive(Serialize)]
struct FailRates {
    rule: &'static str,
    unchanged: Rate,
    slower_by_5_percent: Rate,
}

const RULE: &str = "slower > 2%";
/// In thousandths.
const SLOWER: usize = 50;
/// No run of this program has more groups.
const MAX_GROUPS: usize = 500;
const PAIRS: usize = SAME * SIZES.len();

/// Returns the exit code.
pub fn run(args: &NoiseArgs, console: &mut Console<'_>) -> Result<u8> {
    if let Some(thousandths) = args.run {
        return Ok(one(thousandths, &args.rest));
    }
    if let Some(code) = worker_main(groups(MAX_GROUPS)) {
        return Ok(code);
    }
    let seed = number::count("seed", &args.seed, 0)?;
    let pairs = usize::try_from(number::count("pairs", &args.pairs, 1)?)?;
    let runs =
        args.fail_rates.as_ref().map(|runs| number::count("fail-rates", runs, 1)).transpose()?;
    let wanted = pairs.div_ceil(PAIRS);
    if wanted > MAX_GROUPS {
        bail!("--pairs {pairs}: must be at most {}", MAX_GROUPS * PAIRS);
    }
    let (mut noise, mut rates, mut wrong) = (None, None, Vec::new());
    match runs {
        Some(runs) => rates = Some(fail_rates(runs, seed, console)?),
        None => {
            let results = pairs_apart(wanted, seed)?;
            wrong = results.groups.iter().flat_map(|group| findings(&group.agreement)).collect();
            noise = Some(abreast_compare::noise::noise(&results));
        }
    }
    let printed = Printed { schema: "abreast.noise/1", seed, noise, fail_rates: rates };
    match args.json {
        true => console.json(&printed)?,
        false => show(&printed, console)?,
    }
    // Nothing of ours disagrees, but a worker may have been killed.
    wrong.iter().for_each(|what| console.note(format!("not counted: {what}")));
    Ok(u8::from(!wrong.is_empty()))
}

fn findings(agreement: &Agreement) -> Vec<String> {
    agreement.findings.iter().map(verdict::finding).collect()
}

/// Times pairs of the same code, and of a little more.
fn pairs_apart(wanted: usize, seed: u64) -> Result<Results> {
    let host = Host {
        arguments: ["--bench", "--seed", &seed.to_string()].map(Into::into).to_vec(),
        worker: vec!["noise".into()],
        ..Host::default()
    };
    results_of(host, groups(wanted)).map_err(Error::msg)
}

/// One run of a function that may have become slower: its exit code.
fn one(thousandths: usize, arguments: &[OsString]) -> u8 {
    let worker = ["noise".to_owned(), "--run".to_owned(), thousandths.to_string()];
    let host = Host {
        arguments: arguments.to_vec(),
        worker: worker.map(Into::into).to_vec(),
        ..Host::default()
    };
    // A worker does not come back, unless something failed.
    worker_main([slower_by(thousandths)]).unwrap_or_else(|| main_of(host, [slower_by(thousandths)]))
}

/// Saves one run, and compares many with it: unchanged and slower ones in turns.
fn fail_rates(runs: u64, seed: u64, console: &mut Console<'_>) -> Result<FailRates> {
    let folder = tempfile::tempdir().context("no private folder can be made")?;
    let saved = folder.path().join("saved.json");
    let base = ["--bench", "--seed", &seed.to_string()].map(OsString::from).to_vec();
    let save = [base.clone(), vec!["--save".into(), saved.clone().into()]].concat();
    fails(0, &save, folder.path())?;
    let against =
        [base, vec!["--against".into(), saved.into(), "--fail-if".into(), RULE.into()]].concat();
    let bar = console.progress(2 * runs);
    let mut failed = [0, 0];
    for _ in 0..runs {
        for (count, thousandths) in failed.iter_mut().zip([0, SLOWER]) {
            *count += u64::from(fails(thousandths, &against, folder.path())?);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    let [unchanged, slower] = failed.map(|count| Rate::new(count, runs));
    Ok(FailRates { rule: RULE, unchanged, slower_by_5_percent: slower })
}

/// Whether a run ends as one that `--fail-if` lets fail.
fn fails(thousandths: usize, arguments: &[OsString], folder: &Path) -> Result<bool> {
    let output = Command::new(std::env::current_exe()?)
        .args(["noise", "--run", &thousandths.to_string(), "--"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()?;
    match output.status.code() {
        Some(0) => Ok(false),
        Some(3) => Ok(true),
        code => {
            let said = String::from_utf8_lossy(&output.stderr);
            let why = format!("a run ended with {}: {said}", output.status);
            bail!(if code == Some(1) { Error::new(Disagrees(why)) } else { Error::msg(why) })
        }
    }
}

fn show(printed: &Printed, console: &mut Console<'_>) -> Result<()> {
    if let Some(noise) = &printed.noise {
        console.say(rows(noise, console.screen))?;
        console.say("")?;
        console.sentence(&format!("{}.", noise.in_words()))?;
        console.sentence(
            "Columns in percent: how often so much more work was called slower. Noise: the largest \
             difference between a baseline and itself.",
        )?;
    }
    if let Some(rates) = &printed.fail_rates {
        let rule = rates.rule;
        console.sentence(&format!("--fail-if '{rule}' fails for"))?;
        let sentence = |what: &str, rate: &Rate| format!("  {what}: {}", rate.in_words("runs"));
        console.say(sentence("what did not change", &rates.unchanged))?;
        console.say(sentence("what became 5 % slower", &rates.slower_by_5_percent))?;
    }
    Ok(())
}

fn rows(noise: &Noise, screen: Screen) -> String {
    let more = MORE.map(|more| format!("{} %", more as f64 / 10.0));
    let head = ["call", "noise", "false alarms"];
    let names: Vec<&str> = head.into_iter().chain(more.iter().map(String::as_str)).collect();
    let mut table = table::new(&names);
    let share = |rate: &Rate| format!("{} of {}", rate.count, rate.of);
    for SizeNoise { seconds: time, noise, false_alarms, found, .. } in &noise.sizes {
        let head = [seconds(*time), percent(*noise), share(false_alarms)];
        table.add_row(head.into_iter().chain(found.iter().map(|found| share(&found.slower))));
    }
    table::numbers(&mut table, 0..names.len());
    table::narrow(table, screen)
}
