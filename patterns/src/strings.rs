//! 35. Strings: where a text ends, what it is made of, and who frees it.
//!
//! # What goes wrong
//! A text of C ends with a zero, one of Rust has a length, and each is nearly the other. A Rust string with a
//! zero inside arrives cut in half. A field of fixed size that is full has no zero, and reading it as
//! a C string goes on into the next field. A text in another encoding makes a `str` that is none. And a
//! text that C allocated is freed by nobody, or by the wrong allocator.
//!
//! # The right way
//! Say which of three kinds it is, and use its type:
//!
//! | C | ends where | to C | from C |
//! |---|---|---|---|
//! | `const char *` | at the zero | `&CStr`: `c"literal"`, `CString::new(text)?` refuses a zero inside | `CStr::from_ptr`, and only where the header promises a zero |
//! | `const char *, size_t` | the length says | `as_ptr()`, `len()` of the `str` itself, nothing copied | [slices](crate::slices), then `str::from_utf8` |
//! | `char name[16]` | at the zero or the end | checked length | [`Quantity::name`]: bounded search, then `from_utf8` |
//!
//! What C allocated stays C's: [`CText`] reads it in place and gives it back to `ab_text_free` in drop. Whether
//! it is UTF-8 is a question to be asked ([`CText::to_str`]), and `to_string_lossy` an answer for messages
//! only. A `CString` has to live until the call is over: bind it to a name before `.as_ptr()`.
//!
//! ```
//! use abreast_patterns::strings::{Quantity, before};
//!
//! let mut quantity = Quantity::new("relaxation sweep", "1/s")?; // 16 bytes: no zero at its end
//! assert_eq!(quantity.name()?, "relaxation sweep");
//! quantity.set_name("Schrödinger")?;
//! assert_eq!(quantity.describe()?.to_str()?, "Schrödinger in 1/s");
//! assert_eq!(before(c"3.5e-7", b'e'), 3);
//! # Ok::<(), abreast_patterns::strings::Error>(())
//! ```
//!
//! # The wrong way
//! `full_field_as_c_string` reads a name of exactly 16 bytes with `CStr::from_ptr`: the unit sticks to it.
//! `zero_inside` passes the pointer of a string with a zero inside: C sees the first half.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/strings/strings.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/strings/strings.c"), "```")]
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char};
use std::ptr::NonNull;
use std::str::Utf8Error;

// Pattern: a type for each kind of text.

/// The declarations of `strings.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::c_char;

    pub const AB_NAME_CAPACITY: usize = 16;

    #[repr(C)]
    #[derive(Debug, Clone, Copy)]
    pub struct ab_quantity {
        pub name: [c_char; AB_NAME_CAPACITY],
        pub unit: [c_char; 8],
    }

    unsafe extern "C" {
        pub fn ab_quantity_set_name(q: *mut ab_quantity, name: *const c_char, length: usize)
        -> i32;
        pub fn ab_quantity_describe(q: *const ab_quantity) -> *mut c_char;
        pub fn ab_text_free(text: *mut c_char);
        pub fn ab_text_before(text: *const c_char, byte: c_char) -> usize;
        // Example: how many texts there are.
        // Safe: an atomic counter.
        pub safe fn ab_text_live() -> i64;
    }
}

/// What is no text for C, or none from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It does not fit.
    #[error("text of {length} bytes: must be at most {capacity}")]
    TooLong {
        /// Its bytes.
        length: usize,
        /// Those there is room for.
        capacity: usize,
    },
    /// For C it would end there.
    #[error("text has a zero at byte {at}: must have none")]
    ZeroInside {
        /// The first.
        at: usize,
    },
    /// C's bytes are no text of Rust's.
    #[error("text of C: {0}")]
    Encoding(#[from] Utf8Error),
    /// C has no memory for another text.
    #[error("C has no memory for another text")]
    NoMemory,
}

/// A quantity with a name and a unit, as C has it.
#[derive(Debug, Clone, Copy)]
pub struct Quantity(raw::ab_quantity);

impl Quantity {
    /// A quantity of this name, in this unit.
    ///
    /// # Errors
    /// [`Error::TooLong`] for names of more than 16 bytes or units of more than 8, [`Error::ZeroInside`].
    pub fn new(name: &str, unit: &str) -> Result<Quantity, Error> {
        let mut made = Quantity(raw::ab_quantity { name: [0; 16], unit: [0; 8] });
        made.set_name(name)?;
        check(unit, made.0.unit.len())?;
        made.0.unit.iter_mut().zip(unit.bytes()).for_each(|(c, byte)| *c = byte as c_char);
        Ok(made)
    }

    /// As a pointer and a length: nothing is copied on the way, and no zero is needed at its end.
    ///
    /// # Errors
    /// As [`Quantity::new`]; the name stays what it was.
    pub fn set_name(&mut self, name: &str) -> Result<(), Error> {
        check(name, raw::AB_NAME_CAPACITY)?;
        // SAFETY: pointer and length are those of a str; C copies it.
        let status =
            unsafe { raw::ab_quantity_set_name(&mut self.0, name.as_ptr().cast(), name.len()) };
        assert_eq!(status, 0, "length and bytes are checked");
        Ok(())
    }

    /// Its name: up to the first zero, or all of the field.
    ///
    /// # Errors
    /// [`Error::Encoding`]: C may have put anything there.
    pub fn name(&self) -> Result<&str, Error> {
        Ok(std::str::from_utf8(field(&self.0.name))?)
    }

    /// "name in unit", as C writes it.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn describe(&self) -> Result<CText, Error> {
        // SAFETY: the quantity is one, whatever bytes it has.
        let made = unsafe { raw::ab_quantity_describe(&self.0) };
        NonNull::new(made).map(CText).ok_or(Error::NoMemory)
    }
}

fn check(text: &str, capacity: usize) -> Result<(), Error> {
    if text.len() > capacity {
        return Err(Error::TooLong { length: text.len(), capacity });
    }
    text.bytes().position(|byte| byte == 0).map_or(Ok(()), |at| Err(Error::ZeroInside { at }))
}

/// What stands in a field of fixed size: it need not have a zero.
fn field(field: &[c_char]) -> &[u8] {
    // SAFETY: c_char is i8 or u8, of which every bit pattern is a u8, and as large.
    let bytes = unsafe { std::slice::from_raw_parts(field.as_ptr().cast::<u8>(), field.len()) };
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// How many bytes stand before the first `byte`, or how many there are.
///
/// It takes what C takes: the caller has a `CStr` already (`c"literal"` costs nothing), or makes one and
/// sees to the zero inside.
pub fn before(text: &CStr, byte: u8) -> usize {
    // SAFETY: a CStr ends with a zero and lives as long as the call.
    unsafe { raw::ab_text_before(text.as_ptr(), byte as c_char) }
}

/// A text that C allocated, read where it is, and freed by C.
#[derive(Debug)]
pub struct CText(NonNull<c_char>);

// SAFETY: the text is ours alone, and C frees it on any thread.
unsafe impl Send for CText {}
// SAFETY: nothing writes to it.
unsafe impl Sync for CText {}

impl CText {
    /// Its bytes up to the zero.
    pub fn as_c_str(&self) -> &CStr {
        // SAFETY: C promises a zero at its end; the text stays as it is until drop.
        unsafe { CStr::from_ptr(self.0.as_ptr()) }
    }

    /// As Rust's.
    ///
    /// # Errors
    /// [`Error::Encoding`] when it is not UTF-8.
    pub fn to_str(&self) -> Result<&str, Error> {
        Ok(self.as_c_str().to_str()?)
    }
}

impl Drop for CText {
    fn drop(&mut self) {
        // SAFETY: made by `ab_quantity_describe`, freed nowhere else.
        unsafe { raw::ab_text_free(self.0.as_ptr()) }
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;

    #[test]
    fn a_text_of_exactly_the_capacity_is_whole() {
        for length in 0..=16 {
            let name = &"relaxation sweep"[..length];
            let quantity = Quantity::new(name, "kg m s-2").unwrap();
            assert_eq!(quantity.name(), Ok(name));
            let expected = format!("{name} in kg m s-2");
            assert_eq!(quantity.describe().unwrap().to_str(), Ok(expected.as_str()));
        }
    }

    #[test]
    fn what_c_cannot_hold_is_refused_and_nothing_changes() {
        let mut quantity = Quantity::new("speed", "m/s").unwrap();
        let long = quantity.set_name("relaxation sweeps");
        assert_eq!(long, Err(Error::TooLong { length: 17, capacity: 16 }));
        assert_eq!(quantity.set_name("sp\0eed"), Err(Error::ZeroInside { at: 2 }));
        assert_eq!(quantity.name(), Ok("speed"));
        assert!(matches!(Quantity::new("speed", "metres/s "), Err(Error::TooLong { .. })));
        assert!(matches!(Quantity::new("speed", "m\0s"), Err(Error::ZeroInside { at: 1 })));
        let text = quantity.set_name("sp\0eed").unwrap_err().to_string();
        assert_eq!(text, "text has a zero at byte 2: must have none");
        assert!(CString::new("sp\0eed").is_err(), "the standard library's way to refuse it");
        for (name, status) in [("relaxation sweeps", -1), ("sp\0eed", -2)] {
            // SAFETY: pointer and length are those of a str; C refuses it.
            let told = unsafe {
                raw::ab_quantity_set_name(&mut quantity.0, name.as_ptr().cast(), name.len())
            };
            assert_eq!((told, quantity.name()), (status, Ok("speed")));
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_are_an_error_and_not_a_str() {
        let mut quantity = Quantity::new("speed", "m/s").unwrap();
        // As C in Latin-1 would write it, and a character cut at the end of the field.
        quantity.0.name[1] = 0xF6_u8 as c_char;
        assert!(matches!(quantity.name(), Err(Error::Encoding(_))));
        let text = quantity.describe().unwrap();
        assert!(matches!(text.to_str(), Err(Error::Encoding(_))));
        assert_eq!(text.as_c_str().to_string_lossy(), "s\u{FFFD}eed in m/s");
        quantity.0.name = [0x61; 16];
        quantity.0.name[15] = 0xC3_u8 as c_char;
        assert!(matches!(quantity.name(), Err(Error::Encoding(_))));
    }

    #[test]
    fn what_c_allocated_c_frees() {
        let quantity = Quantity::new("speed", "m/s").unwrap();
        // Other tests make texts, too, but never a thousand at a time.
        let texts: Vec<CText> = (0..1000).map(|_| quantity.describe().unwrap()).collect();
        assert!(raw::ab_text_live() >= 1000);
        std::thread::spawn(move || drop(texts)).join().unwrap();
        assert!(raw::ab_text_live() < 1000);
    }

    #[test]
    fn texts_that_end_with_a_zero_are_searched_up_to_it() {
        assert_eq!(before(c"", b'e'), 0);
        assert_eq!(before(c"12e5", b'e'), 2);
        assert_eq!(before(c"125", b'e'), 3);
        let owned = CString::new("1".repeat(5000)).unwrap();
        assert_eq!(before(&owned, b'e'), 5000);
    }
}
