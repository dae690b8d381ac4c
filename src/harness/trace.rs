//! What ran where, and when: a recording of runs, as a Chrome trace and as a Gantt chart.

mod gantt;

use crate::exec::{Control, Event, Executor, Report};
use crate::{Error, Fault, Tasks, memory};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// An executor that runs tasks on another and records what happens to them. Whatever takes an
/// executor takes this one: a kernel, a graph, a bag.
///
/// Runs that follow each other are laid end to end.
///
/// ```
/// use abreast::exec::Threads;
/// use abreast::harness::trace::Traced;
/// use abreast::kernels::dot::Dot;
/// let (x, pool) = (vec![1.5; 1_000_000], Threads::new(2)?);
/// let traced = Traced::new(&pool);
/// Dot::job(&x, &x)?.on(&traced)?;
/// assert_eq!(traced.spans()[0].outcome.name(), "done");
/// assert!(traced.chrome().contains("\"ph\":\"X\"")); // open the file in ui.perfetto.dev
/// assert!(traced.gantt().starts_with("<svg"));
/// # Ok::<(), abreast::Fault>(())
/// ```
pub struct Traced<'e> {
    executor: &'e dyn Executor,
    spans: Mutex<Vec<Span>>,
}

/// How every trace of [`Traced::chrome`] begins: by it a program can tell its own files from others.
pub const BEGINS: &str = "{\"schema\":\"abreast.trace/1\",";

/// Bytes of a task's name and of its place in a table, about.
const NAME: usize = 64;

/// One attempt of one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The task's number in its run.
    pub task: usize,
    /// What the task is called.
    pub name: String,
    /// The slot of the executor.
    pub slot: usize,
    /// When it began.
    pub start: Duration,
    /// When it ended.
    pub end: Duration,
    /// How it ended.
    pub outcome: Digest,
}

/// Choice an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// It did what it should.
    Done,
    /// It reported an error, or panicked.
    Failed,
    /// Its worker died.
    Lost,
}

impl Digest {
    /// In a word: `done`, `failed`, `lost`.
    pub fn name(self) -> &'static str {
        match self {
            Digest::Done => "done",
            Digest::Failed => "failed",
            Digest::Lost => "lost",
        }
    }
}

impl<'e> Traced<'e> {
    /// Records what `place` runs.
    pub fn new(executor: &'e dyn Executor) -> Traced<'e> {
        Traced { executor, spans: Mutex::new(Vec::new()) }
    }

    /// Every attempt that has ended, in the order of the ends.
    pub fn spans(&self) -> Vec<Span> {
        self.locked().clone()
    }

    /// The recording in Chrome's trace format: one complete event for each attempt.
    pub fn chrome(&self) -> String {
        let mut text = String::new();
        let Ok(()) = self.chrome_events(&mut |piece| {
            text += piece;
            Ok::<(), Infallible>(())
        });
        text
    }

    /// As [`Traced::chrome`], for a recording that may be of any length.
    ///
    /// # Errors
    /// [`Error::Memory`] when there is no room for the text.
    pub fn try_chrome(&self) -> Result<String, Error> {
        let mut text = String::new();
        self.chrome_events(&mut |piece| {
            let bytes = text.len() + piece.len();
            let refuse = |_| Error::Memory { bytes, purpose: "the trace as text" };
            text.try_reserve(piece.len()).map_err(refuse)?;
            text.push_str(piece);
            Ok(())
        })?;
        Ok(text)
    }

    /// The text piece by piece: as a tree of values, all events would take ten times the room.
    fn chrome_events<E>(&self, put: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let spans = self.locked();
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        let event = |span: &Span| {
            json!({
                "name": span.name, "ph": "X", "pid": 1, "tid": span.slot,
                "ts": micros(span.start), "dur": micros(span.end.saturating_sub(span.start)),
                "args": { "task": span.task, "outcome": span.outcome.name() },
            })
        };
        let slots: BTreeSet<usize> = spans.iter().map(|span| span.slot).collect();
        let slot = |slot: usize| {
            json!({
                "name": "thread_name", "ph": "M", "pid": 1, "tid": slot,
                "args": { "name": lane_name(slot, self.executor.width()) },
            })
        };
        let from = json!({ "program": "abreast", "executor": self.executor.name() });
        put(BEGINS)?;
        put(&format!("\"otherData\":{from},\"displayTimeUnit\":\"ns\",\"traceEvents\":["))?;
        let events = slots.into_iter().map(slot).chain(spans.iter().map(event));
        for (i, event) in events.enumerate() {
            put(if i == 0 { "\n" } else { ",\n" })?;
            put(&event.to_string())?;
        }
        put("\n]}\n")
    }

    /// The recording as a picture, one row per slot, in a unit of time that fits.
    pub fn gantt(&self) -> String {
        let spans = self.locked();
        let (unit, name) = gantt::fitting(last_end(&spans));
        gantt::draw(&spans, self.executor, unit, name)
    }

    /// As [`Traced::gantt`], with an axis in a unit of the caller's: a
    /// [`Sim`](crate::exec::Sim) counts milliseconds that may stand for minutes.
    pub fn gantt_in(&self, unit: Duration, name: &str) -> String {
        gantt::draw(&self.locked(), self.executor, unit, name)
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Span>> {
        self.spans.lock().unwrap_or_else(|dead| dead.into_inner())
    }

    fn keep(&self, tasks: &dyn Tasks, events: Vec<Event>) -> Result<(), Error> {
        let mut spans = self.locked();
        let offset = last_end(&spans);
        let room = || Error::Memory {
            bytes: events.len().saturating_mul(size_of::<Span>() + NAME),
            purpose: "the recording of what ran where",
        };
        memory::probe::<[u8; NAME]>(events.len(), "the recording of what ran where")?;
        spans.try_reserve(events.len()).map_err(|_| room())?;
        let mut begun: HashMap<usize, Duration> = HashMap::new();
        for event in events {
            let (task, slot, at, outcome) = match event {
                Event::Start { task, at, .. } => {
                    begun.insert(task, at);
                    continue;
                }
                Event::End { task, worker, at, ok: true } => (task, worker, at, Digest::Done),
                Event::End { task, worker, at, ok: false } => (task, worker, at, Digest::Failed),
                Event::Lost { task, worker, at, .. } => (task, worker, at, Digest::Lost),
            };
            let start = offset + begun.remove(&task).unwrap_or(at);
            let name = tasks.name(task).into_owned();
            spans.push(Span { task, name, slot, start, end: offset + at, outcome });
        }
        Ok(())
    }
}

impl Executor for Traced<'_> {
    fn name(&self) -> String {
        self.executor.name()
    }

    fn width(&self) -> usize {
        self.executor.width()
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        // A start and an end for each task; more only when workers die.
        let events =
            memory::room(tasks.len().saturating_mul(2), "the recording of what ran where")?;
        let events = Mutex::new(events);
        let listen = |event| {
            events.lock().unwrap_or_else(|dead| dead.into_inner()).push(event);
            if let Some(listener) = control.on_event {
                listener(event);
            }
        };
        let report = self.executor.run(tasks, &Control { on_event: Some(&listen), ..*control });
        let kept = self.keep(tasks, events.into_inner().unwrap_or_else(|dead| dead.into_inner()));
        let report = report?;
        kept?;
        Ok(report)
    }
}

/// What a row is called.
fn lane_name(slot: usize, width: usize) -> String {
    if slot < width { format!("slot {slot}") } else { "unattended".to_owned() }
}

/// When everything recorded so far was over.
fn last_end(spans: &[Span]) -> Duration {
    spans.iter().map(|span| span.end).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::{self, Serial};
    use serde_json::Value;
    use std::borrow::Cow;

    /// Tasks with names that need escaping; the third fails.
    struct Odd;

    impl Tasks for Odd {
        fn len(&self) -> usize {
            3
        }
        fn run(&self, i: usize) -> Result<(), Fault> {
            let why = Error::argument("task", i, "fails");
            if i == 2 { Err(Fault::Kernel { task: i, why }) } else { Ok(()) }
        }
        fn name(&self, i: usize) -> Cow<'_, str> {
            Cow::Borrowed(["a \"quoted\" <one>", "b & c", "d"][i])
        }
    }

    fn complete(trace: &str) -> Vec<Value> {
        let trace: Value = serde_json::from_str(trace).unwrap();
        let events = trace["traceEvents"].as_array().unwrap();
        events.iter().filter(|event| event["ph"] == "X").cloned().collect()
    }

    #[test]
    fn one_complete_event_for_each_task_with_its_name_and_how_it_ended() {
        let traced = Traced::new(&Serial);
        traced.run(&Odd, &Control::default()).unwrap_err();
        let events = complete(&traced.chrome());
        let of = |key: &str| events.iter().map(|event| event[key].clone()).collect::<Vec<_>>();
        assert_eq!(of("name"), ["a \"quoted\" <one>", "b & c", "d"]);
        let outcomes: Vec<&Value> = events.iter().map(|event| &event["args"]["outcome"]).collect();
        assert_eq!(outcomes, ["done", "done", "failed"]);
        assert!(events.iter().all(|event| event["dur"].as_f64().unwrap() >= 0.0));
        assert!(traced.chrome().starts_with(BEGINS));
    }

    #[test]
    fn runs_are_laid_end_to_end_and_the_callers_listener_still_hears() {
        let executor = exec::parse("threads:3").unwrap();
        let (traced, heard) = (Traced::new(&executor), Mutex::new(0));
        let listener = |_| *heard.lock().unwrap() += 1;
        let control = Control { on_event: Some(&listener), ..Control::default() };
        traced.run(&Odd, &control).unwrap_err();
        let first = traced.spans();
        traced.run(&Odd, &control).unwrap_err();
        let spans = traced.spans();
        assert_eq!(*heard.lock().unwrap(), 2 * spans.len());
        assert_eq!(spans[..first.len()], first);
        let over = last_end(&first);
        assert!(spans[first.len()..].iter().all(|span| span.start >= over && span.slot < 3));
    }

    /// An executor whose first worker dies.
    struct Mortal;

    impl Executor for Mortal {
        fn name(&self) -> String {
            "mortal".to_owned()
        }
        fn width(&self) -> usize {
            2
        }
        fn run(&self, _: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
            let ms = Duration::from_millis;
            let tell = control.on_event.unwrap();
            tell(Event::Start { task: 0, worker: 0, at: ms(1) });
            tell(Event::Lost { task: 0, worker: 0, at: ms(3), attempt: 1 });
            tell(Event::Start { task: 0, worker: 1, at: ms(4) });
            tell(Event::End { task: 0, worker: 1, at: ms(5), ok: true });
            Ok(Report::default())
        }
    }

    #[test]
    fn a_lost_attempt_is_a_span_of_its_own() {
        let traced = Traced::new(&Mortal);
        traced.run(&Odd, &Control::default()).unwrap();
        let spans = traced.spans();
        let ms = Duration::from_millis;
        let of = |span: &Span| (span.slot, span.start, span.end, span.outcome);
        assert_eq!(of(&spans[0]), (0, ms(1), ms(3), Digest::Lost));
        assert_eq!(of(&spans[1]), (1, ms(4), ms(5), Digest::Done));
        assert_eq!(spans.len(), 2);
        assert!(traced.gantt().contains("lost"));
    }

    #[test]
    fn the_chart_has_a_bar_for_each_span_and_a_row_for_each_lane() {
        let traced = Traced::new(&Mortal);
        traced.run(&Odd, &Control::default()).unwrap();
        let chart = traced.gantt_in(Duration::from_millis(1), "minutes");
        assert_eq!(chart.matches("<g class=\"bar\">").count(), 2);
        assert_eq!(chart.matches("class=\"slot\"").count(), 2);
        assert!(chart.contains("a &quot;quoted&quot; &lt;one&gt;") && chart.contains("minutes"));
        assert!(chart.contains("from 4 to 5 minutes"), "{chart}");
    }

    #[test]
    fn nothing_ran_is_a_chart_too() {
        assert!(Traced::new(&Serial).gantt().ends_with("</svg>\n"));
        assert!(complete(&Traced::new(&Serial).chrome()).is_empty());
    }
}
