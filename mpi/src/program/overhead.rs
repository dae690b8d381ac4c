//! `abreast-mpi overhead`: what a chunk costs besides its work.

use super::empty;
use super::options::Options;
use crate::World;
use abreast::Fault;
use std::time::{Duration, Instant};

const EXECUTORS: &str = "serial,mpi:static,mpi:dynamic";

/// Chunks of one run, which is long enough that its beginning and end do not count.
const CHUNKS: u64 = 100_000;

/// How often each is timed, in turns.
const ROUNDS: u64 = 15;

/// Prints nanoseconds per empty chunk, and what a run of one chunk on each rank takes.
pub fn overhead(world: &World, options: &Options) -> Result<(), Fault> {
    let executors = options.executors(EXECUTORS)?;
    let (many, few) = (CHUNKS, world.size() as u64);
    let mut best = vec![[Duration::MAX; 2]; executors.len()];
    for _ in 0..options.rounds.unwrap_or(ROUNDS) {
        for (executor, best) in executors.iter().zip(&mut best) {
            for (chunks, best) in [many, few].into_iter().zip(best) {
                let job = empty::job(chunks)?;
                let clock = Instant::now();
                let sum = job.on(&**executor)?;
                *best = clock.elapsed().min(*best);
                assert_eq!(sum, chunks * (chunks - 1) / 2, "{}", executor.name());
            }
        }
    }
    println!("{} ranks, {many} empty chunks, best of several runs\n", world.size());
    for (executor, [all, run]) in executors.iter().zip(best) {
        let each = all.as_nanos() / u128::from(many);
        println!("    {:<28} {each:>6} ns per chunk, {run:>10.1?} a run of {few}", executor.name());
    }
    Ok(())
}
