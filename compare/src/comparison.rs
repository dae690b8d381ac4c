//! The whole comparison: the gate, the times, the results.

use crate::against::{self, against};
use crate::allocations;
use crate::args::{Options, Target};
use crate::gate::gate;
use crate::group::Facts;
use crate::host::host;
use crate::layouts::{Layouts, left_out};
use crate::machine::{Machine, governor, memory, now};
use crate::output::progress;
use crate::place::{Place, shown};
use crate::present::{Present, is_lost};
use crate::record::recorded;
use crate::results::{Build, GroupResult, Results, SCHEMA, Untimed};
use crate::saved::{self, Saved, SavedMachine};
use crate::starts;
use crate::worker::caught;
use crate::{summary, verdict};
use std::io::IsTerminal;
use std::time::Instant;

/// The probability that any of a run's intervals misses the truth.
const ALPHA: f64 = 0.01;

/// What was asked for of the chosen groups.
pub(crate) struct Comparison<'o> {
    options: &'o Options,
    /// Bad input, group by group: said, and the others go on.
    mistakes: Vec<String>,
    began: Instant,
    /// Whether stdout is for JSON, Markdown or HTML.
    is_quiet: bool,
    place: Place,
    /// The relinked programs, if there are any.
    layouts: Layouts,
}

impl<'o> Comparison<'o> {
    pub(crate) fn new(options: &'o Options, mistakes: Vec<String>) -> Comparison<'o> {
        let is_quiet = options.silent || options.targets().any(|target| *target == Target::Stdout);
        Comparison {
            options,
            mistakes,
            began: Instant::now(),
            is_quiet,
            place: Place::here(),
            layouts: Layouts::default(),
        }
    }

    /// The exit code, and what was found.
    pub(crate) fn groups(mut self, groups: &[&Facts]) -> Result<(u8, Results), String> {
        let then = self.saved_run()?;
        if let Some(name) = self.options.save.as_ref().filter(|_| self.times()) {
            let checked = saved::check(name, &self.place, self.options.force);
            checked.map_err(|why| format!("--save: {why}"))?;
        }
        self.link_again();
        let mut results = self.results();
        for warning in &results.warnings {
            eprintln!("warning: {warning}");
        }
        if let Some(why) = self.unfit_to_time() {
            self.mistakes.push(why.to_owned());
        }
        for facts in groups {
            match self.group(facts) {
                Ok(group) => results.groups.push(group),
                Err(why) => self.mistakes.push(format!("group {}: {why}", facts.name)),
            }
        }
        results.seconds = self.began.elapsed().as_secs_f64();
        let failures = self.keep(&mut results, then.as_ref());
        let present = self.present();
        let written = present.end(&results, &failures);
        self.mistakes.iter().for_each(|why| eprintln!("error: {why}"));
        failures.iter().for_each(|what| eprintln!("failed: {what}"));
        let agreed = results.groups.iter().all(|group| group.agreement.agreed);
        if let Err(why) = &written {
            eprintln!("error: {why}");
        }
        let is_well = self.mistakes.is_empty() && written.is_ok() && !is_lost();
        let code = match (agreed, is_well, failures.is_empty()) {
            (false, ..) => 1,
            (_, false, _) => 2,
            (.., false) => 3,
            _ => 0,
        };
        Ok((code, results))
    }

    /// Makes the programs of `--layouts`. That there are none is said, and one layout is timed.
    fn link_again(&mut self) {
        let count = self.options.layouts;
        if count < 2 || !self.times() {
            return;
        }
        progress(&format!("linking {count} times"));
        match Layouts::link(count, self.options.seed) {
            Ok(layouts) => self.layouts = layouts,
            Err(why) => eprintln!("warning: {}", left_out(count, &why)),
        }
        self.layouts.note().iter().for_each(|note| eprintln!("warning: {note}"));
    }

    /// The run of `--against`, before anything is measured.
    fn saved_run(&self) -> Result<Option<Saved>, String> {
        let Some(name) = &self.options.against else { return Ok(None) };
        let saved = saved::load(name, &self.place).map_err(|why| format!("--against: {why}"))?;
        let differences = saved.machine.differences(&SavedMachine::of(&Machine::here()));
        if self.options.fail_if.is_some() && !self.options.any_machine && !differences.is_empty() {
            return Err(format!(
                "--fail-if: {name} is of another machine: {}; --any-machine compares all the same",
                differences.join("; ")
            ));
        }
        Ok(Some(saved))
    }

    /// Compares with the saved run, and saves this one. Returns what fails.
    fn keep(&mut self, results: &mut Results, then: Option<&Saved>) -> Vec<String> {
        let mut failures = Vec::new();
        if let Some((then, name)) = then.zip(self.options.against.as_ref()) {
            let now = Saved::of(results, &self.place);
            match against(name, then, &now, ALPHA) {
                Ok(found) => {
                    let rule = self.options.fail_if;
                    failures = rule.map_or(Vec::new(), |rule| against::failures(&found, rule));
                    results.against = Some(found);
                }
                Err(why) => self.mistakes.push(why),
            }
        }
        if let Some(name) = &self.options.save {
            match saved::save(name, results, &self.place, self.options.force) {
                Ok((path, dropped)) => {
                    let dropped = dropped.map_or(String::new(), |what| format!("; {what}"));
                    eprintln!("saved as {}{dropped}", shown(&path));
                }
                Err(why) => self.mistakes.push(format!("--save: {why}")),
            }
        }
        failures
    }

    fn results(&self) -> Results {
        let machine = Machine::here();
        Results {
            schema: SCHEMA,
            created: now(),
            seconds: 0.0,
            warnings: if self.options.bench { warnings(&machine) } else { Vec::new() },
            machine,
            governor: governor(),
            build: BUILD,
            compilers: host().map_or_else(recorded, |host| host.compilers.clone()),
            seed: self.options.seed,
            quick: self.options.quick,
            starts: if self.times() { self.layouts.starts(self.options.starts) } else { 0 },
            layouts: self.layouts.count(),
            groups: Vec::new(),
            against: None,
        }
    }

    fn present(&self) -> Present<'_> {
        let paint = self.options.color.on(std::io::stdout().is_terminal());
        Present { options: self.options, is_quiet: self.is_quiet, paint, columns: columns() }
    }

    fn unfit_to_time(&self) -> Option<&'static str> {
        if !self.options.bench || host().is_some() {
            return None;
        }
        if BUILD.debug_assertions {
            return Some("nothing is timed: this build has debug assertions; use `cargo bench`");
        }
        (BUILD.opt_level == "0").then_some("nothing is timed: this build is not optimised")
    }

    fn times(&self) -> bool {
        self.options.bench && self.unfit_to_time().is_none()
    }

    /// The gate and the times of one group.
    fn group(&mut self, facts: &Facts) -> Result<GroupResult, String> {
        let mut sizes = self.sizes_that_fit(facts);
        if sizes.is_empty() {
            return Err("no size is left".to_owned());
        }
        let wished = facts.baseline.clone().unwrap_or_else(|| facts.variants[0].0.clone());
        let present = facts.present();
        let wanted = |name: &&str| self.options.selects(&facts.name, name) || **name == wished;
        let names: Vec<String> =
            present.into_iter().filter(|name| wanted(name)).map(str::to_owned).collect();
        let skipped = facts.skipped.iter().map(|(variant, why)| Untimed {
            variant: variant.clone(),
            why: format!("skipped: {why}"),
        });
        let unasked = facts.present().into_iter().filter(|name| !names.iter().any(|n| n == name));
        let unasked = unasked
            .map(|name| Untimed { variant: name.to_owned(), why: "not asked for".to_owned() });
        let mut group = GroupResult {
            group: facts.name.clone(),
            baseline: wished.clone(),
            mode: facts.mode,
            untimed: skipped.chain(unasked).collect(),
            ..GroupResult::default()
        };
        if names.is_empty() {
            return Err("every variant is skipped".to_owned());
        }
        progress(&format!("{}: do the variants agree?", facts.name));
        let (agreement, refused) = gate(facts, &names, &wished, &mut sizes, self.options)?;
        self.mistakes.extend(refused.into_iter().map(|why| format!("group {}: {why}", facts.name)));
        group.agreement = agreement;
        group.verdict = verdict::agreement(&group.agreement, &names);
        group.untimed.extend(group.agreement.findings.iter().map(Untimed::because_of));
        let trusted = |name: &String| !group.untimed.iter().any(|u| u.variant == *name);
        let trusted: Vec<String> = names.into_iter().filter(trusted).collect();
        if self.times() && !trusted.is_empty() && !sizes.is_empty() {
            let timed = self.time(facts, trusted, &sizes, &mut group);
            self.mistakes.extend(timed.err().map(|why| format!("group {}: {why}", facts.name)));
        }
        self.present().group(&group);
        Ok(group)
    }

    /// Without those that cannot fit in memory.
    fn sizes_that_fit(&mut self, facts: &Facts) -> Vec<usize> {
        let Some((memory, bytes)) = memory().zip(facts.bytes.as_ref()) else {
            return facts.sizes.clone();
        };
        // A count that overflows panics, or wraps around where nobody checks: then the input shows it.
        let inputs = facts.mode.inputs;
        let bytes = |n: usize| {
            let of_call = caught(|| bytes(n as u64)).unwrap_or(u64::MAX);
            of_call.saturating_mul(inputs as u64)
        };
        let (fit, too_large): (Vec<usize>, Vec<usize>) =
            facts.sizes.iter().partition(|n| bytes(**n) <= memory);
        self.mistakes.extend(too_large.iter().map(|n| {
            let calls =
                if inputs == 1 { "a call reads and writes" } else { "the inputs take about" };
            format!(
                "group {}: n = {n} does not fit in memory: {calls} {}, this machine has {}",
                facts.name,
                crate::format::bytes(bytes(*n)),
                crate::format::bytes(memory)
            )
        }));
        fit
    }

    /// The times of those that agree.
    fn time(
        &self,
        facts: &Facts,
        variants: Vec<String>,
        sizes: &[usize],
        group: &mut GroupResult,
    ) -> Result<(), String> {
        let cells = sizes.len() * facts.settings.len();
        let alpha = ALPHA / (cells * variants.len()).max(1) as f64;
        let base = &group.baseline;
        let (found, failed) =
            starts::of_group(facts, variants, base, sizes, alpha, self.options, &self.layouts);
        for finding in failed {
            group.verdict.push(verdict::finding(&finding));
            group.untimed.push(Untimed::because_of(&finding));
            group.agreement.agreed = false;
            group.agreement.findings.push(finding);
        }
        group.timed = found.who;
        if let Some(why) = found.stopped {
            return Err(why);
        }
        let Some(first) = group.timed.first() else { return Ok(()) };
        if !group.timed.contains(&group.baseline) {
            let old = std::mem::replace(&mut group.baseline, first.clone());
            group.verdict.push(format!("{old} is not timed: the others are compared with {first}"));
        }
        group.cells =
            summary::cells(facts, &group.baseline, found.cells, alpha, self.layouts.count());
        group.verdict.extend(verdict::times(
            group,
            self.layouts.starts(self.options.starts),
            self.layouts.count(),
        ));
        if self.options.allocs {
            if facts.meter.is_none() {
                return Err("--allocs: it has no counter: add .allocations(..)".to_owned());
            }
            allocations::fill(facts, group, sizes, self.options);
        }
        Ok(())
    }
}

const BUILD: Build = Build {
    rustc: env!("ABREAST_COMPARE_RUSTC"),
    opt_level: env!("ABREAST_COMPARE_OPT_LEVEL"),
    debug_assertions: cfg!(debug_assertions),
    version: env!("CARGO_PKG_VERSION"),
};

fn warnings(machine: &Machine) -> Vec<String> {
    let mut found: Vec<String> = machine.crowded().into_iter().collect();
    if let Some(governor) = governor().filter(|governor| governor != "performance") {
        found.push(format!(
            "the governor of the CPU is {governor}: its frequency changes meanwhile"
        ));
    }
    if host().is_none() && !matches!(BUILD.opt_level, "2" | "3") {
        found.push(format!("opt-level is {}: not what a program is shipped with", BUILD.opt_level));
    }
    found
}

/// How wide a line may be: as wide as a terminal that is narrower than most, and 80 otherwise.
fn columns() -> usize {
    let terminal = terminal_size::terminal_size_of(std::io::stdout());
    terminal.map_or(80, |(width, _)| usize::from(width.0).min(80))
}
