//! The one way out of Rust: no panic passes it, and why a call failed is kept for its thread.

use crate::pointers::{Caller, Span};
use crate::status::{ABREAST_OK, ABREAST_PANIC, Refusal, abreast_status};
use std::any::Any;
use std::cell::RefCell;
use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// What the last failure on this thread said.
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Does the work of an exported function and says how it ended.
///
/// Unwind safety: a panic leaves nothing of the call behind but the memory that `caller` wrote to,
/// and `ABREAST_PANIC` tells its owner.
pub(crate) fn boundary(
    caller: Caller,
    work: impl FnOnce(&Caller) -> Result<(), Refusal>,
) -> abreast_status {
    let refusal = match catch_unwind(AssertUnwindSafe(|| work(&caller))) {
        Ok(Ok(())) => return ABREAST_OK,
        Ok(Err(refusal)) => refusal,
        Err(panic) => Refusal::new(ABREAST_PANIC, format!("panicked: {}", words(panic))),
    };
    // A thread that is just ending has no place for it any more.
    let _ = LAST.try_with(|last| *last.borrow_mut() = refusal.text);
    refusal.status
}

/// What a panic said.
fn words(panic: Box<dyn Any + Send>) -> String {
    let panic = match panic.downcast::<&str>() {
        Ok(text) => return (*text).to_owned(),
        Err(panic) => panic,
    };
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => {
            discard(other);
            "with a value that is not text".to_owned()
        }
    }
}

/// Drops what a panic carried. That may panic as well: with a text, as a rule, which is dropped too;
/// with anything else, which is leaked, as it might panic again for ever.
fn discard(payload: Box<dyn Any + Send>) {
    let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) else { return };
    if !another.is::<&str>() && !another.is::<String>() {
        std::mem::forget(another);
    }
}

/// What the last call that failed on this thread said, in UTF-8.
///
/// Writes at most `capacity` bytes to `buffer`, the last one 0: a text that does not fit is cut
/// where a character ends. `*needed` becomes the capacity that holds all of it; `needed` may be
/// null, and so may `buffer` when `capacity` is 0. A call that succeeds leaves the text as it is,
/// so ask only after one that did not. Fails with `ABREAST_NULL`, `ABREAST_MISALIGNED` or
/// `ABREAST_TOO_LARGE`, and keeps the text even then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_last_error(
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> abreast_status {
    let last = LAST.try_with(|last| last.borrow().clone()).unwrap_or_default();
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    let status = boundary(caller, |caller| {
        let buffer = Span::of("buffer", capacity, buffer.cast_const().cast::<u8>())?;
        let needed = match needed.is_null() {
            true => None,
            false => Some(Span::one("needed", needed)?),
        };
        if capacity > 0 {
            let text = fitting(&last, capacity - 1);
            caller.write(buffer, &[text.as_bytes(), &[0]].concat());
        }
        if let Some(needed) = needed {
            caller.write(needed, &[last.len() + 1]);
        }
        Ok(())
    });
    let _ = LAST.try_with(|kept| *kept.borrow_mut() = last);
    status
}

/// As much of the text as fits in so many bytes. C ends a text at the first zero byte, so a text
/// that has one ends there.
fn fitting(text: &str, bytes: usize) -> &str {
    let text = text.split('\0').next().unwrap_or_default();
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::ABREAST_LENGTH;

    fn ends(work: impl FnOnce() -> Result<(), Refusal>) -> (abreast_status, String) {
        // SAFETY: no pointer is involved.
        let status = boundary(unsafe { Caller::promises() }, |_| work());
        (status, LAST.with(|last| last.borrow().clone()))
    }

    #[test]
    fn a_panic_becomes_a_status_and_its_words_are_kept() {
        assert_eq!(ends(|| panic!("two and {}", 2)), (40, "panicked: two and 2".to_owned()));
        assert_eq!(ends(|| panic!("plain")), (40, "panicked: plain".to_owned()));
        let (status, text) = ends(|| std::panic::panic_any(7));
        assert_eq!((status, &text[..]), (40, "panicked: with a value that is not text"));
    }

    #[test]
    fn a_panic_whose_payload_panics_when_dropped_stays_inside() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }
        assert_eq!(ends(|| std::panic::panic_any(Bomb)).0, ABREAST_PANIC);
    }

    #[test]
    fn what_succeeds_leaves_the_last_error_alone() {
        let _ = ends(|| Err(Refusal::new(ABREAST_LENGTH, "why")));
        assert_eq!(ends(|| Ok(())), (ABREAST_OK, "why".to_owned()));
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        let cut = |bytes| fitting("aé€", bytes);
        assert_eq!([0, 1, 2, 3, 4, 5, 6].map(cut), ["", "a", "a", "aé", "aé", "aé", "aé€"]);
        assert_eq!(fitting("a\0b", 9), "a");
    }

    #[test]
    fn the_last_error_ends_with_a_zero_in_any_buffer() {
        let _ = ends(|| Err(Refusal::new(ABREAST_LENGTH, "aé€")));
        for capacity in 1..12usize {
            let (mut buffer, mut needed) = ([1u8; 12], 0usize);
            // SAFETY: the buffer is longer than the capacity.
            let status = unsafe {
                abreast_last_error(buffer.as_mut_ptr().cast(), capacity, &raw mut needed)
            };
            assert_eq!((status, needed), (ABREAST_OK, 7));
            let end = buffer.iter().position(|byte| *byte == 0).expect("terminated");
            assert!(end < capacity && "aé€".starts_with(str::from_utf8(&buffer[..end]).unwrap()));
            assert!(buffer[capacity..].iter().all(|byte| *byte == 1));
        }
    }
}
