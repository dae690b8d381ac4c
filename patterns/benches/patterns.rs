//! What does each pattern of the gallery cost? Under criterion: `cargo bench -p abreast-patterns`.
//!
//! `abreast patterns` lets each pair take turns; criterion measures one after another.

use abreast_compare::beside::Asked;
use abreast_patterns::index::{Cost, PATTERNS};
use criterion::{Criterion, criterion_group};
use std::time::Duration;

fn patterns(c: &mut Criterion) {
    for row in PATTERNS {
        let Cost::Measured(pairs) = row.cost else { continue };
        let mut group = c.benchmark_group(row.name);
        group.warm_up_time(Duration::from_millis(100));
        group.measurement_time(Duration::from_millis(500));
        for pair in pairs {
            group.bench_function(pair.what, |bench| bench.iter_custom(pair.run));
            let name = format!("{} | {}", pair.what, pair.baseline);
            group.bench_function(name, |bench| bench.iter_custom(pair.run_baseline));
        }
        group.finish();
    }
}

criterion_group!(benches, patterns);

const QUESTION: &str = "What does each pattern of the gallery cost? Absolute times by criterion; beside its baseline in \
                        turns: abreast patterns";

fn main() {
    // Some are priced in worker processes, which are this program again.
    #[cfg(feature = "fence")]
    abreast::exec::worker_main(abreast_patterns::index::REMOTES.iter().copied());
    if !Asked::of(QUESTION).is_nothing() {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
}
