//! Jobs in bytes: what a chunk needs to be done in another process or on another machine.
//!
//! The side that has a job gets a [`Message`] for each task and gives back the result's bytes with
//! [`Tasks::receive`](crate::Tasks::receive). The other side finds the kernel by name in its own registry
//! of [`Remote`]s, [opens](Remote::open) the job, which checks it once more, and does chunks, from several
//! threads if it likes. Both sides compare [`fingerprint`]s first.

use crate::plan::Layout;
use crate::sample::{Aligned, fnv1a};
use crate::{Error, Plan};
use bytemuck::{Pod, Zeroable};
use std::borrow::Cow;
use std::ops::Range;

/// One task as somebody else gets it: a chunk of a job.
pub struct Message<'t> {
    /// The job that it is a piece of.
    pub job: &'t JobSpec<'t>,
    /// Which chunk of the job's plan.
    pub chunk: usize,
    /// How many bytes of output it fills.
    pub bytes: usize,
    /// What those bytes are before it runs, when the kernel reads them too.
    pub start: Option<Vec<u8>>,
}

/// A whole job in bytes. Jobs are told apart by where they are: the same reference, the same job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSpec<'t> {
    /// The kernel's name, by which the other side's registry knows it.
    pub kernel: Cow<'t, str>,
    /// The variant's name.
    pub variant: Cow<'t, str>,
    /// The level's name.
    pub level: Cow<'t, str>,
    /// The scalars.
    pub args: Cow<'t, [u8]>,
    /// How it is cut.
    pub plan: Plan,
    /// The chunks that there are operands for, when these are a [part](Remote::part) of all.
    pub part: Option<Range<usize>>,
    /// The input slices.
    pub operands: Vec<&'t [u8]>,
    /// Or the files in which they are, from the first element on: each chunk reads its own part of them, where it
    /// is done.
    pub files: Vec<Cow<'t, str>>,
}

/// A kernel that can be found by name and fed with bytes: `Remote::of::<MyKernel>()`. Worker processes are
/// given a list of these; both sides must have the same one.
#[derive(Debug, Clone, Copy)]
pub struct Remote {
    /// The kernel's name.
    pub name: &'static str,
    /// What the output buffer holds.
    pub layout: Layout,
    /// Bytes of the scalars.
    pub args: usize,
    /// Bytes of one element of the output.
    pub item: usize,
    pub(crate) open: Open,
    pub(crate) part: Part,
}

pub(crate) type Part = for<'o> fn(&JobSpec<'o>, Range<usize>) -> Option<JobSpec<'o>>;

pub(crate) type Open = for<'o> fn(&JobSpec<'o>) -> Result<Box<dyn RemoteJob + 'o>, Error>;

/// A job that came as bytes and has been checked.
pub trait RemoteJob: Send + Sync {
    /// Does one chunk of the job's plan into its bytes of the output, from any thread. The bytes must be aligned
    /// for the kernel's items, as those of [`Aligned`] are.
    ///
    /// # Errors
    /// What the variant reports, a slice that is not the chunk's, or a chunk that is not of the job's part.
    fn chunk(&self, i: usize, out: &mut [u8]) -> Result<(), Error>;
}

impl Remote {
    /// Checks a job, as the constructor of a [`Job`](crate::kernel::Job) does: nothing that came as bytes
    /// is trusted.
    ///
    /// # Errors
    /// What does not fit the kernel.
    pub fn open<'o>(&self, job: &JobSpec<'o>) -> Result<Box<dyn RemoteJob + 'o>, Error> {
        (self.open)(job)
    }

    /// The same job with no more operands than these chunks read, for whoever does only these. Chunks keep their
    /// numbers and their bits.
    ///
    /// None when there is nothing to be left out: the kernel has no operands, or each chunk reads them
    /// [whole](crate::kernel::Operands::Whole), or it refuses a problem of fewer elements with these scalars. None
    /// also for a job that is a part already, and for chunks that the plan has not.
    ///
    /// ```
    /// use abreast::{Remote, kernel::{Entry, Request}, kernels::REGISTRY};
    /// let sum = Entry::find(REGISTRY, "sum")?;
    /// let case = sum.case(&Request::size(200_000))?; // 4 chunks
    /// let job = case.spec(sum.choice()?)?;
    /// let part = Remote::from(sum).part(&job, 1..3).unwrap();
    /// assert_eq!((job.operands[0].len(), part.operands[0].len()), (8 * 200_000, 8 * 2 * 65_536));
    /// # Ok::<(), abreast::Error>(())
    /// ```
    pub fn part<'o>(&self, job: &JobSpec<'o>, chunks: Range<usize>) -> Option<JobSpec<'o>> {
        (self.part)(job, chunks)
    }

    /// The kernel called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`], with the nearest name.
    pub fn find<'r>(kernels: &'r [Remote], name: &str) -> Result<&'r Remote, Error> {
        let known = kernels.iter().find(|kernel| kernel.name == name);
        known.ok_or_else(|| Error::unknown("kernel", name, kernels.iter().map(|k| k.name)))
    }
}

/// What both sides must have in common: the version, and every kernel with its sizes.
pub fn fingerprint(kernels: &[Remote]) -> u64 {
    let kernel = |k: &Remote| format!("{} {:?} {} {}\n", k.name, k.layout, k.args, k.item);
    let lines: String = kernels.iter().map(kernel).collect();
    fnv1a(format!("{}\n{lines}", env!("CARGO_PKG_VERSION")).as_bytes())
}

/// The numbers that an encoded job begins with, before the length of each operand.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Head {
    form: u64,
    plan: Plan,
    /// From which chunk to which the part is; no chunks for all.
    part: [u64; 2],
    kernel: u64,
    variant: u64,
    level: u64,
    args: u64,
    files: u64,
    operands: u64,
}

/// Tells an encoded job of this form from other bytes.
const FORM: u64 = u64::from_le_bytes(*b"abrjob 3");

/// Where each operand begins: at a cache line.
const LINE: usize = 64;

impl<'t> JobSpec<'t> {
    /// The job as one block, for the same kind of machine: numbers are in its own byte order.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is no room for it.
    pub fn encode(&self) -> Result<Aligned<u8>, Error> {
        let texts = [self.kernel.as_bytes(), self.variant.as_bytes(), self.level.as_bytes()];
        let files = self.files.join("\0");
        let head = Head {
            form: FORM,
            plan: self.plan,
            part: self.part.clone().map_or([0; 2], |part| [part.start as u64, part.end as u64]),
            kernel: texts[0].len() as u64,
            variant: texts[1].len() as u64,
            level: texts[2].len() as u64,
            args: self.args.len() as u64,
            files: files.len() as u64,
            operands: self.operands.len() as u64,
        };
        let lengths: Vec<u64> = self.operands.iter().map(|bytes| bytes.len() as u64).collect();
        let start = [bytemuck::bytes_of(&head), bytemuck::cast_slice(&lengths)];
        let parts = start.into_iter().chain(texts).chain([&*self.args, files.as_bytes()]);
        let before = parts.collect::<Vec<_>>().concat();
        let end = |at: usize, part: &&[u8]| at.next_multiple_of(LINE) + part.len();
        let parts = || [&before[..]].into_iter().chain(self.operands.iter().copied());
        let len = parts().fold(0, |at, part| end(at, &part));
        let mut block = Aligned::zeroed(len, "a job's bytes")?;
        let all = block.as_mut_slice();
        parts().fold(0, |at, part| {
            let end = end(at, &part);
            all[end - part.len()..end].copy_from_slice(part);
            end
        });
        Ok(block)
    }

    /// The job in a block that [`encode`](Self::encode) has made. The block must be aligned as [`Aligned`]
    /// is, or its operands do not fit when the job is opened.
    ///
    /// # Errors
    /// [`Error::Argument`] when it is none, or has been cut.
    pub fn decode(bytes: &'t [u8]) -> Result<JobSpec<'t>, Error> {
        let refuse = || Error::argument("job", format!("{} bytes", bytes.len()), "not a whole job");
        let mut rest = Rest { all: bytes, at: 0 };
        let head: Head =
            bytemuck::pod_read_unaligned(rest.take(size_of::<Head>()).ok_or_else(refuse)?);
        if head.form != FORM {
            return Err(refuse());
        }
        rest.job(&head).ok_or_else(refuse)
    }
}

/// What has not been read yet.
struct Rest<'t> {
    all: &'t [u8],
    at: usize,
}

impl<'t> Rest<'t> {
    fn take(&mut self, len: usize) -> Option<&'t [u8]> {
        let end = self.at.checked_add(len)?;
        let taken = self.all.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn text(&mut self, len: u64) -> Option<Cow<'t, str>> {
        let bytes = self.take(usize::try_from(len).ok()?)?;
        Some(std::str::from_utf8(bytes).ok()?.into())
    }

    fn job(&mut self, head: &Head) -> Option<JobSpec<'t>> {
        let lengths = self.take(usize::try_from(head.operands).ok()?.checked_mul(8)?)?;
        let (kernel, variant) = (self.text(head.kernel)?, self.text(head.variant)?);
        let level = self.text(head.level)?;
        let [start, end] = head.part.map(usize::try_from);
        let part = Some(start.ok()?..end.ok()?).filter(|part| part.end > 0);
        let args = self.take(usize::try_from(head.args).ok()?)?.into();
        let files = match self.text(head.files)? {
            Cow::Borrowed("") => Vec::new(),
            Cow::Borrowed(files) => files.split('\0').map(Cow::Borrowed).collect(),
            Cow::Owned(_) => unreachable!("texts are borrowed"),
        };
        let mut operands = Vec::new();
        for len in lengths.chunks_exact(8) {
            self.at = self.at.checked_next_multiple_of(LINE)?;
            let len = bytemuck::pod_read_unaligned::<u64>(len);
            operands.push(if len == 0 { &[] } else { self.take(usize::try_from(len).ok()?)? });
        }
        Some(JobSpec { kernel, variant, level, args, plan: head.plan, part, operands, files })
    }
}

/// An error as bytes, at most `longest` of them: its texts are cut as far as they must be, and say so.
/// None when even without texts it does not fit.
#[cfg(feature = "procs")]
pub fn error_to_bytes(why: &Error, longest: usize) -> Option<Vec<u8>> {
    // Only trying tells: an error may have several texts, and a control character is six bytes of JSON.
    let lengths = std::iter::successors(Some(longest), |most| (*most > 0).then_some(most / 2));
    let packed = |most| {
        let mut why = why.clone();
        why.texts().into_iter().for_each(|text| cut(text, most));
        serde_json::to_vec(&why).ok()
    };
    lengths.filter_map(packed).find(|bytes| bytes.len() <= longest)
}

/// The error that [`error_to_bytes`] has made bytes of.
#[cfg(feature = "procs")]
pub fn error_from_bytes(bytes: &[u8]) -> Option<Error> {
    serde_json::from_slice(bytes).ok()
}

/// Cuts a text that is longer than `most` bytes; what is cut off is said to be.
#[cfg(feature = "procs")]
pub(crate) fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let at = text.floor_char_boundary(most);
        let rest = text.len() - at;
        text.truncate(at);
        text.push_str(&format!(" [{rest} more bytes]"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_survives_its_bytes_and_a_cut_one_is_refused() {
        let (x, y) = ([1.5f64, 2.5], [0u8; 65]);
        let job = JobSpec {
            kernel: "dot".into(),
            variant: "c".into(),
            level: "v3".into(),
            args: vec![1, 2, 3].into(),
            plan: Plan::range(2, 1).unwrap(),
            part: Some(1..2),
            operands: vec![bytemuck::cast_slice(&x), &[], &y],
            files: vec!["a b".into(), "c".into()],
        };
        let whole = JobSpec { part: None, ..job.clone() };
        assert_eq!(JobSpec::decode(whole.encode().unwrap().as_slice()).unwrap(), whole);
        let block = job.encode().unwrap();
        let bytes = block.as_slice();
        let back = JobSpec::decode(bytes).unwrap();
        assert_eq!(back, job);
        assert!(back.operands.iter().all(|o| o.is_empty() || o.as_ptr().addr() % LINE == 0));
        for len in 0..bytes.len() {
            assert!(JobSpec::decode(&bytes[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn no_bytes_whatever_make_it_panic() {
        let job = JobSpec {
            kernel: "dot".into(),
            variant: "c".into(),
            level: "v3".into(),
            args: vec![].into(),
            plan: Plan::range(2, 1).unwrap(),
            part: None,
            operands: vec![&[7; 9]],
            files: Vec::new(),
        };
        let block = job.encode().unwrap();
        for at in 0..block.as_slice().len() {
            for value in [0, 1, 0x7F, 0x80, 0xFF] {
                let mut bytes = block.clone();
                bytes.as_mut_slice()[at] = value;
                let _ = JobSpec::decode(bytes.as_slice());
            }
        }
    }
}
