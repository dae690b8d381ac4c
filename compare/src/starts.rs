//! Times from several starts of a program: workers call functions for the clock, one start after another. For the
//! groups of this crate, and for a harness whose subjects are others.

use crate::args::Options;
use crate::group::Facts;
use crate::isolate::Start;
use crate::layouts::Layouts;
use crate::measure::{Effort, clock_resolution, rounds_needed};
use crate::message::{Job, Message, Timed, Work};
use crate::output::progress;
use crate::process::{self, Failed};
use crate::random::splitmix64;
use crate::results::Finding;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How thoroughly to time in one start.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Plan {
    /// Which of the starts this is.
    pub start: u64,
    /// Seconds that a cell should take.
    pub seconds: f64,
    /// Rounds that an interval needs.
    pub least_rounds: usize,
    /// Rounds at most.
    pub most_rounds: usize,
}

/// Short, so that most blocks are not disturbed when others want the core too.
const BLOCK: Duration = Duration::from_micros(200);

impl Plan {
    /// For intervals that miss the truth with probability `alpha`.
    pub fn new(start: u64, seconds: f64, alpha: f64, most_rounds: usize) -> Plan {
        // A few more than an interval needs, so that one disturbed round does not set an end.
        let least_rounds = rounds_needed(alpha) + 3;
        Plan { start, seconds, least_rounds, most_rounds: most_rounds.max(least_rounds) }
    }

    /// What each cell may take; the order of the rounds comes from the seed and the start.
    pub fn effort(&self, seed: u64) -> Effort {
        Effort {
            budget: Duration::from_secs_f64(self.seconds),
            block: BLOCK,
            least_rounds: self.least_rounds,
            most_rounds: self.most_rounds,
            resolution: clock_resolution(),
            seed: splitmix64(seed, self.start),
        }
    }
}

/// How often the interval of one start may miss the truth, so that all of so many starts together, whose intervals are
/// put together, miss it with probability `alpha`: each of them would have to miss it on the same side.
pub fn of_each_start(alpha: f64, starts: u64) -> f64 {
    // No less than the middle half of the rounds, however many starts there are.
    (2.0 * (alpha / 2.0).powf(1.0 / starts.max(1) as f64)).min(0.5)
}

/// What ended a start before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The index of the one that was called.
    pub who: usize,
    /// On which input.
    pub input: String,
    /// What happened.
    pub what: String,
    /// How.
    pub kind: FailureKind,
}

/// How a function fails while it is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// It says so, or panics.
    Returned,
    /// The process has ended.
    Ended,
    /// It did not come back.
    Overdue,
}

/// The cells of one start, or the one that ended it. The error is what nobody of those who are timed has done.
pub type OneStart<T> = Result<Result<Vec<T>, Failure>, String>;

/// What a worker says in one start, as far as it has been heard.
#[derive(Debug)]
pub struct Heard<T> {
    cells: Vec<T>,
    failure: Option<Failure>,
    input: String,
    called: Option<usize>,
}

impl<T> Heard<T> {
    /// Nothing yet.
    #[expect(clippy::new_without_default, reason = "an empty one means nothing")]
    pub fn new() -> Self {
        Heard { cells: Vec::new(), failure: None, input: String::new(), called: None }
    }

    /// Takes a message; `begins` is told of each new cell.
    pub fn take(&mut self, message: Message<T>, begins: &mut dyn FnMut(&str)) {
        match message {
            Message::Input { label, .. } => {
                begins(&label);
                (self.input, self.called) = (label, None);
            }
            Message::Call(who) => self.called = Some(who),
            Message::Timed(cell) => self.cells.push(*cell),
            Message::Against { variant, what, .. } => {
                self.blame(variant, what, FailureKind::Returned);
            }
            _ => {}
        }
    }

    fn blame(&mut self, who: usize, what: String, kind: FailureKind) {
        let what = format!("{what}, while it was timed");
        let failure = Failure { who, input: self.input.clone(), what, kind };
        self.failure.get_or_insert(failure);
    }

    /// What is made of it, when the worker has ended so.
    ///
    /// # Errors
    /// When it ended badly while nobody was called.
    pub fn end(mut self, end: Result<(), Failed>) -> OneStart<T> {
        match (end, self.called) {
            (Err(failed), Some(who)) => {
                let kind = if failed.is_seen { FailureKind::Overdue } else { FailureKind::Ended };
                self.blame(who, failed.how, kind);
            }
            (Err(failed), None) if self.failure.is_none() => {
                let (input, how) = (self.input, failed.how);
                return Err(format!(
                    "while the times of {input} were to be taken, the process {how}"
                ));
            }
            _ => {}
        }
        Ok(self.failure.map_or(Ok(self.cells), Err))
    }
}

/// One start in a worker.
///
/// # Errors
/// When it cannot be started, and those of [`Heard::end`].
pub fn one_start<T: DeserializeOwned>(
    start: &Start<'_>,
    job: &impl Serialize,
    begins: &mut dyn FnMut(&str),
) -> OneStart<T> {
    let mut heard = Heard::new();
    let end = process::run(start, job, |message| heard.take(message, begins))?;
    heard.end(end)
}

/// What all starts together gave.
#[derive(Debug)]
pub struct Timings<W, T> {
    /// Every cell of every start.
    pub cells: Vec<T>,
    /// Those that were timed.
    pub who: Vec<W>,
    /// Those that failed meanwhile.
    pub failed: Vec<(W, Failure)>,
    /// What kept the starts from going on, if anything: then there are no cells.
    pub stopped: Option<String>,
}

/// So many starts. One of `who` that fails is left out, and all starts begin again: what is compared was
/// timed beside the same others.
pub fn all_starts<W, T>(
    mut who: Vec<W>,
    count: u64,
    mut one: impl FnMut(u64, &[W]) -> OneStart<T>,
) -> Timings<W, T> {
    let (mut failed, mut cells, mut stopped) = (Vec::new(), Vec::new(), None);
    while !who.is_empty() {
        match all_of(&who, count, &mut one) {
            Ok(Ok(all)) => cells = all,
            Ok(Err(failure)) => {
                failed.push((who.remove(failure.who), failure));
                continue;
            }
            Err(why) => stopped = Some(why),
        }
        break;
    }
    Timings { cells, who, failed, stopped }
}

fn all_of<W, T>(
    who: &[W],
    count: u64,
    one: &mut impl FnMut(u64, &[W]) -> OneStart<T>,
) -> OneStart<T> {
    let mut cells = Vec::new();
    for start in 0..count {
        match one(start, who)? {
            Ok(more) => cells.extend(more),
            Err(failure) => return Ok(Err(failure)),
        }
    }
    Ok(Ok(cells))
}

/// Times the variants of a group.
pub(crate) fn of_group(
    facts: &Facts,
    variants: Vec<String>,
    base: &str,
    sizes: &[usize],
    alpha: f64,
    options: &Options,
    layouts: &Layouts,
) -> (Timings<String, Timed>, Vec<Finding>) {
    let (usual, most_rounds) = if options.quick { (0.06, 61) } else { (0.2, 201) };
    let seconds = options.seconds.map_or(usual, |seconds| seconds.as_secs_f64());
    let mut timings = all_starts(variants, layouts.starts(options.starts), |start, variants| {
        let job = Job {
            group: facts.name.clone(),
            base: variants.iter().position(|name| name == base).unwrap_or(0),
            variants: variants.to_vec(),
            sizes: sizes.to_vec(),
            seed: options.seed,
            mode: facts.mode,
            work: Work::Time(Plan::new(start, seconds, alpha, most_rounds)),
        };
        // A sample is a pass over all inputs.
        let timeout = options.timeout.saturating_mul(facts.mode.inputs as u32);
        let start = process::start(layouts.program(start), timeout);
        one_start(&start, &job, &mut |label| progress(&format!("{}: {label}", facts.name)))
    });
    let failed = std::mem::take(&mut timings.failed).into_iter();
    let finding =
        |(variant, Failure { input, what, .. })| Finding { variant, input, what, inputs: 1 };
    let failed = failed.map(finding).collect();
    (timings, failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(who: usize) -> Failure {
        let (input, what) = ("n = 64".to_owned(), "crashed, while it was timed".to_owned());
        Failure { who, input, what, kind: FailureKind::Ended }
    }

    /// Starts in which these fail: what came of them, and who took part in each.
    fn taken(bad: &[&str], count: u64) -> (Timings<String, u64>, Vec<(u64, usize)>) {
        let mut seen = Vec::new();
        let who = ["c", "rust", "simd"].map(str::to_owned).to_vec();
        let timings = all_starts(who, count, |start, who| {
            seen.push((start, who.len()));
            let fails = who.iter().position(|name| bad.contains(&&name[..]) && start > 0);
            Ok(fails.map_or(Ok(vec![start]), |who| Err(failure(who))))
        });
        (timings, seen)
    }

    #[test]
    fn every_start_gives_its_cells_and_who_fails_in_one_is_in_none() {
        let (timings, seen) = taken(&[], 3);
        assert_eq!((timings.cells, timings.who.len(), seen.len()), (vec![0, 1, 2], 3, 3));
        let (timings, seen) = taken(&["rust"], 3);
        assert_eq!((timings.cells, timings.who), (vec![0, 1, 2], vec!["c".into(), "simd".into()]));
        assert_eq!(timings.failed, [("rust".to_owned(), failure(1))]);
        assert_eq!(seen, [(0, 3), (1, 3), (0, 2), (1, 2), (2, 2)]);
        let (timings, _) = taken(&["c", "rust", "simd"], 2);
        assert_eq!((timings.cells.len(), timings.who.len(), timings.failed.len()), (0, 0, 3));
    }

    #[test]
    fn what_none_of_them_did_ends_the_starts_with_a_sentence() {
        let timings = all_starts(vec!["c"], 4, |start, _| match start {
            0 => Ok(Ok(vec![start])),
            _ => Err("a worker cannot be started".to_owned()),
        });
        assert_eq!((timings.cells.len(), timings.who), (0, vec!["c"]));
        assert_eq!(timings.stopped.as_deref(), Some("a worker cannot be started"));
    }

    #[test]
    fn who_was_called_last_is_named_when_the_worker_ends() {
        let heard = |messages: Vec<Message<u64>>| {
            let mut heard = Heard::new();
            messages.into_iter().for_each(|message| heard.take(message, &mut |_| ()));
            heard
        };
        let cell = || Message::cell("n = 64".to_owned());
        let died = |is_seen| Err(Failed { how: "crashed".to_owned(), is_seen });
        let timed = heard(vec![cell(), Message::Call(1), Message::Timed(Box::new(7))]);
        assert_eq!(timed.end(Ok(())), Ok(Ok(vec![7])));
        let called = || heard(vec![cell(), Message::Call(0), Message::Call(1)]);
        assert_eq!(called().end(died(false)), Ok(Err(failure(1))));
        let overdue = called().end(died(true)).expect("somebody").expect_err("did it");
        assert_eq!((overdue.who, overdue.kind), (1, FailureKind::Overdue));
        let (label, what) = (String::new(), "panicked".to_owned());
        let against = Message::Against { variant: 0, label, what };
        let said = heard(vec![cell(), Message::Call(0), against]).end(Ok(()));
        let said = said.expect("somebody").expect_err("did it");
        assert_eq!((said.who, said.kind), (0, FailureKind::Returned));
        // While the next input is made nobody is called.
        let nobody = heard(vec![cell(), Message::Call(1), cell()]).end(died(false));
        assert!(nobody.expect_err("nobody").contains("the times of n = 64"));
    }

    #[test]
    fn starts_whose_intervals_are_put_together_need_fewer_rounds_each() {
        assert!((of_each_start(0.001, 1) - 0.001).abs() < 1e-12);
        let each = of_each_start(0.001, 4);
        // All four on the same side of the truth, of two sides.
        assert!((2.0 * (each / 2.0).powi(4) - 0.001).abs() < 1e-12);
        assert!(rounds_needed(each) < rounds_needed(0.001));
        assert_eq!((of_each_start(0.05, 100), of_each_start(0.05, 0)), (0.5, 0.05));
    }
}
