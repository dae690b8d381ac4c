//! The command line: what `cargo bench`, `cargo test` and their relatives pass, and our own options.

use crate::against::FailIf;
use crate::layouts;
use crate::number::whole;
use crate::paint::Color;
use lexopt::{Arg, Parser, ValueExt};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

pub(crate) const HELP: &str = "\
Agree first, then time side by side.

cargo bench --bench NAME -- [FILTER..] [OPTIONS]     agree, then time
cargo test --bench NAME                              agree only

FILTER               groups and variants whose GROUP/VARIANT contains it
  --exact            .. or is it
  --skip TEXT        leave out what contains TEXT
  --list             list what there is
  --quick            fewer rounds
  --sizes LIST       other sizes: 1000, 1e6, 2^10, 2^4..2^20 (doubling), with commas
  --baseline NAME    compare with this variant
  --seed N           of inputs and order (42)
  --starts N         process starts that the times come from (4)
  --seconds S        time for the rounds of a size in each start (0.2, with --quick 0.06)
  --layouts N        link the program again N times, with its functions in other orders
  --inputs K         inputs of each size, taken in turn, so that no branch is learned by heart (1)
  --cold             empty the caches before each call, and time each call alone
  --latency          each call needs the result of the one before: how long one takes, not how often
  --timeout SECONDS  how long one call may take (60)
  --save NAME        keep the times under this name, or in this file if it ends in .json
  --against NAME     compare with times that were saved
  --fail-if RULE     with --against: exit code 3 if 'slower > 5%' holds of anything
  --any-machine      .. even if those times are another machine's
  --allocs           count what a call allocates too: needs a group with .allocations(..)
  --only VARIANT     only call this variant, at the largest size, for a profiler to look at
  --for SECONDS      .. for how long (10)
  --json[=FILE]      as JSON, with all samples, to FILE or instead of the table
  --md[=FILE]        as Markdown
  --summary FILE     add to this file, as Markdown: what fails first, for the page of a CI job
  --html FILE        the report there; without this in target/abreast/PACKAGE/NAME.html
  --force            replace files that this program did not write
  --color WHEN       auto (a terminal, without NO_COLOR), always or never
  --test, --bench    agree only; agree, then time

Exit code 0: all agree. 1: something disagrees, crashes or hangs. 2: bad input.
3: slower than --fail-if allows.
";

/// Where a form of the result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Stdout,
    File(PathBuf),
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) bench: bool,
    pub(crate) help: bool,
    pub(crate) list: bool,
    pub(crate) terse: bool,
    /// Only what is marked as ignored: nothing.
    pub(crate) ignored: bool,
    pub(crate) exact: bool,
    pub(crate) filters: Vec<String>,
    pub(crate) skips: Vec<String>,
    pub(crate) quick: bool,
    pub(crate) sizes: Option<Vec<usize>>,
    pub(crate) baseline: Option<String>,
    pub(crate) seed: u64,
    pub(crate) starts: u64,
    /// What the rounds of a size may take in each start; four times as long for the rounds that an interval needs.
    pub(crate) seconds: Option<Duration>,
    /// Relinked programs that the times come from; 1 is this program.
    pub(crate) layouts: u64,
    /// Inputs of each size, if not as the group says.
    pub(crate) inputs: Option<usize>,
    /// Whether the caches are emptied before each call.
    pub(crate) cold: bool,
    /// Whether each call needs the result of the one before.
    pub(crate) latency: bool,
    pub(crate) timeout: Duration,
    pub(crate) json: Option<Target>,
    pub(crate) md: Option<Target>,
    pub(crate) html: Option<Target>,
    /// What is added to, whatever it holds.
    pub(crate) summary: Option<PathBuf>,
    pub(crate) force: bool,
    pub(crate) save: Option<String>,
    pub(crate) against: Option<String>,
    pub(crate) fail_if: Option<FailIf>,
    pub(crate) any_machine: bool,
    pub(crate) allocs: bool,
    pub(crate) only: Option<String>,
    pub(crate) only_for: Duration,
    pub(crate) color: Color,
    /// Nothing is shown on stdout. No argument says so.
    pub(crate) silent: bool,
    /// What the benchmark answers; empty if it does not say so. No argument does.
    pub(crate) question: &'static str,
}

impl Options {
    /// Reads the arguments after the program's name.
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Options, String> {
        let timeout = Duration::from_secs(60);
        let only_for = Duration::from_secs(10);
        let mut options =
            Options { seed: 42, starts: 4, layouts: 1, timeout, only_for, ..Options::default() };
        let mut parser = Parser::from_args(args);
        let mut test = false;
        while let Some(arg) = parser.next().map_err(|why| why.to_string())? {
            match arg {
                Arg::Value(filter) => options.filters.push(text(filter)?),
                Arg::Long("test") => test = true,
                Arg::Long("bench") => options.bench = true,
                Arg::Short('h') | Arg::Long("help") => options.help = true,
                Arg::Long("list") => options.list = true,
                Arg::Long("ignored") => options.ignored = true,
                Arg::Long("exact") => options.exact = true,
                Arg::Long("quick") => options.quick = true,
                Arg::Long("force") => options.force = true,
                Arg::Long("skip") => options.skips.push(value(&mut parser)?),
                Arg::Long("format") => options.terse = value(&mut parser)? == "terse",
                Arg::Long("baseline") => options.baseline = Some(value(&mut parser)?),
                Arg::Long("sizes") => {
                    let sizes = crate::sizes::parse(&value(&mut parser)?);
                    options.sizes = Some(sizes.map_err(|why| format!("--sizes: {why}"))?);
                }
                Arg::Long("seed") => options.seed = number("--seed", &value(&mut parser)?)?,
                Arg::Long("starts") => options.starts = number("--starts", &value(&mut parser)?)?,
                Arg::Long("seconds") => {
                    options.seconds = Some(seconds("--seconds", &value(&mut parser)?)?);
                }
                Arg::Long("layouts") => {
                    options.layouts = number("--layouts", &value(&mut parser)?)?;
                }
                Arg::Long("inputs") => {
                    let count = number("--inputs", &value(&mut parser)?)?;
                    options.inputs = Some(usize::try_from(count).unwrap_or(usize::MAX));
                }
                Arg::Long("cold") => options.cold = true,
                Arg::Long("latency") => options.latency = true,
                Arg::Long("timeout") => {
                    options.timeout = seconds("--timeout", &value(&mut parser)?)?
                }
                Arg::Long("save") => options.save = Some(value(&mut parser)?),
                Arg::Long("against") => options.against = Some(value(&mut parser)?),
                Arg::Long("fail-if") => {
                    options.fail_if = Some(FailIf::parse(&value(&mut parser)?)?);
                }
                Arg::Long("allocs") => options.allocs = true,
                Arg::Long("any-machine") => options.any_machine = true,
                Arg::Long("only") => options.only = Some(value(&mut parser)?),
                Arg::Long("for") => options.only_for = seconds("--for", &value(&mut parser)?)?,
                Arg::Long("color") => options.color = color(&value(&mut parser)?)?,
                Arg::Long("json") => options.json = Some(target(&mut parser)),
                Arg::Long("html") => options.html = Some(file(value(&mut parser)?)),
                Arg::Long("summary") => options.summary = Some(value(&mut parser)?.into()),
                Arg::Long("md") => options.md = Some(target(&mut parser)),
                // The rest of what test programs understand, and what does not matter here.
                Arg::Short('q') => {}
                Arg::Long(
                    "quiet"
                    | "nocapture"
                    | "no-capture"
                    | "show-output"
                    | "include-ignored"
                    | "exclude-should-panic"
                    | "ensure-time"
                    | "shuffle",
                ) => {}
                Arg::Long("report-time") => drop(parser.optional_value()),
                Arg::Short('Z') | Arg::Long("test-threads" | "logfile" | "shuffle-seed") => {
                    drop(value(&mut parser)?);
                }
                other => return Err(other.unexpected().to_string()),
            }
        }
        // As with other benchmarks: without --bench it is `cargo test` that asks.
        options.bench &= !test;
        if options.fail_if.is_some() && options.against.is_none() {
            return Err("--fail-if needs --against NAME".to_owned());
        }
        if !(1..=layouts::MAX).contains(&options.layouts) {
            let (count, most) = (options.layouts, layouts::MAX);
            return Err(format!("--layouts {count}: must be from 1 to {most}"));
        }
        for (option, is_on) in [("--cold", options.cold), ("--latency", options.latency)] {
            if is_on && options.only.is_some() {
                return Err(format!("{option} goes with the clock, and --only has none"));
            }
        }
        if options.cold && options.latency {
            return Err(
                "--cold times each call alone, and --latency calls that follow others: one of them"
                    .to_owned(),
            );
        }
        if options.starts == 0 {
            return Err("--starts 0: must be at least 1".to_owned());
        }
        if options.targets().filter(|target| **target == Target::Stdout).count() > 1 {
            let why =
                "of --json, --md and --html only one can go to stdout: give the others a file";
            return Err(why.to_owned());
        }
        Ok(options)
    }

    /// Where forms of the result go.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &Target> {
        self.json.iter().chain(&self.md).chain(&self.html)
    }

    /// Whether a variant of a group is asked for.
    pub(crate) fn selects(&self, group: &str, variant: &str) -> bool {
        let name = format!("{group}/{variant}");
        let matches = |filter: &String| match self.exact {
            true => *filter == name || filter == group,
            false => name.contains(&filter[..]),
        };
        (self.filters.is_empty() || self.filters.iter().any(matches))
            && !self.skips.iter().any(matches)
    }
}

fn text(argument: OsString) -> Result<String, String> {
    argument.string().map_err(|why| why.to_string())
}

fn value(parser: &mut Parser) -> Result<String, String> {
    text(parser.value().map_err(|why| why.to_string())?)
}

fn target(parser: &mut Parser) -> Target {
    file(parser.optional_value().unwrap_or_default())
}

fn file(name: impl AsRef<OsStr>) -> Target {
    match name.as_ref() {
        name if name.is_empty() || name == "-" => Target::Stdout,
        name => Target::File(name.into()),
    }
}

fn color(name: &str) -> Result<Color, String> {
    Color::named(name).ok_or_else(|| format!("--color {name}: must be auto, always or never"))
}

fn number(option: &str, text: &str) -> Result<u64, String> {
    whole(text).ok_or_else(|| format!("{option} {text}: must be a whole number, such as 42"))
}

fn seconds(option: &str, text: &str) -> Result<Duration, String> {
    let bad = || format!("{option} {text}: must be a number of seconds above 0");
    let seconds: f64 = text.trim_end_matches('s').parse().map_err(|_| bad())?;
    Duration::try_from_secs_f64(seconds).ok().filter(|d| !d.is_zero()).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn what_the_tools_pass_is_understood() {
        assert!(parse("--bench").unwrap().bench);
        assert!(!parse("").unwrap().bench, "cargo test passes nothing");
        assert!(!parse("--bench --test").unwrap().bench);
        for line in [
            "--list --format terse",
            "--list --format terse --ignored",
            "dot/c --exact --nocapture",
            "--test-threads 1 --color=always -q --quiet --show-output --include-ignored",
            "-Z unstable-options --report-time --logfile x --shuffle-seed 7",
        ] {
            assert!(parse(line).is_ok(), "{line}: {:?}", parse(line));
        }
    }

    #[test]
    fn own_options_are_read() {
        let options = parse(
            "lanes --quick --sizes 2^4..2^6 --baseline c --seed 7 --timeout 1.5 --json=a.json --md --html a.html --skip zip --starts 3 --seconds 0.5 --inputs 8 --cold",
        )
        .unwrap();
        assert_eq!(options.filters, ["lanes"]);
        assert_eq!(options.sizes, Some(vec![16, 32, 64]));
        assert_eq!((options.seed, options.starts, options.quick), (7, 3, true));
        assert_eq!((options.inputs, options.cold, options.latency), (Some(8), true, false));
        assert!(parse("--latency").unwrap().latency);
        assert_eq!(options.timeout, Duration::from_millis(1500));
        assert_eq!(options.seconds, Some(Duration::from_millis(500)));
        assert_eq!(options.json, Some(Target::File("a.json".into())));
        assert_eq!(options.md, Some(Target::Stdout));
        assert_eq!(options.html, Some(Target::File("a.html".into())));
    }

    #[test]
    fn bad_options_are_named() {
        for (line, part) in [
            ("--save-baseline x", "--save-baseline"),
            ("--sizes 0..4", "doubles"),
            ("--sizes", "--sizes"),
            ("--seed x", "--seed x"),
            ("--starts 0", "at least 1"),
            ("--color red", "--color red: must be auto, always or never"),
            ("--layouts 0", "from 1 to 64"),
            ("--layouts 65", "from 1 to 64"),
            ("--layouts x", "--layouts x: must be a whole number"),
            ("--timeout 0", "above 0"),
            ("--inputs some", "--inputs some"),
            ("--cold --only x", "--cold goes with the clock, and --only has none"),
            ("--latency --only x", "--latency goes with the clock"),
            ("--latency --cold", "one of them"),
            ("--seconds 0", "above 0"),
            ("--timeout nan", "above 0"),
            ("--fail-if faster --against x", "slower > 5%"),
            ("--fail-if slower>5%", "--against"),
            ("--for 0 --only x", "--for 0"),
            ("--json --md", "stdout"),
            ("--html", "--html"),
            ("--html - --md", "stdout"),
        ] {
            let why = parse(line).expect_err(line);
            assert!(why.contains(part), "{line}: {why}");
        }
    }

    #[test]
    fn filters_meet_groups_and_variants() {
        let selects = |line: &str, variant: &str| parse(line).unwrap().selects("dot", variant);
        assert!(selects("", "c") && selects("dot", "c") && selects("lan", "lanes"));
        assert!(!selects("lan", "c") && !selects("--skip lan", "lanes"));
        assert!(selects("--exact dot", "c") && selects("--exact dot/c", "c"));
        assert!(!selects("--exact do", "c") && !selects("--exact dot/c", "cpp"));
    }
}
