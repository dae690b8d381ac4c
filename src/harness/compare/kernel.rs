//! One kernel: who of it is timed, in how many starts, and what comes of it.

use super::cell::{Cell, objection};
use super::times::Job;
use super::{CompareOptions, Means};
use crate::harness::gate::{Check, Finding, GateReport, Target};
use crate::harness::isolated::{self, can_isolate, refusal};
use crate::harness::measure::rounds_needed;
use crate::harness::model::{KernelRows, Untimed};
use crate::kernel::{Choice, Entry};
use abreast_compare::layouts::Layouts;
use abreast_compare::starts::{Failure, FailureKind, Plan, Timings, all_starts, of_each_start};

/// What holds for all kernels.
pub(super) struct Timing<'t> {
    means: &'t dyn Means,
    options: &'t CompareOptions,
    layouts: &'t Layouts,
    pub(super) starts: u64,
    /// What a cell should take in each start.
    seconds: f64,
    /// The probability that an interval misses the truth, in each start.
    alpha: f64,
}

impl<'t> Timing<'t> {
    /// For so many cells, and intervals that all starts of a layout together hold with probability 1 - `alpha`.
    pub(super) fn new(
        means: &'t dyn Means,
        options: &'t CompareOptions,
        layouts: &'t Layouts,
        cells: usize,
        alpha: f64,
    ) -> Timing<'t> {
        let can_start = can_isolate() || layouts.count() > 1;
        let starts = if can_start { layouts.starts(options.starts) } else { 1 };
        let seconds = options.budget(cells).as_secs_f64() / (cells.max(1) as f64 * starts as f64);
        // Layouts may differ, so each of them needs an interval that holds by its own starts.
        let alpha = of_each_start(alpha, starts / layouts.count());
        Timing { means, options, layouts, starts, seconds, alpha }
    }

    /// All starts together take about as many rounds as one alone would need.
    fn plan(&self, start: u64) -> Plan {
        let most = if self.options.quick { 101 } else { 501 };
        let plan = Plan::new(start, self.seconds, self.alpha, most / self.starts as usize + 1);
        match self.options.quick {
            true => Plan { least_rounds: rounds_needed(self.alpha) + 1, ..plan },
            false => plan,
        }
    }

    /// Fills the table, and adds to the report who fails meanwhile. Returns what is left out.
    pub(super) fn kernel(
        &self,
        entry: &Entry,
        cells: &[Cell],
        report: &mut GateReport,
        table: &mut KernelRows,
        begins: &mut dyn FnMut(&str),
    ) -> Vec<String> {
        let mut who: Vec<Choice> = Vec::new();
        for choice in cells.iter().flat_map(Cell::choices) {
            if !who.contains(&choice) {
                who.push(choice);
            }
        }
        who.retain(|choice| match objection(report, *choice) {
            None => true,
            Some(why) => {
                table.untimed.push(Untimed::new(*choice, why));
                false
            }
        });
        let timings = all_starts(who, self.starts, |start, who| {
            let job = Job {
                kernel: entry.name.to_owned(),
                who: who.iter().copied().map(Target::from).collect(),
                cells: cells.iter().map(|cell| cell.job(who)).collect(),
                seed: self.options.seed,
                plan: self.plan(start),
            };
            let start = isolated::start(self.layouts.program(start), self.options.timeout);
            self.means.start(entry, &job, &start, begins)
        });
        let Timings { cells: times, who, failed, stopped } = timings;
        for (choice, failure) in failed {
            let finding = finding(entry, choice, failure);
            table.untimed.push(Untimed::new(choice, finding.to_string()));
            report.findings.push(finding);
        }
        if let Some(why) = stopped {
            let finding = refusal(entry, "the times", &why);
            let untimed = |choice: &Choice| Untimed::new(*choice, finding.to_string());
            table.untimed.extend(who.iter().map(untimed));
            report.findings.push(finding);
        }
        let mut left_out = Vec::new();
        for cell in cells {
            match cell.result(&who, &times, self.alpha) {
                Ok(result) => {
                    table.rows.extend(result.rows);
                    table.floors.extend(result.floors);
                }
                Err(why) => {
                    left_out.push(format!("{} at n = {} is left out: {why}", entry.name, cell.n));
                }
            }
        }
        left_out
    }
}

/// That somebody failed while it was timed.
pub(in crate::harness) fn finding(entry: &Entry, choice: Choice, failure: Failure) -> Finding {
    Finding {
        kernel: entry.name,
        target: Some(choice.into()),
        case: failure.input,
        check: match failure.kind {
            FailureKind::Returned => Check::Failed,
            FailureKind::Ended => Check::Ended,
            FailureKind::Overdue => Check::Overdue,
        },
        cases: 1,
        detail: failure.what,
        difference: None,
    }
}
