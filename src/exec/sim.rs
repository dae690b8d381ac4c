//! Tasks in virtual time: who would have done what, and when.

mod schedule;

use crate::executor::{Control, Event, Executor, Report, RunState};
use crate::{Error, Fault, Tasks};
use schedule::{Stage, schedule};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Runs tasks one after another on the calling thread, and says when they would have run on so many
/// workers, by their [`model`](Tasks::model).
///
/// The results are real; the time is not: a unit of cost counts as a millisecond in
/// [`Report::wall`] and in the events. Among the tasks that are ready, the one with the longest way
/// to the end goes first, of equals the lowest number. A resource serves one task at a time. A task
/// that nobody attends needs no worker: its events name slots from the width upwards. A throttle
/// sends workers home.
///
/// ```
/// use abreast::exec::{Control, Executor, Sim};
/// use abreast::tasks::{Model, Tasks};
///
/// /// Cut the vegetables (20), soak the peas (60, alone), then cook both (30).
/// struct Soup;
/// impl Tasks for Soup {
///     fn len(&self) -> usize { 3 }
///     fn run(&self, _: usize) -> Result<(), abreast::Fault> { Ok(()) }
///     fn is_graph(&self) -> bool { true }
///     fn needs(&self, i: usize) -> &[u32] { if i == 2 { &[0, 1] } else { &[] } }
///     fn model(&self, i: usize) -> Model {
///         Model { cost: [20, 60, 30][i], attended: i != 1, ..Model::default() }
///     }
/// }
///
/// let cook = Sim::new(1)?;
/// assert_eq!(cook.run(&Soup, &Control::default())?.wall.as_millis(), 90);
/// let prediction = cook.predict(&Soup)?;
/// assert_eq!((prediction.work, prediction.critical_path, prediction.makespan), (110, 90, 90));
/// # Ok::<(), abreast::Fault>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Sim {
    workers: usize,
}

/// What a simulation says of some tasks, in the units of their models.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// How many workers it was asked for.
    pub workers: usize,
    /// From the first start to the last end.
    pub makespan: u64,
    /// The longest chain of tasks that need each other: no number of workers makes it shorter.
    pub critical_path: u64,
    /// All tasks one after another.
    pub work: u64,
}

impl Prediction {
    /// How many times faster than one after another.
    pub fn speedup(&self) -> f64 {
        ratio(self.work, self.makespan)
    }

    /// Amdahl's bound: however many workers there are, they are not faster by more than
    /// work / critical path, because that chain stays serial.
    pub fn amdahl(&self) -> f64 {
        ratio(self.work, self.critical_path)
    }

    /// Graham's bound, (work - critical path) / workers + critical path: in whatever order ready
    /// tasks are taken, they do not take longer. It does not hold when tasks share resources.
    pub fn graham(&self) -> f64 {
        let (work, critical) = (self.work as f64, self.critical_path as f64);
        (work - critical) / self.workers as f64 + critical
    }
}

/// How many times `b` goes into `a`; nothing goes into nothing once.
fn ratio(a: u64, b: u64) -> f64 {
    if a == b { 1.0 } else { a as f64 / b as f64 }
}

impl Sim {
    /// More workers than this are refused: almost certainly a typo.
    pub const MAX: usize = 1 << 20;

    /// That many workers.
    ///
    /// # Errors
    /// [`Error::Argument`] when there are none, or more than [`Sim::MAX`].
    pub fn new(workers: usize) -> Result<Sim, Error> {
        if !(1..=Self::MAX).contains(&workers) {
            let rule = format!("must be between 1 and {}", Self::MAX);
            return Err(Error::argument("sim", workers, rule));
        }
        Ok(Sim { workers })
    }

    /// What [`Executor::run`] would say, without running anything.
    ///
    /// # Errors
    /// [`Error::Argument`] when a task needs one that is not below it, and when all costs together
    /// are more than 64 bits hold.
    pub fn predict(&self, tasks: &dyn Tasks) -> Result<Prediction, Error> {
        /// Nothing happens.
        struct Idle;
        impl Stage for Idle {}
        let outcome = schedule(tasks, self.workers, self.workers, &mut Idle)?;
        Ok(Prediction {
            workers: self.workers,
            makespan: outcome.makespan,
            critical_path: outcome.critical_path,
            work: outcome.work,
        })
    }
}

impl Executor for Sim {
    fn name(&self) -> String {
        format!("sim:{}", self.workers)
    }

    fn width(&self) -> usize {
        self.workers
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        let now = AtomicU64::new(0);
        let retell = |mut event| {
            let (Event::Start { at, .. } | Event::End { at, .. } | Event::Lost { at, .. }) =
                &mut event;
            *at = virtually(now.load(Ordering::Relaxed));
            control.on_event.into_iter().for_each(|listener| listener(event));
        };
        let on_event = control.on_event.map(|_| &retell as &(dyn Fn(Event) + Sync));
        let control = Control { on_event, ..*control };
        let mut play = Play { run: RunState::begin(tasks, &control), now: &now };
        let outcome = schedule(tasks, control.slots(self.workers), self.workers, &mut play)?;
        let report = play.run.end()?;
        Ok(Report { wall: virtually(outcome.makespan), is_virtual: true, ..report })
    }
}

/// A moment of the simulation as a time.
fn virtually(units: u64) -> Duration {
    Duration::from_millis(units)
}

/// A run: tasks do their work when they end.
struct Play<'p> {
    run: RunState<'p>,
    /// What the virtual clock shows.
    now: &'p AtomicU64,
}

impl Stage for Play<'_> {
    fn begins(&mut self, task: usize, worker: usize, at: u64) -> bool {
        self.now.store(at, Ordering::Relaxed);
        let goes_on = self.run.goes_on(task);
        if goes_on {
            self.run.started(task, worker);
        }
        goes_on
    }

    fn ends(&mut self, task: usize, worker: usize, at: u64) {
        self.now.store(at, Ordering::Relaxed);
        self.run.ended(task, worker, self.run.attempt(task));
    }
}
