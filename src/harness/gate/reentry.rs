//! Many threads in one variant at once. A variant with a hidden `static` gives right answers one call at
//! a time; here its calls overlap.

use super::report::Check;
use super::watch::{Violation, caught};
use crate::kernel::{Case, Choice, Entry, Rehearsed, Request};
use crate::memory;
use std::sync::{Barrier, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// How many threads call at once. 64 are more than most machines have cores, so the scheduler also
/// interrupts calls in the middle.
const CROWDS: [usize; 3] = [2, 8, 64];

/// How many problems of one size, each with operands of its own, the threads share out.
const INPUTS: usize = 4;

/// Calls by which the process must not grow, and the least growth by each that is one.
const CALLS_KEPT: u64 = 32;
const MIN_KEPT: i32 = 16;

/// Calls that one thread makes of a variant on one input, before and beside others, at least and at
/// most.
const CALLS: (u64, u64) = (4, 4096);

/// The problems of size `n` that the threads share out.
pub(super) fn cases(entry: &Entry, seed: u64, n: u64) -> Result<Vec<Box<dyn Case>>, Violation> {
    let request = |i| Request { seed: seed.wrapping_add(i), ..Request::size(n) };
    (0..INPUTS as u64).map(|i| caught(|| entry.case(&request(i)))).collect()
}

/// Calls `choice` from many threads at once: all on the same problem, and each on one of several.
/// Gives what went wrong; adds to `runs`. Whether the process grows can be told where nobody else is in
/// it: where it is `alone`.
pub(super) fn crowds(
    cases: &[Box<dyn Case>],
    choice: Choice,
    quick: bool,
    alone: bool,
    runs: &mut u64,
) -> Result<Vec<Found>, Violation> {
    let parts = cases.iter().map(|case| caught(|| case.rehearse(choice)));
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    if let Some(answer) = caught(|| parts[0].on_the_answer())? {
        let detail = "where the output held the answer but for one item before the call";
        let violation = Violation::differs(Check::Unwritten, detail, &answer, &parts[0].alone());
        return Ok(vec![(String::new(), violation)]);
    }
    let mut found = one_body(&parts, quick, runs)?;
    if alone && found.is_empty() {
        found.extend(kept_memory(&*parts[0])?);
    }
    Ok(found)
}

/// That calls keep memory. The first of them may: for good, and for all.
fn kept_memory(part: &dyn Rehearsed) -> Result<Option<Found>, Violation> {
    let growth = || -> Result<i32, Violation> {
        let before = memory::in_use();
        caught(|| part.repeat(CALLS_KEPT))?;
        let after = memory::in_use().zip(before);
        Ok(after.map_or(0, |(after, before)| after.wrapping_sub(before).cast_signed()))
    };
    let _ = growth()?;
    let each = growth()?.min(growth()?) / CALLS_KEPT as i32;
    let detail = || format!("each call keeps {each} bytes for good");
    Ok((each >= MIN_KEPT).then(|| (String::new(), Violation::new(Check::Memory, detail()))))
}

/// Where it happened, and what.
pub(super) type Found = (String, Violation);

/// One variant: alone, then in crowds. What does not even repeat alone is spared the crowds.
fn one_body(
    parts: &[Box<dyn Rehearsed + '_>],
    quick: bool,
    runs: &mut u64,
) -> Result<Vec<Found>, Violation> {
    let mut gather = |threads, calls, input| {
        *runs += threads as u64 * calls;
        Crowd { parts, threads, calls, input }.gather()
    };
    if let Some(found) = gather(1, CALLS.0, Input::Same)? {
        return Ok(vec![found]);
    }
    let one_call = time_of_one_call(&*parts[0])?;
    let mut found = Vec::new();
    for threads in CROWDS {
        for input in [Input::Same, Input::Different] {
            found.extend(gather(threads, calls(one_call, threads, quick), input)?);
        }
    }
    Ok(found)
}

/// The shortest of a few, so that a busy machine does not look like a slow variant.
fn time_of_one_call(part: &dyn Rehearsed) -> Result<Duration, Violation> {
    let mut shortest = Duration::MAX;
    for _ in 0..4 {
        let clock = Instant::now();
        caught(|| part.repeat(1))?;
        shortest = shortest.min(clock.elapsed());
    }
    Ok(shortest)
}

/// How many calls a thread makes, so that a crowd keeps one core busy for some milliseconds.
fn calls(one_call: Duration, threads: usize, quick: bool) -> u64 {
    let budget = Duration::from_millis(if quick { 3 } else { 100 });
    let fit = budget.as_nanos() / (one_call.as_nanos().max(1) * threads as u128);
    (fit as u64).clamp(CALLS.0, CALLS.1)
}

const OTHER_BITS: &str = "not the bits of a call alone";

/// What the threads of a crowd work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    Same,
    Different,
}

/// Threads that begin together and call one variant again and again.
struct Crowd<'c> {
    parts: &'c [Box<dyn Rehearsed + 'c>],
    threads: usize,
    calls: u64,
    input: Input,
}

impl Crowd<'_> {
    /// Lets them loose; what went wrong, if anything did.
    fn gather(&self) -> Result<Option<Found>, Violation> {
        let clashed = self.all_members()?;
        let wrong: u64 = clashed.iter().map(|(calls, _)| calls).sum();
        let Some((_, first)) = clashed.into_iter().next() else { return Ok(None) };
        let executor = match (self.threads, self.input) {
            (1, _) => String::new(),
            (threads, Input::Same) => format!(", {threads} threads on the same input"),
            (threads, Input::Different) => format!(", {threads} threads on several inputs"),
        };
        let (check, at_once) = match self.threads {
            1 => (Check::Repeat, "one after another"),
            _ => (Check::Reentry, "at once"),
        };
        let of = self.threads as u64 * self.calls;
        let detail = format!("{wrong} of {of} calls {at_once}: {}", first.detail);
        Ok(Some((executor, Violation { check, detail, ..first })))
    }

    /// For each thread with wrong calls, their number and the first of them.
    fn all_members(&self) -> Result<Vec<(u64, Violation)>, Violation> {
        let (barrier, clashed) = (Barrier::new(self.threads), Mutex::new(Vec::new()));
        // Whether all threads could be started: only then may they wait for each other.
        let complete = OnceLock::new();
        std::thread::scope(|scope| {
            for member in 0..self.threads {
                let (barrier, clashed, complete) = (&barrier, &clashed, &complete);
                let work = move || {
                    if *complete.wait() {
                        barrier.wait();
                        let mine = self.member(member);
                        clashed.lock().unwrap_or_else(|dead| dead.into_inner()).extend(mine);
                    }
                };
                let thread = std::thread::Builder::new().name(format!("gate-{member}"));
                if let Err(why) = thread.spawn_scoped(scope, work) {
                    complete.get_or_init(|| false);
                    let detail = format!("could not start {} threads: {why}", self.threads);
                    return Err(Violation::new(Check::Failed, detail));
                }
            }
            complete.get_or_init(|| true);
            Ok(())
        })?;
        Ok(clashed.into_inner().unwrap_or_else(|dead| dead.into_inner()))
    }

    /// What one thread does, and how many of its calls went wrong.
    fn member(&self, member: usize) -> Option<(u64, Violation)> {
        let which = if self.input == Input::Same { 0 } else { member % self.parts.len() };
        let part = &self.parts[which];
        match caught(|| part.repeat(self.calls)) {
            Ok((0, _)) => None,
            Ok((wrong, example)) => {
                let seen = example.unwrap_or_else(|| part.alone());
                Some((wrong, Violation::differs(Check::Reentry, OTHER_BITS, &seen, &part.alone())))
            }
            // The first fault ended this thread's calls.
            Err(violation) => Some((1, violation)),
        }
    }
}
