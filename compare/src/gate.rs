//! The gate of one group: workers call the variants, and what they do to a worker is found out too.

use crate::args::Options;
use crate::group::Facts;
use crate::message::{Job, Message, Work};
use crate::process::{self, End};
use crate::results::{Agreement, Closeness, Finding, Refused};
use crate::trials::{Origin, detection, trials};

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
    let gate = Gate { facts, base, options };
    let mut alive: Vec<String> = names.to_vec();
    let (mut deaths, mut without, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    let seconds = if options.quick { QUICK_SECONDS } else { SECONDS };
    let mut agreement = loop {
        if sizes.is_empty() {
            break Agreement::default();
        }
        match gate.attempt(&alive, sizes, &without, seconds)? {
            Attempt::Ended(found) => break found,
            Attempt::Lost(trial, refused) => {
                if refused.listed {
                    let all =
                        trials(sizes, facts.settings.len(), facts.specials.len(), options.seed);
                    let gone = all.get(trial).map(|trial| trial.n);
                    sizes.retain(|n| Some(*n) != gone);
                    // The inputs have other numbers now.
                    without.clear();
                } else {
                    without.push(trial);
                }
                lost.push(refused);
            }
            Attempt::Failed(finding, was) => {
                let finding = match was {
                    Was::Death => gate.culprit(finding, &alive, sizes, &without)?,
                    Was::Seen => finding,
                };
                alive.retain(|name| *name != finding.variant);
                deaths.push(finding);
            }
        }
        if alive.is_empty() {
            break Agreement::default();
        }
    };
    agreement.within = facts.within.to_string();
    agreement.findings.splice(0..0, deaths);
    agreement.refused.extend(lost);
    agreement.detection = detection(agreement.drawn);
    agreement.agreed = agreement.findings.is_empty();
    let bad = bad_input(&agreement);
    Ok((agreement, bad))
}

/// What is asked of every worker.
struct Gate<'g> {
    facts: &'g Facts,
    base: &'g str,
    options: &'g Options,
}

/// How a worker fared.
enum Attempt {
    /// It tried everything.
    Ended(Agreement),
    /// A variant ended it, or must not be called beside others.
    Failed(Finding, Was),
    /// It died while this input was made.
    Lost(usize, Refused),
}

/// Whether a variant was seen to do it, or was only in work when it happened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Was {
    Seen,
    Death,
}

impl Gate<'_> {
    fn attempt(
        &self,
        variants: &[String],
        sizes: &[usize],
        without: &[usize],
        seconds: f64,
    ) -> Result<Attempt, String> {
        let job = Job {
            group: self.facts.name.clone(),
            base: variants.iter().position(|name| name == self.base).unwrap_or(0),
            variants: variants.to_vec(),
            sizes: sizes.to_vec(),
            seed: self.options.seed,
            work: Work::Gate { without: without.to_vec(), seconds },
        };
        let mut log = Log::default();
        let timeout = self.options.timeout;
        let end = process::run(&job, None, timeout, |message| log.note(message, &job.variants));
        let end = end.map_err(|why| format!("a worker cannot be started: {why}"))?;
        let finding = |variant: usize, input, what| {
            let variant = job.variants[variant].clone();
            Finding { variant, input, what, inputs: 1 }
        };
        let (how, was) = match (log.unfit, end) {
            (Some((variant, input, what)), _) => {
                return Ok(Attempt::Failed(finding(variant, input, what), Was::Seen));
            }
            (None, End::Done) => return Ok(Attempt::Ended(log.found)),
            (None, End::Died(how)) => (how, Was::Death),
            // What does not end is what is in work: nobody else can hold it up.
            (None, End::Overdue(how)) => (how, Was::Seen),
        };
        match (log.called, log.input) {
            (Some(variant), Some((_, _, input))) => {
                Ok(Attempt::Failed(finding(variant, input, how), was))
            }
            (None, Some((trial, origin, input))) => {
                let listed = origin == Origin::Listed;
                let why = format!("{how} while it was made");
                Ok(Attempt::Lost(trial, Refused { input, listed, why }))
            }
            _ => Err(format!("the program {how} before it came to this group")),
        }
    }

    /// Who is to blame for the end of a worker: whoever ends one alone too. A variant that spoils
    /// memory often brings down another one.
    fn culprit(
        &self,
        death: Finding,
        alive: &[String],
        sizes: &[usize],
        without: &[usize],
    ) -> Result<Finding, String> {
        let others = alive.iter().filter(|name| **name != death.variant);
        for name in std::iter::once(&death.variant).chain(others) {
            let alone = self.attempt(std::slice::from_ref(name), sizes, without, ALONE_SECONDS)?;
            match alone {
                Attempt::Failed(..) if *name == death.variant => return Ok(death),
                Attempt::Failed(finding, _) => return Ok(finding),
                Attempt::Ended(_) | Attempt::Lost(..) => {}
            }
        }
        let what = format!("{}; not when it is called without the others", death.what);
        Ok(Finding { what, ..death })
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
            Message::Timed(_) | Message::Done => {}
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
