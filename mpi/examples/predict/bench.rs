//! What runs take here: on one rank and on two, in rounds in which everything has its turn.

use crate::model::{Byte, Costs, Kind, Work};
use crate::probe::{Give, Take, Talk, Wire};
use abreast::executor::Event;
use abreast::kernel::{Case, Choice, Entry, Job, Kernel, Layout, Request};
use abreast::{Control, Executor, Fault, Level, Remote, Serial, Tasks};
use abreast_compare::measure::{Effort, Rounds, measure};
use abreast_mpi::program::empty::Empty;
use abreast_mpi::{Mpi, Schedule, World};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Chunks of a run that is nothing but its beginning and end, and of one in which those do not count.
const FEW: u64 = 2;
const MANY: u64 = 20_000;

/// How often ranks talk.
const TALKS: usize = 40;

/// On how many ranks, by which schedule.
pub type Where = (Kind, usize);

/// All that there is on two ranks.
pub const PLACES: [Where; 4] =
    [(Kind::Static, 1), (Kind::Static, 2), (Kind::Dynamic, 1), (Kind::Dynamic, 2)];

/// Both schedules over two ranks.
pub struct Bench {
    fixed: Mpi,
    dynamic: Mpi,
}

/// A kernel of the registry, with a problem.
pub struct Problem {
    /// Its name.
    pub name: &'static str,
    case: Box<dyn Case>,
    choice: Choice,
    remote: Remote,
}

type Timed<'t> = Box<dyn Fn() -> Result<Duration, Fault> + 't>;

impl Bench {
    /// On the ranks of `world`.
    pub fn of(world: &World) -> Result<Bench, Fault> {
        let executor = |schedule| world.executor(schedule, "serial");
        Ok(Bench { fixed: executor(Schedule::Static)?, dynamic: executor(Schedule::Dynamic)? })
    }

    fn run(&self, (kind, ranks): Where, tasks: &dyn Tasks) -> Result<Duration, Fault> {
        let control = Control { throttle: Some(ranks), ..Control::default() };
        let executor = if kind == Kind::Static { &self.fixed } else { &self.dynamic };
        let clock = Instant::now();
        executor.run(tasks, &control)?;
        Ok(clock.elapsed())
    }

    fn job<'t, K: Kernel>(&'t self, job: Job<'t, K>, place: Where) -> Timed<'t> {
        Box::new(move || {
            let mut out = job.blank()?;
            let tasks = job.tasks(&mut out)?;
            self.run(place, &tasks)
        })
    }

    fn problem<'t>(&'t self, problem: &'t Problem, place: Where) -> Timed<'t> {
        Box::new(move || {
            let mut took = Duration::ZERO;
            problem.case.run(problem.choice, 0, &mut |tasks| {
                took = self.run(place, tasks)?;
                Ok(())
            })?;
            Ok(took)
        })
    }

    /// Seconds of a talk, the best of several: a rank that is made to wait for its core says nothing of messages.
    fn wire(&self, talk: Talk, times: u64) -> Result<f64, Fault> {
        let mut best = f64::INFINITY;
        for _ in 0..TALKS {
            best = best.min(Job::<Wire>::new(talk.args(times), ())?.on(&self.fixed)?);
        }
        Ok(best)
    }
}

/// What was timed.
pub struct Times {
    rounds: Rounds,
    wire: [f64; 4],
}

/// The rows of empty chunks, of bytes, and of the kernels, one after the other.
const EMPTY: usize = 0;
const MOVED: usize = EMPTY + 2 * PLACES.len();
const KERNELS: usize = MOVED + 8;

impl Times {
    /// Times everything, each so often.
    pub fn of(bench: &Bench, problems: &[Problem], rounds: usize) -> Result<Times, Fault> {
        let effort = Effort::of_rounds(rounds, Duration::from_millis(5));
        let operand = vec![1u8; 2 * Byte::LARGE as usize];
        let mut rows: Vec<Timed<'_>> = Vec::new();
        for chunks in [FEW, MANY] {
            for place in PLACES {
                rows.push(bench.job(Job::<Empty>::new(chunks, ())?, place));
            }
        }
        // Half of the bytes are another rank's.
        for bytes in [2 * Byte::SMALL, 2 * Byte::LARGE] {
            for place in &PLACES[..2] {
                let operand = &operand[..bytes as usize];
                rows.push(bench.job(Job::<Take>::new(0, operand)?, *place));
                rows.push(bench.job(Job::<Give>::new(bytes, ())?, *place));
            }
        }
        for problem in problems {
            rows.push(Box::new(|| problem.alone().map(|chunks| chunks.into_iter().sum())));
            rows.extend(PLACES.map(|place| bench.problem(problem, place)));
        }
        let rounds = measure(rows.len(), &effort, |i, calls| {
            (0..calls).map(|_| rows[i]()).sum::<Result<Duration, Fault>>()
        })?;
        let talks = [
            (Talk::There(8), 50),
            (Talk::There(1 << 20), 4),
            (Talk::Burst, 50),
            (Talk::Look, 1000),
        ];
        let wire = talks.map(|(talk, times)| bench.wire(talk, times));
        let [short, long, burst, look] = wire;
        Ok(Times { rounds, wire: [short?, long?, burst?, look?] })
    }

    /// Seconds from an operand's first byte to its last, each, in messages of MPI alone.
    pub fn wire_byte(&self) -> f64 {
        (self.wire[1] - self.wire[0]) / f64::from(1 << 20)
    }

    /// What the model takes from it.
    pub fn costs(&self) -> Costs {
        let [latency, _, overhead, look] = self.wire;
        let [one, two] = [0, 1].map(|place| self.empty(FEW, place));
        let chunk = (self.empty(MANY, 0) - one) / (MANY - FEW) as f64;
        let run = one - FEW as f64 * chunk;
        // By size and place: of operands, which nobody reads, and of results, which each rank writes.
        let moved = |row: usize| self.rounds.median(MOVED + row);
        let price =
            |there: f64, here: f64, bytes| (there - here - (two - one)).max(0.0) / bytes as f64;
        let out = |row: usize, bytes: u64| price(moved(row + 2), moved(row), bytes);
        let back = |row: usize, bytes: u64| price(moved(row + 3), moved(row + 1) / 2.0, bytes);
        Costs {
            latency,
            overhead,
            byte_out: Byte { small: out(0, Byte::SMALL), large: out(4, Byte::LARGE) },
            byte_in: Byte { small: back(0, Byte::SMALL), large: back(4, Byte::LARGE) },
            look,
            run,
            chunk,
            away: ((self.empty(MANY, 1) - two) / ((MANY - FEW) / 2) as f64 - chunk).max(0.0),
            wake: (two - run - 2.0 * latency - 4.0 * overhead - chunk).max(0.0),
        }
    }

    fn empty(&self, chunks: u64, place: usize) -> f64 {
        self.rounds.median(EMPTY + PLACES.len() * usize::from(chunks == MANY) + place)
    }

    /// The work of empty chunks, and which rows are its times by place.
    pub fn empties(&self) -> [(String, Work, usize); 2] {
        let of = |chunks: u64| Work::of(std::iter::repeat_n(0.0, chunks as usize), 0.0, 8.0);
        [FEW, MANY].map(|chunks| {
            let row = EMPTY + PLACES.len() * usize::from(chunks == MANY);
            (format!("{chunks} empty chunks"), of(chunks), row)
        })
    }

    /// The same of a problem, which is number `i`.
    pub fn problem(&self, i: usize, problem: &Problem) -> Result<(String, Work, usize), Fault> {
        let row = KERNELS + i * (1 + PLACES.len());
        let work = problem.work(self.rounds.median(row))?;
        Ok((format!("{}, {} chunks", problem.name, work.len()), work, row + 1))
    }

    /// Seconds of a row, and their interval.
    pub fn row(&self, row: usize, alpha: f64) -> (f64, Option<(f64, f64)>) {
        (self.rounds.median(row), self.rounds.interval(row, alpha))
    }
}

impl Problem {
    /// A problem of this size.
    pub fn of(entry: &Entry, n: u64, world: &World) -> Result<Problem, Fault> {
        let variant = entry.default_variant().name;
        Ok(Problem {
            name: entry.name,
            case: entry.case(&Request::size(n))?,
            choice: Choice { variant, level: Level::new(world.level())? },
            remote: Remote::from(entry),
        })
    }

    /// What each chunk takes on one thread.
    fn alone(&self) -> Result<Vec<Duration>, Fault> {
        let chunks = Mutex::new(vec![Duration::ZERO; self.case.chunks()]);
        let began = Mutex::new(Duration::ZERO);
        let on_event = |event| match event {
            Event::Start { at, .. } => *began.lock().expect("nobody panics") = at,
            Event::End { task, at, .. } => {
                let began = *began.lock().expect("nobody panics");
                chunks.lock().expect("nobody panics")[task] = at - began;
            }
            _ => {}
        };
        let control = Control { on_event: Some(&on_event), ..Control::default() };
        self.case.run(self.choice, 0, &mut |tasks| Serial.run(tasks, &control).map(drop))?;
        Ok(chunks.into_inner().expect("nobody panicked"))
    }

    /// Its chunks, which take so many seconds together.
    fn work(&self, seconds: f64) -> Result<Work, Fault> {
        let mut best = self.alone()?;
        for _ in 0..4 {
            best.iter_mut().zip(self.alone()?).for_each(|(best, took)| *best = took.min(*best));
        }
        let spec = self.case.spec(self.choice)?;
        let (chunks, all) = (best.len() as f64, best.iter().sum::<Duration>().as_secs_f64());
        let operands: usize = spec.operands.iter().map(|operand| operand.len()).sum();
        let items = match self.remote.layout {
            Layout::PerChunk => chunks,
            Layout::PerElement | Layout::InPlace => spec.plan.area() as f64,
        };
        let each = best.iter().map(|took| took.as_secs_f64() * seconds / all);
        Ok(Work::of(each, operands as f64 / chunks, items * self.remote.item as f64 / chunks))
    }
}
