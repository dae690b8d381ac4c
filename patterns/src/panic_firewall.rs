//! 14. Panic firewall: a panic in a function that C calls becomes a status.
//!
//! # What goes wrong
//! C cannot unwind, so a panic must not leave an `extern "C"` function, and Rust sees to that: "panic in
//! a function that cannot unwind", and the process is gone. It is not your process: it is the simulation,
//! the editor or the Python session that loaded your library, with everything it had not saved, for
//! an index that was off by one.
//!
//! # The right way
//! Every exported function does its work inside [`boundary`], which catches the panic and returns a code
//! that the header lists. What the panic said is kept for the thread, and C can ask for it
//! ([`ab_quantile_panic`]). What the caller may get wrong (null, a share above 1) is checked, and has codes
//! of its own: the one for panics stands for bugs. Outputs are written last, so they are untouched.
//!
//! Three details. The payload of a panic may itself panic when it is dropped; that is caught too. The text
//! is stored with `try_with`, as a thread that ends may call after its thread-locals are gone. And with
//! `panic = "abort"` there is nothing to catch: such a library has no firewall.
//!
//! ```
//! use abreast_patterns::panic_firewall::ab_quantile;
//!
//! let (mut data, mut median) = ([5.0, 1.0, 3.0], 0.0);
//! // SAFETY: three numbers, and a variable for the result.
//! let status = unsafe { ab_quantile(3, data.as_mut_ptr(), 0.5, &mut median) };
//! assert_eq!((status, median), (0, 3.0));
//! ```
//!
//! # The wrong way
//! `exported_without_a_firewall` is the same function without [`boundary`]: NaN among the data aborts the
//! process.
//!
//! # The foreign side
//! C calls, Rust is called; the host in C is what the test runs.
#![doc = concat!("```c\n", include_str!("../csrc/panic_firewall/panic_firewall.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/panic_firewall/panic_firewall.c"), "```")]
#![allow(unsafe_code)]

use std::any::Any;
use std::cell::RefCell;
use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};

// Pattern: what every exported function goes through, and the text of a panic for who asks.

/// Why a call was refused: the codes of the header, but for the one that [`boundary`] gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
#[allow(missing_docs)]
pub enum Refused {
    Null = -1,
    Share = -2,
    Empty = -3,
    Align = -4,
}

/// The code for a panic.
pub const PANIC: i32 = -128;

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Does the work of an exported function: nothing that it throws gets out.
pub fn boundary(work: impl FnOnce() -> Result<(), Refused>) -> i32 {
    // Unwind safety: on the far side is C, which knows by the code that its data may be half done.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => 0,
        Ok(Err(refused)) => refused as i32,
        Err(payload) => {
            keep(payload);
            PANIC
        }
    }
}

fn keep(payload: Box<dyn Any + Send>) {
    let text = match (payload.downcast_ref::<String>(), payload.downcast_ref::<&str>()) {
        (Some(text), _) => text.clone(),
        (_, Some(text)) => (*text).to_owned(),
        _ => "a panic without a text".to_owned(),
    };
    // A zero inside would be the end for C.
    let text = text.replace('\0', "\u{FFFD}");
    // A thread that is about to end may have no thread-locals any more: then the text is lost, not more.
    let _ = LAST.try_with(|last| last.replace(text));
    discard(payload);
}

/// Drops what a panic carried. That may panic as well: with a text, as a rule, which is dropped too; with
/// anything else, which is leaked, as it might panic again for ever.
fn discard(payload: Box<dyn Any + Send>) {
    let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) else { return };
    if !another.is::<&str>() && !another.is::<String>() {
        std::mem::forget(another);
    }
}

/// See `panic_firewall.h`.
///
/// # Safety
/// `text` points to `capacity` bytes that may be written to; null is fine when that is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ab_quantile_panic(text: *mut c_char, capacity: usize) -> usize {
    let mut needed = 0;
    boundary(|| {
        let said = LAST.try_with(|last| last.borrow().clone()).unwrap_or_default();
        needed = said.len();
        if capacity == 0 {
            return Ok(());
        }
        if text.is_null() {
            return Err(Refused::Null);
        }
        let kept = said.floor_char_boundary(capacity - 1);
        // SAFETY: the source has `kept` bytes, the target more, and they are not the same: one is ours.
        unsafe { text.cast::<u8>().copy_from_nonoverlapping(said.as_ptr(), kept) };
        // SAFETY: `kept` is below the capacity.
        let end = unsafe { text.add(kept) };
        // SAFETY: as above, within the capacity.
        unsafe { end.write(0) };
        Ok(())
    });
    needed
}

// Example: a function that panics for some data, and C that calls it.

/// The one function of `panic_firewall.h` that C implements.
#[allow(missing_docs)]
pub mod raw {
    use std::ffi::c_int;

    unsafe extern "C" {
        // Safe: takes any number of threads and calls, starts 64 threads at most, and waits for them.
        pub safe fn ab_quantile_host(threads: c_int, calls: c_int) -> i64;
    }
}

/// The quantile, as Rust code would write it: with a panic where the data cannot be ordered.
pub fn quantile(data: &mut [f64], q: f64) -> f64 {
    let rank = (q * (data.len() - 1) as f64).round() as usize;
    *data.select_nth_unstable_by(rank, |a, b| a.partial_cmp(b).expect("not to be ordered")).1
}

/// See `panic_firewall.h`.
///
/// # Safety
/// `data` points to `n` numbers that nobody else uses, `result` to one, or they are null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ab_quantile(n: usize, data: *mut f64, q: f64, result: *mut f64) -> i32 {
    boundary(|| {
        if data.is_null() || result.is_null() {
            return Err(Refused::Null);
        }
        // A slice of misaligned numbers is undefined in Rust whatever the processor can do.
        if !data.is_aligned() || !result.is_aligned() {
            return Err(Refused::Align);
        }
        if n == 0 || n > isize::MAX as usize / size_of::<f64>() {
            return Err(Refused::Empty);
        }
        if !(0.0..=1.0).contains(&q) {
            return Err(Refused::Share);
        }
        // SAFETY: not null, aligned, not more than memory holds, and the caller promises the rest.
        let data = unsafe { std::slice::from_raw_parts_mut(data, n) };
        let found = quantile(data, q);
        // SAFETY: not null, aligned, and the caller promises the rest.
        unsafe { result.write(found) };
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Once;

    /// Thousands of panics are asked for here: of these, and of no others, nothing is printed.
    fn hush() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                if info.payload_as_str().is_none_or(|text| !text.contains("to be ordered")) {
                    before(info);
                }
            }));
        });
    }

    fn ask(data: &mut [f64], q: f64) -> (i32, f64) {
        let mut result = -1.0;
        // SAFETY: the slice is as long as told; the result is a variable.
        let status = unsafe { ab_quantile(data.len(), data.as_mut_ptr(), q, &mut result) };
        (status, result)
    }

    fn said(capacity: usize) -> (usize, Vec<u8>) {
        let mut text = vec![0xFFu8; 64];
        // SAFETY: the text has more than `capacity` bytes.
        let needed = unsafe { ab_quantile_panic(text.as_mut_ptr().cast(), capacity) };
        assert!(text[capacity..].iter().all(|&byte| byte == 0xFF));
        text.truncate(capacity);
        (needed, text)
    }

    #[test]
    fn a_host_in_c_gets_the_code_a_thousand_times_on_four_threads() {
        hush();
        assert_eq!(raw::ab_quantile_host(4, 1000), 4000);
    }

    #[test]
    fn what_the_caller_gets_wrong_has_a_code_of_its_own() {
        assert_eq!(ask(&mut [4.0, 2.0, 8.0], 1.0), (0, 8.0));
        assert_eq!(ask(&mut [], 0.5), (-3, -1.0));
        for q in [-0.1, 1.1, f64::NAN] {
            assert_eq!(ask(&mut [1.0], q), (-2, -1.0));
        }
        let mut one = 1.0;
        // SAFETY: null is refused.
        let no_data = unsafe { ab_quantile(1, std::ptr::null_mut(), 0.5, &mut one) };
        // SAFETY: as above.
        let no_result = unsafe { ab_quantile(1, &mut one, 0.5, std::ptr::null_mut()) };
        let mut result = -1.0;
        // SAFETY: a size that no memory has is refused before it is believed.
        let too_many = unsafe { ab_quantile(usize::MAX, &mut one, 0.5, &mut result) };
        assert_eq!((no_data, no_result, too_many, one, result), (-1, -1, -3, 1.0, -1.0));
        // Packed by somebody, or read from a file at any offset.
        let mut bytes = [0.0; 4];
        let between = bytes.as_mut_ptr().wrapping_byte_add(4);
        // SAFETY: a pointer that is not aligned is refused before it is used.
        let odd_data = unsafe { ab_quantile(3, between, 0.5, &mut result) };
        // SAFETY: as above.
        let odd_result = unsafe { ab_quantile(1, &mut one, 0.5, between) };
        assert_eq!((odd_data, odd_result, result, bytes), (-4, -4, -1.0, [0.0; 4]));
    }

    #[test]
    fn the_text_of_a_panic_is_kept_for_its_thread_and_cut_at_a_character() {
        let panicked = boundary(|| panic!("{} to be ordered", "ü"));
        assert_eq!(panicked, PANIC);
        let (needed, text) = said(64);
        assert_eq!(
            (needed, text.split(|&b| b == 0).next()),
            (16, Some("ü to be ordered".as_bytes()))
        );
        assert_eq!(said(1), (16, vec![0]));
        assert_eq!(said(2), (16, vec![0, 0xFF]), "half a character is none");
        assert_eq!(said(3), (16, vec![0xC3, 0xBC, 0]));
        // SAFETY: null without capacity is fine, and with one it is refused.
        let needed = unsafe { ab_quantile_panic(std::ptr::null_mut(), 0) };
        // SAFETY: as above.
        let refused = unsafe { ab_quantile_panic(std::ptr::null_mut(), 8) };
        assert_eq!((needed, refused), (16, 16));
        std::thread::spawn(|| assert_eq!(said(4).0, 0)).join().unwrap();
        assert_eq!(boundary(|| std::panic::resume_unwind(Box::new("a\0b"))), PANIC);
        assert_eq!(said(6).1, "a\u{FFFD}b\0".as_bytes());
    }

    #[test]
    fn a_thread_that_has_no_thread_locals_any_more_gets_its_code() {
        type Told = std::sync::mpsc::Sender<(i32, usize, bool)>;
        struct Late(Told);
        impl Drop for Late {
            fn drop(&mut self) {
                let code = boundary(|| std::panic::resume_unwind(Box::new("late")));
                let gone = LAST.try_with(|_| ()).is_err();
                let _ = self.0.send((code, said(4).0, gone));
            }
        }
        thread_local!(static LATE: std::cell::OnceCell<Late> = const { std::cell::OnceCell::new() });
        let (tell, told) = std::sync::mpsc::channel();
        // Made first, so that it ends last.
        std::thread::spawn(move || {
            LATE.with(|late| assert!(late.set(Late(tell)).is_ok()));
            LAST.with(|last| last.replace("not read any more".to_owned()));
        });
        let told = told.recv().unwrap();
        assert_eq!(told, (PANIC, 0, true));
    }

    /// What even [`boundary`] is not prepared for by `catch_unwind` alone.
    struct Mine;

    impl Drop for Mine {
        fn drop(&mut self) {
            std::panic::resume_unwind(Box::new("again"));
        }
    }

    #[test]
    fn a_payload_that_panics_when_dropped_does_not_get_out() {
        assert_eq!(boundary(|| std::panic::resume_unwind(Box::new(Mine))), PANIC);
        assert_eq!(said(8).1, b"a panic\0");
    }
}
