//! Other people's functions: libraries that are loaded, calls through pointers, and memory that both sides
//! use.
//!
//! Nobody can prove that a function is what its signature says; whoever types the signature promises it.
//! So functions are loaded and called in worker processes only: a broken promise costs a worker. Memory that
//! they may write is never behind a reference while they run.
//!
//! C lets no data pointer become a function pointer, POSIX does for what `dlsym` returns.
#![allow(unsafe_code)]

use crate::try_::fault;
use crate::try_::shim;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use std::ffi::c_void;
use std::io;
use std::path::Path;
use std::ptr;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// A loaded library.
pub struct Foreign(Rc<Library>);

/// A function of a library, which stays loaded as long.
pub struct Function {
    pointer: *mut c_void,
    _library: Rc<Library>,
}

impl Foreign {
    /// Loads a library, with everything that it needs. What it does when it is loaded is done then.
    pub fn load(file: &Path) -> Result<Foreign, libloading::Error> {
        // SAFETY: its initialisers are other people's code, as is all that is called in this process.
        let library = unsafe { Library::open(Some(file), RTLD_NOW | RTLD_LOCAL) }?;
        Ok(Foreign(Rc::new(library)))
    }

    pub fn function(&self, symbol: &str) -> Result<Function, libloading::Error> {
        // SAFETY: the address is only kept here. What is called through it is said below.
        let found = unsafe { self.0.get::<*mut c_void>(symbol.as_bytes()) }?;
        Ok(Function { pointer: found.into_raw(), _library: self.0.clone() })
    }
}

/// The loop in C that calls a function: `void loop(void *function, char *slots, size_t stride, size_t rows,
/// size_t calls)`.
type CLoop = unsafe extern "C" fn(*mut c_void, *mut Slot, usize, usize, usize);

/// A slot for an argument or the result: what C finds there is of the type that the signature says.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(16))]
pub struct Slot(pub [u8; SLOT]);

/// Bytes of a slot: those of the largest type.
pub const SLOT: usize = 16;

/// Calls functions of one signature.
pub struct Caller {
    call: CLoop,
    /// The loop in which each call needs the result of the one before.
    chain: CLoop,
    nothing: Function,
    _library: Foreign,
}

impl Caller {
    /// The loops and the function that does nothing, from a library made of [`shim`](crate::try_::shim).
    pub fn load(file: &Path) -> Result<Caller, libloading::Error> {
        let library = Foreign::load(file)?;
        let one = |name: &str| {
            let pointer = library.function(name)?.pointer;
            // SAFETY: we wrote the C of this function, and the type is the one written there.
            Ok(unsafe { std::mem::transmute::<*mut c_void, CLoop>(pointer) })
        };
        let (call, chain) = (one(shim::LOOP)?, one(shim::CHAIN)?);
        Ok(Caller { call, chain, nothing: library.function(shim::NOTHING)?, _library: library })
    }

    /// Calls the function, or nothing, so often, with one row of slots after another in turn. Each row is so many
    /// slots long. Returns the time.
    pub fn time(
        &self,
        function: Option<&Function>,
        rows: &mut [Slot],
        width: usize,
        calls: usize,
        is_chain: bool,
    ) -> Duration {
        let function = function.unwrap_or(&self.nothing).pointer;
        let count = rows.len() / width;
        assert!(count > 0, "a row of slots");
        let call = if is_chain { self.chain } else { self.call };
        let start = Instant::now();
        // SAFETY: the loop stays within these rows, which nobody else has now; that the function keeps to its
        // signature is a promise (see above).
        unsafe { call(function, rows.as_mut_ptr(), width * SLOT, count, calls) };
        start.elapsed()
    }
}

/// Where an array lies in the memory made for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Its end is the end of the memory: what is read or written beyond it is a fault.
    AtEnd,
    /// Its begin is the begin of the memory.
    AtStart,
    /// So many bytes after the begin of a page, with room around it.
    Offset(usize),
}

/// Memory of its own, with a page on each side that nobody may touch.
pub struct Memory {
    map: *mut c_void,
    mapped: usize,
    start: *mut u8,
    len: usize,
    /// Where it is watched.
    watched: Option<usize>,
}

impl Memory {
    /// Zeros, for a parameter. An array whose elements divide `len` is aligned at each place.
    pub fn new(len: usize, place: Place, param: usize) -> io::Result<Memory> {
        let too_large = || io::Error::other(format!("{len} bytes are too many"));
        let page = page_size();
        let before = if let Place::Offset(bytes) = place { bytes } else { 0 };
        let room = len.checked_add(before).and_then(|room| room.checked_next_multiple_of(page));
        let mapped = room.and_then(|room| room.checked_add(2 * page)).ok_or_else(too_large)?;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: new memory, which nobody has yet.
        let map = unsafe { libc::mmap(ptr::null_mut(), mapped, libc::PROT_NONE, flags, -1, 0) };
        if map == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let inner = mapped - 2 * page;
        let skip = match place {
            Place::AtEnd => inner - len,
            Place::AtStart => 0,
            Place::Offset(bytes) => bytes,
        };
        // SAFETY: within the memory, which has at least a page more on both sides.
        let first = unsafe { map.cast::<u8>().add(page) };
        // SAFETY: `skip` is at most `inner`.
        let start = unsafe { first.add(skip) };
        let watched = fault::watch(start as usize, start as usize + len, param);
        let memory = Memory { map, mapped, start, len, watched };
        let open = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: whole pages of our own memory.
        if inner > 0 && unsafe { libc::mprotect(first.cast(), inner, open) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(memory)
    }

    pub fn pointer(&self) -> *mut u8 {
        self.start
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// What is there now. No function is called meanwhile.
    pub fn read<R>(&self, look: impl FnOnce(&[u8]) -> R) -> R {
        // SAFETY: initialised memory of this length, and nobody writes while the reference lives.
        look(unsafe { std::slice::from_raw_parts(self.start, self.len) })
    }

    /// Fills it.
    pub fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: initialised memory of this length, and nobody else has it.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.len) }
    }

    /// Makes it what another one of the same length is.
    pub fn copy(&self, other: &Memory) {
        assert_eq!(self.len, other.len, "of the same length");
        // SAFETY: both have this length, no reference to either is alive, and they may be the same.
        unsafe { ptr::copy(other.start, self.start, self.len) };
    }

    /// Fills it with one byte.
    pub fn fill(&self, byte: u8) {
        // SAFETY: it has this length, and no reference to it is alive.
        unsafe { ptr::write_bytes(self.start, byte, self.len) };
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.watched.into_iter().for_each(fault::forget);
        // SAFETY: our own memory, whole. Functions keep no pointers after they return, or promised so.
        let _ = unsafe { libc::munmap(self.map, self.mapped) };
    }
}

fn page_size() -> usize {
    // SAFETY: asks for a number.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_lies_where_it_should() {
        let page = page_size();
        for len in [0, 1, 8, page - 8, page, page + 8, 3 * page] {
            for place in [Place::AtEnd, Place::AtStart, Place::Offset(192)] {
                let mut memory = Memory::new(len, place, 0).expect("memory");
                let (begin, end) = (memory.start as usize, memory.start as usize + len);
                match place {
                    Place::AtEnd => assert_eq!(end % page, 0),
                    Place::AtStart => assert_eq!(begin % page, 0),
                    Place::Offset(bytes) => assert_eq!(begin % page, bytes),
                }
                memory.bytes().fill(7);
                let copy = Memory::new(len, Place::AtEnd, 0).expect("memory");
                copy.copy(&memory);
                assert_eq!(
                    (copy.len(), copy.read(|bytes| bytes.iter().all(|b| *b == 7))),
                    (len, true)
                );
                copy.fill(9);
                assert!(copy.read(|bytes| bytes.iter().all(|b| *b == 9)));
            }
        }
        assert!(Memory::new(usize::MAX - 100, Place::AtEnd, 0).is_err());
        assert!(Memory::new(usize::MAX / 4, Place::AtEnd, 0).is_err(), "more than any machine has");
    }
}
