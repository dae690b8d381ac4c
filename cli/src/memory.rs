//! `abreast memory`: what a call needs beyond its operands, each variant and executor in a process of its own.

use crate::args;
use crate::console::{Console, Screen};
use crate::heap::{self, Heap};
use crate::output::{self, Format, Outputs};
use crate::run::marked;
use crate::try_::counter;
use crate::{number, table};
use abreast::exec::{Executor, can_start_workers};
use abreast::harness::isolated::can_isolate;
use abreast::harness::memory::{self, COLUMNS, Measured, Memory, Row, Sample};
use abreast::kernel::{Choice, Entry};
use abreast_compare::machine::now;
use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Serialize;
use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[derive(Args)]
pub struct MemoryArgs {
    /// The kernel: see `abreast list`
    pub kernel: String,
    /// Variants, separated by commas: see `abreast list` (default: all)
    #[arg(long, value_delimiter = ',', value_name = "VARIANT")]
    pub variant: Vec<String>,
    /// Executors, separated by commas (default: serial with all variants, and threads:2, graph:2, async:2
    /// and procs:2 with the kernel's own)
    #[arg(long, value_delimiter = ',', value_name = "EXECUTOR")]
    pub exec: Vec<String>,
    /// v1, v3, v4 or neon (default: the best one, or ABREAST_ISA)
    #[arg(long, value_name = "LEVEL")]
    pub isa: Option<String>,
    /// The size (default: the largest that `compare` sweeps)
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub size: Option<String>,
    /// The seed of random operands
    #[arg(long, default_value = "42", value_name = "N", allow_hyphen_values = true)]
    pub seed: String,
    /// Seconds that one process may take
    #[arg(long, default_value = "60", value_name = "SECONDS", allow_hyphen_values = true)]
    pub timeout: String,
    /// Memory in use over time, as a picture
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Picture and table as one self-contained page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Overwrite files that abreast did not write
    #[arg(long)]
    pub force: bool,
    /// Be the process that is looked at
    #[arg(long, hide = true)]
    pub measured: bool,
    /// One JSON object instead of a table
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Printed<'m> {
    schema: &'static str,
    #[serde(flatten)]
    memory: &'m Memory,
}

/// How often a process is looked at.
const INTERVAL: Duration = Duration::from_micros(500);
/// Samples that are kept of one process; of a longer one every other is.
const MAX_SAMPLES: usize = 2000;

/// Measures and shows; `false` when a process failed.
pub fn memory(args: &MemoryArgs, registry: &[Entry], console: &mut Console<'_>) -> Result<bool> {
    let entry = Entry::find(registry, &args.kernel)?;
    let asked = Asked::read(args, entry)?;
    if args.measured {
        return asked.be_measured(console).map(|()| true);
    }
    if !cfg!(target_os = "linux") || !can_isolate() {
        bail!(
            "memory is measured on Linux, by a program that can start itself again: one whose main is \
             abreast_cli::main"
        );
    }
    let mut outputs = Outputs::new(args.force);
    if args.json {
        outputs.prints("--json")?;
    }
    let picture = outputs.claim_if("--svg", args.svg.as_deref(), Format::Memory, console)?;
    let page = outputs.claim_if("--html", args.html.as_deref(), Format::MemoryPage, console)?;
    let memory = asked.measure(console)?;
    let picture =
        picture.map(|mut file| file.write(marked(Format::Memory, memory::svg(&memory)), console));
    let page = page.map(|mut file| file.write(memory::html(&memory), console));
    if args.json {
        console.json(&Printed { schema: "abreast.memory/1", memory: &memory })?;
    } else {
        console.aside(outputs.on_stdout(), |console| show(&memory, console))?;
    }
    let is_well = memory.rows.iter().all(|row| row.found.is_ok());
    output::all(picture.into_iter().chain(page)).map(|()| is_well)
}

/// What is asked for.
struct Asked<'e> {
    entry: &'e Entry,
    level: abreast::Level,
    n: u64,
    request: abreast::kernel::Request,
    /// Variants and executors, by name.
    rows: Vec<(String, String)>,
    executors: Vec<Box<dyn Executor>>,
    timeout: Duration,
}

impl<'e> Asked<'e> {
    fn read(args: &MemoryArgs, entry: &'e Entry) -> Result<Asked<'e>> {
        let n = args.size.as_ref().map(|n| number::count("size", n, 1)).transpose()?;
        let (n, request) = memory::request(entry, n, number::count("seed", &args.seed, 0)?)?;
        let variants: Vec<&'static str> = match &args.variant[..] {
            [] => entry.variants().map(|variant| variant.name).collect(),
            names => {
                let found = names.iter().map(|name| entry.variant(name).map(|found| found.name));
                found.collect::<Result<_, _>>()?
            }
        };
        let executors = match &args.exec[..] {
            [] => args::executors(&usual())?,
            names => args::executors(names)?,
        };
        let is_all = args.exec.is_empty() && args.variant.is_empty();
        let mut rows = Vec::new();
        for (i, executor) in executors.iter().enumerate() {
            // What an executor needs does not depend on the variant: unless asked, one is enough.
            let of = |name: &&&str| i == 0 || !is_all || **name == entry.default_variant().name;
            rows.extend(
                variants.iter().filter(of).map(|name| ((*name).to_owned(), executor.name())),
            );
        }
        let level = args::level(args.isa.as_deref())?;
        let timeout = Duration::from_secs(number::count("timeout", &args.timeout, 1)?);
        Ok(Asked { entry, level, n, request, rows, executors, timeout })
    }

    /// The process that is looked at: one call, and what it says of it.
    fn be_measured(&self, console: &mut Console<'_>) -> Result<()> {
        let [(variant, _)] = &self.rows[..] else { bail!("--measured is for one variant") };
        let choice = Choice { variant: self.entry.variant(variant)?.name, level: self.level };
        let heap = heap::is_counted().then(Heap::here).transpose()?;
        let found =
            memory::measure_here(self.entry, choice, &*self.executors[0], &self.request, |call| {
                match &heap {
                    Some(heap) => heap.around(call),
                    None => {
                        call();
                        None
                    }
                }
            })?;
        console.json(&found)
    }

    fn measure(&self, console: &mut Console<'_>) -> Result<Memory> {
        let folder = output::folder("abreast-memory-").context("no private folder can be made")?;
        let mut notes = vec![
            "of procs it is the program that hands out, not its workers".to_owned(),
            "RSS counts whole pages, also those of the program itself that are used for the first time, and \
             stacks of new threads; malloc rounds what it is asked for"
                .to_owned(),
        ];
        if !self.rows.iter().any(|(_, exec)| exec.starts_with("procs")) {
            notes.remove(0);
        }
        let environment = match counter(folder.path(), console) {
            Ok(library) => heap::environment(&library, &heap::new(folder.path())?),
            Err(why) => {
                notes.push(format!("malloc is not counted: {why:#}"));
                Vec::new()
            }
        };
        let bar = console.progress(self.rows.len() as u64);
        let mut rows = Vec::new();
        for (variant, exec) in &self.rows {
            bar.set_message(format!("{variant} on {exec}"));
            rows.push(self.row(variant, exec, &environment)?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        if rows.iter().filter_map(|row| row.found.as_ref().ok()).any(|found| found.rise.is_none()) {
            notes.push(
                "the system does not tell how high RSS was: /proc/self/clear_refs".to_owned(),
            );
        }
        let (kernel, level) = (self.entry.name, self.level.name());
        Ok(Memory { kernel, level, size: self.n, created: now(), rows, notes })
    }

    fn row(&self, variant: &str, exec: &str, environment: &[(OsString, OsString)]) -> Result<Row> {
        let mut command = Command::new(std::env::current_exe()?);
        let numbers = [self.n, self.request.seed].map(|number| number.to_string());
        command
            .args(["memory", self.entry.name, "--measured", "--json"])
            .args(["--variant", variant, "--exec", exec, "--isa", self.level.name()])
            .args(["--size", &numbers[0], "--seed", &numbers[1]])
            // What is freed before the call goes back to the system, and is not there to be used again.
            .env("MALLOC_MMAP_THRESHOLD_", "131072")
            .env("MALLOC_TRIM_THRESHOLD_", "0")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let (found, curve) = watch(command.spawn()?, self.timeout)?;
        Ok(Row { variant: variant.to_owned(), exec: exec.to_owned(), found, curve })
    }
}

/// Serial, and every kind of executor that there is, with two slots.
fn usual() -> Vec<String> {
    let is_here = |name: &&str| match *name {
        "procs:2" => can_start_workers(),
        _ => true,
    };
    ["serial", "threads:2", "graph:2", "async:2", "procs:2"]
        .iter()
        .filter(|name| is_here(name))
        .map(|name| (*name).to_owned())
        .collect()
}

/// Looks at a process until it ends: what it said, and its memory all the while.
fn watch(mut child: Child, limit: Duration) -> Result<(Result<Measured, String>, Vec<Sample>)> {
    let (began, mut curve) = (Instant::now(), Vec::new());
    let (mut every, mut looked) = (1, 0u64);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if began.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok((Err(format!("did not end within {} s", limit.as_secs())), curve));
        }
        looked += 1;
        if looked.is_multiple_of(every)
            && let Some(bytes) = memory::in_use_by(child.id())
        {
            curve.push(Sample { seconds: began.elapsed().as_secs_f64(), bytes });
        }
        if curve.len() >= MAX_SAMPLES {
            let mut place = 0;
            curve.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            every *= 2;
        }
        std::thread::sleep(INTERVAL);
    };
    let (mut said, mut complaint) = (String::new(), String::new());
    child.stdout.take().map(|mut out| out.read_to_string(&mut said)).transpose()?;
    child.stderr.take().map(|mut err| err.read_to_string(&mut complaint)).transpose()?;
    let found = match status.success() {
        true => serde_json::from_str(&said).map_err(|why| format!("said nothing to read: {why}")),
        false => Err(ended(&status.to_string(), &complaint)),
    };
    Ok((found, curve))
}

/// What a process that failed said last, or how it ended.
fn ended(status: &str, complaint: &str) -> String {
    let last = complaint.lines().rfind(|line| !line.trim().is_empty());
    match last.and_then(|line| line.strip_prefix("abreast: ")) {
        Some(sentence) => sentence.to_owned(),
        None => format!("ended with {status}"),
    }
}

fn show(memory: &Memory, console: &mut Console<'_>) -> Result<()> {
    console.say(memory::title(memory))?;
    console.say(rows(memory, console.screen))?;
    let failed = memory.rows.iter().filter_map(|row| Some((row, row.found.as_ref().err()?)));
    for (row, why) in failed {
        console.sentence(&format!("{} on {}: {why}", row.variant, row.exec))?;
    }
    console.say("")?;
    console.sentence(
        "Beyond: the most at a time, without operands and output. Allocations of one call, with the output.",
    )?;
    memory.notes.iter().try_for_each(|note| console.sentence(&format!("Note: {note}.")))
}

fn rows(memory: &Memory, screen: Screen) -> String {
    let mut table = table::new(&COLUMNS);
    for row in &memory.rows {
        let mut cells = memory::cells(row);
        if row.found.is_err() {
            cells[2] = "failed".to_owned();
        }
        table.add_row(cells);
    }
    table::numbers(&mut table, 2..COLUMNS.len());
    table::narrow(table, screen)
}
