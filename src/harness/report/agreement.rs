//! Who agrees: kernels by variants.

use super::Report;
use super::format::{digits, grouped};
use super::html::Html;
use crate::harness::gate::{Finding, GateReport};
use crate::harness::same_bits::SameBits;

/// The matrix, and what is wrong.
pub(super) fn section(html: &mut Html, report: &Report<'_>) {
    html.put("p", "", words(report));
    table(html, report);
    let gates = &report.comparison.agreement.reports;
    let findings = gates.iter().flat_map(|gate| &gate.findings).map(Finding::to_string);
    let wrong: Vec<String> =
        findings.chain(report.matrices.iter().flat_map(SameBits::disagreements)).collect();
    if !wrong.is_empty() {
        html.put("h3", "", "What is wrong");
        html.list("findings", wrong);
    }
    let fused = |matrix: &SameBits| {
        let why = matrix.fused?;
        Some(format!("{}: one hash with fused multiply-add, one without: {why}", matrix.kernel))
    };
    let fused: Vec<String> = report.matrices.iter().filter_map(fused).collect();
    if !fused.is_empty() {
        html.list("", fused);
    }
}

fn words(report: &Report<'_>) -> String {
    let gate = "Before anything was timed, the gate held every variant to the oracle, which is none of \
                the variants, and to the bits of the others, over all its sizes and special cases. \
                The distance is the largest of any variant from the oracle, in units in the last place of \
                the exact result: many where that is nearly 0.";
    match report.matrices.first() {
        None => gate.to_owned(),
        Some(matrix) => format!(
            "{gate} The counts are runs of one more problem, at every level and on {}, that gave \
             the bytes whose hash is in the last column.",
            matrix.executors.join(", ")
        ),
    }
}

fn table(html: &mut Html, report: &Report<'_>) {
    let names = names(report);
    let hash = (!report.matrices.is_empty()).then_some("hash");
    let header: Vec<&str> = ["kernel"]
        .into_iter()
        .chain(names.iter().copied())
        .chain(["distance"])
        .chain(hash)
        .collect();
    html.wide("who agrees", |html| {
        html.table("matrix", "✓ agrees, ✗ does not", &header, |rows| {
            for gate in &report.comparison.agreement.reports {
                let matrix = report.matrices.iter().find(|matrix| matrix.kernel == gate.kernel);
                rows.tag("tr", "", |row| {
                    row.row_name(gate.kernel);
                    names.iter().for_each(|variant| cell(row, variant, gate, matrix));
                    row.put("td", "number", distance(gate));
                    if hash.is_some() {
                        let hashes = matrix.map(|matrix| matrix.hashes().join(" "));
                        row.put("td", "hash", hashes.unwrap_or_default());
                    }
                });
            }
        });
    });
}

/// Every variant that the gate has judged, in the order of the tables.
fn names(report: &Report<'_>) -> Vec<&'static str> {
    let mut names = Vec::new();
    for gate in &report.comparison.agreement.reports {
        for accuracy in &gate.accuracy {
            if !names.contains(&accuracy.of.variant) {
                names.push(accuracy.of.variant);
            }
        }
    }
    names
}

/// Whether a variant passed, and how many runs of the same-bits table have the expected hash.
fn cell(row: &mut Html, variant: &str, gate: &GateReport, matrix: Option<&SameBits>) {
    if !gate.accuracy.iter().any(|accuracy| accuracy.of.variant == variant) {
        return row.put("td", "none", "–");
    }
    let against = |f: &&Finding| f.target.is_none_or(|target| target.variant == variant);
    let findings = gate.findings.iter().filter(against).count();
    let rows =
        matrix.into_iter().flat_map(|matrix| &matrix.rows).filter(|row| row.variant == variant);
    let runs: Vec<bool> = rows.flat_map(|row| &row.cells).map(|cell| cell.agrees).collect();
    let agree = runs.iter().filter(|agrees| **agrees).count();
    let good = findings == 0 && agree == runs.len();
    let tally = if matrix.is_some() { format!(" {agree}/{}", runs.len()) } else { String::new() };
    match (good, findings) {
        (true, _) => row.put("td", "good", format!("✓{tally}")),
        (false, 0) => row.put("td", "bad", format!("✗{tally}")),
        (false, n) => row.put("td", "bad", format!("✗{tally}, {n} at the gate")),
    }
}

/// The largest distance of any variant from the oracle.
fn distance(gate: &GateReport) -> String {
    let largest = gate.accuracy.iter().map(|accuracy| accuracy.max_ulp).fold(0.0, f64::max);
    match largest {
        0.0 => "exact".to_owned(),
        ulp if (10_000.0..1e15).contains(&ulp) => format!("{} ulp", grouped(ulp as u64)),
        ulp => format!("{} ulp", digits(ulp)),
    }
}
