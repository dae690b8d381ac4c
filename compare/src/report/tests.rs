use super::*;
use crate::machine::{Cache, Cores, Machine};
use crate::message::Column;
use crate::results::{Build, Compiler, EmptyCall, Finding, Ratio, Row};

fn column(row: TimedRow, seconds: f64) -> Column {
    Column { row, calls: 10, seconds: vec![seconds, 1.01 * seconds, 0.99 * seconds], dropped: 3 }
}

fn cell(n: usize, ratio: f64, ends: Option<(f64, f64)>, standing: Standing) -> Cell {
    let seconds = 1e-9 * n as f64;
    let row = |variant: &str, median_seconds: f64, ratio| Row {
        variant: variant.into(),
        median_seconds,
        gb_per_second: Some(16.0),
        gflops: None,
        empty_share: Some(0.01),
        allocations: None,
        ratio,
    };
    let ratio = Ratio { standing, ..Ratio::new(ratio, ends) };
    let start = |factor: f64| {
        vec![
            column(TimedRow::Variant("c".into()), factor * seconds),
            column(TimedRow::Variant("<lanes>".into()), factor * seconds / ratio.value),
        ]
    };
    Cell {
        setting: String::new(),
        n,
        input: None,
        bytes: Some(16 * n as u64),
        flops: None,
        copies: None,
        noise: Some(0.001),
        rows: vec![row("c", seconds, None), row("<lanes>", seconds / ratio.value, Some(ratio))],
        empty: vec![EmptyCall { name: "(empty call)".into(), median_seconds: 1e-9 }],
        samples: vec![start(1.0), start(1.1)],
    }
}

/// A fixed result with everything in it that is shown.
fn results() -> Results {
    let mut group = GroupResult {
        group: "dot & co".into(),
        baseline: "c".into(),
        timed: vec!["c".into(), "<lanes>".into()],
        cells: vec![
            cell(0, 1.0, Some((0.9, 1.1)), Standing::Same),
            cell(16, 1.01, Some((0.99, 1.02)), Standing::Same),
            cell(1024, 3.9, Some((3.86, 3.95)), Standing::Faster),
            cell(1 << 20, 1.4, None, Standing::Unknown),
        ],
        ..GroupResult::default()
    };
    group.agreement.findings.push(Finding {
        variant: "zip".into(),
        input: "n = 7, seed 42".into(),
        what: "panicked: \"<b>\"".into(),
        inputs: 1,
    });
    group.agreement.within = "within 1e-12".into();
    group.verdict = verdict::agreement(&group.agreement, &[]);
    group.verdict.extend(verdict::times(&group, 2, 1));
    Results {
        schema: crate::results::SCHEMA,
        created: "2026-01-31T12:00:00Z".into(),
        seconds: 12.0,
        machine: Machine {
            cpu: Some("A CPU".into()),
            architecture: "x86_64",
            cores: Cores { physical: 1, logical: 2, allowed: 2 },
            caches: vec![Cache { level: 1, kind: "Data".into(), bytes: 32768, shared_by: None }],
            os: "A system".into(),
            virtualised: Some(true),
            load: Some(0.5),
        },
        governor: Some("performance".into()),
        build: Build {
            rustc: "rustc 1",
            opt_level: "3",
            debug_assertions: false,
            version: "0.1.0",
        },
        compilers: vec![Compiler {
            what: "C".into(),
            version: "gcc 1".into(),
            flags: "-O3 -DA=\"<x>\"".into(),
        }],
        seed: 42,
        quick: true,
        starts: 2,
        layouts: 1,
        warnings: vec!["the load average is 9".into()],
        groups: vec![group],
        against: None,
    }
}

#[test]
fn the_same_results_give_the_same_page() {
    assert_eq!(page(&results()), page(&results()));
}

#[test]
fn the_page_needs_nothing_else_and_text_is_escaped() {
    let page = page(&results());
    assert!(page.starts_with(BEGINS));
    assert_eq!(page.matches("<script").count(), 1, "its own");
    let page = page.replace(&format!("<script>{}</script>", html::SCRIPT), "");
    for absent in ["<script", "http", "src=", "@import", "url(", "<lanes>", "<b>"] {
        assert!(!page.contains(absent), "{absent}");
    }
    for present in [
        "&lt;lanes&gt;",
        "dot &amp; co",
        "&quot;&lt;b&gt;&quot;",
        "performance",
        "gcc 1, -O3 -DA=&quot;&lt;x&gt;",
    ] {
        assert!(page.contains(present), "{present} not in {page}");
    }
    let opened = |tag: &str| page.matches(&format!("<{tag}")).count();
    for tag in ["table", "tbody", "section", "svg", "figure", "dl"] {
        assert_eq!(opened(tag), page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn the_verdict_comes_before_the_table_and_the_table_before_the_plots() {
    let page = page(&results());
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} not in {page}"));
    assert!(at("is at least 3.86 times as fast as c") < at("<table"));
    assert!(at("<table") < at("svg class=\"plot\"") && at("svg class=\"plot\"") < at("A CPU"));
    assert!(page.contains(">3.86-3.95<"), "the interval");
}

#[test]
fn every_ink_became_a_class_and_a_point_without_interval_is_hollow() {
    let results = results();
    let group = &results.groups[0];
    let cells: Vec<&Cell> = group.cells.iter().collect();
    let plot = Plot {
        title: "ratio".into(),
        y_name: "ratio",
        series: series(group, &cells, ratio_at),
        rule: Some(1.0),
        tick,
    };
    let svg = plots::svg(&plot).expect("a plot");
    assert!(!svg.contains("#AB12"), "{svg}");
    assert_eq!(plot.series[0].points.len(), 3, "a size of 0 has no place on the axis");
    assert_eq!(svg.matches("<polygon").count(), 2, "{svg}");
    assert!(svg.contains("<title>ratio</title>"));
}

#[test]
fn a_run_that_timed_nothing_has_a_page_too() {
    let mut results = results();
    results.groups[0].cells.clear();
    results.groups[0].timed.clear();
    let page = page(&results);
    assert!(!page.contains("<table") && page.contains("zip at n = 7, seed 42"), "{page}");
}
