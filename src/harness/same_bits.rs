//! The same-bits matrix: one hash from every variant, at every level, on every executor.
//!
//! The problem is cut into as many chunks as the widest executor has threads, so that the executors
//! really deal them out differently.

use super::gate::{
    GateOptions, Observer, OneProcess, Step, Trusting, Violation, apart, caught, harmless,
    isa_name, isa_named,
};
use crate::error::{Static, interned};
use crate::exec::{self, Control, Executor};
use crate::executors;
use crate::kernel::{Case, Choice, Class, Entry, Request};
use crate::level::Isa;
use crate::{Error, Tasks, fpenv};
use serde::{Deserialize, Serialize};

/// Hashes of one problem's result over variants, levels and executors.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SameBits {
    /// The kernel.
    #[serde(skip_deserializing)]
    pub kernel: &'static str,
    /// Why levels with and without fused multiply-add may differ, if they may.
    #[serde(skip_deserializing)]
    pub fused: Option<&'static str>,
    /// Why the variants agree within the oracle's bound only, each with bits of its own, if they may.
    #[serde(skip_deserializing)]
    pub bounded: Option<&'static str>,
    /// The size of the problem.
    pub n: u64,
    /// Rows (indices) per chunk: `abreast run KERNEL --n N --seed S --chunk C` gives the same hash.
    pub chunk: u64,
    /// How many chunks that makes.
    pub chunks: usize,
    /// The seed of the operands.
    pub seed: u64,
    /// The executors, in the order of the cells of each row.
    pub executors: Vec<String>,
    /// One row per level and variant.
    pub rows: Vec<Row>,
}

/// One variant at one level on every executor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    /// The variant.
    #[serde(deserialize_with = "interned")]
    pub variant: Static,
    /// The level.
    #[serde(serialize_with = "isa_name", deserialize_with = "isa_named")]
    pub level: Isa,
    /// The hash that most of the comparable rows and executors have, and this one should.
    pub expected: String,
    /// One cell per executor.
    pub cells: Vec<Cell>,
}

/// One run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cell {
    /// The hash of the output bytes; none when the run failed.
    pub hash: Option<String>,
    /// Whether it is the expected one.
    pub agrees: bool,
    /// Why there is no hash.
    pub fault: Option<String>,
}

impl SameBits {
    /// Whether there is anything in it and every cell has the expected hash.
    pub fn same_bits(&self) -> bool {
        let mut cells = self.rows.iter().flat_map(|row| &row.cells).peekable();
        cells.peek().is_some() && cells.all(|cell| cell.agrees)
    }

    /// A sentence for each run whose hash is not the expected one.
    pub fn disagreements(&self) -> Vec<String> {
        let of_row = |row: &Row| -> Vec<String> {
            let cells = row.cells.iter().zip(&self.executors).filter(|(cell, _)| !cell.agrees);
            let sentence = |(cell, executor): (&Cell, &String)| {
                format!(
                    "{}, {} at {}, n = {} on {executor}: {} instead of {}",
                    self.kernel,
                    row.variant,
                    row.level.name(),
                    self.n,
                    cell.hash.as_deref().or(cell.fault.as_deref()).unwrap_or("nothing"),
                    row.expected
                )
            };
            cells.map(sentence).collect()
        };
        self.rows.iter().flat_map(of_row).collect()
    }

    /// Every expected hash: one, or for a fused kernel two, or as many as a bounded one has rows.
    pub fn hashes(&self) -> Vec<&str> {
        let mut hashes: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !hashes.contains(&&*row.expected) {
                hashes.push(&row.expected);
            }
        }
        hashes
    }
}

impl Row {
    /// Whether every executor gave the expected hash.
    pub fn agrees(&self) -> bool {
        self.cells.iter().all(|cell| cell.agrees)
    }
}

/// The executors that the check compares: this thread, 1, 2, 3, 8 and 64 threads, futures, the same
/// tasks as a graph on two threads, and 1, 2 and 4 worker processes where the program has them.
///
/// # Errors
/// When the system does not give that many threads.
pub fn executors() -> Result<Vec<Box<dyn Executor>>, Error> {
    let here = ["serial", "threads:1", "threads:2", "threads:3", "threads:8", "threads:64"];
    let futures = cfg!(feature = "aio").then_some("async:2");
    // A program whose main does not begin with `worker_main` has no workers to compare.
    let elsewhere = ["procs:1", "procs:2", "procs:4"].into_iter();
    let elsewhere = elsewhere.filter(|_| exec::can_start_workers());
    here.into_iter()
        .chain(futures)
        .chain(["graph:2"])
        .chain(elsewhere)
        .map(executors::parse)
        .collect()
}

/// Runs one problem of the kernel by each variant, at each level, on each of `executors`.
///
/// ```
/// use abreast::harness::{gate::GateOptions, same_bits};
/// let executors = [abreast::executors::parse("serial")?, abreast::executors::parse("threads:3")?];
/// let table = same_bits::same_bits(&abreast::kernels::REGISTRY[0], &executors, &GateOptions::quick())?;
/// assert!(table.same_bits());
/// # Ok::<(), abreast::Error>(())
/// ```
///
/// # Errors
/// When the problem cannot be made. A run that fails is a cell without a hash.
pub fn same_bits(
    entry: &Entry,
    executors: &[Box<dyn Executor>],
    options: &GateOptions,
) -> Result<SameBits, Error> {
    same_bits_of(entry, executors, &options.choices(entry), options, &mut Trusting(&mut |_| ()))
}

/// The same for some variants at some levels, under an observer.
pub(super) fn same_bits_of(
    entry: &Entry,
    executors: &[Box<dyn Executor>],
    choices: &[Choice],
    options: &GateOptions,
    observer: &mut dyn Observer,
) -> Result<SameBits, Error> {
    let (kernel, case) = (entry.name, "the same-bits table");
    observer.now(&Step { kernel, done: 0, of: 1, choice: None, case });
    let (n, chunk) = problem(entry, options)?;
    let mut runs = Vec::new();
    for choice in choices {
        // A fresh problem for each variant: it may have changed the operands.
        let case = cut(entry, options, n, chunk)?;
        runs.push(run(
            &*case,
            *choice,
            executors,
            &mut Told { kernel: entry.name, n, choice, observer },
        ));
    }
    let case = cut(entry, options, n, chunk)?;
    Ok(SameBits {
        kernel: entry.name,
        fused: fused(entry),
        bounded: bounded(entry),
        n,
        chunk,
        chunks: case.chunks(),
        seed: options.seed,
        executors: executors.iter().map(|executor| executor.name()).collect(),
        rows: rows(entry.class, choices, runs),
    })
}

/// Why levels with and without fused multiply-add may differ, if they may.
pub(super) fn fused(entry: &Entry) -> Option<&'static str> {
    match entry.class {
        Class::Fused(why) => Some(why),
        Class::SameBits | Class::Bounded(_) => None,
    }
}

/// Why the variants may have bits of their own, if they may.
pub(super) fn bounded(entry: &Entry) -> Option<&'static str> {
    if let Class::Bounded(why) = entry.class { Some(why) } else { None }
}

/// Chunks that the problem is cut into, if that leaves each of them a few rows: one for each
/// thread of the widest executor.
const CHUNKS: usize = 64;
const MIN_ROWS: u64 = 4;

/// Operations of one run, at most: about a millisecond.
const MAX_WORK: u64 = 8_000_000;

/// The heaviest of the kernel's sizes that is quick to run, and the chunk that cuts it into many.
fn problem(entry: &Entry, options: &GateOptions) -> Result<(u64, u64), Error> {
    let mut heaviest = None;
    for n in entry.sizes {
        let cost = entry.case(&request(options, *n))?.cost();
        let work = cost.flops.max(cost.elements);
        if work <= MAX_WORK && heaviest.is_none_or(|(known, _)| work > known) {
            heaviest = Some((work, *n));
        }
    }
    let Some((_, n)) = heaviest else {
        return Err(Error::argument("sizes", entry.name, "must include one that is quick to run"));
    };
    // What a row is depends on the kernel: not every problem of size n has n of them.
    let mut chunk = n.div_ceil(CHUNKS as u64).max(MIN_ROWS);
    while chunk > MIN_ROWS && cut(entry, options, n, chunk)?.chunks() < CHUNKS {
        chunk = (chunk / 2).max(MIN_ROWS);
    }
    Ok((n, chunk))
}

fn request(options: &GateOptions, n: u64) -> Request {
    Request { seed: options.seed, ..Request::size(n) }
}

fn cut(entry: &Entry, options: &GateOptions, n: u64, chunk: u64) -> Result<Box<dyn Case>, Error> {
    let mut case = entry.case(&request(options, n))?;
    case.set_chunk(chunk)?;
    Ok(case)
}

/// What the observer is told about one row.
struct Told<'t> {
    kernel: &'static str,
    n: u64,
    choice: &'t Choice,
    observer: &'t mut dyn Observer,
}

impl Told<'_> {
    fn now(&mut self, executor: &str) {
        let (kernel, case) = (self.kernel, format!("n = {} on {executor}", self.n));
        self.observer.now(&Step {
            kernel,
            done: 0,
            of: 1,
            choice: Some(*self.choice),
            case: &case,
        });
    }
}

/// The hash of each run, or why there is none.
type Hashes = Vec<Result<u64, String>>;

/// Runs one variant on all of `executors`, unless it would spoil them; says before each where.
fn run(
    case: &dyn Case,
    choice: Choice,
    executors: &[Box<dyn Executor>],
    told: &mut Told<'_>,
) -> Hashes {
    let hash = |executor: &dyn Executor| {
        let mut drive =
            |tasks: &dyn Tasks| executor.run(&OneProcess::of(tasks), &Control::default()).map(drop);
        caught(|| case.run(choice, 0x3F, &mut drive)).map(|answer| answer.hash)
    };
    told.now("this thread");
    let harm = apart(|| harmless(case, choice)).flatten();
    told.observer.after("this thread");
    if let Err(violation) = harm {
        return vec![Err(violation.detail); executors.len()];
    }
    // On this thread, since an executor may be bound to it: the run above has shown that it is safe.
    let mut on = |executor: &dyn Executor| {
        told.now(&executor.name());
        let _usual = fpenv::Guard::enter();
        hash(executor).map_err(|violation: Violation| violation.detail)
    };
    executors.iter().map(|executor| on(&**executor)).collect()
}

fn rows(class: Class, choices: &[Choice], runs: Vec<Hashes>) -> Vec<Row> {
    let expected = |choice: &Choice| {
        let comparable = choices.iter().zip(&runs).filter(|(o, _)| class.compares(**o, *choice));
        most_frequent(comparable.flat_map(|(_, cells)| cells.iter().flatten().copied()))
    };
    let row = |(choice, cells): (&Choice, &Hashes)| {
        let expected = expected(choice);
        Row {
            variant: choice.variant,
            level: choice.level.isa(),
            expected: expected.map(hex).unwrap_or_default(),
            cells: cells.iter().map(|run| cell(run, expected)).collect(),
        }
    };
    choices.iter().zip(&runs).map(row).collect()
}

fn cell(run: &Result<u64, String>, expected: Option<u64>) -> Cell {
    match run {
        Ok(hash) => Cell { hash: Some(hex(*hash)), agrees: Some(*hash) == expected, fault: None },
        Err(fault) => Cell { hash: None, agrees: false, fault: Some(fault.clone()) },
    }
}

/// The hash that occurs most often; of equals the one that came first.
fn most_frequent(hashes: impl Iterator<Item = u64>) -> Option<u64> {
    let mut counts: Vec<(u64, usize)> = Vec::new();
    for hash in hashes {
        match counts.iter_mut().find(|(known, _)| *known == hash) {
            Some((_, count)) => *count += 1,
            None => counts.push((hash, 1)),
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(hash, _)| hash)
}

fn hex(hash: u64) -> String {
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fault;
    use crate::exec::{Report, Serial};
    use crate::kernels::REGISTRY;

    /// An executor that does not run the last task, and one that runs none.
    struct Careless;
    struct Broken;

    impl Executor for Careless {
        fn name(&self) -> String {
            "careless".to_owned()
        }
        fn width(&self) -> usize {
            1
        }
        fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
            struct AllButOne<'t>(&'t dyn Tasks);
            impl Tasks for AllButOne<'_> {
                fn len(&self) -> usize {
                    self.0.len() - 1
                }
                fn run(&self, i: usize) -> Result<(), Fault> {
                    self.0.run(i)
                }
            }
            Serial.run(&AllButOne(tasks), control)
        }
    }

    impl Executor for Broken {
        fn name(&self) -> String {
            "broken".to_owned()
        }
        fn width(&self) -> usize {
            1
        }
        fn run(&self, _: &dyn Tasks, _: &Control<'_>) -> Result<Report, Fault> {
            Err(Fault::Cancelled)
        }
    }

    #[test]
    fn a_careless_executor_and_a_broken_one_show_in_every_row() {
        let executors: Vec<Box<dyn Executor>> =
            vec![Box::new(Serial), Box::new(Serial), Box::new(Careless), Box::new(Broken)];
        let options = GateOptions { variants: vec!["rust".into()], ..GateOptions::quick() };
        for entry in REGISTRY {
            let table = same_bits(entry, &executors, &options).unwrap();
            assert!(!table.same_bits());
            for row in &table.rows {
                let agrees: Vec<bool> = row.cells.iter().map(|cell| cell.agrees).collect();
                assert_eq!(agrees, [true, true, false, false], "{row:#?}");
                assert_eq!(row.cells[3].fault.as_deref(), Some("cancelled"));
            }
        }
    }

    #[test]
    fn an_empty_matrix_proves_nothing() {
        let none = GateOptions { levels: Vec::new(), ..GateOptions::quick() };
        assert!(!same_bits(&REGISTRY[0], &executors().unwrap(), &none).unwrap().same_bits());
        assert!(!same_bits(&REGISTRY[0], &[], &GateOptions::quick()).unwrap().same_bits());
    }
}
