//! `abreast run`: one kernel, once.

use crate::args::{self, RunArgs};
use crate::console::Console;
use crate::number;
use crate::output::{self, Format, Output, Outputs};
use crate::profile::{self, Profile};
use crate::shard::{self, Shard};
use abreast::exec::{Control, Executor, Report};
use abreast::harness::trace::Traced;
use abreast::kernel::{Answer, Choice, Entry, Number};
use abreast_compare::format::seconds;
use anyhow::Result;
use clap::ArgMatches;
use serde::Serialize;
use serde_json::{Map, Value, json};

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
    let mut case = entry.case(&args.request(entry, registry, given)?)?;
    if let Some(chunk) = &args.chunk {
        case.set_chunk(number::count("chunk", chunk, 1)?)?;
    }
    let traced = Traced::new(&*executor);
    let watched: &dyn Executor = if recording.is_wanted() { &traced } else { &*executor };
    let choice = Choice { variant: variant.name, level };
    if let Some(mut file) = recording.shard.take() {
        let run = shard::Run { registry, entry, case: &*case, choice, executor: watched };
        let shard = run.shard(&args.shard, &mut file, console);
        let was_there = shard.as_ref().is_ok_and(Shard::was_there);
        let shown = shard.and_then(|shard| recording.shard(args, &shard, &file, console));
        // What did not run has nothing to be recorded.
        let recorded = if was_there { Ok(()) } else { recording.write(&traced, console) };
        return output::all([shown, recorded]);
    }
    let mut report = Report::default();
    let answer = case.run(choice, 0, &mut |tasks| {
        report = watched.run(tasks, &Control::default())?;
        Ok(())
    });
    // A run that failed is worth looking at too, and one that cannot be recorded has its result.
    let recorded = recording.write(&traced, console);
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => return output::all([Err(why.into()), recorded]),
    };
    let profiled = recording.profile.as_mut();
    let profiled =
        profiled.map(|wanted| wanted.take(&mut *case, (entry.name, choice), &*executor, console));
    let (profile, profiled) = match profiled.transpose() {
        Ok(profile) => (profile, Ok(())),
        Err(why) => (None, Err(why)),
    };
    let ran = Ran {
        schema: "abreast.run/2",
        kernel: entry.name,
        variant: variant.name,
        level: level.name(),
        exec: executor.name(),
        n: case.n(),
        value: value(answer.value),
        named: answer
            .named
            .iter()
            .map(|(name, number)| ((*name).to_owned(), value(*number)))
            .collect(),
        hash: format!("{:016x}", answer.hash),
        seconds: answer.took.as_secs_f64(),
        virtual_seconds: report.is_virtual.then_some(report.wall.as_secs_f64()),
        profile,
        warnings: case.caveat().into_iter().collect(),
    };
    ran.warnings.iter().for_each(|warning| console.note(format!("Note: {warning}.")));
    if args.json {
        console.json(&ran)?;
    } else {
        console.aside(recording.is_on_stdout, |console| ran.show(&answer, console))?;
    }
    output::all([recorded, profiled])
}

impl Ran {
    fn show(&self, answer: &Answer, console: &mut Console<'_>) -> Result<()> {
        match &answer.named[..] {
            [] => console.say(format!("{} = {}", self.kernel, answer.value))?,
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
