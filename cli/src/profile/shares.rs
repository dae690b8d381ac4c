//! What parts, threads and functions have of all samples.

use crate::console::Console;
use crate::profile::stack::{Language, Part, Samples};
use crate::table;
use anyhow::Result;
use serde::Serialize;
use std::collections::HashMap;
use std::hash::Hash;

/// Counts of samples; a share is a part of all of them.
#[derive(Serialize)]
pub struct Shares {
    pub samples: u64,
    /// Samples that could not be kept.
    missed: u64,
    /// The shares of the parts: `kernel`, `executor`, `rest`.
    parts: Vec<Share<Part>>,
    threads: Vec<Share<String>>,
    /// By the function in which the sample was taken, without what it calls.
    functions: Vec<Share<Row>>,
}

#[derive(Serialize)]
struct Share<K> {
    #[serde(rename = "of")]
    key: K,
    samples: u64,
    share: f64,
}

#[derive(Serialize, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Row {
    function: String,
    language: Language,
    part: Part,
}

/// Functions that a terminal shows; the others are in the picture.
const SHOWN: usize = 8;

impl Shares {
    pub fn of(samples: &Samples) -> Shares {
        let stacks = &samples.stacks;
        let all = stacks.iter().map(|stack| stack.samples).sum();
        let named = stacks.iter().filter_map(|stack| {
            let function = stack.innermost()?;
            let (name, language) = (function.short_name(), function.language);
            Some((Row { function: name, language, part: stack.part() }, stack.samples))
        });
        let none = Part::ALL.map(|part| (part, 0)).into_iter();
        let mut parts =
            counted(all, none.chain(stacks.iter().map(|stack| (stack.part(), stack.samples))));
        parts.sort_by_key(|share| share.key);
        Shares {
            samples: all,
            missed: samples.missed,
            parts,
            threads: counted(all, stacks.iter().map(|s| (s.thread.clone(), s.samples))),
            functions: counted(all, named),
        }
    }

    pub fn show(&self, console: &mut Console<'_>) -> Result<()> {
        let missed = match self.missed {
            0 => String::new(),
            missed => format!(" ({missed} more were missed)"),
        };
        // Half of the widest interval, at 95 %, that a share of so many samples has.
        let points = 98.0 / (self.samples as f64).sqrt();
        console.say(format!(
            "{} samples{missed}: a share may be off by {points:.0} points",
            self.samples
        ))?;
        let list = |rows: Vec<String>| rows.join(", ");
        let parts = |s: &Share<Part>| format!("{} {}", s.key.name(), percent(s.share));
        console.say(list(self.parts.iter().map(parts).collect()))?;
        let threads = |s: &Share<String>| format!("{} {}", s.key, percent(s.share));
        console.say(format!("threads: {}", list(self.threads.iter().map(threads).collect())))?;
        let mut rows = table::new(&["function", "share", "language", "part"]);
        for Share { key, share, .. } in self.functions.iter().take(SHOWN) {
            let words = [key.language.name(), key.part.name()];
            rows.add_row([&key.function, &percent(*share), words[0], words[1]]);
        }
        table::numbers(&mut rows, 1..2);
        console.say(table::wrap(rows, console.screen))
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// How often each key is there, the most frequent first.
fn counted<K: Hash + Ord>(all: u64, keys: impl Iterator<Item = (K, u64)>) -> Vec<Share<K>> {
    let mut counts: HashMap<K, u64> = HashMap::new();
    keys.for_each(|(key, samples)| *counts.entry(key).or_default() += samples);
    let share = |samples| if all == 0 { 0.0 } else { samples as f64 / all as f64 };
    let shares = counts.into_iter().map(|(key, n)| Share { key, samples: n, share: share(n) });
    let mut shares: Vec<_> = shares.collect();
    shares.sort_by(|a, b| b.samples.cmp(&a.samples).then_with(|| a.key.cmp(&b.key)));
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::stack::tests::stack;

    #[test]
    fn shares_add_up() {
        let stacks = vec![
            stack("abreast", &["run", "executor", "task", "ab_dot"], 60),
            stack("abreast-0", &["pool", "task", "ab_dot"], 30),
            stack("abreast-0", &["pool"], 7),
            stack("abreast", &["run", "fold"], 3),
        ];
        let shares = Shares::of(&Samples { stacks, missed: 1 });
        assert_eq!((shares.samples, shares.missed), (100, 1));
        let parts: Vec<u64> = shares.parts.iter().map(|part| part.samples).collect();
        assert_eq!(parts, [90, 7, 3]);
        let threads: Vec<_> = shares.threads.iter().map(|t| (&t.key[..], t.samples)).collect();
        assert_eq!(threads, [("abreast", 63), ("abreast-0", 37)]);
        assert_eq!(
            (&shares.functions[0].key.function[..], shares.functions[0].share),
            ("ab_dot", 0.9)
        );
    }

    #[test]
    fn no_sample_is_no_share() {
        let shares = Shares::of(&Samples::default());
        assert_eq!(shares.samples, 0);
        assert!(shares.parts.iter().all(|part| part.share == 0.0));
    }
}
