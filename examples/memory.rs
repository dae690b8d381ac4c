//! How much memory a computation holds at most, on each executor.
//!
//! An array language makes all n numbers before it adds the first two: 8 n bytes. What to look at:
//!
//! - in chunks there is never more than one chunk for each slot, and one partial result for each
//!   chunk: a problem a thousand times as large does not need a thousand times the memory;
//! - who schedules has a price: a list of tasks, or the nodes of a graph, joined two at a time;
//! - of `procs` the program that hands out is measured, not its workers.
//!
//! The allocator counts, so this is exact. The last two columns are limits, for one slot and for two: a
//! chunk of 8-byte numbers for each slot, the partial results and 64 KiB. An executor that holds more ends
//! this program with 1.
//!
//! `cargo run --release --example memory [LARGEST N]`

use abreast::exec::{Executor, worker_main};
use abreast::kernel::{Job, Kernel};
use abreast::kernels::REGISTRY;
use abreast::kernels::pi::Pi;
use abreast::kernels::range_sum::RangeSum;
use abreast::{Error, Fault, executors};
use peak_alloc::PeakAlloc;
use std::fmt::{Debug, Display};
use std::process::ExitCode;

/// Knows how many bytes this program holds, and how many it has held at most.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const EXECUTORS: [&str; 5] = ["serial", "threads:2", "graph:2", "async:2", "procs:2"];

fn main() -> ExitCode {
    worker_main(REGISTRY);
    let refuse = |why: &dyn Display| {
        eprintln!("memory: {why}");
        ExitCode::from(2)
    };
    let largest = std::env::args().nth(1).map_or(Ok(1_000_000_000), |n| n.parse());
    match largest.map(story) {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        Ok(Ok(false)) => {
            println!("\nSomething held more than its limit.");
            ExitCode::FAILURE
        }
        Ok(Err(why)) => refuse(&why),
        Err(why) => refuse(&why),
    }
}

/// Whether every executor kept to its limit, up to n = `largest`.
fn story(largest: u64) -> Result<bool, Fault> {
    println!("bytes held at most while a kernel runs; of procs:2 without its workers\n");
    print!("{:9}  {:>10}  {:>12}", "kernel", "n", "as an array");
    EXECUTORS.iter().for_each(|name| print!("  {name:>9}"));
    println!("  {:>9}  {:>9}", "limit: 1", "limit: 2");
    let sizes = || [6, 7, 8, 9].map(|k| 10u64.pow(k)).into_iter().filter(|n| *n <= largest);
    let mut kept = true;
    for n in sizes() {
        kept &= row(n, &|| RangeSum::job(n as i64))?;
    }
    for n in sizes() {
        kept &= row(n, &|| Pi::job(n, 1))?;
    }
    Ok(kept)
}

/// Makes the problem anew.
type Make<'m, K> = &'m dyn Fn() -> Result<Job<'static, K>, Error>;

/// One problem on every executor; whether each kept to its limit.
fn row<K: Kernel<Output: PartialEq + Debug>>(n: u64, make: Make<'_, K>) -> Result<bool, Fault> {
    print!("{:9}  {n:>10}  {:>12}", K::NAME, 8 * n);
    let job = make()?;
    let (mut kept, mut outputs) = (true, Vec::new());
    for name in EXECUTORS {
        let executor = executors::parse(name)?;
        let (output, most) = with_peak(|| run(&*executor, make));
        outputs.push(output?);
        print!("  {most:>9}");
        kept &= most <= limit(&job, executor.width());
    }
    println!("  {:>9}  {:>9}", limit(&job, 1), limit(&job, 2));
    assert!(outputs.iter().all(|output| *output == outputs[0]), "{outputs:?}");
    Ok(kept)
}

fn run<K: Kernel>(executor: &dyn Executor, make: Make<'_, K>) -> Result<K::Output, Fault> {
    make()?.on(executor)
}

/// What so many slots may hold: a chunk each, the partial results, and 64 KiB for everything else.
fn limit<K: Kernel>(job: &Job<'_, K>, slots: usize) -> usize {
    let chunk = 8 * job.plan().chunk_rows() as usize;
    slots * chunk + job.items() * size_of::<K::Item>() + (64 << 10)
}

/// What `work` returns, and how many bytes more than before were held at most meanwhile.
fn with_peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let made = work();
    (made, MEMORY.peak_usage() - before)
}
