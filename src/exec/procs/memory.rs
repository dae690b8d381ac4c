//! Memory that several processes see, without a name in the file system: nothing is left behind
//! whoever dies. This is the only file of the executor with unsafe code.
#![allow(unsafe_code)]

use super::frame::{MAX_AT_HAND, MIN_AT_HAND};
use memmap2::{Mmap, MmapRaw};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};
use rustix::process::{Resource, getrlimit};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::sync::atomic::AtomicU64;

/// What keeps a file as it is, for everybody and for ever.
const FROZEN: SealFlags =
    SealFlags::WRITE.union(SealFlags::GROW).union(SealFlags::SHRINK).union(SealFlags::SEAL);

/// Operands begin at multiples of this: a cache line.
const ALIGNMENT: usize = 64;

fn memory_file(name: &str) -> io::Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    Ok(File::from(memfd_create(name, flags)?))
}

/// Operands in a file that nobody can change any more.
#[derive(Debug)]
pub(super) struct Frozen {
    file: File,
    /// Where each operand lies: its first byte and how many there are.
    pub(super) spans: Vec<(usize, usize)>,
}

impl Frozen {
    pub(super) fn new(operands: &[&[u8]]) -> io::Result<Frozen> {
        let file = memory_file("abreast-operands")?;
        let (mut at, mut spans) = (0, Vec::new());
        for operand in operands {
            file.write_all_at(operand, at as u64)?;
            spans.push((at, operand.len()));
            at = (at + operand.len()).next_multiple_of(ALIGNMENT);
        }
        fcntl_add_seals(&file, FROZEN)?;
        Ok(Frozen { file, spans })
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// Maps what a [`Frozen`] holds. An empty file has no pages to map.
pub(super) fn thaw(fd: OwnedFd) -> io::Result<Option<Mmap>> {
    if !fcntl_get_seals(&fd)?.contains(FROZEN) {
        return Err(io::Error::other("operands that can still change"));
    }
    let file = File::from(fd);
    if file.metadata()?.len() == 0 {
        return Ok(None);
    }
    // SAFETY: the seals just seen forbid every process to write to the file, to shrink it and to
    // take the seals off, so the bytes behind the reference are constant while it lives.
    unsafe { Mmap::map(&file) }.map(Some)
}

/// Room for chunks that are too long for a message: read and written by calls, never mapped, so
/// there is no reference that another process could pull the memory out from under. Its size is
/// fixed: nobody can cut it short or make it longer.
#[derive(Debug)]
pub(super) struct Slots {
    file: File,
    each: u64,
}

/// What keeps a file's size as it is.
const FIXED: SealFlags = SealFlags::GROW.union(SealFlags::SHRINK).union(SealFlags::SEAL);

impl Slots {
    /// Memory for chunks of up to `bytes`. Nothing of it is taken before it is written to.
    pub(super) fn new(bytes: u64) -> io::Result<Slots> {
        let too_large = || io::Error::from(io::ErrorKind::FileTooLarge);
        let each = bytes.checked_next_power_of_two().ok_or_else(too_large)?.max(4096);
        let size = each.checked_mul(Self::count_of(each)).ok_or_else(too_large)?;
        // Beyond this limit the system does not only refuse: it sends a signal that ends the program.
        if getrlimit(Resource::Fsize).current.is_some_and(|limit| size > limit) {
            return Err(too_large());
        }
        let file = memory_file("abreast-slots")?;
        file.set_len(size)?;
        fcntl_add_seals(&file, FIXED)?;
        Ok(Slots { file, each })
    }

    /// What came from another process.
    pub(super) fn from_fd(fd: OwnedFd, each: u64) -> Slots {
        Slots { file: File::from(fd), each }
    }

    /// As many as a worker can have chunks, if that is not much memory.
    fn count_of(each: u64) -> u64 {
        ((16 << 20) / each).clamp(MIN_AT_HAND as u64, MAX_AT_HAND as u64)
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        Self::count_of(self.each)
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Bytes of one slot.
    pub(super) fn each(&self) -> u64 {
        self.each
    }

    /// Whether this is still the file that it was. A kernel that closes what is not its own may have
    /// got a file of its own under the same number, and that must not be written to.
    pub(super) fn is_intact(&self) -> bool {
        fcntl_get_seals(&self.file).is_ok_and(|seals| seals == FIXED)
    }

    pub(super) fn write(&self, slot: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, slot * self.each)
    }

    pub(super) fn read(&self, slot: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(bytes, slot * self.each)
    }
}

/// An array of 64-bit cells that several processes see: the same memory in each. Every access is
/// atomic, so a race can lose an update but never tear a number.
///
/// ```
/// # #[cfg(target_os = "linux")] {
/// use std::sync::atomic::Ordering::Relaxed;
/// let cells = abreast::exec::SharedCells::new(3).unwrap();
/// cells.cells()[1].fetch_add(5, Relaxed);
/// assert_eq!(cells.cells()[1].load(Relaxed), 5);
/// # }
/// ```
#[derive(Debug)]
pub struct SharedCells {
    file: File,
    map: MmapRaw,
    len: usize,
}

impl SharedCells {
    /// `len` cells that are zero.
    ///
    /// # Errors
    /// What the system says, and an empty array, which no system maps.
    pub fn new(len: usize) -> io::Result<SharedCells> {
        let bytes = len.checked_mul(8).filter(|bytes| *bytes > 0);
        let bytes = bytes.ok_or_else(|| io::Error::other(format!("an array of {len} cells")))?;
        let file = memory_file("abreast-cells")?;
        file.set_len(bytes as u64)?;
        fcntl_add_seals(&file, FIXED)?;
        Self::from_fd(OwnedFd::from(file))
    }

    /// The array in a file that came from another process.
    pub(super) fn from_fd(fd: OwnedFd) -> io::Result<SharedCells> {
        let seals = fcntl_get_seals(&fd)?;
        let file = File::from(fd);
        let len = file.metadata()?.len() as usize / 8;
        if !seals.contains(SealFlags::SHRINK | SealFlags::SEAL) || len == 0 {
            return Err(io::Error::other("no shared cells, or some that can still shrink"));
        }
        let map = MmapRaw::map_raw(&file)?;
        Ok(SharedCells { file, map, len })
    }

    /// The cells.
    pub fn cells(&self) -> &[AtomicU64] {
        // SAFETY: the mapping is page-aligned, `len` words long and lives as long as `self`; the
        // file is sealed against shrinking, so no page of it can go. All access to it, in every
        // process, goes through these atomics, which may be shared and changed at any time.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().cast(), self.len) }
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}
