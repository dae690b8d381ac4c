//! The result in plain words. Every sentence is made from the numbers, and none claims a
//! difference that lies inside the noise.

use super::agree::GateReport;
use super::model::{Agreement, Comparison, KernelRows, Noise, Ratio, Row};
use super::roof::Limit;
use abreast_compare::format::{percent, ratio as short};

/// One kernel's table in words.
pub fn kernel(table: &KernelRows) -> Vec<String> {
    let mut levels: Vec<&str> = Vec::new();
    for row in table.rows.iter().filter(|row| row.body == "c-by-hand") {
        if !levels.contains(&row.level) {
            levels.push(row.level);
        }
    }
    let mut words = Vec::new();
    for level in &levels {
        let bodies = ["cpp", "rust", "simd"];
        words.extend(bodies.iter().filter_map(|body| against_c(table, level, body)));
        words.extend(crossing(table, level));
        words.extend(floor(table, level));
    }
    words.extend(against_plain(table));
    words.extend(threads(table));
    words.extend(share(table));
    words.extend(table.untimed.iter().map(|untimed| {
        format!(
            "{}: {} at {} is not timed: {}",
            table.kernel, untimed.body, untimed.level, untimed.why
        )
    }));
    words
}

/// `simd at v4 is up to 1.40 times as fast as c (1.38 to 1.42, at n = 64)`.
fn against_c(table: &KernelRows, level: &str, body: &str) -> Option<String> {
    let ratios: Vec<(u64, Ratio)> = alone(table)
        .filter(|row| row.level == level && row.body == body)
        .filter_map(|row| Some((row.n, row.to_c?)))
        .collect();
    let most = extreme(&ratios, Ratio::faster, |a, b| a > b);
    let least = extreme(&ratios, Ratio::slower, |a, b| a < b);
    let subject = format!("{}: {body} at {level}", table.kernel);
    let same: Vec<u64> = ratios.iter().filter(|(_, r)| !r.separated).map(|(n, _)| *n).collect();
    let mut parts = Vec::new();
    if let Some((n, ratio)) = most {
        parts.push(format!(
            "is up to {} times as fast as c ({})",
            short(ratio.value),
            span(n, ratio)
        ));
    }
    if let Some((n, ratio)) = least {
        parts.push(format!(
            "is down to {} times as fast as c ({})",
            short(ratio.value),
            span(n, ratio)
        ));
    }
    if !same.is_empty() && same.len() < ratios.len() {
        parts.push(format!("is not separated from c at n = {}", list(&same)));
    } else if !same.is_empty() {
        parts.push("is not separated from c at any size".to_owned());
    }
    (!parts.is_empty()).then(|| format!("{subject} {}", parts.join("; ")))
}

/// The ratio that goes furthest, with its size: by the cautious end of its interval, since among
/// many ratios the largest is often the noisiest.
fn extreme(
    ratios: &[(u64, Ratio)],
    counts: impl Fn(&Ratio) -> bool,
    further: impl Fn(f64, f64) -> bool,
) -> Option<(u64, Ratio)> {
    let counted = ratios.iter().copied().filter(|(_, ratio)| counts(ratio));
    counted.reduce(|a, b| if further(b.1.cautious(), a.1.cautious()) { b } else { a })
}

/// From which size on C and C++ are not measurably slower than plain Rust and than C.
fn crossing(table: &KernelRows, level: &str) -> Option<String> {
    let rows = || alone(table).filter(|row| row.level == level);
    // C is slower where Rust is faster than it.
    let c_slower = rows().filter(|row| row.body == "rust" && row.to_c.is_some_and(|r| r.faster()));
    let cpp_slower = rows().filter(|row| row.body == "cpp" && row.to_c.is_some_and(|r| r.slower()));
    let from = |slower: Vec<u64>| {
        let sizes = rows().filter(|row| row.body == "c-by-hand").map(|row| row.n);
        sizes.filter(|n| slower.iter().all(|slow| slow < n)).min()
    };
    let has = |body: &str| rows().any(|row| row.body == body);
    let c = from(c_slower.map(|row| row.n).collect()).filter(|_| has("rust"));
    let cpp = from(cpp_slower.map(|row| row.n).collect()).filter(|_| has("cpp"));
    let costs = |from: u64| format!("costs nothing measurable from n = {from} on");
    let into_c = c.map(|n| format!("crossing into C {} (c against rust)", costs(n)));
    let cxx = cpp.map(|n| format!("cxx {} (cpp against c)", costs(n)));
    let parts: Vec<String> = into_c.into_iter().chain(cxx).collect();
    (!parts.is_empty()).then(|| format!("{} at {level}: {}", table.kernel, parts.join("; ")))
}

/// What the pair with the same machine code differs by.
fn floor(table: &KernelRows, level: &str) -> Option<String> {
    let floors = table.floors.iter().filter(|floor| floor.level == level);
    let worst = floors.reduce(|a, b| if b.difference() > a.difference() { b } else { a })?;
    Some(format!(
        "{} at {level}: c and c-by-hand, the same machine code, differ by up to {} (n = {}): the \
         noise floor",
        table.kernel,
        percent(worst.difference()),
        worst.n
    ))
}

/// The fastest row against plain C.
fn against_plain(table: &KernelRows) -> Option<String> {
    let ratios = |row: &Row| Some((row.n, row.body, row.level, row.to_plain_c?));
    let rows = alone(table).filter_map(ratios).filter(|(.., ratio)| ratio.faster());
    let (n, body, level, ratio) = rows.reduce(further)?;
    Some(format!(
        "{}: {body} at {level} is up to {} times as fast as plain C ({})",
        table.kernel,
        short(ratio.value),
        span(n, ratio)
    ))
}

/// What more threads bring.
fn threads(table: &KernelRows) -> Option<String> {
    let ratios = |row: &Row| Some((row.n, row.body, row.threads, row.thread_speed_up?));
    let rows = || table.rows.iter().filter_map(ratios);
    let (n, _, most, _) = rows().max_by_key(|row| row.2)?;
    Some(match rows().filter(|row| row.3.faster()).reduce(further) {
        Some((n, body, threads, ratio)) => format!(
            "{}: {body} on {threads} threads is {} times as fast as on one ({})",
            table.kernel,
            short(ratio.value),
            span(n, ratio)
        ),
        None => format!(
            "{}: no body is known to be faster on {most} threads than on one (n = {n})",
            table.kernel
        ),
    })
}

/// The row whose ratio is larger for certain.
fn further<A, B, C>(a: (A, B, C, Ratio), b: (A, B, C, Ratio)) -> (A, B, C, Ratio) {
    if b.3.cautious() > a.3.cautious() { b } else { a }
}

/// The row that comes nearest to what the machine can do.
fn share(table: &KernelRows) -> Option<String> {
    let rows = alone(table).filter_map(|row| Some((row, row.roof?)));
    let (row, best) = rows.reduce(|a, b| if b.1.share > a.1.share { b } else { a })?;
    let limit = match best.limit {
        Limit::Load => "load",
        Limit::Copy => "write",
        Limit::Arithmetic => "compute",
    };
    Some(format!(
        "{}: {} at {} reaches {} of what one core can {limit} (n = {})",
        table.kernel,
        row.body,
        row.level,
        percent(best.share),
        row.n
    ))
}

/// The whole run in words.
pub fn overall(comparison: &Comparison) -> Vec<String> {
    let mut words = vec![agreement(&comparison.agreement), noise(&comparison.noise)];
    let tables = &comparison.kernels;
    words.extend(["cpp", "rust", "simd"].iter().filter_map(|body| tally(tables, body)));
    words.extend(range_to_plain(tables));
    words.push(format!(
        "handing out a chunk costs {:.0} ns on a pool of two threads",
        comparison.chunk_overhead_ns
    ));
    words
}

fn agreement(agreement: &Agreement) -> String {
    let failed = |report: &&GateReport| !report.passed();
    let names: Vec<&str> =
        agreement.reports.iter().filter(failed).map(|report| report.kernel).collect();
    match (agreement.agreed, agreement.reports.len()) {
        (true, 1) => "all bodies agree".to_owned(),
        (true, kernels) => format!("all bodies of all {kernels} kernels agree"),
        (false, _) => format!("bodies disagree and are not timed: {}", names.join(", ")),
    }
}

fn noise(noise: &Noise) -> String {
    if noise.pairs == 0 {
        return "the noise floor is unknown: c and c-by-hand were not timed together".to_owned();
    }
    format!(
        "c and c-by-hand are the same machine code; in {} pairs they differ by {} in the middle and \
         {} at worst: a difference counts only beyond that of the pair beside it",
        noise.pairs,
        percent(noise.typical),
        percent(noise.worst)
    )
}

/// How a body fares against C on one thread, over all kernels, sizes and levels.
fn tally(tables: &[KernelRows], body: &str) -> Option<String> {
    let rows = tables.iter().flat_map(alone).filter(|row| row.body == body);
    let ratios: Vec<Ratio> = rows.filter_map(|row| row.to_c).collect();
    let faster = ratios.iter().filter(|ratio| ratio.faster()).count();
    let slower = ratios.iter().filter(|ratio| ratio.slower()).count();
    (!ratios.is_empty()).then(|| {
        format!(
            "{body} against c, over all kernels and sizes: faster in {faster}, slower in {slower}, \
             not separated in {}",
            ratios.len() - faster - slower
        )
    })
}

/// What levels and explicit vectors bring over plain C.
fn range_to_plain(tables: &[KernelRows]) -> Option<String> {
    let best = |table: &KernelRows| {
        let rows = alone(table).filter(|row| row.body == "simd");
        rows.filter_map(|row| Some(row.to_plain_c?.cautious())).reduce(f64::max)
    };
    let ratios: Vec<f64> = tables.iter().filter_map(best).collect();
    let least = ratios.iter().copied().reduce(f64::min)?;
    let most = ratios.iter().copied().reduce(f64::max)?;
    Some(format!(
        "simd at its best size is at least {} to {} times as fast as plain C, depending on the kernel",
        short(least),
        short(most)
    ))
}

/// Rows on one thread.
fn alone(table: &KernelRows) -> impl Iterator<Item = &Row> {
    table.rows.iter().filter(|row| row.threads == 1)
}

fn span(n: u64, ratio: Ratio) -> String {
    match (ratio.low, ratio.high) {
        (Some(low), Some(high)) => format!("{} to {}, n = {n}", short(low), short(high)),
        _ => format!("n = {n}"),
    }
}

fn list(numbers: &[u64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    numbers.join(", ")
}

#[cfg(test)]
mod tests;
