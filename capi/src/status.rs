//! What a call says of itself: one number per kind of failure, each with a name.

use abreast::{Error, Fault};
use std::ffi::{CStr, c_char};

/// What a function returns: `ABREAST_OK`, or why nothing was computed. Numbers keep their meaning
/// for as long as `ABREAST_ABI` stays the same; new ones may be added.
pub type abreast_status = i32;

/// Everything went well.
pub const ABREAST_OK: abreast_status = 0;

/// An argument breaks a rule of its kernel.
pub const ABREAST_ARGUMENT: abreast_status = 1;
/// Two operands whose lengths must agree do not.
pub const ABREAST_LENGTH: abreast_status = 2;
/// A name or a number that nothing answers to: a kernel, a variant, a level, a layout.
pub const ABREAST_UNKNOWN: abreast_status = 3;
/// An instruction-set level that this CPU does not have.
pub const ABREAST_LEVEL: abreast_status = 4;
/// A build whose times would mean nothing.
pub const ABREAST_UNOPTIMISED: abreast_status = 5;
/// Memory could not be had.
pub const ABREAST_NO_MEMORY: abreast_status = 6;
/// A function in C returned a status that is not success.
pub const ABREAST_C_STATUS: abreast_status = 7;
/// A function in C++ threw.
pub const ABREAST_EXCEPTION: abreast_status = 8;
/// A node of a graph returned an error.
pub const ABREAST_NODE: abreast_status = 9;

/// A task killed its worker, every time it was tried.
pub const ABREAST_LOST: abreast_status = 20;
/// A task did not end in the time it had.
pub const ABREAST_DEADLINE: abreast_status = 21;
/// A task cannot be sent to another process.
pub const ABREAST_NOT_SHIPPABLE: abreast_status = 22;
/// An executor was asked to block where that would lock up.
pub const ABREAST_NESTED: abreast_status = 23;
/// A worker process is not of the same program as its parent.
pub const ABREAST_MISMATCH: abreast_status = 24;
/// The program that was started as a worker did not answer as one.
pub const ABREAST_NO_WORKER_ENTRY: abreast_status = 25;
/// The operating system refused something.
pub const ABREAST_IO: abreast_status = 26;
/// The run was cancelled.
pub const ABREAST_CANCELLED: abreast_status = 27;
/// A pool was used in a process forked from the one that it was made in.
pub const ABREAST_FORKED: abreast_status = 28;

/// Rust panicked: a bug of the library, caught before it could cross into C.
pub const ABREAST_PANIC: abreast_status = 40;
/// A pointer is null where something must be read or written.
pub const ABREAST_NULL: abreast_status = 41;
/// A pointer is not aligned for what it points to.
pub const ABREAST_MISALIGNED: abreast_status = 42;
/// A size in bytes is more than an object can have.
pub const ABREAST_TOO_LARGE: abreast_status = 43;
/// What is written overlaps what is read.
pub const ABREAST_OVERLAP: abreast_status = 44;
/// Header and library do not fit each other.
pub const ABREAST_ABI_MISMATCH: abreast_status = 45;
/// A text is not UTF-8.
pub const ABREAST_TEXT: abreast_status = 46;
/// A handle is of nothing that lives: freed, of another kind, or never made.
pub const ABREAST_HANDLE: abreast_status = 47;
/// A failure that this version of the C API has no number for.
pub const ABREAST_OTHER: abreast_status = 48;

/// Makes the list of names, with the constants' own spelling.
macro_rules! named {
    ($($status:ident)*) => {
        &[$(($status, match CStr::from_bytes_with_nul(concat!(stringify!($status), "\0").as_bytes()) {
            Ok(name) => name,
            Err(_) => unreachable!(),
        })),*]
    };
}

/// Every status and its name.
pub(crate) const NAMES: &[(abreast_status, &CStr)] = named! {
    ABREAST_OK
    ABREAST_ARGUMENT ABREAST_LENGTH ABREAST_UNKNOWN ABREAST_LEVEL ABREAST_UNOPTIMISED
    ABREAST_NO_MEMORY ABREAST_C_STATUS ABREAST_EXCEPTION ABREAST_NODE
    ABREAST_LOST ABREAST_DEADLINE ABREAST_NOT_SHIPPABLE ABREAST_NESTED ABREAST_MISMATCH
    ABREAST_NO_WORKER_ENTRY ABREAST_IO ABREAST_CANCELLED ABREAST_FORKED
    ABREAST_PANIC ABREAST_NULL ABREAST_MISALIGNED ABREAST_TOO_LARGE ABREAST_OVERLAP
    ABREAST_ABI_MISMATCH ABREAST_TEXT ABREAST_HANDLE ABREAST_OTHER
};

/// The name of a status, `"ABREAST_LENGTH"`, or null for a number that is none. The text is the
/// library's and lives as long as it: do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn abreast_status_name(status: abreast_status) -> *const c_char {
    let known = NAMES.iter().find(|(number, _)| *number == status);
    known.map_or(std::ptr::null(), |(_, name)| name.as_ptr())
}

/// Why a call did nothing: the number it returns, and the words for `abreast_last_error`.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: abreast_status,
    pub(crate) text: String,
}

impl Refusal {
    pub(crate) fn new(status: abreast_status, text: impl Into<String>) -> Refusal {
        Refusal { status, text: text.into() }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal::new(of_error(&error), error.to_string())
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal::new(of_fault(&fault), fault.to_string())
    }
}

fn of_error(error: &Error) -> abreast_status {
    match error {
        Error::Argument { .. } => ABREAST_ARGUMENT,
        Error::Length { .. } => ABREAST_LENGTH,
        Error::Unknown { .. } => ABREAST_UNKNOWN,
        Error::Level { .. } => ABREAST_LEVEL,
        Error::Unoptimised { .. } => ABREAST_UNOPTIMISED,
        Error::Memory { .. } => ABREAST_NO_MEMORY,
        Error::Status { .. } => ABREAST_C_STATUS,
        Error::Exception { .. } => ABREAST_EXCEPTION,
        Error::Node { .. } => ABREAST_NODE,
        // A variant without a number compiles, because others may add to the enum; the test below
        // reads its source and does not let it pass.
        _ => ABREAST_OTHER,
    }
}

/// What a task said counts as if the call had said it: whether there was a pool does not matter.
fn of_fault(fault: &Fault) -> abreast_status {
    match fault {
        Fault::Refused(why) | Fault::Kernel { why, .. } => of_error(why),
        Fault::Panic { .. } => ABREAST_PANIC,
        Fault::Lost { .. } => ABREAST_LOST,
        Fault::Deadline { .. } => ABREAST_DEADLINE,
        Fault::NotShippable { .. } => ABREAST_NOT_SHIPPABLE,
        Fault::Nested { .. } => ABREAST_NESTED,
        Fault::Mismatch(_) => ABREAST_MISMATCH,
        Fault::NoWorkerEntry { .. } => ABREAST_NO_WORKER_ENTRY,
        Fault::Io { .. } => ABREAST_IO,
        Fault::Cancelled => ABREAST_CANCELLED,
        Fault::Forked { .. } => ABREAST_FORKED,
        _ => ABREAST_OTHER,
    }
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
