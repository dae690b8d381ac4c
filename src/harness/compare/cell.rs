//! One kernel at one size: what is timed there, and the rows that come of it.

use super::CompareOptions;
use crate::exec::{Control, Executor, Threads};
use crate::harness::agree::{Finding, GateReport};
use crate::harness::measure::{Effort, Rounds, measure};
use crate::harness::model::{Agreement, Floor, Ratio, Row, Untimed};
use crate::kernel::{Ask, Case, Entry};
use crate::level::Isa;
use crate::{Body, Error, Fault, How, Level};
use std::time::Duration;

/// What all cells share: the levels, and a pool for each number of threads.
pub(super) struct Yard {
    bodies: Vec<Body>,
    seed: u64,
    levels: Vec<Level>,
    plain: Level,
    pools: Vec<(usize, Threads)>,
}

impl Yard {
    pub(super) fn new(options: &CompareOptions) -> Result<Yard, Error> {
        let mut levels = options.levels.clone();
        levels.sort_by_key(|level| level.isa());
        levels.dedup();
        let yardstick = |body: &Body| matches!(body, Body::C | Body::CByHand);
        let wanted = |body: &Body| yardstick(body) || options.bodies.contains(body);
        let pool = |count| Ok((count, Threads::new(count)?));
        Ok(Yard {
            bodies: Body::ALL.into_iter().filter(wanted).collect(),
            seed: options.seed,
            levels,
            plain: Level::available()[0],
            pools: options.many_threads().into_iter().map(pool).collect::<Result<_, Error>>()?,
        })
    }

    /// Every body that is timed.
    pub(super) fn bodies(&self) -> Vec<Body> {
        self.bodies.clone()
    }

    /// Every level that something is timed at.
    pub(super) fn levels(&self) -> Vec<Level> {
        let mut levels = vec![self.plain];
        levels.extend(self.levels.iter().copied().filter(|level| *level != self.plain));
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
struct Variant {
    how: How,
    threads: usize,
}

impl Variant {
    fn is(&self, body: Body, isa: Isa, threads: usize) -> bool {
        self.how.body == body && self.how.level.isa() == isa && self.threads == threads
    }
}

/// A kernel at a size.
pub(super) struct Cell<'e> {
    entry: &'e Entry,
    pub(super) n: u64,
    variants: Vec<Variant>,
    plain: Isa,
}

/// What a cell gave.
pub(super) struct Taken {
    pub(super) rows: Vec<Row>,
    pub(super) floors: Vec<Floor>,
    pub(super) untimed: Vec<Untimed>,
}

impl<'e> Cell<'e> {
    /// The cells of a kernel, small to large.
    pub(super) fn all(entry: &'e Entry, options: &CompareOptions, yard: &Yard) -> Vec<Cell<'e>> {
        let mut sizes = options.sizes.clone().unwrap_or_else(|| entry.sweep.to_vec());
        sizes.sort_unstable();
        sizes.dedup();
        let largest = sizes.last().copied();
        let cell = |n| {
            let variants = variants(yard, Some(n) == largest);
            Cell { entry, n, variants, plain: yard.plain.isa() }
        };
        sizes.into_iter().map(cell).collect()
    }

    pub(super) fn name(&self) -> &'static str {
        self.entry.name
    }

    /// How many intervals the cell will show.
    pub(super) fn comparisons(&self) -> usize {
        let base = |v: &&Variant| self.bases(**v).iter().flatten().count();
        self.variants.iter().map(|v| base(&v)).sum()
    }

    /// What a variant is compared with: c at its level, plain C, itself on one thread.
    fn bases(&self, v: Variant) -> [Option<(Body, Isa)>; 3] {
        let isa = v.how.level.isa();
        let alone = v.threads == 1;
        [
            (alone && v.how.body != Body::C).then_some((Body::C, isa)),
            (!v.is(Body::C, self.plain, 1)).then_some((Body::C, self.plain)),
            (!alone).then_some((v.how.body, isa)),
        ]
    }

    /// The variants that the gate lets through, and the reasons against the others.
    fn trusted(&self, agreement: &Agreement) -> (Vec<Variant>, Vec<Untimed>) {
        let report = agreement.reports.iter().find(|report| report.kernel == self.entry.name);
        let (mut trusted, mut untimed) = (Vec::new(), Vec::new());
        for &variant in &self.variants {
            match report.and_then(|report| objection(report, variant.how)) {
                None => trusted.push(variant),
                Some(why) => untimed.push(Untimed::new(variant.how, why)),
            }
        }
        (trusted, untimed)
    }

    /// Times the variants. One that fails is left out, and the others start again.
    pub(super) fn take(
        &self,
        effort: &Effort,
        doubt: f64,
        agreement: &Agreement,
        yard: &Yard,
    ) -> Result<Taken, Error> {
        let n = i64::try_from(self.n)
            .map_err(|_| Error::argument("n", self.n, format!("must be at most {}", i64::MAX)))?;
        let ask = Ask { n: Some(n), seed: yard.seed, given: Vec::new() };
        let mut case = self.entry.case(&ask)?;
        let (mut variants, mut untimed) = self.trusted(agreement);
        while !variants.is_empty() {
            let run = |v: usize, calls| {
                time(case.as_mut(), variants[v], calls, yard).map_err(|why| (v, why))
            };
            match measure(variants.len(), effort, run) {
                Ok(rounds) => {
                    let sheet = Sheet { cell: self, case: case.as_ref(), variants, rounds, doubt };
                    return Ok(sheet.taken(untimed));
                }
                Err((v, why)) => {
                    untimed.push(Untimed::new(variants.remove(v).how, why.to_string()));
                }
            }
        }
        Ok(Taken { rows: Vec::new(), floors: Vec::new(), untimed })
    }
}

/// Why the gate does not let a body be timed, if it does not.
fn objection(report: &GateReport, how: How) -> Option<String> {
    if report.trusts(how) {
        return None;
    }
    let against = |f: &&Finding| f.accused.is_none_or(|accused| accused == how.into());
    let finding = report.findings.iter().find(against);
    Some(finding.map_or("the gate tried nothing".to_owned(), Finding::to_string))
}

/// Everything that is timed at one size. Plain C comes first.
fn variants(yard: &Yard, largest: bool) -> Vec<Variant> {
    let mut variants = vec![Variant { how: How { body: Body::C, level: yard.plain }, threads: 1 }];
    let mut add = |variant| {
        if !variants.contains(&variant) {
            variants.push(variant);
        }
    };
    for &level in &yard.levels {
        yard.bodies.iter().for_each(|&body| add(Variant { how: How { body, level }, threads: 1 }));
    }
    if let Some(&level) = yard.levels.last().filter(|_| largest) {
        for &(threads, _) in &yard.pools {
            yard.bodies.iter().for_each(|&body| add(Variant { how: How { body, level }, threads }));
        }
    }
    variants
}

fn time(case: &mut dyn Case, variant: Variant, calls: u64, yard: &Yard) -> Result<Duration, Fault> {
    match yard.pool(variant.threads) {
        None => Ok(case.time(variant.how, calls)?),
        Some(pool) => case.time_on(variant.how, calls, &mut |tasks| {
            pool.run(tasks, &Control::default()).map(drop)
        }),
    }
}

/// The rounds of a cell, about to become rows.
struct Sheet<'c> {
    cell: &'c Cell<'c>,
    case: &'c dyn Case,
    variants: Vec<Variant>,
    rounds: Rounds,
    doubt: f64,
}

impl Sheet<'_> {
    fn taken(&self, untimed: Vec<Untimed>) -> Taken {
        let rows = (0..self.variants.len()).map(|v| self.row(v)).collect();
        let floor = |(v, variant): (usize, &Variant)| {
            let isa = variant.how.level.isa();
            let by_hand = variant.is(Body::CByHand, isa, 1);
            let c = self.find(Body::C, isa).filter(|_| by_hand)?;
            let found = self.rounds.speed_up(v, c, self.doubt);
            let (n, level) = (self.cell.n, isa.name());
            Some(Floor { n, level, ratio: found.ratio, interval: found.interval })
        };
        let floors = self.variants.iter().enumerate().filter_map(floor).collect();
        Taken { rows, floors, untimed }
    }

    fn row(&self, v: usize) -> Row {
        let Variant { how, threads } = self.variants[v];
        let cost = self.case.cost();
        let [to_c, to_plain_c, thread_speed_up] =
            self.cell.bases(self.variants[v]).map(|base| self.ratio(v, base?));
        let mut row = Row {
            body: how.body.name(),
            level: how.level.name(),
            plain_c: self.variants[v].is(Body::C, self.cell.plain, 1),
            threads,
            n: self.cell.n,
            footprint: self.case.footprint() as u64,
            read: cost.read,
            written: cost.written,
            flops: cost.flops,
            elements: cost.elements,
            calls: self.rounds.calls[v],
            rounds: self.rounds.len(),
            best_seconds: self.rounds.best(v),
            median_seconds: self.rounds.median(v),
            ns_per_element: None,
            elements_per_ns: None,
            gb_per_second: None,
            gflops: None,
            roof: None,
            to_c,
            to_plain_c,
            thread_speed_up,
            note: self.note(threads),
        };
        row.rates();
        row
    }

    fn ratio(&self, v: usize, (body, isa): (Body, Isa)) -> Option<Ratio> {
        let found = self.rounds.speed_up(v, self.find(body, isa)?, self.doubt);
        Some(Ratio {
            value: found.ratio,
            low: found.interval.map(|(low, _)| low),
            high: found.interval.map(|(_, high)| high),
            separated: false,
        })
    }

    /// The body at the level on one thread.
    fn find(&self, body: Body, isa: Isa) -> Option<usize> {
        self.variants.iter().position(|variant| variant.is(body, isa, 1))
    }

    fn note(&self, threads: usize) -> Option<String> {
        let chunks = self.case.chunks();
        if chunks < threads {
            return Some(format!("{chunks} chunk(s) for {threads} threads"));
        }
        let least = crate::harness::measure::rounds_needed(self.doubt);
        (self.rounds.len() < least).then(|| "too slow for an interval in this budget".to_owned())
    }
}
