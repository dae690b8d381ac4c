//! What a run says: one data model behind the table, the sentences, the JSON and the Markdown.

pub use crate::allocations::Allocations;
use crate::machine::Machine;
pub use crate::message::{Column, TimedRow};
pub use crate::mode::Mode;
pub use crate::ratio::{Ratio, Standing};
pub use crate::record::Compiler;
pub use crate::variant::Kind;
use serde::Serialize;

/// Names the form of the JSON. A later form has another name.
pub const SCHEMA: &str = "abreast-compare/1";

/// One run. A number that is not known is `null`.
#[derive(Debug, Serialize)]
pub struct Results {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// When the run began, in UTC.
    pub created: String,
    /// How long it took.
    pub seconds: f64,
    /// On what machine.
    pub machine: Machine,
    /// How the first core's frequency is chosen: `performance`, `powersave`.
    pub governor: Option<String>,
    /// By which build.
    pub build: Build,
    /// The compilers of the functions, as their build script recorded them: see
    /// [`record`](crate::record()).
    pub compilers: Vec<Compiler>,
    /// The seed of inputs and order.
    pub seed: u64,
    /// Whether fewer rounds were asked for.
    pub quick: bool,
    /// Process starts that the times come from.
    pub starts: u64,
    /// Layouts of the code that the times come from: relinked programs, or one.
    pub layouts: u64,
    /// What should make a reader careful.
    pub warnings: Vec<String>,
    /// Group by group.
    pub groups: Vec<GroupResult>,
    /// What `--against` found.
    pub against: Option<Against>,
}

/// This run beside a saved one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Against {
    /// The name of the saved run.
    pub name: String,
    /// When it began.
    pub created: String,
    /// What is not as it was about the machine, field by field.
    pub other_machine: Vec<String>,
    /// What is not as it was about the compilers and flags.
    pub other_build: Vec<String>,
    /// Everything that both runs timed.
    pub changes: Vec<Change>,
    /// What only the saved run timed.
    pub only_then: Vec<String>,
    /// What only this run timed.
    pub only_now: Vec<String>,
    /// The result in words.
    pub words: Vec<String>,
}

/// One time in two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// `dot/lanes at n = 64`.
    pub entry: String,
    /// The time now by the time then: 1.05 is 5 % slower.
    pub times_as_long: f64,
    /// The lower end of its interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// What may be said: slower and faster are those of this run.
    pub standing: Standing,
    /// Whether the inputs are others than then.
    pub inputs_differ: bool,
}

/// How this crate was built, and most likely the functions too.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Build {
    /// The Rust compiler.
    pub rustc: &'static str,
    /// The optimisation level.
    pub opt_level: &'static str,
    /// Whether checks for debugging are compiled in.
    pub debug_assertions: bool,
    /// The version of this crate.
    pub version: &'static str,
}

/// What was found about a group.
#[derive(Debug, Default, Serialize)]
pub struct GroupResult {
    /// Its name.
    pub group: String,
    /// The variant that the others are compared with.
    pub baseline: String,
    /// How they were called for the clock.
    pub mode: Mode,
    /// The variants that were timed.
    pub timed: Vec<String>,
    /// The variants that were not, each with the reason.
    pub untimed: Vec<Untimed>,
    /// Whether the variants agree.
    pub agreement: Agreement,
    /// The times.
    pub cells: Vec<Cell>,
    /// The result in words.
    pub verdict: Vec<String>,
}

/// A variant that was not timed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Untimed {
    /// Its name.
    pub variant: String,
    /// Why not.
    pub why: String,
}

impl Untimed {
    pub(crate) fn because_of(finding: &Finding) -> Untimed {
        let why = format!("{} at {}", finding.what, finding.input);
        Untimed { variant: finding.variant.clone(), why }
    }
}

/// What the gate tried and found.
#[derive(Debug, Default, Serialize)]
pub struct Agreement {
    /// Whether nothing was found.
    pub agreed: bool,
    /// How close outputs must be.
    pub within: String,
    /// How many inputs every variant was called on.
    pub inputs: usize,
    /// How many of these have a size drawn at random.
    pub drawn: usize,
    /// The probability with which those meet a fault at a tenth of the sizes, by their logarithm.
    pub detection: f64,
    /// Inputs left out because time was short.
    pub left_out: usize,
    /// Inputs that could not be made, each with the reason.
    pub refused: Vec<Refused>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// How many values the outputs had together.
    pub values: usize,
    /// How close each variant was to the one that the others are held to.
    pub closeness: Vec<Closeness>,
}

/// How close a variant's outputs were.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Closeness {
    /// The variant.
    pub variant: String,
    /// Whether all of them had the same bits.
    pub same_bits: bool,
    /// The largest relative difference.
    pub largest: f64,
    /// The first input that showed it; empty with the same bits.
    pub input: String,
}

/// An input that could not be made.
#[derive(Debug, Clone, Serialize)]
pub struct Refused {
    /// Which.
    pub input: String,
    /// Whether it was to be timed.
    pub listed: bool,
    /// Why.
    pub why: String,
}

/// Something against a variant: on the first input where it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The variant.
    pub variant: String,
    /// The input: size, parameters and seed.
    pub input: String,
    /// What is wrong.
    pub what: String,
    /// On how many inputs there was something against it.
    pub inputs: usize,
}

/// One size, with one setting of the parameters.
#[derive(Debug, Serialize)]
pub struct Cell {
    /// The parameters: `alpha = 2.5`.
    pub setting: String,
    /// The size.
    pub n: usize,
    /// A number for the contents of the input, in hexadecimal, if its type has one.
    pub input: Option<String>,
    /// Bytes that a call reads and writes, as declared.
    pub bytes: Option<u64>,
    /// Operations of a call, as declared.
    pub flops: Option<u64>,
    /// Prepared copies that were alive at a time, where a variant changes its input.
    pub copies: Option<usize>,
    /// How much the baseline differs from itself: 0.001 is 0.1 %. The largest over the starts.
    pub noise: Option<f64>,
    /// The variants.
    pub rows: Vec<Row>,
    /// Seconds of an empty call, for each kind of call.
    pub empty: Vec<EmptyCall>,
    /// Every sample: the columns of each start.
    pub samples: Vec<Vec<Column>>,
}

/// An empty call.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EmptyCall {
    /// The name of its row.
    pub name: String,
    /// The median.
    pub median_seconds: f64,
}

/// One variant in one cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub variant: String,
    /// Seconds per call in the middle round of all starts.
    pub median_seconds: f64,
    /// 10^9 bytes per second.
    pub gb_per_second: Option<f64>,
    /// 10^9 operations per second.
    pub gflops: Option<f64>,
    /// Which part of the time an empty call takes.
    pub empty_share: Option<f64>,
    /// How many times as fast as the baseline.
    pub ratio: Option<Ratio>,
    /// What a call allocates, with `--allocs`.
    pub allocations: Option<Allocations>,
}
