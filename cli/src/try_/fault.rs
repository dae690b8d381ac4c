//! What a function touched when it crashed: a fault beside an array is said to be one.
//!
//! The handler runs in a process that is about to die of a function of other people. It reads what was
//! written before, writes to a file that was opened before, and allocates nothing.
#![allow(unsafe_code)]

use libc::{c_int, c_void, siginfo_t};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the handler needs.
struct Prepared {
    file: File,
    /// For each parameter what is said of a fault before and behind its array.
    words: Vec<[String; 2]>,
    /// What handled the signals before.
    old: [libc::sigaction; 2],
}

static PREPARED: OnceLock<Prepared> = OnceLock::new();
const SIGNALS: [c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

/// An array: its begin and its end, both 0 where there is none, and its parameter.
struct Array {
    begin: AtomicUsize,
    end: AtomicUsize,
    param: AtomicUsize,
}

/// More are not watched.
const MAX: usize = 256;
static ARRAYS: [Array; MAX] = [const {
    Array { begin: AtomicUsize::new(0), end: AtomicUsize::new(0), param: AtomicUsize::new(0) }
}; MAX];

/// As far from an array a fault is still said to be beside it.
const NEAR: usize = 4096;

/// From now on a fault beside an array that is watched leaves words in this file. `names` are those of the
/// parameters.
pub fn prepare(file: &Path, names: &[String]) -> io::Result<()> {
    let file = OpenOptions::new().create(true).append(true).open(file)?;
    let about = |side: &str, name: &String| format!("it touched what lies {side} {name}");
    let words = names.iter().map(|name| [about("before", name), about("behind", name)]).collect();
    let mut old = [empty_action(); 2];
    for (signal, old) in SIGNALS.iter().zip(&mut old) {
        // SAFETY: asks for an action, and `old` has room for it.
        unsafe { libc::sigaction(*signal, ptr::null(), old) };
    }
    if PREPARED.set(Prepared { file, words, old }).is_err() {
        return Ok(());
    }
    let mut action = empty_action();
    action.sa_sigaction = handle as *const () as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    for signal in SIGNALS {
        // SAFETY: the handler is a function of the type that SA_SIGINFO asks for.
        unsafe { libc::sigaction(signal, &action, ptr::null_mut()) };
    }
    Ok(())
}

fn empty_action() -> libc::sigaction {
    // SAFETY: numbers, and a pointer that may be null.
    unsafe { std::mem::zeroed() }
}

/// A fault beside this memory is one of the parameter's array. Gives its place in the list.
pub fn watch(begin: usize, end: usize, param: usize) -> Option<usize> {
    PREPARED.get()?;
    let free = |array: &Array| {
        array.begin.compare_exchange(0, begin, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    };
    let place = ARRAYS.iter().position(free)?;
    ARRAYS[place].param.store(param, Ordering::Relaxed);
    ARRAYS[place].end.store(end, Ordering::Relaxed);
    Some(place)
}

/// The array is gone.
pub fn forget(place: usize) {
    ARRAYS[place].end.store(0, Ordering::Relaxed);
    ARRAYS[place].begin.store(0, Ordering::Relaxed);
}

/// The parameter whose array is beside this address, and on which side: 0 before, 1 behind.
fn beside(address: usize) -> Option<(usize, usize)> {
    ARRAYS.iter().find_map(|array| {
        let (begin, end) = (array.begin.load(Ordering::Relaxed), array.end.load(Ordering::Relaxed));
        let param = array.param.load(Ordering::Relaxed);
        match () {
            () if end == 0 => None,
            () if (end..end + NEAR).contains(&address) => Some((param, 1)),
            () if (begin - NEAR..begin).contains(&address) => Some((param, 0)),
            () => None,
        }
    })
}

extern "C" fn handle(signal: c_int, info: *mut siginfo_t, _: *mut c_void) {
    let Some(prepared) = PREPARED.get() else { return };
    // SAFETY: the kernel passes a pointer to what it knows about the signal.
    let info = unsafe { &*info };
    // SAFETY: of these signals an address is a part; of one that somebody sent it is some number.
    let address = unsafe { info.si_addr() } as usize;
    if let Some((param, side)) = beside(address)
        && let Some(words) = prepared.words.get(param)
    {
        let text = words[side].as_bytes();
        // SAFETY: an open descriptor and a text of this length.
        unsafe { libc::write(prepared.file.as_raw_fd(), text.as_ptr().cast(), text.len()) };
    }
    let old = SIGNALS.iter().zip(&prepared.old).find(|(known, _)| **known == signal);
    if let Some((_, old)) = old {
        // SAFETY: the action that was there before.
        unsafe { libc::sigaction(signal, old, ptr::null_mut()) };
    }
    if info.si_code <= 0 {
        // Somebody sent it: no instruction will fault again.
        // SAFETY: as whoever sent it.
        unsafe { libc::raise(signal) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_beside_an_array_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        prepare(&folder.path().join("words"), &["x".to_owned()]).expect("prepared");
        let base = 1 << 40;
        let place = watch(base, base + 100, 7).expect("a place");
        assert_eq!(beside(base + 100), Some((7, 1)));
        assert_eq!(beside(base - 1), Some((7, 0)));
        for other in [base, base + 99, base + 100 + NEAR, base - NEAR - 1, 0] {
            assert_eq!(beside(other), None, "{other}");
        }
        forget(place);
        assert_eq!(beside(base + 100), None);
    }
}
