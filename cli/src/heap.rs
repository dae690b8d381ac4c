//! What a process asks malloc for, counted by a library in C that takes malloc's place there.
//!
//! The library is compiled when it is wanted, by the C compiler at hand, and put into a process of its own by
//! LD_PRELOAD: no process that takes times has it. Its numbers lie in a file that both sides have: reading
//! them asks no allocator for anything.

use abreast_compare::Allocations;
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// What is compiled.
pub const SOURCE: &str = include_str!("heap.c");

/// Why there is nothing to count.
pub const ELSEWHERE: &str = "allocations are counted on Linux with glibc only";

/// The variable that names the file.
const VARIABLE: &str = "ABREAST_HEAP";

/// Whether this system has the functions that the library stands on.
pub fn is_here() -> bool {
    cfg!(all(target_os = "linux", target_env = "gnu"))
}

/// A file for the numbers, in this folder.
pub fn new(folder: &Path) -> Result<PathBuf> {
    let file = folder.join("heap");
    std::fs::write(&file, [0; 8 * FIELDS]).with_context(|| format!("{}", file.display()))?;
    Ok(file)
}

/// What a process must find in its environment to count.
pub fn environment(library: &Path, file: &Path) -> Vec<(OsString, OsString)> {
    let mut preload = library.as_os_str().to_owned();
    if let Some(others) = std::env::var_os("LD_PRELOAD").filter(|others| !others.is_empty()) {
        preload.push(":");
        preload.push(others);
    }
    vec![("LD_PRELOAD".into(), preload), (VARIABLE.into(), file.into())]
}

/// Whether this process is one of those.
pub fn is_counted() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

/// Counts within calls of a loop that begins and ends the counting itself.
pub fn counter_of_calls() -> impl FnMut(&mut dyn FnMut()) -> Allocations {
    let heap = Heap::here();
    move |call| {
        call();
        let found = heap.as_ref().ok().and_then(Heap::read);
        found.unwrap_or_else(|| panic!("the library that counts is not in the process"))
    }
}

/// The numbers, in the order of `struct heap`.
const FIELDS: usize = 6;
const READY: usize = 0;
const INSIDE: usize = 1;
const COUNT: usize = 2;
const BYTES: usize = 3;
const PEAK: usize = 5;

/// The file with the numbers, open.
pub struct Heap(File);

impl Heap {
    /// That of this process.
    pub fn here() -> Result<Heap> {
        let name = std::env::var_os(VARIABLE).context("nothing is counted here")?;
        Ok(Heap(OpenOptions::new().read(true).write(true).open(name)?))
    }

    /// Makes a call that does not say itself when it begins and ends, and counts in the whole process
    /// meanwhile.
    pub fn around(&self, call: &mut dyn FnMut()) -> Option<Allocations> {
        let set = |inside: u64, fields: usize| {
            let mut bytes = [0; 8 * FIELDS];
            bytes[..8].copy_from_slice(&inside.to_ne_bytes());
            self.0.write_all_at(&bytes[..8 * fields], 8 * INSIDE as u64).ok()
        };
        let begun = set(1, FIELDS - INSIDE);
        call();
        begun.and(set(0, 1)).and_then(|()| self.read())
    }

    /// What was counted last; none where the library is not there.
    pub fn read(&self) -> Option<Allocations> {
        let mut bytes = [0; 8 * FIELDS];
        self.0.read_exact_at(&mut bytes, 0).ok()?;
        let field = |i: usize| {
            bytes[8 * i..8 * (i + 1)].try_into().map(u64::from_ne_bytes).expect("eight bytes")
        };
        (field(READY) == 1).then(|| Allocations {
            count: field(COUNT),
            bytes: field(BYTES),
            peak: Some(field(PEAK)),
        })
    }
}
