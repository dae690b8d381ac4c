//! Many threads in one body at once. A body with a hidden `static` gives right answers one call at
//! a time; here its calls overlap.

use super::GateOptions;
use super::numbers::same;
use super::report::Check;
use super::watch::{Trouble, plain, serially};
use crate::kernel::{Answer, Ask, Case, Entry, How};
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How many threads call at once, and how many calls each makes of a body. 64 are more than most
/// machines have cores, so the scheduler also interrupts calls in the middle.
const CROWDS: [(usize, usize); 3] = [(2, 24), (8, 8), (64, 2)];

/// How many times as many calls when there is time.
const PATIENCE: usize = 8;

/// How many problems of one size, each with operands of its own, the threads share out.
const INPUTS: usize = 4;

/// A body that gave other bits in a crowd.
pub(super) struct Clash {
    pub(super) how: How,
    pub(super) case: String,
    pub(super) trouble: Trouble,
}

/// Calls each of `hows` from many threads at once: all on the same problem of size `n`, and each
/// on one of several. Gives the clashes; adds to `runs`.
pub(super) fn crowds(
    entry: &Entry,
    options: &GateOptions,
    n: u64,
    hows: &[How],
    runs: &mut u64,
) -> Result<Vec<Clash>, Trouble> {
    let cases = (0..INPUTS as u64)
        .map(|i| entry.case(&Ask { seed: options.seed.wrapping_add(i), ..Ask::size(n) }))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|why| Trouble::new(Check::Failed, why.to_string()))?;
    let rounds = hows.iter().map(|how| Round::new(*how, &cases)).collect::<Result<Vec<_>, _>>()?;
    let mut clashes = Vec::new();
    for (threads, calls) in CROWDS {
        let calls = if options.quick { calls } else { PATIENCE * calls };
        clashes.extend(Crowd::new(&cases, threads, calls).gather(&rounds, n)?);
        *runs += (2 * threads * calls * hows.len()) as u64;
    }
    Ok(clashes)
}

/// A body, and what it gives for each problem when it is alone.
struct Round {
    how: How,
    alone: Vec<Answer>,
}

impl Round {
    fn new(how: How, cases: &[Box<dyn Case>]) -> Result<Round, Trouble> {
        let alone = cases.iter().map(|case| plain(&**case, how, &mut |tasks| serially(tasks)));
        Ok(Round { how, alone: alone.collect::<Result<_, _>>()? })
    }
}

/// What the threads of a crowd work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Same,
    Different,
}

/// Threads that start each call together.
struct Crowd<'c> {
    cases: &'c [Box<dyn Case>],
    threads: usize,
    calls: usize,
    arrived: AtomicUsize,
    // A thread could not be started: nobody may wait for it.
    abandoned: AtomicBool,
}

/// Who went wrong: which round, on which input, and how.
type Wrong = (usize, Input, Trouble);

impl<'c> Crowd<'c> {
    fn new(cases: &'c [Box<dyn Case>], threads: usize, calls: usize) -> Self {
        let (arrived, abandoned) = (AtomicUsize::new(0), AtomicBool::new(false));
        Crowd { cases, threads, calls, arrived, abandoned }
    }

    fn gather(&self, rounds: &[Round], n: u64) -> Result<Vec<Clash>, Trouble> {
        let found = Mutex::new(Vec::new());
        let wrong = &found;
        std::thread::scope(|scope| {
            for member in 0..self.threads {
                let work = move || self.member(member, rounds, wrong);
                let thread = std::thread::Builder::new().name(format!("gate-{member}"));
                if let Err(why) = thread.spawn_scoped(scope, work) {
                    self.abandoned.store(true, Ordering::Relaxed);
                    let detail = format!("could not start {} threads: {why}", self.threads);
                    return Err(Trouble::new(Check::Failed, detail));
                }
            }
            Ok(())
        })?;
        let wrong = found.into_inner().unwrap_or_else(|dead| dead.into_inner());
        Ok(self.clashes(rounds, wrong, n))
    }

    /// What each thread does: every round on both kinds of input, several times.
    fn member(&self, member: usize, rounds: &[Round], wrong: &Mutex<Vec<Wrong>>) {
        let mut meetings = 0;
        for (i, round) in rounds.iter().enumerate() {
            for input in [Input::Same, Input::Different] {
                let which = if input == Input::Same { 0 } else { member % self.cases.len() };
                for _ in 0..self.calls {
                    meetings += 1;
                    let outcome = self.call(round.how, which, meetings);
                    if let Some(trouble) = clash(outcome, &round.alone[which]) {
                        let mut wrong = wrong.lock().unwrap_or_else(|dead| dead.into_inner());
                        wrong.push((i, input, trouble));
                    }
                }
            }
        }
    }

    /// One call that starts when all threads are ready for their own.
    fn call(&self, how: How, which: usize, meetings: usize) -> Result<Answer, Trouble> {
        let met = Cell::new(false);
        let outcome = plain(&*self.cases[which], how, &mut |tasks| {
            met.set(true);
            self.meet(meetings);
            serially(tasks)
        });
        if !met.get() {
            // It failed before it began; the others wait all the same.
            self.meet(meetings);
        }
        outcome
    }

    /// Waits until every thread is here for the `meetings`th time. Spinning lets them go within
    /// less than a microsecond of each other, so that even short calls overlap.
    fn meet(&self, meetings: usize) {
        self.arrived.fetch_add(1, Ordering::AcqRel);
        let mut spins = 0;
        while self.arrived.load(Ordering::Acquire) < meetings * self.threads
            && !self.abandoned.load(Ordering::Relaxed)
        {
            spins += 1;
            if spins < 100 { std::hint::spin_loop() } else { std::thread::yield_now() }
        }
    }

    /// One clash per body and kind of input, however many calls went wrong.
    fn clashes(&self, rounds: &[Round], wrong: Vec<Wrong>, n: u64) -> Vec<Clash> {
        let mut clashes = Vec::new();
        for (i, round) in rounds.iter().enumerate() {
            for (input, inputs) in
                [(Input::Same, "the same input"), (Input::Different, "different inputs")]
            {
                let mut here = wrong.iter().filter(|(at, on, _)| *at == i && *on == input);
                let Some((_, _, first)) = here.next() else { continue };
                let (times, of) = (1 + here.count(), self.threads * self.calls);
                let detail = format!("{times} of {of} calls at once: {}", first.detail);
                let trouble =
                    Trouble { check: first.check, detail, difference: first.difference.clone() };
                let case = format!("n = {n}, {} threads on {inputs}", self.threads);
                clashes.push(Clash { how: round.how, case, trouble });
            }
        }
        clashes
    }
}

/// What is wrong with the outcome of a call in a crowd.
fn clash(outcome: Result<Answer, Trouble>, alone: &Answer) -> Option<Trouble> {
    match outcome {
        Ok(answer) if same(&answer, alone) => None,
        Ok(answer) => {
            let detail = "not the bits of a call alone";
            Some(Trouble::differs(Check::Reentry, detail, &answer, alone))
        }
        Err(trouble) => Some(Trouble { check: Check::Reentry, ..trouble }),
    }
}
