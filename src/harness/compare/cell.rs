//! One kernel at one size: what is timed there, and the rows that come of it.

use super::CompareOptions;
use super::times::{CellTimes, Data, JobCell, Problem, Taken, Turn};
use crate::Level;
use crate::harness::gate::{Finding, GateReport};
use crate::harness::measure::rounds_needed;
use crate::harness::model::{EMPTY_CALL, Floor, Ratio, Row};
use crate::kernel::{Choice, Entry, Role, VariantInfo};
use crate::level::Isa;
use abreast_compare::summary::Starts;

/// What all cells share.
pub(super) struct Setup {
    /// Names; none are all.
    wanted: Vec<String>,
    baseline: Option<String>,
    levels: Vec<Level>,
    lowest: Level,
    /// Numbers of threads above one.
    threads: Vec<usize>,
}

impl Setup {
    pub(super) fn new(options: &CompareOptions) -> Setup {
        let mut levels = options.levels.clone();
        levels.sort_by_key(|level| level.isa());
        levels.dedup();
        Setup {
            wanted: options.variants.clone(),
            baseline: options.baseline.clone(),
            levels,
            lowest: Level::available()[0],
            threads: options.many_threads(),
        }
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
        std::iter::once(1).chain(self.threads.iter().copied()).collect()
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
pub(super) struct Cell {
    pub(super) n: u64,
    baseline: &'static str,
    timed: Vec<Timed>,
    lowest: Isa,
}

/// What a cell gave.
#[derive(Default)]
pub(super) struct CellResult {
    pub(super) rows: Vec<Row>,
    pub(super) floors: Vec<Floor>,
}

impl Cell {
    /// The cells of a kernel, small to large.
    pub(super) fn all(entry: &Entry, options: &CompareOptions, setup: &Setup) -> Vec<Cell> {
        let mut sizes = options.sizes.clone().unwrap_or_else(|| entry.sweep.to_vec());
        sizes.sort_unstable();
        sizes.dedup();
        let largest = sizes.last().copied();
        let cell = |n| {
            let (timed, lowest) = (timed(setup, entry, Some(n) == largest), setup.lowest.isa());
            Cell { n, baseline: setup.baseline(entry).name, timed, lowest }
        };
        sizes.into_iter().map(cell).collect()
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

    /// Who is called.
    pub(super) fn choices(&self) -> impl Iterator<Item = Choice> {
        self.timed.iter().map(|timed| timed.choice)
    }

    /// What is timed when only `who` may be called, and the empty calls beside it: on how many threads.
    fn columns(&self, who: &[Choice]) -> (Vec<Timed>, Vec<usize>) {
        let may_be = |timed: &&Timed| who.contains(&timed.choice);
        let timed: Vec<Timed> = self.timed.iter().filter(may_be).copied().collect();
        let mut empty: Vec<usize> = timed.iter().map(|timed| timed.threads).collect();
        empty.sort_unstable();
        empty.dedup();
        (timed, empty)
    }

    pub(super) fn job(&self, who: &[Choice]) -> JobCell {
        let (timed, empty) = self.columns(who);
        let index = |choice| who.iter().position(|other| *other == choice);
        let called =
            |t: &Timed| Turn { who: index(t.choice), threads: t.threads, data: Data::Shared };
        let empty =
            empty.into_iter().map(|threads| Turn { who: None, threads, data: Data::Shared });
        JobCell { n: self.n, turns: timed.iter().map(called).chain(empty).collect() }
    }

    /// The rows, from what the starts say of all cells; or why there are no operands.
    pub(super) fn result(
        &self,
        who: &[Choice],
        starts: &[CellTimes],
        alpha: f64,
    ) -> Result<CellResult, String> {
        let here = starts.iter().filter(|cell| cell.n == self.n).map(|cell| cell.taken.clone());
        let here = here.collect::<Result<Vec<Taken>, String>>()?;
        let Some(Taken { problem, .. }) = here.first() else { return Ok(CellResult::default()) };
        let problem = *problem;
        let starts = Starts::new(here.into_iter().map(|taken| taken.rounds).collect(), alpha);
        let (timed, empty) = self.columns(who);
        let least_rounds = rounds_needed(alpha);
        Ok(Timings { cell: self, problem, timed, empty, starts, least_rounds }.result())
    }
}

/// Why the gate does not let a variant be timed, if it does not.
pub(super) fn objection(report: &GateReport, choice: Choice) -> Option<String> {
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
        for &threads in &setup.threads {
            variants.iter().for_each(|variant| add(at(variant, level, threads)));
        }
    }
    timed
}

/// The rounds of a cell, about to become rows.
struct Timings<'c> {
    cell: &'c Cell,
    problem: Problem,
    timed: Vec<Timed>,
    /// On how many threads the empty calls after them ran.
    empty: Vec<usize>,
    starts: Starts,
    /// What a start needs for an interval.
    least_rounds: usize,
}

impl Timings<'_> {
    fn result(&self) -> CellResult {
        let all = || self.timed.iter().enumerate();
        let rows = all().filter(|(_, timed)| !timed.again).map(|(v, _)| self.row(v));
        let empty = self.empty.iter().enumerate().map(|(i, threads)| self.empty_row(i, *threads));
        let floors = all().filter_map(|(v, timed)| self.floor(v, timed)).collect();
        CellResult { rows: rows.chain(empty).collect(), floors }
    }

    fn floor(&self, v: usize, timed: &Timed) -> Option<Floor> {
        let (isa, of) = (timed.choice.level.isa(), timed.twin_of?);
        let other = self.find(of, isa).filter(|_| timed.threads == 1)?;
        let ratio = self.starts.ratio(v, other)?;
        Some(Floor {
            n: self.cell.n,
            level: isa.name(),
            of,
            twin: (!timed.again).then_some(timed.choice.variant),
            ratio: self.starts.furthest(v, other)?,
            interval: ratio.low.zip(ratio.high),
        })
    }

    /// What every row has: its times, and what the problem is.
    fn times(&self, column: usize, variant: &'static str, threads: usize) -> Row {
        Row {
            variant,
            threads,
            n: self.cell.n,
            footprint: self.problem.footprint,
            calls: self.starts.calls(column),
            rounds: self.starts.rounds(),
            dropped: self.starts.dropped(column),
            best_seconds: self.starts.best(column),
            median_seconds: self.starts.median(column),
            ..Row::default()
        }
    }

    /// The row of the empty calls on so many threads.
    fn empty_row(&self, i: usize, threads: usize) -> Row {
        self.times(self.timed.len() + i, EMPTY_CALL, threads)
    }

    fn row(&self, v: usize) -> Row {
        let Timed { choice, threads, twin_of, .. } = self.timed[v];
        let cost = self.problem.cost;
        let [to_baseline, to_lowest, thread_speed_up] =
            self.cell.bases(self.timed[v]).map(|base| self.ratio(v, base?));
        let empty = self.empty.iter().position(|count| *count == threads);
        let empty = empty.map(|i| self.empty_row(i, threads).median_seconds);
        let times = self.times(v, choice.variant, threads);
        let mut row = Row {
            level: choice.level.name(),
            lowest: self.timed[v].is(self.cell.baseline, self.cell.lowest),
            twin_of,
            read: cost.read,
            written: cost.written,
            flops: cost.flops,
            elements: cost.elements,
            empty_share: empty.map(|empty| empty / times.median_seconds),
            to_baseline,
            to_lowest,
            thread_speed_up,
            note: self.note(threads),
            ..times
        };
        row.rates();
        row
    }

    fn ratio(&self, v: usize, (variant, isa): (&str, Isa)) -> Option<Ratio> {
        self.starts.ratio(v, self.find(variant, isa)?)
    }

    /// The variant at the level on one thread.
    fn find(&self, variant: &str, isa: Isa) -> Option<usize> {
        self.timed.iter().position(|timed| timed.is(variant, isa))
    }

    fn note(&self, threads: usize) -> Option<String> {
        let chunks = self.problem.chunks;
        if chunks < threads {
            return Some(format!("{chunks} chunk(s) for {threads} threads"));
        }
        let too_few = self.starts.least_rounds() < self.least_rounds;
        too_few.then(|| "too slow for an interval in this budget".to_owned())
    }
}
