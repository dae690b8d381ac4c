//! `abreast roofline`: what a core can load, write and compute, and how near kernels come to it.

use crate::args::{self, Timeout, Which};
use crate::compare;
use crate::console::{Console, Screen};
use crate::output::{Format, Outputs};
use crate::run::marked;
use crate::{number, table};
use abreast::harness::compare::CompareOptions;
use abreast::harness::model::Comparison;
use abreast::harness::roofline::{self, Call, Limit, Roofline, Survey};
use abreast::kernel::Entry;
use abreast_compare::format::{bytes, percent};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct RooflineArgs {
    #[command(flatten)]
    pub which: Which,
    /// v1, v3, v4 or neon (default: the best one, or ABREAST_ISA)
    #[arg(long, value_name = "LEVEL")]
    pub isa: Option<String>,
    /// Sizes, as in 1000,2^4..2^20 (default: each kernel's own sweep)
    #[arg(long, value_name = "SIZES", allow_hyphen_values = true)]
    pub sizes: Option<String>,
    /// The seed of random operands and of the order of measurements
    #[arg(long, default_value = "42", value_name = "N", allow_hyphen_values = true)]
    pub seed: String,
    #[command(flatten)]
    pub timeout: Timeout,
    /// Limits and kernels as a picture
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Overwrite a picture that abreast did not write
    #[arg(long)]
    pub force: bool,
    /// One JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

/// Measures and shows; `false` when a variant disagrees.
pub fn roofline(
    args: &RooflineArgs,
    registry: &[Entry],
    console: &mut Console<'_>,
) -> Result<bool> {
    let entries = args.which.entries(registry)?;
    let options = options(args, &entries)?;
    let mut outputs = Outputs::new(args.force);
    if args.json {
        outputs.prints("--json")?;
    }
    let picture = outputs.claim_if("--svg", args.svg.as_deref(), Format::Roofline, console)?;
    options.check(&entries)?;
    let comparison = compare::measure(&entries, &options, console)?;
    let drawn = picture.zip(roofline::picture(&comparison)).map_or(Ok(()), |(mut file, drawn)| {
        file.write(marked(Format::Roofline, drawn.svg()), console)
    });
    let level = options.levels[0].name();
    if args.json {
        console.json(&Survey::of(&comparison, level))?;
    } else {
        console.aside(outputs.on_stdout(), |console| show(&comparison, level, console))?;
    }
    drawn.map(|()| comparison.agreement.agreed)
}

/// One level and one thread. Without `--variant` each kernel's own variant, beside the baseline that is timed anyway.
fn options(args: &RooflineArgs, entries: &[&Entry]) -> Result<CompareOptions> {
    let mut options = CompareOptions::quick()?;
    options.variants = args.which.variants(entries)?;
    if options.variants.is_empty() {
        options.variants = entries.iter().map(|e| e.default_variant().name.to_owned()).collect();
    }
    options.levels = vec![args::level(args.isa.as_deref())?];
    options.threads = vec![1];
    options.seed = number::count("seed", &args.seed, 0)?;
    options.timeout = args.timeout.limit()?;
    options.sizes = args.sizes.as_ref().map(|n| number::counts("sizes", n, 1)).transpose()?;
    Ok(options)
}

fn show(comparison: &Comparison, level: &str, console: &mut Console<'_>) -> Result<()> {
    let Survey { limits, calls, .. } = Survey::of(comparison, level);
    console.say(format!("One core at level {level}, the best of several tries.\n"))?;
    console.say(memory(limits, level, console.screen))?;
    console.say(format!("\n{}\n", arithmetic(limits, level)))?;
    console.say(kernels(comparison, level, console.screen))?;
    console.say("")?;
    if let Some(repeat) = limits.repeat {
        console.sentence(&format!(
            "Limits were measured before the kernels and after them: the middle one came to {} of itself.",
            percent(repeat)
        ))?;
    }
    console.sentence(&beyond(&calls))?;
    let reports = comparison.agreement.reports.iter();
    let mut found = reports.flat_map(|report| &report.findings).map(|f| format!("DISAGREES  {f}"));
    found.try_for_each(|line| console.sentence(&line))?;
    comparison.warnings.iter().try_for_each(|line| console.sentence(&format!("Note: {line}.")))
}

/// The sentence on what is faster than the machine.
fn beyond(calls: &[Call<'_>]) -> String {
    let name = |c: &Call<'_>| {
        format!(
            "{} {} at n = {}: {} of {}",
            c.kernel,
            c.variant,
            c.n,
            percent(c.share),
            words(c.limit)
        )
    };
    let beyond: Vec<String> = calls.iter().filter(|call| call.beyond).map(name).collect();
    if beyond.is_empty() {
        return format!("Of {} calls none is beyond its limit by more than 3 %.", calls.len());
    }
    format!(
        "Beyond its limit by more than 3 %, so its cost is stated wrongly or the limit was disturbed: {}.",
        beyond.join("; ")
    )
}

fn words(limit: Limit) -> &'static str {
    match limit {
        Limit::Load => "loads",
        Limit::Copy => "writes",
        Limit::Arithmetic => "arithmetic",
    }
}

/// GB/s by working set.
fn memory(limits: &Roofline, level: &str, screen: Screen) -> String {
    let mut table = table::new(&["working set", "loads, GB/s", "read and written, GB/s"]);
    let loads = limits.loads.iter().zip(&limits.copies);
    for (load, copy) in loads.filter(|(load, _)| load.level == level && load.threads == 1) {
        let rates = [load, copy].map(|rate| format!("{:.1}", rate.gb_per_second));
        table.add_row([&[bytes(load.bytes)], &rates[..]].concat());
    }
    table::numbers(&mut table, 0..3);
    table::narrow(table, screen)
}

/// GFLOP/s of each arithmetic, in one line.
fn arithmetic(limits: &Roofline, level: &str) -> String {
    let here = limits.peaks.iter().filter(|peak| peak.level == level && peak.threads == 1);
    let peaks: Vec<String> = here.map(|p| format!("{} {:.1}", p.name(), p.gflops)).collect();
    format!("Arithmetic, GFLOP/s: {}", peaks.join(", "))
}

/// Each kernel and variant at the size where it comes nearest to a limit.
fn kernels(comparison: &Comparison, level: &str, screen: Screen) -> String {
    let names = ["kernel", "variant", "n", "% of limit", "limit", "GFLOP/s", "GB/s", "footprint"];
    let mut table = table::new(&names);
    for kernel in &comparison.kernels {
        let variants = kernel.variants.iter().filter_map(|v| roofline::nearest(kernel, v, level));
        for call in variants.filter_map(|row| Call::of(kernel, row)) {
            let rate = |rate: Option<f64>| rate.map_or(String::new(), |rate| format!("{rate:.1}"));
            let mark = if call.beyond { " !" } else { "" };
            table.add_row([
                call.kernel.to_owned(),
                call.variant.to_owned(),
                call.n.to_string(),
                format!("{}{mark}", percent(call.share)),
                words(call.limit).to_owned(),
                rate(call.gflops),
                rate(call.gb_per_second),
                bytes(call.footprint),
            ]);
        }
    }
    table::numbers(&mut table, 2..4);
    table::numbers(&mut table, 5..8);
    table::narrow_without(table, screen, &["footprint", "GB/s"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use abreast::harness::roofline::{Bandwidth, Peak};

    fn call(share: f64, limit: Limit, beyond: bool) -> Call<'static> {
        Call {
            kernel: "dot",
            variant: "simd",
            n: 4096,
            footprint: 65536,
            seconds: 1e-6,
            gb_per_second: None,
            gflops: None,
            share,
            limit,
            beyond,
        }
    }

    #[test]
    fn who_is_beyond_a_limit_is_named() {
        let within = [call(1.02, Limit::Load, false), call(0.4, Limit::Arithmetic, false)];
        assert_eq!(beyond(&within), "Of 2 calls none is beyond its limit by more than 3 %.");
        let said = beyond(&[call(0.4, Limit::Load, false), call(1.57, Limit::Copy, true)]);
        assert!(said.ends_with("dot simd at n = 4096: 157.0 % of writes."), "{said}");
    }

    #[test]
    fn limits_are_those_of_the_level_on_one_thread() {
        let memory_of = |level, threads, gb_per_second| Bandwidth {
            level,
            threads,
            bytes: 1 << 15,
            gb_per_second,
        };
        let peak =
            |level, fused, gflops| Peak { level, threads: 1, arithmetic: "f64", fused, gflops };
        let loads =
            vec![memory_of("v1", 1, 10.0), memory_of("v3", 1, 99.5), memory_of("v3", 2, 180.0)];
        let peaks = vec![peak("v1", false, 8.0), peak("v3", false, 20.0), peak("v3", true, 40.25)];
        let limits = Roofline { copies: loads.clone(), loads, peaks, repeat: None };
        let table = memory(&limits, "v3", Screen::default());
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(rows.len(), 1, "{table}");
        assert_eq!(rows[0].split_whitespace().collect::<Vec<_>>(), ["32", "KiB", "99.5", "99.5"]);
        assert_eq!(arithmetic(&limits, "v3"), "Arithmetic, GFLOP/s: f64 20.0, f64 fused 40.2");
    }
}
