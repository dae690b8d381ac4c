//! The gate, in a worker: calls every variant for the first time and looks at all that it does.

pub(crate) mod fingerprint;
mod memory;
mod watch;

use crate::agree::{Agree, Leaf, leaves};
use crate::channel::Channel;
use crate::group::{Facts, Fill, Group, Make};
use crate::judge::{Objection, Returned, distances, judge, moved, repeated};
use crate::message::{Job, Message};
use crate::trials::{Origin, Trial, trials};
use crate::variant::{Kind, Variant};
use crate::worker::caught;
use fingerprint::Fingerprint;
use std::io;
use std::time::Instant;
use watch::Watch;

/// Why the gate ends early.
enum Stop {
    Io(io::Error),
    /// What a variant did to the process or to its input would be held against others: the parent
    /// goes on without it.
    Unfit(Message),
}

impl From<io::Error> for Stop {
    fn from(why: io::Error) -> Stop {
        Stop::Io(why)
    }
}

/// What freed memory is filled with before a call. Numbers made of the first byte are finite, those of
/// the second are NaN.
const FILLS: [u8; 2] = [0x3F, 0xFF];
/// What an output that is only written is filled with.
const POISONS: [f64; 2] = [f64::NAN, 77.7];
/// Above this an input of undeclared size is not made a second time.
const ONCE_ONLY: usize = 1 << 20;

impl<I: 'static, O: Agree + 'static> Group<I, O> {
    /// Tries every input on every variant.
    pub(crate) fn gate(
        &mut self,
        job: &Job,
        without: &[usize],
        seconds: f64,
        channel: &mut Channel,
    ) -> io::Result<()> {
        let Group { facts, make, variants, specials, fingerprint, poison } = self;
        let calls = Calls {
            facts,
            variants,
            channel,
            watch: Watch::new(),
            fingerprint,
            label: String::new(),
            numbers: 0,
        };
        let mut gate = Gate { job, make, specials, poison, calls };
        match gate.inputs(without, seconds).and_then(|()| gate.many_calls()) {
            Err(Stop::Unfit(message)) => gate.calls.channel.send(&message),
            Err(Stop::Io(why)) => Err(why),
            Ok(()) => Ok(()),
        }
    }
}

/// One gate.
struct Gate<'g, I, O> {
    job: &'g Job,
    make: &'g mut Make<I>,
    specials: &'g [I],
    poison: &'g Option<Fill<I>>,
    calls: Calls<'g, I, O>,
}

impl<I: 'static, O: Agree + 'static> Gate<'_, I, O> {
    fn inputs(&mut self, without: &[usize], seconds: f64) -> Result<(), Stop> {
        let (began, facts) = (Instant::now(), self.calls.facts);
        let (settings, specials) = (facts.settings.len(), self.specials.len());
        let all = trials(&self.job.sizes, settings, specials, self.job.seed);
        for (index, trial) in all.iter().enumerate().filter(|(index, _)| !without.contains(index)) {
            // The listed sizes are always tried.
            let optional = matches!(trial.origin, Origin::Neighbour | Origin::Random);
            if optional && began.elapsed().as_secs_f64() > seconds {
                self.calls.channel.send(&Message::LeftOut)?;
                continue;
            }
            let (origin, label) = (trial.origin, facts.trial_label(trial));
            self.calls.label.clone_from(&label);
            self.calls.channel.send(&Message::Input {
                trial: index,
                origin,
                label: label.clone(),
            })?;
            let (found, first) = match origin {
                Origin::Special => self.calls.examine(&self.specials[trial.n], self.job)?,
                _ => match self.made(index, trial)? {
                    Ok(done) => done,
                    Err(why) => {
                        let refused = Message::Refused { origin, label, why };
                        self.calls.channel.send(&refused)?;
                        continue;
                    }
                },
            };
            self.report(origin, found, &first)?;
        }
        Ok(())
    }

    /// Tries an input that is made here; or says why it cannot be made.
    fn made(&mut self, index: usize, trial: &Trial) -> Result<Result<Tried, String>, Stop> {
        let make = |make: &mut Make<I>| caught(|| make(trial.setting, trial.n, trial.seed));
        let input = match make(self.make) {
            Ok(input) => input,
            Err(why) => return Ok(Err(why)),
        };
        let (mut found, first) = self.calls.examine(&input, self.job)?;
        if !self.fits_again(trial.n) {
            return Ok(Ok((found, first)));
        }
        // Of another length each time, so that what is made next lies elsewhere.
        let space = vec![0u8; 8 + 16 * (index % 4)];
        let mut again = match make(self.make) {
            Ok(again) => again,
            Err(why) => return Ok(Err(format!("the second time: {why}"))),
        };
        drop(space);
        if (self.calls.fingerprint)(&again) != (self.calls.fingerprint)(&input) {
            let why = "it is another one each time that it is made for this size and seed";
            return Ok(Err(why.to_owned()));
        }
        found.extend(self.calls.elsewhere(&again, &first)?);
        for poison in POISONS {
            let Some(fill) = self.poison else { break };
            fill(&mut again, poison);
            found.extend(self.calls.poisoned(&again, &first, poison)?);
        }
        Ok(Ok((found, first)))
    }

    fn fits_again(&self, n: usize) -> bool {
        let bytes = self.calls.facts.bytes.as_ref().map(|bytes| bytes(n as u64));
        let memory = crate::machine::memory().unwrap_or(u64::MAX);
        bytes.map_or(n <= ONCE_ONLY, |bytes| bytes.saturating_mul(4) < memory)
    }

    fn report(
        &mut self,
        origin: Origin,
        mut found: Vec<Objection>,
        first: &[Returned],
    ) -> io::Result<()> {
        let names: Vec<&str> = self.job.variants.iter().map(|name| &name[..]).collect();
        let within = &self.calls.facts.within;
        found.extend(judge(&names, first, self.job.base, within));
        let apart = distances(first, self.job.base, within);
        for Objection { variant, what } in found {
            let label = self.calls.label.clone();
            self.calls.channel.send(&Message::Against { variant, label, what })?;
        }
        let values = first.iter().flatten().flatten();
        let values = values.filter(|leaf| !matches!(leaf, Leaf::Len(_))).count();
        self.calls.channel.send(&Message::Tried { origin, values, apart })
    }

    /// The smallest input, many times: what calls keep, and what calls at the same time do.
    fn many_calls(&mut self) -> Result<(), Stop> {
        let (n, seed) = (self.job.sizes.first().copied().unwrap_or(0), self.job.seed);
        let Ok(input) = caught(|| (self.make)(0, n, seed)) else { return Ok(()) };
        let label = format!("{}, seed {seed}, called many times", self.calls.facts.label(0, n));
        self.calls.label.clone_from(&label);
        for variant in 0..self.job.variants.len() {
            let (trial, origin) = (usize::MAX, Origin::Listed);
            self.calls.channel.send(&Message::Input { trial, origin, label: label.clone() })?;
            self.calls.channel.send(&Message::Call(variant))?;
            for what in self.calls.many(variant, &input) {
                let label = label.clone();
                self.calls.channel.send(&Message::Against { variant, label, what })?;
            }
        }
        Ok(())
    }
}

/// What there is against variants on one input, and what their first calls returned.
type Tried = (Vec<Objection>, Vec<Returned>);

/// The variants, and those who watch them.
struct Calls<'g, I, O> {
    facts: &'g Facts,
    variants: &'g mut [Variant<I, O>],
    channel: &'g mut Channel,
    watch: Watch,
    fingerprint: &'g Fingerprint<I>,
    /// The input.
    label: String,
    /// How many numbers an output had.
    numbers: usize,
}

impl<I: 'static, O: Agree + 'static> Calls<'_, I, O> {
    /// Calls every variant twice.
    fn examine(&mut self, input: &I, job: &Job) -> Result<Tried, Stop> {
        self.watch.settle();
        let print = (self.fingerprint)(input);
        let mut first = Vec::new();
        for variant in 0..job.variants.len() {
            first.push(self.one(variant, input, print, FILLS[0])?);
        }
        // Once more and the other way round: neither an earlier call nor another variant's may show.
        let mut found = Vec::new();
        for variant in (0..job.variants.len()).rev() {
            let second = self.one(variant, input, print, FILLS[1])?;
            found.extend(repeated(variant, &first[variant], &second));
        }
        Ok((found, first))
    }

    /// The same input elsewhere in memory.
    fn elsewhere(&mut self, input: &I, first: &[Returned]) -> Result<Vec<Objection>, Stop> {
        let print = (self.fingerprint)(input);
        let mut found = Vec::new();
        for (variant, first) in first.iter().enumerate() {
            let there = self.one(variant, input, print, FILLS[0])?;
            let words = "for the same input elsewhere in memory";
            found.extend(moved(variant, first, &there, &self.facts.within, words));
        }
        Ok(found)
    }

    /// The same input with something else in the part that is only written.
    fn poisoned(
        &mut self,
        input: &I,
        first: &[Returned],
        poison: f64,
    ) -> Result<Vec<Objection>, Stop> {
        let print = (self.fingerprint)(input);
        let words = format!("with {poison:?} where it should only write");
        let mut found = Vec::new();
        for (variant, first) in first.iter().enumerate() {
            if self.variants[variant].kind == Kind::InPlace {
                let there = self.one(variant, input, print, FILLS[0])?;
                found.extend(moved(variant, first, &there, &self.facts.within, &words));
            }
        }
        Ok(found)
    }

    fn one(
        &mut self,
        variant: usize,
        input: &I,
        print: Option<u64>,
        fill: u8,
    ) -> Result<Returned, Stop> {
        self.channel.send(&Message::Call(variant))?;
        memory::fill_freed(self.numbers, fill);
        let call = &mut self.variants[variant].call;
        let returned = caught(|| leaves(&call.run(input, 1, 1).1));
        let is_changed = || (self.fingerprint)(input) != print;
        let what = self.watch.look(variant);
        let what = what.or_else(|| is_changed().then(|| "changes its input".to_owned()));
        if let Some(what) = what {
            let label = self.label.clone();
            return Err(Stop::Unfit(Message::Unfit { variant, label, what }));
        }
        self.numbers = returned.as_ref().map_or(self.numbers, Vec::len);
        Ok(returned)
    }

    /// Many calls of one variant.
    fn many(&mut self, variant: usize, input: &I) -> Vec<String> {
        let Variant { call, crowd, .. } = &mut self.variants[variant];
        let first = caught(|| leaves(&call.run(input, 1, 1).1));
        let kept = caught(|| memory::kept(|| drop(call.run(input, 1, 1))));
        let kept = kept.map(|bytes| {
            let bytes = bytes.map(crate::format::bytes);
            bytes.map(|bytes| format!("each call keeps {bytes} of memory for good"))
        });
        let last = caught(|| leaves(&call.run(input, 1, 1).1));
        let together = match (crowd, &last) {
            (Some(crowd), Ok(alone)) => caught(|| crowd(input, alone)).and_then(|found| found),
            _ => Ok(None),
        };
        let worn = repeated(variant, &first, &last).map(|objection| objection.what);
        let found = [kept, Ok(worn), together];
        found.into_iter().filter_map(|found| found.unwrap_or_else(Some)).collect()
    }
}
