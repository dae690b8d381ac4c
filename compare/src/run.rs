//! The command line: which groups are chosen, and what is done with them.

use crate::agree::Agree;
use crate::args::{HELP, Options, Target};
use crate::cargo::starts_others;
use crate::comparison::Comparison;
use crate::group::{Facts, Group};
use crate::isolate::Role;
use crate::message::{Job, Reports};
use crate::results::Results;
use crate::worker::AnyGroup;
use crate::{host, only, output, process};
use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

/// Does what the command line says with these groups, and says how it went.
///
/// The program starts itself again to call the functions: what comes before `main` is called in a
/// program must do the same each time.
pub fn main(groups: impl IntoIterator<Item = AnyGroup>) -> ExitCode {
    main_then(groups, "", |_| ())
}

/// As [`main`]; says first which question the benchmark answers, if that is not plain, and at the end what was
/// found is handed on.
pub fn main_then(
    groups: impl IntoIterator<Item = AnyGroup>,
    question: &'static str,
    then: impl FnOnce(&Results),
) -> ExitCode {
    let mut groups: Vec<AnyGroup> = groups.into_iter().collect();
    ExitCode::from(match Role::of_this_process(process::VARIABLE) {
        worker @ Role::Worker { .. } => work(&mut groups, worker),
        role => {
            let arguments = std::env::args_os().skip(1);
            let options = Options::parse(arguments).map(|options| Options { question, ..options });
            asked(&mut groups, role, options, then)
        }
    })
}

/// Does what the options say, and says what is wrong with them.
pub(crate) fn asked(
    groups: &mut [AnyGroup],
    role: Role,
    options: Result<Options, String>,
    then: impl FnOnce(&Results),
) -> u8 {
    match answer(groups, role, options) {
        Ok((code, results)) => {
            results.as_ref().map(then);
            code
        }
        Err(why) => bad(&why),
    }
}

/// Does what the options say: the exit code, and what was found, if anything was looked for.
pub(crate) fn answer(
    groups: &mut [AnyGroup],
    role: Role,
    options: Result<Options, String>,
) -> Result<(u8, Option<Results>), String> {
    // If it did the whole run, which starts workers, there would be no end to it.
    if !matches!(role, Role::Original) {
        return Err(format!(
            "{} is set and not for this process: a function that is compared must not start the comparison",
            process::VARIABLE
        ));
    }
    let options = options.map_err(|why| format!("{why}; --help lists what there is"))?;
    run(groups, &options)
}

fn bad(why: &str) -> u8 {
    eprintln!("error: {why}");
    2
}

/// A worker does its job and nothing else.
pub(crate) fn work(groups: &mut [AnyGroup], worker: Role) -> u8 {
    let done = worker.accept().and_then(|(job, channel): (Job, _)| {
        host::begins(&job);
        let group = groups.iter_mut().find(|group| group.0.facts().name == job.group);
        let group = group.ok_or_else(|| {
            io::Error::other(format!(
                "it has no group {}: give all groups to one call of abreast_compare::main",
                job.group
            ))
        })?;
        group.0.work(&job, &mut Reports::new(channel))
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

fn run(groups: &mut [AnyGroup], options: &Options) -> Result<(u8, Option<Results>), String> {
    if options.help {
        return say(HELP).map(|()| (0, None));
    }
    for group in groups.iter_mut() {
        group.0.facts_mut().take_options(options);
    }
    let all: Vec<&Facts> = groups.iter().map(|group| group.0.facts()).collect();
    if options.list {
        return say(&list(&all, options)).map(|()| (0, None));
    }
    let chosen: Vec<&Facts> =
        all.iter().copied().filter(|facts| selected(facts, options)).collect();
    if chosen.is_empty() {
        // `cargo bench -- dot` starts every benchmark, and not each of them has a dot.
        return match starts_others() {
            true => Ok((0, None)),
            false => Err(nothing_matches(&all, options)),
        };
    }
    if let Some(name) = &options.only {
        let chosen: Vec<String> = chosen.iter().map(|facts| facts.name.clone()).collect();
        return say(&only::call(groups, &chosen, name, options)?).map(|()| (0, None));
    }
    if !options.question.is_empty() && !options.targets().any(|target| *target == Target::Stdout) {
        say(&format!("{}\n", options.question))?;
    }
    for target in options.targets() {
        output::check(target, options.force)?;
    }
    // Whether it can be added to.
    if let Some(path) = &options.summary {
        output::append(path, "").map_err(|why| format!("--summary: {why}"))?;
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
    let (code, results) = Comparison::new(options, mistakes).groups(&good)?;
    Ok((code, Some(results)))
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
