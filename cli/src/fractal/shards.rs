//! A picture from the shards of an `escape`, never all of it in memory.

use super::palette::Palette;
use super::png_writer;
use crate::shard::Manifest;
use abreast::Plan;
use abreast::kernel::{Finished, Kernel, Number};
use abreast::kernels::escape::{Args, Escape, View};
use abreast::sample::{fnv1a, fnv1a_after};
use anyhow::{Result, anyhow, bail};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Bytes of a count.
const COUNT: usize = size_of::<u32>();

/// What is known of the counts so far.
pub struct Drawing {
    view: View,
    plan: Plan,
    tally: BTreeMap<u32, u64>,
    hash: u64,
}

impl Drawing {
    /// For the run that the shard is one of.
    pub fn of(shard: &Manifest) -> Result<Drawing> {
        if shard.kernel != Escape::NAME {
            bail!(
                "--png draws the counts of {}, and these are shards of {}",
                Escape::NAME,
                shard.kernel
            );
        }
        let args = bytemuck::try_pod_read_unaligned::<Args>(&shard.args);
        let view = View::from(&args.map_err(|_| anyhow!("these scalars are not a view"))?);
        let plan = shard.plan.plan()?;
        if !plan.is_row_major() || (plan.cols(), plan.rows()) != (view.width, view.height) {
            bail!("the plan {plan:?} is not that of {} x {} pixels", view.width, view.height);
        }
        Ok(Drawing { view, plan, tally: BTreeMap::new(), hash: fnv1a(&[]) })
    }

    /// Takes note of the counts of a chunk; chunks come in plan order.
    pub fn count(&mut self, bytes: &[u8]) {
        self.hash = fnv1a_after(self.hash, bytes);
        let mut counts: Vec<u32> = counts(bytes).collect();
        counts.sort_unstable();
        for same in counts.chunk_by(|a, b| a == b) {
            *self.tally.entry(same[0]).or_default() += same.len() as u64;
        }
    }

    /// Draws what has been counted, the last row first: the imaginary axis points up. `read` gives the bytes
    /// of a chunk.
    pub fn draw(
        &self,
        out: &mut dyn Write,
        read: &mut dyn FnMut(usize, &mut Vec<u8>) -> Result<()>,
    ) -> io::Result<()> {
        let tally: Vec<(u32, u64)> = self.tally.iter().map(|(n, times)| (*n, *times)).collect();
        let palette = Palette::of_tally(&tally, self.view.max_iter).map_err(io::Error::other)?;
        let (width, height) = (self.view.width as usize, self.view.height as usize);
        let mut writer = png_writer(&self.view, width, height, out).map_err(io::Error::other)?;
        let mut rows = writer.stream_writer()?;
        let mut bytes = Vec::new();
        for chunk in (0..self.plan.len()).rev() {
            read(chunk, &mut bytes).map_err(io::Error::other)?;
            let counts: Vec<u32> = counts(&bytes).collect();
            rows.write_all(&palette.paint(&counts, width, 1).map_err(io::Error::other)?)?;
        }
        rows.finish()?;
        writer.finish()?;
        Ok(())
    }

    /// The result of what has been counted.
    pub fn finished(&self) -> Finished {
        let updates = self.tally.iter().map(|(n, times)| i128::from(*n) * i128::from(*times)).sum();
        Finished { value: Number::Int(updates), hash: self.hash, named: Vec::new() }
    }
}

fn counts(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<COUNT>().0.iter().map(|count| u32::from_ne_bytes(*count))
}
