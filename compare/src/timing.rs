//! A worker's other work: calling variants for the clock.

use crate::agree::{Agree, leaves};
use crate::group::Group;
use crate::measure::{Effort, Rounds, measure_again, measure_undisturbed};
use crate::message::{Column, Job, Message, Reports, Timed, TimedRow};
use crate::mode::{Evict, cold_pass};
use crate::series::{Ready, Series};
use crate::starts::Plan;
use crate::waits::Waits;
use crate::worker::caught;
use std::time::{Duration, Instant};

/// What has a turn in each round. Each names a variant by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Variant(usize),
    /// The baseline once more.
    Again(usize),
    /// The empty call of this variant's kind.
    Empty(usize),
}

/// The batch, and the samples.
type Measured = (usize, Vec<Column>);

/// The variant that failed, and how.
type Failed = (usize, String);

/// How many outputs or copies may be alive at a time.
const BATCH: usize = 64;
/// Bytes that they may take together: those of a first-level cache.
const BATCH_BYTES: usize = 32 * 1024;

impl<I: 'static, O: Agree + 'static> Group<I, O> {
    /// Times every cell. The first variant that fails ends the job: the parent starts another one
    /// without it.
    pub(crate) fn time(&mut self, job: &Job, plan: &Plan, channel: &mut Reports) {
        let mut evict = job.mode.cold.then(Evict::here);
        for setting in 0..self.facts.settings.len() {
            for &n in &job.sizes {
                let label = self.facts.label(setting, n);
                channel.send(&Message::cell(label.clone()));
                // An input that cannot be made is a finding of the gate.
                let Ok(inputs) = self.inputs_of(setting, n, job.seed) else { continue };
                let effort = plan.effort(job.seed);
                match self.time_cell(job.base, &inputs, &effort, evict.as_mut(), channel) {
                    Ok((batch, columns)) => {
                        let input = (self.fingerprint)(&inputs[0]);
                        let timed = Timed { setting, n, input, batch, columns };
                        channel.send(&Message::Timed(Box::new(timed)));
                    }
                    Err((variant, what)) => {
                        return channel.send(&Message::Against { variant, label, what });
                    }
                }
            }
        }
    }

    fn time_cell(
        &mut self,
        base: usize,
        inputs: &[I],
        effort: &Effort,
        evict: Option<&mut Evict>,
        channel: &mut Reports,
    ) -> Result<Measured, Failed> {
        channel.send(&Message::Call(base));
        let batch = caught(|| self.batch(base, &inputs[0])).map_err(|why| (base, why))?;
        let (slots, is_chain) = (self.slots(base), self.facts.mode.latency);
        // The time of so many calls of a slot, whose turn it is to be named if it fails.
        let mut run = |slot: usize, inputs: &[I], calls, ready: Ready<'_>| {
            let series = Series::new(inputs, calls, batch, ready).chained(is_chain);
            match slots[slot] {
                Slot::Variant(v) | Slot::Again(v) => {
                    channel.send(&Message::Call(v));
                    let call = &mut self.variants[v].call;
                    caught(|| call.run(series).0).map_err(|why| (v, why))
                }
                Slot::Empty(v) => Ok((self.variants[v].empty)(series)),
            }
        };
        let all = inputs.len() as u64;
        let rounds = match evict {
            None => measure_undisturbed(slots.len(), effort, |slot, passes| {
                run(slot, inputs, all.saturating_mul(passes), &mut || ())
            })?,
            Some(evict) => {
                let effort = one_pass(effort, evict, slots.len() * inputs.len());
                let waits = Waits::of_this_thread();
                measure_again(slots.len(), &effort, |slot, _| {
                    cold_pass(evict, &waits, inputs, |input, ready| run(slot, input, 1, ready))
                })?
            }
        };
        let Rounds { calls, dropped, columns } = rounds;
        let samples = calls.into_iter().zip(columns).zip(dropped);
        let columns = slots.iter().zip(samples);
        let columns = columns.map(|(slot, ((passes, seconds), dropped))| Column {
            row: self.row(*slot),
            calls: passes.saturating_mul(all),
            seconds: seconds.into_iter().map(|seconds| seconds / all as f64).collect(),
            dropped,
        });
        Ok((batch, columns.collect()))
    }

    /// The variants, the baseline again, and an empty call of each kind.
    fn slots(&self, base: usize) -> Vec<Slot> {
        let rows = 0..self.variants.len();
        let kind = |row: usize| self.variants[row].kind;
        let is_first_of_kind = |row: &usize| (0..*row).all(|other| kind(other) != kind(*row));
        let empty = rows.clone().filter(is_first_of_kind).map(Slot::Empty);
        rows.clone().map(Slot::Variant).chain([Slot::Again(base)]).chain(empty).collect()
    }

    fn row(&self, slot: Slot) -> TimedRow {
        match slot {
            Slot::Variant(v) => TimedRow::Variant(self.variants[v].name.clone()),
            Slot::Again(_) => TimedRow::BaselineAgain,
            Slot::Empty(v) => TimedRow::Empty(self.variants[v].kind),
        }
    }

    fn batch(&mut self, variant: usize, input: &I) -> usize {
        let output = self.variants[variant].call.once(input).1;
        let bytes = 8 * leaves(&output).len();
        (BATCH_BYTES / bytes.max(1)).clamp(1, BATCH)
    }
}

/// One call of each input is a sample, however short: it cannot be repeated on cold caches. The rounds are as many
/// as the evictions leave time for, of which a round has so many.
fn one_pass(effort: &Effort, evict: &mut Evict, evictions: usize) -> Effort {
    let clock = Instant::now();
    evict.evict();
    let round = clock.elapsed().as_secs_f64() * evictions as f64;
    let affordable = ((effort.budget * Effort::PATIENCE).as_secs_f64() / round) as usize;
    let most_rounds = affordable.clamp(effort.least_rounds, effort.most_rounds);
    Effort { block: Duration::ZERO, resolution: Duration::ZERO, most_rounds, ..*effort }
}
