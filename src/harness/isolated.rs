//! The gate, the same-bits table and the times in processes of their own: a variant that crashes, exits or
//! never comes back is a finding, and the other variants are judged all the same.
//!
//! The program starts itself again; [`worker_main`] at the top of `main` makes the new process a
//! *worker*: it judges or times one kernel and says what it is about to do, before it does it. So when it
//! ends early, the step in work is known. A kernel's standard input is empty there, and what it prints
//! goes to standard error.
//!
//! The workers, the time limit and who is to blame for an end are those of the engine:
//! [`abreast_compare::isolate`]. A step is one variant on one problem, which is a few calls, or the
//! kernel's own oracle. A healthy kernel costs one process.
//!
//! | file | what it holds |
//! |---|---|
//! | `message.rs` | what a worker is asked, and what it says when it judges |
//! | `parent.rs` | what is made of that |
//! | `child.rs` | the worker's own side |
//!
//! What a worker does not protect from is a variant that means harm: it can forge messages.

mod child;
mod message;
mod parent;

pub use child::{can_isolate, worker_main};
pub(super) use message::Work;
pub(super) use parent::start;

use super::gate::{self, Check, Finding, GateOptions, GateReport, Progress};
use super::same_bits::{self, SameBits};
use crate::Fault;
use crate::exec::Executor;
use crate::kernel::Entry;
use std::time::Duration;

/// How long one step may take by default: more than any machine needs for it, because what
/// counts is not the time on the wall.
pub const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What was found in one kernel.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What the gate says.
    pub gate: GateReport,
    /// The same-bits table of the variants that live; none when there is nothing to show.
    pub matrix: Option<SameBits>,
}

/// What to judge, and how long it may take.
#[derive(Clone, Copy)]
struct Order<'o> {
    entry: &'o Entry,
    options: &'o GateOptions,
    /// Whether the gate is asked.
    gate: bool,
    /// The executors of the same-bits table; none for no table.
    executors: &'o [Box<dyn Executor>],
    /// Only a process can be ended that takes longer.
    limit: Duration,
}

/// The gate, then the same-bits table over `executors`, in workers where the program
/// [can start them](can_isolate), otherwise in this process, which then trusts the variants.
///
/// # Errors
/// When a worker cannot be started.
pub fn check(
    entry: &Entry,
    executors: &[Box<dyn Executor>],
    options: &GateOptions,
    limit: Duration,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Checked, Fault> {
    judge(Order { entry, options, gate: true, executors, limit }, progress)
}

/// The gate alone. That a worker could not be started is a finding too: the kernel is not trusted.
pub fn gate(
    entry: &Entry,
    options: &GateOptions,
    limit: Duration,
    progress: &mut dyn FnMut(Progress<'_>),
) -> GateReport {
    let checked = judge(Order { entry, options, gate: true, executors: &[], limit }, progress);
    checked.map_or_else(
        |why| GateReport {
            findings: vec![refusal(entry, "the start of a worker", &why.to_string())],
            ..nothing(entry, options)
        },
        |checked| checked.gate,
    )
}

/// The same-bits table alone. What it could not show is among the findings.
///
/// # Errors
/// When a worker cannot be started.
pub fn table(
    entry: &Entry,
    executors: &[Box<dyn Executor>],
    options: &GateOptions,
    limit: Duration,
) -> Result<Checked, Fault> {
    judge(Order { entry, options, gate: false, executors, limit }, &mut |_| ())
}

fn judge(order: Order<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Result<Checked, Fault> {
    if can_isolate() { parent::judge(order, progress) } else { Ok(trusting(order, progress)) }
}

/// Judges in this process.
fn trusting(order: Order<'_>, progress: &mut dyn FnMut(Progress<'_>)) -> Checked {
    let Order { entry, options, executors, .. } = order;
    let mut gate = match order.gate {
        true => gate::gate(entry, options, progress),
        false => nothing(entry, options),
    };
    let table = || same_bits::same_bits(entry, executors, options).map_err(|why| why.to_string());
    let table = (!executors.is_empty()).then(table);
    let matrix = keep(entry, table, &mut gate);
    Checked { gate, matrix }
}

/// Keeps the table; that there is none for a reason is a finding.
fn keep(
    entry: &Entry,
    table: Option<Result<SameBits, String>>,
    gate: &mut GateReport,
) -> Option<SameBits> {
    match table? {
        Ok(matrix) => Some(matrix),
        Err(why) => {
            gate.findings.push(refusal(entry, "the same-bits table", &why));
            None
        }
    }
}

/// A report about nothing: nobody has passed.
fn nothing(entry: &Entry, options: &GateOptions) -> GateReport {
    GateReport {
        kernel: entry.name,
        seed: options.seed,
        cases: 0,
        runs: 0,
        accuracy: Vec::new(),
        findings: Vec::new(),
    }
}

pub(super) fn refusal(entry: &Entry, case: &str, why: &str) -> Finding {
    Finding {
        kernel: entry.name,
        target: None,
        case: case.to_owned(),
        check: Check::Failed,
        cases: 1,
        detail: why.to_owned(),
        difference: None,
    }
}
