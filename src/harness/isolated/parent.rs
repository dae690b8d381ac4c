//! The parent's side of a worker that judges: what it is asked, and what its messages and its end mean.

use super::child::WORKER;
use super::message::{At, End, Job, Message, Now, Work};
use super::{Checked, Order, keep, nothing};
use crate::Fault;
use crate::harness::gate::{Check, Finding, Progress, Target};
use crate::harness::same_bits::{bounded, fused};
use abreast_compare::isolate::{self, Accusation, Attempt, Next, Overdue, Start, settle};
use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

type Death = isolate::Death<Finding, At>;

pub(super) fn judge(
    order: Order<'_>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Checked, Fault> {
    let Order { entry, options, .. } = order;
    let who: Vec<Target> = options.choices(entry).into_iter().map(Target::from).collect();
    let (end, mut findings) = settle(&who, |attempt| worker(&order, attempt, progress))?;
    let end = end.unwrap_or_default();
    let mut gate = end.gate.unwrap_or_else(|| nothing(entry, options));
    findings.append(&mut gate.findings);
    gate.findings = findings;
    gate.kernel = entry.name;
    gate.findings.iter_mut().for_each(|finding| finding.kernel = entry.name);
    let mut matrix = keep(entry, end.matrix, &mut gate);
    if let Some(matrix) = &mut matrix {
        (matrix.kernel, matrix.fused) = (entry.name, fused(entry));
        matrix.bounded = bounded(entry);
    }
    Ok(Checked { gate, matrix })
}

fn job(order: &Order<'_>, attempt: &Attempt<Target, At>) -> Job {
    Job {
        kernel: order.entry.name.to_owned(),
        choices: attempt.who.clone(),
        seed: order.options.seed,
        quick: order.options.quick,
        gate: order.gate,
        executors: order.executors.iter().map(|executor| executor.name()).collect(),
        until: attempt.until,
        linger: attempt.linger,
    }
}

/// A worker whose steps may take so long: this program, or the same one linked otherwise.
pub(in crate::harness) fn start(program: Option<&Path>, limit: Duration) -> Start<'_> {
    let (environment, leave) = (&[], Duration::MAX);
    Start { variable: WORKER, program, arguments: None, environment, limit, leave }
}

/// What a worker has said so far.
struct Heard {
    now: Option<Now>,
    found: Vec<Finding>,
    end: Option<Box<End>>,
    spoilt: Option<String>,
    refused: Option<String>,
}

/// What one worker brings, or how it dies.
fn worker(
    order: &Order<'_>,
    attempt: &Attempt<Target, At>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Result<End, Death>, Fault> {
    let (kernel, born) = (order.entry.name, Instant::now());
    let now = Now { case: "the start of a worker".to_owned(), ..Now::default() };
    let mut heard =
        Heard { now: Some(now), found: Vec::new(), end: None, spoilt: None, refused: None };
    let job = Work::<_, ()>::Judge(job(order, attempt));
    let end = isolate::run(&start(None, order.limit), &job, |message| {
        heard.take(message, &mut |now| {
            progress(Progress { kernel, done: now.at.1, of: now.of, now: &now.case });
        })
    });
    let end = end.map_err(|why| refused("start a worker", why))?;
    if let Some(why) = heard.refused {
        return Err(refused("judge in a worker", why));
    }
    let (check, detail) = match (end, heard.spoilt) {
        (isolate::End::Stopped, what) => (Check::Process, what.unwrap_or_default()),
        (isolate::End::Done(status), _) if status.success() => {
            return Ok(Ok(heard.end.map(|end| *end).unwrap_or_default()));
        }
        (end, _) => why(end),
    };
    let now = heard
        .now
        .unwrap_or_else(|| Now { case: "at the end of the process".to_owned(), ..Now::default() });
    let is_seen = matches!(check, Check::Overdue | Check::Process);
    let step = heard.end.is_none().then_some(now.at);
    let (target, case) = (now.target, now.case);
    let accusation = Finding { kernel, target, case, check, cases: 1, detail, difference: None };
    Ok(Err(Death { accusation, step, is_seen, found: heard.found, lived: born.elapsed() }))
}

impl Heard {
    fn take(&mut self, message: Message, progress: &mut dyn FnMut(&Now)) -> Next {
        match message {
            // Nothing comes after the end: somebody else speaks.
            _ if self.end.is_some() => return Next::Garbage,
            Message::Now(now) => {
                progress(&now);
                self.now = Some(now);
                return Next::Step;
            }
            Message::Found(finding) => {
                self.found.push(finding);
                return Next::Same;
            }
            Message::End(all) => {
                (self.end, self.now) = (Some(all), None);
                return Next::Last;
            }
            Message::Spoilt(what, case) => {
                self.spoilt = Some(what);
                self.now = self.now.take().map(|now| Now { case, ..now });
            }
            Message::Refused(why) => self.refused = Some(why),
        }
        Next::Stop
    }
}

fn refused(what: &str, why: impl ToString) -> Fault {
    Fault::Io { what: what.to_owned(), why: why.to_string() }
}

/// What it means that a worker has ended so.
fn why(end: isolate::End) -> (Check, String) {
    let to = "the connection that the worker reports over";
    match end {
        isolate::End::Overdue(Overdue::Used(limit)) => {
            (Check::Overdue, format!("it used more than {limit:?} of CPU time"))
        }
        isolate::End::Overdue(Overdue::Slept(limit)) => {
            (Check::Overdue, format!("all its threads slept or were stopped for {limit:?}"))
        }
        isolate::End::Done(status) | isolate::End::Died(status) => (Check::Ended, how(status)),
        isolate::End::CutOff => (Check::Process, format!("it closed {to}")),
        isolate::End::Garbage | isolate::End::Stopped | isolate::End::Lingered => {
            (Check::Process, format!("it wrote to {to}"))
        }
    }
}

/// How the process ended: `signal: 11 (SIGSEGV)`, `exit status: 0`.
fn how(status: ExitStatus) -> String {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(9) {
        return format!("{status}, as the system does when memory is out");
    }
    status.to_string()
}

impl Accusation for Finding {
    type Who = Target;

    fn who(&self) -> Option<Target> {
        self.target
    }

    fn against(self, target: Option<Target>) -> Finding {
        Finding { target, ..self }
    }

    fn not_alone(self) -> Finding {
        Finding { detail: format!("{}; none of the variants does so alone", self.detail), ..self }
    }
}
