//! A comparison of made-up kernels.

use crate::Isa;
use crate::harness::env::{Cache, Environment};
use crate::harness::gate::{Accuracy, GateReport, Target};
use crate::harness::model::{self, Agreement, Comparison, Floor, KernelRows, Noise};
use crate::harness::model::{Ratio, Row, Share, Standing, Untimed};
use crate::harness::overhead::{BASELINE, Overhead, Price};
use crate::harness::roofline::{Limit, Roofline};
use abreast_compare::prices;

const ALL: [&str; 5] = ["c", "c-by-hand", "cpp", "rust", "simd"];

/// Text that shows whether it was escaped.
pub(super) const EVIL: &str = r#"</script><b a="x">'&amp;' | *x*"#;

fn ratio(value: f64, distinguishable: bool) -> Option<Ratio> {
    let mut ratio = Ratio::new(value, Some((0.9 * value, 1.1 * value)));
    ratio.standing = if distinguishable { Standing::Faster } else { Standing::Same };
    Some(ratio)
}

fn row(variant: &'static str, level: &'static str, n: u64, threads: usize) -> Row {
    let seconds = n as f64 * 1e-9 / threads as f64;
    Row {
        variant,
        level,
        lowest: level == "v1",
        twin_of: (variant == "c-by-hand").then_some("c"),
        threads,
        n,
        footprint: 16 * n,
        read: 16 * n,
        written: 0,
        flops: 0,
        elements: n,
        calls: 100,
        rounds: 21,
        dropped: 0,
        best_seconds: seconds,
        median_seconds: 1.1 * seconds,
        empty_share: (n == 64).then_some(0.25),
        ns_per_element: Some(1.0 / threads as f64),
        elements_per_ns: Some(threads as f64),
        gb_per_second: Some(16.0),
        gflops: None,
        roofline: Some(Share { share: 0.5, limit: Limit::Load }),
        to_baseline: (variant != "c" && threads == 1).then(|| ratio(1.25, false)).flatten(),
        to_lowest: (level != "v1").then(|| ratio(4.0, true)).flatten(),
        thread_speed_up: (threads > 1).then(|| ratio(1.9, true)).flatten(),
        note: (n == 64).then(|| EVIL.to_owned()),
    }
}

fn table(kernel: &'static str) -> KernelRows {
    let of_size = |n: u64| {
        let variants = ALL.map(|variant| row(variant, "v3", n, 1));
        [row("c", "v1", n, 1)].into_iter().chain(variants)
    };
    let floor = |n| Floor {
        n,
        level: "v3",
        of: "c",
        twin: Some("c-by-hand"),
        ratio: 1.01,
        interval: Some((0.99, 1.02)),
    };
    KernelRows {
        kernel,
        family: kernel,
        formula: "sum of x[i] < 1 & y[i]",
        unit: "elements",
        arithmetic: "f64",
        baseline: "c",
        default: "simd",
        variants: vec!["c", "cpp", "rust", "simd"],
        lowest_level: "v1",
        rows: [64, 4096, 1 << 20]
            .into_iter()
            .flat_map(of_size)
            .chain([row("simd", "v3", 1 << 20, 2)])
            .collect(),
        untimed: vec![Untimed { variant: "cpp", level: "v4", why: EVIL.to_owned() }],
        floors: vec![floor(64), floor(4096)],
        verdict: vec![format!("{kernel}: simd is fast"), EVIL.to_owned()],
    }
}

/// What the gate says about a kernel of which all but `simd` were asked for.
fn gate(kernel: &'static str) -> GateReport {
    let of = |variant| Target { variant, level: Isa::V1 };
    let accuracy = |variant| Accuracy { of: of(variant), max_ulp: 12.5, mean_ulp: 1.0 };
    let variants = ALL.into_iter().filter(|variant| *variant != "simd");
    GateReport {
        kernel,
        seed: 42,
        cases: 33,
        runs: 4321,
        accuracy: variants.map(accuracy).collect(),
        findings: Vec::new(),
    }
}

/// A comparison of made-up kernels, in which text of every kind tries to break out.
pub(super) fn comparison(kernels: &[&'static str]) -> Comparison {
    let mut environment = Environment::here(42);
    environment.machine.cpu = Some(EVIL.to_owned());
    environment.machine.caches = [(1, 32 << 10), (2, 1 << 20)]
        .map(|(level, bytes)| Cache { level, kind: "Data".into(), bytes, shared_by: None })
        .into();
    Comparison {
        schema: model::SCHEMA,
        created: "2026-01-31T12:00:00Z".to_owned(),
        seconds: 60.0,
        starts: 4,
        layouts: 1,
        environment,
        agreement: Agreement {
            agreed: true,
            seconds: 1.0,
            reports: kernels.iter().copied().map(gate).collect(),
        },
        noise: Noise { pairs: 4, typical: 0.001, worst: 0.02, ..Noise::default() },
        roofline: Roofline::default(),
        chunk_overhead_ns: 20.0,
        kernels: kernels.iter().copied().map(table).collect(),
        verdict: vec!["cpp is as fast as c".to_owned(), EVIL.to_owned()],
        warnings: vec![EVIL.to_owned()],
    }
}

pub(super) fn overhead() -> Overhead {
    let price = |name, ns| {
        let over_ns = ns - 1.0;
        let price = prices::Price { ns, over_ns, low_ns: Some(over_ns), high_ns: Some(over_ns) };
        Price { name, what: "a call", price }
    };
    Overhead {
        prices: vec![price(BASELINE, 1.0), price("c", 1.5), price("cpp", 2.5)],
        traps: vec![price("c-through-memory", 1.0)],
        floor_ns: 0.1,
        empty_ns: 0.25,
        rounds: 250,
    }
}
