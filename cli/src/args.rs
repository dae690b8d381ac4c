//! The command line.

use crate::ab::{AbArgs, ShowArgs};
use crate::fractal::FractalArgs;
use crate::history::HistoryArgs;
#[cfg(unix)]
use crate::memory::MemoryArgs;
use crate::merge::MergeArgs;
use crate::noise::NoiseArgs;
use crate::number;
use crate::patterns::copy::PatternsAction;
use crate::roofline::RooflineArgs;
use crate::scale::ScaleArgs;
use crate::shard::ShardArgs;
#[cfg(unix)]
use crate::try_::TryArgs;
use abreast::exec::Executor;
use abreast::kernel::{Entry, Request};
use abreast::{Error, Isa, Level, executors};
use abreast_compare::paint::Color;
use clap::{Arg, ArgMatches, Args, ColorChoice, Command, CommandFactory, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// One numeric kernel in five variants - C declared by bindgen, the same C declared by hand, C++
/// through cxx, Rust, Rust SIMD - proved to agree and measured side by side.
///
/// Without a command: a quick comparison of every kernel, with a report in abreast-report.html.
/// Numbers may be written 1000000, 1e6, 1_000_000, 2^20 or 2^64-1. A FILE may be - for standard
/// output; what else there is to say then goes to standard error.
///
/// Exit codes: 0 everything agrees, 1 a variant disagrees, 2 bad input or no way to write the output, 3 slower
/// than --fail-if allows.
#[derive(Parser)]
#[command(name = "abreast", version, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<What>,
    /// The report of the quick comparison
    #[arg(long, value_name = "FILE", default_value = "abreast-report.html")]
    pub html: PathBuf,
    /// The quick comparison as one JSON object on stdout, instead of a table
    #[arg(long)]
    pub json: bool,
    /// Overwrite a report that abreast did not write
    #[arg(long)]
    pub force: bool,
    /// Colours: auto is on a terminal that has them, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
}

#[derive(Subcommand)]
pub enum What {
    /// Kernels x variants x levels x executors, and why something is missing here
    List {
        /// One JSON object instead of tables
        #[arg(long)]
        json: bool,
    },
    /// The agreement gate, and the same-bits table over all executors
    Check(CheckArgs),
    /// The gate, then the five variants measured side by side
    Compare(CompareArgs),
    /// The machine code of the variants side by side: the hot loop, and instructions per element, counted
    Asm(AsmArgs),
    /// One kernel once, with its own arguments: value, hash of the output bytes, seconds
    Run(Box<RunArgs>),
    /// The result of a run whose shards lie in files: `run --shard` writes them
    Merge(MergeArgs),
    /// A picture of the Mandelbrot set or of a Julia set
    Fractal(FractalArgs),
    /// Functions in files - C, C++, Rust, objects, libraries - compiled, agreed and compared: no project needed
    #[cfg(unix)]
    Try(Box<TryArgs>),
    /// Worker processes killed and stopped at random: nothing is lost, nothing is left
    #[cfg(target_os = "linux")]
    Chaos(ChaosArgs),
    /// How small a task may be: efficiency against task size, for each executor
    Metg(MetgArgs),
    /// What a core can load, write and compute, and how near kernels come to it
    Roofline(RooflineArgs),
    /// How a kernel scales: more threads on one problem, and with a problem each
    Scale(ScaleArgs),
    /// What memory a call needs beyond its operands, by variant and executor
    #[cfg(unix)]
    Memory(MemoryArgs),
    /// What each way across the language border costs
    Overhead {
        /// One JSON object instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Two builds of one benchmark, started in turns: what became slower or faster
    Ab(AbArgs),
    /// Runs that --save has kept, alone or side by side
    Show(ShowArgs),
    /// Runs that --save has kept, over time: between which of them something changed
    History(HistoryArgs),
    /// What can be told apart here and now: false alarms, and how much slower is seen
    Noise(NoiseArgs),
    /// The gallery of binding patterns, each with its price on this machine
    Patterns(PatternsArgs),
    /// What is installed here, what is missing, and what follows
    Doctor {
        /// One JSON object instead of a table
        #[arg(long)]
        json: bool,
    },
}

/// What `--color` asks for.
pub fn color(choice: ColorChoice) -> Color {
    match choice {
        ColorChoice::Auto => Color::Auto,
        ColorChoice::Always => Color::Always,
        ColorChoice::Never => Color::Never,
    }
}

/// Which patterns.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub struct PatternsArgs {
    #[command(subcommand)]
    pub action: Option<PatternsAction>,
    /// Patterns, by name or number (default: all)
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// Names the pages for a declaration of C or C++, as it stands in a header
    #[arg(long = "for", value_name = "DECLARATION", conflicts_with = "patterns")]
    pub declaration: Option<String>,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

/// Which kernels.
#[derive(Args)]
pub struct Kernels {
    /// Kernels, by name or family (default: all)
    #[arg(value_name = "KERNEL")]
    pub kernels: Vec<String>,
}

/// Which kernels and variants.
#[derive(Args)]
pub struct Which {
    #[command(flatten)]
    kernels: Kernels,
    /// Variants, separated by commas: see `abreast list` (default: all)
    #[arg(long, value_delimiter = ',', value_name = "VARIANT")]
    pub variant: Vec<String>,
}

/// How long a variant may take in the gate.
#[derive(Args)]
pub struct Timeout {
    /// Seconds of CPU time that one step of the gate may use: a few calls of one variant on one
    /// problem, or the kernel's oracle. A step that sleeps may do so as long. A busy machine does
    /// not count
    #[arg(long, default_value = "60", value_name = "SECONDS", allow_hyphen_values = true)]
    timeout: String,
}

impl Timeout {
    /// As a duration of at least a second.
    pub fn limit(&self) -> Result<Duration, Error> {
        Ok(Duration::from_secs(number::count("timeout", &self.timeout, 1)?))
    }
}

#[derive(Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub which: Which,
    /// Only levels up to this one: v1, v3, v4, neon (default: all this CPU has)
    #[arg(long, value_name = "LEVEL")]
    pub isa: Option<String>,
    /// Executors of the same-bits table (default: serial, threads:1, 2, 3, 8, 64, async:2, graph:2,
    /// procs:1, 2, 4)
    #[arg(long, value_delimiter = ',', value_name = "EXECUTOR")]
    pub exec: Vec<String>,
    /// Fewer sizes and repetitions
    #[arg(long)]
    pub quick: bool,
    /// The seed of random operands
    #[arg(long, default_value = "42", value_name = "N", allow_hyphen_values = true)]
    pub seed: String,
    #[command(flatten)]
    pub timeout: Timeout,
    /// One JSON object instead of tables
    #[arg(long)]
    pub json: bool,
}

#[cfg(target_os = "linux")]
#[derive(Args)]
pub struct ChaosArgs {
    #[command(flatten)]
    pub which: Kernels,
    /// About how long
    #[arg(long, default_value = "10", value_name = "N", allow_hyphen_values = true)]
    pub seconds: String,
    /// Worker processes
    #[arg(long, default_value = "2", value_name = "N", allow_hyphen_values = true)]
    pub workers: String,
    /// The seed of the operands and of who is hit
    #[arg(long, default_value = "42", value_name = "N", allow_hyphen_values = true)]
    pub seed: String,
    /// Be the program that another of this name starts and kills
    #[arg(long, hide = true)]
    pub victim: bool,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct MetgArgs {
    /// Executors, separated by commas (default: threads, graph, async, procs with one lane for each
    /// core, beside rayon alone and Python's pools)
    #[arg(long, value_delimiter = ',', value_name = "EXECUTOR")]
    pub exec: Vec<String>,
    /// Rounds; each executor keeps its best time of each size
    #[arg(long, default_value = "30", value_name = "N", allow_hyphen_values = true)]
    pub rounds: String,
    /// The curves as a picture
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Overwrite a picture that abreast did not write
    #[arg(long)]
    pub force: bool,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct CompareArgs {
    #[command(flatten)]
    pub which: Which,
    /// The variant that the others are compared with (default: the first of each kernel)
    #[arg(long, value_name = "VARIANT")]
    pub baseline: Option<String>,
    /// Levels to measure at, separated by commas (default: the best one, beside the baseline variant at the lowest)
    #[arg(long, value_delimiter = ',', value_name = "LEVEL")]
    pub isa: Vec<String>,
    /// Sizes, as in 1000,2^4..2^20 (default: each kernel's own sweep)
    #[arg(long, value_name = "SIZES", allow_hyphen_values = true)]
    pub sizes: Option<String>,
    /// Thread counts, as in 1,2,4 (default: one, and one per core)
    #[arg(long, value_name = "COUNTS", allow_hyphen_values = true)]
    pub threads: Option<String>,
    /// About a minute for everything
    #[arg(long)]
    pub quick: bool,
    /// Process starts that the times come from
    #[arg(long, default_value = "4", value_name = "N", allow_hyphen_values = true)]
    pub starts: String,
    /// Link the program again N times, with its functions in other orders: what one layout reverses is
    /// called so
    #[arg(long, default_value = "1", value_name = "N", allow_hyphen_values = true)]
    pub layouts: String,
    /// The seed of random operands and of the order of measurements
    #[arg(long, default_value = "42", value_name = "N", allow_hyphen_values = true)]
    pub seed: String,
    #[command(flatten)]
    pub timeout: Timeout,
    /// JSON on stdout, or into a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub json: Option<PathBuf>,
    /// A table for spreadsheets
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// A table for READMEs
    #[arg(long, value_name = "FILE")]
    pub md: Option<PathBuf>,
    /// The report: one self-contained page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Overwrite files that abreast did not write
    #[arg(long)]
    pub force: bool,
}

#[derive(Args)]
pub struct AsmArgs {
    /// The kernel: see `abreast list`
    pub kernel: String,
    /// Variants, separated by commas: see `abreast list` (default: all)
    #[arg(long, value_delimiter = ',', value_name = "VARIANT")]
    pub variant: Vec<String>,
    /// v1, v3 or v4 (default: the best one, or ABREAST_ISA)
    #[arg(long, value_name = "LEVEL")]
    pub isa: Option<String>,
    /// The size of one of the two calls that are counted; the other one has twice as much (default: as
    /// suits the kernel)
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub size: Option<String>,
    /// Instructions that are executed at most for one variant, one by one: some 25 microseconds each
    #[arg(long, default_value = "2e6", value_name = "N", allow_hyphen_values = true)]
    pub limit: String,
    /// The loops of two variants line by line
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with = "variant")]
    pub diff: Vec<String>,
    /// All that one call executes, and not the loop alone
    #[arg(long)]
    pub full: bool,
    /// Be the process that is traced
    #[arg(long, hide = true)]
    pub traced: bool,
    /// One JSON object instead of a table and code
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct RunArgs {
    /// The kernel: see `abreast list`
    pub kernel: String,
    /// The size, in the kernel's own sense
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub n: Option<String>,
    /// The seed of random operands
    #[arg(long, default_value = "42", value_name = "N", allow_hyphen_values = true)]
    pub seed: String,
    /// Files of operands instead, one for each in their order, which say how large the problem is: numbers in this
    /// machine's form and nothing else. They may be larger than memory; a shard reads its own part of them
    #[arg(
        long,
        value_name = "FILE,..",
        value_delimiter = ',',
        conflicts_with_all = ["n", "seed", "profile"]
    )]
    pub source: Vec<PathBuf>,
    /// The variant: see `abreast list` (default: the kernel's own)
    #[arg(long, value_name = "VARIANT")]
    pub variant: Option<String>,
    /// v1, v3, v4 or neon (default: the best one, or ABREAST_ISA)
    #[arg(long, value_name = "LEVEL")]
    pub isa: Option<String>,
    /// serial, or threads, async, graph, procs or sim, also with a count as in threads:2;
    /// locked:EXECUTOR
    #[arg(long, default_value = "serial", value_name = "EXECUTOR")]
    pub exec: String,
    /// Indices or rows per chunk (default: the kernel's own plan)
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub chunk: Option<String>,
    /// What ran where, and when, as a Chrome trace: open it in ui.perfetto.dev
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// The same as a Gantt chart, in SVG
    #[arg(long, value_name = "FILE")]
    pub gantt: Option<PathBuf>,
    /// Where the CPU time goes, as a flame graph in SVG: the run is repeated while samples are taken
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// CPU time that --profile takes samples of
    #[arg(
        long = "for",
        default_value = "1",
        value_name = "SECONDS",
        requires = "profile",
        allow_hyphen_values = true
    )]
    pub lasts: String,
    #[command(flatten)]
    pub shard: ShardArgs,
    /// Overwrite files that abreast did not write
    #[arg(long)]
    pub force: bool,
    /// One JSON object instead of lines
    #[arg(long)]
    pub json: bool,
}

/// The command with the arguments of the registry's kernels added to `run`.
pub fn command(registry: &[Entry]) -> Command {
    let mut args: Vec<Arg> = Vec::new();
    for entry in registry {
        for param in entry.params {
            if args.iter().all(|arg| arg.get_id() != param.name) {
                args.push(
                    Arg::new(param.name)
                        .long(param.name)
                        .value_name(param.form)
                        .help(format!("{} ({})", param.help, entry.name))
                        .allow_hyphen_values(true),
                );
            }
        }
    }
    Cli::command().mut_subcommand("run", |run| run.args(args))
}

impl RunArgs {
    /// The problem asked for. `given` are the matches of the `run` subcommand.
    pub fn request(
        &self,
        entry: &Entry,
        registry: &[Entry],
        given: &ArgMatches,
    ) -> Result<Request, Error> {
        let n = self.n.as_deref().map(|text| number::whole("n", text)).transpose()?;
        let seed = number::count("seed", &self.seed, 0)?;
        let mut request = Request { n, seed, given: Vec::new() };
        let mut names: Vec<&str> = registry.iter().flat_map(|e| e.params).map(|p| p.name).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            if let Some(text) = given.get_one::<String>(name) {
                let text = plain_number(entry, name, text)?;
                request.given.push((name.to_owned(), text));
            }
        }
        Ok(request)
    }
}

/// A kernel's argument of the form `N` or `WxH` may be written like every other number; the kernel
/// sees it in digits.
fn plain_number(entry: &Entry, name: &str, text: &str) -> Result<String, Error> {
    let form = entry.params.iter().find(|param| param.name == name).map(|param| param.form);
    match form {
        Some("N") => Ok(number::whole(name, text)?.to_string()),
        Some("WxH") => number::size(name, text),
        _ => Ok(text.to_owned()),
    }
}

impl Kernels {
    /// The kernels named, by name or family, in registry order; all when none is named.
    pub fn entries<'r>(&self, registry: &'r [Entry]) -> Result<Vec<&'r Entry>, Error> {
        for name in &self.kernels {
            if !registry.iter().any(|entry| entry.name == name || entry.family == name) {
                Entry::find(registry, name)?;
            }
        }
        let named = |entry: &&Entry| {
            self.kernels.is_empty()
                || self.kernels.iter().any(|name| entry.name == name || entry.family == name)
        };
        Ok(registry.iter().filter(named).collect())
    }
}

impl Which {
    /// As [`Kernels::entries`].
    pub fn entries<'r>(&self, registry: &'r [Entry]) -> Result<Vec<&'r Entry>, Error> {
        self.kernels.entries(registry)
    }

    /// The names of the variants that are asked for, none for all. Each is one that some kernel has.
    pub fn variants(&self, entries: &[&Entry]) -> Result<Vec<String>, Error> {
        let known: Vec<&str> = entries.iter().flat_map(|e| e.variants()).map(|v| v.name).collect();
        match self.variant.iter().find(|name| !known.contains(&&***name)) {
            Some(name) => Err(Error::unknown("variant", name, known)),
            None => Ok(self.variant.clone()),
        }
    }
}

/// The level called `name`, or the chosen one.
pub fn level(name: Option<&str>) -> Result<Level, Error> {
    name.map_or_else(Level::chosen, Level::named)
}

/// Every level of this CPU up to `cap`, or up to what ABREAST_ISA says.
pub fn levels_up_to(cap: Option<&str>) -> Result<Vec<Level>, Error> {
    let cap: Isa = level(cap)?.isa();
    Ok(Level::available().into_iter().filter(|level| level.isa() <= cap).collect())
}

/// The executors named.
pub fn executors(names: &[String]) -> Result<Vec<Box<dyn Executor>>, Error> {
    names.iter().map(|name| executors::parse(name)).collect()
}
