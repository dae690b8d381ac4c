//! `abreast run`: one kernel, once.

use crate::args::{self, RunArgs};
use crate::console::Console;
use crate::number;
use crate::output::{self, Format, Output, Outputs};
use crate::profile::{self, Profile};
use crate::shard::{self, Shard};
use abreast::exec::{Control, Executor};
use abreast::harness::trace::Traced;
use abreast::kernel::{Case, Choice, Chunked, Entry, Finished, Number, Request};
use abreast::source::{RawFile, Source};
use abreast::{Fault, Tasks};
use abreast_compare::format::seconds;
use anyhow::Result;
use clap::ArgMatches;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

/// What `run --json` prints.
#[derive(Serialize)]
struct Ran {
    schema: &'static str,
    kernel: &'static str,
    variant: &'static str,
    level: &'static str,
    exec: String,
    /// The size, as the kernel counts it.
    n: u64,
    /// The number itself; for an array the sum of its elements in order.
    value: Value,
    /// The numbers to show, where `value` alone would be taken for something else.
    #[serde(skip_serializing_if = "Map::is_empty")]
    named: Map<String, Value>,
    /// 64-bit FNV-1a of the output bytes.
    hash: String,
    /// From the first task's start to the last one's end, by the clock.
    seconds: f64,
    /// The same in the virtual time of a simulation; absent elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    virtual_seconds: Option<f64>,
    /// Where the CPU time of repeated runs went, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Profile>,
    /// What to know before the result is trusted.
    warnings: Vec<String>,
}

pub fn run(
    args: &RunArgs,
    registry: &[Entry],
    given: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<()> {
    let entry = Entry::find(registry, &args.kernel)?;
    let variant = match &args.variant {
        Some(name) => entry.variant(name)?,
        None => entry.default_variant(),
    };
    let level = args::level(args.isa.as_deref())?;
    let executor = abreast::executors::parse(&args.exec)?;
    let mut recording = Recording::claim(args, console)?;
    let files: Vec<RawFile> =
        args.source.iter().map(|path| RawFile::open(path)).collect::<Result<_, _>>()?;
    let mut problem = Problem::of(entry, args, &args.request(entry, registry, given)?, &files)?;
    let traced = Traced::new(&*executor);
    let watched: &dyn Executor = if recording.is_wanted() { &traced } else { &*executor };
    let choice = Choice { variant: variant.name, level };
    let (n, caveat) = (problem.n()?, problem.caveat());
    if let Some(mut file) = recording.shard.take() {
        let problem = problem.chunked();
        let run = shard::Run { registry, entry, problem, n, caveat, choice, executor: watched };
        let shard = run.shard(&args.shard, &mut file, console);
        let was_there = shard.as_ref().is_ok_and(Shard::was_there);
        let shown = shard.and_then(|shard| recording.shard(args, &shard, &file, console));
        // What did not run has nothing to be recorded.
        let recorded = if was_there { Ok(()) } else { recording.write(&traced, console) };
        return output::all([shown, recorded]);
    }
    let answer = problem.run(entry, choice, watched);
    // A run that failed is worth looking at too, and one that cannot be recorded has its result.
    let recorded = recording.write(&traced, console);
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => return output::all([Err(why.into()), recorded]),
    };
    let profiled = match (recording.profile.as_mut(), &mut problem) {
        (Some(wanted), Problem::InMemory(case)) => {
            Some(wanted.take(&mut **case, (entry.name, choice), &*executor, console))
        }
        _ => None,
    };
    let (profile, profiled) = match profiled.transpose() {
        Ok(profile) => (profile, Ok(())),
        Err(why) => (None, Err(why)),
    };
    let named = answer.made.named.iter().map(|(name, number)| ((*name).to_owned(), value(*number)));
    let ran = Ran {
        schema: "abreast.run/2",
        kernel: entry.name,
        variant: variant.name,
        level: level.name(),
        exec: executor.name(),
        n,
        value: value(answer.made.value),
        named: named.collect(),
        hash: format!("{:016x}", answer.made.hash),
        seconds: answer.took.as_secs_f64(),
        virtual_seconds: answer.in_virtual_time.map(|wall| wall.as_secs_f64()),
        profile,
        warnings: caveat.into_iter().collect(),
    };
    ran.warnings.iter().for_each(|warning| console.note(format!("Note: {warning}.")));
    if args.json {
        console.json(&ran)?;
    } else {
        console.aside(recording.is_on_stdout, |console| ran.show(&answer.made, console))?;
    }
    output::all([recorded, profiled])
}

/// What is to be run: with all of its operands in memory, or with those that are needed at the time.
enum Problem<'s> {
    InMemory(Box<dyn Case>),
    Streamed(Box<dyn Chunked + 's>),
}

/// What came of it.
struct Answer {
    made: Finished,
    took: Duration,
    in_virtual_time: Option<Duration>,
}

impl<'s> Problem<'s> {
    fn of(
        entry: &Entry,
        args: &RunArgs,
        request: &Request,
        files: &'s [RawFile],
    ) -> Result<Problem<'s>> {
        let chunk = args.chunk.as_ref().map(|text| number::count("chunk", text, 1)).transpose()?;
        if !files.is_empty() {
            let sources: Vec<&dyn Source> = files.iter().map(|file| file as &dyn Source).collect();
            return Ok(Problem::Streamed(entry.streamed(request, chunk, &sources)?));
        }
        let mut case = entry.case(request)?;
        if let Some(chunk) = chunk {
            case.set_chunk(chunk)?;
        }
        Ok(Problem::InMemory(case))
    }

    fn n(&self) -> Result<u64> {
        match self {
            Problem::InMemory(case) => Ok(case.n()),
            Problem::Streamed(problem) => Ok(problem.plan()?.rows()),
        }
    }

    fn caveat(&self) -> Option<String> {
        match self {
            Problem::InMemory(case) => case.caveat(),
            Problem::Streamed(_) => None,
        }
    }

    fn chunked(&self) -> &dyn Chunked {
        match self {
            Problem::InMemory(case) => case.chunked(),
            Problem::Streamed(problem) => &**problem,
        }
    }

    fn run(&self, entry: &Entry, choice: Choice, executor: &dyn Executor) -> Result<Answer, Fault> {
        let (mut took, mut in_virtual_time) = (Duration::ZERO, None);
        let mut drive = |tasks: &dyn Tasks| {
            let clock = Instant::now();
            let report = executor.run(tasks, &Control::default())?;
            took = clock.elapsed();
            in_virtual_time = report.is_virtual.then_some(report.wall);
            Ok(())
        };
        let made = match self {
            Problem::InMemory(case) => {
                let answer = case.run(choice, 0, &mut drive)?;
                Finished { value: answer.value, hash: answer.hash, named: answer.named }
            }
            Problem::Streamed(problem) => {
                let plan = problem.plan()?;
                let parts = problem.run_chunks(choice, 0..plan.len(), &mut drive)?;
                entry.finish(&problem.args(), &plan, &mut |output| {
                    output.copy_from_slice(parts.as_slice());
                    Ok(())
                })?
            }
        };
        Ok(Answer { made, took, in_virtual_time })
    }
}

impl Ran {
    fn show(&self, made: &Finished, console: &mut Console<'_>) -> Result<()> {
        match &made.named[..] {
            [] => console.say(format!("{} = {}", self.kernel, made.value))?,
            named => named
                .iter()
                .try_for_each(|(name, number)| console.say(format!("{name} = {number}")))?,
        }
        console.say(format!(
            "n {}, {} at {}, {}, {}",
            self.n,
            self.variant,
            self.level,
            self.exec,
            seconds(self.seconds)
        ))?;
        if let Some(makespan) = self.virtual_seconds {
            console.say(format!(
                "makespan in virtual time {} (a unit of cost counts as 1 ms); the {} above are what \
                 it took here, one task after another",
                seconds(makespan),
                seconds(self.seconds),
            ))?;
        }
        console.say(format!("hash of the output bytes {}", self.hash))?;
        self.profile.iter().try_for_each(|profile| profile.show(console))
    }
}

/// The files that say what ran where, and when, and the one that has the result of a shard.
struct Recording {
    profile: Option<profile::Request>,
    trace: Option<Output>,
    gantt: Option<Output>,
    shard: Option<Output>,
    is_on_stdout: bool,
}

impl Recording {
    fn claim(args: &RunArgs, console: &mut Console<'_>) -> Result<Recording> {
        let mut outputs = Outputs::new(args.force);
        if args.json {
            outputs.prints("--json")?;
        }
        let trace = outputs.claim_if("--trace", args.trace.as_deref(), Format::Trace, console)?;
        let gantt = outputs.claim_if("--gantt", args.gantt.as_deref(), Format::Gantt, console)?;
        let profile = profile::Request::claim(args, &mut outputs, console)?;
        let shard = args.shard.output.as_deref();
        let shard = outputs.claim_if("--output", shard, Format::Shard, console)?;
        Ok(Recording { profile, trace, gantt, shard, is_on_stdout: outputs.on_stdout() })
    }

    fn is_wanted(&self) -> bool {
        self.trace.is_some() || self.gantt.is_some()
    }

    fn shard(
        &self,
        args: &RunArgs,
        shard: &Shard,
        file: &Output,
        console: &mut Console<'_>,
    ) -> Result<()> {
        let warnings = shard.manifest.warnings.iter();
        warnings.for_each(|warning| console.note(format!("Note: {warning}.")));
        match args.json {
            true => console.json(&shard.manifest),
            false => {
                console.aside(self.is_on_stdout, |console| shard.show(file, &args.exec, console))
            }
        }
    }

    fn write(&mut self, traced: &Traced<'_>, console: &mut Console<'_>) -> Result<()> {
        let trace = self.trace.as_mut().map(|file| file.write(traced.try_chrome()?, console));
        let gantt = self
            .gantt
            .as_mut()
            .map(|file| file.write(marked(Format::Gantt, traced.gantt()), console));
        output::all(trace.into_iter().chain(gantt))
    }
}

/// A picture behind the mark of its format.
pub fn marked(format: Format, svg: String) -> String {
    format.beginning().unwrap_or_default().to_owned() + &svg
}

/// A number as JSON; NaN and the infinities, which JSON does not have, as text.
pub fn value(number: Number) -> Value {
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
