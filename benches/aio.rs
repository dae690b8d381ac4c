//! What does a task cost in async code? Under criterion: `cargo bench --bench aio`.
//!
//! 10 000 tasks that do nothing, so the time per element is overhead: closures sent to a pool one by one
//! and gathered, then the executor `async:2` with a list of tasks and with a graph that fans out of
//! one node, each with all its slots and with a throttle of one, where every turn has to wait for the
//! end of the one before.

use abreast::aio;
use abreast::exec::{Async, Control, Executor, Threads};
use abreast::graph::Graph;
use abreast::{Fault, Tasks};
use abreast_compare::beside::Asked;
use criterion::{Criterion, Throughput, criterion_group};
use std::time::Duration;
use tokio::runtime::Builder;

const TASKS: usize = 10_000;

struct Nothing;

impl Tasks for Nothing {
    fn len(&self) -> usize {
        TASKS
    }

    fn run(&self, _: usize) -> Result<(), Fault> {
        Ok(())
    }
}

fn tasks(c: &mut Criterion) {
    let pool = Threads::new(2).expect("the system has two threads");
    let executor = Async::new(2).expect("the system has two threads");
    let event_loop = Builder::new_current_thread().build().expect("a runtime");
    let mut group = c.benchmark_group("aio");
    group.throughput(Throughput::Elements(TASKS as u64));
    group.bench_function("gathered", |bench| {
        let send = |k| aio::to_thread(&pool, move |_| k);
        bench.iter(|| event_loop.block_on(aio::try_gather((0..TASKS).map(send))));
    });
    let graph = Graph::new();
    let first = graph.task("first", (), |()| 1.0);
    let fan: Vec<_> = (0..TASKS).map(|_| graph.task("fan", first, |x| x + 1.0)).collect();
    for (name, throttle) in [("two slots", None), ("a throttle of one", Some(1))] {
        let control = Control { throttle, ..Control::default() };
        group.bench_function(format!("a list on async:2, {name}"), |bench| {
            bench.iter(|| executor.run(&Nothing, &control));
        });
        group.bench_function(format!("a fan on async:2, {name}"), |bench| {
            bench.iter(|| graph.compute_all(&executor, &control, fan.clone()));
        });
    }
    group.finish();
}

fn short() -> Criterion {
    let times = (Duration::from_millis(200), Duration::from_secs(1));
    Criterion::default().sample_size(20).warm_up_time(times.0).measurement_time(times.1)
}

criterion_group! { name = benches; config = short(); targets = tasks }

const QUESTION: &str = "What does a task cost in async code? Absolute times by criterion";

fn main() {
    if !Asked::of(QUESTION).is_nothing() {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
}
