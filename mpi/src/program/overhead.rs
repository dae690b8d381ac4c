//! `abreast-mpi overhead`: what a chunk costs besides its work.

use super::empty;
use super::options::Options;
use super::rounds::{Said, TITLE, effort};
use crate::World;
use abreast::{Executor, Fault};
use abreast_compare::measure::measure;
use std::time::{Duration, Instant};

const EXECUTORS: &str = "serial,mpi:static,mpi:dynamic";

/// Chunks of one run, which is long enough that its beginning and end do not count.
const CHUNKS: u64 = 100_000;

/// Prints what an empty chunk takes, and a run of one chunk on each rank.
pub fn overhead(world: &World, options: &Options) -> Result<(), Fault> {
    let executors = options.executors(EXECUTORS)?;
    let sizes = [CHUNKS, world.size() as u64];
    let rounds = measure(2 * executors.len(), &effort(options), |i, calls| {
        run(&*executors[i / 2], sizes[i % 2], calls)
    })?;
    let [many, few] = sizes;
    println!("{} ranks, {many} empty chunks; {TITLE}\n", world.size());
    let said = Said { rounds: &rounds, numbers: 2 * executors.len() };
    for (i, executor) in executors.iter().enumerate() {
        println!("    {:<28} {} per chunk", executor.name(), said.each(2 * i, many));
        println!("    {:<28} {} a run of {few}", "", said.each(2 * i + 1, 1));
    }
    Ok(())
}

/// So many runs of so many chunks.
fn run(executor: &dyn Executor, chunks: u64, times: u64) -> Result<Duration, Fault> {
    let job = empty::job(chunks)?;
    let clock = Instant::now();
    for _ in 0..times {
        assert_eq!(job.on(executor)?, chunks * (chunks - 1) / 2, "{}", executor.name());
    }
    Ok(clock.elapsed())
}
