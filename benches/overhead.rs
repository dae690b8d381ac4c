//! What does a call across a language border cost? Under criterion: `cargo bench --bench overhead`.
//!
//! The same crossings as `abreast overhead`, which interleaves them; criterion measures one after
//! another, so compare figures here only when they differ by more than the machine drifts.

use abreast::harness::overhead::{CROSSINGS, TRAPS};
use abreast_compare::beside::Asked;
use criterion::{Criterion, criterion_group};
use std::time::Duration;

fn crossings(c: &mut Criterion) {
    for (title, crossings) in [("overhead", CROSSINGS), ("overhead-traps", TRAPS)] {
        let mut group = c.benchmark_group(title);
        group.warm_up_time(Duration::from_millis(200));
        group.measurement_time(Duration::from_secs(1));
        for crossing in crossings {
            group.bench_function(crossing.name, |bench| {
                bench.iter_custom(|calls| crossing.run(calls).took);
            });
        }
        group.finish();
    }
}

criterion_group!(benches, crossings);

const QUESTION: &str = "What does a call across a language border cost? Absolute times by criterion; which costs more \
                        says: abreast overhead";

fn main() {
    if !Asked::of(QUESTION).is_nothing() {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
}
