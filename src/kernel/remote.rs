//! A kernel as a worker process sees it: bytes in, bytes out.

use super::{Entry, How, Job, Kernel, Layout, Operands};
use crate::tasks::Order;
use crate::{Body, Error, Level};

/// A kernel that can be found by name and fed with bytes. Worker processes are given a list of
/// these; both sides must have the same one.
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
    open: Open,
}

type Open = for<'o> fn(&Order<'o>) -> Result<Box<dyn Served + 'o>, Error>;

/// An order whose problem has been checked.
pub trait Served {
    /// Does one chunk into its bytes of the output.
    ///
    /// # Errors
    /// What the body reports, or a slice that is not the chunk's.
    fn chunk(&self, i: usize, out: &mut [u8]) -> Result<(), Error>;
}

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

    /// Checks an order, as the constructor of a [`Job`] does: nothing that came as bytes is trusted.
    ///
    /// # Errors
    /// What does not fit the kernel.
    pub fn open<'o>(&self, order: &Order<'o>) -> Result<Box<dyn Served + 'o>, Error> {
        (self.open)(order)
    }
}

impl From<&Entry> for Remote {
    fn from(entry: &Entry) -> Remote {
        entry.remote
    }
}

fn open<'o, K: Kernel>(order: &Order<'o>) -> Result<Box<dyn Served + 'o>, Error> {
    let refuse = |what, rule: &str| Error::argument(what, K::NAME, rule);
    let args = bytemuck::try_pod_read_unaligned(&order.args)
        .map_err(|_| refuse("args", "not as many bytes as the kernel's scalars have"))?;
    let input = K::Input::from_bytes(&order.operands)
        .ok_or_else(|| refuse("operands", "their number, lengths or alignment do not fit"))?;
    let how = How { body: Body::parse(&order.body)?, level: Level::named(&order.level)? };
    Ok(Box::new(Checked { job: Job::<K>::new(args, input)?.with_plan(order.plan)?, how }))
}

/// A job that came as bytes.
struct Checked<'o, K: Kernel> {
    job: Job<'o, K>,
    how: How,
}

impl<K: Kernel> Served for Checked<'_, K> {
    fn chunk(&self, i: usize, out: &mut [u8]) -> Result<(), Error> {
        let len = out.len();
        let out = bytemuck::try_cast_slice_mut(out)
            .map_err(|why| Error::argument("output", format!("{len} bytes"), why.to_string()))?;
        self.job.chunk(self.how, i, out)
    }
}
