//! The result in plain words. Every sentence is made from the numbers, and none claims a
//! difference that lies inside the noise.

use super::gate::GateReport;
use super::model::{Agreement, Comparison, KernelRows, Noise, Ratio, Row};
use super::roofline::Limit;
use abreast_compare::format::{percent, ratio as short};
use abreast_compare::measure::dropped_in_words;
use abreast_compare::ratio::{Standing, against};
use abreast_compare::verdict::{binaries, empty_calls as said_of_empty_calls};

/// One kernel's table in words.
pub fn kernel(table: &KernelRows) -> Vec<String> {
    let mut levels: Vec<&str> = Vec::new();
    for floor in &table.floors {
        if !levels.contains(&floor.level) {
            levels.push(floor.level);
        }
    }
    let mut words = Vec::new();
    for level in &levels {
        words.extend(rivals(table).filter_map(|variant| against_baseline(table, level, variant)));
        words.extend(rivals(table).flat_map(|variant| crossing(table, level, variant)));
        words.extend(floor(table, level));
    }
    words.extend(against_lowest(table));
    words.extend(threads(table));
    words.extend(share(table));
    words.extend(empty_calls(table));
    words.extend(table.untimed.iter().map(|untimed| {
        format!(
            "{}: {} at {} is not timed: {}",
            table.kernel, untimed.variant, untimed.level, untimed.why
        )
    }));
    words
}

/// The variants that are compared with the baseline: all but it and the twins.
fn rivals(table: &KernelRows) -> impl Iterator<Item = &'static str> + '_ {
    table.variants.iter().copied().filter(|name| *name != table.baseline)
}

/// `dot: simd at v4 is at least 1.38 times as fast as c from n = 64 on`.
fn against_baseline(table: &KernelRows, level: &str, variant: &str) -> Option<String> {
    let rows = alone(table).filter(|row| row.level == level && row.variant == variant);
    let points: Vec<(u64, Ratio)> =
        rows.filter_map(|row| Some((row.n, row.to_baseline?))).collect();
    let parts = against(table.baseline, &points);
    (!parts.is_empty())
        .then(|| format!("{}: {variant} at {level} {}", table.kernel, parts.join("; ")))
}

/// From which size on one of the two is not measurably slower than the other, where it was before:
/// what it costs to call it, or what it does before and after its loop.
fn crossing(table: &KernelRows, level: &str, variant: &str) -> Vec<String> {
    let rows = || alone(table).filter(|row| row.level == level && row.variant == variant);
    let ratios = || rows().filter_map(|row| Some((row.n, row.to_baseline?)));
    let from = |direction: Standing, slow: &str, fast: &str| {
        let is_so = |ratio: &Ratio| match ratio.standing {
            Standing::Same => false,
            Standing::Faster | Standing::Slower => ratio.standing == direction,
            // Another layout may reverse it, and too few rounds say nothing: it is not over yet.
            _ => (ratio.value > 1.0) == (direction == Standing::Faster),
        };
        ratios().find(|(_, ratio)| ratio.standing == direction)?;
        let last = ratios().filter(|(_, ratio)| is_so(ratio)).map(|(n, _)| n).max()?;
        let n = rows().map(|row| row.n).filter(|n| *n > last).min()?;
        let kernel = table.kernel;
        Some(format!(
            "{kernel} at {level}: {slow} is not measurably slower than {fast} from n = {n} on"
        ))
    };
    let variant_slower = from(Standing::Slower, variant, table.baseline);
    variant_slower.into_iter().chain(from(Standing::Faster, table.baseline, variant)).collect()
}

/// What the pair with the same machine code differs by.
fn floor(table: &KernelRows, level: &str) -> Option<String> {
    let floors = table.floors.iter().filter(|floor| floor.level == level);
    let worst = floors.reduce(|a, b| if b.difference() > a.difference() { b } else { a })?;
    let pair = match worst.twin {
        Some(twin) => format!("{} and {twin}, the same machine code, differ", worst.of),
        None => format!("{}, timed twice, differs from itself", worst.of),
    };
    let (difference, n) = (percent(worst.difference()), worst.n);
    Some(format!(
        "{} at {level}: {pair} by up to {difference} (n = {n}): the noise floor",
        table.kernel
    ))
}

/// The fastest row against the baseline at the lowest level.
fn against_lowest(table: &KernelRows) -> Option<String> {
    let ratios = |row: &Row| Some((row.n, row.variant, row.level, row.to_lowest?));
    let rows = alone(table).filter_map(ratios).filter(|(.., ratio)| ratio.is_faster());
    let (n, variant, level, ratio) = rows.reduce(further)?;
    Some(format!(
        "{}: {variant} at {level} is up to {} times as fast as {} ({})",
        table.kernel,
        short(ratio.value),
        table.lowest_name(),
        span(n, ratio)
    ))
}

/// What more threads bring.
fn threads(table: &KernelRows) -> Option<String> {
    let ratios = |row: &Row| Some((row.n, row.variant, row.threads, row.thread_speed_up?));
    let rows = || table.shown().filter_map(ratios);
    let (n, _, most, _) = rows().max_by_key(|row| row.2)?;
    Some(match rows().filter(|row| row.3.is_faster()).reduce(further) {
        Some((n, variant, threads, ratio)) => format!(
            "{}: {variant} on {threads} threads is {} times as fast as on one ({})",
            table.kernel,
            short(ratio.value),
            span(n, ratio)
        ),
        None => format!(
            "{}: no variant is known to be faster on {most} threads than on one (n = {n})",
            table.kernel
        ),
    })
}

/// The row whose ratio is larger for certain.
fn further<A, B, C>(a: (A, B, C, Ratio), b: (A, B, C, Ratio)) -> (A, B, C, Ratio) {
    if b.3.nearer_end() > a.3.nearer_end() { b } else { a }
}

/// The row that comes nearest to what the machine can do.
fn share(table: &KernelRows) -> Option<String> {
    let rows = alone(table).filter_map(|row| Some((row, row.roofline?)));
    let (row, best) = rows.reduce(|a, b| if b.1.share > a.1.share { b } else { a })?;
    let limit = match best.limit {
        Limit::Load => "load",
        Limit::Copy => "write",
        Limit::Arithmetic => "compute",
    };
    let what = match row.is_beyond_roofline() {
        true => "is not possible: its cost says that it reaches",
        false => "reaches",
    };
    Some(format!(
        "{}: {} at {} {what} {} of what one core can {limit} (n = {})",
        table.kernel,
        row.variant,
        row.level,
        percent(best.share),
        row.n
    ))
}

/// Where a call that does nothing takes a good part of the time.
fn empty_calls(table: &KernelRows) -> impl Iterator<Item = String> {
    let name = |row: &Row| format!("{} at {}", row.variant, row.level);
    // What a pool takes is said in the table.
    let shares = alone(table).filter_map(|row| Some((row.n, name(row), row.empty_share?)));
    let shares: Vec<(u64, String, f64)> = shares.collect();
    let shares: Vec<_> = shares.iter().map(|(n, name, share)| (*n, &name[..], *share)).collect();
    said_of_empty_calls(&shares).into_iter().map(|words| format!("{}: {words}", table.kernel))
}

/// The whole run in words.
pub fn overall(comparison: &Comparison) -> Vec<String> {
    let mut words = vec![agreement(&comparison.agreement), noise(&comparison.noise)];
    let tables = &comparison.kernels;
    let mut variants: Vec<&str> = Vec::new();
    for variant in tables.iter().flat_map(rivals) {
        if !variants.contains(&variant) {
            variants.push(variant);
        }
    }
    words.extend(variants.into_iter().filter_map(|variant| tally(tables, variant)));
    words.extend(defaults_to_lowest(tables));
    let rows = || tables.iter().flat_map(|table| &table.rows);
    let kept = rows().map(|row| row.rounds as u64).sum();
    words.extend(dropped_in_words(rows().map(|row| row.dropped).sum(), kept));
    let again = Some("abreast compare --layouts 8");
    words.push(binaries(comparison.starts, comparison.layouts, again));
    words.push(format!(
        "handing out a chunk costs {:.0} ns on a pool of two threads",
        comparison.chunk_overhead_ns
    ));
    words
}

fn agreement(agreement: &Agreement) -> String {
    let failed = agreement.reports.iter().filter(|report| !report.passed());
    match (agreement.agreed, agreement.reports.len()) {
        (true, 1) => "all variants agree".to_owned(),
        (true, kernels) => format!("all variants of all {kernels} kernels agree"),
        (false, _) => {
            let untimed: Vec<String> = failed.flat_map(untimed).collect();
            format!("variants disagree; not timed: {}", untimed.join(", "))
        }
    }
}

/// What the gate's findings keep from being timed: some variants, or the whole kernel.
fn untimed(report: &GateReport) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for finding in &report.findings {
        let Some(target) = finding.target else { return vec![report.kernel.to_owned()] };
        let name = format!("{} {target}", report.kernel);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { vec![report.kernel.to_owned()] } else { names }
}

fn noise(noise: &Noise) -> String {
    if noise.pairs == 0 {
        return "the noise floor is unknown: nothing was timed twice".to_owned();
    }
    format!(
        "{} pairs of the same machine code differ by: median {}, worst {}; a difference counts only \
         beyond that of the pair beside it",
        noise.pairs,
        percent(noise.typical),
        percent(noise.worst)
    )
}

/// How a variant fares against the baseline on one thread, over all kernels, sizes and levels.
fn tally(tables: &[KernelRows], variant: &str) -> Option<String> {
    let of_it = |table: &&KernelRows| rivals(table).any(|name| name == variant);
    let rows = tables.iter().filter(of_it).flat_map(alone).filter(|row| row.variant == variant);
    let ratios: Vec<Ratio> = rows.filter_map(|row| row.to_baseline).collect();
    let count = |standing| ratios.iter().filter(|ratio| ratio.standing == standing).count();
    let [faster, slower, same] = [Standing::Faster, Standing::Slower, Standing::Same].map(count);
    let undecided = ratios.len() - faster - slower - same;
    let undecided =
        if undecided > 0 { format!(", undecided in {undecided}") } else { String::new() };
    let baseline = common(tables.iter().filter(of_it).map(|table| table.baseline), "the baseline");
    (!ratios.is_empty()).then(|| {
        format!(
            "{variant} against {baseline}, over all kernels and sizes: faster in {faster}, slower in \
             {slower}, indistinguishable in {same}{undecided}"
        )
    })
}

/// The name that all of them have, or `other`.
fn common<'n>(mut names: impl Iterator<Item = &'n str>, other: &'n str) -> &'n str {
    let first = names.next().unwrap_or(other);
    if names.all(|name| name == first) { first } else { other }
}

/// What levels and the default variants bring over the baseline at the lowest level.
fn defaults_to_lowest(tables: &[KernelRows]) -> Option<String> {
    let best = |table: &KernelRows| {
        let rows = alone(table).filter(|row| row.variant == table.default);
        rows.filter_map(|row| row.to_lowest?.low).reduce(f64::max)
    };
    let ratios: Vec<f64> = tables.iter().filter_map(best).collect();
    let least = ratios.iter().copied().reduce(f64::min)?;
    let most = ratios.iter().copied().reduce(f64::max)?;
    let lowest: Vec<String> = tables.iter().map(KernelRows::lowest_name).collect();
    let default = common(tables.iter().map(|table| table.default), "the default variant");
    let lowest = common(lowest.iter().map(|name| &**name), "the baseline at the lowest level");
    let (least, most, several) = (short(least), short(most), ratios.len() > 1);
    let times = if several { format!("{least} to {most}") } else { least };
    let depending = if several { ", depending on the kernel" } else { "" };
    Some(format!(
        "{default} at its best size is at least {times} times as fast as {lowest}{depending}"
    ))
}

/// Rows on one thread.
fn alone(table: &KernelRows) -> impl Iterator<Item = &Row> {
    table.shown().filter(|row| row.threads == 1)
}

fn span(n: u64, ratio: Ratio) -> String {
    match (ratio.low, ratio.high) {
        (Some(low), Some(high)) => format!("{} to {}, n = {n}", short(low), short(high)),
        _ => format!("n = {n}"),
    }
}

#[cfg(test)]
mod tests;
