//! One problem without its type: what the harness runs, poisons, hashes and times.

mod buffer;
mod shard;
mod stream;

pub use shard::Finished;
pub(super) use shard::finish;
pub(super) use stream::streamed;

use super::{
    Choice, Cost, Digest, Expected, Input, Job, Kernel, Layout, Number, Variant, Workload,
};
use crate::fork::Caller;
use crate::remote::JobSpec;
use crate::sample::{Aligned, Float, Magnitude, Operand, Place, fnv1a};
use crate::{Error, Fault, Level, Plan, Tasks, fpenv, memory};
use buffer::Buffer;
use std::borrow::Cow;
use std::hint::black_box;
use std::ops::Range;
use std::time::{Duration, Instant};

/// What came out of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The number, or an array's checksum: see [`Digest::value`].
    pub value: Number,
    /// 64-bit FNV-1a of the output bytes.
    pub hash: u64,
    /// Every number of the output.
    pub numbers: Vec<Number>,
    /// The numbers to show, where the output alone would be misread: see [`Workload::named`].
    pub named: Vec<(&'static str, Number)>,
    /// Whether the bytes before and after the output buffer are untouched.
    pub fenced: bool,
    /// How long the tasks took, without preparing and finishing.
    pub took: Duration,
}

/// Runs tasks somewhere; the harness passes an executor's `run`.
pub type Drive<'d> = &'d mut dyn FnMut(&dyn Tasks) -> Result<(), Fault>;

/// A problem of some kernel, ready to run.
pub trait Case: Send + Sync {
    /// The size it was made for.
    fn n(&self) -> u64;
    /// The kernel's default variant.
    fn default_variant(&self) -> &'static str;
    /// What one call costs.
    fn cost(&self) -> Cost;
    /// What to know before the result is trusted: see [`Workload::caveat`].
    fn caveat(&self) -> Option<String>;
    /// How many chunks the plan has.
    fn chunks(&self) -> usize;
    /// Bytes of operands and output.
    fn footprint(&self) -> usize;
    /// Bytes of the output alone.
    fn output_bytes(&self) -> usize;
    /// Cuts the problem into chunks of another size; see [`crate::Plan::with_chunk`].
    ///
    /// # Errors
    /// [`Error::Argument`] when `chunk` is 0.
    fn set_chunk(&mut self, chunk: u64) -> Result<(), Error>;
    /// Moves every operand, and the output of [`Case::run`]. False where the system has no such place.
    fn place(&mut self, place: Place) -> bool;
    /// Multiplies all operands that are floating-point numbers. False when there are none, or when the
    /// kernel does not take such numbers.
    fn magnify(&mut self, magnitude: Magnitude) -> bool;
    /// A hash of all operands and of the guard bytes around them.
    fn operands_hash(&self) -> u64;
    /// The job in bytes: what somebody else needs to do chunks of it.
    ///
    /// # Errors
    /// What the plan refuses.
    fn spec(&self, choice: Choice) -> Result<JobSpec<'_>, Error>;
    /// The same problem for those who do some of its chunks only.
    fn chunked(&self) -> &dyn Chunked;
    /// One run into a fresh buffer, filled with `poison` and fenced.
    ///
    /// # Errors
    /// What the plan or the tasks report.
    fn run(&self, choice: Choice, poison: u8, drive: Drive<'_>) -> Result<Answer, Fault>;
    /// Calls `choice` once, alone, and keeps what it gave: the same call can then be repeated from many
    /// threads.
    ///
    /// # Errors
    /// What the plan or the variant reports.
    fn rehearse(&self, choice: Choice) -> Result<Box<dyn Rehearsed + '_>, Error>;
    /// The oracle's word on each number.
    fn oracle(&self) -> Vec<Expected>;
    /// Time of `calls` calls on this thread; without a choice, of calls that do nothing. The loop is
    /// inside, compiled for the kernel's own types; each call goes through the same pointer, whatever the
    /// variant.
    ///
    /// # Errors
    /// What the plan or a variant reports.
    fn time(&mut self, choice: Option<Choice>, calls: u64) -> Result<Duration, Error>;
    /// Time of `calls` runs of all chunks, wherever `drive` runs them; without a choice they do nothing.
    ///
    /// # Errors
    /// What the plan or the tasks report.
    fn time_on(
        &mut self,
        choice: Option<Choice>,
        calls: u64,
        drive: Drive<'_>,
    ) -> Result<Duration, Fault>;
}

/// A problem whose chunks can be done apart from each other, on other machines or at other times.
pub trait Chunked: Send + Sync {
    /// How it is cut.
    ///
    /// # Errors
    /// What the kernel refuses.
    fn plan(&self) -> Result<Plan, Error>;
    /// The scalars.
    fn args(&self) -> Vec<u8>;
    /// A hash of all that a run reads besides its scalars: the operands, and what the output of an in-place
    /// kernel begins with. Of [sources](crate::source) not all is read.
    ///
    /// # Errors
    /// When they cannot be read.
    fn inputs_hash(&self) -> Result<u64, Error>;
    /// Runs these chunks alone, and gives the bytes of their slices of the output, one after the other. Task
    /// 0 is the first of the chunks. With those of all chunks [`Entry::finish`](super::Entry::finish) makes the result.
    ///
    /// # Errors
    /// What the plan or the tasks report; operands that cannot be read.
    ///
    /// # Panics
    /// When the plan has no such chunks.
    fn run_chunks(
        &self,
        choice: Choice,
        chunks: Range<usize>,
        drive: Drive<'_>,
    ) -> Result<Aligned<u8>, Fault>;
}

/// A call whose result is known.
pub trait Rehearsed: Sync {
    /// What it gave when it was alone.
    fn alone(&self) -> Answer;
    /// Makes the call on a buffer that holds the answer already, but for one item; on a few such buffers.
    /// Gives what it gave if that was anything else, as from a variant that looks there whether it has
    /// anything to do.
    ///
    /// # Errors
    /// What the variant reports.
    fn on_the_answer(&self) -> Result<Option<Answer>, Error>;
    /// Makes the call `calls` times on this thread, into a buffer of its own, and compares the raw
    /// bytes each time. Gives the number of calls that differed, and what the first of them gave.
    ///
    /// # Errors
    /// What the variant reports.
    fn repeat(&self, calls: u64) -> Result<(u64, Option<Answer>), Error>;
}

/// A [`Case`] of the kernel `K`.
pub(super) struct TypedCase<K: Workload> {
    problem: Input<K>,
    chunk: Option<u64>,
    // Where the output of a run lies.
    place: Place,
    // The buffer that timed calls write to: kept between calls, as a caller in a loop would.
    scratch: Vec<K::Item>,
}

/// What most of the memory here is for.
const OUTPUT: &str = "the output";

impl<K: Workload> TypedCase<K> {
    pub(super) fn new(problem: Input<K>) -> Self {
        TypedCase { problem, chunk: None, place: Place::Moved(0), scratch: Vec::new() }
    }

    fn chosen(&self, choice: Choice) -> Result<Job<'_, K>, Error> {
        self.job()?.choose(choice)
    }

    fn job(&self) -> Result<Job<'_, K>, Error> {
        let job = Job::at(Level::best(), self.problem.args, self.problem.input())?;
        match self.chunk {
            Some(chunk) => job.with_chunk(chunk),
            None => Ok(job),
        }
    }

    /// The output buffer's contents before a run.
    fn start(&self, job: &Job<'_, K>) -> Result<Vec<K::Item>, Error> {
        if K::LAYOUT == Layout::InPlace {
            memory::probe::<K::Item>(self.problem.start.len(), OUTPUT)?;
            return Ok(job.plan().disassemble(&self.problem.start));
        }
        job.blank()
    }

    /// Runs `work` with the problem's job and the scratch buffer.
    fn with_scratch<E: From<Error>>(
        &mut self,
        choice: Option<Choice>,
        work: impl FnOnce(&Job<'_, K>, &mut [K::Item]) -> Result<Duration, E>,
    ) -> Result<Duration, E> {
        let mut scratch = std::mem::take(&mut self.scratch);
        let job = match choice {
            Some(choice) => self.chosen(choice)?,
            None => self.job()?.empty(),
        };
        if scratch.len() != job.items() {
            scratch = self.start(&job)?;
        }
        let took = work(&job, &mut scratch);
        self.scratch = scratch;
        took
    }
}

impl<K: Workload> Case for TypedCase<K> {
    fn n(&self) -> u64 {
        self.problem.n
    }

    fn default_variant(&self) -> &'static str {
        Variant::<K>::chosen().name
    }

    fn cost(&self) -> Cost {
        K::cost(&self.problem)
    }

    fn caveat(&self) -> Option<String> {
        K::caveat(&self.problem)
    }

    fn chunks(&self) -> usize {
        self.job().map_or(0, |job| job.plan().len())
    }

    fn footprint(&self) -> usize {
        let operands: usize = self.problem.operands().iter().map(|o| o.bytes().len()).sum();
        operands + self.output_bytes()
    }

    fn output_bytes(&self) -> usize {
        self.job().map_or(0, |job| job.items() * size_of::<K::Item>())
    }

    fn set_chunk(&mut self, chunk: u64) -> Result<(), Error> {
        self.chunk = Some(chunk);
        self.job().map(drop)
    }

    fn place(&mut self, place: Place) -> bool {
        self.place = place;
        self.problem.operands_mut().iter_mut().all(|operand| operand.place(place))
    }

    fn magnify(&mut self, magnitude: Magnitude) -> bool {
        let mut any = false;
        for operand in self.problem.operands_mut() {
            any |= operand.magnify(magnitude);
        }
        if let (Some(float), false) = (Float::of::<K::Item>(), self.problem.start.is_empty()) {
            magnitude.apply(bytemuck::cast_slice_mut(&mut self.problem.start), float);
            any = true;
        }
        any && self.job().is_ok()
    }

    fn operands_hash(&self) -> u64 {
        let hashes: Vec<u64> = self.problem.operands().iter().map(Operand::hash).collect();
        fnv1a(bytemuck::cast_slice(&hashes))
    }

    fn chunked(&self) -> &dyn Chunked {
        self
    }

    fn spec(&self, choice: Choice) -> Result<JobSpec<'_>, Error> {
        Ok(self.chosen(choice)?.spec())
    }

    fn run(&self, choice: Choice, poison: u8, drive: Drive<'_>) -> Result<Answer, Fault> {
        let _usual = fpenv::Guard::enter();
        let job = self.chosen(choice)?;
        let start = self.start(&job)?;
        let mut buffer = Buffer::new(start.len(), self.place, poison, OUTPUT)?;
        if K::LAYOUT == Layout::InPlace {
            buffer.items_mut().copy_from_slice(&start);
        }
        let tasks = job.tasks(buffer.items_mut())?;
        let clock = Instant::now();
        drive(&tasks)?;
        let took = clock.elapsed();
        drop(tasks);
        let is_fenced = buffer.is_fenced(poison);
        // The output and its numbers are made with no way to say that there is no room for them.
        let each = size_of::<K::Item>() + size_of::<Number>();
        let bytes = start.len().saturating_mul(each);
        drop(start);
        memory::probe::<u8>(bytes, "the output and its numbers")?;
        Ok(answer(&self.problem, &job, buffer.items(), is_fenced, took))
    }

    fn rehearse(&self, choice: Choice) -> Result<Box<dyn Rehearsed + '_>, Error> {
        let job = self.chosen(choice)?;
        let start = self.start(&job)?;
        let mut alone = memory::copy(&start, OUTPUT)?;
        call(&job, &mut alone)?;
        Ok(Box::new(Rehearsal { problem: &self.problem, job, start, alone }))
    }

    fn oracle(&self) -> Vec<Expected> {
        fpenv::within(|| K::oracle(&self.problem))
    }

    fn time(&mut self, choice: Option<Choice>, calls: u64) -> Result<Duration, Error> {
        self.with_scratch(choice, |job, out| {
            let clock = Instant::now();
            for _ in 0..calls {
                black_box(job).call_into(black_box(&mut *out))?;
            }
            Ok(clock.elapsed())
        })
    }

    fn time_on(
        &mut self,
        choice: Option<Choice>,
        calls: u64,
        drive: Drive<'_>,
    ) -> Result<Duration, Fault> {
        self.with_scratch(choice, |job, out| {
            let clock = Instant::now();
            for _ in 0..calls {
                drive(&job.tasks(black_box(&mut *out))?)?;
            }
            Ok(clock.elapsed())
        })
    }
}

/// A [`Rehearsed`] call of the kernel `K`.
struct Rehearsal<'c, K: Workload> {
    problem: &'c Input<K>,
    job: Job<'c, K>,
    start: Vec<K::Item>,
    alone: Vec<K::Item>,
}

/// One call, in a process that calls on alone: a copy of it that a variant forks ends after the chunk
/// that forked it.
fn call<K: Kernel>(job: &Job<'_, K>, out: &mut [K::Item]) -> Result<(), Error> {
    let (process, mut rest) = (Caller::this(), out);
    for i in 0..job.plan().len() {
        let (slice, after) = rest.split_at_mut(job.share(i));
        let done = job.chunk(i, slice);
        process.end_copy();
        done?;
        rest = after;
    }
    Ok(())
}

impl<K: Workload> Rehearsed for Rehearsal<'_, K> {
    fn alone(&self) -> Answer {
        answer(self.problem, &self.job, &self.alone, true, Duration::ZERO)
    }

    fn on_the_answer(&self) -> Result<Option<Answer>, Error> {
        if K::LAYOUT == Layout::InPlace {
            return Ok(None);
        }
        // Where a variant that looks at a few items does not look.
        for spoilt in [self.alone.len() / 3, self.alone.len() / 7 * 5] {
            let mut out = memory::copy(&self.alone, OUTPUT)?;
            let Some(item) = out.get_mut(spoilt) else { continue };
            bytemuck::bytes_of_mut(item).iter_mut().for_each(|byte| *byte ^= 0x55);
            call(&self.job, &mut out)?;
            let bytes = bytemuck::cast_slice::<K::Item, u8>;
            if bytes(&out) != bytes(&self.alone) {
                return Ok(Some(answer(self.problem, &self.job, &out, true, Duration::ZERO)));
            }
        }
        Ok(None)
    }

    fn repeat(&self, calls: u64) -> Result<(u64, Option<Answer>), Error> {
        let mut out = memory::copy(&self.start, OUTPUT)?;
        let (mut differing, mut example) = (0, None);
        for _ in 0..calls {
            out.copy_from_slice(&self.start);
            call(&self.job, &mut out)?;
            let bytes = bytemuck::cast_slice::<K::Item, u8>;
            if bytes(&out) != bytes(&self.alone) {
                differing += 1;
                let see = || answer(self.problem, &self.job, &out, true, Duration::ZERO);
                example.get_or_insert_with(see);
            }
        }
        Ok((differing, example))
    }
}

/// What the gate looks at, from a filled buffer.
fn answer<K: Workload>(
    problem: &Input<K>,
    job: &Job<'_, K>,
    items: &[K::Item],
    fenced: bool,
    took: Duration,
) -> Answer {
    let _usual = fpenv::Guard::enter();
    let output = job.finish(Cow::Borrowed(items));
    Answer {
        value: output.value(),
        hash: fnv1a(output.bytes()),
        numbers: output.numbers(),
        named: K::named(&problem.args, &output),
        fenced,
        took,
    }
}
