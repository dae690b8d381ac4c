//! What one call allocates, counted apart from the times.
//!
//! This crate compiles no allocator and forbids unsafe code, so who counts is handed in: a closure that makes
//! a call and says what was allocated meanwhile. It is asked in a process of its own, in which nothing is
//! timed.

use crate::agree::Agree;
use crate::args::Options;
use crate::group::{Facts, Group};
use crate::message::{Job, Message, Reports, Work};
use crate::output::progress;
use crate::process;
use crate::results::GroupResult;
use crate::worker::caught;
use serde::{Deserialize, Serialize};

/// What one call asked an allocator for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Allocations {
    /// How many times.
    pub count: u64,
    /// For how many bytes together.
    pub bytes: u64,
    /// The most bytes that it held at a time, beyond what was there before; none where the counter does not
    /// know.
    pub peak: Option<u64>,
}

/// Makes the call that it is given, once, and says what that allocated.
pub(crate) type Meter = Box<dyn FnMut(&mut dyn FnMut()) -> Allocations>;

/// What one variant allocates in one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub(crate) setting: usize,
    pub(crate) n: usize,
    pub(crate) variant: usize,
    pub(crate) allocations: Allocations,
}

impl<I: 'static, O: Agree + 'static> Group<I, O> {
    /// How `--allocs` learns what a call allocates. `meter` makes the call that it is given, once, and returns
    /// what was allocated meanwhile. Any counting allocator will do, as the program's own
    /// `#[global_allocator]`; with the crate `allocation-counter`, which is one:
    ///
    /// ```ignore
    /// .allocations(|call| {
    ///     let found = allocation_counter::measure(call);
    ///     Allocations { count: found.count_total, bytes: found.bytes_total, peak: Some(found.bytes_max) }
    /// })
    /// ```
    ///
    /// Such an allocator is in the program while it is timed, too: each allocation costs a little more then,
    /// in all variants alike.
    pub fn allocations(
        mut self,
        meter: impl FnMut(&mut dyn FnMut()) -> Allocations + 'static,
    ) -> Self {
        self.facts.meter = Some(Box::new(meter));
        self
    }

    /// The worker's side: every variant in every cell. The first call, which may make what later ones use
    /// again, does not count.
    pub(crate) fn count(&mut self, job: &Job, channel: &mut Reports) {
        let Some(mut meter) = self.facts.meter.take() else { return };
        for setting in 0..self.facts.settings.len() {
            for &n in &job.sizes {
                channel.send(&Message::cell(self.facts.label(setting, n)));
                let Ok(input) = caught(|| (self.make)(setting, n, job.seed)) else { continue };
                for (variant, of) in self.variants.iter_mut().enumerate() {
                    channel.send(&Message::Call(variant));
                    let mut found = Allocations::default();
                    let counted = caught(|| {
                        of.call.within(&input, &mut |call| call());
                        of.call.within(&input, &mut |call| found = meter(call));
                    });
                    let allocations = found;
                    let counted = counted.map(|()| Counted { setting, n, variant, allocations });
                    channel.send(&match counted {
                        Ok(counted) => Message::Counted(counted),
                        Err(what) => {
                            Message::Against { variant, label: self.facts.label(setting, n), what }
                        }
                    });
                }
            }
        }
    }
}

/// Counts for the rows of a group that has been timed, and says so, or why there are no counts.
pub(crate) fn fill(facts: &Facts, group: &mut GroupResult, sizes: &[usize], options: &Options) {
    let job = Job {
        group: facts.name.clone(),
        base: 0,
        variants: group.timed.clone(),
        sizes: sizes.to_vec(),
        seed: options.seed,
        mode: facts.mode,
        work: Work::Count,
    };
    progress(&format!("{}: what a call allocates", facts.name));
    let (mut label, mut called) = (String::new(), None);
    let mut missing = Vec::new();
    let start = process::start_counting(options.timeout);
    let end = process::run(&start, &job, |message: Message| match message {
        Message::Input { label: of, .. } => (label, called) = (of, None),
        Message::Call(variant) => called = group.timed.get(variant).cloned(),
        Message::Counted(counted) => take(facts, group, &counted),
        Message::Against { variant, label, what } => {
            missing.push(format!("{} at {label}: {what}", group.timed[variant]));
        }
        _ => {}
    });
    let who = called.map_or(label.clone(), |variant| format!("{variant} at {label}"));
    missing.extend(match end {
        Ok(Ok(())) => None,
        Ok(Err(failed)) => Some(format!("{who}: {}", failed.how)),
        Err(why) => Some(why),
    });
    let mut verdict = vec![
        "allocations are those of one call, counted in a process of its own: the times are without that"
            .to_owned(),
    ];
    if group.cells.iter().flat_map(|cell| &cell.rows).all(|row| row.allocations.is_none()) {
        verdict.clear();
    }
    let missing = missing.into_iter().map(|what| format!("allocations are not known of {what}"));
    group.verdict.extend(verdict.into_iter().chain(missing));
}

fn take(facts: &Facts, group: &mut GroupResult, counted: &Counted) {
    let (Some(setting), Some(variant)) =
        (facts.settings.get(counted.setting), group.timed.get(counted.variant))
    else {
        return;
    };
    let cells = group.cells.iter_mut();
    let here = cells.filter(|cell| cell.n == counted.n && cell.setting == *setting);
    let rows = here.flat_map(|cell| &mut cell.rows).filter(|row| row.variant == *variant);
    rows.for_each(|row| row.allocations = Some(counted.allocations));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Timed;
    use crate::results::{Cell, Row};

    fn group() -> GroupResult {
        let row = |variant: &str| Row {
            variant: variant.to_owned(),
            median_seconds: 1e-6,
            gb_per_second: None,
            gflops: None,
            empty_share: None,
            ratio: None,
            allocations: None,
        };
        let cell = |n| Cell {
            setting: String::new(),
            n,
            input: None,
            bytes: None,
            flops: None,
            copies: None,
            noise: None,
            rows: vec![row("a"), row("b")],
            empty: Vec::new(),
            samples: Vec::new(),
        };
        GroupResult {
            timed: vec!["b".to_owned(), "a".to_owned()],
            cells: vec![cell(4), cell(8)],
            ..GroupResult::default()
        }
    }

    #[test]
    fn what_was_counted_stands_in_the_row_that_it_is_of() {
        let facts = Facts { settings: vec![String::new()], ..Facts::default() };
        let mut group = group();
        let allocations = Allocations { count: 3, bytes: 96, peak: Some(64) };
        // Variants are numbered as they were timed.
        take(&facts, &mut group, &Counted { setting: 0, n: 8, variant: 0, allocations });
        let found: Vec<Option<Allocations>> =
            group.cells.iter().flat_map(|cell| &cell.rows).map(|row| row.allocations).collect();
        assert_eq!(found, [None, None, None, Some(allocations)]);
        take(&facts, &mut group, &Counted { setting: 9, n: 8, variant: 9, allocations });
    }

    #[test]
    fn a_count_comes_as_it_was_sent() {
        let allocations = Allocations { count: 1, bytes: u64::MAX, peak: None };
        let sent = Message::<Timed>::Counted(Counted { setting: 1, n: 2, variant: 3, allocations });
        let text = serde_json::to_vec(&sent).expect("JSON");
        let Ok(Message::<Timed>::Counted(came)) = serde_json::from_slice(&text) else {
            panic!("a count")
        };
        assert_eq!(came, Counted { setting: 1, n: 2, variant: 3, allocations });
    }
}
