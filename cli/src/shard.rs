//! `abreast run --shard`: some chunks of a run into a file, from which `abreast merge` makes the result.

mod file;
mod manifest;

pub use file::{BEGINS, Part};
pub use manifest::Manifest;

use crate::console::Console;
use crate::number;
use crate::output::Output;
use abreast::exec::{Control, Executor};
use abreast::kernel::{Choice, Chunked, Entry};
use abreast::{Error, Plan, Remote};
use abreast_compare::format::seconds;
use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use file::Shape;
use std::ops::Range;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Args)]
pub struct ShardArgs {
    /// Only shard I of N, counted from 0, into the file of --output: `abreast merge` makes the result of
    /// all N
    #[arg(
        long,
        value_name = "I/N",
        requires = "output",
        conflicts_with = "profile",
        allow_hyphen_values = true
    )]
    pub shard: Option<String>,
    /// The file of the shard
    #[arg(short, long, value_name = "FILE", requires = "shard")]
    pub output: Option<PathBuf>,
    /// Leave the file alone if it is this very shard of this run already, and whole
    #[arg(long, requires = "shard")]
    pub resume: bool,
}

/// A run of which one shard is wanted.
pub struct Run<'r> {
    pub registry: &'r [Entry],
    pub entry: &'r Entry,
    pub problem: &'r dyn Chunked,
    /// The size, as the kernel counts it.
    pub n: u64,
    pub caveat: Option<String>,
    pub choice: Choice,
    pub executor: &'r dyn Executor,
}

/// What became of a shard.
pub struct Shard {
    pub manifest: Manifest,
    /// None if it was there already.
    took: Option<Duration>,
}

impl Run<'_> {
    /// Computes the shard that `args` asks for and writes it to `file`, or leaves alone what is there.
    pub fn shard(
        &self,
        args: &ShardArgs,
        file: &mut Output,
        console: &mut Console<'_>,
    ) -> Result<Shard> {
        let (i, n) = numbers(args.shard.as_deref().unwrap_or_default())?;
        let plan = self.problem.plan()?;
        let chunks = plan.shard(i, n)?;
        let manifest = self.manifest(plan, (i, n), &chunks)?;
        if args.resume && self.is_there(file, &manifest, console)? {
            return Ok(Shard { manifest, took: None });
        }
        let (bytes, took) = self.compute(&chunks).with_context(|| manifest.words())?;
        let shape = Shape::of(plan, chunks, self.remote());
        file.write_by(console, |out| file::write(out, &manifest, &shape, bytes.as_slice()))?;
        Ok(Shard { manifest, took: Some(took) })
    }

    fn compute(&self, chunks: &Range<usize>) -> Result<(abreast::sample::Aligned<u8>, Duration)> {
        let mut took = Duration::ZERO;
        let bytes = self.problem.run_chunks(self.choice, chunks.clone(), &mut |tasks| {
            let clock = Instant::now();
            self.executor.run(tasks, &Control::default())?;
            took = clock.elapsed();
            Ok(())
        })?;
        Ok((bytes, took))
    }

    fn manifest(&self, plan: Plan, shard: (u64, u64), chunks: &Range<usize>) -> Result<Manifest> {
        Ok(Manifest {
            schema: manifest::SCHEMA.to_owned(),
            version: manifest::VERSION.to_owned(),
            registry: manifest::fingerprint(self.registry),
            byte_order: manifest::BYTE_ORDER.to_owned(),
            kernel: self.entry.name.to_owned(),
            variant: self.choice.variant.to_owned(),
            level: self.choice.level.name().to_owned(),
            n: self.n,
            args: self.problem.args(),
            plan: plan.into(),
            inputs: format!("{:016x}", self.problem.inputs_hash()?),
            shard: shard.0,
            shards: shard.1,
            chunks: [chunks.start, chunks.end],
            warnings: self.caveat.clone().into_iter().collect(),
        })
    }

    fn remote(&self) -> Remote {
        Remote::from(self.entry)
    }

    /// Whether the file is this shard already. What is damaged is made again; what is of another run is
    /// somebody's result.
    fn is_there(
        &self,
        file: &Output,
        manifest: &Manifest,
        console: &mut Console<'_>,
    ) -> Result<bool> {
        let Some(path) = file.existing() else { return Ok(false) };
        let whole = match Part::open(path) {
            Ok(mut part) => {
                if let Some(why) = part.manifest.is_other(manifest, self.entry.class) {
                    bail!("--resume: {} is there, and {why}: choose another name", part.name);
                }
                part.fits(self.registry).and_then(|_| part.each(&mut |_, _| ()))
            }
            Err(why) => Err(why),
        };
        if let Err(why) = &whole {
            console.note(format!("{why:#}: it is made again"));
        }
        Ok(whole.is_ok())
    }
}

impl Shard {
    /// Whether the file was left alone.
    pub fn was_there(&self) -> bool {
        self.took.is_none()
    }

    /// What became of it, for people.
    pub fn show(&self, file: &Output, executor: &str, console: &mut Console<'_>) -> Result<()> {
        let name = file.file_name().unwrap_or("standard output");
        let words = self.manifest.words();
        let Some(took) = self.took else {
            return console.say(format!("{name} is {words} already"));
        };
        let Manifest { variant, level, .. } = &self.manifest;
        let took = seconds(took.as_secs_f64());
        console.say(format!("{name}: {words}, {variant} at {level}, {executor}, {took}"))
    }
}

/// `I/N`.
fn numbers(text: &str) -> Result<(u64, u64)> {
    let form = || Error::argument("shard", text, "must have the form I/N, as in 0/4");
    let (i, n) = text.split_once('/').ok_or_else(form)?;
    let number = |text| number::count("shard", text, 0).map_err(|_| anyhow!(form()));
    Ok((number(i)?, number(n)?))
}
