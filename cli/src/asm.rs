//! `abreast asm`: the instructions of the variants side by side, counted and not sampled.
//!
//! The program starts itself again, once per variant, and executes one call instruction by instruction, then
//! one on a problem of twice the size. What the second call does more is what elements cost; the frame around
//! the loop, which is the same in both, is not in it. No load of the machine changes a count.
//!
//! | file | what it holds |
//! |---|---|
//! | `step.rs`, `elsewhere.rs` | a process that is traced, where that can be |
//! | `trace.rs` | what comes of it |
//! | `functions.rs` | which function an address belongs to |
//! | `loops.rs`, `code.rs` | loops among instructions; instructions as text |
//! | `facts.rs`, `show.rs` | what that says, and how it is printed |

mod code;
#[cfg_attr(not(all(target_os = "linux", target_arch = "x86_64")), path = "asm/elsewhere.rs")]
mod step;
mod facts;
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    expect(dead_code, reason = "nothing is traced there")
)]
mod functions;
mod loops;
mod show;
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    expect(dead_code, reason = "nothing is traced there")
)]
mod trace;

pub use show::all as show;
pub use step::Traced;

use crate::args::{self, AsmArgs};
use crate::console::Console;
use crate::number;
use abreast::harness::isolated;
use abreast::kernel::{Case, Choice, Entry, Request};
use abreast::{Error, Level};
use anyhow::{Context, Result, bail};
use facts::Facts;
pub use functions::Place;
use functions::{Functions, Maps};
use serde::Serialize;
use std::process::Command;
use trace::Failure;

/// Something to count.
pub struct Process {
    pub variant: String,
    /// The process that is traced.
    pub command: Command,
    /// Where its function begins.
    pub place: Place,
}

/// One variant, and what was found or why nothing was.
#[derive(Serialize)]
pub struct Counted {
    pub variant: String,
    #[serde(flatten, serialize_with = "or_why")]
    pub found: Result<Facts, Failure>,
}

/// What was counted, in words.
pub struct Heading<'h> {
    pub function: &'h str,
    pub sizes: [u64; 2],
    /// The level of all variants; none where there are no levels, and where nobody knows a function's language.
    pub level: Option<&'h str>,
}

fn or_why<S: serde::Serializer>(found: &Result<Facts, Failure>, s: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Failed {
        failed: String,
    }
    match found {
        Ok(facts) => facts.serialize(s),
        Err(why) => Failed { failed: why.to_string() }.serialize(s),
    }
}

/// What `asm --json` prints.
#[derive(Serialize)]
struct Printed<'c> {
    schema: &'static str,
    kernel: &'static str,
    level: &'static str,
    sizes: [u64; 2],
    variants: &'c [Counted],
}

/// What is asked for.
struct Asked<'e> {
    entry: &'e Entry,
    variants: Vec<&'static str>,
    level: Level,
    sizes: [u64; 2],
    /// Instructions that are executed at most for one variant.
    limit: u64,
}

/// Counts, shows, and returns the exit code.
pub fn asm(args: &AsmArgs, registry: &[Entry], console: &mut Console<'_>) -> Result<u8> {
    let asked = Asked::read(args, registry)?;
    if args.traced {
        return asked.be_traced();
    }
    if !isolated::can_isolate() {
        bail!("the program cannot start itself again: its main is not abreast_cli::main");
    }
    if cfg!(debug_assertions) {
        console.note("Note: this is a debug build; what users run is that of cargo run --release.");
    }
    let elements = asked.cases()?.map(|case| case.cost().elements);
    let counted = count(asked.processes()?, elements, asked.limit, args.full, console)?;
    let heading = asked.heading();
    match args.json {
        true => asked.print(&counted, console)?,
        false => show::all(&heading, &counted, !args.diff.is_empty(), console)?,
    }
    Ok(code(&counted))
}

/// The exit code.
pub fn code(counted: &[Counted]) -> u8 {
    let worst = |counted: &Counted| match counted.found {
        Ok(_) => 0,
        Err(Failure::Broken(_)) => 1,
        Err(Failure::TooLong(_) | Failure::Here(_)) => 2,
    };
    counted.iter().map(worst).max().unwrap_or(0)
}

/// Counts in one process after the other. With `all` everything that a call executes is kept.
pub fn count(
    processes: Vec<Process>,
    elements: [u64; 2],
    limit: u64,
    all: bool,
    console: &Console<'_>,
) -> Result<Vec<Counted>> {
    let (mut functions, mut counted) = (Functions::default(), Vec::new());
    let bar = console.progress(processes.len() as u64);
    for Process { variant, mut command, place } in processes {
        bar.set_message(variant.clone());
        let found = step::trace(&mut command, &place, limit)
            .map(|trace| facts::facts(&trace, elements, &mut functions, all));
        match found {
            Err(why @ Failure::Here(_)) => return Err(why.into()),
            found => counted.push(Counted { variant, found }),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(counted)
}

impl<'e> Asked<'e> {
    fn read(args: &AsmArgs, registry: &'e [Entry]) -> Result<Asked<'e>> {
        let entry = Entry::find(registry, &args.kernel)?;
        let variants = match &[&args.variant[..], &args.diff].concat()[..] {
            [] => entry.variants().map(|variant| variant.name).collect(),
            names => names
                .iter()
                .map(|name| Ok(entry.variant(name)?.name))
                .collect::<Result<_, Error>>()?,
        };
        Ok(Asked {
            entry,
            variants,
            level: args::level(args.isa.as_deref())?,
            sizes: sizes(args, entry)?,
            limit: number::count("limit", &args.limit, 1)?,
        })
    }

    /// Does the traced process's part.
    fn be_traced(&self) -> Result<u8> {
        let traced = Traced::begin(self.limit)?;
        let choice = Choice { variant: self.variants[0], level: self.level };
        let mut cases = self.cases()?;
        two_calls(&traced, |i| Ok(cases[i].time(Some(choice), 1).map(|_| ())?))
    }

    /// This program again for each variant, as the process that is traced.
    fn processes(&self) -> Result<Vec<Process>, Error> {
        let maps = Maps::of("self").unwrap_or_default();
        let process = |variant: &&'static str| {
            let place = maps.place(self.entry.address(variant)? as u64).unwrap_or_default();
            let mut command = Command::new("/proc/self/exe");
            command.args(["asm", self.entry.name, "--variant", variant]);
            command.args(["--isa", self.level.name(), "--size", &self.sizes[0].to_string()]);
            command.args(["--limit", &self.limit.to_string(), "--traced"]);
            Ok(Process { variant: (*variant).to_owned(), command, place })
        };
        self.variants.iter().map(process).collect()
    }

    fn cases(&self) -> Result<[Box<dyn Case>; 2], Error> {
        let [n, twice] = self.sizes;
        Ok([case(self.entry, n)?, case(self.entry, twice)?])
    }

    fn print(&self, variants: &[Counted], console: &mut Console<'_>) -> Result<()> {
        let (schema, kernel, level) = ("abreast.asm/1", self.entry.name, self.level.name());
        console.json(&Printed { schema, kernel, level, sizes: self.sizes, variants })
    }

    fn heading(&self) -> Heading<'_> {
        Heading { function: self.entry.name, sizes: self.sizes, level: Some(self.level.name()) }
    }
}

/// The part of the process that is traced: two calls, with a stop before each and after the last. Each has
/// been made once before, so that what is done at a first call only is not counted.
pub fn two_calls(traced: &Traced, mut call: impl FnMut(usize) -> Result<()>) -> Result<u8> {
    call(0)?;
    call(1)?;
    traced.mark();
    call(0)?;
    traced.mark();
    call(1)?;
    traced.mark();
    Ok(0)
}

/// The sizes of the two problems. Without a wish 16, or as many more as are not much work: the difference of
/// two small problems is as exact as that of large ones.
fn sizes(args: &AsmArgs, entry: &Entry) -> Result<[u64; 2]> {
    const ENOUGH: u64 = 1 << 16;
    let n = match &args.size {
        Some(text) => number::count("size", text, 1)?,
        None => {
            let fits = |n: &u64| {
                let cost = case(entry, *n).map(|case| case.cost());
                cost.is_ok_and(|cost| cost.elements.max(cost.flops) <= ENOUGH)
            };
            let larger = [32, 64, 128, 256, 512, 1024, 2048];
            larger.into_iter().take_while(fits).last().unwrap_or(16)
        }
    };
    let twice = n.checked_mul(2).filter(|twice| i64::try_from(*twice).is_ok());
    let twice = twice.with_context(|| format!("size = {n}: twice as much is too much"))?;
    Ok([n, twice])
}

fn case(entry: &Entry, n: u64) -> Result<Box<dyn Case>, Error> {
    entry.case(&Request::size(n))
}
