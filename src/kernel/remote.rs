//! A kernel as another process sees it: bytes in, bytes out.

use super::{Entry, Job, Kernel, Slices};
use crate::remote::{JobSpec, Remote, RemoteJob};
use crate::{Error, Level};

impl Remote {
    /// The kernel `K`.
    pub const fn of<K: Kernel>() -> Remote {
        Remote {
            name: K::NAME,
            layout: K::LAYOUT,
            args: size_of::<K::Args>(),
            item: size_of::<K::Item>(),
            open: open::<K>,
        }
    }
}

impl From<&Entry> for Remote {
    fn from(entry: &Entry) -> Remote {
        entry.remote
    }
}

fn open<'o, K: Kernel>(spec: &JobSpec<'o>) -> Result<Box<dyn RemoteJob + 'o>, Error> {
    let refuse = |what, rule: &str| Error::argument(what, K::NAME, rule);
    let args = bytemuck::try_pod_read_unaligned(&spec.args)
        .map_err(|_| refuse("args", "not as many bytes as the kernel's scalars have"))?;
    let input = K::Input::from_bytes(&spec.operands)
        .ok_or_else(|| refuse("operands", "their number, lengths or alignment do not fit"))?;
    let level = Level::named(&spec.level)?;
    let job = Job::<K>::at(level, args, input)?.variant(&spec.variant)?;
    Ok(Box::new(CheckedJob { job: job.with_plan(spec.plan)? }))
}

/// A job that came as bytes.
struct CheckedJob<'o, K: Kernel> {
    job: Job<'o, K>,
}

impl<K: Kernel> RemoteJob for CheckedJob<'_, K> {
    fn chunk(&self, i: usize, out: &mut [u8]) -> Result<(), Error> {
        let len = out.len();
        let out = bytemuck::try_cast_slice_mut(out)
            .map_err(|why| Error::argument("output", format!("{len} bytes"), why.to_string()))?;
        self.job.chunk(i, out)
    }
}
