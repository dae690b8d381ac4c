//! The gate, in a worker: calls every variant for the first time and looks at all that it does.

pub(crate) mod fingerprint;

use crate::agree::{Agree, Leaf, leaves};
use crate::group::{Facts, Fill, Group, Make, Special};
use crate::isolate::{self, Watch};
use crate::judge::{Objection, Returned, distances, judge, moved, repeated};
use crate::message::{Job, MANY_CALLS, Message, Part, Reports};
use crate::series::Series;
use crate::trials::{Origin, Trial, trials};
use crate::variant::{Kind, Variant};
use crate::worker::caught;
use fingerprint::Fingerprint;
use std::time::{Duration, Instant};

/// What freed memory is filled with before a call. Numbers made of the first byte are finite, those of
/// the second are NaN.
const FILLS: [u8; 2] = [0x3F, 0xFF];
/// What an output that is only written is filled with.
const POISONS: [f64; 2] = [f64::NAN, 77.7];
/// Above this an input of undeclared size is not made a second time.
const ONCE_ONLY: usize = 1 << 20;

impl<I: 'static, O: Agree + 'static> Group<I, O> {
    /// Tries every input on every variant.
    pub(crate) fn gate(&mut self, job: &Job, part: &Part, channel: &mut Reports) {
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
        let threads = isolate::threads();
        let mut gate = Gate { job, make, specials, poison, calls };
        gate.inputs(part);
        if part.until.is_none_or(|until| until == MANY_CALLS) {
            gate.many_calls();
        }
        let since = Instant::now();
        while since.elapsed() < part.linger && isolate::threads() > threads {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// One gate.
struct Gate<'g, I, O> {
    job: &'g Job,
    make: &'g mut Make<I>,
    specials: &'g [Special<I>],
    poison: &'g Option<Fill<I>>,
    calls: Calls<'g, I, O>,
}

impl<I: 'static, O: Agree + 'static> Gate<'_, I, O> {
    fn inputs(&mut self, part: &Part) {
        let (began, facts) = (Instant::now(), self.calls.facts);
        let (settings, specials) = (facts.settings.len(), self.specials.len());
        let all = trials(&self.job.sizes, settings, specials, self.job.seed, facts.mode);
        let is_asked = |index: &usize| {
            part.until.is_none_or(|until| *index <= until) && !part.without.contains(index)
        };
        for (index, trial) in all.iter().enumerate().filter(|(index, _)| is_asked(index)) {
            // The listed sizes are always tried.
            let optional = matches!(trial.origin, Origin::Neighbour | Origin::Random);
            if optional && began.elapsed().as_secs_f64() > part.seconds {
                self.calls.channel.send(&Message::LeftOut);
                continue;
            }
            let (origin, label) = (trial.origin, facts.trial_label(trial));
            self.calls.label.clone_from(&label);
            let input = Message::Input { trial: index, origin, label: label.clone() };
            self.calls.channel.send(&input);
            match self.tried(index, trial) {
                Ok((found, first)) => self.report(origin, found, &first),
                Err(why) => {
                    let refused = Message::Refused { origin, label, why };
                    self.calls.channel.send(&refused);
                }
            }
        }
    }

    /// Tries an input; or says why it cannot be made.
    fn tried(&mut self, index: usize, trial: &Trial) -> Result<Tried, String> {
        let specials = self.specials;
        let make = |make: &mut Make<I>| {
            caught(|| match trial.origin {
                Origin::Special => specials[trial.n](),
                _ => make(trial.setting, trial.n, trial.seed),
            })
        };
        let input = make(self.make)?;
        let (mut found, first) = self.calls.examine(&input, self.job);
        if !self.fits_again(trial) {
            return Ok((found, first));
        }
        // Of another length each time, so that what is made next lies elsewhere.
        let space = vec![0u8; 8 + 16 * (index % 4)];
        let mut again = make(self.make).map_err(|why| format!("the second time: {why}"))?;
        drop(space);
        if (self.calls.fingerprint)(&again) != (self.calls.fingerprint)(&input) {
            let why = "it is another one each time that it is made for this size and seed";
            return Err(why.to_owned());
        }
        found.extend(self.calls.elsewhere(&again, &first));
        for poison in POISONS {
            let Some(fill) = self.poison else { break };
            fill(&mut again, poison);
            found.extend(self.calls.poisoned(&again, &first, poison));
        }
        Ok((found, first))
    }

    fn fits_again(&self, trial: &Trial) -> bool {
        if trial.origin == Origin::Special {
            // It is there twice already, and its size is not known.
            return true;
        }
        let n = trial.n;
        let bytes = self.calls.facts.bytes.as_ref().map(|bytes| bytes(n as u64));
        let memory = crate::machine::memory().unwrap_or(u64::MAX);
        bytes.map_or(n <= ONCE_ONLY, |bytes| bytes.saturating_mul(4) < memory)
    }

    fn report(&mut self, origin: Origin, mut found: Vec<Objection>, first: &[Returned]) {
        let names: Vec<&str> = self.job.variants.iter().map(|name| &name[..]).collect();
        let within = &self.calls.facts.within;
        found.extend(judge(&names, first, self.job.base, within));
        let apart = distances(first, self.job.base, within);
        for Objection { variant, what } in found {
            let label = self.calls.label.clone();
            self.calls.channel.send(&Message::Against { variant, label, what });
        }
        let values = first.iter().flatten().flatten();
        let values = values.filter(|leaf| !matches!(leaf, Leaf::Len(_))).count();
        self.calls.channel.send(&Message::Tried { origin, values, apart });
    }

    /// The smallest input, many times: what calls keep, and what calls at the same time do.
    fn many_calls(&mut self) {
        let (n, seed) = (self.job.sizes.first().copied().unwrap_or(0), self.job.seed);
        let Ok(input) = caught(|| (self.make)(0, n, seed)) else { return };
        let label = format!("{}, seed {seed}, called many times", self.calls.facts.label(0, n));
        self.calls.label.clone_from(&label);
        for variant in 0..self.job.variants.len() {
            let (trial, origin) = (MANY_CALLS, Origin::Listed);
            self.calls.channel.send(&Message::Input { trial, origin, label: label.clone() });
            self.calls.channel.send(&Message::Call(variant));
            for what in self.calls.many(variant, &input) {
                let label = label.clone();
                self.calls.channel.send(&Message::Against { variant, label, what });
            }
        }
    }
}

/// What there is against variants on one input, and what their first calls returned.
type Tried = (Vec<Objection>, Vec<Returned>);

/// The variants, and those who watch them.
struct Calls<'g, I, O> {
    facts: &'g Facts,
    variants: &'g mut [Variant<I, O>],
    channel: &'g mut Reports,
    watch: Watch<usize>,
    fingerprint: &'g Fingerprint<I>,
    /// The input.
    label: String,
    /// How many numbers an output had.
    numbers: usize,
}

impl<I: 'static, O: Agree + 'static> Calls<'_, I, O> {
    /// Calls every variant twice.
    fn examine(&mut self, input: &I, job: &Job) -> Tried {
        self.watch.settle();
        let print = (self.fingerprint)(input);
        let mut first = Vec::new();
        for variant in 0..job.variants.len() {
            first.push(self.one(variant, input, print, FILLS[0]));
        }
        // Once more and the other way round: neither an earlier call nor another variant's may show.
        let mut found = Vec::new();
        for variant in (0..job.variants.len()).rev() {
            let second = self.one(variant, input, print, FILLS[1]);
            found.extend(repeated(variant, &first[variant], &second));
        }
        (found, first)
    }

    /// The same input elsewhere in memory.
    fn elsewhere(&mut self, input: &I, first: &[Returned]) -> Vec<Objection> {
        let print = (self.fingerprint)(input);
        let mut found = Vec::new();
        for (variant, first) in first.iter().enumerate() {
            let there = self.one(variant, input, print, FILLS[0]);
            let words = "for the same input elsewhere in memory";
            found.extend(moved(variant, first, &there, &self.facts.within, words));
        }
        found
    }

    /// The same input with something else in the part that is only written.
    fn poisoned(&mut self, input: &I, first: &[Returned], poison: f64) -> Vec<Objection> {
        let print = (self.fingerprint)(input);
        let words = format!("with {poison:?} where it should only write");
        let mut found = Vec::new();
        for (variant, first) in first.iter().enumerate() {
            if self.variants[variant].kind == Kind::InPlace {
                let there = self.one(variant, input, print, FILLS[0]);
                found.extend(moved(variant, first, &there, &self.facts.within, &words));
            }
        }
        found
    }

    /// What a variant does to the process or to its input would be held against others: the parent goes
    /// on without it.
    fn one(&mut self, variant: usize, input: &I, print: Option<u64>, fill: u8) -> Returned {
        self.channel.send(&Message::Call(variant));
        isolate::fill_freed(self.numbers, fill);
        let (call, is_chain) = (&mut self.variants[variant].call, self.facts.mode.latency);
        let mut ready = || ();
        // As it will be timed.
        let series = Series::once(input, &mut ready).chained(is_chain);
        let returned = caught(|| leaves(&call.run(series).1));
        let is_changed = || (self.fingerprint)(input) != print;
        let what = self.watch.look(variant);
        let what = what.or_else(|| is_changed().then(|| "changes its input".to_owned()));
        if let Some(what) = what {
            let label = self.label.clone();
            self.channel.send(&Message::Unfit { variant, label, what });
            isolate::wait_for_the_end();
        }
        self.numbers = returned.as_ref().map_or(self.numbers, Vec::len);
        returned
    }

    /// Many calls of one variant.
    fn many(&mut self, variant: usize, input: &I) -> Vec<String> {
        let Variant { call, crowd, .. } = &mut self.variants[variant];
        let first = caught(|| leaves(&call.once(input).1));
        let kept = caught(|| isolate::kept(|| drop(call.once(input))));
        let kept = kept.map(|bytes| {
            let bytes = bytes.map(crate::format::bytes);
            bytes.map(|bytes| format!("each call keeps {bytes} of memory for good"))
        });
        let last = caught(|| leaves(&call.once(input).1));
        let together = match (crowd, &last) {
            (Some(crowd), Ok(alone)) => caught(|| crowd(input, alone)).and_then(|found| found),
            _ => Ok(None),
        };
        let worn = repeated(variant, &first, &last).map(|objection| objection.what);
        let found = [kept, Ok(worn), together];
        found.into_iter().filter_map(|found| found.unwrap_or_else(Some)).collect()
    }
}
