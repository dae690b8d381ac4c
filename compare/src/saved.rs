//! Saved runs: what `--save` keeps and `--against` reads.

use crate::args::Target;
use crate::machine::Machine;
use crate::message::TimedRow;
use crate::mode::Mode;
use crate::output;
use crate::place::{Place, shown};
use crate::record::Compiler;
use crate::results::{GroupResult, Results};
use crate::verdict::count;
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

    /// Parameters and mode: `alpha = 2, cold caches`.
    pub(crate) fn setting_in_words(&self) -> String {
        let setting = Some(self.setting.clone()).filter(|setting| !setting.is_empty());
        setting.into_iter().chain(self.mode.in_words()).collect::<Vec<_>>().join(", ")
    }

    /// `dot/lanes at n = 64, alpha = 2, cold caches`.
    pub(crate) fn name(&self) -> String {
        let setting = self.setting_in_words();
        let comma = if setting.is_empty() { "" } else { ", " };
        format!("{}/{} at n = {}{comma}{setting}", self.group, self.variant, self.n)
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
                .map_err(|why| why.to_string())
                .and_then(Saved::whole)
                .map_err(|why| named(format!("is a damaged saved run: {why}"))),
            other => Err(named(stranger(other))),
        }
    }

    /// The run, if each of its times is one.
    fn whole(self) -> Result<Saved, String> {
        let is_time = |seconds: &f64| *seconds > 0.0 && seconds.is_finite();
        let is_start = |start: &Vec<f64>| !start.is_empty() && start.iter().all(is_time);
        let is_whole =
            |entry: &&Entry| !entry.starts.is_empty() && entry.starts.iter().all(is_start);
        match self.entries.iter().find(|entry| !is_whole(entry)) {
            Some(entry) => Err(format!("{} has a time that is none", entry.name())),
            None => Ok(self),
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

    /// `AMD EPYC, x86_64, 8 cores`.
    pub(crate) fn in_words(&self) -> String {
        let cpu = self.cpu.as_deref().unwrap_or("an unknown CPU");
        let kind = if self.virtualised == Some(true) { ", virtual" } else { "" };
        format!("{cpu}, {}, {}{kind}", self.architecture, count(self.cores, "core"))
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

/// What a file with another schema is.
fn stranger(schema: Option<&str>) -> String {
    let Some(schema) = schema else {
        return format!("is not a saved run: it names no schema, where one says {SCHEMA}");
    };
    let version = |schema: &str| -> Option<u32> {
        let (name, version) = schema.split_once('/')?;
        version.parse().ok().filter(|_| SCHEMA.starts_with(&format!("{name}/")))
    };
    if version(schema) > version(SCHEMA) {
        return format!("is a saved run of a later form, {schema}: this program reads {SCHEMA}");
    }
    let what = match schema.split('/').next() {
        Some("abreast-compare") => ", the JSON of a comparison",
        Some("abreast.compare") => ", a comparison of kernels, which keeps no samples",
        _ => "",
    };
    format!("is not a saved run: its schema is {schema}{what}, not {SCHEMA}, which --save writes")
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

/// Before anything is measured: whether a run can be saved under this name.
pub(crate) fn check(name: &str, place: &Place, force: bool) -> Result<(), String> {
    let path = path(name, place)?;
    if path.exists() && !force {
        load(name, place).map_err(|why| format!("{why}; --force replaces it"))?;
    }
    make_folder_of(&path)?;
    output::check(&Target::File(path), true)
}

fn make_folder_of(path: &Path) -> Result<(), String> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => {
            fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", shown(folder)))
        }
        None => Ok(()),
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
    make_folder_of(&path)?;
    let text = serde_json::to_string(&saved).map_err(|why| why.to_string())?;
    let written = output::write(&Target::File(path.clone()), &(text + "\n"));
    written.map_err(|why: io::Error| why.to_string())?;
    Ok((path, dropped))
}

#[cfg(test)]
pub(crate) mod tests;
