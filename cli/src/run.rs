//! `abreast run`: one kernel, once.

use crate::args::{self, RunArgs};
use crate::console::{Console, Output};
use crate::number;
use abreast::exec::{Control, Executor, Report};
use abreast::harness::trace::Traced;
use abreast::kernel::{Entry, Number};
use abreast::{Body, How};
use anyhow::{Result, bail};
use clap::ArgMatches;
use serde::Serialize;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What `run --json` prints.
#[derive(Serialize)]
struct Ran {
    schema: &'static str,
    kernel: &'static str,
    body: &'static str,
    level: &'static str,
    exec: String,
    /// The size, as the kernel counts it.
    n: u64,
    /// The number itself; for an array the sum of its elements in order.
    value: Value,
    /// 64-bit FNV-1a of the output bytes.
    hash: String,
    /// From the first task's start to the last one's end, by the clock.
    seconds: f64,
    /// The same in the virtual time of a simulation; absent elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    virtual_seconds: Option<f64>,
}

pub fn run(
    args: &RunArgs,
    registry: &[Entry],
    given: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<()> {
    let entry = Entry::find(registry, &args.kernel)?;
    let body = Body::parse(&args.body)?;
    let level = args::level(args.isa.as_deref())?;
    let place = abreast::place::parse(&args.exec)?;
    let mut case = entry.case(&args.ask(entry, registry, given)?)?;
    if let Some(chunk) = &args.chunk {
        case.set_chunk(number::count("chunk", chunk, 1)?)?;
    }
    let recording = Recording::claim(args)?;
    let traced = Traced::new(&place);
    let watched: &dyn Executor = if recording.is_wanted() { &traced } else { &place };
    let mut report = Report::default();
    let answer = case.run(How { body, level }, 0, &mut |tasks| {
        report = watched.run(tasks, &Control::default())?;
        Ok(())
    });
    // A run that failed is worth looking at too.
    recording.write(&traced)?;
    let answer = answer?;
    let ran = Ran {
        schema: "abreast.run/1",
        kernel: entry.name,
        body: body.name(),
        level: level.name(),
        exec: place.name(),
        n: case.n(),
        value: value(answer.value),
        hash: format!("{:016x}", answer.hash),
        seconds: answer.took.as_secs_f64(),
        virtual_seconds: report.is_virtual.then_some(report.wall.as_secs_f64()),
    };
    if args.json {
        return console.json(&ran);
    }
    console.say(format!("{} = {}", entry.name, answer.value))?;
    console.say(format!(
        "n {}, {} at {}, {}, {}",
        ran.n,
        body,
        level,
        ran.exec,
        seconds(ran.seconds)
    ))?;
    if let Some(makespan) = ran.virtual_seconds {
        console.say(format!(
            "makespan in virtual time {} (a unit of cost counts as 1 ms); the {} above are what it \
             took here, one task after another",
            seconds(makespan),
            seconds(ran.seconds),
        ))?;
    }
    console.say(format!("hash of the output bytes {}", ran.hash))
}

/// The files that say what ran where, and when.
struct Recording {
    trace: Option<Output>,
    gantt: Option<Output>,
}

impl Recording {
    fn claim(args: &RunArgs) -> Result<Recording> {
        if args.trace.is_some() && args.trace == args.gantt {
            bail!("--trace and --gantt name the same file");
        }
        let claim = |path: &Option<PathBuf>| {
            path.as_deref().map(|path| Output::claim(path, args.force)).transpose()
        };
        Ok(Recording { trace: claim(&args.trace)?, gantt: claim(&args.gantt)? })
    }

    fn is_wanted(&self) -> bool {
        self.trace.is_some() || self.gantt.is_some()
    }

    fn write(&self, traced: &Traced<'_>) -> Result<()> {
        self.trace.as_ref().map_or(Ok(()), |file| file.write(traced.chrome()))?;
        self.gantt.as_ref().map_or(Ok(()), |file| file.write(traced.gantt()))
    }
}

/// A number as JSON; NaN and the infinities, which JSON does not have, as text.
fn value(number: Number) -> Value {
    match number {
        Number::Int(value) => i64::try_from(value).map_or_else(
            |_| {
                u64::try_from(value).map_or_else(|_| json!(value.to_string()), |value| json!(value))
            },
            |value| json!(value),
        ),
        Number::F64(value) if value.is_finite() => json!(value),
        Number::F32(value) if value.is_finite() => json!(value),
        other => json!(other.to_string()),
    }
}

/// A time with a unit that fits.
pub fn seconds(seconds: f64) -> String {
    let (scale, unit) = match seconds {
        s if s < 1e-6 => (1e9, "ns"),
        s if s < 1e-3 => (1e6, "us"),
        s if s < 1.0 => (1e3, "ms"),
        _ => (1.0, "s"),
    };
    format!("{:.2} {unit}", seconds * scale)
}
