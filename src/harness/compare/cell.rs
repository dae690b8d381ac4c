//! One kernel at one size: what is timed there, and the rows that come of it.

use super::CompareOptions;
use crate::exec::{Control, Executor, Threads};
use crate::harness::gate::{Finding, GateReport};
use crate::harness::measure::{Effort, Rounds, measure_undisturbed};
use crate::harness::model::{Agreement, Floor, Ratio, Row, Untimed};
use crate::kernel::{Case, Choice, Entry, Request, Role, VariantInfo};
use crate::level::Isa;
use crate::{Error, Fault, Level};
use std::time::Duration;

/// What all cells share: the levels, and a pool for each number of threads.
pub(super) struct Setup {
    /// Names; none are all.
    wanted: Vec<String>,
    baseline: Option<String>,
    seed: u64,
    levels: Vec<Level>,
    lowest: Level,
    pools: Vec<(usize, Threads)>,
}

impl Setup {
    pub(super) fn new(options: &CompareOptions) -> Result<Setup, Error> {
        let mut levels = options.levels.clone();
        levels.sort_by_key(|level| level.isa());
        levels.dedup();
        let pool = |count| Ok((count, Threads::new(count)?));
        Ok(Setup {
            wanted: options.variants.clone(),
            baseline: options.baseline.clone(),
            seed: options.seed,
            levels,
            lowest: Level::available()[0],
            pools: options.many_threads().into_iter().map(pool).collect::<Result<_, Error>>()?,
        })
    }

    /// The row that the others of the kernel are compared with.
    pub(super) fn baseline(&self, entry: &Entry) -> VariantInfo {
        let named = self.baseline.as_ref().and_then(|name| entry.variant(name).ok());
        named.or_else(|| entry.variants().next()).expect("a kernel has at least one variant")
    }

    /// The variants of a kernel that are timed: those that are asked for, the baseline and its twins.
    pub(super) fn variants(&self, entry: &Entry) -> Vec<VariantInfo> {
        let baseline = self.baseline(entry).name;
        let wanted = |variant: &VariantInfo| {
            self.wanted.is_empty()
                || self.wanted.iter().any(|name| name == variant.name)
                || variant.name == baseline
                || variant.role == Role::TwinOf(baseline)
        };
        entry.variants().filter(wanted).collect()
    }

    /// Every level that something is timed at.
    pub(super) fn levels(&self) -> Vec<Level> {
        let mut levels = vec![self.lowest];
        levels.extend(self.levels.iter().copied().filter(|level| *level != self.lowest));
        levels
    }

    /// Every number of threads that something is timed on.
    pub(super) fn thread_counts(&self) -> Vec<usize> {
        std::iter::once(1).chain(self.pools.iter().map(|(count, _)| *count)).collect()
    }

    fn pool(&self, threads: usize) -> Option<&Threads> {
        self.pools.iter().find(|(count, _)| *count == threads).map(|(_, pool)| pool)
    }
}

/// One thing that is timed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Timed {
    choice: Choice,
    threads: usize,
    /// The name of the same machine code, when there is another that is timed.
    twin_of: Option<&'static str>,
    /// The baseline once more: the twin of a kernel that has none.
    again: bool,
}

impl Timed {
    fn is(&self, variant: &str, isa: Isa) -> bool {
        let choice = self.choice;
        choice.variant == variant && choice.level.isa() == isa && self.threads == 1 && !self.again
    }
}

/// A kernel at a size.
pub(super) struct Cell<'e> {
    entry: &'e Entry,
    pub(super) n: u64,
    baseline: &'static str,
    timed: Vec<Timed>,
    lowest: Isa,
}

/// What a cell gave.
pub(super) struct CellResult {
    pub(super) rows: Vec<Row>,
    pub(super) floors: Vec<Floor>,
    pub(super) untimed: Vec<Untimed>,
}

impl<'e> Cell<'e> {
    /// The cells of a kernel, small to large.
    pub(super) fn all(entry: &'e Entry, options: &CompareOptions, setup: &Setup) -> Vec<Cell<'e>> {
        let mut sizes = options.sizes.clone().unwrap_or_else(|| entry.sweep.to_vec());
        sizes.sort_unstable();
        sizes.dedup();
        let largest = sizes.last().copied();
        let cell = |n| {
            let (timed, lowest) = (timed(setup, entry, Some(n) == largest), setup.lowest.isa());
            Cell { entry, n, baseline: setup.baseline(entry).name, timed, lowest }
        };
        sizes.into_iter().map(cell).collect()
    }

    pub(super) fn name(&self) -> &'static str {
        self.entry.name
    }

    /// How many intervals the cell will show.
    pub(super) fn comparisons(&self) -> usize {
        let bases = |timed: &Timed| self.bases(*timed).iter().flatten().count();
        self.timed.iter().map(bases).sum()
    }

    /// What is compared with what: with the baseline at its level, with the baseline at the lowest level,
    /// with itself on one thread.
    fn bases(&self, timed: Timed) -> [Option<(&'static str, Isa)>; 3] {
        if timed.again {
            return [None; 3];
        }
        let (variant, isa) = (timed.choice.variant, timed.choice.level.isa());
        let alone = timed.threads == 1;
        [
            (alone && variant != self.baseline).then_some((self.baseline, isa)),
            (!timed.is(self.baseline, self.lowest)).then_some((self.baseline, self.lowest)),
            (!alone).then_some((variant, isa)),
        ]
    }

    /// What the gate lets through, and the reasons against the others.
    fn trusted(&self, agreement: &Agreement) -> (Vec<Timed>, Vec<Untimed>) {
        let report = agreement.reports.iter().find(|report| report.kernel == self.entry.name);
        let (mut trusted, mut untimed) = (Vec::new(), Vec::new());
        for &timed in &self.timed {
            match report.and_then(|report| objection(report, timed.choice)) {
                None => trusted.push(timed),
                Some(why) => untimed.push(Untimed::new(timed.choice, why)),
            }
        }
        (trusted, untimed)
    }

    /// Times the variants. One that fails is left out, and the others start again.
    pub(super) fn time(
        &self,
        effort: &Effort,
        alpha: f64,
        agreement: &Agreement,
        setup: &Setup,
    ) -> Result<CellResult, Error> {
        let n = i64::try_from(self.n)
            .map_err(|_| Error::argument("n", self.n, format!("must be at most {}", i64::MAX)))?;
        let request = Request { n: Some(n), seed: setup.seed, given: Vec::new() };
        let mut case = self.entry.case(&request)?;
        let (mut timed, mut untimed) = self.trusted(agreement);
        while !timed.is_empty() {
            let run = |v: usize, calls| {
                time(case.as_mut(), timed[v], calls, setup).map_err(|why| (v, why))
            };
            match measure_undisturbed(timed.len(), effort, run) {
                Ok(rounds) => {
                    let timings = Timings { cell: self, case: case.as_ref(), timed, rounds, alpha };
                    return Ok(timings.result(untimed));
                }
                Err((v, why)) => {
                    untimed.push(Untimed::new(timed.remove(v).choice, why.to_string()));
                }
            }
        }
        Ok(CellResult { rows: Vec::new(), floors: Vec::new(), untimed })
    }
}

/// Why the gate does not let a variant be timed, if it does not.
fn objection(report: &GateReport, choice: Choice) -> Option<String> {
    if report.trusts(choice) {
        return None;
    }
    let against = |f: &&Finding| f.target.is_none_or(|target| target == choice.into());
    let finding = report.findings.iter().find(against);
    Some(finding.map_or("the gate tried nothing".to_owned(), Finding::to_string))
}

/// Everything that is timed at one size. The baseline at the lowest level comes first.
fn timed(setup: &Setup, entry: &Entry, largest: bool) -> Vec<Timed> {
    let (variants, baseline) = (setup.variants(entry), setup.baseline(entry).name);
    let is_timed = |name: &str| variants.iter().any(|variant| variant.name == name);
    let at = |variant: &VariantInfo, level, threads| {
        let twin_of = match variant.role {
            Role::TwinOf(name) if is_timed(name) => Some(name),
            _ => None,
        };
        Timed { choice: Choice { variant: variant.name, level }, threads, twin_of, again: false }
    };
    let mut timed = vec![at(&setup.baseline(entry), setup.lowest, 1)];
    let mut add = |new: Timed| {
        if !timed.contains(&new) {
            timed.push(new);
        }
    };
    let has_twin = variants.iter().any(|variant| variant.role == Role::TwinOf(baseline));
    for &level in &setup.levels {
        variants.iter().for_each(|variant| add(at(variant, level, 1)));
        if !has_twin {
            let choice = Choice { variant: baseline, level };
            add(Timed { choice, threads: 1, twin_of: Some(baseline), again: true });
        }
    }
    if let Some(&level) = setup.levels.last().filter(|_| largest) {
        for &(threads, _) in &setup.pools {
            variants.iter().for_each(|variant| add(at(variant, level, threads)));
        }
    }
    timed
}

fn time(case: &mut dyn Case, timed: Timed, calls: u64, setup: &Setup) -> Result<Duration, Fault> {
    match setup.pool(timed.threads) {
        None => Ok(case.time(timed.choice, calls)?),
        Some(pool) => case.time_on(timed.choice, calls, &mut |tasks| {
            pool.run(tasks, &Control::default()).map(drop)
        }),
    }
}

/// The rounds of a cell, about to become rows.
struct Timings<'c> {
    cell: &'c Cell<'c>,
    case: &'c dyn Case,
    timed: Vec<Timed>,
    rounds: Rounds,
    alpha: f64,
}

impl Timings<'_> {
    fn result(&self, untimed: Vec<Untimed>) -> CellResult {
        let all = || self.timed.iter().enumerate();
        let rows = all().filter(|(_, timed)| !timed.again).map(|(v, _)| self.row(v)).collect();
        let floors = all().filter_map(|(v, timed)| self.floor(v, timed)).collect();
        CellResult { rows, floors, untimed }
    }

    fn floor(&self, v: usize, timed: &Timed) -> Option<Floor> {
        let (isa, of) = (timed.choice.level.isa(), timed.twin_of?);
        let other = self.find(of, isa).filter(|_| timed.threads == 1)?;
        let found = self.rounds.speed_up(v, other, self.alpha);
        Some(Floor {
            n: self.cell.n,
            level: isa.name(),
            of,
            twin: (!timed.again).then_some(timed.choice.variant),
            ratio: found.ratio,
            interval: found.interval,
        })
    }

    fn row(&self, v: usize) -> Row {
        let Timed { choice, threads, twin_of, .. } = self.timed[v];
        let cost = self.case.cost();
        let [to_baseline, to_lowest, thread_speed_up] =
            self.cell.bases(self.timed[v]).map(|base| self.ratio(v, base?));
        let mut row = Row {
            variant: choice.variant,
            level: choice.level.name(),
            lowest: self.timed[v].is(self.cell.baseline, self.cell.lowest),
            twin_of,
            threads,
            n: self.cell.n,
            footprint: self.case.footprint() as u64,
            read: cost.read,
            written: cost.written,
            flops: cost.flops,
            elements: cost.elements,
            calls: self.rounds.calls[v],
            rounds: self.rounds.len(),
            dropped: self.rounds.dropped[v],
            best_seconds: self.rounds.best(v),
            median_seconds: self.rounds.median(v),
            ns_per_element: None,
            elements_per_ns: None,
            gb_per_second: None,
            gflops: None,
            roofline: None,
            to_baseline,
            to_lowest,
            thread_speed_up,
            note: self.note(threads),
        };
        row.rates();
        row
    }

    fn ratio(&self, v: usize, (variant, isa): (&str, Isa)) -> Option<Ratio> {
        let found = self.rounds.speed_up(v, self.find(variant, isa)?, self.alpha);
        Some(Ratio::new(found.ratio, found.interval))
    }

    /// The variant at the level on one thread.
    fn find(&self, variant: &str, isa: Isa) -> Option<usize> {
        self.timed.iter().position(|timed| timed.is(variant, isa))
    }

    fn note(&self, threads: usize) -> Option<String> {
        let chunks = self.case.chunks();
        if chunks < threads {
            return Some(format!("{chunks} chunk(s) for {threads} threads"));
        }
        let least = crate::harness::measure::rounds_needed(self.alpha);
        (self.rounds.len() < least).then(|| "too slow for an interval in this budget".to_owned())
    }
}
