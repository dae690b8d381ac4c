//! 34. Both directions: Rust exported to C, with ownership in the signature.
//!
//! # What goes wrong
//! An exported function takes `*mut Table`, and only a comment says whether the callee now owns it,
//! may keep it, or only looks. One release later somebody frees it twice, or with `free()`: Rust's
//! destructor does not run, and with another allocator the program dies. A panic on the way ends the
//! host. A null that "cannot happen" is dereferenced.
//!
//! # The right way
//! Pointers that cross have types that say who owns what, and all of them are C pointers in the header:
//!
//! | in Rust | in C | meaning |
//! |---|---|---|
//! | `Option<Box<T>>` | `T *` | ownership passes to the callee |
//! | `Option<&T>` | `const T *` | a look for the length of the call |
//! | `Option<&mut MaybeUninit<U>>` | `U *` | a place for a result, perhaps uninitialised |
//! | `*const f64` with a length | `const double *` | an array, which becomes a slice only when checked: null, alignment, size |
//!
//! `Option` makes null a value that the compiler asks about. It is all that can be asked of a reference: that
//! one is aligned, leads to memory and overlaps nothing is taken for granted, and a check of it is removed
//! by the optimiser. That is right for variables that C's compiler has laid out. Where a caller may come with
//! an address in a buffer of bytes, or from another language's foreign function interface, take a place as
//! `*mut U` and look first: null, alignment, overlap, as `array` does and as `capi/` does for everything.
//!
//! Every function runs inside one `boundary`, which turns errors and panics into a status; on any status but
//! "ok" no out-parameter has been touched.
//!
//! The kernels of this project are exported in this way, with a header made by cbindgen, by the crate in
//! `capi/`; `examples/c_client`, `examples/cpp_client` and `examples/python_client.py` call all of them.
//!
//! ```
//! use abreast_patterns::both_directions::integral_by_c;
//!
//! // C calls back into Rust for the table: the area of a triangle.
//! assert_eq!(integral_by_c(&[0.0, 1.0, 2.0], &[0.0, 1.0, 0.0], 0.0, 2.0, 4), Ok(1.0));
//! // What Rust refuses, C reports: x does not increase.
//! assert_eq!(integral_by_c(&[0.0, 0.0], &[1.0, 1.0], 0.0, 1.0, 4), Err(-3));
//! ```
//!
//! # The wrong way
//! `freed_by_c` lets C call `free` on a table: no destructor runs, and the table is counted as alive for
//! ever. Under AddressSanitizer the arrays inside are found to be lost.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/both_directions/both_directions.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/both_directions/client.c"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/both_directions/wrong.c"), "```")]
#![allow(unsafe_code)]

use std::any::Any;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, Ordering};

// Pattern: exported functions whose types say who owns what. The table is the example; it is not marked apart, since it is
// what they own.

static LIVE: AtomicI64 = AtomicI64::new(0);

/// Points with straight lines between them. C knows only that it exists.
#[derive(Debug)]
pub struct Table {
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Table {
    fn new(x: &[f64], y: &[f64]) -> Result<Table, Status> {
        if x.len() < 2 {
            return Err(Status::Short);
        }
        // Written so that a NaN is no increase.
        let increases = |pair: &[f64]| pair[0] < pair[1] && (pair[1] - pair[0]).is_finite();
        if !x.windows(2).all(increases) {
            return Err(Status::Order);
        }
        LIVE.fetch_add(1, Ordering::Relaxed);
        Ok(Table { x: x.to_vec(), y: y.to_vec() })
    }

    fn at(&self, x: f64) -> Result<f64, Status> {
        let (first, last) = (self.x[0], self.x[self.x.len() - 1]);
        if !(first <= x && x <= last) {
            return Err(Status::Outside);
        }
        let right = self.x.partition_point(|knot| *knot <= x).min(self.x.len() - 1);
        let (x0, x1) = (self.x[right - 1], self.x[right]);
        let (y0, y1) = (self.y[right - 1], self.y[right]);
        Ok(y0 + (y1 - y0) * ((x - x0) / (x1 - x0)))
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why a call was refused; the codes are those of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
enum Status {
    Null = -1,
    Short = -2,
    Order = -3,
    Outside = -4,
    Array = -5,
}

const OK: i32 = 0;
const PANIC: i32 = -128;

/// Runs the inside of an exported function: no panic leaves it, and every outcome is a code.
///
/// `AssertUnwindSafe` is right because nothing that a panic could leave half-done is looked at
/// again: out-parameters are written last, and tables do not change.
fn boundary(inside: impl FnOnce() -> Result<(), Status>) -> i32 {
    match catch_unwind(AssertUnwindSafe(inside)) {
        Ok(Ok(())) => OK,
        Ok(Err(status)) => status as i32,
        Err(payload) => {
            discard(payload);
            PANIC
        }
    }
}

/// Drops what a panic carried. That may panic as well: with a text, as a rule, which is dropped too; with
/// anything else, which is leaked, as it might panic again for ever.
fn discard(payload: Box<dyn Any + Send>) {
    let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) else { return };
    if !another.is::<&str>() && !another.is::<String>() {
        std::mem::forget(another);
    }
}

/// An array that C passes: null is an empty one when it has no elements, and refused otherwise, as is
/// what no array can be.
///
/// # Safety
/// If `n` is not 0 and there is a result, `n` elements can be read there for as long as it lives, while
/// nobody writes them.
unsafe fn array<'a>(data: *const f64, n: usize) -> Result<&'a [f64], Status> {
    if n == 0 {
        Ok(&[])
    } else if data.is_null() {
        Err(Status::Null)
    } else if !data.is_aligned() || n > isize::MAX as usize / size_of::<f64>() {
        Err(Status::Array)
    } else {
        // SAFETY: neither null nor misaligned nor longer than memory, and the rest is what the caller
        // promises.
        Ok(unsafe { std::slice::from_raw_parts(data, n) })
    }
}

/// The header says of `ab_lines_at` that any number of threads may call it.
const _: fn() = || {
    fn for_all_threads<T: Send + Sync>() {}
    for_all_threads::<Table>();
};

/// `ab_lines_new` of the header.
///
/// # Safety
/// `x` and `y` point to `n` numbers each, and `table` to a place for a pointer that is not among them; or
/// they are null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ab_lines_new(
    n: usize,
    x: *const f64,
    y: *const f64,
    table: Option<&mut MaybeUninit<Option<Box<Table>>>>,
) -> i32 {
    boundary(|| {
        let table = table.ok_or(Status::Null)?;
        // SAFETY: passed on from the caller.
        let x = unsafe { array(x, n) }?;
        // SAFETY: passed on from the caller.
        let y = unsafe { array(y, n) }?;
        table.write(Some(Box::new(Table::new(x, y)?)));
        Ok(())
    })
}

/// `ab_lines_at` of the header. What the types leave for C to promise: a table that it got, and a place for a
/// number, aligned and not within the table.
#[unsafe(no_mangle)]
pub extern "C" fn ab_lines_at(
    table: Option<&Table>,
    x: f64,
    y: Option<&mut MaybeUninit<f64>>,
) -> i32 {
    boundary(|| {
        let (table, y) = (table.ok_or(Status::Null)?, y.ok_or(Status::Null)?);
        y.write(table.at(x)?);
        Ok(())
    })
}

/// `ab_lines_free` of the header: what C owned is Rust's again, and goes.
#[unsafe(no_mangle)]
pub extern "C" fn ab_lines_free(table: Option<Box<Table>>) {
    boundary(|| {
        drop(table);
        Ok(())
    });
}

/// `ab_lines_live` of the header.
#[unsafe(no_mangle)]
pub extern "C" fn ab_lines_live() -> i64 {
    LIVE.load(Ordering::Relaxed)
}

// Example: C that calls them, and tests.

/// The C client, which calls the functions above.
#[allow(missing_docs)]
pub mod raw {
    unsafe extern "C" {
        pub fn ab_client_integral(
            points: usize,
            x: *const f64,
            y: *const f64,
            from: f64,
            to: f64,
            n: usize,
            integral: *mut f64,
        ) -> i32;
    }
}

/// The integral of a table by the trapezoidal rule in `n` steps, computed by C with the functions that
/// Rust exports.
///
/// # Errors
/// The status that C received.
///
/// # Panics
/// When `x` and `y` differ in length, or `n` is 0.
pub fn integral_by_c(x: &[f64], y: &[f64], from: f64, to: f64, n: usize) -> Result<f64, i32> {
    assert_eq!(x.len(), y.len(), "x and y must have one length");
    assert!(n > 0, "n = 0: an integral has at least one step");
    let mut integral = f64::NAN;
    // SAFETY: both arrays have x.len() elements, and there is a place for the result.
    let status = unsafe {
        raw::ab_client_integral(x.len(), x.as_ptr(), y.as_ptr(), from, to, n, &mut integral)
    };
    if status == OK { Ok(integral) } else { Err(status) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_gets_what_rust_computes() {
        let (x, y) = ([0.0, 0.5, 3.0], [1.0, -1.0, 4.0]);
        let table = Table::new(&x, &y).unwrap();
        let steps = 12;
        let at = |i: usize| table.at(3.0 * (i as f64 / steps as f64)).unwrap();
        let inner: f64 = (0..=steps)
            .fold(0.0, |sum, i| sum + if i == 0 || i == steps { at(i) / 2.0 } else { at(i) });
        let by_c = integral_by_c(&x, &y, 0.0, 3.0, steps).unwrap();
        assert_eq!(by_c.to_bits(), (inner * 3.0 / steps as f64).to_bits());
    }

    #[test]
    fn every_refusal_has_its_code_and_leaves_the_result_alone() {
        let nan = f64::NAN;
        let of = |x: &[f64], to| integral_by_c(x, x, 0.0, to, 3);
        assert_eq!(of(&[], 1.0), Err(Status::Short as i32));
        assert_eq!(of(&[0.0], 1.0), Err(Status::Short as i32));
        assert_eq!(of(&[0.0, nan], 1.0), Err(Status::Order as i32));
        assert_eq!(of(&[0.0, f64::INFINITY], 1.0), Err(Status::Order as i32));
        assert_eq!(of(&[1.0, 0.0], 1.0), Err(Status::Order as i32));
        assert_eq!(of(&[0.0, 1.0], 1.5), Err(Status::Outside as i32));
        assert_eq!(of(&[0.0, 1.0], nan), Err(Status::Outside as i32));
        let (mut untouched, x) = (MaybeUninit::new(7.0), [0.0, 1.0]);
        assert_eq!(ab_lines_at(None, 0.0, Some(&mut untouched)), Status::Null as i32);
        let table = Table::new(&x, &x).unwrap();
        assert_eq!(ab_lines_at(Some(&table), 9.0, Some(&mut untouched)), Status::Outside as i32);
        assert_eq!(ab_lines_at(Some(&table), 0.0, None), Status::Null as i32);
        // SAFETY: it was initialised above.
        assert_eq!(unsafe { untouched.assume_init() }, 7.0);
        // SAFETY: null is what is being refused.
        let status = unsafe { ab_lines_new(2, std::ptr::null(), x.as_ptr(), None) };
        assert_eq!(status, Status::Null as i32);
        let mut place = MaybeUninit::uninit();
        // SAFETY: null is what is being refused.
        let status = unsafe { ab_lines_new(2, std::ptr::null(), x.as_ptr(), Some(&mut place)) };
        assert_eq!(status, Status::Null as i32);
        ab_lines_free(None);
    }

    #[test]
    fn what_is_no_array_is_refused() {
        let (x, mut place) = ([0.0, 1.0], MaybeUninit::uninit());
        let mut made = |n, x: *const f64, y: *const f64| {
            // SAFETY: refused before anything is read.
            unsafe { ab_lines_new(n, x, y, Some(&mut place)) }
        };
        let odd = x.as_ptr().cast::<u8>().wrapping_add(1).cast::<f64>();
        assert_eq!(made(2, odd, x.as_ptr()), Status::Array as i32);
        assert_eq!(made(2, x.as_ptr(), odd), Status::Array as i32);
        for n in [usize::MAX, isize::MAX as usize / 8 + 1] {
            assert_eq!(made(n, x.as_ptr(), x.as_ptr()), Status::Array as i32);
            assert_eq!(made(n, std::ptr::null(), x.as_ptr()), Status::Null as i32);
        }
        assert_eq!(made(0, std::ptr::null(), odd), Status::Short as i32);
    }

    #[test]
    fn a_panic_becomes_a_status() {
        assert_eq!(boundary(|| panic!("a bug")), PANIC);
        struct Evil;
        impl Drop for Evil {
            fn drop(&mut self) {
                panic!("again");
            }
        }
        assert_eq!(boundary(|| std::panic::panic_any(Evil)), PANIC);
    }

    #[test]
    fn the_codes_are_those_of_the_header() {
        let header = include_str!("../csrc/both_directions/both_directions.h");
        let all = [
            ("OK", OK),
            ("NULL", Status::Null as i32),
            ("SHORT", Status::Short as i32),
            ("ORDER", Status::Order as i32),
            ("OUTSIDE", Status::Outside as i32),
            ("ARRAY", Status::Array as i32),
            ("PANIC", PANIC),
        ];
        for (name, code) in all {
            let says = format!("#define AB_LINES_{name} ");
            let line = header.lines().find_map(|line| line.strip_prefix(&says)).expect(name);
            let value = line.split("/*").next().unwrap().trim().trim_matches(['(', ')']);
            assert_eq!(value.parse(), Ok(code), "{name}");
        }
        assert_eq!(header.matches("#define AB_LINES_").count(), all.len());
    }
}
