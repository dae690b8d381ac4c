//! `abreast-mpi compare`: one thread beside ranks.

use super::options::Options;
use crate::World;
use abreast::kernel::{Case, Choice, Entry, Request};
use abreast::{Control, Error, Executor, Fault, Level};
use abreast_compare::format::seconds;
use std::time::{Duration, Instant};

const EXECUTORS: &str = "serial,mpi:static,mpi:dynamic";

/// How often each is timed, in turns.
const ROUNDS: u64 = 7;

/// Prints the best time of each executor; whether all gave the same bits.
pub fn compare(registry: &[Entry], world: &World, options: &Options) -> Result<bool, Fault> {
    let executors = options.executors(EXECUTORS)?;
    println!(
        "{} ranks, best of {}; operands are sent in each run\n",
        world.size(),
        rounds(options)
    );
    let mut agreed = true;
    for entry in options.kernels(registry, &["pi", "escape", "gemm", "dot"])? {
        let problem = Problem::of(entry, world, options, 1)?;
        let runs: Vec<Run<'_>> =
            executors.iter().map(|e| Run { executor: &**e, throttle: None }).collect();
        let measured = problem.measure(&runs, rounds(options))?;
        agreed &= measured.agreed;
        println!("{}, {} chunks", problem.title(), problem.case.chunks());
        for (executor, time) in executors.iter().zip(&measured.best) {
            println!("{}", line(&executor.name(), *time, measured.best[0]));
        }
    }
    Ok(agreed)
}

/// How often each executor is timed.
pub fn rounds(options: &Options) -> u64 {
    options.rounds.unwrap_or(ROUNDS)
}

/// `    mpi:static:serial   12.3 ms   1.93x`
pub fn line(name: &str, time: Duration, first: Duration) -> String {
    let ratio = first.as_secs_f64() / time.as_secs_f64();
    format!("    {name:<28} {:>10}  {ratio:.2}x", seconds(time.as_secs_f64()))
}

/// What is timed.
pub struct Problem {
    pub case: Box<dyn Case>,
    name: &'static str,
    choice: Choice,
}

/// An executor, and how many tasks it may run at once.
pub struct Run<'r> {
    pub executor: &'r dyn Executor,
    pub throttle: Option<usize>,
}

/// The best times, and whether all hashes were the same.
pub struct Measured {
    pub best: Vec<Duration>,
    pub agreed: bool,
}

impl Problem {
    /// So many times the kernel's largest problem, or one of the size asked for, at a level that all ranks have.
    pub fn of(
        entry: &Entry,
        world: &World,
        options: &Options,
        times: u64,
    ) -> Result<Problem, Fault> {
        let sizes = entry.sweep.iter().max().map(|n| times * n);
        let n =
            options.size.or(sizes).ok_or_else(|| Error::argument("sizes", entry.name, "none"))?;
        let mut case = entry.case(&Request::size(n))?;
        if let Some(chunk) = options.chunk {
            case.set_chunk(chunk)?;
        }
        let variant = match &options.variant {
            Some(name) => entry.variant(name)?,
            None => entry.default_variant(),
        };
        let choice = Choice { variant: variant.name, level: Level::new(world.level())? };
        Ok(Problem { case, name: entry.name, choice })
    }

    /// `pi, n = 4194304, simd at v4`
    pub fn title(&self) -> String {
        format!("{}, n = {}, {}", self.name, self.case.n(), self.choice)
    }

    /// Times all of these, in turns.
    pub fn measure(&self, runs: &[Run<'_>], rounds: u64) -> Result<Measured, Fault> {
        let mut best = vec![Duration::MAX; runs.len()];
        let mut hashes = Vec::new();
        // The first round warms up.
        for round in 0..=rounds {
            for (best, run) in best.iter_mut().zip(runs) {
                let (hash, took) = self.once(run)?;
                hashes.push(hash);
                if round > 0 {
                    *best = took.min(*best);
                }
            }
        }
        hashes.dedup();
        let agreed = hashes.len() == 1;
        if !agreed {
            println!("DISAGREES  {}: {hashes:x?}", self.title());
        }
        Ok(Measured { best, agreed })
    }

    fn once(&self, run: &Run<'_>) -> Result<(u64, Duration), Fault> {
        let control = Control { throttle: run.throttle, ..Control::default() };
        let mut took = Duration::ZERO;
        let answer = self.case.run(self.choice, 0, &mut |tasks| {
            let clock = Instant::now();
            run.executor.run(tasks, &control)?;
            took = clock.elapsed();
            Ok(())
        })?;
        Ok((answer.hash, took))
    }
}
