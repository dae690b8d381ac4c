//! The comparison: every kernel, variant and size in one run, beside the limits of the machine. The times come from
//! several starts of the program, as those of `abreast-compare` do.

mod cell;
mod kernel;
mod options;
mod team;
pub(super) mod times;

pub use options::CompareOptions;

use super::env::{self, Environment};
use super::gate::{self, GateOptions, GateReport};
use super::isolated;
use super::model::{self, Agreement, Comparison, KernelRows, Noise, Ratio, SCHEMA};
use super::roofline::{Roofline, arithmetic_name, roofline};
use super::verdict;
use crate::exec::{Control, Executor, Threads};
use crate::kernel::{Class, Entry, Role, VariantInfo};
use crate::{Error, Fault, Level, Tasks};
use abreast_compare::isolate::Start;
use abreast_compare::layouts::{Layouts, left_out};
use abreast_compare::prices::{Row, prices};
use abreast_compare::ratio::{Standing, typical};
use abreast_compare::starts::OneStart;
use abreast_compare::summary::is_possible;
use cell::{Cell, Setup};
use kernel::Timing;
pub(super) use kernel::finding;
use options::warnings;
use std::time::{Duration, Instant};
use times::{CellTimes, Job};

/// How far a comparison has come, told between measurements, never during one.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'p> {
    /// Steps done.
    pub done: usize,
    /// Steps in all.
    pub of: usize,
    /// What comes next: `dot, n = 1024`.
    pub next: &'p str,
}

/// Compares the variants of `entries`: the gate first, then the roofline, then paired rounds.
///
/// # Errors
/// [`Error::Unoptimised`] for a build whose times would mean nothing, and those of
/// [`CompareOptions::check`].
pub fn compare(
    entries: &[&Entry],
    options: &CompareOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Comparison, Error> {
    refuse_unoptimised(cfg!(debug_assertions), env!("ABREAST_OPT_LEVEL"))?;
    compare_with(&Thorough { limit: options.timeout }, entries, options, progress)
}

pub(super) fn refuse_unoptimised(debug_assertions: bool, opt_level: &str) -> Result<(), Error> {
    if !matches!(opt_level, "2" | "3") {
        return Err(Error::Unoptimised { why: "no optimisation for speed" });
    }
    if debug_assertions {
        return Err(Error::Unoptimised { why: "debug assertions" });
    }
    Ok(())
}

/// Whom to ask. It takes seconds and processes, so tests bring their own.
trait Means {
    fn gate(&self, entry: &Entry, options: &GateOptions, tell: GateProgress<'_>) -> GateReport;
    fn roofline(&self, levels: &[Level], threads: &[usize]) -> Result<Roofline, Error>;
    fn start(
        &self,
        entry: &Entry,
        job: &Job,
        start: &Start<'_>,
        begins: &mut dyn FnMut(&str),
    ) -> OneStart<CellTimes> {
        times::one_start(entry, job, start, begins)
    }
    fn link(&self, count: u64, seed: u64) -> Result<Layouts, String> {
        match isolated::can_isolate() {
            true => Layouts::link(count, seed),
            false => {
                Err("this program cannot start itself: its main does not begin with worker_main"
                    .to_owned())
            }
        }
    }
}

type GateProgress<'p> = &'p mut dyn FnMut(gate::Progress<'_>);

/// The real gate, in processes of its own where there are any, and the real roofline.
struct Thorough {
    limit: Duration,
}

impl Means for Thorough {
    fn gate(&self, entry: &Entry, options: &GateOptions, tell: GateProgress<'_>) -> GateReport {
        isolated::gate(entry, options, self.limit, tell)
    }
    fn roofline(&self, levels: &[Level], threads: &[usize]) -> Result<Roofline, Error> {
        roofline(levels, threads)
    }
}

fn compare_with(
    means: &dyn Means,
    entries: &[&Entry],
    options: &CompareOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Comparison, Error> {
    let began = Instant::now();
    let created = env::now();
    let environment = Environment::here(options.seed);
    let mut warnings = warnings(options, &environment);
    options.check(entries)?;
    let setup = Setup::new(options);
    let cells: Vec<Vec<Cell>> =
        entries.iter().map(|entry| Cell::all(entry, options, &setup)).collect();
    let count: usize = cells.iter().map(Vec::len).sum();
    let comparisons: usize = cells.iter().flatten().map(Cell::comparisons).sum();
    let layouts = layouts(means, options, &mut warnings, progress);
    let timing = Timing::new(means, options, &layouts, count, ALPHA / comparisons.max(1) as f64);
    let of = entries.len() + count * timing.starts as usize + 2;

    let mut agreement = agreement(means, entries, options, &setup, &mut |done, next| {
        progress(Progress { done, of, next });
    });
    let mut done = entries.len();
    progress(Progress { done, of, next: "the machine's limits" });
    let mut limits = means.roofline(&setup.levels(), &setup.thread_counts())?;
    let chunk_overhead_ns = chunk_overhead()?;

    let mut kernels: Vec<KernelRows> = entries.iter().map(|entry| table(entry, &setup)).collect();
    let reports = agreement.reports.iter_mut();
    for (((entry, cells), table), report) in
        entries.iter().zip(&cells).zip(&mut kernels).zip(reports)
    {
        let mut begins = |input: &str| {
            // When somebody fails, the starts begin again.
            done = (done + 1).min(of - 2);
            progress(Progress { done, of, next: &format!("{}, {input}", entry.name) });
        };
        warnings.extend(timing.kernel(entry, cells, report, table, &mut begins));
    }
    agreement.agreed = agreement.reports.iter().all(GateReport::passed);
    progress(Progress { done: of - 1, of, next: "the machine's limits again" });
    limits.raise(means.roofline(&setup.levels(), &setup.thread_counts())?);
    progress(Progress { done: of, of, next: "" });

    for (entry, table) in entries.iter().zip(&mut kernels) {
        let (arithmetic, fused) = (entry.arithmetic(), matches!(entry.class, Class::Fused(_)));
        table.rows.iter_mut().for_each(|row| row.roofline = limits.share(arithmetic, fused, row));
    }
    let noise = judge(&mut kernels, comparisons, layouts.count());
    kernels.iter_mut().for_each(|table| table.verdict = verdict::kernel(table));
    let mut comparison = Comparison {
        schema: SCHEMA,
        created,
        seconds: began.elapsed().as_secs_f64(),
        starts: timing.starts,
        layouts: layouts.count(),
        environment,
        agreement,
        noise,
        roofline: limits,
        chunk_overhead_ns,
        kernels,
        verdict: Vec::new(),
        warnings,
    };
    comparison.verdict = verdict::overall(&comparison);
    Ok(comparison)
}

/// The programs that are started: this one, or the same one linked again. That it cannot be is a warning.
fn layouts(
    means: &dyn Means,
    options: &CompareOptions,
    warnings: &mut Vec<String>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Layouts {
    let count = options.layouts;
    if count < 2 {
        return Layouts::default();
    }
    progress(Progress { done: 0, of: 1, next: &format!("linking {count} times") });
    let layouts = means.link(count, options.seed).unwrap_or_else(|why| {
        warnings.push(left_out(count, &why));
        Layouts::default()
    });
    warnings.extend(layouts.note().map(str::to_owned));
    layouts
}

/// Sends every kernel through the gate, with the variants and levels that will be timed.
fn agreement(
    means: &dyn Means,
    entries: &[&Entry],
    options: &CompareOptions,
    setup: &Setup,
    progress: &mut dyn FnMut(usize, &str),
) -> Agreement {
    let began = Instant::now();
    let gate = |(done, entry): (usize, &&Entry)| {
        let gate_options = GateOptions {
            variants: setup.variants(entry).iter().map(|variant| variant.name.to_owned()).collect(),
            levels: setup.levels(),
            seed: options.seed,
            quick: options.quick,
        };
        let mut tell = |step: gate::Progress<'_>| {
            progress(done, &format!("the gate: {}, {}", step.kernel, step.now));
        };
        means.gate(entry, &gate_options, &mut tell)
    };
    let reports: Vec<GateReport> = entries.iter().enumerate().map(gate).collect();
    Agreement {
        agreed: reports.iter().all(GateReport::passed),
        seconds: began.elapsed().as_secs_f64(),
        reports,
    }
}

/// The probability that any interval of the run misses the truth.
const ALPHA: f64 = 0.05;

fn table(entry: &Entry, setup: &Setup) -> KernelRows {
    let is_twin = |variant: &VariantInfo| matches!(variant.role, Role::TwinOf(_));
    let variants = setup.variants(entry).into_iter().filter(|variant| !is_twin(variant));
    KernelRows {
        kernel: entry.name,
        family: entry.family,
        formula: entry.formula,
        unit: entry.unit,
        arithmetic: arithmetic_name(entry.arithmetic()),
        baseline: setup.baseline(entry).name,
        default: entry.default_variant().name,
        variants: variants.map(|variant| variant.name).collect(),
        lowest_level: setup.levels()[0].name(),
        rows: Vec::new(),
        untimed: Vec::new(),
        floors: Vec::new(),
        verdict: Vec::new(),
    }
}

/// Finds the noise floor of the run and says which ratios stand out of it.
fn judge(kernels: &mut [KernelRows], comparisons: usize, layouts: u64) -> Noise {
    let floors = || kernels.iter().flat_map(|table| &table.floors);
    let differences = || floors().map(|floor| floor.difference());
    let alarm = |(low, high): (f64, f64)| low > 1.0 || high < 1.0;
    let noise = Noise {
        pairs: floors().count(),
        typical: typical(differences()),
        worst: differences().fold(0.0, f64::max),
        false_alarms: floors().filter(|floor| floor.interval.is_some_and(alarm)).count(),
        alpha: ALPHA,
        comparisons,
    };
    let cores = env::Cores::here().allowed;
    for table in kernels {
        let is_possible = |row: &&model::Row| {
            is_possible(row.gb_per_second, row.gflops, cores) && !row.is_beyond_roofline()
        };
        let impossible = table.rows.iter().filter(|row| !is_possible(row));
        let impossible: Vec<(u64, &str)> = impossible.map(|row| (row.n, row.variant)).collect();
        for row in &mut table.rows {
            let either = [row.variant, table.baseline].map(|variant| (row.n, variant));
            if either.iter().any(|one| impossible.contains(one)) {
                ratios(row).for_each(|ratio| ratio.standing = Standing::Impossible);
                continue;
            }
            let here = |f: &&model::Floor| f.n == row.n && f.level == row.level;
            let own = table.floors.iter().find(here).map_or(0.0, |floor| floor.difference());
            let seconds = row.median_seconds;
            // The shorter of the two calls.
            let judge = |r: &mut Ratio| {
                r.judge(own.max(noise.typical), seconds * r.value.min(1.0), layouts);
            };
            ratios(row).for_each(judge);
        }
    }
    noise
}

fn ratios(row: &mut model::Row) -> impl Iterator<Item = &mut Ratio> {
    [&mut row.to_baseline, &mut row.to_lowest, &mut row.thread_speed_up].into_iter().flatten()
}

/// Nanoseconds per chunk when two threads run chunks that do nothing, through `dyn Executor`.
fn chunk_overhead() -> Result<f64, Error> {
    struct Nothing(usize);
    impl Tasks for Nothing {
        fn len(&self) -> usize {
            self.0
        }
        fn run(&self, _: usize) -> Result<(), Fault> {
            Ok(())
        }
    }
    let threads = Threads::new(2)?;
    let executor: &dyn Executor = &threads;
    let run = |chunks| {
        let report = executor.run(&Nothing(chunks as usize), &Control::default());
        report.map_or(Duration::ZERO, |report| report.wall)
    };
    // The middle one: in the best one the second thread may have come too late to disturb.
    let chunks = prices(&[Row { run: &run, base: 0 }], 9, Duration::from_millis(4), || ());
    Ok(chunks.rows[0].ns)
}

#[cfg(test)]
mod tests;
