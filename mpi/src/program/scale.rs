//! `abreast-mpi scale`: one rank, two, all.

use super::compare::{Measured, Problem, Run};
use super::options::Options;
use super::rounds::{Said, TITLE, effort};
use crate::World;
use abreast::kernel::{Entry, Request};
use abreast::{Executor, Fault};

/// So many times what `abreast compare` takes: its problems are over before ranks have heard of them.
const TIMES: u64 = 64;

/// Prints what each number of ranks takes, by both schedules; whether all gave the same bits.
pub fn scale(registry: &[Entry], world: &World, options: &Options) -> Result<bool, Fault> {
    let executors = options.executors("serial,mpi:static,mpi:dynamic")?;
    let rows = rows(&executors, world.size());
    let entries = options.kernels(registry, &["pi", "escape"])?;
    println!("1 to {} ranks; {TITLE}\n", world.size());
    let mut agreed = true;
    for entry in &entries {
        if !entry.case(&Request::size(1))?.spec(entry.choice()?)?.operands.is_empty() {
            println!("{} is left out: its operands would have to be sent", entry.name);
            continue;
        }
        let problem = Problem::of(entry, world, options, TIMES)?;
        let runs: Vec<Run<'_>> = rows.iter().map(|row| row.run).collect();
        let measured = problem.measure(&runs, &effort(options))?;
        agreed &= measured.agreed;
        println!("{}, {} chunks", problem.title(), problem.case.chunks());
        show(&rows, &measured, entries.len());
    }
    Ok(agreed)
}

/// An executor on some of its ranks.
struct Row<'r> {
    name: String,
    run: Run<'r>,
    /// The row of the same executor on one rank.
    alone: usize,
}

/// The first executor, and each of the others on one rank, on two, on all.
fn rows(executors: &[Box<dyn Executor>], ranks: usize) -> Vec<Row<'_>> {
    let first = Run { executor: &*executors[0], throttle: None };
    let mut rows = vec![Row { name: executors[0].name(), run: first, alone: 0 }];
    for executor in &executors[1..] {
        let (each, alone) = (executor.width() / ranks, rows.len());
        rows.extend((1..=ranks).map(|ranks| Row {
            name: format!("{} on {ranks}", executor.name()),
            run: Run { executor: &**executor, throttle: Some(ranks * each.max(1)) },
            alone,
        }));
    }
    rows
}

fn show(rows: &[Row<'_>], measured: &Measured, kernels: usize) {
    let said = Said { rounds: &measured.rounds, numbers: 2 * rows.len() * kernels };
    for (i, row) in rows.iter().enumerate() {
        let to_first = (i > 0).then(|| format!("{} of {}", said.speed_up(i, 0), rows[0].name));
        let is_more = i > row.alone;
        let to_alone = is_more.then(|| format!("{} of one rank", said.speed_up(i, row.alone)));
        let beside: Vec<String> = to_first.into_iter().chain(to_alone).collect();
        println!("    {:<28} {:>10}  {}", row.name, said.time(i), beside.join(", "));
    }
}
