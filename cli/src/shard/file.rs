//! The file of a shard, and what may be wrong with it.
//!
//! ```text
//! "abreast.shard/1\n"     16 bytes
//! length of the manifest  u64
//! the manifest            JSON
//! checksum of all before  u32
//! the items               chunk after chunk, in the byte order of the machine
//! checksums               u32 of each chunk
//! checksum of all before  u32
//! ```
//!
//! Checksums are CRC-32; all numbers but the items are little-endian.

use crate::console::shown;
use crate::shard::Manifest;
use abreast::kernel::Entry;
use abreast::plan::Plan;
use abreast::{Remote, kernel::Layout};
use anyhow::{Context, Result, anyhow, bail};
use crc32fast::Hasher;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

/// How the file of a shard begins, of any version.
pub const BEGINS: &str = "abreast.shard/";
const MAGIC: &[u8; 16] = b"abreast.shard/1\n";

/// Bytes of a checksum.
const SUM: u64 = 4;
/// Before the manifest: the magic and a length.
const BEFORE: u64 = 16 + 8;
/// No manifest is longer.
const MAX_MANIFEST: u64 = 1 << 20;

/// Which items a shard has.
#[derive(Debug, Clone)]
pub struct Shape {
    pub plan: Plan,
    pub chunks: Range<usize>,
    layout: Layout,
    item: u64,
}

impl Shape {
    pub fn of(plan: Plan, chunks: Range<usize>, kernel: Remote) -> Shape {
        Shape { plan, chunks, layout: kernel.layout, item: kernel.item as u64 }
    }

    /// Bytes of the items of the chunks before this one, of the whole plan.
    fn offset(&self, chunk: usize) -> u128 {
        let items = match self.layout {
            Layout::PerChunk => chunk as u64,
            Layout::PerElement | Layout::InPlace => self.plan.offset(chunk),
        };
        u128::from(items) * u128::from(self.item)
    }

    fn bytes(&self) -> u128 {
        self.offset(self.chunks.end) - self.offset(self.chunks.start)
    }

    fn chunk_bytes(&self, chunk: usize) -> usize {
        (self.offset(chunk + 1) - self.offset(chunk)) as usize
    }
}

/// Writes a whole file.
pub fn write(
    out: &mut dyn Write,
    manifest: &Manifest,
    shape: &Shape,
    items: &[u8],
) -> io::Result<()> {
    let mut whole = Hasher::new();
    let json = serde_json::to_vec(manifest)?;
    let head = [&MAGIC[..], &(json.len() as u64).to_le_bytes(), &json].concat();
    put(out, &head, &mut whole)?;
    let sum = whole.clone().finalize();
    put(out, &sum.to_le_bytes(), &mut whole)?;
    let (mut rest, mut sums) = (items, Vec::new());
    for chunk in shape.chunks.clone() {
        let (bytes, after) = rest.split_at(shape.chunk_bytes(chunk));
        out.write_all(bytes)?;
        sums.extend_from_slice(&also(&mut whole, bytes).to_le_bytes());
        rest = after;
    }
    put(out, &sums, &mut whole)?;
    out.write_all(&whole.finalize().to_le_bytes())
}

fn put(out: &mut dyn Write, bytes: &[u8], whole: &mut Hasher) -> io::Result<()> {
    whole.update(bytes);
    out.write_all(bytes)
}

/// The checksum of a chunk, which is part of the whole.
fn also(whole: &mut Hasher, chunk: &[u8]) -> u32 {
    let mut own = Hasher::new();
    own.update(chunk);
    whole.combine(&own);
    own.finalize()
}

/// A shard that is read. What is wrong with it is said with its name.
pub struct Part {
    /// As it was given, for people.
    pub name: String,
    pub manifest: Manifest,
    file: BufReader<File>,
    len: u64,
    // Where the items begin, and the checksum so far.
    begin: u64,
    head: Hasher,
    shape: Option<Shape>,
    // Of the chunks, and of the whole. Read when they are needed.
    sums: Vec<u8>,
}

impl Part {
    /// Opens a file that is a shard, as far as its manifest tells.
    pub fn open(path: &Path) -> Result<Part> {
        let name = shown(path);
        open(path, &name).with_context(|| name.clone())
    }

    /// Checks that a program with these kernels can read it, and that it is as long as it must be.
    pub fn fits<'r>(&mut self, registry: &'r [Entry]) -> Result<&'r Entry> {
        self.fitting(registry).with_context(|| self.name.clone())
    }

    fn fitting<'r>(&mut self, registry: &'r [Entry]) -> Result<&'r Entry> {
        let manifest = &self.manifest;
        if let Some(why) = manifest.is_foreign(registry) {
            bail!(why);
        }
        let entry = Entry::find(registry, &manifest.kernel)?;
        entry.variant(&manifest.variant)?;
        let plan = manifest.plan.plan()?;
        let chunks = plan.shard(manifest.shard, manifest.shards)?;
        if [chunks.start, chunks.end] != manifest.chunks {
            bail!("its manifest says chunks {:?}, which are not those of it", manifest.chunks);
        }
        let shape = Shape::of(plan, chunks, Remote::from(entry));
        let rest = shape.bytes() + u128::from(SUM) * (shape.chunks.len() as u128 + 1);
        let (len, whole) = (u128::from(self.len), u128::from(self.begin) + rest);
        match len {
            _ if len < whole => bail!("it is cut: {len} of {whole} bytes are there"),
            _ if len > whole => bail!("{} bytes follow its end", len - whole),
            _ => self.shape = Some(shape),
        }
        Ok(entry)
    }

    /// Which items it has. It [fits](Part::fits).
    pub fn shape(&self) -> &Shape {
        self.shape.as_ref().expect("it fits")
    }

    /// Gives each chunk with its bytes, in order, as they are read; whether they were right is said at the end.
    /// It [fits](Part::fits).
    pub fn each(&mut self, visit: &mut dyn FnMut(usize, &[u8])) -> Result<()> {
        let read = self.read_each(visit);
        read.map_err(|why| match why.downcast::<io::Error>() {
            Ok(why) => anyhow!("cannot be read: {why}"),
            Err(why) => why,
        })
        .with_context(|| self.name.clone())
    }

    fn read_each(&mut self, visit: &mut dyn FnMut(usize, &[u8])) -> Result<()> {
        let shape = self.shape().clone();
        self.read_sums()?;
        let mut whole = self.head.clone();
        self.file.seek(SeekFrom::Start(self.begin))?;
        let (mut bytes, mut corrupt) = (Vec::new(), Vec::new());
        for chunk in shape.chunks.clone() {
            bytes.resize(shape.chunk_bytes(chunk), 0);
            self.file.read_exact(&mut bytes)?;
            if also(&mut whole, &bytes).to_le_bytes() != self.sum(chunk) {
                corrupt.push(chunk);
            }
            visit(chunk, &bytes);
        }
        whole.update(&self.sums[..self.sums.len() - SUM as usize]);
        let is_whole = self.sums.ends_with(&whole.finalize().to_le_bytes());
        match &corrupt[..] {
            [] if is_whole => Ok(()),
            [] => bail!("its checksums are corrupt"),
            [chunk] => bail!("chunk {chunk} is corrupt"),
            [first, .., last] => {
                bail!("{} chunks between {first} and {last} are corrupt", corrupt.len())
            }
        }
    }

    /// Reads one chunk, after [`each`](Part::each) has read them all.
    pub fn chunk(&mut self, chunk: usize, bytes: &mut Vec<u8>) -> Result<()> {
        let shape = self.shape();
        let before = shape.offset(chunk) - shape.offset(shape.chunks.start);
        bytes.resize(shape.chunk_bytes(chunk), 0);
        self.file.seek(SeekFrom::Start(self.begin + before as u64))?;
        self.file.read_exact(bytes).with_context(|| self.name.clone())?;
        if crc32fast::hash(bytes).to_le_bytes() != self.sum(chunk) {
            bail!("{}: chunk {chunk} has changed meanwhile", self.name);
        }
        Ok(())
    }

    fn read_sums(&mut self) -> io::Result<()> {
        let many = SUM * (self.shape().chunks.len() as u64 + 1);
        self.file.seek(SeekFrom::Start(self.len - many))?;
        self.sums.clear();
        self.file.by_ref().take(many).read_to_end(&mut self.sums)?;
        let is_all = self.sums.len() as u64 == many;
        if is_all { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// The checksum of a chunk of this shard.
    fn sum(&self, chunk: usize) -> [u8; SUM as usize] {
        self.sums.as_chunks().0[chunk - self.shape().chunks.start]
    }
}

fn open(path: &Path, name: &str) -> Result<Part> {
    let unreadable = |why: io::Error| anyhow!("cannot be read: {why}");
    let there = fs::metadata(path).map_err(unreadable)?;
    if !there.is_file() {
        bail!("is no plain file");
    }
    let file = File::open(path).map_err(unreadable)?;
    let (mut file, len) = (BufReader::new(file), there.len());
    let mut take = |many| {
        let mut bytes = Vec::new();
        file.by_ref().take(many).read_to_end(&mut bytes).map_err(unreadable).map(|_| bytes)
    };
    let magic = take(BEFORE)?;
    check_magic(&magic)?;
    let json_len = u64::from_le_bytes(magic[16..].try_into()?);
    if json_len > MAX_MANIFEST {
        bail!("its manifest is corrupt: it would have {json_len} bytes");
    }
    let begin = BEFORE + json_len + SUM;
    if begin > len {
        bail!(
            "it is cut within its manifest, or that is corrupt: {len} of {begin} bytes are there"
        );
    }
    let (json, sum) = (take(json_len)?, take(SUM)?);
    let mut head = Hasher::new();
    head.update(&magic);
    head.update(&json);
    if sum != head.clone().finalize().to_le_bytes() {
        bail!("its manifest is corrupt");
    }
    head.update(&sum);
    let manifest = serde_json::from_slice(&json).context("its manifest is none")?;
    Ok(Part {
        name: name.to_owned(),
        manifest,
        file,
        len,
        begin,
        head,
        shape: None,
        sums: Vec::new(),
    })
}

fn check_magic(bytes: &[u8]) -> Result<()> {
    if bytes.is_empty() {
        bail!("it is empty");
    }
    let known = bytes.len().min(MAGIC.len());
    if bytes[..known] != MAGIC[..known] {
        match bytes.starts_with(BEGINS.as_bytes()) {
            true => bail!("it is a shard of another form than {BEGINS}1, which this program reads"),
            false => bail!("it is no shard"),
        }
    }
    if bytes.len() < BEFORE as usize {
        bail!("it is cut after {} bytes", bytes.len());
    }
    Ok(())
}
