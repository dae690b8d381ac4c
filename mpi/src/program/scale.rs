//! `abreast-mpi scale`: one rank, two, all.

use super::compare::{Problem, Run, line, rounds};
use super::options::Options;
use crate::World;
use abreast::Fault;
use abreast::kernel::{Entry, Request};

/// So many times what `abreast compare` takes: its problems are over before ranks have heard of them.
const TIMES: u64 = 64;

/// Prints the best time on each number of ranks, by both schedules; whether all gave the same bits.
pub fn scale(registry: &[Entry], world: &World, options: &Options) -> Result<bool, Fault> {
    let serial = options.executors("serial,mpi:static,mpi:dynamic")?;
    println!(
        "1 to {} ranks, best of {}; times the speed of one thread\n",
        world.size(),
        rounds(options)
    );
    let mut agreed = true;
    for entry in options.kernels(registry, &["pi", "escape"])? {
        if !entry.case(&Request::size(1))?.spec(entry.choice()?)?.operands.is_empty() {
            println!("{} is left out: its operands would have to be sent", entry.name);
            continue;
        }
        let problem = Problem::of(entry, world, options, TIMES)?;
        let mut runs = vec![Run { executor: &*serial[0], throttle: None }];
        let mut names = vec![serial[0].name()];
        for executor in &serial[1..] {
            let each = executor.width() / world.size();
            for ranks in 1..=world.size() {
                runs.push(Run { executor: &**executor, throttle: Some(ranks * each.max(1)) });
                names.push(format!("{} on {ranks}", executor.name()));
            }
        }
        let measured = problem.measure(&runs, rounds(options))?;
        agreed &= measured.agreed;
        println!("{}, {} chunks", problem.title(), problem.case.chunks());
        for (name, time) in names.iter().zip(&measured.best) {
            println!("{}", line(name, *time, measured.best[0]));
        }
    }
    Ok(agreed)
}
