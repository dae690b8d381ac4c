//! Whoever watches the gate at work: told of each step before it is made, and of each finding.

use super::Progress;
use super::report::Finding;
use crate::kernel::Choice;

/// What comes now.
pub(in crate::harness) struct Step<'s> {
    /// In which kernel.
    pub(in crate::harness) kernel: &'static str,
    /// Problems done.
    pub(in crate::harness) done: usize,
    /// Problems in all.
    pub(in crate::harness) of: usize,
    /// Which variant at which level runs; none when it is the kernel's own sample or oracle.
    pub(in crate::harness) choice: Option<Choice>,
    /// On what: `n = 4097`.
    pub(in crate::harness) case: &'s str,
}

pub(in crate::harness) trait Observer {
    /// The step is made next.
    fn now(&mut self, step: &Step<'_>);

    /// This was found.
    fn found(&mut self, finding: &Finding);

    /// A variant has run on this: now is the time to look what it did to the process.
    fn after(&mut self, case: &str);

    /// Whether this process is there for nothing else, and may be ended by a variant.
    fn may_die(&self) -> bool;
}

/// Trusts the variants with this process, and passes the steps on to a progress bar.
pub(in crate::harness) struct Trusting<'p>(pub(in crate::harness) &'p mut dyn FnMut(Progress<'_>));

impl Observer for Trusting<'_> {
    fn now(&mut self, step: &Step<'_>) {
        if step.choice.is_none() {
            (self.0)(Progress {
                kernel: step.kernel,
                done: step.done,
                of: step.of,
                now: step.case,
            });
        }
    }

    fn found(&mut self, _: &Finding) {}

    fn after(&mut self, _: &str) {}

    fn may_die(&self) -> bool {
        false
    }
}
