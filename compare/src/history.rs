//! Saved runs over time: a line per function, variant and size, and the runs between which it stepped.
//!
//! A line is the time against the baseline's in the same run: what makes a machine slower hits both, so what is
//! left are changes of the function. Times alone drift with whatever else the machine does.

mod page;
mod steps;

use crate::against::{Times, other_build};
use crate::format::ratio;
use crate::measure::Rounds;
use crate::ratio::{MIN_DIFFERENCE, Ratio};
use crate::runs::Run;
use crate::saved::{Entry, SavedMachine};
use crate::verdict::count;
pub use page::{BEGINS, page};
use serde::Serialize;
use steps::{ALPHA, MIN_RUNS, steps};

/// Names the form of the JSON.
pub const SCHEMA: &str = "abreast.history/1";

/// Runs over time.
#[derive(Debug, Clone, Serialize)]
pub struct History {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The runs, in the order of their time.
    pub runs: Vec<Dated>,
    /// The machines that they are of. Each has lines of its own.
    pub machines: Vec<String>,
    /// Lines, those with changes first.
    pub lines: Vec<Line>,
    /// What there is to say about all of it.
    pub words: Vec<String>,
}

/// A run.
#[derive(Debug, Clone, Serialize)]
pub struct Dated {
    /// What it was called by who saved it.
    pub name: String,
    /// When it began, in UTC.
    pub created: String,
    /// The benchmark.
    pub bench: String,
    /// Which of the machines.
    pub machine: usize,
}

/// One variant of one function at one size, on one machine.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// The benchmark.
    pub bench: String,
    /// Which of the machines.
    pub machine: usize,
    /// The function.
    pub group: String,
    /// The variant.
    pub variant: String,
    /// The parameters, and how it was called if not as usual.
    pub setting: String,
    /// The size.
    pub n: usize,
    /// The variant whose time its own is divided by; none where the numbers are seconds.
    pub over: Option<String>,
    /// The numbers, run by run.
    pub points: Vec<Point>,
    /// Where they stepped.
    pub changes: Vec<ChangePoint>,
}

/// A number of one run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Which of the runs.
    pub run: usize,
    /// The time, or how many times as long as that of the other variant.
    pub value: f64,
    /// The lower end of the run's own interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

/// A step of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangePoint {
    /// The last run before it.
    pub from: usize,
    /// The first run after it.
    pub to: usize,
    /// The numbers after it by those before it: 1.05 is 5 % slower.
    pub times_as_long: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// What the two runs differ in about compilers and flags.
    pub other_build: Vec<String>,
    /// All that in a sentence.
    pub words: String,
}

/// What the lines are made of.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Times, also where there is a baseline.
    pub times: bool,
    /// The variant that others are compared with; without a name the first one of each run.
    pub baseline: Option<String>,
}

/// Puts named runs in the order of their time, and finds their change points.
///
/// # Errors
/// When no run has the baseline that is asked for.
pub fn history(mut runs: Vec<(String, Run)>, wanted: &Wanted) -> Result<History, String> {
    runs.sort_by(|(a, one), (b, other)| (&one.0.created, a).cmp(&(&other.0.created, b)));
    let mut machines: Vec<&SavedMachine> = Vec::new();
    for (_, run) in &runs {
        if !machines.contains(&&run.0.machine) {
            machines.push(&run.0.machine);
        }
    }
    let mut lines = Vec::new();
    for (index, (_, run)) in runs.iter().enumerate() {
        let machine = machines.iter().position(|m| **m == run.0.machine).unwrap_or(0);
        points(index, run, wanted)?.into_iter().for_each(|(entry, over, point)| {
            add(&mut lines, line(run, entry, over, machine), point);
        });
    }
    lines.iter_mut().for_each(|line| line.changes = changes(line, &runs));
    lines.sort_by_key(|line| line.changes.is_empty());
    let words = words(&lines, &runs, &machines);
    let dated = |(name, run): &(String, Run)| Dated {
        name: name.clone(),
        created: run.0.created.clone(),
        bench: run.bench(),
        machine: machines.iter().position(|m| **m == run.0.machine).unwrap_or(0),
    };
    let runs = runs.iter().map(dated).collect();
    let machines = machines.iter().map(|machine| machine.in_words()).collect();
    Ok(History { schema: SCHEMA, runs, machines, lines, words })
}

/// A number of a run, with what it is of and what it is compared with.
type Number<'r> = (&'r Entry, Option<String>, Point);

/// The numbers of a run.
fn points<'r>(index: usize, run: &'r Run, wanted: &Wanted) -> Result<Vec<Number<'r>>, String> {
    let entries = &run.0.entries;
    if let Some(name) = &wanted.baseline
        && entries.iter().all(|entry| entry.variant != *name)
    {
        let mut names: Vec<&str> = entries.iter().map(|entry| &entry.variant[..]).collect();
        names.sort_unstable();
        names.dedup();
        return Err(format!(
            "--baseline {name}: the run of {} has only {}",
            run.0.created,
            names.join(", ")
        ));
    }
    let each = ALPHA / entries.len().max(1) as f64;
    let one = |entry: &'r Entry| {
        let base = base(entries, entry, wanted).filter(|base| base.variant != entry.variant);
        let (value, ends) = match base {
            Some(base) => times_as_long(entry, base, each),
            None => {
                let Times { median, ends } = Times::of(entry, each);
                (median, ends)
            }
        };
        let point = Point { run: index, value, low: ends.map(|e| e.0), high: ends.map(|e| e.1) };
        (entry, base.map(|base| base.variant.clone()), point)
    };
    let is_number = |point: &Point| point.value.is_finite() && point.value > 0.0;
    Ok(entries.iter().map(one).filter(|(.., point)| is_number(point)).collect())
}

/// What an entry is compared with, if with anything.
fn base<'r>(entries: &'r [Entry], entry: &Entry, wanted: &Wanted) -> Option<&'r Entry> {
    let is_beside = |other: &&Entry| {
        (&other.group, &other.setting, other.mode, other.n)
            == (&entry.group, &entry.setting, entry.mode, entry.n)
    };
    let is_named =
        |other: &&Entry| wanted.baseline.as_ref().is_none_or(|name| other.variant == *name);
    entries.iter().filter(is_beside).find(is_named).filter(|_| !wanted.times)
}

/// How many times as long as another one: paired, where the rounds of both were the same.
fn times_as_long(entry: &Entry, base: &Entry, alpha: f64) -> (f64, Option<(f64, f64)>) {
    let lengths = |entry: &Entry| entry.starts.iter().map(Vec::len).collect::<Vec<_>>();
    if lengths(entry) == lengths(base) {
        let starts = entry.starts.iter().zip(&base.starts);
        let rounds = starts.map(|(time, base)| Rounds::of(vec![base.clone(), time.clone()]));
        let starts: Vec<_> = rounds.map(|rounds| rounds.speed_up(0, 1, alpha)).collect();
        if let Some(Ratio { value, low, high, .. }) = Ratio::of(&starts) {
            return (value, low.zip(high));
        }
    }
    let (time, base) = (Times::of(entry, alpha), Times::of(base, alpha));
    let ends = time.ends.zip(base.ends).map(|(t, b)| (t.0 / b.1, t.1 / b.0));
    (time.median / base.median, ends)
}

fn line(run: &Run, entry: &Entry, over: Option<String>, machine: usize) -> Line {
    Line {
        bench: run.bench(),
        machine,
        group: entry.group.clone(),
        variant: entry.variant.clone(),
        setting: entry.setting_in_words(),
        n: entry.n,
        over,
        points: Vec::new(),
        changes: Vec::new(),
    }
}

/// Adds a point to its line, which may be a new one.
fn add(lines: &mut Vec<Line>, new: Line, point: Point) {
    match lines.iter_mut().find(|line| line.is_of(&new)) {
        Some(line) => line.points.push(point),
        None => lines.push(Line { points: vec![point], ..new }),
    }
}

impl Line {
    fn is_of(&self, other: &Line) -> bool {
        (&self.bench, self.machine, &self.group, &self.variant, &self.setting, self.n, &self.over)
            == (
                &other.bench,
                other.machine,
                &other.group,
                &other.variant,
                &other.setting,
                other.n,
                &other.over,
            )
    }

    /// `dot/lanes at n = 64, alpha = 2`.
    pub fn name(&self) -> String {
        let comma = if self.setting.is_empty() { "" } else { ", " };
        format!("{}/{} at n = {}{comma}{}", self.group, self.variant, self.n, self.setting)
    }

    /// What its numbers are, after "times as long".
    pub fn against(&self) -> String {
        self.over.as_ref().map_or(String::new(), |over| format!(" against {over}"))
    }
}

fn changes(line: &Line, runs: &[(String, Run)]) -> Vec<ChangePoint> {
    let logs: Vec<f64> = line.points.iter().map(|point| point.value.ln()).collect();
    let found = steps(&logs, MIN_DIFFERENCE.ln_1p());
    let change = |step: &steps::Step| {
        let (from, to) = (line.points[step.at - 1].run, line.points[step.at].run);
        let (times_as_long, low, high) = (step.shift.exp(), step.ends.0.exp(), step.ends.1.exp());
        let since = |run: usize| format!("{} ({})", runs[run].0, runs[run].1.0.created);
        let other_build = other_build(&runs[from].1.0, &runs[to].1.0);
        let build = if other_build.is_empty() { "" } else { ", with another build" };
        let words = format!(
            "{}: {} from {} on, after {}: {} times as long{} ({}-{}){build}",
            line.name(),
            if step.shift > 0.0 { "slower" } else { "faster" },
            since(to),
            since(from),
            ratio(times_as_long),
            line.against(),
            ratio(low),
            ratio(high),
        );
        ChangePoint { from, to, times_as_long, low, high, other_build, words }
    };
    found.iter().map(change).collect()
}

fn words(lines: &[Line], runs: &[(String, Run)], machines: &[&SavedMachine]) -> Vec<String> {
    let changes: usize = lines.iter().map(|line| line.changes.len()).sum();
    let mut words = vec![format!(
        "{} in {} of {}; of a hundred lines without a change one shows one",
        count(changes, "change point"),
        count(lines.len(), "line"),
        count(runs.len(), "run")
    )];
    let is_short = |line: &&Line| line.points.len() < MIN_RUNS;
    match lines.iter().filter(is_short).count() {
        0 => {}
        short => words.push(format!(
            "{} too short for one: it takes {MIN_RUNS} runs, and three after the change",
            if short == lines.len() { "all are".to_owned() } else { format!("{short} are") }
        )),
    }
    if machines.len() > 1 {
        let of = |machine: &&SavedMachine| {
            let its = runs.iter().filter(|(_, run)| run.0.machine == **machine).count();
            format!("{} ({})", machine.in_words(), count(its, "run"))
        };
        let all: Vec<String> = machines.iter().map(of).collect();
        words.push(format!(
            "the runs are of {} machines, each with lines of its own: {}",
            machines.len(),
            all.join("; ")
        ));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saved::tests::{entry, saved};

    /// Runs of `c` and `lanes`, day by day, in which `lanes` takes so many times as long as `c`, and the machine
    /// is busy on every third day.
    fn runs(factors: &[f64]) -> Vec<(String, Run)> {
        let run = |(day, factor): (usize, &f64)| {
            let busy = if day % 3 == 0 { 1.5 } else { 1.0 };
            let noise = 1.0 + 0.002 * (day * 5 % 7) as f64;
            let entries =
                vec![entry("c", 64, busy * 1e-6), entry("lanes", 64, busy * noise * factor * 1e-6)];
            let mut run = saved(entries);
            run.created = format!("2026-01-{:02}T12:00:00Z", day + 1);
            (format!("run-{day}"), Run(run))
        };
        factors.iter().enumerate().map(run).collect()
    }

    fn factors() -> Vec<f64> {
        (0..24).map(|day| if day < 15 { 0.5 } else { 0.55 }).collect()
    }

    #[test]
    fn a_change_is_found_between_its_runs_however_they_were_given() {
        let mut runs = runs(&factors());
        runs.reverse();
        let history = history(runs, &Wanted::default()).expect("a history");
        let line = &history.lines[0];
        assert_eq!(
            (line.name().as_str(), line.over.as_deref()),
            ("dot/lanes at n = 64", Some("c"))
        );
        assert_eq!(line.points.len(), 24);
        let [change] = &line.changes[..] else { panic!("one change: {:?}", line.changes) };
        assert_eq!((&history.runs[change.from].name[..], change.to), ("run-14", 15));
        assert!(change.low < 1.1 && 1.1 < change.high, "{change:?}");
        let begins =
            "dot/lanes at n = 64: slower from run-15 (2026-01-16T12:00:00Z) on, after run-14";
        assert!(change.words.starts_with(begins), "{change:?}");
        assert!(change.words.contains("1.10 times as long against c (1.10-1.11)"), "{change:?}");
        // The baseline has its times, which the machine moved up and down.
        assert_eq!((history.lines[1].variant.as_str(), &history.lines[1].over), ("c", &None));
        assert!(
            history.words[0].starts_with("1 change point in 2 lines of 24 runs"),
            "{history:?}"
        );
    }

    #[test]
    fn another_baseline_and_times_alone() {
        let wanted = Wanted { baseline: Some("lanes".into()), ..Wanted::default() };
        let turned = history(runs(&factors()), &wanted).expect("a history");
        assert_eq!(turned.lines[0].variant, "c");
        assert!(turned.lines[0].changes[0].times_as_long < 0.95, "{:?}", turned.lines[0].changes);
        let wanted = Wanted { times: true, ..Wanted::default() };
        let times = history(runs(&factors()), &wanted).expect("a history");
        assert!(times.lines.iter().all(|line| line.over.is_none()), "{times:?}");
        let wanted = Wanted { baseline: Some("zip".into()), ..Wanted::default() };
        let why = history(runs(&factors()), &wanted).expect_err("no such variant");
        assert!(why.contains("--baseline zip") && why.contains("only c, lanes"), "{why}");
    }

    #[test]
    fn another_machine_has_lines_of_its_own_and_another_build_is_said() {
        let mut all = runs(&factors());
        all[15..].iter_mut().for_each(|(_, run)| run.0.machine.cores = 2);
        let split = history(all, &Wanted::default()).expect("a history");
        assert_eq!((split.machines.len(), split.lines.len()), (2, 4));
        assert!(split.lines.iter().all(|line| line.changes.is_empty()), "{split:?}");
        let words = split.words.join("\n");
        assert!(words.contains("of 2 machines") && words.contains("2 are too short"), "{words}");
        let mut all = runs(&factors());
        all[15..].iter_mut().for_each(|(_, run)| run.0.build.rustc = "rustc 2".into());
        let built = history(all, &Wanted::default()).expect("a history");
        let change = &built.lines[0].changes[0];
        assert!(change.words.ends_with("with another build"), "{change:?}");
        assert!(change.other_build[1].contains("rustc 2"), "{change:?}");
    }

    #[test]
    fn rounds_that_were_not_the_same_are_not_paired() {
        let (one, mut other) = (entry("a", 64, 2e-6), entry("b", 64, 1e-6));
        let (paired, _) = times_as_long(&one, &other, 0.01);
        other.starts.pop();
        let (alone, ends) = times_as_long(&one, &other, 0.01);
        assert!((paired - 2.0).abs() < 0.01 && (alone - 2.0).abs() < 0.01, "{paired} {alone}");
        assert!(ends.is_some_and(|(low, high)| low < 2.0 && 2.0 < high));
    }

    #[test]
    fn the_page_has_a_plot_for_each_line_and_says_what_changed() {
        let history = history(runs(&factors()), &Wanted::default()).expect("a history");
        let page = page(&history);
        assert!(page.starts_with(BEGINS) && page.ends_with("</html>\n"));
        assert_eq!(page.matches("<svg class=\"plot\"").count(), 2);
        assert!(page.contains("dot/lanes at n = 64: slower from run-15"), "{page}");
        assert!(!page.contains("http"), "nothing from elsewhere");
    }
}
