//! All shards of one run, or what is wrong with them.

use crate::shard::{Manifest, Part};
use abreast::Plan;
use abreast::kernel::Entry;
use anyhow::{Error, Result, anyhow, bail};
use std::path::{Path, PathBuf};

/// The shards of a run in order, none missing.
pub struct Parts<'r> {
    pub entry: &'r Entry,
    parts: Vec<Part>,
}

impl<'r> Parts<'r> {
    /// Opens them and says all that is missing, double, foreign or cut. Where it says anything it looks for
    /// corrupt chunks as well, so that one sentence tells which shards have to be made again.
    pub fn open(files: &[PathBuf], registry: &'r [Entry]) -> Result<Parts<'r>> {
        if files.is_empty() {
            bail!("no shards are named: abreast merge FILE..");
        }
        let (mut parts, mut wrong, mut entry) = (Vec::new(), Vec::new(), None);
        for file in files {
            match opened(file, registry) {
                Ok((of, part)) => {
                    entry.get_or_insert(of);
                    parts.push(part);
                }
                Err(why) => wrong.push(why),
            }
        }
        let Some(entry) = entry else { return Err(sentence(wrong)) };
        wrong.extend(strangers(&mut parts, entry));
        parts.sort_by_key(|part| part.manifest.shard);
        wrong.extend(twice(&parts));
        let mut all = Parts { entry, parts };
        wrong.extend(all.missing(files.len()));
        if wrong.is_empty() {
            return Ok(all);
        }
        Err(sentence(all.damaged().into_iter().chain(wrong).collect()))
    }

    pub fn first(&self) -> &Manifest {
        &self.parts[0].manifest
    }

    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.parts.iter().map(|part| &part.manifest)
    }

    pub fn plan(&self) -> Result<Plan> {
        Ok(self.first().plan.plan()?)
    }

    /// Reads all items into a buffer that has exactly room for them.
    pub fn fill(&mut self, output: &mut [u8]) -> Result<()> {
        let mut at = 0;
        self.each(&mut |_, bytes| {
            output[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        })
    }

    /// Gives each chunk with its bytes, in plan order, and says of every shard that is corrupt that it is.
    pub fn each(&mut self, visit: &mut dyn FnMut(usize, &[u8])) -> Result<()> {
        let read = |part: &mut Part| part.each(visit).err();
        let wrong: Vec<Error> = self.parts.iter_mut().filter_map(read).collect();
        if wrong.is_empty() { Ok(()) } else { Err(sentence(wrong)) }
    }

    /// Reads one chunk, of whichever shard it is.
    pub fn chunk(&mut self, chunk: usize, bytes: &mut Vec<u8>) -> Result<()> {
        let its = self.parts.partition_point(|part| part.manifest.chunks[1] <= chunk);
        self.parts[its].chunk(chunk, bytes)
    }

    fn damaged(&mut self) -> Vec<Error> {
        self.parts.iter_mut().filter_map(|part| part.each(&mut |_, _| ()).err()).collect()
    }

    /// The gaps between those that are there; a gap may have been one of the files that were given.
    fn missing(&self, given: usize) -> Vec<Error> {
        let shards = self.first().shards;
        let there: Vec<u64> = self.manifests().map(|manifest| manifest.shard).collect();
        let ends = [0].into_iter().chain(there.iter().map(|shard| shard + 1));
        let gaps = ends.zip(there.iter().copied().chain([shards]));
        let unread = if given > self.parts.len() { ", unless it is one of those" } else { "" };
        let sentence = |(from, to): (u64, u64)| match to.saturating_sub(from) {
            0 => None,
            1 => Some(anyhow!("shard {from}/{shards} is missing{unread}")),
            _ => Some(anyhow!("shards {from}/{shards} to {}/{shards} are missing", to - 1)),
        };
        gaps.filter_map(sentence).collect()
    }
}

fn opened<'r>(file: &Path, registry: &'r [Entry]) -> Result<(&'r Entry, Part)> {
    let mut part = Part::open(file)?;
    Ok((part.fits(registry)?, part))
}

/// Takes out those that are not of the first one's run.
fn strangers(parts: &mut Vec<Part>, entry: &Entry) -> Vec<Error> {
    let (name, first) = (parts[0].name.clone(), parts[0].manifest.clone());
    let mut wrong = Vec::new();
    parts.retain(|part| {
        let shards = part.manifest.shards != first.shards;
        let shards =
            || shards.then(|| format!("of {} shards, not {}", part.manifest.shards, first.shards));
        let other = part.manifest.is_of_another_run(&first, entry.class).or_else(shards);
        if let Some(why) = &other {
            wrong.push(anyhow!("{}: it is {why} as in {name}", part.name));
        }
        other.is_none()
    });
    wrong
}

fn twice(parts: &[Part]) -> Vec<Error> {
    let pairs = parts.windows(2).filter(|pair| pair[0].manifest.shard == pair[1].manifest.shard);
    let sentence = |pair: &[Part]| {
        anyhow!("{} and {} are both {}", pair[0].name, pair[1].name, pair[0].manifest.number())
    };
    pairs.map(sentence).collect()
}

fn sentence(wrong: Vec<Error>) -> Error {
    let wrong: Vec<String> = wrong.iter().map(|why| format!("{why:#}")).collect();
    anyhow!("nothing is merged: {}", wrong.join("; "))
}
