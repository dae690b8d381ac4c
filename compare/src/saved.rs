//! Saved runs: what `--save` keeps and `--against` reads.

use crate::args::Target;
use crate::machine::Machine;
use crate::message::TimedRow;
use crate::mode::Mode;
use crate::output;
use crate::place::{Place, shown};
use crate::record::Compiler;
use crate::results::{GroupResult, Results};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Names the form of the file. A later form has another name.
pub(crate) const SCHEMA: &str = "abreast-compare-saved/1";

/// A saved run. Runs of parts are merged into it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Saved {
    pub(crate) schema: String,
    pub(crate) created: String,
    pub(crate) package: String,
    pub(crate) bench: String,
    pub(crate) machine: SavedMachine,
    pub(crate) build: SavedBuild,
    pub(crate) entries: Vec<Entry>,
}

/// What makes times comparable. The name of a machine does not: containers get one at random.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedMachine {
    pub(crate) cpu: Option<String>,
    pub(crate) architecture: String,
    pub(crate) cores: usize,
    pub(crate) virtualised: Option<bool>,
}

/// How the functions were built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedBuild {
    pub(crate) rustc: String,
    pub(crate) opt_level: String,
    pub(crate) compilers: Vec<Compiler>,
}

/// One variant in one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) group: String,
    pub(crate) variant: String,
    pub(crate) setting: String,
    pub(crate) n: usize,
    /// How it was called. Files of before there were several ways do not say.
    #[serde(default)]
    pub(crate) mode: Mode,
    /// The fingerprint of the input, if its type has one.
    pub(crate) input: Option<String>,
    /// How much the baseline differed from itself.
    pub(crate) noise: Option<f64>,
    /// Seconds per call, start by start, round by round.
    pub(crate) starts: Vec<Vec<f64>>,
}

impl Entry {
    /// Nothing of a name is cut, and a call on cold caches is not one on warm ones.
    pub(crate) fn is_of(&self, other: &Entry) -> bool {
        let key = |e: &Entry| (e.n, e.mode, e.group.clone(), e.variant.clone(), e.setting.clone());
        key(self) == key(other)
    }

    /// `dot/lanes at n = 64, alpha = 2, cold caches`.
    pub(crate) fn name(&self) -> String {
        let setting = Some(self.setting.clone()).filter(|setting| !setting.is_empty());
        let more: String = setting
            .into_iter()
            .chain(self.mode.in_words())
            .map(|more| format!(", {more}"))
            .collect();
        format!("{}/{} at n = {}{more}", self.group, self.variant, self.n)
    }
}

impl Saved {
    pub(crate) fn of(results: &Results, place: &Place) -> Saved {
        Saved {
            schema: SCHEMA.to_owned(),
            created: results.created.clone(),
            package: place.package.clone(),
            bench: place.bench.clone(),
            machine: SavedMachine::of(&results.machine),
            build: SavedBuild {
                rustc: results.build.rustc.to_owned(),
                opt_level: results.build.opt_level.to_owned(),
                compilers: results.compilers.clone(),
            },
            entries: results.groups.iter().flat_map(entries).collect(),
        }
    }

    pub(crate) fn read(path: &Path) -> Result<Saved, String> {
        let named = |why: String| format!("{}: {why}", shown(path));
        let text = fs::read_to_string(path).map_err(|why| named(why.to_string()))?;
        let value: serde_json::Value = serde_json::from_str(&text)
            .map_err(|why| named(format!("is not a saved run: {why}")))?;
        match value["schema"].as_str() {
            Some(SCHEMA) => serde_json::from_value(value)
                .map_err(|why| named(format!("is a damaged saved run: {why}"))),
            other => Err(named(format!(
                "is not a saved run: its schema is {}, not {SCHEMA}",
                other.unwrap_or("missing")
            ))),
        }
    }

    /// Keeps what an older run has and this one has not, if they can be compared. Returns what is
    /// dropped, in words.
    fn keep_rest_of(&mut self, old: Saved) -> Option<String> {
        let is_new = |entry: &Entry| self.entries.iter().all(|other| !other.is_of(entry));
        let rest: Vec<Entry> = old.entries.into_iter().filter(is_new).collect();
        let is_same = old.machine == self.machine && old.build == self.build;
        if is_same {
            self.entries.extend(rest);
            return None;
        }
        (!rest.is_empty()).then(|| {
            format!(
                "it was of another machine or build: {} other entries of it are dropped",
                rest.len()
            )
        })
    }
}

impl SavedMachine {
    pub(crate) fn of(machine: &Machine) -> SavedMachine {
        SavedMachine {
            cpu: machine.cpu.clone(),
            architecture: machine.architecture.to_owned(),
            cores: machine.cores.allowed,
            virtualised: machine.virtualised,
        }
    }

    /// What is not as it is here, field by field.
    pub(crate) fn differences(&self, here: &SavedMachine) -> Vec<String> {
        let cpu = |machine: &SavedMachine| machine.cpu.clone().unwrap_or("unknown".to_owned());
        let virtualised = |machine: &SavedMachine| match machine.virtualised {
            Some(is) => is.to_string(),
            None => "unknown".to_owned(),
        };
        let fields = [
            ("CPU", cpu(self), cpu(here)),
            ("architecture", self.architecture.clone(), here.architecture.clone()),
            ("number of cores", self.cores.to_string(), here.cores.to_string()),
            ("virtual machine", virtualised(self), virtualised(here)),
        ];
        let differ = fields.into_iter().filter(|(_, then, now)| then != now);
        differ.map(|(name, then, now)| format!("{name}: {then} then, {now} now")).collect()
    }
}

fn entries(group: &GroupResult) -> Vec<Entry> {
    let one = |cell: &crate::results::Cell, variant: &String| {
        let row = TimedRow::Variant(variant.clone());
        let columns = cell.samples.iter().flatten().filter(|column| column.row == row);
        let rounded = |seconds: &f64| format!("{seconds:.5e}").parse().unwrap_or(*seconds);
        Entry {
            group: group.group.clone(),
            variant: variant.clone(),
            setting: cell.setting.clone(),
            n: cell.n,
            mode: group.mode,
            input: cell.input.clone(),
            noise: cell.noise,
            starts: columns.map(|column| column.seconds.iter().map(rounded).collect()).collect(),
        }
    };
    let cells = group.cells.iter();
    let all = cells.flat_map(|cell| group.timed.iter().map(move |variant| one(cell, variant)));
    all.filter(|entry| !entry.starts.is_empty()).collect()
}

/// Where the run of a name is: a name with a separator or with `.json` at its end is a file's.
fn path(name: &str, place: &Place) -> Result<PathBuf, String> {
    if name.is_empty() {
        return Err("a saved run needs a name".to_owned());
    }
    if name.contains(['/', '\\']) || name.ends_with(".json") {
        return Ok(name.into());
    }
    let folder = place.saved().ok_or_else(|| {
        format!("where is {name}? This program does not lie in a target folder: name a file, {name}.json")
    })?;
    Ok(folder.join(format!("{name}.json")))
}

/// Reads the run of a name; or says which there are.
pub(crate) fn load(name: &str, place: &Place) -> Result<Saved, String> {
    let path = path(name, place)?;
    if !path.exists() {
        return Err(format!("there is no saved run {name}; {}", others(place)));
    }
    let saved = Saved::read(&path)?;
    if (&saved.package, &saved.bench) != (&place.package, &place.bench) {
        return Err(format!(
            "{name} is a run of the benchmark {} of package {}; this is {} of {}",
            saved.bench, saved.package, place.bench, place.package
        ));
    }
    Ok(saved)
}

fn others(place: &Place) -> String {
    let files = place.saved().and_then(|folder| fs::read_dir(folder).ok());
    let names = files.into_iter().flatten().flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        Some(name.strip_suffix(".json")?.to_owned())
    });
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    match names.is_empty() {
        true => "there is none: --save NAME makes one".to_owned(),
        false => format!("there are {}", names.join(", ")),
    }
}

/// Saves a run under a name. Returns where, and what was dropped.
pub(crate) fn save(
    name: &str,
    results: &Results,
    place: &Place,
    force: bool,
) -> Result<(PathBuf, Option<String>), String> {
    let path = path(name, place)?;
    let mut saved = Saved::of(results, place);
    if saved.entries.is_empty() {
        return Err(format!("nothing was timed, so nothing is saved as {name}"));
    }
    let dropped = match load(name, place) {
        Ok(old) => saved.keep_rest_of(old),
        Err(why) if path.exists() && !force => return Err(format!("{why}; --force replaces it")),
        Err(_) => None,
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", shown(folder)))?;
    }
    let text = serde_json::to_string(&saved).map_err(|why| why.to_string())?;
    let written = output::write(&Target::File(path.clone()), &(text + "\n"));
    written.map_err(|why: io::Error| why.to_string())?;
    Ok((path, dropped))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn entry(variant: &str, n: usize, seconds: f64) -> Entry {
        let noise = |i: usize| 1.0 + 0.001 * (i * 7 % 5) as f64;
        let start: Vec<f64> = (0..30).map(|i| seconds * noise(i)).collect();
        Entry {
            group: "dot".into(),
            variant: variant.into(),
            setting: String::new(),
            n,
            mode: Mode::default(),
            input: Some("7".into()),
            noise: Some(0.001),
            starts: vec![start.clone(), start],
        }
    }

    pub(crate) fn saved(entries: Vec<Entry>) -> Saved {
        Saved {
            schema: SCHEMA.into(),
            created: "2026-01-31T12:00:00Z".into(),
            package: "p".into(),
            bench: "b".into(),
            machine: SavedMachine {
                cpu: Some("A CPU".into()),
                architecture: "x86_64".into(),
                cores: 8,
                virtualised: Some(false),
            },
            build: SavedBuild {
                rustc: "rustc 1".into(),
                opt_level: "3".into(),
                compilers: Vec::new(),
            },
            entries,
        }
    }

    fn place(name: &str) -> Place {
        let folder =
            std::env::temp_dir().join(format!("abreast-saved-{}-{name}", std::process::id()));
        Place { folder: Some(folder), package: "p".into(), bench: "b".into() }
    }

    #[test]
    fn a_run_of_a_part_keeps_the_rest() {
        let mut part = saved(vec![entry("lanes", 64, 2e-6)]);
        let all = vec![entry("c", 64, 1e-6), entry("lanes", 64, 1e-6), entry("lanes", 128, 1e-6)];
        assert_eq!(part.keep_rest_of(saved(all)), None);
        let names: Vec<String> = part.entries.iter().map(Entry::name).collect();
        assert_eq!(names, ["dot/lanes at n = 64", "dot/c at n = 64", "dot/lanes at n = 128"]);
        assert!(part.entries[0].starts[0][0] > 1.5e-6, "the new one counts");
        let mut other = saved(vec![entry("c", 64, 1e-6)]);
        other.build.rustc = "rustc 2".into();
        let dropped = other.keep_rest_of(part).expect("dropped");
        assert!(dropped.contains("2 other entries"), "{dropped}");
    }

    /// As the first version wrote it: what people have saved must stay readable.
    #[test]
    fn a_file_of_the_first_form_is_read() {
        let text = r#"{"schema":"abreast-compare-saved/1","created":"2026-11-30T02:30:38Z","package":"p",
            "bench":"b","machine":{"cpu":"A CPU","architecture":"x86_64","cores":2,"virtualised":true},
            "build":{"rustc":"rustc 1.95.0","opt_level":"3","compilers":[{"what":"C","version":"cc 12",
            "flags":"-O3"}]},"entries":[{"group":"dot","variant":"c","setting":"","n":64,
            "input":"00ff","noise":0.001,"starts":[[3.1e-8,3.2e-8]]}]}"#;
        let place = place("first");
        let folder = place.saved().expect("a folder");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("old.json"), text).expect("written");
        let saved = load("old", &place).expect("a saved run");
        assert_eq!(saved.entries[0].name(), "dot/c at n = 64");
        assert_eq!(saved.entries[0].mode, Mode::default());
        assert_eq!(saved.entries[0].starts, [[3.1e-8, 3.2e-8]]);
        fs::remove_dir_all(place.folder.expect("a folder")).expect("removed");
    }

    #[test]
    fn names_that_differ_in_their_last_letter_do_not_meet() {
        let long = "x".repeat(80);
        let (a, b) = (entry(&(long.clone() + "a"), 1, 1.0), entry(&(long + "b"), 1, 1.0));
        assert!(a.is_of(&a) && !a.is_of(&b));
    }

    #[test]
    fn calls_of_another_mode_do_not_meet_and_are_called_so() {
        let warm = entry("c", 64, 1e-6);
        let cold = Entry { mode: Mode { inputs: 8, cold: true }, ..warm.clone() };
        assert!(!warm.is_of(&cold));
        assert_eq!(cold.name(), "dot/c at n = 64, 8 inputs in turn, cold caches");
        let mut run = saved(vec![cold]);
        assert_eq!(run.keep_rest_of(saved(vec![warm])), None, "one file has room for both");
        assert_eq!(run.entries.len(), 2);
    }

    #[test]
    fn what_is_no_saved_run_of_this_benchmark_is_said() {
        let place = place("bad");
        let folder = place.saved().expect("a folder");
        fs::create_dir_all(&folder).expect("a folder");
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
        write("empty.json", "");
        write("other.json", "{\"schema\":\"abreast-compare/1\"}");
        write("damaged.json", &format!("{{\"schema\":\"{SCHEMA}\"}}"));
        let foreign = Saved { package: "q".into(), ..saved(Vec::new()) };
        write("foreign.json", &serde_json::to_string(&foreign).expect("JSON"));
        for (name, part) in [
            ("empty", "is not a saved run"),
            ("other", "its schema is abreast-compare/1"),
            ("damaged", "damaged"),
            ("foreign", "the benchmark b of package q; this is b of p"),
            ("missing", "there are damaged, empty, foreign, other"),
            ("", "needs a name"),
        ] {
            let why = load(name, &place).expect_err(name);
            assert!(why.contains(part), "{why}");
        }
        fs::remove_dir_all(place.folder.expect("a folder")).expect("removed");
    }

    #[test]
    fn a_machine_is_another_one_by_its_fields() {
        let here = saved(Vec::new()).machine;
        assert_eq!(here.differences(&here), Vec::<String>::new());
        let other = SavedMachine { cores: 2, ..here.clone() };
        assert_eq!(here.differences(&other), ["number of cores: 8 then, 2 now"]);
    }
}
