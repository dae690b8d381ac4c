//! What is said of the whole comparison: the verdict, the machine, the noise.

use super::Report;
use super::bars;
use super::format::{grouped, percent};
use super::html::Html;
use crate::harness::env::Environment;
use crate::harness::model::{Comparison, Noise};

/// Title, and whether everything agrees.
pub(super) fn head(html: &mut Html, report: &Report<'_>) {
    let comparison = report.comparison;
    html.tag("header", "", |html| {
        html.put("p", "brand", "abreast");
        html.put("h1", "", title(comparison));
        let (class, words) = agreement(report);
        html.put("p", &format!("badge {class}"), words);
        html.put("p", "when", when(comparison));
    });
}

/// The verdict, and what should make a reader careful.
pub(super) fn verdict(html: &mut Html, comparison: &Comparison) {
    html.element("section", &[("id", "verdict")], |html| {
        html.put("h2", "", "Verdict");
        html.list("verdict", comparison.verdict.iter().map(|words| sentence(words, comparison)));
        if !comparison.warnings.is_empty() {
            html.put("h3", "", "Read with care");
            html.list(
                "warnings",
                comparison.warnings.iter().map(|words| sentence(words, comparison)),
            );
        }
    });
}

fn title(comparison: &Comparison) -> String {
    match &comparison.kernels[..] {
        [] => "Nothing was compared".to_owned(),
        [one] => format!("{}, in {} variants", one.kernel, one.variants.len()),
        many => {
            let counts = many.iter().map(|table| table.variants.len());
            let (least, most) = (counts.clone().min(), counts.max());
            let (least, most) = (least.unwrap_or(0), most.unwrap_or(0));
            let range = if least == most { most.to_string() } else { format!("{least} to {most}") };
            format!("{} kernels, in {range} variants", many.len())
        }
    }
}

/// Whether everything agrees, as a class and in words with a sign of their own.
fn agreement(report: &Report<'_>) -> (&'static str, String) {
    let agreement = &report.comparison.agreement;
    if !agreement.agreed || report.matrices.iter().any(|matrix| !matrix.same_bits()) {
        return ("bad", "✗ Not everything agrees: what failed is named below".to_owned());
    }
    let runs: u64 = agreement.reports.iter().map(|gate| gate.runs).sum();
    let cases: usize = agreement.reports.iter().map(|gate| gate.cases).sum();
    let counted = [grouped(runs), grouped(cases as u64)];
    ("good", format!("✓ All variants agree: {} runs over {} problems", counted[0], counted[1]))
}

fn when(comparison: &Comparison) -> String {
    let environment = &comparison.environment;
    let revision = environment.revision.as_ref().map(|hash| format!(", revision {hash}"));
    format!(
        "{}; {:.0} seconds; abreast {}{}",
        comparison.created,
        comparison.seconds,
        environment.version,
        revision.unwrap_or_default()
    )
}

/// The words with a capital and a full stop.
pub(super) fn sentence(words: &str, comparison: &Comparison) -> String {
    // A kernel's or a variant's name keeps its spelling.
    let first = words.split([' ', ':']).next().unwrap_or_default();
    let mut tables = comparison.kernels.iter();
    let variant = tables.any(|table| table.variants.contains(&first));
    let name = variant || first.contains('_') || words[first.len()..].starts_with(':');
    let mut letters = words.chars();
    let first =
        letters.next().map(|c| if name { c.to_string() } else { c.to_uppercase().to_string() });
    let stop = if words.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{stop}", first.unwrap_or_default(), letters.as_str())
}

/// The cards: the machine and the build, the noise.
pub(super) fn cards(html: &mut Html, comparison: &Comparison) {
    html.tag("div", "cards", |html| {
        html.element("section", &[("id", "environment"), ("class", "card")], |html| {
            html.put("h2", "", "Where");
            environment(html, &comparison.environment);
        });
        html.element("section", &[("id", "noise"), ("class", "card")], |html| {
            html.put("h2", "", "Noise");
            noise(html, comparison);
        });
    });
}

fn environment(html: &mut Html, environment: &Environment) {
    let unknown =
        |(name, value): (_, Option<String>)| (name, value.unwrap_or("unknown".to_owned()));
    let mut facts: Vec<(&str, String)> =
        environment.machine.facts().into_iter().map(unknown).collect();
    let levels =
        format!("{}; plain calls use {}", environment.levels.join(", "), environment.chosen);
    facts.extend([
        ("levels", levels),
        ("optimisation", format!("level {}", environment.opt_level)),
        ("debug checks", if environment.debug_assertions { "yes" } else { "no" }.to_owned()),
        ("seed", environment.seed.to_string()),
    ]);
    html.facts(facts.into_iter().map(|(name, value)| (name, Some(value))));
    html.fold("Compilers and flags", |html| {
        let compilers = &environment.compilers;
        let all = [("C", compilers.c), ("C++", compilers.cpp), ("Rust", compilers.rust)];
        html.facts(all.map(|(name, words)| (name, Some(words.to_owned()))));
    });
}

fn noise(html: &mut Html, comparison: &Comparison) {
    let Noise { pairs, typical, worst, false_alarms, alpha, comparisons } = comparison.noise;
    html.tag("p", "figure", |html| {
        html.put("strong", "", percent(typical));
        html.text(" typical, ");
        html.put("strong", "", percent(worst));
        html.text(" at worst");
    });
    html.put(
        "p",
        "",
        format!(
            "The same machine code, timed as if it were two variants: {pairs} pairs{}, \
             of which {false_alarms} would have been called different by their intervals alone. \
             A difference counts only when its interval lies outside the pair beside it.",
            twins(comparison)
        ),
    );
    html.put(
        "p",
        "",
        format!(
            "All {comparisons} intervals together hold the truth with {} probability. Handing out \
             a chunk costs {:.0} ns on a pool of two threads.",
            percent(1.0 - alpha),
            comparison.chunk_overhead_ns
        ),
    );
    if comparison.kernels.len() > 1 {
        bars::noise(html, comparison);
    }
}

/// Which pairs, when they have names: ` (c and c-by-hand)`.
fn twins(comparison: &Comparison) -> String {
    let mut names: Vec<String> = Vec::new();
    for floor in comparison.kernels.iter().flat_map(|table| &table.floors) {
        let name = floor.twin.map(|twin| format!("{} and {twin}", floor.of));
        names.extend(name.filter(|name| !names.contains(name)));
    }
    if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
}
