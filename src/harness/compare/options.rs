//! What a comparison is asked for, and what that costs in time and trust.

use crate::harness::env::{Cores, Environment};
use crate::harness::isolated;
use crate::harness::measure::{Effort, clock_resolution, rounds_needed};
use crate::kernel::Entry;
use crate::{Error, Level};
use std::time::Duration;

/// What to compare, and how thoroughly.
#[derive(Debug, Clone)]
pub struct CompareOptions {
    /// The names of the variants; all if there are none. The baseline and its twins are timed in any case.
    pub variants: Vec<String>,
    /// The variant that the others are compared with: the first of each kernel's unless named. A kernel
    /// that does not have it keeps its first.
    pub baseline: Option<String>,
    /// The levels. The baseline at the lowest level is timed in any case.
    pub levels: Vec<Level>,
    /// Sizes instead of those that each kernel sweeps.
    pub sizes: Option<Vec<u64>>,
    /// Numbers of threads. One thread is timed in any case; more only for the largest size, at
    /// the best of the levels.
    pub threads: Vec<usize>,
    /// Less time for each measurement: the whole registry in about a minute.
    pub quick: bool,
    /// The seed of operands and of the order of rounds.
    pub seed: u64,
    /// How long the rounds of all kernels together should take, instead of what `quick` says.
    pub budget: Option<Duration>,
    /// How long one step of the gate may take: see [`isolated`](crate::harness::isolated).
    pub timeout: Duration,
}

impl CompareOptions {
    /// All variants at the chosen level, on one thread and on all cores, the kernels' own sizes.
    ///
    /// # Errors
    /// As [`Level::chosen`].
    pub fn new() -> Result<CompareOptions, Error> {
        let cores = Cores::here().usable();
        Ok(CompareOptions {
            variants: Vec::new(),
            baseline: None,
            levels: vec![Level::chosen()?],
            sizes: None,
            threads: if cores > 1 { vec![1, cores] } else { vec![1] },
            quick: false,
            seed: 42,
            budget: None,
            timeout: isolated::TIME_LIMIT,
        })
    }

    /// As [`CompareOptions::new`], in about a minute.
    ///
    /// # Errors
    /// As [`Level::chosen`].
    pub fn quick() -> Result<CompareOptions, Error> {
        Ok(CompareOptions { quick: true, ..Self::new()? })
    }

    /// Whether every name that is asked for is one that some kernel has.
    ///
    /// # Errors
    /// [`Error::Unknown`], with the nearest name.
    pub(super) fn check_names(&self, entries: &[&Entry]) -> Result<(), Error> {
        let known: Vec<&str> = entries.iter().flat_map(|e| e.variants()).map(|v| v.name).collect();
        let check = |what, name: &String| {
            if known.contains(&&**name) {
                Ok(())
            } else {
                Err(Error::unknown(what, name, known.iter().copied()))
            }
        };
        self.variants.iter().try_for_each(|name| check("variant", name))?;
        self.baseline.iter().try_for_each(|name| check("baseline", name))
    }

    pub(super) fn budget(&self, cells: usize) -> Duration {
        let per_cell = Duration::from_millis(1500) * cells as u32;
        self.budget.unwrap_or(if self.quick { QUICK.min(per_cell) } else { per_cell })
    }

    /// Numbers of threads above one, small to large.
    pub(super) fn many_threads(&self) -> Vec<usize> {
        let mut many: Vec<usize> = self.threads.iter().copied().filter(|t| *t > 1).collect();
        many.sort_unstable();
        many.dedup();
        many
    }
}

/// What the rounds of a quick comparison take. The rest of its minute goes to the gate, the rooflines
/// and making operands.
const QUICK: Duration = Duration::from_secs(35);

/// How long each of so many cells may take.
pub(super) fn effort(options: &CompareOptions, cells: usize, alpha: f64) -> Effort {
    let micros = if options.quick { 300 } else { 1000 };
    Effort {
        budget: options.budget(cells) / cells.max(1) as u32,
        block: Duration::from_micros(micros),
        // A few more than the least, so that one disturbed round does not set an end.
        least_rounds: rounds_needed(alpha) + 3,
        most_rounds: if options.quick { 101 } else { 501 },
        resolution: clock_resolution(),
        seed: options.seed,
    }
}

/// What should make a reader careful.
pub(super) fn warnings(options: &CompareOptions, environment: &Environment) -> Vec<String> {
    let mut warnings = Vec::new();
    if options.levels.len() > 1 {
        let names: Vec<&str> = options.levels.iter().map(|level| level.name()).collect();
        warnings.push(format!(
            "levels {} are in one table: a ratio to the baseline is within one level, a ratio to the lowest level is not",
            names.join(", ")
        ));
    }
    warnings.extend(environment.machine.crowded());
    let allowed = environment.machine.cores.allowed;
    if let Some(most) = options.many_threads().last().filter(|most| **most > allowed) {
        warnings.push(format!("{most} threads share {allowed} cores: they take turns"));
    }
    warnings
}
