//! Kernels that do nothing but move bytes: what their runs take is what messages cost.

use abreast::kernel::{ChunkArgs, Kernel, Layout, Operands};
use abreast::{Error, Plan, Variant};
use mpi::point_to_point::{Destination, Source};
use mpi::topology::{Communicator, SimpleCommunicator};
use std::borrow::Cow;
use std::time::Instant;

/// Bytes of a chunk of the next two.
const CHUNK: u64 = 1 << 20;

/// Operands that nobody reads.
pub struct Take;

impl Kernel for Take {
    const NAME: &'static str = "predict_take";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", |c| {
        c.out[0] = c.input.len() as u64;
        Ok(())
    })];

    type Args = u64;
    type Input<'i> = &'i [u8];
    type Item = u64;
    type Output = u64;

    fn plan(_: &u64, x: &[u8]) -> Result<Plan, Error> {
        Plan::range(x.len() as u64, CHUNK)
    }

    fn finish(_: &u64, _: &Plan, items: Cow<'_, [u64]>) -> u64 {
        items.iter().sum()
    }
}

/// Results that nobody needs.
pub struct Give;

impl Kernel for Give {
    const NAME: &'static str = "predict_give";
    const LAYOUT: Layout = Layout::PerElement;
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", |c| {
        c.out.fill(1);
        Ok(())
    })];

    /// How many bytes.
    type Args = u64;
    type Input<'i> = ();
    type Item = u8;
    type Output = u64;

    fn plan(bytes: &u64, (): ()) -> Result<Plan, Error> {
        Plan::range(*bytes, CHUNK)
    }

    fn finish(_: &u64, _: &Plan, items: Cow<'_, [u8]>) -> u64 {
        items.len() as u64
    }
}

/// Two ranks, a chunk each, that speak to each other: what messages of MPI itself take.
pub struct Wire;

/// What is timed.
#[derive(Debug, Clone, Copy)]
pub enum Talk {
    /// Bytes there and back: seconds of one way.
    There(u64),
    /// Short messages, one after the other without an answer: seconds that each costs the sender.
    Burst,
    /// Looking for a message that does not come: seconds of one look.
    Look,
}

impl Talk {
    /// As the scalars of [`Wire`].
    pub fn args(self, times: u64) -> [u64; 3] {
        match self {
            Talk::There(bytes) => [0, bytes, times],
            Talk::Burst => [1, 8, times],
            Talk::Look => [2, 8, times],
        }
    }
}

impl Kernel for Wire {
    const NAME: &'static str = "predict_wire";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", talk)];

    /// What, how many bytes, how often.
    type Args = [u64; 3];
    type Input<'i> = ();
    type Item = f64;
    type Output = f64;

    fn plan(_: &[u64; 3], (): ()) -> Result<Plan, Error> {
        Plan::range(2, 1)
    }

    /// Rank 0's.
    fn finish(_: &[u64; 3], _: &Plan, items: Cow<'_, [f64]>) -> f64 {
        items[0]
    }
}

fn talk(c: ChunkArgs<'_, '_, Wire>) -> Result<(), Error> {
    let [what, bytes, times] = *c.args;
    // The executor has a communicator of its own.
    let world = SimpleCommunicator::world();
    let (is_first, mut buffer) = (world.rank() == 0, vec![1u8; bytes as usize]);
    let other = world.process_at_rank(i32::from(is_first));
    // Both are here.
    one_way(&other, is_first, &mut buffer);
    one_way(&other, !is_first, &mut buffer);
    let clock = Instant::now();
    match what {
        0 => (0..2 * times).for_each(|i| one_way(&other, is_first == (i % 2 == 0), &mut buffer)),
        1 => (0..times).for_each(|_| one_way(&other, is_first, &mut buffer)),
        _ if is_first => (0..times).for_each(|_| assert!(other.immediate_probe().is_none())),
        _ => {}
    }
    let ways = if what == 0 { 2 * times } else { times };
    c.out[0] = clock.elapsed().as_secs_f64() / ways as f64;
    // The other one says nothing before it has been spoken to.
    one_way(&other, is_first, &mut buffer);
    one_way(&other, !is_first, &mut buffer);
    Ok(())
}

fn one_way(other: &(impl Source + Destination), is_mine: bool, buffer: &mut [u8]) {
    match is_mine {
        true => other.send(&*buffer),
        false => drop(other.receive_into(buffer)),
    }
}
