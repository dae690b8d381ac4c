//! A kernel that does next to nothing: what it costs is what handing out its chunks costs.

use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands};
use abreast::{Error, Plan, Remote, Variant};
use std::borrow::Cow;

/// Writes the number of each chunk.
pub struct Empty;

/// For the registry of every rank.
pub const REMOTE: Remote = Remote::of::<Empty>();

impl Kernel for Empty {
    const NAME: &'static str = "mpi_empty";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", number)];

    /// How many chunks.
    type Args = u64;
    type Input<'i> = ();
    type Item = u64;
    type Output = u64;

    fn plan(chunks: &u64, (): ()) -> Result<Plan, Error> {
        Plan::range(*chunks, 1)
    }

    fn finish(_: &u64, _: &Plan, items: Cow<'_, [u64]>) -> u64 {
        items.iter().sum()
    }
}

fn number(c: ChunkArgs<'_, '_, Empty>) -> Result<(), Error> {
    c.out[0] = c.chunk.index;
    Ok(())
}

/// So many chunks.
///
/// # Errors
/// As [`Job::new`].
pub fn job(chunks: u64) -> Result<Job<'static, Empty>, Error> {
    Job::new(chunks, ())
}
