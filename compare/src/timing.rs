//! A worker's other work: calling variants for the clock.

use crate::agree::{Agree, leaves};
use crate::group::Group;
use crate::measure::{Effort, Rounds, measure_undisturbed};
use crate::message::{Column, Job, Message, Reports, Timed, TimedRow};
use crate::starts::Plan;
use crate::worker::caught;

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
        for setting in 0..self.facts.settings.len() {
            for &n in &job.sizes {
                let label = self.facts.label(setting, n);
                channel.send(&Message::cell(label.clone()));
                // An input that cannot be made is a finding of the gate.
                let Ok(input) = caught(|| (self.make)(setting, n, job.seed)) else { continue };
                let effort = plan.effort(job.seed);
                match self.time_cell(job.base, &input, &effort, channel) {
                    Ok((batch, columns)) => {
                        let input = (self.fingerprint)(&input);
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
        input: &I,
        effort: &Effort,
        channel: &mut Reports,
    ) -> Result<Measured, Failed> {
        channel.send(&Message::Call(base));
        let batch = caught(|| self.batch(base, input)).map_err(|why| (base, why))?;
        let slots = self.slots(base);
        let once = |slot: usize, calls| match slots[slot] {
            Slot::Variant(v) | Slot::Again(v) => {
                channel.send(&Message::Call(v));
                caught(|| self.variants[v].call.run(input, calls, batch).0).map_err(|why| (v, why))
            }
            Slot::Empty(v) => Ok((self.variants[v].empty)(input, calls, batch)),
        };
        let Rounds { calls, dropped, columns } = measure_undisturbed(slots.len(), effort, once)?;
        let samples = calls.into_iter().zip(columns).zip(dropped);
        let columns = slots.iter().zip(samples);
        let columns = columns.map(|(slot, ((calls, seconds), dropped))| Column {
            row: self.row(*slot),
            calls,
            seconds,
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
        let output = self.variants[variant].call.run(input, 1, 1).1;
        let bytes = 8 * leaves(&output).len();
        (BATCH_BYTES / bytes.max(1)).clamp(1, BATCH)
    }
}
