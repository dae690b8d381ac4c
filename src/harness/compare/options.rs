//! What a comparison is asked for, and what that costs in time and trust.

use super::times::request;
use crate::harness::env::{Cores, Environment};
use crate::harness::isolated;
use crate::kernel::Entry;
use crate::{Error, Level};
use abreast_compare::layouts;
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
    /// How many process starts the times come from: what one start shows and another one reverses is not
    /// told. There is one where the program [cannot start itself](isolated::can_isolate).
    pub starts: u64,
    /// How many times the program is linked, with its functions in other orders, at most
    /// [`MAX`](abreast_compare::layouts::MAX): 1 is the program that runs. What one layout shows and another one reverses
    /// is said to depend on the layout. Where it cannot be linked again that is a warning.
    pub layouts: u64,
    /// How long the rounds of all kernels in all starts should take, instead of what `quick` says.
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
            starts: 4,
            layouts: 1,
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

    /// Whether every name that is asked for is one that some kernel has, and every size one that the kernels
    /// can make.
    ///
    /// # Errors
    /// [`Error::Unknown`], with the nearest name; what a kernel has to say about a size; too many starts or layouts.
    pub fn check(&self, entries: &[&Entry]) -> Result<(), Error> {
        let counts = [("starts", self.starts, MAX_STARTS), ("layouts", self.layouts, layouts::MAX)];
        for (name, count, most) in counts {
            if count > most {
                return Err(Error::argument(name, count, format!("must be at most {most}")));
            }
        }
        let known: Vec<&str> = entries.iter().flat_map(|e| e.variants()).map(|v| v.name).collect();
        let check = |what, name: &String| {
            if known.contains(&&**name) {
                Ok(())
            } else {
                Err(Error::unknown(what, name, known.iter().copied()))
            }
        };
        self.variants.iter().try_for_each(|name| check("variant", name))?;
        self.baseline.iter().try_for_each(|name| check("baseline", name))?;
        let sizes = self.sizes.iter().flatten();
        let mut problems = sizes.flat_map(|n| entries.iter().map(move |entry| (*n, entry)));
        problems.try_for_each(|(n, entry)| entry.case(&request(n, self.seed)?).map(drop))
    }

    pub(super) fn budget(&self, cells: usize) -> Duration {
        let per_cell = |millis| Duration::from_millis(millis) * cells as u32;
        self.budget.unwrap_or(if self.quick { QUICK.min(per_cell(600)) } else { per_cell(1500) })
    }

    /// Numbers of threads above one, small to large.
    pub(super) fn many_threads(&self) -> Vec<usize> {
        let mut many: Vec<usize> = self.threads.iter().copied().filter(|t| *t > 1).collect();
        many.sort_unstable();
        many.dedup();
        many
    }
}

/// More do not end in a day.
const MAX_STARTS: u64 = 1000;

/// What the rounds of a quick comparison take. The rest of its minute goes to the gate, the rooflines
/// and making operands.
const QUICK: Duration = Duration::from_secs(35);

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
