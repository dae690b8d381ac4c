//! A worker's work: calling variants for the first time.

use crate::agree::{Agree, leaves};
use crate::channel::Channel;
use crate::group::{Facts, Group};
use crate::judge::{Returned, judge, repeated};
use crate::message::{Job, Message, Work};
use crate::trials::{Origin, Trial, trials};
use std::cell::RefCell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

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
    /// Does a job and reports on the channel.
    fn work(&mut self, job: &Job, channel: &mut Channel) -> io::Result<()>;
}

impl<I: 'static, O: Agree + 'static> Erased for Group<I, O> {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn facts_mut(&mut self) -> &mut Facts {
        &mut self.facts
    }

    fn work(&mut self, job: &Job, channel: &mut Channel) -> io::Result<()> {
        keep_panics();
        // In the order of the job, so that its indices are ours.
        let mut variants = Vec::new();
        for name in &job.variants {
            let found = self.variants.iter().position(|variant| variant.name == *name);
            let found = found.ok_or_else(|| io::Error::other(format!("no variant {name}")))?;
            variants.push(self.variants.swap_remove(found));
        }
        self.variants = variants;
        match &job.work {
            Work::Gate { without, seconds } => self.gate(job, without, *seconds, channel)?,
            Work::Time(plan) => self.time(job, plan, channel)?,
        }
        channel.send(&Message::Done)
    }
}

impl<I: 'static, O: Agree + 'static> Group<I, O> {
    fn gate(
        &mut self,
        job: &Job,
        without: &[usize],
        seconds: f64,
        channel: &mut Channel,
    ) -> io::Result<()> {
        let began = Instant::now();
        let all = trials(&job.sizes, self.facts.settings.len(), self.specials.len(), job.seed);
        for (index, trial) in all.iter().enumerate().filter(|(index, _)| !without.contains(index)) {
            // The listed sizes are always tried.
            let optional = matches!(trial.origin, Origin::Neighbour | Origin::Random);
            if optional && began.elapsed().as_secs_f64() > seconds {
                channel.send(&Message::LeftOut)?;
                continue;
            }
            self.try_one(index, trial, job, channel)?;
        }
        Ok(())
    }

    fn try_one(
        &mut self,
        index: usize,
        trial: &Trial,
        job: &Job,
        channel: &mut Channel,
    ) -> io::Result<()> {
        let (origin, label) = (trial.origin, self.trial_label(trial));
        channel.send(&Message::Input { trial: index, origin, label: label.clone() })?;
        let made;
        let input = match origin {
            Origin::Special => &self.specials[trial.n],
            _ => match caught(|| (self.make)(trial.setting, trial.n, trial.seed)) {
                Ok(input) => {
                    made = input;
                    &made
                }
                Err(why) => return channel.send(&Message::Refused { origin, label, why }),
            },
        };
        let mut call = |variant: usize| -> io::Result<Returned> {
            channel.send(&Message::Call(variant))?;
            let run = || leaves(&self.variants[variant].call.run(input, 1, 1).1);
            Ok(caught(run))
        };
        let count = job.variants.len();
        let first: Vec<Returned> = (0..count).map(&mut call).collect::<io::Result<_>>()?;
        // Once more and the other way round: neither an earlier call nor another variant's may show.
        let mut found = Vec::new();
        for variant in (0..count).rev() {
            found.extend(repeated(variant, &first[variant], &call(variant)?));
        }
        let names: Vec<&str> = job.variants.iter().map(|name| &name[..]).collect();
        found.extend(judge(&names, &first, job.base, &self.facts.within));
        for objection in found {
            let (variant, what) = (objection.variant, objection.what);
            channel.send(&Message::Against { variant, label: label.clone(), what })?;
        }
        let values = first.iter().flatten().flatten();
        let values = values.filter(|leaf| !matches!(leaf, crate::Leaf::Len(_))).count();
        channel.send(&Message::Tried { origin, values })
    }

    fn trial_label(&self, trial: &Trial) -> String {
        match trial.origin {
            Origin::Special => format!("the special input {}", self.facts.specials[trial.n]),
            _ => format!("{}, seed {}", self.facts.label(trial.setting, trial.n), trial.seed),
        }
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
