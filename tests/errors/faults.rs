//! Tasks that fail and tasks that panic, over many schedules: the fault reported is always the one
//! that running the tasks one after another would have met first.

use abreast::exec::{Cancel, Control, Event, Executor};
use abreast::executors;
use abreast::sample::splitmix64;
use abreast::{Error, Fault, Tasks};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a task does when its turn comes.
#[derive(Clone, Copy, PartialEq)]
enum Act {
    Work,
    Fail,
    Panic,
    PanicWithText,
    PanicWithoutText,
}

/// A panic payload that is not text.
struct Seeded;

/// Tasks by script, each counting how often it ran.
struct Script {
    acts: Vec<Act>,
    seed: u64,
    ran: Vec<AtomicUsize>,
}

impl Script {
    /// `len` tasks, of which about one in `rarity` goes wrong in one of four ways.
    fn new(len: usize, seed: u64, rarity: u64) -> Script {
        quiet();
        let act = |i| match splitmix64(seed, i) % (4 * rarity) {
            0 => Act::Fail,
            1 => Act::Panic,
            2 => Act::PanicWithText,
            3 => Act::PanicWithoutText,
            _ => Act::Work,
        };
        let acts = (0..len as u64).map(act).collect();
        Script { acts, seed, ran: (0..len).map(|_| AtomicUsize::new(0)).collect() }
    }

    /// What a serial run meets first.
    fn expected(&self) -> Result<usize, Fault> {
        let Some(task) = self.acts.iter().position(|act| *act != Act::Work) else {
            return Ok(self.acts.len());
        };
        let why = match self.acts[task] {
            Act::Panic => "seeded".to_owned(),
            Act::PanicWithText => format!("seeded {task}"),
            Act::PanicWithoutText => "a value that is not text".to_owned(),
            Act::Fail | Act::Work => return Err(failure(task)),
        };
        Err(Fault::Panic { task, why })
    }
}

fn failure(task: usize) -> Fault {
    Fault::Kernel { task, why: Error::argument("task", task, "seeded") }
}

impl Tasks for Script {
    fn len(&self) -> usize {
        self.acts.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        self.ran[i].fetch_add(1, Ordering::Relaxed);
        // Uneven work, so that tasks overtake each other in another way each time.
        for _ in 0..splitmix64(!self.seed, i as u64) % 200 {
            std::hint::spin_loop();
        }
        match self.acts[i] {
            Act::Work => Ok(()),
            Act::Fail => Err(failure(i)),
            Act::Panic => panic!("seeded"),
            Act::PanicWithText => panic!("seeded {i}"),
            Act::PanicWithoutText => std::panic::panic_any(Seeded),
        }
    }
}

/// Keeps the seeded panics, and only those, from filling the screen.
pub fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let text = panic.payload_as_str().unwrap_or_default();
            if !text.starts_with("seeded") && !panic.payload().is::<Seeded>() {
                usual(panic);
            }
        }));
    });
}

/// Every executor, by name.
pub fn executors() -> Vec<Box<dyn Executor>> {
    let threads = ["threads:1", "threads:2", "threads:3", "threads:8", "threads:64"];
    let others = [
        "serial",
        "locked:serial",
        "locked:threads:3",
        "locked:graph:3",
        "graph:1",
        "graph:3",
        "sim:1",
        "sim:3",
    ];
    let mut names = [&others[..], &threads].concat();
    if cfg!(feature = "aio") {
        names.extend(["async:1", "async:2", "async:8"]);
    }
    names.into_iter().map(|name| executors::parse(name).expect("an executor")).collect()
}

#[test]
fn the_fault_is_the_one_a_serial_run_would_meet() {
    let executors = executors();
    let (mut failed, mut panicked, mut well) = (0, 0, 0);
    for seed in 0..1000 {
        for executor in &executors {
            // From scripts where nearly everything goes wrong to scripts where nothing does.
            let script = Script::new(200, seed, [2, 20, 100, 1000][seed as usize % 4]);
            let outcome = executor.run(&script, &Control::default());
            let outcome = outcome.map(|report| report.tasks);
            assert_eq!(outcome, script.expected(), "seed {seed} on {}", executor.name());
            let must_run = outcome.as_ref().map_or_else(task_of, |done| *done);
            let times = |i: usize| script.ran[i].load(Ordering::Relaxed);
            assert!((0..must_run).all(|i| times(i) == 1), "seed {seed} on {}", executor.name());
            assert!((must_run..200).all(|i| times(i) <= 1), "seed {seed} on {}", executor.name());
            match outcome {
                Ok(_) => well += 1,
                Err(Fault::Panic { .. }) => panicked += 1,
                Err(_) => failed += 1,
            }
        }
    }
    assert!(failed > 20 && panicked > 20 && well > 20, "{failed} {panicked} {well}");
}

pub fn task_of(fault: &Fault) -> usize {
    match fault {
        Fault::Kernel { task, .. } | Fault::Panic { task, .. } => *task,
        other => panic!("{other:?} names no task"),
    }
}

#[test]
fn no_tasks_are_no_fault() {
    for executor in executors() {
        let report = executor.run(&Script::new(0, 1, 1), &Control::default()).unwrap();
        assert_eq!(report.tasks, 0, "{}", executor.name());
    }
}

#[test]
fn a_cancelled_run_starts_nothing() {
    for executor in executors() {
        let (script, cancel) = (Script::new(100, 3, u64::MAX / 8), Cancel::default());
        cancel.cancel();
        let control = Control { cancel: Some(&cancel), ..Control::default() };
        assert_eq!(executor.run(&script, &control).unwrap_err(), Fault::Cancelled);
        assert!(
            script.ran.iter().all(|ran| ran.load(Ordering::Relaxed) == 0),
            "{}",
            executor.name()
        );
    }
}

/// A thousand tasks, of which the 21st cancels the run; those after it wait until it has.
struct Cancelling<'c>(&'c Cancel);

impl Tasks for Cancelling<'_> {
    fn len(&self) -> usize {
        1000
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        if i == 20 {
            self.0.cancel();
        }
        while i > 20 && !self.0.is_cancelled() {
            std::thread::yield_now();
        }
        Ok(())
    }
}

#[test]
fn a_run_cancelled_on_the_way_finishes_what_has_begun() {
    for executor in executors() {
        let (cancel, started, ended) =
            (Cancel::default(), AtomicUsize::new(0), AtomicUsize::new(0));
        let watch = |event| {
            let is_start = matches!(event, Event::Start { .. });
            let count = if is_start { &started } else { &ended };
            count.fetch_add(1, Ordering::Relaxed);
        };
        let control =
            Control { cancel: Some(&cancel), on_event: Some(&watch), ..Control::default() };
        assert_eq!(executor.run(&Cancelling(&cancel), &control).unwrap_err(), Fault::Cancelled);
        let (started, ended) = (started.into_inner(), ended.into_inner());
        assert_eq!(started, ended, "{}", executor.name());
        // Besides those up to the 21st, at most one for each of the other slots.
        assert!(ended <= 20 + executor.width(), "{ended} tasks on {}", executor.name());
        if executor.width() == 1 {
            assert_eq!(ended, 21, "{}", executor.name());
        }
    }
}

#[test]
fn a_fault_outranks_the_cancelling_that_it_caused() {
    for executor in executors() {
        let (mut script, cancel) = (Script::new(100, 5, u64::MAX / 8), Cancel::default());
        script.acts[7] = Act::Panic;
        let watch = |event| {
            if let Event::End { ok: false, .. } = event {
                cancel.cancel();
            }
        };
        let control =
            Control { cancel: Some(&cancel), on_event: Some(&watch), ..Control::default() };
        assert_eq!(executor.run(&script, &control).map(|_| ()), script.expected().map(|_| ()));
    }
}
