//! A worker's work, whatever the types of its group.

use crate::agree::Agree;
use crate::args::Options;
use crate::group::{Facts, Group};
use crate::message::{Job, Message, Reports, Work};
use crate::series::Series;
use std::cell::RefCell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// A group whose types are forgotten, so that groups about different functions fit in one list.
pub struct AnyGroup(pub(crate) Box<dyn Erased>);

impl<I: 'static, O: Agree + 'static> From<Group<I, O>> for AnyGroup {
    fn from(group: Group<I, O>) -> AnyGroup {
        AnyGroup(Box::new(group))
    }
}

/// What a group can do without its types.
pub(crate) trait Erased {
    fn facts(&self) -> &Facts;
    fn facts_mut(&mut self) -> &mut Facts;
    /// Calls a variant for so long: how often, and the time of the calls.
    fn only(
        &mut self,
        variant: usize,
        n: usize,
        options: &Options,
    ) -> Result<(u64, Duration), String>;
    /// Does a job and reports on the channel.
    fn work(&mut self, job: &Job, channel: &mut Reports) -> io::Result<()>;
}

impl<I: 'static, O: Agree + 'static> Erased for Group<I, O> {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn facts_mut(&mut self) -> &mut Facts {
        &mut self.facts
    }

    fn only(
        &mut self,
        variant: usize,
        n: usize,
        options: &Options,
    ) -> Result<(u64, Duration), String> {
        let inputs = self.inputs_of(0, n, options.seed)?;
        let began = Instant::now();
        let (mut calls, mut took, mut next) = (0, Duration::ZERO, 1u64);
        while began.elapsed() < options.only_for {
            let call = &mut self.variants[variant].call;
            let block = caught(|| call.run(Series::new(&inputs, next, 1, &mut || ())).0)?;
            calls += next;
            took += block;
            // So that the clock is seldom asked, and the end is near when it should be.
            next = if block < Duration::from_millis(1) { next.saturating_mul(2) } else { next };
        }
        Ok((calls, took))
    }

    fn work(&mut self, job: &Job, channel: &mut Reports) -> io::Result<()> {
        keep_panics();
        // In the order of the job, so that its indices are ours.
        let mut variants = Vec::new();
        for name in &job.variants {
            let found = self.variants.iter().position(|variant| variant.name == *name);
            let found = found.ok_or_else(|| io::Error::other(format!("no variant {name}")))?;
            variants.push(self.variants.swap_remove(found));
        }
        self.variants = variants;
        self.facts.mode = job.mode;
        match &job.work {
            Work::Gate(part) => self.gate(job, part, channel),
            Work::Time(plan) => self.time(job, plan, channel),
            Work::Count => self.count(job, channel),
        }
        channel.send(&Message::Done);
        Ok(())
    }
}

thread_local! {
    /// Where the last panic was.
    static PANICKED_AT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Panics are reported, not printed.
fn keep_panics() {
    std::panic::set_hook(Box::new(|info| {
        let at = info.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        PANICKED_AT.set(at.unwrap_or_default());
    }));
}

/// What `run` returns, or the message of its panic.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        format!("panicked: {}{}", text.unwrap_or_default(), PANICKED_AT.take())
    })
}
