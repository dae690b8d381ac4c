//! Made-up tables, and what may be said about them.

use super::*;
use crate::harness::model::{Floor, Share, Untimed};

const LEVEL: &str = "v4";

fn ratio(value: f64, separated: bool) -> Option<Ratio> {
    Some(Ratio { value, low: Some(value * 0.99), high: Some(value * 1.01), separated })
}

fn row(body: &'static str, n: u64, to_c: Option<Ratio>) -> Row {
    Row { body, n, to_c, ..Row::blank(LEVEL) }
}

fn table(rows: Vec<Row>) -> KernelRows {
    let floor = |n, ratio| Floor { n, level: LEVEL, ratio, interval: None };
    KernelRows {
        kernel: "dot",
        family: "dot",
        formula: "",
        unit: "elements",
        arithmetic: "f64",
        rows,
        untimed: Vec::new(),
        floors: vec![floor(64, 1.001), floor(1024, 1.0 / 1.004)],
        verdict: Vec::new(),
    }
}

/// C at two sizes, and a body with these ratios to it.
fn pair(body: &'static str, small: Option<Ratio>, large: Option<Ratio>) -> Vec<Row> {
    vec![
        row("c", 64, None),
        row("c-by-hand", 64, ratio(1.0, false)),
        row(body, 64, small),
        row("c", 1024, None),
        row("c-by-hand", 1024, ratio(1.0, false)),
        row(body, 1024, large),
    ]
}

fn said(table: &KernelRows) -> String {
    kernel(table).join("\n")
}

#[test]
fn a_known_difference_is_told_with_its_interval_and_size() {
    let text = said(&table(pair("simd", ratio(1.6, true), ratio(0.8, true))));
    assert!(text.contains("up to 1.60 times as fast as c (1.58 to 1.62, n = 64)"), "{text}");
    assert!(text.contains("down to 0.80 times as fast as c (0.79 to 0.81, n = 1024)"), "{text}");
    assert!(!text.contains("not separated"), "{text}");
}

#[test]
fn a_difference_inside_the_noise_is_never_told() {
    let text = said(&table(pair("simd", ratio(1.7, false), ratio(1.2, true))));
    assert!(text.contains("not separated from c at n = 64"), "{text}");
    assert!(!text.contains("1.70"), "{text}");
    let mut noisy = table(pair("simd", ratio(1.7, false), ratio(0.6, false)));
    noisy.rows[2].to_plain_c = ratio(3.3, false);
    noisy.rows[5].thread_speed_up = ratio(1.9, false);
    noisy.rows[5].threads = 2;
    let text = said(&noisy);
    assert!(text.contains("not separated from c at any size"), "{text}");
    assert!(text.contains("no body is known to be faster on 2 threads"), "{text}");
    assert!(!["1.70", "0.60", "3.30", "1.90"].iter().any(|number| text.contains(number)), "{text}");
}

#[test]
fn crossing_costs_nothing_from_the_size_on_where_nothing_was_seen_any_more() {
    // Rust known to be faster than C at the small size only.
    let text = said(&table(pair("rust", ratio(1.4, true), ratio(1.02, false))));
    assert!(text.contains("crossing into C costs nothing measurable from n = 1024 on"), "{text}");
    let text = said(&table(pair("rust", ratio(0.9, true), ratio(1.0, false))));
    assert!(text.contains("crossing into C costs nothing measurable from n = 64 on"), "{text}");
    // Still slower at the largest size: then nothing of the kind is said.
    let text = said(&table(pair("rust", ratio(1.0, false), ratio(1.4, true))));
    assert!(!text.contains("crossing"), "{text}");
    let text = said(&table(pair("cpp", ratio(0.9, true), ratio(1.0, false))));
    assert!(text.contains("cxx costs nothing measurable from n = 1024 on"), "{text}");
    assert!(!text.contains("crossing into C"), "{text}");
}

#[test]
fn floor_threads_roof_and_what_was_not_timed_have_their_sentences() {
    let mut all = table(pair("simd", ratio(1.5, true), ratio(1.1, true)));
    all.rows[2].to_plain_c = ratio(12.34, true);
    all.rows[2].roof = Some(Share { share: 0.873, limit: Limit::Load });
    all.rows.push(Row {
        threads: 2,
        thread_speed_up: ratio(1.93, true),
        ..row("simd", 1024, None)
    });
    all.untimed.push(Untimed { body: "cpp", level: LEVEL, why: "wrong value".to_owned() });
    let text = said(&all);
    for sentence in [
        "differ by up to 0.40 % (n = 1024): the noise floor",
        "simd at v4 is up to 12.3 times as fast as plain C",
        "simd on 2 threads is 1.93 times as fast as on one",
        "reaches 87.3 % of what one core can load (n = 64)",
        "dot: cpp at v4 is not timed: wrong value",
    ] {
        assert!(text.contains(sentence), "no '{sentence}' in\n{text}");
    }
}

#[test]
fn the_furthest_ratio_is_the_one_that_is_sure_not_the_one_that_is_noisy() {
    let noisy = Some(Ratio { value: 9.0, low: Some(1.2), high: Some(20.0), separated: true });
    let text = said(&table(pair("simd", ratio(3.0, true), noisy)));
    assert!(text.contains("up to 3.00 times as fast as c") && !text.contains("9.00"), "{text}");
    let mut plain = table(pair("simd", None, None));
    (plain.rows[2].to_plain_c, plain.rows[5].to_plain_c) = (ratio(3.0, true), noisy);
    let text = said(&plain);
    assert!(text.contains("up to 3.00 times as fast as plain C"), "{text}");
}

#[test]
fn ratios_near_one_are_told_apart_from_it() {
    assert_eq!(
        [1.0004, 1.004, 0.996, 1.04, 12.34].map(short),
        ["1.0004", "1.004", "0.996", "1.04", "12.3"]
    );
}

#[test]
fn the_tally_counts_every_size_of_every_kernel() {
    let tables = [
        table(pair("simd", ratio(0.5, true), ratio(1.5, true))),
        table(pair("simd", ratio(1.5, true), ratio(0.5, true))),
        table(pair("simd", ratio(1.5, true), ratio(1.5, false))),
    ];
    let text = tally(&tables, "simd").unwrap();
    assert!(text.ends_with("faster in 3, slower in 2, not separated in 1"), "{text}");
    assert_eq!(tally(&tables, "rust"), None);
}

#[test]
fn disagreement_is_named() {
    let report = |kernel, runs| GateReport {
        kernel,
        seed: 1,
        cases: 1,
        runs,
        accuracy: Vec::new(),
        findings: Vec::new(),
    };
    let agreed = |agreed, reports| agreement(&Agreement { agreed, seconds: 0.0, reports });
    let (good, bad) = (report("dot", 5), report("axpy", 0));
    assert_eq!(agreed(true, vec![good.clone(), good.clone()]), "all bodies of all 2 kernels agree");
    let text = agreed(false, vec![good, bad]);
    assert!(text.contains("disagree") && text.contains("axpy") && !text.contains("dot"), "{text}");
}
