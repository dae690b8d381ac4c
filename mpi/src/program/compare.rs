//! `abreast-mpi compare`: one thread beside ranks.

use super::options::Options;
use super::rounds::{Said, TITLE, effort};
use crate::World;
use abreast::kernel::{Case, Choice, Entry, Request};
use abreast::{Control, Error, Executor, Fault, Level};
use abreast_compare::measure::{Effort, Rounds, measure};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const EXECUTORS: &str = "serial,mpi:static,mpi:dynamic";

/// Prints what each executor takes beside the first one; whether all gave the same bits.
pub fn compare(registry: &[Entry], world: &World, options: &Options) -> Result<bool, Fault> {
    let executors = options.executors(EXECUTORS)?;
    let entries = options.kernels(registry, &["pi", "escape", "gemm", "dot"])?;
    println!("{} ranks; {TITLE}; operands are sent in each run\n", world.size());
    let runs: Vec<Run<'_>> =
        executors.iter().map(|e| Run { executor: &**e, throttle: None }).collect();
    let mut agreed = true;
    for entry in &entries {
        let problem = Problem::of(entry, world, options, 1)?;
        let measured = problem.measure(&runs, &effort(options))?;
        agreed &= measured.agreed;
        println!("{}, {} chunks", problem.title(), problem.case.chunks());
        let said =
            Said { rounds: &measured.rounds, numbers: entries.len() * (executors.len() - 1) };
        for (i, executor) in executors.iter().enumerate() {
            let beside = if i == 0 { String::new() } else { said.speed_up(i, 0) };
            println!("    {:<28} {:>10}  {beside}", executor.name(), said.time(i));
        }
    }
    Ok(agreed)
}

/// What is timed.
pub struct Problem {
    pub case: Box<dyn Case>,
    name: &'static str,
    choice: Choice,
}

/// An executor, and how many tasks it may run at once.
#[derive(Clone, Copy)]
pub struct Run<'r> {
    pub executor: &'r dyn Executor,
    pub throttle: Option<usize>,
}

/// The times, and whether all hashes were the same.
pub struct Measured {
    pub rounds: Rounds,
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
    pub fn measure(&self, runs: &[Run<'_>], effort: &Effort) -> Result<Measured, Fault> {
        let mut hashes = BTreeSet::new();
        let rounds = measure(runs.len(), effort, |i, calls| {
            let mut took = Duration::ZERO;
            for _ in 0..calls {
                let (hash, once) = self.once(&runs[i])?;
                hashes.insert(hash);
                took += once;
            }
            Ok::<_, Fault>(took)
        })?;
        let agreed = hashes.len() == 1;
        if !agreed {
            println!("DISAGREES  {}: {hashes:x?}", self.title());
        }
        Ok(Measured { rounds, agreed })
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
