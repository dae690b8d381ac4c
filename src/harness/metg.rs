//! How small a task may be: efficiency against task size, for each executor.
//!
//! A point is a number of equal tasks, each so many steps of arithmetic long. Its efficiency is the
//! time that one thread needs for the same tasks in a plain loop, over wall time times width: what
//! is missing is overhead, and slots that wait. METG(50 %), the minimum effective task granularity,
//! is the smallest task at which half of the slots' time is still spent on work (Slaughter and
//! others, "Task Bench", SC 2020).
//!
//! In every round each executor does each size once, in turn, and keeps its best time: a slow second
//! of the machine spoils one round of a size, not a size.

mod curve;
mod plot;
mod rivals;
mod spin;

pub use curve::{Curve, Point, Reached};
pub use plot::svg;
pub use rivals::Rival;
pub use spin::{REMOTE, Spin};

use super::compare::{Progress, refuse_unoptimised};
use crate::exec::{self, Control, Executor};
use crate::kernel::Job;
use crate::{Error, Fault, executors};
use rivals::{Python, Rayon};
use serde::Serialize;
use std::time::{Duration, Instant};

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Rounds; each executor keeps its best time of each size.
    pub rounds: usize,
    /// Work of one point, for each slot of the executor. Short, so that whoever else uses the machine
    /// is likely to leave one of the rounds alone.
    pub work: Duration,
    /// Whether others are measured too: rayon alone, and Python's pools.
    pub rivals: bool,
}

impl Default for Options {
    /// About fifteen seconds on two cores.
    fn default() -> Self {
        Options { rounds: 30, work: Duration::from_millis(4), rivals: true }
    }
}

/// What came out.
#[derive(Debug, Clone, Serialize)]
pub struct Metg {
    /// Rounds made.
    pub rounds: usize,
    /// One for each executor; rayon alone comes last.
    pub curves: Vec<Curve>,
    /// Those of which only the overhead is known.
    pub rivals: Vec<Rival>,
}

/// Every kind of executor that this process can run on many slots, with one slot for each core.
///
/// # Errors
/// As [`executors::parse`].
pub fn executors() -> Result<Vec<Box<dyn Executor>>, Error> {
    let is_here = |name: &&str| match *name {
        "graph" => true,
        "procs" => exec::can_start_workers(),
        name => exec::NAMES.contains(&name),
    };
    ["threads", "graph", "async", "procs"]
        .iter()
        .copied()
        .filter(is_here)
        .map(executors::parse)
        .collect()
}

/// Measures the executors against a plain loop.
///
/// # Errors
/// [`Fault::Refused`] with [`Error::Unoptimised`] for a build whose times would mean nothing, or
/// when there is nothing to measure; otherwise what an executor reports.
pub fn metg(
    executors: Vec<Box<dyn Executor>>,
    options: &Options,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Metg, Fault> {
    refuse_unoptimised(cfg!(debug_assertions), env!("ABREAST_OPT_LEVEL"))?;
    measured(executors, options, tell)
}

fn measured(
    mut executors: Vec<Box<dyn Executor>>,
    options: &Options,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Metg, Fault> {
    let width = executors.iter().map(|executor| executor.width()).max();
    let Some(width) = width.filter(|_| options.rounds > 0) else {
        let rule = "at least one executor and one round";
        return Err(Error::argument("executors and rounds", 0, rule).into());
    };
    let mut pythons = Vec::new();
    if options.rivals {
        executors.push(Box::new(Rayon::new(width)?));
        pythons.extend(Python::ALL);
    }
    let of = options.rounds + pythons.len();
    let mut done = 0;
    let mut next = |next: &str| {
        tell(Progress { done, of, next });
        done += 1;
    };
    let mut field = Field::new(&executors, options)?;
    for round in 0..options.rounds {
        next(&format!("round {} of {}", round + 1, options.rounds));
        field.round(round)?;
    }
    let rivals = pythons.iter().map(|python| {
        next(python.name());
        python.measured(width)
    });
    let rivals = rivals.collect();
    Ok(Metg { rounds: options.rounds, curves: field.curves(), rivals })
}

/// Task sizes: a factor of four each, from about 10 ns to about 10 ms.
const SIZES: i32 = 11;
/// Nanoseconds of the smallest task.
const SMALLEST: f64 = 10.0;
/// Tasks of a point for each slot, at most: enough to see nanoseconds.
const MAX_TASKS: f64 = 25_000.0;
/// Tasks of a point for each slot, at least.
const MIN_TASKS: f64 = 1.0;
/// A point of small tasks may take this much longer than its work.
const PATIENCE: f64 = 3.0;
/// Steps of the plain loop: a few milliseconds.
const LOOP_STEPS: u64 = 1_000_000;

/// Everything that is measured, and the best times so far.
struct Field<'p> {
    executors: &'p [Box<dyn Executor>],
    work_ns: f64,
    /// Steps of the sizes, the largest first.
    steps: Vec<u64>,
    /// For each size nanoseconds of one task in a plain loop.
    alone: Vec<f64>,
    /// For each executor those of its sizes that were done.
    cells: Vec<Vec<Cell>>,
}

/// One size on one executor.
#[derive(Clone, Copy)]
struct Cell {
    tasks: u64,
    wall_ns: f64,
}

impl<'p> Field<'p> {
    fn new(executors: &'p [Box<dyn Executor>], options: &Options) -> Result<Self, Fault> {
        let step = spin::step_ns();
        let size = |size| (SMALLEST * 4f64.powi(size) / step).round().max(1.0) as u64;
        let steps: Vec<u64> = (0..SIZES).rev().map(size).collect();
        // Workers start with their first task.
        executors
            .iter()
            .try_for_each(|executor| run(&**executor, executor.width() as u64, 1).map(drop))?;
        Ok(Field {
            executors,
            work_ns: nanoseconds(options.work),
            alone: vec![f64::INFINITY; steps.len()],
            cells: vec![Vec::new(); executors.len()],
            steps,
        })
    }

    /// Does each size on each executor, beginning with another one each time.
    fn round(&mut self, round: usize) -> Result<(), Fault> {
        for size in 0..self.steps.len() {
            let steps = self.steps[size];
            let tasks = (LOOP_STEPS / steps).clamp(1, 10_000);
            let alone = nanoseconds(spin::alone(tasks, steps)) / tasks as f64;
            self.alone[size] = self.alone[size].min(alone);
            for turn in 0..self.executors.len() {
                let i = (turn + round) % self.executors.len();
                if self.cells[i].len() == size {
                    let tasks = self.tasks(i, size);
                    self.cells[i].push(Cell { tasks, wall_ns: f64::INFINITY });
                }
                let cell = &mut self.cells[i][size];
                let wall = run(&*self.executors[i], cell.tasks, steps)?;
                cell.wall_ns = cell.wall_ns.min(nanoseconds(wall));
            }
        }
        Ok(())
    }

    /// How many tasks make a point: all of its work, unless that would take too long by what the
    /// size before lost with each task.
    fn tasks(&self, executor: usize, size: usize) -> u64 {
        let width = self.executors[executor].width() as f64;
        let ideal = self.alone[size] / width;
        let lost = match self.cells[executor].last() {
            Some(larger) => larger.wall_ns / larger.tasks as f64 - self.alone[size - 1] / width,
            None => 0.0,
        };
        let patient = PATIENCE * self.work_ns / (ideal + lost.max(0.0));
        let wanted = (self.work_ns / ideal).min(patient);
        wanted.clamp(MIN_TASKS * width, MAX_TASKS * width) as u64
    }

    fn curves(&self) -> Vec<Curve> {
        let curve = |(executor, cells): (&dyn Executor, &Vec<Cell>)| {
            let width = executor.width();
            let points = cells.iter().zip(&self.alone);
            let point =
                |(cell, alone): (&Cell, &f64)| Point::new(*alone, cell.tasks, cell.wall_ns, width);
            Curve::new(executor.name(), width, points.map(point).collect())
        };
        self.executors.iter().map(|executor| &**executor).zip(&self.cells).map(curve).collect()
    }
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// Time of the executor for so many tasks; their results are checked.
fn run(executor: &dyn Executor, tasks: u64, steps: u64) -> Result<Duration, Fault> {
    let job = Job::<Spin>::new([tasks, steps], ())?;
    let mut items = job.blank()?;
    let took = {
        let pieces = job.tasks(&mut items)?;
        let began = Instant::now();
        executor.run(&pieces, &Control::default())?;
        began.elapsed()
    };
    let expected = spin::end(steps);
    match items.iter().position(|item| *item != expected) {
        None => Ok(took),
        Some(task) => {
            let rule = format!("a task of {steps} steps ends at {expected}");
            Err(Fault::Kernel { task, why: Error::argument("result", items[task], rule) })
        }
    }
}

#[cfg(test)]
mod tests;
