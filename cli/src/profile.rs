//! `abreast run --profile`: where the CPU time of a kernel's runs goes.
//!
//! The run is repeated under a sampler: at every millisecond of CPU time that the process has used, or as
//! often as the system's clock ticks, it notes the stack of the thread that runs. A thread that waits uses
//! no CPU time and is not seen.

mod marks;
mod shares;
#[allow(dead_code, reason = "nobody makes a stack where no samples can be taken")]
mod stack;
#[cfg_attr(
    not(all(
        feature = "profile",
        any(target_os = "linux", target_os = "macos"),
        any(target_arch = "x86_64", target_arch = "aarch64")
    )),
    path = "profile/elsewhere.rs"
)]
mod tools;

use crate::args::RunArgs;
use crate::console::Console;
use crate::number;
use crate::output::{Format, Output, Outputs};
use abreast::Fault;
use abreast::exec::{Control, Executor};
use abreast::kernel::{Case, Choice};
use abreast_compare::format::seconds;
use anyhow::{Result, bail};
use marks::Marked;
use serde::Serialize;
use shares::Shares;
use std::time::{Duration, Instant};
use tools::Sampler;

/// What was asked for.
pub struct Request {
    file: Output,
    lasts: Duration,
}

/// What the samples say.
#[derive(Serialize)]
pub struct Profile {
    /// How often the kernel was run.
    runs: u64,
    /// CPU time of all threads, and the time by the clock, over all runs.
    cpu_seconds: f64,
    seconds: f64,
    #[serde(flatten)]
    shares: Shares,
}

impl Request {
    /// None if no profile is wanted.
    pub fn claim(
        args: &RunArgs,
        outputs: &mut Outputs,
        console: &mut Console<'_>,
    ) -> Result<Option<Request>> {
        let Some(path) = args.profile.as_deref() else { return Ok(None) };
        let lasts = number::seconds("for", &args.lasts)?;
        tools::is_here()?;
        let file = outputs.claim("--profile", path, Format::Flame, console)?;
        Ok(Some(Request { file, lasts }))
    }

    /// Runs the case again and again, and draws where its time went.
    pub fn take(
        &mut self,
        case: &mut dyn Case,
        (kernel, choice): (&str, Choice),
        executor: &dyn Executor,
        console: &mut Console<'_>,
    ) -> Result<Profile> {
        let marked = Marked::new(executor);
        let (sampler, clock) = (Sampler::begin()?, Instant::now());
        let mut ran = Ok((0, Duration::ZERO));
        marks::in_run(&mut || ran = self.run(case, choice, &marked));
        let (runs, cpu) = ran?;
        if marked.elsewhere() > 0 {
            bail!(
                "--profile sees this process only, and {} does its tasks in others: profile serial or \
                 threads",
                executor.name()
            );
        }
        let by_clock = clock.elapsed().as_secs_f64();
        let samples = sampler.end()?;
        let shares = self.some(Shares::of(&samples), cpu)?;
        let Choice { variant, level } = choice;
        let (level, place, count) = (level.name(), executor.name(), shares.samples);
        let title = format!("{kernel}, {variant} at {level}, {place}: {count} samples");
        self.file.write(tools::draw(&samples, &title)?, console)?;
        Ok(Profile { runs, cpu_seconds: cpu.as_secs_f64(), seconds: by_clock, shares })
    }

    /// Runs the case as long as was asked for: how often, and in how much CPU time.
    fn run(
        &self,
        case: &mut dyn Case,
        choice: Choice,
        marked: &Marked<'_>,
    ) -> Result<(u64, Duration), Fault> {
        let (begin, clock) = (tools::used(), Instant::now());
        let (mut runs, mut calls) = (0, 1);
        loop {
            let took = case.time_on(Some(choice), calls, &mut |tasks| {
                marked.run(tasks, &Control::default()).map(drop)
            })?;
            runs += calls;
            let cpu = tools::used().saturating_sub(begin);
            // On a machine that gives this process next to nothing the clock ends it.
            let is_over = cpu >= self.lasts || clock.elapsed() >= self.lasts * MAX_WAITING;
            if is_over || marked.elsewhere() > 0 {
                return Ok((runs, cpu));
            }
            // So many between two looks at the clock that those do not show.
            if took < BATCH {
                calls *= 2;
            }
        }
    }

    /// Shares of nothing are none.
    fn some(&self, shares: Shares, cpu: Duration) -> Result<Shares> {
        if shares.samples > 0 {
            return Ok(shares);
        }
        bail!(
            "--profile: no sample was taken in {} of CPU time: give it more than --for {}",
            seconds(cpu.as_secs_f64()),
            self.lasts.as_secs_f64()
        )
    }
}

/// How much longer by the clock than in CPU time a profile may last.
const MAX_WAITING: u32 = 100;
/// Runs between two looks at the clock take about this long.
const BATCH: Duration = Duration::from_millis(1);

impl Profile {
    /// For people: a few lines and a table.
    pub fn show(&self, console: &mut Console<'_>) -> Result<()> {
        console.say(format!(
            "\nprofile: {} runs, {} of CPU time in {} by the clock",
            self.runs,
            seconds(self.cpu_seconds),
            seconds(self.seconds)
        ))?;
        self.shares.show(console)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Outputs;

    #[test]
    fn no_sample_is_said_with_what_to_do() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let screen = crate::Screen::default();
        let mut console = Console { out: &mut out, err: &mut err, lively: false, screen };
        let claimed =
            Outputs::new(false).claim("--profile", "-".as_ref(), Format::Flame, &mut console);
        let request = Request { file: claimed.unwrap(), lasts: Duration::from_millis(10) };
        let none = Shares::of(&Default::default());
        let why = request.some(none, Duration::from_millis(12)).err().unwrap().to_string();
        assert!(
            why.contains("12.0 ms of CPU time") && why.contains("more than --for 0.01"),
            "{why}"
        );
    }
}
