//! Runs one case through the engine, in a process of its own, and reads what it found.
//!
//! One case per process, so that a library is loaded only where it has its turn.

use crate::blas::ONE_THREAD;
use crate::cases::Case;
use abreast_compare::{AnyGroup, Host, main_of, worker_main};
use serde::Deserialize;
use serde_json::Value;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The first argument of a process that runs one case.
pub const CASE: &str = "case";

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub quick: bool,
    /// Agreement only.
    pub check: bool,
    /// Calls of a few elements.
    pub small: bool,
    pub starts: Option<u64>,
    pub seed: Option<u64>,
}

/// What the engine writes, as far as it is read here.
#[derive(Debug, Deserialize)]
pub struct Results {
    pub groups: Vec<GroupResult>,
}

#[derive(Debug, Deserialize)]
pub struct GroupResult {
    pub baseline: String,
    pub untimed: Vec<Untimed>,
    pub agreement: Agreement,
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Untimed {
    pub variant: String,
    pub why: String,
}

#[derive(Debug, Deserialize)]
pub struct Agreement {
    pub agreed: bool,
    pub within: String,
    pub inputs: usize,
    pub closeness: Vec<Closeness>,
}

/// Somebody who was called.
#[derive(Debug, Deserialize)]
pub struct Closeness {
    pub variant: String,
}

impl Untimed {
    pub fn is_skipped(&self) -> bool {
        self.why.starts_with("skipped: ")
    }
}

impl GroupResult {
    /// Whether ours may be what is wrong where somebody disagrees: nothing was found against ours, and others agree
    /// with it, if there is nothing to doubt.
    pub fn doubts(&self, ours: &str) -> bool {
        let is_well = |name: &str| self.untimed.iter().all(|untimed| untimed.variant != name);
        let called = self.agreement.closeness.iter().map(|close| &close.variant[..]);
        !is_well(ours) || !called.filter(|name| *name != ours).any(is_well)
    }
}

#[derive(Debug, Deserialize)]
pub struct Cell {
    pub n: usize,
    pub rows: Vec<Timed>,
    pub empty: Vec<Empty>,
}

/// An empty call in the same rounds.
#[derive(Debug, Clone, Deserialize)]
pub struct Empty {
    pub name: String,
    pub median_seconds: f64,
}

impl Cell {
    /// Everybody's name and seconds, the empty call's too.
    pub fn times(&self) -> impl Iterator<Item = (&str, f64)> {
        let empty = self.empty.iter().map(|empty| (&empty.name[..], empty.median_seconds));
        self.rows.iter().map(|row| (&row.variant[..], row.median_seconds)).chain(empty)
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct Timed {
    pub variant: String,
    pub median_seconds: f64,
    pub gb_per_second: Option<f64>,
    pub gflops: Option<f64>,
    pub ratio: Option<Ratio>,
}

/// How many times as fast as ours.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Ratio {
    pub value: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// A case that has been run.
pub struct Ran {
    pub group: GroupResult,
    /// All that the engine found, but for the samples.
    pub whole: Value,
}

/// Where the engine's own tables go, with every rival at every size.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers")
}

/// Runs a case. The error says why there is nothing to show.
pub fn run(case: &Case, request: &Request) -> Result<Ran, String> {
    let folder = folder();
    let in_words = |why: std::io::Error| format!("{}: {why}", folder.display());
    fs::create_dir_all(&folder).map_err(in_words)?;
    let file = |ending: &str| folder.join(format!("{}.{ending}", case.name.replace(' ', "-")));
    let (json, text) = (file("json"), file("txt"));
    let _ = fs::remove_file(&json);
    let out = File::create(&text).map_err(in_words)?;
    let mut command = Command::new(std::env::current_exe().map_err(in_words)?);
    command.arg(CASE).arg(&case.name).args(arguments(case, request));
    command.arg(format!("--json={}", json.display()));
    command.envs(ONE_THREAD).stderr(out.try_clone().map_err(in_words)?).stdout(out);
    let status = command.status().map_err(in_words)?;
    let written = fs::read_to_string(&json)
        .map_err(|_| format!("it ended with {status}; {} says more", text.display()))?;
    let mut whole: Value = serde_json::from_str(&written).map_err(|why| why.to_string())?;
    let results: Results = serde_json::from_str(&written).map_err(|why| why.to_string())?;
    let _ = fs::remove_file(&json);
    drop_samples(&mut whole);
    let group = results.groups.into_iter().next();
    let group =
        group.ok_or_else(|| format!("nothing was compared; {} says more", text.display()))?;
    Ok(Ran { group, whole })
}

/// How much of a case's own time is taken with `--quick`: as the engine does with its time.
const QUICK_PART: f64 = 0.3;

fn arguments(case: &Case, request: &Request) -> Vec<String> {
    let sizes: Vec<String> = case.sizes(request).iter().map(usize::to_string).collect();
    let mut arguments = vec!["--sizes".to_owned(), sizes.join(",")];
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            arguments.extend([name.to_owned(), value]);
        }
    };
    // At least two starts, which can differ.
    let starts = request.starts.or(request.quick.then_some(2));
    option("--starts", starts.map(|n| n.to_string()));
    option("--seed", request.seed.map(|n| n.to_string()));
    let part = if request.quick { QUICK_PART } else { 1.0 };
    option("--seconds", case.seconds.map(|seconds| (part * seconds).to_string()));
    arguments.extend(request.quick.then(|| "--quick".to_owned()));
    arguments.extend((!request.check).then(|| "--bench".to_owned()));
    arguments
}

/// The samples of a run are megabytes.
fn drop_samples(whole: &mut Value) {
    let groups = whole["groups"].as_array_mut().into_iter().flatten();
    let cells = groups.filter_map(|group| group["cells"].as_array_mut()).flatten();
    cells.filter_map(Value::as_object_mut).for_each(|cell| drop(cell.remove("samples")));
}

/// The process that runs one case: `arguments` are those after the name, for the engine. So is each of the workers
/// that it starts.
pub fn one_case(case: &Case, arguments: Vec<OsString>) -> u8 {
    let group = || -> [AnyGroup; 1] { [case.group()] };
    let is_worker = std::env::var_os("ABREAST_COMPARE_WORKER").is_some();
    if is_worker && let Some(code) = worker_main(group()) {
        return code;
    }
    let worker = vec![CASE.into(), OsString::from(&case.name)];
    main_of(Host { arguments, worker, ..Host::default() }, group())
}
