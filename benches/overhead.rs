//! The price of crossing a language border, under criterion: `cargo bench --bench overhead`.
//!
//! The same crossings as `abreast overhead`, which interleaves them; criterion measures one after
//! another, so compare figures here only when they differ by more than the machine drifts.

use abreast::harness::overhead::{CROSSINGS, TRAPS};
use criterion::{Criterion, criterion_group, criterion_main};
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
criterion_main!(benches);
