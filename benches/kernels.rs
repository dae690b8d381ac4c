//! How long does each variant of each kernel take? Under criterion: `cargo bench --bench kernels -- dot`.
//!
//! One group per kernel, one line per variant, at the level that plain calls use (`ABREAST_ISA` names
//! another). Nothing here knows a kernel by name. Criterion measures one variant after another; which one is
//! faster says `cargo bench --bench compare -- dot`, in which they take turns.

use abreast::kernel::{Case, Cost, Entry, Request};
use abreast::kernels::REGISTRY;
use abreast::{Choice, Error, Level};
use abreast_compare::beside::Asked;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, measurement};
use std::process::ExitCode;
use std::time::Duration;

const QUESTION: &str = "How long does each variant take? Absolute times by criterion, one variant after another; \
                        which is faster says: cargo bench --bench compare";

fn main() -> ExitCode {
    // Without --bench criterion only tries each benchmark once, which needs no optimisation.
    if cfg!(debug_assertions) && std::env::args().any(|arg| arg == "--bench") {
        eprintln!("a build with debug assertions is not worth timing; run: cargo bench");
        return ExitCode::from(2);
    }
    let asked = Asked::of(QUESTION);
    if asked.is_nothing() {
        return ExitCode::SUCCESS;
    }
    let mut criterion = Criterion::default()
        .sample_size(10)
        .nresamples(10_000)
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(300))
        .configure_from_args();
    match REGISTRY.iter().try_for_each(|entry| kernel(&mut criterion, entry, &asked)) {
        Ok(()) => {
            criterion.final_summary();
            ExitCode::SUCCESS
        }
        Err(refusal) => {
            eprintln!("{refusal}");
            ExitCode::from(2)
        }
    }
}

fn kernel(criterion: &mut Criterion, entry: &Entry, asked: &Asked) -> Result<(), Error> {
    let level = Level::chosen()?;
    let mut group = criterion.benchmark_group(entry.name);
    group.sampling_mode(SamplingMode::Flat);
    for n in sizes(entry.sweep) {
        let is_asked = |name: &&str| asked.has(&format!("{}/{name}/{n}", entry.name));
        let names: Vec<&str> =
            entry.variants().map(|variant| variant.name).filter(is_asked).collect();
        if asked.is_list() {
            for name in names {
                group.bench_function(id(name, n), |_| ());
            }
        } else if !names.is_empty() {
            let mut case = entry.case(&Request::size(n))?;
            group.throughput(throughput(case.cost()));
            for variant in names {
                line(&mut group, case.as_mut(), n, Choice { variant, level });
            }
        }
    }
    group.finish();
    Ok(())
}

fn id(variant: &str, n: u64) -> BenchmarkId {
    BenchmarkId::new(variant, n)
}

/// A small, a middle and the largest size of a sweep.
fn sizes(sweep: &[u64]) -> Vec<u64> {
    let last = sweep.len().saturating_sub(1);
    let mut indices = vec![last / 4, last / 2, last];
    indices.dedup();
    indices.into_iter().filter_map(|index| sweep.get(index).copied()).collect()
}

fn throughput(cost: Cost) -> Throughput {
    match cost.read + cost.written {
        0 => Throughput::Elements(cost.elements),
        bytes => Throughput::ElementsAndBytes { elements: cost.elements, bytes },
    }
}

fn line(
    group: &mut BenchmarkGroup<'_, measurement::WallTime>,
    case: &mut dyn Case,
    n: u64,
    choice: Choice,
) {
    group.bench_function(id(choice.variant, n), |bench| {
        bench.iter_custom(|calls| match case.time(Some(choice), calls) {
            Ok(took) => took,
            Err(why) => panic!("{} at n = {n}: {why}", choice.variant),
        });
    });
}
