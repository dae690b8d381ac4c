//! A program for several ranks: what an executor owes its caller. `tests/worlds.rs` starts it; a line for each
//! executor says that all was as it should be.

use abreast::executor::{Cancel, Event};
use abreast::graph::Graph;
use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands};
use abreast::kernels::{axpy::Axpy, dot::Dot};
use abreast::{Control, Error, Executor, Fault, Plan, Remote, Serial, Tasks, Variant, executors};
use abreast_mpi::{EXECUTORS, Schedule, World, with_world};
use std::borrow::Cow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Squares of numbers; one chunk fails and one panics.
struct Squares;

impl Kernel for Squares {
    const NAME: &'static str = "own_squares";
    const LAYOUT: Layout = Layout::PerElement;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", squares)];

    /// The chunk that fails, and the one that panics.
    type Args = [u64; 2];
    type Input<'i> = &'i [u64];
    type Item = u64;
    type Output = Vec<u64>;

    fn plan(_: &[u64; 2], x: &[u64]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, 10)
    }

    fn finish(_: &[u64; 2], _: &Plan, items: Cow<'_, [u64]>) -> Vec<u64> {
        items.into_owned()
    }
}

fn squares(c: ChunkArgs<'_, '_, Squares>) -> Result<(), Error> {
    let chunk = c.chunk.index;
    assert_ne!(chunk, c.args[1], "seeded");
    if chunk == c.args[0] {
        return Err(Error::argument("chunk", chunk, "seeded"));
    }
    c.out.iter_mut().zip(c.input).for_each(|(out, x)| *out = x * x);
    Ok(())
}

const NONE: [u64; 2] = [99, 99];

/// How many elements whoever does a chunk has been given.
struct Given;

/// The longest operand that this process has seen of it.
static LONGEST: AtomicUsize = AtomicUsize::new(0);

impl Kernel for Given {
    const NAME: &'static str = "own_given";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", given)];

    /// The only length that it takes, or 0.
    type Args = u64;
    type Input<'i> = &'i [u8];
    type Item = u64;
    type Output = Vec<u64>;

    fn plan(only: &u64, x: &[u8]) -> Result<Plan, Error> {
        if *only != 0 && *only != x.len() as u64 {
            return Err(Error::argument("x", x.len(), "another length"));
        }
        LONGEST.fetch_max(x.len(), Ordering::Relaxed);
        Plan::range(x.len() as u64, 1)
    }

    fn finish(_: &u64, _: &Plan, items: Cow<'_, [u64]>) -> Vec<u64> {
        items.into_owned()
    }
}

fn given(c: ChunkArgs<'_, '_, Given>) -> Result<(), Error> {
    c.out[0] = LONGEST.load(Ordering::Relaxed) as u64;
    Ok(())
}

fn main() -> Result<(), Fault> {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| match panic.payload_as_str() {
        Some(text) if text.contains("seeded") => {}
        _ => usual(panic),
    }));
    let kernels = abreast::kernels::REGISTRY.iter().map(Remote::from);
    let escaped =
        with_world(kernels.chain([Remote::of::<Squares>(), Remote::of::<Given>()]), |world| {
            slices(world).expect("no fault");
            all(world).expect("no fault");
            world.executor(Schedule::Static, "serial").expect("an executor")
        })?;
    if let Some(escaped) = escaped {
        let fault = Job::<Squares>::new(NONE, &[1, 2])?.on(&escaped).unwrap_err();
        println!("{fault}");
    }
    Ok(())
}

fn all(world: &World) -> Result<(), Fault> {
    executors::add(EXECUTORS)?;
    let inner = ["serial", "threads:2", "procs:1"];
    for (schedule, inner) in Schedule::ALL.into_iter().flat_map(|s| inner.map(|inner| (s, inner))) {
        let mpi = world.executor(schedule, inner)?;
        let name = format!("mpi:{}:{inner}", schedule.name());
        assert_eq!((mpi.name(), mpi.width() % world.size()), (name.clone(), 0));
        same_faults(&mpi)?;
        events(&mpi)?;
        at_most_one_at_once(&mpi)?;
        cancelled(&mpi)?;
        graph(&mpi)?;
        operands(&mpi)?;
        within_itself(&mpi, &name)?;
        println!("{name}: all as it should be");
    }
    Ok(())
}

fn numbers(n: u64) -> Vec<u64> {
    (0..n).collect()
}

fn same_faults(mpi: &dyn Executor) -> Result<(), Fault> {
    let x = numbers(200);
    for (fails, panics) in (0..24).step_by(3).flat_map(|f| (0..24).step_by(5).map(move |p| (f, p)))
    {
        let job = Job::<Squares>::new([fails, panics], &x)?;
        assert_eq!(job.on(mpi), job.on(&Serial), "{fails} fails, {panics} panics");
    }
    Ok(())
}

/// Each task begins once and ends once, in slots that the executor has, one task at a time in each.
fn events(mpi: &dyn Executor) -> Result<(), Fault> {
    let x = numbers(400);
    let seen = Mutex::new((vec![None; mpi.width()], vec![0; 40]));
    let on_event = |event| {
        let mut seen = seen.lock().expect("nobody panics");
        match event {
            Event::Start { task, worker, .. } => assert_eq!(seen.0[worker].replace(task), None),
            Event::End { task, worker, ok, .. } => {
                assert_eq!((seen.0[worker].take(), ok), (Some(task), true));
                seen.1[task] += 1;
            }
            other => panic!("{other:?}"),
        }
    };
    let control = Control { on_event: Some(&on_event), ..Control::default() };
    let job = Job::<Squares>::new(NONE, &x)?;
    let mut out = vec![0; 400];
    let report = job.control(&control).on_into(mpi, &mut out)?;
    assert_eq!((report.tasks, report.ran_locally), (40, 0));
    assert!(out.iter().zip(&x).all(|(square, x)| *square == x * x));
    assert_eq!(seen.into_inner().expect("nobody panicked").1, [1; 40]);
    Ok(())
}

fn at_most_one_at_once(mpi: &dyn Executor) -> Result<(), Fault> {
    let (inside, starts) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let on_event = |event| match event {
        Event::Start { .. } => {
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
            starts.fetch_add(1, Ordering::SeqCst);
        }
        _ => drop(inside.fetch_sub(1, Ordering::SeqCst)),
    };
    let control = Control { throttle: Some(1), on_event: Some(&on_event), ..Control::default() };
    let x = numbers(200);
    let squares = Job::<Squares>::new(NONE, &x)?.control(&control).on(mpi)?;
    assert!(squares.iter().zip(&x).all(|(square, x)| *square == x * x));
    assert_eq!(starts.into_inner(), 20);
    Ok(())
}

fn cancelled(mpi: &dyn Executor) -> Result<(), Fault> {
    let cancel = Cancel::default();
    cancel.cancel();
    let control = Control { cancel: Some(&cancel), ..Control::default() };
    let x = numbers(200);
    let fault = Job::<Squares>::new(NONE, &x)?.control(&control).on(mpi).unwrap_err();
    assert_eq!(fault, Fault::Cancelled);
    Ok(())
}

/// Two kernels, whose chunks go to the ranks, and closures before and after, which do not.
fn graph(mpi: &dyn Executor) -> Result<(), Fault> {
    let (x, y) = (numbers(300), numbers(170));
    let graph = Graph::new();
    let first = graph.call(Job::<Squares>::new(NONE, &x)?)?;
    let second = graph.call(Job::<Squares>::new(NONE, &y)?)?;
    let sum = graph
        .task("sum", (first, second), |(first, second)| first.iter().chain(second).sum::<u64>());
    let more = graph.task("more", sum, |sum| sum + 1);
    let done = graph.compute(mpi, &Control::default(), more)?;
    assert_eq!(done.value, graph.compute(&Serial, &Control::default(), more)?.value);
    let local = done.report.ran_locally;
    assert!(local < done.report.tasks && local >= 2, "{:?}", done.report);
    Ok(())
}

/// Operands of megabytes, twice, so that jobs of two runs cannot be confused; and an output that is read.
fn operands(mpi: &dyn Executor) -> Result<(), Fault> {
    for scale in [1.0, 0.3] {
        let x: Vec<f64> = (0..300_000).map(|i| scale / f64::from(i + 1)).collect();
        let dot = Dot::job(&x, &x)?.on(mpi)?;
        assert_eq!(dot.to_bits(), abreast::dot(&x, &x)?.to_bits());
        let (mut here, mut there) = (x.clone(), x.clone());
        Axpy::job(1.7, &x)?.with_chunk(7000)?.on_into(&Serial, &mut here)?;
        Axpy::job(1.7, &x)?.with_chunk(7000)?.on_into(mpi, &mut there)?;
        assert_eq!(here, there);
    }
    Ok(())
}

/// A rank is sent the elements of its own chunks, unless the kernel takes all or none.
fn slices(world: &World) -> Result<(), Fault> {
    let x = vec![0; 1200];
    let (all, share) = (1200, 1200 / world.size() as u64);
    for inner in ["serial", "procs:1"] {
        let run =
            |schedule, only| Job::<Given>::new(only, &x)?.on(&world.executor(schedule, inner)?);
        let given = run(Schedule::Static, 0)?;
        let (here, there) = given.split_at(share as usize);
        assert!(here.iter().all(|given| *given == all), "{inner}: {here:?}");
        assert!(there.iter().all(|given| *given == share), "{inner}: {there:?}");
        let given = run(Schedule::Dynamic, 0)?;
        assert!(given.iter().all(|given| *given == all || *given <= share), "{inner}: {given:?}");
    }
    let given = Job::<Given>::new(all, &x)?.on(&world.executor(Schedule::Dynamic, "serial")?)?;
    assert!(given.iter().all(|given| *given == all), "{given:?}");
    Ok(())
}

/// A task that runs tasks on the ranks that it runs on.
struct Within<'w>(&'w str);

impl Tasks for Within<'_> {
    fn len(&self) -> usize {
        1
    }

    fn run(&self, _: usize) -> Result<(), Fault> {
        match executors::parse(self.0) {
            Ok(mpi) => mpi.run(self, &Control::default()).map(drop),
            Err(why) => Err(why.into()),
        }
    }
}

fn within_itself(mpi: &dyn Executor, name: &str) -> Result<(), Fault> {
    let fault = mpi.run(&Within(name), &Control::default()).unwrap_err().to_string();
    assert!(fault.contains("a task on these ranks waits for it"), "{fault}");
    Ok(())
}
