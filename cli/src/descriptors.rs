//! Whether the program was started without a stdout, as `abreast list >&-` does.
//!
//! Rust opens `/dev/null` in its place before `main` begins, and every write succeeds from then on.
//! So this looks before that: the loader calls what stands in `.init_array`.
#![allow(unsafe_code)]

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

#[cfg(target_os = "linux")]
#[used]
// SAFETY: the loader calls each pointer of this section once, before `main`, and a function that takes
// no arguments ignores those it passes. It uses nothing of Rust's that is not there yet.
#[unsafe(link_section = ".init_array")]
static LOOK: extern "C" fn() = look;

#[cfg(target_os = "linux")]
extern "C" fn look() {
    // SAFETY: F_GETFD reads a flag of a descriptor, and fails for one that is closed.
    let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
    CLOSED.store(flags == -1, Ordering::Relaxed);
}

/// Whether there was no stdout when the program began.
pub fn stdout_was_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// The stdout of a program that has none.
pub struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("the program was started with it closed"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
