//! What a comparison is about, in a file that its worker processes read.

use crate::heap;
use crate::try_::call::{Calls, Input, Maker, Output};
use crate::try_::count::Count;
use crate::try_::fault;
use crate::try_::foreign::{Caller, Foreign, Function};
use crate::try_::inputs::Inits;
use crate::try_::signature::Signature;
use abreast_compare::{AnyGroup, Group, Within};
use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Everything is text as it was typed, and was read without a mistake before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The function.
    pub name: String,
    pub signature: String,
    pub inits: Vec<String>,
    pub least: u64,
    pub multiple: u64,
    pub within: Bounds,
    pub bytes: Option<String>,
    pub flops: Option<String>,
    pub variants: Vec<Built>,
}

/// A variant, compiled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Built {
    pub name: String,
    /// The library's name in the folder.
    pub library: String,
    pub symbol: String,
    /// What people call it.
    pub function: String,
}

/// How close results must be.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Bounds {
    pub relative: f64,
    pub absolute: f64,
    pub nan: bool,
}

/// The file in the folder, and the library of the loop.
const FILE: &str = "plan.json";
pub const SHIM: &str = "loop.so";
/// The library of the loop that counts allocations.
pub const COUNTING: &str = "counting.so";
/// The file in which a worker that crashes says what it touched.
pub const LAST_WORDS: &str = "last-words";

impl Plan {
    pub fn write(&self, folder: &Path) -> Result<()> {
        Ok(std::fs::write(folder.join(FILE), serde_json::to_vec(self)?)?)
    }

    pub fn read(folder: &Path) -> Result<Plan> {
        let file = folder.join(FILE);
        let text = std::fs::read(&file).with_context(|| format!("{}", file.display()))?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// The group. Only a worker says where the libraries are: no other process loads or calls them.
    pub fn group(&self, folder: Option<&Path>) -> Result<AnyGroup> {
        let mut maker = self.maker()?;
        let signature = maker.signature.clone();
        let mut group: Group<Input, Output> =
            Group::new(&*self.name, move |n, seed| maker.make(n as u64, seed));
        group = group.agree(self.within.rule()).watch_inputs();
        if let Some(count) = count(self.bytes.as_deref())? {
            group = group.bytes(count);
        }
        if let Some(count) = count(self.flops.as_deref())? {
            group = group.flops(count);
        }
        group = group.allocations(heap::counter_of_calls());
        let in_place = signature.is_in_place();
        let caller = folder.map(|folder| self.caller(folder)).transpose()?;
        for variant in &self.variants {
            let name = &*variant.name;
            group = match folder.zip(caller.as_ref()) {
                Some((folder, caller)) => {
                    let function = variant.load(folder)?;
                    let mut run = Calls::new(caller.clone(), Some(function), signature.clone());
                    let mut empty = Calls::new(caller.clone(), None, signature.clone());
                    group.variant_looped(
                        name,
                        in_place,
                        move |series| run.run(series),
                        move |series| empty.run(series).0,
                    )
                }
                None => group.variant_looped(
                    name,
                    in_place,
                    |_| unreachable!("functions are called by workers"),
                    |_| unreachable!("functions are called by workers"),
                ),
            };
        }
        Ok(group.into())
    }

    fn maker(&self) -> Result<Maker> {
        let signature = Rc::new(Signature::parse(&self.signature)?);
        let inits = Inits::parse(&self.inits, &signature)?;
        Ok(Maker { signature, inits, least: self.least, multiple: self.multiple, made: 0 })
    }

    /// What calls one variant by itself, and makes its inputs.
    pub fn alone(&self, folder: &Path, variant: usize) -> Result<(Maker, Calls)> {
        let (maker, built) = (self.maker()?, self.variants.get(variant).context("a variant")?);
        let function = Some(built.load(folder)?);
        let calls = Calls::new(self.caller(folder)?, function, maker.signature.clone());
        Ok((maker, calls))
    }

    /// A crash leaves words in this file.
    pub fn prepare(&self, file: &Path) -> Result<()> {
        let signature = Signature::parse(&self.signature)?;
        let names: Vec<String> = (0..signature.params.len()).map(|i| signature.label(i)).collect();
        Ok(fault::prepare(file, &names)?)
    }

    fn caller(&self, folder: &Path) -> Result<Rc<Caller>> {
        let library = if heap::is_counted() { COUNTING } else { SHIM };
        let caller = Caller::load(&folder.join(library));
        Ok(Rc::new(caller.context("the generated loop")?))
    }
}

impl Built {
    /// The library by its own name, where it is a link to one that looks for others beside itself.
    pub fn file(&self, folder: &Path) -> PathBuf {
        let file = folder.join(&self.library);
        file.canonicalize().unwrap_or(file)
    }

    pub fn load(&self, folder: &Path) -> Result<Function> {
        let library =
            Foreign::load(&self.file(folder)).map_err(|why| anyhow!("{}: {why}", self.name))?;
        library.function(&self.symbol).map_err(|why| anyhow!("{}: {why}", self.name))
    }
}

impl Bounds {
    pub fn rule(self) -> Within {
        let within = Within::relative(self.relative);
        let within = if self.absolute > 0.0 { within.or_absolute(self.absolute) } else { within };
        if self.nan { within.or_nan() } else { within }
    }
}

fn count(text: Option<&str>) -> Result<Option<impl Fn(u64) -> u64 + 'static>> {
    let count = text.map(|text| Count::parse("--cost", text)).transpose()?;
    Ok(count.map(|count| move |n| count.at(n).unwrap_or(u64::MAX)))
}
