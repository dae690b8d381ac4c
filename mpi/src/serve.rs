//! What the other ranks do: chunks of jobs that come in bytes.

use crate::channel::Bytes;
use crate::fault;
use crate::frame::{Head, Kind};
use crate::jobs::name;
use crate::post::Post;
use crate::record::Record;
use crate::run::deadline_here;
use abreast::executor::{Control, Event, Executor};
use abreast::kernel::Layout;
use abreast::remote::{JobSpec, Message, RemoteJob};
use abreast::sample::Aligned;
use abreast::tasks::Fill;
use abreast::{Error, Fault, Remote, Tasks, executors, remote};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use typed_arena::Arena;

/// Serves rank 0 until it has no more.
pub fn serve(post: &mut Post, kernels: &[Remote], record: &Record) {
    let mut rank =
        Rank { post, kernels, record, inners: HashMap::new(), process: std::process::id() };
    while rank.one_run() {}
    rank.post.flush();
}

struct Rank<'s> {
    post: &'s mut Post,
    kernels: &'s [Remote],
    record: &'s Record,
    inners: HashMap<u64, Box<dyn Executor>>,
    process: u32,
}

/// A job that has been checked.
struct Open<'o> {
    job: Box<dyn RemoteJob + 'o>,
    kernel: Remote,
    spec: JobSpec<'o>,
}

impl Rank<'_> {
    /// The jobs of one run; whether there may be another one.
    fn one_run(&mut self) -> bool {
        let blocks = Arena::new();
        let mut jobs: HashMap<u64, Result<Open<'_>, Error>> = HashMap::new();
        loop {
            let (head, body) = self.post.wait(0);
            if head.is(Kind::Inner) {
                self.make(&head, body.as_slice());
            } else if head.is(Kind::Job) {
                let block: &Aligned<u8> = blocks.alloc(body);
                jobs.insert(head.job, self.open(block.as_slice()));
            } else if head.is(Kind::Batch) {
                self.answer(&head, &jobs[&head.job], body);
            } else {
                return head.is(Kind::End);
            }
        }
    }

    /// Makes the executor called so.
    fn make(&mut self, head: &Head, name: &[u8]) {
        let made = executors::parse(&String::from_utf8_lossy(name));
        let (width, body) = match &made {
            Ok(executor) => (executor.width() as u64, Vec::new()),
            Err(why) => (0, remote::error_to_bytes(why, 2048).unwrap_or_default()),
        };
        self.post.send(0, Head { width, ..Head::of(Kind::Inner) }, Bytes::Own(body));
        if let Ok(executor) = made {
            self.inners.insert(head.inner, executor);
        }
    }

    fn open<'o>(&self, block: &'o [u8]) -> Result<Open<'o>, Error> {
        let spec = JobSpec::decode(block)?;
        let kernel = *Remote::find(self.kernels, &spec.kernel)?;
        Ok(Open { job: kernel.open(&spec)?, kernel, spec })
    }

    /// Does a batch, and begins to send what comes of it.
    fn answer(&mut self, head: &Head, job: &Result<Open<'_>, Error>, start: Aligned<u8>) {
        let done = match job {
            Ok(job) => self.done(head, job, start),
            Err(why) => Err((0, Fault::Refused(why.clone()), Vec::new())),
        };
        // A copy of this process, which a kernel has made, must not speak for it.
        if std::process::id() != self.process {
            std::process::abort();
        }
        let reply = Head { task: head.task, ..Head::of(Kind::Done) };
        match done {
            Ok(output) => {
                self.post.send(0, Head { count: head.count, ..reply }, Bytes::Block(output));
            }
            Err((count, fault, mut output)) => {
                let bytes = fault::to_bytes(&fault);
                output.extend_from_slice(&bytes);
                let (count, fault) = (count as u64, bytes.len() as u64);
                self.post.send(0, Head { count, fault, ..reply }, Bytes::Own(output));
            }
        }
    }

    /// The output of a batch; or of what is below the task that failed, whose place is given, and its fault.
    fn done(
        &self,
        head: &Head,
        job: &Open<'_>,
        start: Aligned<u8>,
    ) -> Result<Aligned<u8>, (usize, Fault, Vec<u8>)> {
        let lengths = lengths(job, head);
        let output = match job.kernel.layout {
            Layout::InPlace => Ok(start),
            _ => Aligned::zeroed(lengths.iter().sum(), "the output of some chunks"),
        };
        let mut output = output.map_err(|why| (0, Fault::Refused(why), Vec::new()))?;
        let tasks = Batch::cut(job, head.chunk as usize, output.as_mut_slice(), &lengths);
        let done = self.run(head, job, &tasks);
        drop(tasks);
        done.map_or(Ok(()), Err).map_err(|fault| {
            let place = fault::place_of(&fault);
            let end = lengths[..place].iter().sum();
            (place, fault, output.as_slice()[..end].to_vec())
        })?;
        Ok(output)
    }

    /// Runs a batch on the executor that rank 0 wants; the fault, if there is one.
    fn run(&self, head: &Head, job: &Open<'_>, tasks: &Batch<'_>) -> Option<Fault> {
        let inner = &self.inners[&head.inner];
        let allowed = (head.deadline > 0).then(|| Duration::from_nanos(head.deadline));
        let here = deadline_here(&inner.name(), allowed);
        let (record, first) = (self.record, head.task as usize);
        let is_one = head.width == 1;
        let on_event = |event| match event {
            Event::Start { task, worker, .. } => record.task(worker, first + task, here),
            Event::End { worker, .. } if !is_one => record.idle(worker),
            _ => {}
        };
        let control = Control {
            deadline: allowed,
            attempts: head.attempts as u32,
            throttle: Some(head.width as usize),
            on_event: Some(&on_event),
            ..Control::default()
        };
        record.job(&name(&job.spec));
        let fault = inner.run(tasks, &control).err();
        (0..head.width as usize).for_each(|slot| record.idle(slot));
        fault
    }
}

/// How many bytes each chunk of a batch fills.
fn lengths(job: &Open<'_>, head: &Head) -> Vec<usize> {
    let first = head.chunk as usize;
    let items = |i| match job.kernel.layout {
        Layout::PerChunk => 1,
        Layout::PerElement | Layout::InPlace => job.spec.plan.chunk(i).area() as usize,
    };
    (first..first + head.count as usize).map(|i| items(i) * job.kernel.item).collect()
}

/// What an executor may have got wrong.
const TWICE: &str = "an executor ran a task twice";

/// Neighbouring chunks of a job as tasks, each with its bytes until somebody takes them.
struct Batch<'b> {
    job: &'b Open<'b>,
    first: usize,
    pieces: Vec<Mutex<Option<&'b mut [u8]>>>,
}

impl<'b> Batch<'b> {
    fn cut(job: &'b Open<'b>, first: usize, output: &'b mut [u8], lengths: &[usize]) -> Batch<'b> {
        let mut rest = output;
        let pieces = lengths.iter().map(|length| {
            let (piece, after) = std::mem::take(&mut rest).split_at_mut(*length);
            rest = after;
            Mutex::new(Some(piece))
        });
        Batch { pieces: pieces.collect(), job, first }
    }

    fn piece(&self, i: usize) -> MutexGuard<'_, Option<&'b mut [u8]>> {
        self.pieces[i].lock().unwrap_or_else(|dead| dead.into_inner())
    }
}

impl Tasks for Batch<'_> {
    fn len(&self) -> usize {
        self.pieces.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let piece = self.piece(i).take().expect(TWICE);
        self.job.job.chunk(self.first + i, piece).map_err(|why| Fault::Kernel { task: i, why })
    }

    // For worker processes within a rank.
    fn message(&self, i: usize) -> Option<Message<'_>> {
        let piece = self.piece(i);
        let bytes = piece.as_deref().expect(TWICE);
        let start = (self.job.kernel.layout == Layout::InPlace).then(|| bytes.to_vec());
        Some(Message { job: &self.job.spec, chunk: self.first + i, bytes: bytes.len(), start })
    }

    fn receive(&self, i: usize, fill: Fill<'_>) -> Result<(), Fault> {
        fill(self.piece(i).as_deref_mut().expect(TWICE))?;
        self.piece(i).take();
        Ok(())
    }
}
