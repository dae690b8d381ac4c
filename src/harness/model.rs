//! What a comparison says: one data model behind the table, the report and the JSON.
//!
//! Units are in the names: `seconds`, `ns`, `gb_per_second` (10^9 bytes), `gflops` (10^9
//! operations per second, integer ones for integer kernels). A number that could not be had is
//! `null`.

use super::env::Environment;
use super::gate::GateReport;
use super::roofline::{Limit, Roofline};
use crate::kernel::Choice;
use abreast_compare::ratio::difference;
pub use abreast_compare::ratio::{Ratio, Standing};
use serde::{Serialize, Serializer};

/// One run of [`compare`](super::compare::compare).
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Names this form: `abreast.compare/3`.
    pub schema: &'static str,
    /// When the run began, in UTC: `2026-01-31T12:00:00Z`.
    pub created: String,
    /// How long the run took.
    pub seconds: f64,
    /// How many process starts the times of a kernel come from.
    pub starts: u64,
    /// How many layouts of the code they are starts of: programs that were linked again, or 1 for this one.
    pub layouts: u64,
    /// On what machine, built by what.
    pub environment: Environment,
    /// What the gate found.
    pub agreement: Agreement,
    /// The run's own noise floor.
    pub noise: Noise,
    /// What the machine can do, measured in this run.
    pub roofline: Roofline,
    /// Nanoseconds per chunk that a pool of two threads needs for chunks that do nothing.
    pub chunk_overhead_ns: f64,
    /// One table per kernel.
    pub kernels: Vec<KernelRows>,
    /// The result of the run in plain words.
    pub verdict: Vec<String>,
    /// What a reader should know before believing the numbers.
    pub warnings: Vec<String>,
}

/// Names the form of [`Comparison`].
pub const SCHEMA: &str = "abreast.compare/3";

/// Whether what was timed agrees.
#[derive(Debug, Clone, Serialize)]
pub struct Agreement {
    /// Whether the gate found nothing in any kernel. What it found something against is not timed.
    pub agreed: bool,
    /// How long it took.
    pub seconds: f64,
    /// What it found, kernel by kernel.
    pub reports: Vec<GateReport>,
}

/// How much two measurements of the same machine code differ in this run: a variant against its twin, in
/// the same rounds as everything else. Differences of this size mean nothing.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Noise {
    /// How many such pairs there were: one per kernel, size and level.
    pub pairs: usize,
    /// The middle one's difference as a fraction: 0.001 is 0.1 %.
    pub typical: f64,
    /// The largest difference.
    pub worst: f64,
    /// How many pairs were taken for different by their intervals alone.
    pub false_alarms: usize,
    /// The probability that any one of the run's intervals misses the truth.
    pub alpha: f64,
    /// How many intervals share that probability (Bonferroni's correction).
    pub comparisons: usize,
}

/// One kernel's table.
#[derive(Debug, Clone, Serialize)]
pub struct KernelRows {
    /// Its name.
    pub kernel: &'static str,
    /// The name it shares with kernels of other types.
    pub family: &'static str,
    /// Its formula.
    pub formula: &'static str,
    /// What `n` means.
    pub unit: &'static str,
    /// What it computes with: `f64`, `f32`, `int`.
    pub arithmetic: &'static str,
    /// The variant that the others are compared with.
    pub baseline: &'static str,
    /// The variant that is used when none is named.
    pub default: &'static str,
    /// The variants that are timed, without the twins.
    pub variants: Vec<&'static str>,
    /// The lowest level of this machine's kind.
    pub lowest_level: &'static str,
    /// Size after size; within one, level after level, variant after variant.
    pub rows: Vec<Row>,
    /// What was not timed, and why.
    pub untimed: Vec<Untimed>,
    /// The noise floor of each size and level.
    pub floors: Vec<Floor>,
    /// The table in plain words.
    pub verdict: Vec<String>,
}

/// What [`Row::variant`] says of a call that does nothing: what any call costs besides.
pub const EMPTY_CALL: &str = "(empty call)";

/// One variant at one level, on some threads, for one size; or a call that does nothing.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Row {
    /// The variant, or [`EMPTY_CALL`].
    pub variant: &'static str,
    /// The level: `v1`, `v3`, `v4`, `neon`; empty for an empty call.
    pub level: &'static str,
    /// Whether this is the baseline at the lowest level: what a compiler gives without further flags.
    pub lowest: bool,
    /// The variant with the same machine code, if this is a twin.
    pub twin_of: Option<&'static str>,
    /// How many threads.
    pub threads: usize,
    /// The size.
    pub n: u64,
    /// Bytes of operands and output.
    pub footprint: u64,
    /// Bytes that one call reads, each counted once.
    pub read: u64,
    /// Bytes that one call writes.
    pub written: u64,
    /// Operations of one call.
    pub flops: u64,
    /// Elements of one call.
    pub elements: u64,
    /// Calls per round, in the first start.
    pub calls: u64,
    /// Rounds behind the numbers, of all starts together.
    pub rounds: usize,
    /// Blocks that were made again, since the thread had to wait for a core.
    pub dropped: u64,
    /// Seconds per call in the best round. All rates below are made from this one.
    pub best_seconds: f64,
    /// Seconds per call in the middle round.
    pub median_seconds: f64,
    /// Which part of the time an empty call on as many threads takes.
    pub empty_share: Option<f64>,
    /// Nanoseconds per element, by [`KernelRows::unit`].
    pub ns_per_element: Option<f64>,
    /// Elements per nanosecond.
    pub elements_per_ns: Option<f64>,
    /// Bytes read and written.
    pub gb_per_second: Option<f64>,
    /// Operations.
    pub gflops: Option<f64>,
    /// How near to what the machine can do.
    pub roofline: Option<Share>,
    /// Against the baseline at the same level on one thread. None for the baseline itself, and with more
    /// threads.
    #[serde(serialize_with = "shown")]
    pub to_baseline: Option<Ratio>,
    /// Against the baseline at the lowest level on one thread. None for that row itself.
    #[serde(serialize_with = "shown")]
    pub to_lowest: Option<Ratio>,
    /// Against the same variant at the same level on one thread. None on one thread.
    #[serde(serialize_with = "shown")]
    pub thread_speed_up: Option<Ratio>,
    /// Anything to know about this row.
    pub note: Option<String>,
}

/// A call may be so much faster than the roofline, which is measured, too.
const BEYOND_ROOFLINE: f64 = 1.03;

/// As JSON has it: whether a direction is known stands beside what else may be said.
fn shown<S: Serializer>(ratio: &Option<Ratio>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Shown {
        #[serde(flatten)]
        ratio: Ratio,
        distinguishable: bool,
    }
    let shown = |ratio: Ratio| Shown { ratio, distinguishable: ratio.is_distinguishable() };
    ratio.map(shown).serialize(serializer)
}

/// A share of what the machine can do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// 1 is the roofline itself. Roofs are measured too, so a little more is noise.
    pub share: f64,
    /// Which of the machine's limits is the nearest.
    pub limit: Limit,
}

impl Share {
    /// Whether it is more than the machine can do by more than measuring explains: 3 %.
    pub fn is_beyond(self) -> bool {
        self.share > BEYOND_ROOFLINE
    }
}

/// A variant that was not timed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Untimed {
    /// The variant.
    pub variant: &'static str,
    /// The level.
    pub level: &'static str,
    /// Why.
    pub why: String,
}

impl Untimed {
    pub(super) fn new(choice: Choice, why: String) -> Untimed {
        Untimed { variant: choice.variant, level: choice.level.name(), why }
    }
}

/// The noise floor of one size and level.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Floor {
    /// The size.
    pub n: u64,
    /// The level.
    pub level: &'static str,
    /// The variant.
    pub of: &'static str,
    /// Its twin; none when it was itself timed twice.
    pub twin: Option<&'static str>,
    /// The twin against the variant, in the start in which they differ most.
    pub ratio: f64,
    /// What the intervals of all starts cover.
    pub interval: Option<(f64, f64)>,
}

impl KernelRows {
    /// What [`Row::to_lowest`] compares with: `c at v1`.
    pub fn lowest_name(&self) -> String {
        format!("{} at {}", self.baseline, self.lowest_level)
    }

    /// Every ratio of the table.
    pub fn ratios(&self) -> impl Iterator<Item = Ratio> {
        let of_row = |row: &Row| [row.to_baseline, row.to_lowest, row.thread_speed_up];
        self.shown().flat_map(of_row).flatten()
    }

    /// The rows for people: twins are shown where noise is explained.
    pub fn shown(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.twin_of.is_none())
    }
}

impl Floor {
    /// The difference as a fraction, whichever of the two was slower.
    pub fn difference(&self) -> f64 {
        difference(self.ratio)
    }
}

impl Row {
    /// A row with nothing in it, for tests to fill.
    #[cfg(test)]
    pub(super) fn blank(level: &'static str) -> Row {
        Row {
            variant: "simd",
            level,
            threads: 1,
            n: 64,
            calls: 1,
            rounds: 1,
            best_seconds: 1.0,
            median_seconds: 1.0,
            ..Row::default()
        }
    }

    /// Whether it computes more than the machine can. The middle one of its rounds is held against the best that
    /// was seen of the machine: one lucky round, or a disturbed roofline, accuses nobody. Nor does a limit of memory:
    /// caches keep more from one call to the next than from one measurement of that limit to the next.
    pub fn is_beyond_roofline(&self) -> bool {
        let usual = |share: Share| share.share * self.best_seconds / self.median_seconds;
        self.roofline
            .is_some_and(|share| share.limit == Limit::Arithmetic && usual(share) > BEYOND_ROOFLINE)
    }

    /// The row's rates, from its best time and what one call costs.
    pub(super) fn rates(&mut self) {
        let rate = |amount: u64| (amount > 0).then(|| amount as f64 / self.best_seconds / 1e9);
        let elements_per_ns = rate(self.elements);
        let gb_per_second = rate(self.read.saturating_add(self.written));
        let gflops = rate(self.flops);
        self.elements_per_ns = elements_per_ns;
        self.ns_per_element = elements_per_ns.map(|rate| 1.0 / rate);
        self.gb_per_second = gb_per_second;
        self.gflops = gflops;
    }
}
