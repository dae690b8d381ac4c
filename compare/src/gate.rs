//! The gate of one group: workers call the variants, and what they do to a worker is found out too.

use crate::args::Options;
use crate::group::Facts;
use crate::isolate::{Accusation, Attempt, Death, settle};
use crate::message::{Job, Message, Part, Work};
use crate::process;
use crate::results::{Agreement, Closeness, Finding, Refused};
use crate::sizes::detection;
use crate::trials::{Origin, trials};
use std::time::Instant;

/// After so many seconds sizes that are not listed are left out.
const SECONDS: f64 = 60.0;
const QUICK_SECONDS: f64 = 15.0;
/// The same for a variant that is called alone to see whether it ends its worker.
const ALONE_SECONDS: f64 = 5.0;

/// Calls the variants in workers until none dies any more. Also returns what is bad input: listed
/// sizes that cannot be made, and outputs with nothing in them. Sizes whose input ends the process
/// are taken out of `sizes`: no larger ones are drawn, and they cannot be timed.
pub(crate) fn gate(
    facts: &Facts,
    names: &[String],
    base: &str,
    sizes: &mut Vec<usize>,
    options: &Options,
) -> Result<(Agreement, Vec<String>), String> {
    let mut gate = Gate { facts, base, options, sizes, without: Vec::new(), lost: Vec::new() };
    let (agreement, deaths) = settle(names, |attempt| gate.attempt(attempt))?;
    let mut agreement = agreement.unwrap_or_default();
    agreement.within = facts.within.to_string();
    agreement.findings.splice(0..0, deaths);
    agreement.refused.append(&mut gate.lost);
    agreement.detection = detection(agreement.drawn);
    agreement.agreed = agreement.findings.is_empty();
    let bad = bad_input(&agreement);
    Ok((agreement, bad))
}

impl Accusation for Finding {
    type Who = String;

    fn who(&self) -> Option<String> {
        Some(self.variant.clone())
    }

    fn against(self, who: Option<String>) -> Finding {
        Finding { variant: who.unwrap_or_default(), ..self }
    }

    fn not_alone(self) -> Finding {
        Finding { what: format!("{}; not when it is called without the others", self.what), ..self }
    }
}

/// What is asked of every worker.
struct Gate<'g> {
    facts: &'g Facts,
    base: &'g str,
    options: &'g Options,
    sizes: &'g mut Vec<usize>,
    /// Inputs that end a worker, by number.
    without: Vec<usize>,
    lost: Vec<Refused>,
}

type Tried = Result<Agreement, Death<Finding, usize>>;

impl Gate<'_> {
    fn attempt(&mut self, attempt: &Attempt<String, usize>) -> Result<Tried, String> {
        while !self.sizes.is_empty() {
            if let Some(tried) = self.one_worker(attempt)? {
                return Ok(tried);
            }
        }
        Ok(Ok(Agreement::default()))
    }

    /// What a worker reported or how it died; none when that was while an input was made, which is
    /// left out from now on.
    fn one_worker(&mut self, attempt: &Attempt<String, usize>) -> Result<Option<Tried>, String> {
        let variants = &attempt.who;
        let seconds = match attempt.until {
            Some(_) => ALONE_SECONDS,
            None if self.options.quick => QUICK_SECONDS,
            None => SECONDS,
        };
        let job = Job {
            group: self.facts.name.clone(),
            base: variants.iter().position(|name| name == self.base).unwrap_or(0),
            variants: variants.clone(),
            sizes: self.sizes.clone(),
            seed: self.options.seed,
            mode: self.facts.mode,
            work: Work::Gate(Part {
                without: self.without.clone(),
                seconds,
                until: attempt.until,
                linger: attempt.linger,
            }),
        };
        let (mut log, born) = (Log::default(), Instant::now());
        let timeout = self.options.timeout;
        let end = process::run(&process::start(None, timeout), &job, |message| {
            log.note(message, &job.variants)
        })?;
        let Log { unfit, called, input, found } = log;
        let (variant, label, what, is_seen) = match (unfit, end, called, &input) {
            (Some((variant, label, what)), ..) => (variant, label, what, true),
            (None, Ok(()), ..) => return Ok(Some(Ok(found))),
            (None, Err(failed), Some(variant), Some((.., label))) => {
                (variant, label.clone(), failed.how, failed.is_seen)
            }
            (None, Err(failed), None, Some((trial, origin, label))) => {
                self.lose(*trial, *origin, label, &failed.how);
                return Ok(None);
            }
            (None, Err(failed), _, None) => {
                return Err(format!("the program {} before it came to this group", failed.how));
            }
        };
        let variant = variants[variant].clone();
        let accusation = Finding { variant, input: label, what, inputs: 1 };
        let step = input.map(|(trial, ..)| trial);
        let (found, lived) = (found.findings, born.elapsed());
        Ok(Some(Err(Death { accusation, step, is_seen, found, lived })))
    }

    fn lose(&mut self, trial: usize, origin: Origin, label: &str, how: &str) {
        let listed = origin == Origin::Listed;
        if listed {
            let (settings, specials) = (self.facts.settings.len(), self.facts.specials.len());
            let (seed, mode) = (self.options.seed, self.facts.mode);
            let all = trials(self.sizes, settings, specials, seed, mode);
            let gone = all.get(trial).map(|trial| trial.n);
            self.sizes.retain(|n| Some(*n) != gone);
            // The inputs have other numbers now.
            self.without.clear();
        } else {
            self.without.push(trial);
        }
        let why = format!("{how} while it was made");
        self.lost.push(Refused { input: label.to_owned(), listed, why });
    }
}

fn bad_input(agreement: &Agreement) -> Vec<String> {
    let listed = agreement.refused.iter().filter(|refused| refused.listed);
    let mut bad: Vec<String> =
        listed.map(|r| format!("the input of {} cannot be made: {}", r.input, r.why)).collect();
    if agreement.inputs > 0 && agreement.values == 0 && agreement.agreed {
        bad.push(
            "the outputs hold no values, so nothing was compared: does a closure end in a semicolon?"
                .to_owned(),
        );
    }
    bad
}

/// What one worker reported.
#[derive(Default)]
struct Log {
    found: Agreement,
    input: Option<(usize, Origin, String)>,
    called: Option<usize>,
    /// A variant that the gate goes on without, and why.
    unfit: Option<(usize, String, String)>,
}

impl Log {
    fn note(&mut self, message: Message, names: &[String]) {
        match message {
            Message::Input { trial, origin, label } => {
                (self.input, self.called) = (Some((trial, origin, label)), None);
            }
            Message::Call(variant) => self.called = Some(variant),
            Message::Refused { origin, label, why } => {
                let listed = origin == Origin::Listed;
                self.found.refused.push(Refused { input: label, listed, why });
            }
            Message::Against { variant, label, what } => self.against(&names[variant], label, what),
            Message::Unfit { variant, label, what } => self.unfit = Some((variant, label, what)),
            Message::Tried { origin, values, apart } => {
                let pairs = names.iter().zip(apart);
                pairs.for_each(|(name, apart)| self.close(name, apart));
                self.found.inputs += 1;
                self.found.values += values;
                self.found.drawn += usize::from(origin == Origin::Random);
            }
            Message::LeftOut => self.found.left_out += 1,
            Message::Timed(_) | Message::Counted(_) | Message::Done => {}
        }
    }

    fn close(&mut self, name: &str, apart: Option<f64>) {
        let input = self.input.as_ref().map_or(String::new(), |(.., label)| label.clone());
        let all = &mut self.found.closeness;
        let at = all.iter().position(|close| close.variant == name).unwrap_or_else(|| {
            let (variant, input) = (name.to_owned(), String::new());
            all.push(Closeness { variant, same_bits: true, largest: 0.0, input });
            all.len() - 1
        });
        if let Some(apart) = apart.filter(|apart| *apart > all[at].largest) {
            all[at] = Closeness { same_bits: false, largest: apart, input, ..all[at].clone() };
        }
    }

    /// The first thing on each variant is kept, the others are counted.
    fn against(&mut self, name: &str, input: String, what: String) {
        let last = self.input.as_ref().map(|(.., label)| label.clone());
        match self.found.findings.iter_mut().find(|finding| finding.variant == name) {
            Some(finding) if last != Some(finding.input.clone()) => finding.inputs += 1,
            Some(_) => {}
            None => {
                let variant = name.to_owned();
                self.found.findings.push(Finding { variant, input, what, inputs: 1 });
            }
        }
    }
}
