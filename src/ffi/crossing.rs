//! One tiny function behind every kind of border: what a call costs when the callee costs nothing.
//!
//! Every function here computes `(x ^ y) + y` modulo 2^64 and is inlined up to the border itself,
//! so a loop over it contains exactly the call that its name says.
#![allow(unsafe_code)]

pub(crate) mod cpp;

use super::bound;

/// The declarations by hand.
mod by_hand {
    unsafe extern "C" {
        pub fn ab_crossing_step(x: u64, y: u64) -> u64;
    }
}

/// The declaration of a caller who must expect an unwinding callee. C does not unwind here, but the
/// compiler may not assume it: without this, it removes the guard together with its cost.
#[allow(clashing_extern_declarations, reason = "C-unwind differs from C in what the caller does")]
mod may_unwind {
    unsafe extern "C-unwind" {
        pub fn ab_crossing_step(x: u64, y: u64) -> u64;
    }
}

/// Rust that the optimiser may inline.
#[inline(always)]
pub(crate) fn inlined(x: u64, y: u64) -> u64 {
    (x ^ y).wrapping_add(y)
}

/// Rust that it may not inline: the baseline, since a call is a call.
#[inline(never)]
pub(crate) fn called(x: u64, y: u64) -> u64 {
    inlined(x, y)
}

/// One door into C.
///
/// SAFETY of every call: `ab_crossing_step` is a pure function of two integers, under each of its
/// three declarations.
macro_rules! door {
    ($(#[$doc:meta])* $name:ident = $function:path) => {
        $(#[$doc])*
        #[inline(always)]
        pub(crate) fn $name(x: u64, y: u64) -> u64 {
            // SAFETY: as above.
            unsafe { $function(x, y) }
        }
    };
}

door! {
    /// C, declared by bindgen.
    c = bound::ab_crossing_step
}
door! {
    /// The same function, declared by hand.
    c_by_hand = by_hand::ab_crossing_step
}
door! {
    /// The same function, declared as one that may unwind.
    c_unwind = may_unwind::ab_crossing_step
}

/// C through a pointer, as from `dlsym` or a table.
#[derive(Clone, Copy)]
pub(crate) struct Pointer(unsafe extern "C" fn(u64, u64) -> u64);

impl Pointer {
    /// The function by bindgen, as a pointer that the optimiser cannot see through.
    pub(crate) fn opaque() -> Pointer {
        Pointer(std::hint::black_box(bound::ab_crossing_step))
    }

    /// Calls it.
    #[inline(always)]
    pub(crate) fn call(self, x: u64, y: u64) -> u64 {
        // SAFETY: `opaque` puts nothing else in here than a pure function of two integers.
        unsafe { (self.0)(x, y) }
    }
}

/// C with pointer and length, as a slice crosses without cxx.
#[inline(always)]
pub(crate) fn c_slice(x: u64, y: &[u64]) -> u64 {
    // SAFETY: pointer and length are those of a slice, and C only reads.
    unsafe { bound::ab_crossing_slice(x, y.as_ptr(), y.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Door = (&'static str, fn(u64, u64) -> u64);

    #[test]
    fn every_door_leads_to_the_same_function() {
        let doors: [Door; 8] = [
            ("called", called),
            ("c", c),
            ("c_by_hand", c_by_hand),
            ("c_unwind", c_unwind),
            ("pointer", |x, y| Pointer::opaque().call(x, y)),
            ("c_slice", |x, y| c_slice(x, &[9, y])),
            ("cpp", cpp::step),
            ("cpp_slice", |x, y| cpp::slice(x, &[9, y])),
        ];
        for (x, y) in [(0, 0), (1, 3), (u64::MAX, 1), (u64::MAX, u64::MAX), (1 << 63, 1 << 63)] {
            for (name, door) in doors {
                assert_eq!(door(x, y), inlined(x, y), "{name}({x}, {y})");
            }
            assert_eq!(cpp::guarded(x, y).unwrap(), inlined(x, y));
        }
    }

    #[test]
    fn an_empty_slice_is_a_zero() {
        assert_eq!(c_slice(7, &[]), inlined(7, 0));
        assert_eq!(cpp::slice(7, &[]), inlined(7, 0));
    }

    #[test]
    fn what_cpp_throws_arrives_as_an_error() {
        let thrown = cpp::guarded(u64::MAX, 0).map_err(crate::ffi::caught("crossing_guarded", 0));
        let said = thrown.unwrap_err().to_string();
        assert_eq!(said, "crossing_guarded threw: x is 2^64 - 1 and y is 0");
    }
}
