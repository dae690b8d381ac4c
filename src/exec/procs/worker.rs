//! The worker's side: wait for a chunk, do it, say so.

use super::frame::*;
use super::link::{Link, Received};
use super::memory::{SharedCells, Slots, thaw};
use super::process::STACK;
use super::registry;
use crate::Error;
use crate::error::panic_text;
use crate::fork::Caller;
use crate::remote::{JobSpec, Remote, RemoteJob, fingerprint};
use crate::sample::Line;
use memmap2::Mmap;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{
    Resource, Rlimit, Signal, getpid, kill_process, set_parent_process_death_signal, setrlimit,
};
use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::exit;
use typed_arena::Arena;

/// Makes this program one that can be its own worker. The first line of `main`.
///
/// In a process that somebody started it takes down which kernels workers will know, and returns.
/// In a worker it never returns: the process serves its parent and ends with it.
///
/// `kernels` is a registry (`abreast::kernels::REGISTRY`), or [`Remote`]s of your own.
///
/// ```standalone_crate
/// use abreast::exec::{Procs, worker_main};
/// use abreast::kernels::{REGISTRY, dot::Dot};
///
/// fn main() -> Result<(), abreast::Fault> {
///     worker_main(REGISTRY);
///     let (workers, x) = (Procs::new(2)?, vec![1.5f64; 200_000]);
///     let dot = Dot::job(&x, &x)?.on(&workers)?;
///     assert_eq!(dot.to_bits(), abreast::dot(&x, &x)?.to_bits());
///     Ok(())
/// }
/// ```
pub fn worker_main<R: Into<Remote>>(kernels: impl IntoIterator<Item = R>) {
    let kernels = registry::enter(kernels.into_iter().map(Into::into).collect());
    if !registry::was_called_as_worker() {
        return;
    }
    registry::begin_to_serve();
    // Whatever goes wrong here, the parent sees the link close.
    let code = match take_link() {
        Ok(link) => match guard(&link) {
            Ok(()) => {
                serve(&link, kernels);
                0
            }
            Err(why) => {
                let why = format!("cannot serve: {why}");
                say(&link, CANNOT, 0, why.as_bytes());
                1
            }
        },
        Err(why) => {
            eprintln!("abreast worker: {why}");
            1
        }
    };
    exit(code)
}

/// Takes the link from where it was handed over, so that a kernel that reads its standard input
/// finds it empty instead of eating requests.
fn take_link() -> io::Result<Link> {
    let link = rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3)?;
    rustix::stdio::dup2_stdin(std::fs::File::open("/dev/null")?)?;
    Ok(Link::from_fd(link))
}

/// Sees to it that this process ends when its parent does, in two ways, of which each does what the
/// other cannot. The system kills it when the thread that started it ends, which is made to live as
/// long as the parent: that reaches a process that is stopped, and one whose link somebody else holds
/// open. And a thread watches the link, which is closed by a parent that dies before the first way
/// is prepared.
fn guard(link: &Link) -> io::Result<()> {
    // Where this is forbidden there is still the other way.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let watched = link.try_clone()?;
    let thread = std::thread::Builder::new().name("lifeline".to_owned()).stack_size(STACK);
    thread.spawn(move || lifeline(&watched))?;
    Ok(())
}

/// Ends the worker when its link is closed, even in the middle of a kernel.
fn lifeline(link: &OwnedFd) {
    let mut watched = [PollFd::new(link, PollFlags::RDHUP)];
    while let Err(Errno::INTR) = poll(&mut watched, None) {}
    // Without running anything that belongs to the program.
    let _ = kill_process(getpid(), Signal::KILL);
}

/// Serves until the parent closes the link or says something that no parent says.
fn serve(link: &Link, kernels: &[Remote]) {
    let (mut slots, mut scratch) = (None, Vec::new());
    let mut buffer = vec![0; LONGEST];
    loop {
        // What the jobs of one run borrow: it goes when they go.
        let operands = Arena::new();
        let (slots, scratch) = (&mut slots, &mut scratch);
        let jobs = HashMap::new();
        let process = Caller::this();
        let mut session =
            Session { link, kernels, slots, operands: &operands, scratch, jobs, process };
        match session.serve(&mut buffer) {
            Some(Next::Forget) => {}
            _ => return,
        }
    }
}

/// What to do after a request.
enum Next {
    Go,
    /// Drop the jobs.
    Forget,
}

/// The requests up to the next `FORGET`.
struct Session<'s> {
    link: &'s Link,
    kernels: &'s [Remote],
    slots: &'s mut Option<Slots>,
    operands: &'s Arena<Mmap>,
    scratch: &'s mut Vec<Line>,
    // A job that cannot be opened is an error of each of its chunks.
    jobs: HashMap<u32, Result<Box<dyn RemoteJob + 's>, Error>>,
    /// Who serves: no copy that a kernel forks.
    process: Caller,
}

impl<'s> Session<'s> {
    /// None when the link is closed or nonsense came over it.
    fn serve(&mut self, buffer: &mut [u8]) -> Option<Next> {
        while let Received::Message(len, fd) = self.link.receive(buffer) {
            let (request, body) = split::<Request>(&buffer[..len])?;
            if let Next::Forget = self.obey(request, body, fd)? {
                return Some(Next::Forget);
            }
        }
        None
    }

    fn obey(&mut self, request: Request, body: &[u8], fd: Option<OwnedFd>) -> Option<Next> {
        match request.kind {
            HELLO => self.make_ready(&serde_json::from_slice(body).ok()?)?,
            SLOTS => *self.slots = Some(Slots::from_fd(fd?, request.bytes)),
            SHARE => {
                let shared: Shared = serde_json::from_slice(body).ok()?;
                registry::share(shared.name, SharedCells::from_fd(fd?).ok()?);
            }
            JOB => {
                let job = self.open(&serde_json::from_slice(body).ok()?, fd)?;
                self.jobs.insert(request.job, job);
            }
            RUN => {
                self.run(request, None)?;
                for more in body.chunks(size_of::<Request>()) {
                    self.run(bytemuck::try_pod_read_unaligned(more).ok()?, None)?;
                }
            }
            RUN_FROM => self.run(request, Some(body))?,
            FORGET => return Some(Next::Forget),
            _ => return None,
        }
        Some(Next::Go)
    }

    fn make_ready(&self, greeting: &Hello) -> Option<()> {
        // No core file for each crash: crashes are expected here.
        limit(Resource::Core, 0);
        if let Some(bytes) = greeting.memory {
            limit(Resource::As, bytes);
        }
        // The parent compares; whoever differs is not asked for anything.
        say(self.link, HELLO, 0, &fingerprint(self.kernels).to_le_bytes())
    }

    /// None when the operands did not arrive: somebody here has closed what came with the job.
    fn open(
        &self,
        body: &JobHead<'_>,
        fd: Option<OwnedFd>,
    ) -> Option<Result<Box<dyn RemoteJob + 's>, Error>> {
        let map = match fd.map(thaw) {
            Some(Err(why)) if why.kind() == io::ErrorKind::OutOfMemory => {
                let why = Error::argument("operands", body.operands.len(), why.to_string());
                return Some(Err(why));
            }
            Some(map) => map.ok()?,
            None => None,
        };
        Some(self.open_mapped(body, map))
    }

    fn open_mapped(
        &self,
        body: &JobHead<'_>,
        map: Option<Mmap>,
    ) -> Result<Box<dyn RemoteJob + 's>, Error> {
        let unreadable = |why: String| Error::argument("operands", body.operands.len(), why);
        let bytes: &'s [u8] = map.map_or(&[], |map| &**self.operands.alloc(map));
        let operand = |(start, len): &(usize, usize)| {
            let end = start.checked_add(*len)?;
            if *len == 0 { Some(&[][..]) } else { bytes.get(*start..end) }
        };
        let operands: Option<Vec<&'s [u8]>> = body.operands.iter().map(operand).collect();
        let job = JobSpec {
            kernel: body.kernel.to_string().into(),
            variant: body.variant.to_string().into(),
            level: body.level.to_string().into(),
            args: body.args.to_vec().into(),
            plan: bytemuck::try_pod_read_unaligned(&body.plan)
                .map_err(|why| unreadable(why.to_string()))?,
            part: body.part.clone(),
            operands: operands.ok_or_else(|| unreadable("beyond the end of the file".into()))?,
            files: body.files.iter().map(|file| file.clone().into()).collect(),
        };
        Remote::find(self.kernels, &job.kernel)?.open(&job)
    }

    /// Does a chunk and says how it went.
    fn run(&mut self, request: Request, start: Option<&[u8]>) -> Option<()> {
        let link = self.link;
        let (len, slot) = (usize::try_from(request.bytes).ok()?, request.slot);
        let job = self.jobs.get(&request.job)?;
        let chunk = match job {
            Ok(job) => job,
            Err(why) => return failed(link, request.seq, why),
        };
        let Some(out) = room(self.scratch, len) else {
            let why = Error::Memory { bytes: len, purpose: "the output of a chunk" };
            return failed(link, request.seq, &why);
        };
        match start {
            Some(bytes) if len <= INLINE => out.copy_from_slice(bytes.get(..len)?),
            Some(sum) => {
                self.slots.as_ref()?.read(slot, out).ok()?;
                if checksum(out).to_le_bytes() != *sum {
                    return None;
                }
            }
            None => {}
        }
        let done = catch_unwind(AssertUnwindSafe(|| chunk.chunk(request.chunk as usize, out)));
        self.process.end_copy();
        match done {
            Ok(Ok(())) if len <= INLINE => say(link, DONE, request.seq, out),
            Ok(Ok(())) => {
                let slots = self.slots.as_ref().filter(|slots| slots.is_intact())?;
                match slots.write(slot, out) {
                    Ok(()) => say(link, DONE, request.seq, &checksum(out).to_le_bytes()),
                    Err(why) if !is_lack(&why) => None,
                    Err(_) => {
                        let purpose = "the result of a chunk in shared memory";
                        failed(link, request.seq, &Error::Memory { bytes: len, purpose })
                    }
                }
            }
            Ok(Err(why)) => failed(link, request.seq, &why),
            Err(panic) => say(link, PANICKED, request.seq, shorten(panic_text(panic)).as_bytes()),
        }
    }
}

/// Whether the system has no more of it, rather than that something here is broken.
fn is_lack(why: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, OutOfMemory, QuotaExceeded, StorageFull};
    matches!(why.kind(), FileTooLarge | OutOfMemory | QuotaExceeded | StorageFull)
}

/// Says something to the parent, who reads it in `Run::obey`.
fn say(link: &Link, kind: u32, seq: u64, body: &[u8]) -> Option<()> {
    let head = Reply { kind, unused: 0, seq };
    link.send(bytemuck::bytes_of(&head), body, None, true).ok()
}

fn failed(link: &Link, seq: u64, why: &Error) -> Option<()> {
    say(link, FAILED, seq, &pack(why)?)
}

/// Zeroes for a chunk: in cache lines, so that they are aligned for any type.
fn room(scratch: &mut Vec<Line>, bytes: usize) -> Option<&mut [u8]> {
    let lines = bytes.div_ceil(size_of::<Line>());
    scratch.clear();
    scratch.try_reserve(lines).ok()?;
    scratch.resize(lines, bytemuck::Zeroable::zeroed());
    Some(&mut bytemuck::cast_slice_mut(scratch)[..bytes])
}

/// Sets a limit of this process, which it cannot raise again. If the system refuses, the limit was
/// lower already.
fn limit(resource: Resource, most: u64) {
    let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
}
