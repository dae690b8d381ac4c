//! What cannot be done is said, and said as a serial run would say it.

use super::*;
use abreast::exec::{Cancel, Event, Serial, Signal};
use abreast::remote::Message;
use abreast::sample::splitmix64;
use abreast::tasks::Fill;
use abreast::{Error, Tasks, executors};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

pub fn trials() -> Vec<Trial> {
    vec![
        trial("no_workers_or_too_many_are_refused", bad_counts),
        trial("a_program_that_is_no_worker_is_found_out", silent_programs),
        trial("a_program_without_worker_main_does_not_breed", no_fork_bomb),
        trial("a_worker_with_other_kernels_does_not_fit", mismatch),
        trial("a_worker_killed_before_its_hello_is_replaced", killed_before_hello),
        trial("a_program_that_cannot_be_started_is_named", cannot_start),
        trial("the_fault_is_the_one_a_serial_run_would_meet", as_serial),
        trial("an_error_with_a_very_long_text_is_cut", long_words),
        trial("closures_are_not_shippable_and_mixed_tasks_run_locally", shippable),
        trial("a_kernel_that_workers_do_not_know_is_named", unknown_kernel),
        trial("a_pool_inside_its_own_run_is_refused", nested),
        trial("cancelling_before_on_the_way_and_after", cancelling),
        trial("no_tasks_are_no_fault", nothing),
        trial("each_task_has_one_start_and_one_end", events),
    ]
}

/// A shell script as a program; it goes when the test ends.
pub struct Script(PathBuf);

impl Script {
    pub fn new(name: &str, lines: &str) -> Script {
        let file = std::env::temp_dir().join(format!("abreast-{name}-{}", std::process::id()));
        std::fs::write(&file, format!("#!/bin/sh\n{lines}\n")).expect("written");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("set");
        Script(file)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub fn myself() -> String {
    std::env::current_exe().expect("this program").display().to_string()
}

fn with_program(script: &Script) -> Procs {
    pool(2).0.program(script.path(), kernels())
}

fn easy(executor: &dyn Executor) -> Result<usize, Fault> {
    let (outcome, out) = squares_of(executor, Args::at(20, 0, Act::Nothing), &Control::default());
    assert!(outcome.is_err() || out == squares(20));
    outcome.map(|report| report.tasks)
}

fn bad_counts() {
    for (count, rule) in [(0, "must be between 1 and 1024"), (5000, "must be between 1 and 1024")] {
        let refusal = Procs::new(count).unwrap_err();
        assert_eq!(refusal, Error::argument("procs", count, rule));
    }
    assert!(exec::parse("procs:0").is_err_and(|why| why.to_string().contains("procs = 0")));
    assert!(exec::parse("procs:two").is_err_and(|why| why.to_string().contains("whole number")));
}

fn silent_programs() {
    let began = Instant::now();
    let asleep = Script::new("asleep", "exec sleep 600");
    let fault = easy(&with_program(&asleep)).unwrap_err();
    assert!(
        matches!(&fault, Fault::NoWorkerEntry { why } if why.contains("nothing for")),
        "{fault}"
    );
    assert!(fault.to_string().contains("worker_main"));
    // Two seconds for the first, and more for each of the next: the machine may be slow.
    assert!(began.elapsed() < Duration::from_secs(300));
    let over = Script::new("over", "exit 0");
    let fault = easy(&with_program(&over)).unwrap_err();
    let why = "a worker exited with status 0 without a word".to_owned();
    assert_eq!(fault, Fault::NoWorkerEntry { why });
}

/// What the program `none` does: it runs a job on a pool of itself, as a main does that forgot
/// `worker_main`.
pub fn not_a_worker() {
    let executor = pool(2).0.program(std::env::current_exe().unwrap(), kernels());
    let fault = easy(&executor).unwrap_err();
    std::process::exit(if matches!(fault, Fault::Nested { .. }) { 9 } else { 8 });
}

fn no_fork_bomb() {
    let script = Script::new("none", &format!("ABREAST_TEST_WORKER=none exec {}", myself()));
    let why = "a worker went on in its main as if it were none".to_owned();
    assert_eq!(easy(&with_program(&script)), Err(Fault::NoWorkerEntry { why }));
}

fn mismatch() {
    let script = Script::new("other", &format!("ABREAST_TEST_WORKER=other exec {}", myself()));
    let fault = easy(&with_program(&script)).unwrap_err();
    assert!(matches!(&fault, Fault::Mismatch(why) if why.contains("same kernels")), "{fault}");
}

fn killed_before_hello() {
    // Dies on its first two starts, before it says anything.
    let flag = std::env::temp_dir().join(format!("abreast-flag-{}", std::process::id()));
    let _ = std::fs::remove_file(&flag);
    let flag = flag.display().to_string();
    let lines = format!(
        "if [ -e {flag}2 ]; then exec {}; fi\nif [ -e {flag} ]; then touch {flag}2; fi\ntouch {flag}\nkill -9 $$",
        myself()
    );
    let executor = pool(1).0.program(Script::new("early", &lines).path(), kernels());
    let script = Script::new("early", &lines);
    assert_eq!(easy(&executor), Ok(20));
    drop(script);
    for file in [flag.clone(), format!("{flag}2")] {
        std::fs::remove_file(file).expect("it was there");
    }
}

fn cannot_start() {
    let executor = pool(2).0.program("/nowhere/at/all", kernels());
    let fault = easy(&executor).unwrap_err();
    assert!(matches!(&fault, Fault::Io { what, .. } if what == "start a worker"), "{fault}");
}

/// A thousand random mixes of errors, panics and C++ exceptions for each executor.
fn as_serial() {
    let (procs, _) = pool(2);
    let names = ["threads:2", "threads:8", "locked:threads:2", "graph:2", "async:2", "sim:3"];
    let others = names.map(|name| executors::parse(name).expect("an executor"));
    let executors = others.iter().map(|executor| &**executor as &dyn Executor).chain([&procs as _]);
    let executors: Vec<&dyn Executor> = executors.collect();
    let mut met = [0; 4];
    for seed in 0..1000 {
        let random = |i, below: u64| splitmix64(seed, i) % below;
        let (chunk, every) = (1 + random(1, 5), random(2, 40));
        let args = Args { chunk, every, ..Args::at(200 + random(4, 9), random(3, 90), Act::Mixed) };
        let outcome = |executor: &dyn Executor| {
            let (outcome, out) = squares_of(executor, args, &Control::default());
            assert!(outcome.is_err() || out == squares(args.n), "seed {seed}");
            outcome.map(|report| report.tasks)
        };
        let expected = outcome(&Serial);
        for executor in &executors {
            assert_eq!(outcome(*executor), expected, "seed {seed} on {}", executor.name());
        }
        met[match expected {
            Ok(_) => 0,
            Err(Fault::Panic { .. }) => 1,
            Err(Fault::Kernel { why: Error::Exception { .. }, .. }) => 2,
            Err(_) => 3,
        }] += 1;
    }
    assert!(met.iter().all(|count| *count > 50), "{met:?}");
}

/// What a worker says of an error arrives, however long it is.
fn long_words() {
    let (executor, _) = pool(1);
    let args = Args::at(20, 7, Act::Tell);
    let (here, _) = squares_of(&Serial, args, &Control::default());
    let (there, _) = squares_of(&executor, args, &Control::default());
    let text = |outcome: Result<exec::Report, Fault>| match outcome {
        Err(Fault::Kernel { task: 7, why: Error::Argument { argument, value, rule } }) => {
            assert_eq!((&*argument, &*rule), ("chunk", "mutants"));
            value
        }
        other => panic!("{other:?}"),
    };
    let (whole, cut) = (text(here), text(there));
    assert_eq!(whole.chars().count(), Act::TALE);
    let (kept, mark) = cut.split_once(" [").expect("a mark where it is cut");
    assert!(whole.starts_with(kept) && kept.len() > 5_000, "{} bytes", kept.len());
    assert_eq!(mark, format!("{} more bytes]", whole.len() - kept.len()));
    assert_eq!(executor.pids().len(), 1);
    assert_eq!(easy(&executor), Ok(20), "the same worker goes on");
}

/// Tasks of which some are a kernel's chunks and the others closures.
struct Mixed<'m> {
    chunks: &'m dyn Tasks,
    ran_locally: Mutex<Vec<usize>>,
    all_locally: bool,
}

impl Tasks for Mixed<'_> {
    fn len(&self) -> usize {
        self.chunks.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        self.ran_locally.lock().unwrap().push(i);
        self.chunks.run(i)
    }

    fn message(&self, i: usize) -> Option<Message<'_>> {
        (!self.all_locally && !i.is_multiple_of(3)).then(|| self.chunks.message(i))?
    }

    fn receive(&self, i: usize, fill: Fill<'_>) -> Result<(), Fault> {
        self.chunks.receive(i, fill)
    }
}

fn shippable() {
    let (executor, _) = pool(2);
    for all_locally in [false, true] {
        let args = Args::at(30, 0, Act::Nothing);
        let job = Harm::<false>::job(args).unwrap();
        let mut out = vec![0; 30];
        let outcome = {
            let chunks = job.tasks(&mut out).unwrap();
            let ran_locally = Mutex::default();
            let mixed = Mixed { chunks: &chunks, ran_locally, all_locally };
            executor.run(&mixed, &Control::default())
        };
        if all_locally {
            let name = "task 0".to_owned();
            assert_eq!(outcome, Err(Fault::NotShippable { task: 0, name }));
        } else {
            let report = outcome.unwrap();
            assert_eq!((report.tasks, report.ran_locally, out), (30, 10, squares(30)));
        }
    }
}

fn unknown_kernel() {
    let executor = Procs::new(1).unwrap().program(myself(), abreast::kernels::REGISTRY);
    let fault = easy(&executor).unwrap_err();
    assert_eq!(fault, Fault::NotShippable { task: 0, name: "harm 0".to_owned() });
    assert!(fault.to_string().contains("harm 0"));
}

/// A closure that runs a job on the pool that it runs on.
struct Recursive<'r>(&'r Procs, Mixed<'r>);

impl Tasks for Recursive<'_> {
    fn len(&self) -> usize {
        self.1.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        easy(self.0)?;
        self.1.run(i)
    }

    fn message(&self, i: usize) -> Option<Message<'_>> {
        self.1.message(i)
    }

    fn receive(&self, i: usize, fill: Fill<'_>) -> Result<(), Fault> {
        self.1.receive(i, fill)
    }
}

fn nested() {
    let (executor, _) = pool(1);
    let job = Harm::<false>::job(Args::at(6, 0, Act::Nothing)).unwrap();
    let mut out = vec![0; 6];
    let chunks = job.tasks(&mut out).unwrap();
    let mixed = Mixed { chunks: &chunks, ran_locally: Mutex::default(), all_locally: false };
    let outcome = executor.run(&Recursive(&executor, mixed), &Control::default());
    assert!(matches!(outcome, Err(Fault::Nested { .. })), "{outcome:?}");
    assert_eq!(easy(&executor), Ok(20));
}

fn cancelling() {
    let (executor, _) = pool(2);
    let args = Args::at(5000, 0, Act::Nothing);
    let cancel = Cancel::default();
    let ended = Mutex::new(0);
    let watch = |event| {
        if let Event::End { .. } = event {
            let mut ended = ended.lock().unwrap();
            *ended += 1;
            if *ended == 40 {
                cancel.cancel();
            }
        }
    };
    let control = Control { cancel: Some(&cancel), on_event: Some(&watch), ..Control::default() };
    assert_eq!(squares_of(&executor, args, &control).0, Err(Fault::Cancelled));
    let on_the_way = *ended.lock().unwrap();
    // What workers had at hand is finished, and nothing more.
    assert!((40..=40 + 2 * 16).contains(&on_the_way), "{on_the_way}");
    assert_eq!(squares_of(&executor, args, &control).0, Err(Fault::Cancelled));
    assert_eq!(*ended.lock().unwrap(), on_the_way, "a cancelled run starts nothing");
    let late = Cancel::default();
    let control = Control { cancel: Some(&late), ..Control::default() };
    let (outcome, out) = squares_of(&executor, args, &control);
    late.cancel();
    assert!(outcome.is_ok() && out == squares(5000));
}

fn nothing() {
    let (executor, _) = pool(2);
    let (outcome, _) = squares_of(&executor, Args::at(0, 0, Act::Nothing), &Control::default());
    assert_eq!(outcome.map(|report| report.tasks), Ok(0));
    assert!(executor.pids().is_empty(), "nobody is started for nothing");
}

fn events() {
    let (executor, _) = pool(2);
    let seen = Mutex::new(Vec::new());
    let watch = |event| seen.lock().unwrap().push(event);
    let control = Control { on_event: Some(&watch), ..Control::default() };
    let args = Args { most: 1, every: 40, ..Args::at(100, 7, Act::Abort) };
    let (outcome, _) = squares_of(&executor, args, &control);
    assert_eq!(outcome.map(|report| report.retried), Ok(3));
    let seen = seen.into_inner().unwrap();
    let count = |pick: fn(&Event) -> Option<usize>, task| {
        seen.iter().filter(|event| pick(event) == Some(task)).count()
    };
    let start =
        |event: &Event| if let Event::Start { task, .. } = event { Some(*task) } else { None };
    let end = |event: &Event| if let Event::End { task, .. } = event { Some(*task) } else { None };
    let lost =
        |event: &Event| if let Event::Lost { task, .. } = event { Some(*task) } else { None };
    for task in 0..100 {
        let deaths = usize::from(task % 40 == 7);
        let counts = (count(start, task), count(end, task), count(lost, task));
        assert_eq!(counts, (1 + deaths, 1, deaths), "task {task}");
    }
    assert!(executor.signal(0, Signal::Kill) && !executor.signal(2, Signal::Kill));
    assert_eq!(easy(&executor), Ok(20), "a worker that died between two runs is replaced");
}
