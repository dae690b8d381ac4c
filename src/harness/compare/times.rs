//! The times of one kernel in one start: what a worker is asked for, what it does, and who listens.

use super::team::Team;
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
use std::collections::BTreeSet;
use std::time::Duration;

/// What is to be timed.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::harness) struct Job {
    pub(in crate::harness) kernel: String,
    /// Those that are called; messages name them by their index.
    pub(in crate::harness) who: Vec<Target>,
    pub(in crate::harness) cells: Vec<JobCell>,
    pub(in crate::harness) seed: u64,
    pub(in crate::harness) plan: Plan,
}

/// A size, and what has a turn in each of its rounds.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::harness) struct JobCell {
    pub(in crate::harness) n: u64,
    pub(in crate::harness) turns: Vec<Turn>,
}

/// One of those that are called, or none for an empty call; on so many threads.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(in crate::harness) struct Turn {
    pub(in crate::harness) who: Option<usize>,
    pub(in crate::harness) threads: usize,
    pub(in crate::harness) data: Data,
}

/// What several threads work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::harness) enum Data {
    /// The chunks of one problem.
    Shared,
    /// Each on a problem of its own.
    Own,
}

/// One size in one start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::harness) struct CellTimes {
    pub(super) n: u64,
    /// Why there are none: the operands could not be made.
    pub(in crate::harness) taken: Result<Taken, String>,
}

/// The rounds, a column for each turn, and what they were about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::harness) struct Taken {
    pub(in crate::harness) problem: Problem,
    pub(in crate::harness) rounds: Rounds,
}

/// What is to be known of the problem.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(in crate::harness) struct Problem {
    pub(in crate::harness) footprint: u64,
    pub(in crate::harness) chunks: usize,
    pub(in crate::harness) cost: Cost,
}

/// One start: in a worker where this program [can start them](isolated::can_isolate), otherwise in this
/// process, which then trusts the variants.
pub(in crate::harness) fn one_start(
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
        let made = callers(entry, &request(*n, job.seed)?, turns);
        let (mut case, teams) = match made {
            Ok(made) => made,
            Err(why) => {
                tell(Message::Timed(Box::new(CellTimes { n: *n, taken: Err(why.to_string()) })));
                continue;
            }
        };
        let rounds = measure_undisturbed(turns.len(), &job.plan.effort(job.seed), |turn, calls| {
            let Turn { who: called, threads, data } = turns[turn];
            if let Some(called) = called {
                tell(Message::Call(called));
            }
            let (choice, case) = (called.map(|called| who[called]), case.as_mut());
            let team = teams.iter().find(|team| data == Data::Own && team.threads() == threads);
            let took = match team {
                Some(team) => team.time(case, choice, calls),
                None => pools.time(case, choice, threads, calls),
            };
            took.map_err(|why| (called, why))
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

/// The problem, and the threads that have problems of their own.
fn callers(
    entry: &Entry,
    request: &Request,
    turns: &[Turn],
) -> Result<(Box<dyn Case>, Vec<Team>), Fault> {
    let case = entry.case(request)?;
    let teams = counts(turns, Data::Own).map(|threads| Team::new(entry, request, threads));
    Ok((case, teams.collect::<Result<_, Fault>>()?))
}

/// The numbers of threads above one that work on such data.
fn counts<'t>(
    turns: impl IntoIterator<Item = &'t Turn>,
    data: Data,
) -> impl Iterator<Item = usize> {
    let many = |turn: &&Turn| turn.threads > 1 && turn.data == data;
    let counts: BTreeSet<usize> = turns.into_iter().filter(many).map(|turn| turn.threads).collect();
    counts.into_iter()
}

/// The problem of this size.
pub(in crate::harness) fn request(n: u64, seed: u64) -> Result<Request, Error> {
    let rule = || Error::argument("sizes", n, format!("must be at most {}", i64::MAX));
    let n = i64::try_from(n).map_err(|_| rule())?;
    Ok(Request { n: Some(n), seed, given: Vec::new() })
}

/// A pool for each number of threads above one.
struct Pools(Vec<(usize, Threads)>);

impl Pools {
    fn of(job: &Job) -> Result<Pools, Error> {
        let turns = job.cells.iter().flat_map(|cell| &cell.turns);
        let pools = counts(turns, Data::Shared).map(|count| Ok((count, Threads::new(count)?)));
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
