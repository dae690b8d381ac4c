//! Nothing is left: no descriptor, no process, no file, whoever dies.

use super::*;
use abreast::exec::Signal;
use abreast::harness::chaos::Leaks;
use abreast::kernels::dot::Dot;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

pub fn trials() -> Vec<Trial> {
    vec![
        trial("after_the_pool_nothing_is_left", || in_a_process("count")),
        trial("killed_and_stopped_at_random_nothing_is_lost", || in_a_process("chaos")),
        trial("without_descriptors_a_run_says_so", || in_a_process("descriptors")),
        trial("without_shared_memory_a_run_says_so", without_memory),
        trial("without_processes_a_run_says_so", without_processes),
        trial("no_worker_outlives_its_parent", orphans),
    ]
}

/// Runs one of the scenes below in a process of its own, whose descriptors and children are only
/// its own.
pub fn in_a_process(scene: &str) {
    let status = scene_of(scene).status().expect("started");
    assert!(status.success(), "{scene}: {status}");
}

/// The same, for a scene that could wait for ever: after two minutes without a sign of life, where one round
/// takes less than a second, it is killed and has failed.
pub fn in_time(scene: &str) {
    let limit = Duration::from_secs(120);
    let mut child = scene_of(scene).stdout(Stdio::piped()).spawn().expect("started");
    let signs = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let (sign, heard) = channel();
    std::thread::spawn(move || signs.map_while(Result::ok).try_for_each(|_| sign.send(())));
    let mut last = Instant::now();
    while last.elapsed() < limit {
        if let Some(status) = child.try_wait().expect("a child") {
            assert!(status.success(), "{scene}: {status}");
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
        if heard.try_iter().count() > 0 {
            last = Instant::now();
        }
    }
    child.kill().expect("killed");
    child.wait().expect("reaped");
    panic!("{scene} gave no sign of life for {limit:?}");
}

/// A scene's sign of life, for each of its rounds.
pub fn alive() {
    println!();
}

/// Waits until it is so.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "after a minute: not {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

pub fn scene_of(scene: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    as_scene(&mut command, scene);
    command
}

fn as_scene<'c>(command: &'c mut Command, scene: &str) -> &'c mut Command {
    command.env("ABREAST_TEST_WORKER", "parent").env("ABREAST_TEST_SCENE", scene)
}

/// A scene, in the process that `scene_of` started.
pub fn parent() -> ExitCode {
    match std::env::var("ABREAST_TEST_SCENE").as_deref() {
        Ok("count") => count(),
        Ok("chaos") => chaos(),
        Ok("descriptors") => descriptors(),
        Ok("memory") => memory(),
        Ok("processes") => processes(),
        Ok("orphans") => orphanage(),
        Ok("cell") => table::cell(),
        Ok(scene) if deaths::scene(scene) || extremes::scene(scene) => {}
        Ok(scene) if startup::scene(scene) || tamper::scene(scene) => {}
        other => panic!("no scene {other:?}"),
    }
    ExitCode::SUCCESS
}

fn count() {
    let before = Leaks::now();
    for _ in 0..20 {
        let (executor, _) = pool(2);
        let args = Args { every: 40, most: 1, chunk: 700, ..Args::at(70_000, 1, Act::Abort) };
        let (outcome, out) = squares_of(&executor, args, &Control::default());
        assert!(outcome.is_ok_and(|report| report.lost_workers == 3) && out == squares(70_000));
        let x = vec![1.0; 100_000];
        assert_eq!(Dot::job(&x, &x).unwrap().on(&executor), Ok(100_000.0));
        let more = Leaks::now().beyond(&before);
        assert!(more.contains(&"2 x child process".to_owned()), "two workers: {more:?}");
    }
    assert_eq!(Leaks::now(), before);
}

fn chaos() {
    let before = Leaks::now();
    {
        let (executor, _) = pool(2);
        // Workers must have the time to start: an instrumented program needs far more of it.
        let began = Instant::now();
        squares_of(&executor, Args::at(2, 0, Act::Nothing), &Control::default()).0.unwrap();
        let pace = (2 * began.elapsed()).max(Duration::from_millis(5));
        let over = AtomicBool::new(false);
        let control = Control {
            deadline: Some(Duration::from_millis(500)),
            // However often a busy machine is late.
            attempts: u32::MAX,
            ..Control::default()
        };
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for blow in 0.. {
                    std::thread::sleep(pace);
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    executor
                        .signal(blow % 2, if blow % 10 == 0 { Signal::Stop } else { Signal::Kill });
                }
            });
            for _ in 0..5 {
                let args = Args { chunk: 50, ..Args::at(50 * 10_000, 0, Act::Nothing) };
                let (outcome, out) = squares_of(&executor, args, &control);
                assert_eq!(outcome.map(|report| report.tasks), Ok(10_000));
                assert!(out == squares(50 * 10_000));
            }
            over.store(true, Ordering::Relaxed);
        });
    }
    assert_eq!(Leaks::now(), before);
}

fn descriptors() {
    let (executor, _) = pool(4);
    let before = Leaks::now();
    let few = Rlimit { current: Some(9), maximum: Some(1024) };
    setrlimit(Resource::Nofile, few).expect("a lower limit");
    let x = vec![1.0; 100_000];
    let run = || Dot::job(&x, &x).unwrap().on(&executor);
    let held: Vec<_> = (0..).map_while(|_| std::fs::File::open("/dev/null").ok()).collect();
    let fault = run().unwrap_err();
    assert!(matches!(fault, Fault::Io { .. }), "{fault}");
    drop(held);
    assert_eq!(Leaks::now(), before);
    // With room for one or two workers the run goes on with these.
    let more = Rlimit { current: Some(16), maximum: Some(1024) };
    setrlimit(Resource::Nofile, more).expect("a higher limit");
    assert_eq!(run(), Ok(100_000.0));
    assert!((1..4).contains(&executor.pids().len()), "{:?}", executor.pids());
}

/// Lowers or raises a limit of this process, as far as it may be raised.
fn limit(resource: Resource, most: Option<u64>) {
    let maximum = getrlimit(resource).maximum;
    let current = most.or(maximum);
    setrlimit(resource, Rlimit { current, maximum }).expect("a limit");
}

/// Whoever writes beyond the limit on files is sent a signal that ends the process, unless it was
/// started with that signal ignored.
fn without_memory() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$0\""]).arg(std::env::current_exe().unwrap());
    let status = as_scene(&mut shell, "memory").status().expect("started");
    assert!(status.success(), "{status}");
}

/// A limit on the size of files is one on memory that processes share.
fn memory() {
    let (executor, _) = pool(2);
    let before = Leaks::now();
    limit(Resource::Fsize, Some(64 << 10));
    let control = Control::default();
    let x = vec![1.0; 100_000];
    let dot = || Dot::job(&x, &x).unwrap().on(&executor);
    let io = |outcome: Fault, what: &str| match outcome {
        Fault::Io { what: done, why } => {
            assert!(done.starts_with(what) && why.contains("too large"), "{done}: {why}");
        }
        other => panic!("{other:?}"),
    };
    io(dot().unwrap_err(), "send the job for dot");
    assert_eq!(Leaks::now(), before, "operands that cannot be shared");
    let args = Args { chunk: 50_000, ..Args::at(100_000, 0, Act::Nothing) };
    let mut sums = vec![7; 100_000];
    let mut add = || Harm::<true>::job(args).unwrap().on_into(&executor, &mut sums);
    io(add().unwrap_err(), "share the 400000 bytes of task 0");
    assert_eq!(Leaks::now(), before, "an output that is also an input");
    io(squares_of(&executor, args, &control).0.unwrap_err(), "share the 400000 bytes of task 0");
    for cells in [100_000, usize::MAX / 8, usize::MAX] {
        assert!(SharedCells::new(cells).is_err(), "{cells} cells");
    }
    drop(executor);
    limit(Resource::Fsize, None);
    let (executor, _) = pool(2);
    let (outcome, out) = squares_of(&executor, args, &control);
    assert!(outcome.is_ok() && out == squares(100_000));
    drop(executor);
    assert!(Leaks::now().beyond(&before).is_empty());
}

/// Limits on the number of processes do not bind root, so root runs the scene as nobody.
fn without_processes() {
    use std::os::unix::process::CommandExt;
    // By this name it needs no way to the file but only the file.
    let mut command = Command::new("/proc/self/exe");
    if rustix::process::geteuid().is_root() {
        command.uid(65534);
    }
    match as_scene(&mut command, "processes").status() {
        Ok(status) => assert!(status.success(), "{status}"),
        Err(why) => println!("skipped: root is nobody but root here: {why}"),
    }
}

fn processes() {
    let easy = |executor: &Procs, throttle| {
        let control = Control { throttle, ..Control::default() };
        let (outcome, out) = squares_of(executor, Args::at(20, 0, Act::Nothing), &control);
        outcome.map(|report| (report.tasks, out == squares(20)))
    };
    let (executor, _) = pool(2);
    let before = Leaks::now();
    limit(Resource::Nproc, Some(1));
    if Command::new("true").status().is_ok() {
        println!("skipped: nothing here limits the number of processes");
        return;
    }
    let fault = easy(&executor, None).unwrap_err();
    let Fault::Io { what, why } = &fault else { panic!("{fault:?}") };
    assert!(what == "start a worker" && why.contains("os error 11"), "{fault}");
    assert_eq!(Leaks::now(), before);
    limit(Resource::Nproc, None);
    assert_eq!(easy(&executor, Some(1)), Ok((20, true)));
    limit(Resource::Nproc, Some(1));
    assert_eq!(easy(&executor, None), Ok((20, true)), "with the one worker that there is");
    assert_eq!(executor.pids().len(), 1);
    drop(executor);
    assert!(Leaks::now().beyond(&before).is_empty());
    // A sanitizer that looks for leaks at the end needs a process for it.
    limit(Resource::Nproc, None);
}

/// Starts workers that never end, says who they are, and waits to be killed.
fn orphanage() {
    let (executor, _) = pool(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let args = Args { every: 1, ..Args::at(2, 0, Act::Spin) };
            squares_of(&executor, args, &Control::default())
        });
        while executor.pids().len() < 2 {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(100));
        let pids: Vec<String> = executor.pids().iter().map(u32::to_string).collect();
        println!("workers {}", pids.join(" "));
    });
}

fn orphans() {
    let mut parent = scene_of("orphans").stdout(Stdio::piped()).spawn().expect("started");
    let workers = workers_of(&mut parent);
    assert!(workers.iter().all(|worker| lives(worker)));
    parent.kill().expect("killed");
    parent.wait().expect("reaped");
    let killed = Instant::now();
    // A tenth of a second is the promise; a machine that is busy may need longer to keep it.
    while workers.iter().any(|worker| lives(worker)) {
        assert!(killed.elapsed() < Duration::from_secs(600), "{workers:?} live on");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn workers_of(parent: &mut Child) -> Vec<String> {
    let out = BufReader::new(parent.stdout.take().expect("piped"));
    let line = out.lines().map(|line| line.expect("text")).find(|line| line.starts_with("workers"));
    let workers = line.expect("the line with the workers");
    workers.split(' ').skip(1).map(str::to_owned).collect()
}

/// Whether a process is there and not only a zombie that waits for its new parent.
pub fn lives(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}
