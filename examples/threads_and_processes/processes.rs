//! The chapters about worker processes: who they are, what they can share, and what happens when
//! one of them dies.

use crate::common::so;
use abreast::exec::{self, Control, Event, Procs, SharedCells, Signal};
use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands};
use abreast::kernels::REGISTRY;
use abreast::kernels::pi::Pi;
use abreast::{Error, Fault, Plan, Remote, Variant};
use bytemuck::{Pod, Zeroable};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// Makes this program its own worker: in a worker it never returns. Workers know the kernels of
/// the crate, and ours.
pub fn enter() {
    let ours = [
        Remote::of::<Errand<WhoAmI>>(),
        Remote::of::<Errand<ReadTable>>(),
        Remote::of::<Errand<CountAtomically>>(),
        Remote::of::<Errand<CountRacily>>(),
        Remote::of::<Errand<UseQueue>>(),
    ];
    exec::worker_main(REGISTRY.iter().map(Remote::from).chain(ours));
}

pub fn story() -> Result<(), Fault> {
    let pool = Procs::new(2)?;
    two_numbers(&pool)?;
    a_named_array(&pool)?;
    a_shared_counter(&pool)?;
    a_queue(&pool)?;
    a_killed_worker(&pool)
}

/// Something that a worker does for us.
trait Deed: 'static {
    /// The name that workers know it by.
    const NAME: &'static str;

    /// Does it, as the first or the second of two; `size` is how much of it.
    fn done(which: u64, size: u64) -> u64;
}

/// A kernel of our own: two chunks, one for each of two workers, that do the deed `D`.
struct Errand<D>(std::marker::PhantomData<D>);

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Size(u64);

impl<D: Deed> Kernel for Errand<D> {
    const NAME: &'static str = D::NAME;
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", run::<D>)];

    type Args = Size;
    type Input<'i> = ();
    type Item = u64;
    type Output = [u64; 2];

    fn plan(_: &Size, (): ()) -> Result<Plan, Error> {
        Plan::range(2, 1)
    }

    fn finish(_: &Size, _: &Plan, items: Cow<'_, [u64]>) -> [u64; 2] {
        [items[0], items[1]]
    }
}

fn run<D: Deed>(c: ChunkArgs<'_, '_, Errand<D>>) -> Result<(), Error> {
    c.out[0] = D::done(c.chunk.index, c.args.0);
    Ok(())
}

/// What two workers bring back. Should one of them wait in vain for the other, a deadline ends it.
fn errand<D: Deed>(pool: &Procs, size: u64) -> Result<[u64; 2], Fault> {
    let deadline = Some(Duration::from_secs(600));
    let control = Control { deadline, attempts: 1, ..Control::default() };
    Job::<Errand<D>>::new(Size(size), ())?.control(&control).on(pool)
}

/// Memory that both workers see under a name.
fn share(pool: &Procs, name: &str, len: usize) -> Result<Arc<SharedCells>, Fault> {
    let refused = |why: std::io::Error| Fault::Io {
        what: format!("share {len} cells"),
        why: why.to_string(),
    };
    let cells = Arc::new(SharedCells::new(len).map_err(refused)?);
    pool.share(name, &cells);
    Ok(cells)
}

/// In a worker: the cells that the parent shares under this name.
fn shared(name: &str) -> Arc<SharedCells> {
    exec::shared_cells(name).expect("shared before the run")
}

struct WhoAmI;

impl Deed for WhoAmI {
    const NAME: &'static str = "who_am_i";

    fn done(_: u64, _: u64) -> u64 {
        u64::from(std::process::id())
    }
}

fn two_numbers(pool: &Procs) -> Result<(), Fault> {
    let [one, other] = errand::<WhoAmI>(pool, 0)?;
    let parent = u64::from(std::process::id());
    println!(
        "\nthis is process {parent}; two chunks of a kernel ran in processes {one} and {other}"
    );
    assert!(one != other && one != parent && other != parent);
    let known = pool.pids();
    assert!([one, other].iter().all(|pid| known.contains(&(*pid as u32))));
    so("worker processes are other programs: what they know, somebody has sent them");
    Ok(())
}

const TABLE: &str = "table";

struct ReadTable;

impl Deed for ReadTable {
    const NAME: &'static str = "read_table";

    /// One adds up the first half, the other the second.
    fn done(which: u64, size: u64) -> u64 {
        let half = size as usize / 2;
        let table = shared(TABLE);
        let cells = table.cells().iter().skip(which as usize * half).take(half);
        cells.map(|cell| cell.load(Ordering::Relaxed)).sum()
    }
}

fn a_named_array(pool: &Procs) -> Result<(), Fault> {
    let table = share(pool, TABLE, 1000)?;
    for (square, cell) in (0..).map(|i| i * i).zip(table.cells()) {
        cell.store(square, Ordering::Relaxed);
    }
    let [low, high] = errand::<ReadTable>(pool, 1000)?;
    println!(
        "a thousand squares in an array called \"{TABLE}\": one worker adds {low}, the other {high}"
    );
    assert_eq!((low, high), (41_541_750, 291_291_750));
    so("memory that processes share has a name, and is shared on purpose");
    Ok(())
}

const COUNTER: &str = "counter";
const MEETING: &str = "meeting";

/// Comes back when both have come.
fn meet() {
    let meeting = shared(MEETING);
    meeting.cells()[0].fetch_add(1, Ordering::SeqCst);
    while meeting.cells()[0].load(Ordering::SeqCst) < 2 {
        std::thread::yield_now();
    }
}

struct CountAtomically;

impl Deed for CountAtomically {
    const NAME: &'static str = "count_atomically";

    fn done(_: u64, size: u64) -> u64 {
        let counter = shared(COUNTER);
        meet();
        for _ in 0..size {
            counter.cells()[0].fetch_add(1, Ordering::Relaxed);
        }
        size
    }
}

struct CountRacily;

impl Deed for CountRacily {
    const NAME: &'static str = "count_racily";

    /// Reads, and only then writes: what the other has counted in between is lost. The two meet
    /// between their first reading and writing, so one count is lost for sure; the rest is luck.
    fn done(_: u64, size: u64) -> u64 {
        let counter = shared(COUNTER);
        let first = counter.cells()[0].load(Ordering::Relaxed);
        meet();
        counter.cells()[0].store(first + 1, Ordering::Relaxed);
        for _ in 1..size {
            let seen = counter.cells()[0].load(Ordering::Relaxed);
            counter.cells()[0].store(seen + 1, Ordering::Relaxed);
        }
        size
    }
}

fn a_shared_counter(pool: &Procs) -> Result<(), Fault> {
    let (counter, meeting) = (share(pool, COUNTER, 1)?, share(pool, MEETING, 1)?);
    let counted = || {
        meeting.cells()[0].store(0, Ordering::SeqCst);
        counter.cells()[0].swap(0, Ordering::SeqCst)
    };
    // Long enough that they overlap even where they share a core.
    const EACH: u64 = 3_000_000;
    errand::<CountAtomically>(pool, EACH)?;
    let exact = counted();
    errand::<CountRacily>(pool, EACH)?;
    let short = counted();
    println!("two workers count to {EACH} in one cell: {exact} by atomic additions,");
    println!("{short} by reading and then writing");
    assert_eq!(exact, 2 * EACH);
    assert!(short < 2 * EACH);
    so(
        "who reads and then writes loses what another has written in between; an atomic addition does not",
    );
    Ok(())
}

const QUEUE: &str = "queue";

/// How many values the queue holds at most.
const ROOM: u64 = 16;

/// A ring in shared memory, for one that puts and one that takes: how many were put, how many were
/// taken, and the places.
struct Queue(Arc<SharedCells>);

impl Queue {
    const CELLS: usize = 2 + ROOM as usize;

    fn put(&self, value: u64) {
        let [put, taken, places @ ..] = self.0.cells() else {
            unreachable!("it has {ROOM} places")
        };
        let at = put.load(Ordering::Relaxed);
        while at - taken.load(Ordering::Acquire) == ROOM {
            std::thread::yield_now();
        }
        places[(at % ROOM) as usize].store(value, Ordering::Relaxed);
        put.store(at + 1, Ordering::Release);
    }

    fn take(&self) -> u64 {
        let [put, taken, places @ ..] = self.0.cells() else {
            unreachable!("it has {ROOM} places")
        };
        let at = taken.load(Ordering::Relaxed);
        while put.load(Ordering::Acquire) == at {
            std::thread::yield_now();
        }
        let value = places[(at % ROOM) as usize].load(Ordering::Relaxed);
        taken.store(at + 1, Ordering::Release);
        value
    }
}

struct UseQueue;

impl Deed for UseQueue {
    const NAME: &'static str = "use_queue";

    /// One puts the squares in, the other takes them out and adds them up, in their order.
    fn done(which: u64, size: u64) -> u64 {
        let queue = Queue(shared(QUEUE));
        if which == 0 {
            (0..size).for_each(|i| queue.put(i * i));
            return size;
        }
        (0..size).fold(0, |sum, i| {
            let square = queue.take();
            assert_eq!(square, i * i, "out of order");
            sum + square
        })
    }
}

fn a_queue(pool: &Procs) -> Result<(), Fault> {
    let cells = share(pool, QUEUE, Queue::CELLS)?;
    let [put, sum] = errand::<UseQueue>(pool, 10_000)?;
    println!("through a queue of {ROOM} places one sends {put} squares, the other adds up {sum}");
    assert_eq!((put, sum), (10_000, 333_283_335_000));
    // As many were taken as were put.
    assert_eq!(cells.cells()[..2].iter().map(load).collect::<Vec<_>>(), [10_000, 10_000]);
    so("a queue hands values on in their order, and makes whoever is ahead wait");
    Ok(())
}

fn load(cell: &AtomicU64) -> u64 {
    cell.load(Ordering::SeqCst)
}

fn a_killed_worker(pool: &Procs) -> Result<(), Fault> {
    let job = Pi::job(crate::POINTS, crate::SEED)?;
    let ended = AtomicUsize::new(0);
    // A good way into the run the first worker is killed, as by `kill -9`.
    let on_event = |event: Event| {
        if matches!(event, Event::End { .. }) && ended.fetch_add(1, Ordering::Relaxed) == 50 {
            assert!(pool.signal(0, Signal::Kill), "the first worker lives");
        }
    };
    let control = Control { on_event: Some(&on_event), ..Control::default() };
    let mut partials = job.blank()?;
    let report = job.control(&control).on_into(pool, &mut partials)?;
    let hits = job.finish(partials.into());
    println!(
        "pi in {} chunks, with kill -9 after fifty of them: {} worker lost, {} chunks done again,",
        job.plan().len(),
        report.lost_workers,
        report.retried
    );
    println!("{} worker started in its place, and {hits} hits, as ever", report.respawned);
    assert_eq!((hits, report.tasks), (78_543_406, job.plan().len()));
    assert_eq!(report.lost_workers, 1);
    so("a worker that dies loses its chunk, which another does again: nothing of the result");
    Ok(())
}
