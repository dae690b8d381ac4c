//! The times of one kernel in one start: what a worker is asked for, what it does, and who listens.

use crate::exec::{Control, Executor, Threads};
use crate::harness::gate::Target;
use crate::harness::isolated;
use crate::harness::measure::{Rounds, measure_undisturbed};
use crate::kernel::{Case, Choice, Cost, Entry, Request};
use crate::{Error, Fault};
use abreast_compare::isolate::Start;
use abreast_compare::message::Message;
use abreast_compare::starts::{self, Heard, OneStart, Plan};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is to be timed.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::harness) struct Job {
    pub(in crate::harness) kernel: String,
    /// Those that are called; messages name them by their index.
    pub(super) who: Vec<Target>,
    pub(super) cells: Vec<JobCell>,
    pub(super) seed: u64,
    pub(super) plan: Plan,
}

/// A size, and what has a turn in each of its rounds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct JobCell {
    pub(super) n: u64,
    pub(super) turns: Vec<Turn>,
}

/// One of those that are called, or none for an empty call; on so many threads.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Turn {
    pub(super) who: Option<usize>,
    pub(super) threads: usize,
}

/// One size in one start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::harness) struct CellTimes {
    pub(super) n: u64,
    /// Why there are none: the operands could not be made.
    pub(super) taken: Result<Taken, String>,
}

/// The rounds, a column for each turn, and what they were about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Taken {
    pub(super) problem: Problem,
    pub(super) rounds: Rounds,
}

/// What is to be known of the problem.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Problem {
    pub(super) footprint: u64,
    pub(super) chunks: usize,
    pub(super) cost: Cost,
}

/// One start: in a worker where this program [can start them](isolated::can_isolate), otherwise in this
/// process, which then trusts the variants.
pub(super) fn one_start(
    entry: &Entry,
    job: &Job,
    start: &Start<'_>,
    begins: &mut dyn FnMut(&str),
) -> OneStart<CellTimes> {
    if isolated::can_isolate() {
        return starts::one_start(start, &isolated::Work::<(), _>::Time(job), begins);
    }
    let mut heard = Heard::new();
    serve(entry, job, &mut |message| heard.take(message, begins)).map_err(|why| why.to_string())?;
    heard.end(Ok(()))
}

/// Times all that the job says, and tells what it does. The first one that fails ends it.
pub(in crate::harness) fn serve(
    entry: &Entry,
    job: &Job,
    tell: &mut dyn FnMut(Message<CellTimes>),
) -> Result<(), Fault> {
    let who = job.who.iter().map(|target| target.choice()).collect::<Result<Vec<_>, Error>>()?;
    let pools = Pools::of(job)?;
    for JobCell { n, turns } in &job.cells {
        let label = format!("n = {n}");
        tell(Message::cell(label.clone()));
        let mut case = match entry.case(&request(*n, job.seed)?) {
            Ok(case) => case,
            Err(why) => {
                tell(Message::Timed(Box::new(CellTimes { n: *n, taken: Err(why.to_string()) })));
                continue;
            }
        };
        let rounds = measure_undisturbed(turns.len(), &job.plan.effort(job.seed), |turn, calls| {
            let Turn { who: called, threads } = turns[turn];
            if let Some(called) = called {
                tell(Message::Call(called));
            }
            let choice = called.map(|called| who[called]);
            pools.time(case.as_mut(), choice, threads, calls).map_err(|why| (called, why))
        });
        let rounds = match rounds {
            Ok(rounds) => rounds,
            Err((None, why)) => return Err(why),
            Err((Some(variant), why)) => {
                tell(Message::Against { variant, label, what: why.to_string() });
                break;
            }
        };
        let (footprint, chunks, cost) = (case.footprint() as u64, case.chunks(), case.cost());
        let problem = Problem { footprint, chunks, cost };
        tell(Message::Timed(Box::new(CellTimes { n: *n, taken: Ok(Taken { problem, rounds }) })));
    }
    tell(Message::Done);
    Ok(())
}

/// The problem of this size.
pub(super) fn request(n: u64, seed: u64) -> Result<Request, Error> {
    let rule = || Error::argument("sizes", n, format!("must be at most {}", i64::MAX));
    let n = i64::try_from(n).map_err(|_| rule())?;
    Ok(Request { n: Some(n), seed, given: Vec::new() })
}

/// A pool for each number of threads above one.
struct Pools(Vec<(usize, Threads)>);

impl Pools {
    fn of(job: &Job) -> Result<Pools, Error> {
        let turns = job.cells.iter().flat_map(|cell| &cell.turns);
        let mut counts: Vec<usize> = turns.map(|turn| turn.threads).filter(|t| *t > 1).collect();
        counts.sort_unstable();
        counts.dedup();
        let pools = counts.into_iter().map(|count| Ok((count, Threads::new(count)?)));
        pools.collect::<Result<_, Error>>().map(Pools)
    }

    fn time(
        &self,
        case: &mut dyn Case,
        choice: Option<Choice>,
        threads: usize,
        calls: u64,
    ) -> Result<Duration, Fault> {
        match self.0.iter().find(|(count, _)| *count == threads) {
            None => Ok(case.time(choice, calls)?),
            Some((_, pool)) => case.time_on(choice, calls, &mut |tasks| {
                pool.run(tasks, &Control::default()).map(drop)
            }),
        }
    }
}
