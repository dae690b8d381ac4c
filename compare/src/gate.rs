//! The gate of one group: workers call the variants, and what they do to a worker is found out too.

use crate::args::Options;
use crate::group::Facts;
use crate::message::{Job, Message, Work};
use crate::process::{self, End};
use crate::results::{Agreement, Finding, Refused};
use crate::trials::{Origin, detection};

/// After so many seconds sizes that are not listed are left out.
const SECONDS: f64 = 60.0;
const QUICK_SECONDS: f64 = 15.0;

/// Calls the variants in workers until none dies any more. Also returns what is bad input: listed
/// sizes that cannot be made, and outputs with nothing in them.
pub(crate) fn gate(
    facts: &Facts,
    names: &[String],
    base: &str,
    sizes: &[usize],
    options: &Options,
) -> Result<(Agreement, Vec<String>), String> {
    let mut alive: Vec<String> = names.to_vec();
    let (mut deaths, mut without, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    let found = loop {
        let job = Job {
            group: facts.name.clone(),
            base: alive.iter().position(|name| name == base).unwrap_or(0),
            variants: alive.clone(),
            sizes: sizes.to_vec(),
            seed: options.seed,
            work: Work::Gate {
                without: without.clone(),
                seconds: if options.quick { QUICK_SECONDS } else { SECONDS },
            },
        };
        let mut log = Log::default();
        let end = process::run(&job, options.timeout, |message| log.note(message, &job.variants));
        let end = end.map_err(|why| format!("a worker cannot be started: {why}"))?;
        let End::Died(how) = end else { break log.found };
        match (log.called, log.input) {
            (Some(variant), Some((_, _, input))) => {
                let variant = alive.remove(variant);
                deaths.push(Finding { variant, input, what: how, inputs: 1 });
            }
            (None, Some((trial, origin, input))) => {
                without.push(trial);
                let listed = origin == Origin::Listed;
                lost.push(Refused { input, listed, why: format!("{how} while it was made") });
            }
            _ => return Err(format!("the program {how} before it came to this group")),
        }
        if alive.is_empty() {
            break Agreement::default();
        }
    };
    let mut agreement = found;
    agreement.within = facts.within.to_string();
    agreement.findings.splice(0..0, deaths);
    agreement.refused.extend(lost);
    agreement.detection = detection(agreement.drawn);
    agreement.agreed = agreement.findings.is_empty();
    let bad = bad_input(&agreement);
    Ok((agreement, bad))
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
            Message::Tried { origin, values } => {
                self.found.inputs += 1;
                self.found.values += values;
                self.found.drawn += usize::from(origin == Origin::Random);
            }
            Message::LeftOut => self.found.left_out += 1,
            Message::Timed(_) | Message::Done => {}
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
