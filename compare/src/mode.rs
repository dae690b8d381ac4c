//! How a function is called for the clock: on one input again and again, on several in turn, with or without
//! what the caches kept of the call before.

use crate::machine::{Cache, Machine, memory};
use crate::random::splitmix64;
use crate::series::Ready;
use crate::variant::Kind;
use crate::waits::Waits;
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How functions are called while they are timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mode {
    /// Inputs of one size, taken in turn.
    pub inputs: usize,
    /// Whether the caches are emptied before each call, which is then timed alone.
    pub cold: bool,
    /// Whether each call needs the result of the one before.
    #[serde(default)]
    pub latency: bool,
}

impl Default for Mode {
    fn default() -> Self {
        Mode { inputs: 1, cold: false, latency: false }
    }
}

impl Mode {
    /// More inputs than this are not made.
    pub(crate) const MAX_INPUTS: usize = 4096;

    /// What is not as usual about it: `8 inputs in turn, cold caches`.
    pub(crate) fn in_words(self) -> Option<String> {
        let inputs = (self.inputs != 1).then(|| format!("{} inputs in turn", self.inputs));
        let others = [(self.cold, "cold caches"), (self.latency, "latency")];
        let others =
            others.into_iter().filter(|(is_on, _)| *is_on).map(|(_, words)| words.to_owned());
        let words: Vec<String> = inputs.into_iter().chain(others).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// Why these variants cannot be timed so.
    pub(crate) fn mistake(self, variants: &[(String, Kind)]) -> Option<String> {
        if !(1..=Mode::MAX_INPUTS).contains(&self.inputs) {
            let (count, most) = (self.inputs, Mode::MAX_INPUTS);
            return Some(format!("has {count} inputs of each size: there can be from 1 to {most}"));
        }
        if self.latency && self.cold {
            let why = "is to be timed for latency and on cold caches: a call that is timed alone follows no other";
            return Some(why.to_owned());
        }
        let (name, kind) = variants.iter().find(|(_, kind)| *kind != Kind::Plain)?;
        let why = match kind {
            Kind::InPlace => "works on a copy for each call",
            Kind::Plain | Kind::Kept => "returns something that must be dropped",
        };
        self.latency.then(|| {
            format!("is to be timed for latency, but {name} {why}: the next call needs numbers of the last one")
        })
    }

    /// The seeds of the inputs of a size. The first is that of the run, so one input is the same in every mode.
    pub(crate) fn seeds(self, seed: u64) -> impl Iterator<Item = u64> {
        let more = (1..self.inputs as u64).map(move |i| splitmix64(seed, i));
        std::iter::once(seed).chain(more)
    }
}

/// Empties the caches by reading memory that they cannot hold. What they keep instead is of no use to anybody.
pub(crate) struct Evict {
    words: Vec<u64>,
    /// How often that was done.
    evictions: u64,
}

/// Where no cache is known: as much as most have.
const UNKNOWN: u64 = 32 << 20;
/// A cache line.
const WORDS: usize = 8;

impl Evict {
    pub(crate) fn here() -> Evict {
        Evict::of_bytes(enough(&Machine::here().caches, memory()))
    }

    fn of_bytes(bytes: u64) -> Evict {
        // Not zeros: all pages of those may be one page of memory.
        Evict { words: vec![1; bytes as usize / size_of::<u64>()], evictions: 0 }
    }

    /// Reads all of it. Returns how many lines that were.
    pub(crate) fn evict(&mut self) -> u64 {
        self.evictions += 1;
        black_box(black_box(&self.words).iter().step_by(WORDS).sum())
    }
}

/// Twice the largest cache, for few of them drop the oldest line first; no more than an eighth of memory.
fn enough(caches: &[Cache], memory: Option<u64>) -> u64 {
    let largest = caches.iter().map(|cache| cache.bytes).max().unwrap_or(UNKNOWN);
    (2 * largest).min(memory.map_or(u64::MAX, |memory| memory / 8))
}

/// Calls each of the inputs once, on cold caches each time: the time of the calls, and how long they waited for a
/// core, without what it took to empty the caches. `call` is given an input, and what to do right before it reads
/// the clock.
pub(crate) fn cold_pass<I, E>(
    evict: &mut Evict,
    waits: &Waits,
    inputs: &[I],
    mut call: impl FnMut(&[I], Ready<'_>) -> Result<Duration, E>,
) -> Result<(Duration, Duration), E> {
    let (mut took, mut waited) = (Duration::ZERO, Duration::ZERO);
    for input in inputs.chunks(1) {
        let mut before = None;
        took += call(input, &mut || {
            evict.evict();
            before = waits.so_far();
            // The clock itself is not to be cold, too.
            black_box(Instant::now().elapsed());
        })?;
        waited += waits.since(before);
    }
    Ok((took, waited))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_mode_needs_no_words() {
        assert_eq!(Mode::default().in_words(), None);
        let mode = Mode { inputs: 8, cold: true, latency: false };
        assert_eq!(mode.in_words().as_deref(), Some("8 inputs in turn, cold caches"));
        let mode = Mode { latency: true, ..Mode::default() };
        assert_eq!(mode.in_words().as_deref(), Some("latency"));
    }

    #[test]
    fn the_first_of_several_inputs_is_that_of_the_usual_mode_and_no_two_are_alike() {
        let seeds: Vec<u64> = Mode { inputs: 64, ..Mode::default() }.seeds(42).collect();
        let all: std::collections::BTreeSet<&u64> = seeds.iter().collect();
        assert_eq!((seeds[0], seeds.len(), all.len()), (42, 64, 64));
        assert_eq!(Mode::default().seeds(7).collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn what_evicts_is_larger_than_any_cache_and_much_smaller_than_memory() {
        let cache = |level, bytes| Cache { level, kind: "Unified".into(), bytes, shared_by: None };
        let caches = [cache(1, 32 << 10), cache(3, 32 << 20), cache(2, 1 << 20)];
        assert_eq!(enough(&caches, Some(16 << 30)), 64 << 20);
        assert_eq!(enough(&caches, None), 64 << 20);
        assert_eq!(enough(&caches, Some(128 << 20)), 16 << 20);
        assert_eq!(enough(&[], None), 2 * UNKNOWN);
    }

    #[test]
    fn every_line_is_read() {
        assert_eq!(Evict::of_bytes(64 << 10).evict(), 1024);
    }

    #[test]
    fn the_caches_are_emptied_before_each_call_and_each_is_made_alone() {
        let (mut evict, waits) = (Evict::of_bytes(64), Waits::of_this_thread());
        let mut log = Vec::new();
        let pass = cold_pass(&mut evict, &waits, b"abc", |input, ready| {
            ready();
            log.push(input.to_vec());
            Ok::<_, ()>(Duration::from_nanos(10))
        });
        assert_eq!(log, [b"a", b"b", b"c"]);
        assert_eq!(
            (pass.map(|(took, _)| took), evict.evictions),
            (Ok(Duration::from_nanos(30)), 3)
        );
    }
}
