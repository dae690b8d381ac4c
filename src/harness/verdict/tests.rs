//! Made-up tables, and what may be said about them.

use super::*;
use crate::Isa;
use crate::harness::gate::{Check, Finding, Target};
use crate::harness::model::{Floor, Share, Untimed};

const LEVEL: &str = "v4";

fn ratio(value: f64, distinguishable: bool) -> Option<Ratio> {
    let mut ratio = Ratio::new(value, Some((value * 0.99, value * 1.01)));
    ratio.standing = match distinguishable {
        true if value > 1.0 => Standing::Faster,
        true => Standing::Slower,
        false => Standing::Same,
    };
    Some(ratio)
}

fn row(variant: &'static str, n: u64, to_baseline: Option<Ratio>) -> Row {
    Row { variant, n, to_baseline, ..Row::blank(LEVEL) }
}

fn table(rows: Vec<Row>) -> KernelRows {
    let floor = |n, ratio| Floor {
        n,
        level: LEVEL,
        of: "c",
        twin: Some("c-by-hand"),
        ratio,
        interval: None,
    };
    KernelRows {
        kernel: "dot",
        family: "dot",
        formula: "",
        unit: "elements",
        arithmetic: "f64",
        baseline: "c",
        default: "simd",
        variants: vec!["c", "cpp", "rust", "simd"],
        lowest_level: "v1",
        rows,
        untimed: Vec::new(),
        floors: vec![floor(64, 1.001), floor(1024, 1.0 / 1.004)],
        verdict: Vec::new(),
    }
}

fn twin(n: u64) -> Row {
    Row { twin_of: Some("c"), ..row("c-by-hand", n, ratio(1.0, false)) }
}

/// C at two sizes, and a variant with these ratios to it.
fn pair(variant: &'static str, small: Option<Ratio>, large: Option<Ratio>) -> Vec<Row> {
    vec![
        row("c", 64, None),
        twin(64),
        row(variant, 64, small),
        row("c", 1024, None),
        twin(1024),
        row(variant, 1024, large),
    ]
}

fn said(table: &KernelRows) -> String {
    kernel(table).join("\n")
}

#[test]
fn a_known_difference_is_told_with_its_interval_and_size() {
    let text = said(&table(pair("simd", ratio(1.6, true), ratio(0.8, true))));
    assert!(
        text.contains("dot: simd at v4 is at least 1.58 times as fast as c at n = 64"),
        "{text}"
    );
    assert!(text.contains("is at most 0.81 times as fast as c at n = 1024"), "{text}");
    assert!(!text.contains("indistinguishable"), "{text}");
}

#[test]
fn a_difference_inside_the_noise_is_never_told() {
    let text = said(&table(pair("simd", ratio(1.7, false), ratio(1.2, true))));
    assert!(text.contains("indistinguishable from c at n = 64"), "{text}");
    assert!(!text.contains("1.70"), "{text}");
    let mut noisy = table(pair("simd", ratio(1.7, false), ratio(0.6, false)));
    noisy.rows[2].to_lowest = ratio(3.3, false);
    noisy.rows[5].thread_speed_up = ratio(1.9, false);
    noisy.rows[5].threads = 2;
    let text = said(&noisy);
    assert!(text.contains("indistinguishable from c at n = 64"), "{text}");
    assert!(text.contains("no variant is known to be faster on 2 threads"), "{text}");
    assert!(!["1.70", "0.60", "3.30", "1.90"].iter().any(|number| text.contains(number)), "{text}");
}

#[test]
fn from_which_size_on_the_slower_one_is_not_slower_any_more() {
    // Rust known to be faster than C at the small size only.
    let text = said(&table(pair("rust", ratio(1.4, true), ratio(1.02, false))));
    assert!(text.contains("c is not measurably slower than rust from n = 1024 on"), "{text}");
    let text = said(&table(pair("cpp", ratio(0.9, true), ratio(1.0, false))));
    assert!(text.contains("cpp is not measurably slower than c from n = 1024 on"), "{text}");
    // What another layout may reverse is not over yet, nor what had too few rounds.
    for standing in [Standing::Layout, Standing::Unknown] {
        let mut undecided = ratio(1.1, false);
        undecided.as_mut().unwrap().standing = standing;
        let text = said(&table(pair("rust", ratio(1.4, true), undecided)));
        assert!(!text.contains("measurably"), "{text}");
    }
    // Slower at the largest size, or at none: then nothing of the kind is said.
    for (small, large) in [(ratio(1.0, false), ratio(1.4, true)), (ratio(1.0, false), None)] {
        let text = said(&table(pair("rust", small, large)));
        assert!(!text.contains("measurably"), "{text}");
    }
}

#[test]
fn floor_threads_roof_and_what_was_not_timed_have_their_sentences() {
    let mut all = table(pair("simd", ratio(1.5, true), ratio(1.1, true)));
    all.rows[2].to_lowest = ratio(12.34, true);
    all.rows[2].roofline = Some(Share { share: 0.873, limit: Limit::Load });
    all.rows.push(Row {
        threads: 2,
        thread_speed_up: ratio(1.93, true),
        ..row("simd", 1024, None)
    });
    all.untimed.push(Untimed { variant: "cpp", level: LEVEL, why: "wrong value".to_owned() });
    let text = said(&all);
    for sentence in [
        "differ by up to 0.40 % (n = 1024): the noise floor",
        "simd at v4 is up to 12.3 times as fast as c at v1",
        "simd on 2 threads is 1.93 times as fast as on one",
        "reaches 87.3 % of what one core can load (n = 64)",
        "dot: cpp at v4 is not timed: wrong value",
    ] {
        assert!(text.contains(sentence), "no '{sentence}' in\n{text}");
    }
}

#[test]
fn the_furthest_ratio_is_the_one_that_is_sure_not_the_one_that_is_noisy() {
    let mut noisy = Ratio::new(9.0, Some((1.2, 20.0)));
    noisy.standing = Standing::Faster;
    let noisy = Some(noisy);
    let text = said(&table(pair("simd", ratio(3.0, true), noisy)));
    assert!(
        text.contains(
            "at least 1.20 times as fast as c at every size, at least 2.97 times at n = 64"
        ),
        "{text}"
    );
    let mut plain = table(pair("simd", None, None));
    (plain.rows[2].to_lowest, plain.rows[5].to_lowest) = (ratio(3.0, true), noisy);
    let text = said(&plain);
    assert!(text.contains("up to 3.00 times as fast as c at v1"), "{text}");
}

#[test]
fn without_an_interval_there_is_no_at_least() {
    let few = Some(Ratio::new(9.0, None));
    let mut table = table(pair("simd", few, few));
    (table.rows[2].to_lowest, table.rows[5].to_lowest) = (few, few);
    let text = said(&table);
    assert!(text.contains("too few rounds for an interval against c at every size"), "{text}");
    assert!(!text.contains("9.0") && !text.contains("at least"), "{text}");
    assert_eq!(defaults_to_lowest(&[table]), None);
    // And the least is the lower end, on either side of 1.
    let mut slow = self::table(pair("simd", None, None));
    slow.rows[2].to_lowest = ratio(0.8, true);
    let text = defaults_to_lowest(&[slow]).unwrap();
    assert!(text.contains("at least 0.79 times"), "{text}");
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
    assert!(text.ends_with("faster in 3, slower in 2, indistinguishable in 1"), "{text}");
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
    assert_eq!(
        agreed(true, vec![good.clone(), good.clone()]),
        "all variants of all 2 kernels agree"
    );
    let text = agreed(false, vec![good, bad]);
    assert!(text.contains("disagree") && text.contains("axpy") && !text.contains("dot"), "{text}");
    // Of a kernel that is wrong in one variant the others are timed.
    let finding = Finding {
        kernel: "dot",
        target: Some(Target { variant: "cpp", level: Isa::V3 }),
        case: "n = 1".to_owned(),
        check: Check::Value,
        cases: 1,
        detail: String::new(),
        difference: None,
    };
    let one_wrong = GateReport { findings: vec![finding.clone(), finding], ..report("dot", 5) };
    let text = agreed(false, vec![one_wrong]);
    assert_eq!(text, "variants disagree; not timed: dot cpp at v3");
}
