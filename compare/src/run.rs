//! The whole run: what is asked for, the gate, the times, the results.

use crate::against::{self, against};
use crate::agree::Agree;
use crate::args::{HELP, Options, Target};
use crate::channel::Channel;
use crate::gate::gate;
use crate::group::{Facts, Group};
use crate::layouts::layouts;
use crate::machine::{Machine, governor, memory, now};
use crate::message::Job;
use crate::output::{self, progress};
use crate::place::{Place, shown};
use crate::present::Present;
use crate::process;
use crate::record::recorded;
use crate::results::{Build, GroupResult, Results, SCHEMA, Untimed};
use crate::saved::{self, Saved, SavedMachine};
use crate::starts::{count, starts};
use crate::worker::{AnyGroup, caught};
use crate::{only, summary, verdict};
use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// The probability that any of a run's intervals misses the truth.
const ALPHA: f64 = 0.01;

/// Does what the command line says with these groups, and says how it went.
///
/// The program starts itself again to call the functions: what comes before `main` is called in a
/// program must do the same each time.
pub fn main(groups: impl IntoIterator<Item = AnyGroup>) -> ExitCode {
    let mut groups: Vec<AnyGroup> = groups.into_iter().collect();
    if let Some(worker) = Channel::of_worker() {
        return work(&mut groups, worker);
    }
    let options = match Options::parse(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(why) => return bad(&format!("{why}; --help lists what there is")),
    };
    match run(&mut groups, &options) {
        Ok(code) => ExitCode::from(code),
        Err(why) => bad(&why),
    }
}

fn bad(why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::from(2)
}

/// A worker does its job and nothing else.
fn work(groups: &mut [AnyGroup], worker: io::Result<(Job, Channel)>) -> ExitCode {
    process::end_with_parent();
    let done = worker.and_then(|(job, mut channel)| {
        let group = groups.iter_mut().find(|group| group.0.facts().name == job.group);
        let group = group.ok_or_else(|| {
            io::Error::other(format!(
                "it has no group {}: give all groups to one call of abreast_compare::main",
                job.group
            ))
        })?;
        group.0.work(&job, &mut channel)
    });
    match done {
        // What the program does after this is for the original to do.
        Ok(()) => std::process::exit(0),
        Err(why) => bad(&format!("a worker of abreast-compare failed: {why}")),
    }
}

impl<I: 'static, O: Agree + 'static> Group<I, O> {
    /// Does what the command line says with this group: see the [crate's documentation](crate). For
    /// several groups, which share one call: [`main`].
    pub fn main(self) -> ExitCode {
        main([self.into()])
    }
}

fn run(groups: &mut [AnyGroup], options: &Options) -> Result<u8, String> {
    if options.help {
        return say(HELP).map(|()| 0);
    }
    for group in groups.iter_mut() {
        group.0.facts_mut().take_options(options);
    }
    let all: Vec<&Facts> = groups.iter().map(|group| group.0.facts()).collect();
    if options.list {
        return say(&list(&all, options)).map(|()| 0);
    }
    let chosen: Vec<&Facts> =
        all.iter().copied().filter(|facts| selected(facts, options)).collect();
    if chosen.is_empty() {
        return Err(nothing_matches(&all, options));
    }
    if let Some(name) = &options.only {
        let chosen: Vec<String> = chosen.iter().map(|facts| facts.name.clone()).collect();
        return say(&only::call(groups, &chosen, name, options)?).map(|()| 0);
    }
    for target in options.targets() {
        output::check(target, options.force)?;
    }
    let (mut good, mut mistakes) = (Vec::new(), Vec::new());
    for facts in chosen {
        let mut found = facts.mistakes();
        let same_name = all.iter().filter(|other| other.name == facts.name);
        if same_name.count() > 1 {
            found.push("is there more than once".to_owned());
        }
        if found.is_empty() {
            good.push(facts);
        }
        mistakes.extend(found.iter().map(|what| format!("group {} {what}", facts.name)));
    }
    mistakes.dedup();
    Run::new(options, mistakes).groups(&good)
}

fn selected(facts: &Facts, options: &Options) -> bool {
    // A group without variants is selected so that its mistake is said.
    facts.variants.is_empty() && options.selects(&facts.name, "")
        || facts.variants.iter().any(|(name, _)| options.selects(&facts.name, name))
}

fn list(groups: &[&Facts], options: &Options) -> String {
    let mut text = String::new();
    let mut count = 0;
    for facts in groups.iter().filter(|_| !options.ignored) {
        for (name, _) in facts.variants.iter().filter(|(v, _)| options.selects(&facts.name, v)) {
            count += 1;
            let _ = writeln!(text, "{}/{name}: benchmark", facts.name);
        }
    }
    if !options.terse {
        let _ = write!(text, "\n0 tests, {count} benchmarks\n");
    }
    text
}

fn nothing_matches(groups: &[&Facts], options: &Options) -> String {
    if groups.is_empty() {
        return "there is no group".to_owned();
    }
    let names = groups.iter().flat_map(|facts| {
        facts.variants.iter().map(move |(name, _)| format!("{}/{name}", facts.name))
    });
    let skips = options.skips.iter().map(|skip| format!("--skip {skip}"));
    let asked: Vec<String> = options.filters.iter().cloned().chain(skips).collect();
    format!(
        "nothing matches {}; there are {}",
        asked.join(" "),
        names.collect::<Vec<_>>().join(", ")
    )
}

fn say(text: &str) -> Result<(), String> {
    output::print(text).map_err(|why| format!("stdout: {why}"))
}

/// A run of what was asked for.
struct Run<'o> {
    options: &'o Options,
    /// Bad input, group by group: said, and the others go on.
    mistakes: Vec<String>,
    began: Instant,
    /// Whether stdout is for JSON, Markdown or HTML.
    is_quiet: bool,
    place: Place,
    /// The relinked programs, if there are any.
    programs: Vec<PathBuf>,
}

impl<'o> Run<'o> {
    fn new(options: &'o Options, mistakes: Vec<String>) -> Run<'o> {
        let is_quiet = options.targets().any(|target| *target == Target::Stdout);
        Run {
            options,
            mistakes,
            began: Instant::now(),
            is_quiet,
            place: Place::here(),
            programs: Vec::new(),
        }
    }

    fn groups(mut self, groups: &[&Facts]) -> Result<u8, String> {
        let then = self.saved_run()?;
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
        let present = Present { options: self.options, is_quiet: self.is_quiet };
        let written = present.end(&results);
        self.mistakes.iter().for_each(|why| eprintln!("error: {why}"));
        failures.iter().for_each(|what| eprintln!("failed: {what}"));
        written?;
        let agreed = results.groups.iter().all(|group| group.agreement.agreed);
        Ok(match (agreed, self.mistakes.is_empty(), failures.is_empty()) {
            (false, ..) => 1,
            (_, false, _) => 2,
            (.., false) => 3,
            _ => 0,
        })
    }

    /// Makes the programs of `--layouts`. That there are none is said, and one layout is timed.
    fn link_again(&mut self) {
        let count = self.options.layouts;
        if count < 2 || !self.times() {
            return;
        }
        progress(&format!("linking {count} times"));
        match layouts(count, self.options.seed, &self.place) {
            Ok(programs) => self.programs = programs,
            Err(why) => eprintln!("warning: --layouts {count} is left out: {why}"),
        }
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
            compilers: recorded(),
            seed: self.options.seed,
            quick: self.options.quick,
            starts: if self.times() { count(self.options, &self.programs) } else { 0 },
            layouts: self.layouts(),
            groups: Vec::new(),
            against: None,
        }
    }

    fn layouts(&self) -> u64 {
        self.programs.len().max(1) as u64
    }

    fn unfit_to_time(&self) -> Option<&'static str> {
        if !self.options.bench {
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
        Present { options: self.options, is_quiet: self.is_quiet }.group(&group);
        Ok(group)
    }

    /// Without those that cannot fit in memory.
    fn sizes_that_fit(&mut self, facts: &Facts) -> Vec<usize> {
        let Some((memory, bytes)) = memory().zip(facts.bytes.as_ref()) else {
            return facts.sizes.clone();
        };
        // A count that overflows panics, or wraps around where nobody checks: then the input shows it.
        let bytes = |n: usize| caught(|| bytes(n as u64)).unwrap_or(u64::MAX);
        let (fit, too_large): (Vec<usize>, Vec<usize>) =
            facts.sizes.iter().partition(|n| bytes(**n) <= memory);
        self.mistakes.extend(too_large.iter().map(|n| {
            format!(
                "group {}: n = {n} does not fit in memory: a call reads and writes {}, this machine has {}",
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
        let found =
            starts(facts, variants, &group.baseline, sizes, alpha, self.options, &self.programs)?;
        for finding in found.failed {
            group.verdict.push(verdict::finding(&finding));
            group.untimed.push(Untimed::because_of(&finding));
            group.agreement.agreed = false;
            group.agreement.findings.push(finding);
        }
        group.timed = found.variants;
        let Some(first) = group.timed.first() else { return Ok(()) };
        if !group.timed.contains(&group.baseline) {
            let old = std::mem::replace(&mut group.baseline, first.clone());
            group.verdict.push(format!("{old} is not timed: the others are compared with {first}"));
        }
        group.cells = summary::cells(facts, &group.baseline, found.timed, alpha, self.layouts());
        group.verdict.extend(verdict::times(
            group,
            count(self.options, &self.programs),
            self.layouts(),
        ));
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
    let mut found = Vec::new();
    let allowed = machine.cores.allowed;
    if let Some(load) = machine.load.filter(|load| load + 1.0 > allowed as f64) {
        found.push(format!(
            "the load average is {load:.1} on {allowed} cores (a build just before counts too): \
             others disturb the times"
        ));
    }
    if let Some(governor) = governor().filter(|governor| governor != "performance") {
        found.push(format!(
            "the governor of the CPU is {governor}: its frequency changes meanwhile"
        ));
    }
    if !matches!(BUILD.opt_level, "2" | "3") {
        found.push(format!("opt-level is {}: not what a program is shipped with", BUILD.opt_level));
    }
    found
}
