//! 9. Output buffer: the length is set when C has succeeded, and only up to what it wrote.
//!
//! # What goes wrong
//! Rust makes room, calls C, and calls `set_len`. If C failed, or wrote less, the vector now shows
//! memory that nobody has written: numbers from elsewhere, another each time. If C claims to have
//! written more than there was room for, it shows memory behind the end. Tutorials that ignore the status
//! here are copied to this day.
//!
//! # The right way
//! [`primes_below`] reserves (with an error instead of an abort), lends C the spare room, and then asks in
//! this order: did it succeed? Is what it claims to have written no more than the room it had? Only then
//! the length is set. The memory is not zeroed before: that would be a pass over it for nothing.
//!
//! ```
//! use abreast_patterns::output_buffer::primes_below;
//!
//! assert_eq!(primes_below(30)?, [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
//! assert!(primes_below(0)?.is_empty());
//! # Ok::<(), abreast_patterns::output_buffer::Error>(())
//! ```
//!
//! What no check can find is a C that says 10 and wrote 9: that it writes what it says is the one
//! promise of the header left to trust.
//!
//! # The wrong way
//! `length_without_status` sets the length first. C fails half way, and among the "primes" is a number
//! that is even.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/output_buffer/output_buffer.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/output_buffer/output_buffer.c"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/output_buffer/wrong.c"), "```")]
#![allow(unsafe_code)]

// Pattern: room of the caller, of which only that counts which C has written.

/// The declarations of `output_buffer.h`, and its doubles of `wrong.c`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    pub const AB_PRIMES_OK: i32 = 0;
    pub const AB_PRIMES_SHORT: i32 = 1;
    pub const AB_PRIMES_MEMORY: i32 = 2;

    /// The type of all of them.
    pub type ab_primes = unsafe extern "C" fn(
        limit: u32,
        out: *mut u32,
        capacity: usize,
        written: *mut usize,
    ) -> i32;

    unsafe extern "C" {
        pub fn ab_primes_below(
            limit: u32,
            out: *mut u32,
            capacity: usize,
            written: *mut usize,
        ) -> i32;
        // Counterexample: of `wrong.c`.
        pub fn ab_primes_fails(
            limit: u32,
            out: *mut u32,
            capacity: usize,
            written: *mut usize,
        ) -> i32;
        pub fn ab_primes_exceeds(
            limit: u32,
            out: *mut u32,
            capacity: usize,
            written: *mut usize,
        ) -> i32;
        pub fn ab_primes_mumbles(
            limit: u32,
            out: *mut u32,
            capacity: usize,
            written: *mut usize,
        ) -> i32;
    }
}

/// Why there are no primes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Rust has no memory for the result, or C none for its work.
    #[error("limit = {limit}: not enough memory")]
    Memory {
        /// The limit that was asked for.
        limit: u32,
    },
    /// C says that the room did not do: our bound is wrong.
    #[error("limit = {limit}: more primes than the {room} that fit")]
    Short {
        /// The limit that was asked for.
        limit: u32,
        /// How many there was room for.
        room: usize,
    },
    /// C claims to have written where it had no right to.
    #[error("C claims {written} numbers in room for {room}")]
    Exceeded {
        /// What it claims.
        written: usize,
        /// How many there was room for.
        room: usize,
    },
    /// A status that the header does not name.
    #[error("C returned {0}, which its header does not name")]
    Status(i32),
}

/// Appends the primes below `limit` to `out`, which gets room for `room` more.
///
/// # Errors
/// [`Error::Memory`], and [`Error::Short`] when there are more than fit; the others mean that C has broken a promise. `out`
/// is as it was.
pub fn append_primes(limit: u32, room: usize, out: &mut Vec<u32>) -> Result<(), Error> {
    // SAFETY: the function of the header, which keeps its contract.
    unsafe { append(raw::ab_primes_below, limit, room, out) }
}

/// Writes the primes below `limit` to the start of `out` and returns them: for room that is initialised
/// already, where nothing can be shown that was not there.
///
/// # Errors
/// As [`append_primes`]; what `out` holds then is not said.
pub fn primes_into(limit: u32, out: &mut [u32]) -> Result<&[u32], Error> {
    let mut written = 0;
    // SAFETY: pointer and length of a slice, and the function of the header.
    let status = unsafe { raw::ab_primes_below(limit, out.as_mut_ptr(), out.len(), &mut written) };
    judged(status, limit, written, out.len()).map(|written| &out[..written])
}

/// Appends what `source` writes to `out`, which keeps its content on any error.
///
/// # Safety
/// `source` writes nowhere but to the room it is told of and to `written`, and on success has
/// initialised as many numbers as it says, if that is no more than the room.
unsafe fn append(
    source: raw::ab_primes,
    limit: u32,
    room: usize,
    out: &mut Vec<u32>,
) -> Result<(), Error> {
    out.try_reserve_exact(room).map_err(|_| Error::Memory { limit })?;
    let spare = out.spare_capacity_mut();
    let room = spare.len();
    let mut written = 0;
    // SAFETY: the spare room is valid for writes of `room` numbers; the rest is the caller's promise.
    let status = unsafe { source(limit, spare.as_mut_ptr().cast(), room, &mut written) };
    let written = judged(status, limit, written, room)?;
    // SAFETY: `written` is at most the spare capacity, and C has initialised that many.
    unsafe { out.set_len(out.len() + written) };
    Ok(())
}

/// How many numbers may be believed to be written: the status first, then the room.
fn judged(status: i32, limit: u32, written: usize, room: usize) -> Result<usize, Error> {
    match status {
        raw::AB_PRIMES_OK if written > room => Err(Error::Exceeded { written, room }),
        raw::AB_PRIMES_OK => Ok(written),
        raw::AB_PRIMES_SHORT => Err(Error::Short { limit, room }),
        raw::AB_PRIMES_MEMORY => Err(Error::Memory { limit }),
        status => Err(Error::Status(status)),
    }
}

// Example: a result whose size is known beforehand, and tests.

/// The primes below `limit`.
///
/// # Errors
/// [`Error::Memory`]; the others mean that C has broken a promise.
pub fn primes_below(limit: u32) -> Result<Vec<u32>, Error> {
    let mut primes = Vec::new();
    append_primes(limit, most_below(limit), &mut primes)?;
    primes.shrink_to_fit();
    Ok(primes)
}

/// At least as many as there are primes below `limit`: 2, 3, and at most two in each six numbers.
fn most_below(limit: u32) -> usize {
    2 + limit as usize / 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source: raw::ab_primes, room: usize, out: &mut Vec<u32>) -> Result<(), Error> {
        // SAFETY: the doubles write only to their room; what they claim is what is being tested.
        unsafe { append(source, 100, room, out) }
    }

    #[test]
    fn the_bound_is_never_too_small() {
        let mut seen = 0;
        for limit in 0..=2000 {
            let primes = primes_below(limit).unwrap();
            assert!(primes.is_sorted() && primes.last().is_none_or(|last| *last < limit));
            seen = seen.max(primes.len());
        }
        assert_eq!(seen, 303);
    }

    #[test]
    fn a_liar_changes_nothing() {
        let claimed = Error::Exceeded { written: 11, room: 10 };
        assert_eq!(judged(raw::AB_PRIMES_OK, 100, 11, 10), Err(claimed));
        let mut out = vec![2, 3];
        out.reserve_exact(10);
        let room = out.capacity() - out.len();
        assert_eq!(of(raw::ab_primes_fails, room, &mut out), Err(Error::Memory { limit: 100 }));
        let claimed = Error::Exceeded { written: room + 1, room };
        assert_eq!(of(raw::ab_primes_exceeds, room, &mut out), Err(claimed));
        assert_eq!(of(raw::ab_primes_mumbles, room, &mut out), Err(Error::Status(-7)));
        assert_eq!(out, [2, 3]);
    }

    #[test]
    fn too_little_room_is_an_error_and_what_was_there_stays() {
        let mut out = Vec::new();
        assert_eq!(
            of(raw::ab_primes_below, 5, &mut out),
            Err(Error::Short { limit: 100, room: 5 })
        );
        assert_eq!(
            of(raw::ab_primes_below, 0, &mut out),
            Err(Error::Short { limit: 100, room: 5 })
        );
        assert!(out.is_empty());
        assert_eq!(of(raw::ab_primes_below, 25, &mut out), Ok(()));
        assert_eq!((out.len(), out[24]), (25, 97));
        let mut array = [0; 25];
        assert_eq!(primes_into(100, &mut array).map(<[u32]>::len), Ok(25));
        let short = Error::Short { limit: 100, room: 24 };
        assert_eq!(primes_into(100, &mut array[1..]), Err(short));
    }

    #[test]
    fn more_than_any_memory_is_an_error() {
        let mut out = Vec::new();
        assert_eq!(
            of(raw::ab_primes_below, usize::MAX, &mut out),
            Err(Error::Memory { limit: 100 })
        );
    }
}
