//! An executor of somebody else's: it posts every task in bytes to two threads that know nothing but a
//! list of kernels, as it would to another process or machine, and runs what has no bytes itself.
//!
//! Every kernel of the crate runs on it, by every variant at every level, and so does one from here.

use abreast::executor::{Control, Executor, Nesting, Report, RunState, check_order};
use abreast::graph::Graph;
use abreast::kernel::{Request, Case, Choice, ChunkArgs, Entry, Job, Kernel, Layout, Operands};
use abreast::kernels::REGISTRY;
use abreast::remote::{self, JobSpec, RemoteJob};
use abreast::sample::Aligned;
use abreast::{Error, Fault, Level, Plan, Remote, Serial, Tasks, Variant};
use std::any::Any;
use std::borrow::Cow;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Scope;

/// The executor. It belongs to one thread, as handles of MPI do.
struct Post {
    far: Vec<Remote>,
    of_one_thread: PhantomData<*const ()>,
}

const WIDTH: usize = 2;

/// What is posted: a chunk's number, and its output as it begins.
type Letter = (usize, usize, Vec<u8>);

/// What comes back: which worker, which task, and its result.
type Reply = (usize, usize, Result<Vec<u8>, Problem>);

enum Problem {
    /// An error, as bytes.
    Error(Vec<u8>),
    Panic(String),
}

impl Post {
    /// Both sides must know the same kernels.
    fn new(near: &[Remote], far: Vec<Remote>) -> Result<Post, Fault> {
        if remote::fingerprint(near) != remote::fingerprint(&far) {
            return Err(Fault::Mismatch("the far side knows other kernels".to_owned()));
        }
        Ok(Post { far, of_one_thread: PhantomData })
    }
}

impl Executor for Post {
    fn name(&self) -> String {
        "post".to_owned()
    }

    fn width(&self) -> usize {
        WIDTH
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        check_order(tasks)?;
        let nesting = Nesting::here();
        if nesting.has(self) {
            let why = "its threads are waited for".to_owned();
            return Err(Fault::Nested { executor: self.name(), why });
        }
        let run = RunState::within(nesting.and(self, || self.name())?, tasks, control);
        let far = &self.far[..];
        let ran_locally = std::thread::scope(|scope| {
            let (reply, replies) = channel();
            let done = vec![false; tasks.len()];
            let free = (0..control.slots(WIDTH)).collect();
            let jobs = HashMap::new();
            let mut desk = Office { tasks, run: &run, far, scope, jobs, reply, replies, free, done };
            desk.all()
        });
        Ok(Report { ran_locally, ..run.end()? })
    }
}

/// One run: who is free, what has ended, and the threads of each job.
struct Office<'s, 'e> {
    tasks: &'e dyn Tasks,
    run: &'e RunState<'e>,
    far: &'e [Remote],
    scope: &'s Scope<'s, 'e>,
    jobs: HashMap<usize, Vec<Sender<Letter>>>,
    reply: Sender<Reply>,
    replies: Receiver<Reply>,
    free: Vec<usize>,
    done: Vec<bool>,
}

impl Office<'_, '_> {
    /// Does every task and gives how many ran here.
    fn all(&mut self) -> usize {
        let (width, mut here) = (self.free.len(), 0);
        for task in 0..self.tasks.len() {
            while self.free.is_empty() || self.free.len() < width && !self.is_ready(task) {
                self.take_reply();
            }
            if !self.run.goes_on(task) {
                continue;
            }
            if !self.post(task) {
                self.run.step(task, self.free[0]);
                self.done[task] = true;
                here += 1;
            }
        }
        while self.free.len() < width {
            self.take_reply();
        }
        here
    }

    fn is_ready(&self, task: usize) -> bool {
        self.tasks.needs(task).iter().all(|need| self.done[*need as usize])
    }

    /// Sends a task, if it can be sent.
    fn post(&mut self, task: usize) -> bool {
        let Some(message) = self.tasks.message(task) else { return false };
        let start = message.start.unwrap_or_else(|| vec![0xA5; message.bytes]);
        // The same reference is the same job: its bytes are sent once.
        let job = std::ptr::from_ref(message.job).addr();
        if !self.jobs.contains_key(&job) {
            match message.job.encode() {
                Ok(bytes) => {
                    let threads = self.open(bytes.as_slice().to_vec());
                    self.jobs.insert(job, threads);
                }
                Err(why) => {
                    self.run.failed(task, why.into());
                    return true;
                }
            }
        }
        let worker = self.free.pop().expect("somebody is free");
        self.run.started(task, worker);
        self.jobs[&job][worker].send((task, message.chunk, start)).expect("it listens");
        true
    }

    /// The two threads of a job, which see its bytes only.
    fn open(&self, bytes: Vec<u8>) -> Vec<Sender<Letter>> {
        let (to, letters): (Vec<_>, Vec<_>) = (0..WIDTH).map(|_| channel()).unzip();
        let (far, reply) = (self.far, self.reply.clone());
        self.scope.spawn(move || serve(far, &bytes, letters, &reply));
        to
    }

    fn take_reply(&mut self) {
        let (worker, task, result) = self.replies.recv().expect("whoever has a task replies");
        let ended = match result {
            Ok(bytes) => self.tasks.receive(task, &mut |out| {
                out.copy_from_slice(&bytes);
                Ok(())
            }),
            Err(Problem::Error(bytes)) => {
                let why = remote::error_from_bytes(&bytes).expect("an error's bytes");
                Err(Fault::Kernel { task, why })
            }
            Err(Problem::Panic(why)) => Err(Fault::Panic { task, why }),
        };
        self.run.ended(task, worker, ended);
        self.done[task] = true;
        self.free.push(worker);
    }
}

/// The far side of one job: opens its bytes, and two threads do its chunks.
fn serve(kernels: &[Remote], bytes: &[u8], letters: Vec<Receiver<Letter>>, reply: &Sender<Reply>) {
    let copy = Aligned::from(bytes);
    let job = JobSpec::decode(copy.as_slice())
        .and_then(|spec| Remote::find(kernels, &spec.kernel)?.open(&spec));
    std::thread::scope(|scope| {
        for (worker, letters) in letters.into_iter().enumerate() {
            let (job, reply) = (&job, reply.clone());
            scope.spawn(move || {
                for (task, chunk, start) in letters {
                    let answer = (worker, task, answer(job, chunk, &start));
                    reply.send(answer).expect("somebody waits");
                }
            });
        }
    });
}

fn answer(
    job: &Result<Box<dyn RemoteJob + '_>, Error>,
    chunk: usize,
    start: &[u8],
) -> Result<Vec<u8>, Problem> {
    let mut out = Aligned::from(start);
    let work = || job.as_ref().map_err(Error::clone)?.chunk(chunk, out.as_mut_slice());
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => Ok(out.as_slice().to_vec()),
        Ok(Err(why)) => {
            Err(Problem::Error(remote::error_to_bytes(&why, 4096).expect("room for its kind")))
        }
        Err(panic) => Err(Problem::Panic(text_of(&*panic))),
    }
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a value that is not text").to_owned()
}

/// Ten squares a chunk, of which one may fail and one may panic.
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

fn main() -> Result<(), Fault> {
    std::panic::set_hook(Box::new(|_| ()));
    let kernels = || REGISTRY.iter().map(Remote::from).chain([Remote::of::<Squares>()]);
    let near: Vec<Remote> = kernels().collect();
    let mismatch = Post::new(&near, kernels().skip(1).collect()).err().expect("refused");
    println!("{mismatch}");
    let post = Post::new(&near, near.clone())?;
    same_bits(&post)?;
    same_faults(&post)?;
    closures(&post)?;
    at_most_one_at_once(&post)?;
    within_itself(&near)
}

/// Every kernel, by every variant at every level.
fn same_bits(post: &Post) -> Result<(), Fault> {
    let hash = |case: &dyn Case, choice, executor: &dyn Executor| {
        let mut drive = |tasks: &dyn Tasks| executor.run(tasks, &Control::default()).map(drop);
        let answer = case.run(choice, 0x3F, &mut drive)?;
        assert!(answer.fenced, "written outside of the output");
        Ok::<u64, Fault>(answer.hash)
    };
    let (mut runs, mut chunks) = (0, 0);
    for entry in REGISTRY {
        let case = problem(entry)?;
        for level in Level::available() {
            for variant in entry.variants() {
                let choice = Choice { variant: variant.name, level };
                let (here, there) = (hash(&*case, choice, &Serial)?, hash(&*case, choice, post)?);
                assert_eq!(there, here, "{} {choice}", entry.name);
                runs += 1;
                chunks += case.chunks();
            }
        }
    }
    let rows: usize = REGISTRY.iter().map(|entry| entry.variants().count()).sum();
    assert_eq!(runs, rows * Level::available().len());
    assert!(chunks > 4 * runs);
    println!("{} kernels: the same bits", REGISTRY.len());
    Ok(())
}

/// A problem that is quickly done and has more than four chunks.
fn problem(entry: &Entry) -> Result<Box<dyn Case>, Fault> {
    let mut found = Err(Error::argument("kernel", entry.name, "has no small problem"));
    for n in entry.sizes.iter().rev() {
        let Ok(mut case) = entry.case(&Request::size(*n)) else { continue };
        if case.cost().flops > 4_000_000 {
            continue;
        }
        for chunk in [4096, 512, 64, 8, 1] {
            case.set_chunk(chunk)?;
            if case.chunks() > 4 {
                return Ok(case);
            }
        }
        found = Err(Error::argument("n", n, "has too few chunks"));
    }
    Ok(found?)
}

fn same_faults(post: &Post) -> Result<(), Fault> {
    let x: Vec<u64> = (0..200).collect();
    let (mut well, mut failed, mut panicked) = (0, 0, 0);
    for (fails, panics) in (0..25).flat_map(|fails| (0..25).map(move |panics| (fails, panics))) {
        let job = Job::<Squares>::new([fails, panics], &x)?;
        let (here, there) = (job.on(&Serial), job.on(post));
        assert_eq!(there, here, "{fails} fails, {panics} panics");
        match here {
            Ok(_) => well += 1,
            Err(Fault::Kernel { task, .. }) if task as u64 == fails => failed += 1,
            Err(Fault::Panic { task, .. }) if task as u64 == panics => panicked += 1,
            Err(other) => return Err(other),
        }
    }
    println!("{well} runs well, {failed} errors and {panicked} panics as here");
    Ok(())
}

/// A kernel in a graph, whose chunks are posted, and closures, which are not.
fn closures(post: &Post) -> Result<(), Fault> {
    let x: Vec<u64> = (0..100).collect();
    let graph = Graph::new();
    let squares = graph.call(Job::<Squares>::new([99, 99], &x)?)?;
    let sum = graph.task("sum", squares, |squares| squares.iter().sum::<u64>());
    let done = graph.compute(post, &Control::default(), sum)?;
    println!("{} of {} tasks ran here: {}", done.report.ran_locally, done.report.tasks, done.value);
    assert_eq!(done.value, graph.compute(&Serial, &Control::default(), sum)?.value);
    Ok(())
}

fn at_most_one_at_once(post: &Post) -> Result<(), Fault> {
    let (inside, events) = (AtomicUsize::new(0), Mutex::new(0));
    let on_event = |event| {
        match event {
            abreast::executor::Event::Start { worker, .. } => {
                assert_eq!((worker, inside.fetch_add(1, Ordering::SeqCst)), (0, 0));
            }
            _ => drop(inside.fetch_sub(1, Ordering::SeqCst)),
        }
        *events.lock().expect("nobody panics") += 1;
    };
    let control = Control { throttle: Some(1), on_event: Some(&on_event), ..Control::default() };
    let x: Vec<u64> = (0..200).collect();
    let job = Job::<Squares>::new([99, 99], &x)?;
    let squares = job.control(&control).on(post)?;
    assert!(squares.iter().zip(&x).all(|(square, x)| *square == x * x));
    println!("{} events, one task at a time", events.into_inner().expect("nobody panicked"));
    Ok(())
}

thread_local! {
    /// What a task on this thread can reach, though it could not be given the executor.
    static HERE: std::cell::OnceCell<Post> = const { std::cell::OnceCell::new() };
}

/// A task that runs tasks on the executor that it runs on.
struct Within;

impl Tasks for Within {
    fn len(&self) -> usize {
        1
    }

    fn run(&self, _: usize) -> Result<(), Fault> {
        HERE.with(|post| post.get().expect("set").run(self, &Control::default())).map(drop)
    }
}

fn within_itself(near: &[Remote]) -> Result<(), Fault> {
    let post = Post::new(near, near.to_vec())?;
    let fault = HERE.with(|here| {
        here.get_or_init(|| post).run(&Within, &Control::default()).expect_err("nested")
    });
    println!("{fault}");
    Ok(())
}
