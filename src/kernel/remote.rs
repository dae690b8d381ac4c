//! A kernel as another process sees it: bytes in, bytes out.

use super::job::{Part, Streamed};
use super::{Entry, Job, Kernel, Operands, Slices, Variant};
use crate::remote::{JobSpec, Remote, RemoteJob};
use crate::source::{RawFile, Source};
use crate::{Error, Level};
use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

impl Remote {
    /// The kernel `K`.
    pub const fn of<K: Kernel>() -> Remote {
        Remote {
            name: K::NAME,
            layout: K::LAYOUT,
            args: size_of::<K::Args>(),
            item: size_of::<K::Item>(),
            open: open::<K>,
            part: part::<K>,
        }
    }
}

impl From<&Entry> for Remote {
    fn from(entry: &Entry) -> Remote {
        entry.remote
    }
}

fn open<'o, K: Kernel>(spec: &JobSpec<'o>) -> Result<Box<dyn RemoteJob + 'o>, Error> {
    match spec.files.is_empty() {
        true => Ok(Box::new(checked::<K>(spec)?)),
        false => Ok(Box::new(in_files::<K>(spec)?)),
    }
}

/// The job over files that lie here, too.
fn in_files<K: Kernel>(spec: &JobSpec<'_>) -> Result<Streamed<'static, K>, Error> {
    let refuse = |what, rule: &str| Error::argument(what, K::NAME, rule);
    let args = bytemuck::try_pod_read_unaligned(&spec.args)
        .map_err(|_| refuse("args", "not as many bytes as the kernel's scalars have"))?;
    let is_right = K::OPERANDS == Operands::Elementwise
        && spec.files.len() == K::Input::SIZES.len()
        && spec.operands.is_empty()
        && spec.part.is_none();
    if !is_right {
        return Err(refuse("files", "their number, or a kernel that reads no slices of them"));
    }
    let open = |(path, size): (&Cow<'_, str>, &usize)| {
        let file = RawFile::open(Path::new(&**path))?;
        let (has, wanted) = (file.bytes(), spec.plan.rows().saturating_mul(*size as u64));
        if has != wanted {
            let rule = format!("has {has} bytes here, and {wanted} where the run began");
            return Err(Error::argument("source", &**path, rule));
        }
        Ok(Box::new(file) as Box<dyn Source>)
    };
    Ok(Streamed {
        args,
        plan: spec.plan,
        variant: Variant::named(&spec.variant)?,
        level: Level::named(&spec.level)?,
        operands: spec.files.iter().zip(K::Input::SIZES).map(open).collect::<Result<_, Error>>()?,
    })
}

fn checked<'o, K: Kernel>(spec: &JobSpec<'o>) -> Result<CheckedJob<'o, K>, Error> {
    let refuse = |what, rule: &str| Error::argument(what, K::NAME, rule);
    let args = bytemuck::try_pod_read_unaligned(&spec.args)
        .map_err(|_| refuse("args", "not as many bytes as the kernel's scalars have"))?;
    let input = K::Input::from_bytes(&spec.operands)
        .ok_or_else(|| refuse("operands", "their number, lengths or alignment do not fit"))?;
    let level = Level::named(&spec.level)?;
    let job = Job::<K>::at(level, args, input)?.variant(&spec.variant)?;
    let Some(chunks) = spec.part.clone() else {
        let job = job.with_plan(spec.plan)?;
        return Ok(CheckedJob { part: Part::all(*job.plan()), job });
    };
    let part = Part::of(&spec.plan, chunks).filter(|_| K::OPERANDS == Operands::Elementwise);
    let part = part.ok_or_else(|| refuse("part", "not some chunks of an elementwise kernel"))?;
    Ok(CheckedJob { job: job.with_plan(part.plan)?, part })
}

fn part<'o, K: Kernel>(whole: &JobSpec<'o>, chunks: Range<usize>) -> Option<JobSpec<'o>> {
    let has_parts = K::OPERANDS == Operands::Elementwise && !whole.operands.is_empty();
    if !has_parts || whole.part.is_some() {
        return None;
    }
    let part = Part::of(&whole.plan, chunks.clone())?;
    let input = K::Input::from_bytes(&whole.operands)?;
    if input.other_than(whole.plan.rows() as usize).is_some() {
        return None;
    }
    let operands = input.slice(part.range()).bytes();
    let spec = JobSpec { part: Some(chunks), operands, ..whole.clone() };
    // Nobody has asked the kernel yet what it thinks of fewer elements.
    checked::<K>(&spec).is_ok().then_some(spec)
}

/// A job that came as bytes.
struct CheckedJob<'o, K: Kernel> {
    /// Over what it has operands for.
    job: Job<'o, K>,
    /// Which chunks these are.
    part: Part,
}

impl<K: Kernel> RemoteJob for CheckedJob<'_, K> {
    fn chunk(&self, i: usize, out: &mut [u8]) -> Result<(), Error> {
        let len = out.len();
        let out = bytemuck::try_cast_slice_mut(out)
            .map_err(|why| Error::argument("output", format!("{len} bytes"), why.to_string()))?;
        self.job.chunk_of(&self.part, i, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{ChunkArgs, Layout, Variant};
    use crate::{Isa, Plan};
    use std::borrow::Cow;

    /// Elements by their place: it shows where a chunk believes that it is.
    struct Placed;

    impl Kernel for Placed {
        const NAME: &'static str = "placed";
        const LAYOUT: Layout = Layout::PerElement;
        const OPERANDS: Operands = Operands::Elementwise;
        const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", placed)];

        /// The only length that it takes, or 0.
        type Args = u64;
        type Input<'i> = (&'i [u64], &'i [u8]);
        type Item = u64;
        type Output = Vec<u64>;

        fn plan(only: &u64, (x, _): (&[u64], &[u8])) -> Result<Plan, Error> {
            match *only == 0 || *only == x.len() as u64 {
                true => Plan::range(x.len() as u64, 10),
                false => Err(Error::argument("x", x.len(), "another length")),
            }
        }

        fn finish(_: &u64, _: &Plan, items: Cow<'_, [u64]>) -> Vec<u64> {
            items.into_owned()
        }
    }

    fn placed(c: ChunkArgs<'_, '_, Placed>) -> Result<(), Error> {
        for (i, out) in c.out.iter_mut().enumerate() {
            *out =
                (c.input.0[i] + u64::from(c.input.1[i])) * (c.chunk.row + i as u64) + c.chunk.index;
        }
        Ok(())
    }

    const X: [u64; 35] = [3; 35];
    const Y: [u8; 35] = [4; 35];

    fn job(only: u64) -> Job<'static, Placed> {
        let level = Level::new(Isa::V1).unwrap_or_else(|_| Level::best());
        Job::at(level, only, (&X[..], &Y[..])).unwrap()
    }

    /// These chunks of the whole, by a part of it that has been a block of bytes.
    fn by_part(chunks: Range<usize>) -> Vec<u64> {
        let (job, remote) = (job(0), Remote::of::<Placed>());
        let part = remote.part(&job.spec(), chunks.clone()).unwrap();
        let block = part.encode().unwrap();
        let open = remote.open(&JobSpec::decode(block.as_slice()).unwrap()).unwrap();
        let chunk = |i| {
            let mut out = vec![0u64; job.plan().chunk(i).area() as usize];
            open.chunk(i, bytemuck::cast_slice_mut(&mut out)).unwrap();
            out
        };
        let made = chunks.clone().flat_map(chunk).collect();
        for other in [chunks.start.wrapping_sub(1), chunks.end] {
            assert!(open.chunk(other, &mut [0; 80]).is_err(), "{other} is not of {chunks:?}");
        }
        made
    }

    #[test]
    fn a_part_has_the_operands_of_its_chunks_and_their_results_in_the_whole() {
        let whole = job(0).call().unwrap();
        for (start, end) in (0..4).flat_map(|s| (s + 1..=4).map(move |e| (s, e))) {
            assert_eq!(by_part(start..end), whole[10 * start..whole.len().min(10 * end)]);
        }
        let part = Remote::of::<Placed>().part(&job(0).spec(), 2..4).unwrap();
        assert_eq!(part.operands.iter().map(|o| o.len()).collect::<Vec<_>>(), [8 * 15, 15]);
    }

    #[test]
    fn what_is_no_part_is_none_and_one_that_lies_is_refused() {
        let (remote, whole) = (Remote::of::<Placed>(), job(0).spec());
        for chunks in [0..0, 2..2, 0..5, 4..5] {
            assert_eq!(remote.part(&whole, chunks.clone()), None, "{chunks:?}");
        }
        assert_eq!(remote.part(&job(35).spec(), 0..1), None, "it takes one length only");
        let part = remote.part(&whole, 1..3).unwrap();
        assert_eq!(remote.part(&part, 1..2), None, "a part of a part");
        let mut zero = whole.plan;
        bytemuck::bytes_of_mut(&mut zero)[16..24].fill(0);
        let lies = [
            JobSpec { part: None, ..part.clone() },
            JobSpec { part: Some(1..4), ..part.clone() },
            JobSpec { part: Some(3..7), ..part.clone() },
            JobSpec { plan: zero, ..part.clone() },
            JobSpec { plan: Plan::tiles(35, 1, 10, 2).unwrap(), ..part.clone() },
        ];
        for lie in lies {
            assert!(remote.open(&lie).is_err(), "{lie:?}");
        }
    }
}
