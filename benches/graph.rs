//! What does a graph cost per node, and a bag beside rayon? Under criterion: `cargo bench --bench graph`.
//!
//! Graphs of 20 000 nodes that do next to nothing, so the time per element is overhead: a chain, a fan
//! out of one node into another, and a stencil in which each cell of a row reads three of the row
//! before. Then one pipeline four ways: as a loop, as a bag here and on two threads, and by rayon's
//! parallel iterator on as many.

use abreast::bag::Bag;
use abreast::exec::{Control, Executor, Serial, Threads};
use abreast::graph::{Delayed, Graph};
use abreast_compare::beside::Asked;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::hint::black_box;
use std::time::Duration;

/// Nodes of each graph.
const NODES: usize = 20_000;
/// Cells of one row of the stencil.
const ROW: usize = 200;

/// Builds a shape in a graph and gives what is wanted of it.
type Shape = fn(&Graph<'_>) -> Vec<Delayed<f64>>;

const SHAPES: [(&str, Shape); 3] = [("chain", chain), ("fan", fan), ("stencil", stencil)];

fn chain(graph: &Graph<'_>) -> Vec<Delayed<f64>> {
    let first = graph.task("first", (), |()| 1.0);
    vec![(1..NODES).fold(first, |node, _| graph.task("next", node, |x| x + 1.0))]
}

fn fan(graph: &Graph<'_>) -> Vec<Delayed<f64>> {
    let first = graph.task("first", (), |()| 1.0);
    let middle = (2..NODES).map(|_| graph.task("middle", first, |x| x + 1.0)).collect::<Vec<_>>();
    vec![graph.task("last", middle, |xs| xs.into_iter().sum())]
}

fn stencil(graph: &Graph<'_>) -> Vec<Delayed<f64>> {
    let first = |i: usize| graph.task("first", (), move |()| i as f64);
    let mut row: Vec<Delayed<f64>> = (0..ROW).map(first).collect();
    for _ in 1..NODES / ROW {
        let three = |i: usize| (row[i.saturating_sub(1)], row[i], row[(i + 1).min(ROW - 1)]);
        let mean = |i| graph.task("mean", three(i), |(a, b, c): (&f64, _, _)| (a + b + c) / 3.0);
        row = (0..ROW).map(mean).collect();
    }
    row
}

fn two_threads() -> Threads {
    Threads::new(2).expect("the system has two threads")
}

fn graphs(c: &mut Criterion) {
    let (here, threads) = (Serial, two_threads());
    let executors: [&dyn Executor; 2] = [&here, &threads];
    let mut group = c.benchmark_group("graph");
    group.throughput(Throughput::Elements(NODES as u64));
    for (name, shape) in SHAPES {
        group.bench_function(BenchmarkId::new("build", name), |bench| {
            bench.iter_with_large_drop(|| {
                let graph = Graph::new();
                shape(&graph);
                graph
            });
        });
        let graph = Graph::new();
        let wants = shape(&graph);
        for executor in executors {
            let id = BenchmarkId::new(format!("run on {}", executor.name()), name);
            group.bench_function(id, |bench| {
                bench.iter(|| graph.compute_all(executor, &Control::default(), wants.clone()));
            });
        }
    }
    group.finish();
}

/// Elements of the pipeline.
const ELEMENTS: u64 = 4_000_000;

fn mixed(x: u64) -> u64 {
    x.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40
}

fn bags(c: &mut Criterion) {
    let threads = two_threads();
    let control = Control::default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    let mut group = c.benchmark_group("bag");
    group.throughput(Throughput::Elements(ELEMENTS));
    group.bench_function("loop", |bench| {
        bench.iter(|| (0..black_box(ELEMENTS)).map(mixed).filter(|x| x % 3 != 0).sum::<u64>());
    });
    for executor in [&Serial as &dyn Executor, &threads] {
        group.bench_function(format!("bag on {}", executor.name()), |bench| {
            let bag = Bag::range(0..black_box(ELEMENTS), 16).expect("sixteen partitions");
            let bag = bag.map(mixed).filter(|x| x % 3 != 0);
            bench.iter(|| bag.sum(executor, &control));
        });
    }
    group.bench_function("rayon on 2 threads", |bench| {
        bench.iter(|| {
            let all = (0..black_box(ELEMENTS)).into_par_iter();
            pool.install(|| all.map(mixed).filter(|x| x % 3 != 0).sum::<u64>())
        });
    });
    group.finish();
}

fn short() -> Criterion {
    let times = (Duration::from_millis(200), Duration::from_secs(1));
    Criterion::default().sample_size(20).warm_up_time(times.0).measurement_time(times.1)
}

criterion_group! { name = benches; config = short(); targets = graphs, bags }

const QUESTION: &str =
    "What does a graph cost per node, and a bag beside rayon? Absolute times by criterion";

fn main() {
    if !Asked::of(QUESTION).is_nothing() {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
}
