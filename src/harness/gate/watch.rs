//! One variant on one problem, watched: what it may not do is seen here.

use super::fork::OneProcess;
use super::numbers::{Nearness, difference, nearness, same, same_number};
use super::report::{Check, Difference};
use crate::error::panic_text;
use crate::exec::{Control, Executor, Serial};
use crate::fork::Caller;
use crate::kernel::{Answer, Case, Choice, Expected};
use crate::{Fault, Level, Tasks, fpenv};
use abreast_compare::isolate::{blocked_signals, rounding};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// What the output buffer is filled with before a call. Neither is zero, on which adding to the
/// output would look like writing it. Both are small enough as integers, and the second one large
/// enough as a float (0.0005, or 0.7 in single precision), that a fold over unwritten items shows
/// them instead of overflowing or rounding them away.
const POISONS: [u8; 2] = [0x01, 0x3F];

/// Floating-point numbers of these bytes are NaN, which multiplying by zero does not hide.
const NAN: u8 = 0xFF;

/// Why a variant does not pass.
pub(in crate::harness) struct Violation {
    pub(super) check: Check,
    pub(in crate::harness) detail: String,
    // Boxed: it is large, and rare.
    pub(super) difference: Option<Box<Difference>>,
}

impl Violation {
    /// The text on one line, as a table needs it: a panic's may have several.
    pub(super) fn new(check: Check, detail: impl AsRef<str>) -> Violation {
        let detail: Vec<&str> = detail.as_ref().lines().map(str::trim).collect();
        Violation { check, detail: detail.join(" "), difference: None }
    }

    /// The violation of having other bits than `reference`.
    pub(super) fn differs(
        check: Check,
        detail: impl AsRef<str>,
        answer: &Answer,
        reference: &Answer,
    ) -> Violation {
        Violation {
            difference: difference(answer, reference).map(Box::new),
            ..Self::new(check, detail)
        }
    }
}

/// Runs `work` on a thread of its own, so that neither a panic nor a changed floating-point
/// environment outlives it, nor a copy of the process that `work` forked, nor signals that it blocks.
pub(in crate::harness) fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Violation> {
    let failed = |why| Violation::new(Check::Failed, why);
    let process = Caller::this();
    let work = move || {
        let done = catch_unwind(AssertUnwindSafe(work));
        process.end_copy();
        done.unwrap_or_else(|panic| resume_unwind(panic))
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("gate".to_owned());
        let thread = thread
            .spawn_scoped(scope, work)
            .map_err(|why| failed(format!("the gate could not start a thread: {why}")))?;
        thread.join().map_err(|panic| failed(format!("panicked: {}", panic_text(panic))))
    })
}

/// What is known about a problem before any variant has run.
pub(super) struct Known {
    pub(super) oracle: Vec<Expected>,
    operands: u64,
    // What a thread of the gate blocks.
    signals: Option<String>,
    // The results that a variant which does nothing would leave, one per poison; none when the
    // kernel's own fold cannot bear the poison.
    untouched: [Option<Answer>; 2],
}

impl Known {
    pub(super) fn of(case: &dyn Case) -> Known {
        // Any will do: it is never called.
        let none = Choice { variant: case.default_variant(), level: Level::best() };
        let untouched = |poison| caught(|| case.run(none, poison, &mut |_| Ok(()))).ok();
        Known {
            oracle: case.oracle(),
            operands: case.operands_hash(),
            signals: blocked_signals(),
            untouched: POISONS.map(untouched),
        }
    }

    /// Whether number `i` of two runs, one per poison, is what a variant that does nothing would
    /// leave there.
    fn left_alone(&self, answers: [Option<&Answer>; 2], i: usize) -> bool {
        let number = |answer: &Answer| answer.numbers.get(i).copied();
        self.untouched.iter().zip(answers).all(|pair| match pair {
            (Some(untouched), Some(answer)) => match (number(untouched), number(answer)) {
                (Some(a), Some(b)) => same_number(a, b),
                _ => false,
            },
            (untouched, answer) => untouched.is_none() && answer.is_none(),
        })
    }

    /// A number that was not written in two runs that differ: it is what filled the buffer.
    fn unwritten(&self, first: &Answer, second: &Answer) -> Option<usize> {
        let changed = |i: &usize| !same_number(first.numbers[*i], second.numbers[*i]);
        let alone = |i: &usize| self.left_alone([Some(first), Some(second)], *i);
        (0..first.numbers.len().min(second.numbers.len())).find(|i| changed(i) && alone(i))
    }
}

/// Runs `choice` on `case` and looks for everything that one thread can see. Gives the answer and how
/// near it is to the oracle, or the first thing wrong.
pub(super) fn examine(
    case: &dyn Case,
    choice: Choice,
    expected: &Known,
    runs: &mut u64,
) -> Result<(Answer, Nearness), Violation> {
    let mut run = |poison: usize, order| {
        *runs += 1;
        once(case, choice, POISONS[poison], order)
    };
    let first = run(0, Order::Forward)?;
    let second = match run(1, Order::Backward) {
        Err(violation)
            if violation.check == Check::Failed && expected.left_alone([Some(&first), None], 0) =>
        {
            return Err(Violation::new(
                Check::Unwritten,
                "the result is what an untouched buffer gives",
            ));
        }
        second => second?,
    };
    if case.operands_hash() != expected.operands {
        return Err(Violation::new(
            Check::Operands,
            "an operand is not what it was before the call",
        ));
    }
    if blocked_signals() != expected.signals {
        let detail = "after the call the mask of blocked signals is another one";
        return Err(Violation::new(Check::Process, detail));
    }
    if !same(&first, &second) {
        return Err(why_unsteady(&first, &second, expected, run)?);
    }
    let near =
        nearness(&first, &expected.oracle).map_err(|why| Violation::new(Check::Value, why))?;
    if near.rejected.is_empty() {
        return Ok((first, near));
    }
    let alone = |i: &usize| expected.left_alone([Some(&first), Some(&second)], *i);
    let (check, detail) = match near.rejected.iter().all(alone) {
        true => (Check::Unwritten, "the numbers are those from before the call"),
        false => (Check::Value, "the oracle does not accept the result"),
    };
    let difference = Some(Box::new(near.difference(&first, &expected.oracle)));
    Err(Violation { check, detail: detail.to_owned(), difference })
}

/// That `choice` runs on `case`, stays inside its slice and leaves the floating-point environment
/// alone: only then may it run on threads that outlive it.
pub(in crate::harness) fn harmless(case: &dyn Case, choice: Choice) -> Result<(), Violation> {
    once(case, choice, POISONS[0], Order::Forward).map(drop)
}

/// A watched run with operands that lie elsewhere: right is what `reference` says.
pub(super) fn again(case: &dyn Case, choice: Choice, reference: &Answer) -> Result<(), Violation> {
    let operands = case.operands_hash();
    let answer = once(case, choice, NAN, Order::Forward)?;
    if case.operands_hash() != operands {
        return Err(Violation::new(
            Check::Operands,
            "an operand is not what it was before the call",
        ));
    }
    if same(&answer, reference) {
        return Ok(());
    }
    unrepeated(&answer, || once(case, choice, NAN, Order::Forward))?;
    let (check, detail) = match same(&once(case, choice, POISONS[0], Order::Forward)?, reference) {
        true => (Check::Unwritten, "the result is another one where the buffer held NaN before"),
        false => (Check::Bits, "not the bits of aligned operands"),
    };
    Err(Violation::differs(check, detail, &answer, reference))
}

/// Fails when `run` gives other bits than `first` in one of a few more calls. What does not repeat
/// must not be blamed on anything else.
fn unrepeated(
    first: &Answer,
    mut run: impl FnMut() -> Result<Answer, Violation>,
) -> Result<(), Violation> {
    for _ in 0..6 {
        let next = run()?;
        if !same(first, &next) {
            let detail = "the same call gave other bits another time";
            return Err(Violation::differs(Check::Repeat, detail, &next, first));
        }
    }
    Ok(())
}

/// Drives the chunks one after another on this thread.
fn serially(tasks: &dyn Tasks) -> Result<(), Fault> {
    Serial.run(&OneProcess::of(tasks), &Control::default()).map(drop)
}

/// Does `work`; its errors and panics (those outside of tasks, as in the kernel's fold) are violation.
pub(in crate::harness) fn caught<T, E: Display>(
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, Violation> {
    let failed = |why| Violation::new(Check::Failed, why);
    let process = Caller::this();
    let done = catch_unwind(AssertUnwindSafe(work));
    process.end_copy();
    match done {
        Ok(outcome) => outcome.map_err(|why| failed(why.to_string())),
        Err(panic) => Err(failed(format!("panicked: {}", panic_text(panic)))),
    }
}

/// In which order the chunks run.
#[derive(Clone, Copy)]
enum Order {
    Forward,
    Backward,
}

fn once(case: &dyn Case, choice: Choice, poison: u8, order: Order) -> Result<Answer, Violation> {
    let mut drive = |tasks: &dyn Tasks| match order {
        Order::Forward => serially(tasks),
        Order::Backward => serially(&Reversed(tasks)),
    };
    let answer = caught(|| case.run(choice, poison, &mut drive))?;
    // The job puts the modes back and says so. Where nothing can do that, sums and products tell.
    if let Some(what) = fpenv::left_behind().or_else(rounding) {
        return Err(Violation::new(Check::Environment, format!("after the call {what}")));
    }
    if !answer.fenced {
        let detail = "bytes before or after the output buffer changed";
        return Err(Violation::new(Check::Fence, detail));
    }
    Ok(answer)
}

/// Two runs that differ in poison and in order gave different results: finds out which of the two,
/// if either, makes the difference.
fn why_unsteady(
    first: &Answer,
    second: &Answer,
    expected: &Known,
    mut run: impl FnMut(usize, Order) -> Result<Answer, Violation>,
) -> Result<Violation, Violation> {
    if let Some(i) = expected.unwritten(first, second) {
        let detail = format!("number {i} is what filled the buffer before the call");
        return Ok(Violation::new(Check::Unwritten, detail));
    }
    unrepeated(first, || run(0, Order::Forward))?;
    if !same(first, &run(1, Order::Forward)?) {
        let detail = "the result follows what the buffer held before the call";
        return Ok(Violation::new(Check::Unwritten, detail));
    }
    let (check, detail) = match same(first, &run(0, Order::Backward)?) {
        false => (Check::Order, "other bits when the last chunk runs first"),
        true => (Check::Repeat, "one call in a few gave other bits"),
    };
    Ok(Violation::differs(check, detail, second, first))
}

/// The same tasks, the last one first.
struct Reversed<'t>(&'t dyn Tasks);

impl Tasks for Reversed<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        self.0.run(self.0.len() - 1 - i)
    }
}
