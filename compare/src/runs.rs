//! Saved runs side by side, for programs that look at them.

use crate::against::{FailIf, Times, against, failures};
use crate::results::Against;
use crate::saved::Saved;
use crate::{markdown, output};
use serde::Serialize;
use std::path::Path;

/// What `--save` kept of a benchmark.
#[derive(Debug, Clone)]
pub struct Run(pub(crate) Saved);

/// One time of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Time {
    /// `dot/lanes at n = 64`.
    pub name: String,
    /// The middle one of all rounds, in seconds.
    pub median: f64,
    /// What the intervals of the starts cover together.
    pub ends: Option<(f64, f64)>,
    /// Process starts that it comes from.
    pub starts: usize,
}

/// The probability that any interval of a comparison misses.
const ALPHA: f64 = 0.01;

/// A rule of `--fail-if`.
#[derive(Debug, Clone, Copy)]
pub struct Rule(FailIf);

impl Rule {
    /// Reads `slower > 5%`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Rule, String> {
        FailIf::parse(text).map(Rule)
    }

    /// What of a comparison fails by it, in sentences.
    pub fn failures(self, found: &Against) -> Vec<String> {
        failures(found, self.0)
    }
}

impl Run {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is no saved run.
    pub fn read(path: &Path) -> Result<Run, String> {
        Saved::read(path).map(Run)
    }

    /// When it began, in UTC.
    pub fn created(&self) -> &str {
        &self.0.created
    }

    /// The benchmark: `package/bench`.
    pub fn bench(&self) -> String {
        match &self.0.package[..] {
            "" => self.0.bench.clone(),
            package => format!("{package}/{}", self.0.bench),
        }
    }

    /// The processor, as it calls itself.
    pub fn cpu(&self) -> Option<&str> {
        self.0.machine.cpu.as_deref()
    }

    /// Every time.
    pub fn times(&self) -> Vec<Time> {
        let each = ALPHA / self.0.entries.len().max(1) as f64;
        let time = |entry: &crate::saved::Entry| {
            let Times { median, ends } = Times::of(entry, each);
            Time { name: entry.name(), median, ends, starts: entry.starts.len() }
        };
        self.0.entries.iter().map(time).collect()
    }

    /// Adds the starts of another run of the same program.
    pub fn add(&mut self, other: Run) {
        for entry in other.0.entries {
            match self.0.entries.iter_mut().find(|own| own.is_of(&entry)) {
                Some(own) => {
                    own.noise = own.noise.into_iter().chain(entry.noise).reduce(f64::max);
                    own.starts.extend(entry.starts);
                }
                None => self.0.entries.push(entry),
            }
        }
    }

    /// This run beside an older one that is called `name`.
    ///
    /// # Errors
    /// When they have nothing in common.
    pub fn against(&self, name: &str, then: &Run) -> Result<Against, String> {
        against(name, &then.0, &self.0, ALPHA)
    }
}

/// Adds two builds to the page of a CI job, as Markdown: what fails first. Without them it is only tried
/// whether that can be done.
///
/// # Errors
/// When it cannot.
pub fn add_to_page(path: &Path, found: Option<(&Against, &[String])>) -> Result<(), String> {
    let text = found.map(|(found, failures)| markdown::of_builds(found, failures));
    output::append(path, &text.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Standing;
    use crate::saved::tests::{entry, saved};

    fn run(seconds: f64) -> Run {
        Run(saved(vec![entry("c", 64, seconds)]))
    }

    #[test]
    fn starts_are_added_and_every_one_counts() {
        let (mut old, mut new) = (run(1e-6), run(1.1e-6));
        let found = new.against("old", &old).expect("the same entries");
        assert_eq!(found.changes[0].standing, Standing::Slower);
        assert_eq!(Rule::parse("slower > 5%").expect("a rule").failures(&found).len(), 2);
        // Another start says the opposite.
        old.add(run(1.1e-6));
        new.add(run(1e-6));
        assert_eq!(new.times()[0].starts, 4);
        let found = new.against("old", &old).expect("the same entries");
        assert_eq!(found.changes[0].standing, Standing::Same);
        old.add(Run(saved(vec![entry("lanes", 64, 1e-6)])));
        assert_eq!(old.times().len(), 2);
    }
}
