//! From pointers to slices: what can be checked is checked, the rest is the caller's promise.
//!
//! The promise is a value, [`Caller`]: only an exported function makes one, from its own
//! documentation, and nothing else in this crate turns a pointer into memory.

use crate::status::{
    ABREAST_ABI_MISMATCH, ABREAST_MISALIGNED, ABREAST_NULL, ABREAST_OVERLAP, ABREAST_TEXT,
    ABREAST_TOO_LARGE, ABREAST_UNKNOWN, Refusal,
};
use std::ffi::c_char;

/// `len` elements of C's, whose address and size have been checked. Whether there is memory is
/// the caller's word: see [`Caller`].
#[derive(Debug)]
pub(crate) struct Span<T> {
    name: &'static str,
    start: *mut T,
    len: usize,
}

impl<T> Clone for Span<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Span<T> {}

impl<T> Span<T> {
    /// `len` elements from `start`, which may be anything when there are none.
    pub(crate) fn of(name: &'static str, len: usize, start: *const T) -> Result<Self, Refusal> {
        let refuse = |status, rule| Err(Refusal::new(status, format!("{name} {rule}")));
        let bytes = len.checked_mul(size_of::<T>()).filter(|bytes| *bytes <= isize::MAX as usize);
        let end = bytes.and_then(|bytes| start.addr().checked_add(bytes));
        if len > 0 && start.is_null() {
            return refuse(ABREAST_NULL, format!("is null and has {len} elements"));
        }
        if end.is_none() {
            return refuse(ABREAST_TOO_LARGE, format!("has {len} elements: no object is so large"));
        }
        if len > 0 && !start.is_aligned() {
            let rule = format!("is at {start:p}, which is no multiple of {}", align_of::<T>());
            return refuse(ABREAST_MISALIGNED, rule);
        }
        Ok(Span { name, start: start.cast_mut(), len })
    }

    /// One element.
    pub(crate) fn one(name: &'static str, start: *mut T) -> Result<Self, Refusal> {
        Self::of(name, 1, start)
    }

    /// `len` of the elements, from number `from` on.
    pub(crate) fn part(self, from: usize, len: usize) -> Span<T> {
        assert!(from <= self.len && len <= self.len - from, "a part of {} that it has", self.name);
        // Within the span, whose size has been checked; `wrapping` because it may be empty.
        Span { start: self.start.wrapping_add(from), len, ..self }
    }

    /// Refuses to write here when that would change what is read there.
    pub(crate) fn apart_from(self, read: Span<T>) -> Result<(), Refusal> {
        let bytes = |span: Span<T>| {
            let from = span.start.addr();
            from..from + span.len * size_of::<T>()
        };
        let (own, other) = (bytes(self), bytes(read));
        let shared = own.start.max(other.start)..own.end.min(other.end);
        if shared.is_empty() {
            return Ok(());
        }
        let text = format!("{} overlaps {} by {} bytes", self.name, read.name, shared.len());
        Err(Refusal::new(ABREAST_OVERLAP, text))
    }
}

/// What the caller of an exported function has promised, for as long as the call lasts:
///
/// 1. every pointer that passes the checks of [`Span`] points to that many elements, readable, and
///    writable where the function writes; and every name is readable up to the zero byte that ends
///    it, or for [`LONGEST_NAME`] + 1 bytes if there is none among them;
/// 2. nobody else writes to what the call reads, and nobody else reads or writes what it writes.
#[derive(Debug)]
pub(crate) struct Caller(());

/// No name of a kernel or a variant has more bytes, without the zero byte.
pub(crate) const LONGEST_NAME: usize = 255;

impl Caller {
    /// # Safety
    /// All of the above, for every pointer of the call.
    pub(crate) unsafe fn promises() -> Caller {
        Caller(())
    }

    /// The elements, to read.
    pub(crate) fn read<T>(&self, span: Span<T>) -> &[T] {
        if span.len == 0 {
            return &[];
        }
        // SAFETY: checked by Span: not null, aligned, of a possible size; the rest by promises 1
        // and 2. The slice lives no longer than the call.
        unsafe { std::slice::from_raw_parts(span.start, span.len) }
    }

    /// The elements, to read and to write; once per call. `reads` is what else the call reads.
    // The elements are C's, not this value's: it is the promise that nobody else has them.
    #[allow(clippy::mut_from_ref)]
    pub(crate) fn update<'c, T>(
        &'c self,
        span: Span<T>,
        reads: &[Span<T>],
    ) -> Result<&'c mut [T], Refusal> {
        reads.iter().try_for_each(|read| span.apart_from(*read))?;
        if span.len == 0 {
            return Ok(&mut []);
        }
        // SAFETY: as in `read`; no other slice of this call has any of it, as just checked.
        Ok(unsafe { std::slice::from_raw_parts_mut(span.start, span.len) })
    }

    /// Writes the values to the first elements, which need not have had any before.
    pub(crate) fn write<T: Copy>(&self, span: Span<T>, values: &[T]) {
        assert!(values.len() <= span.len, "more values than {} has elements", span.name);
        // Where there are no elements the pointer may be anything; a copy of none asks for alignment.
        if values.is_empty() {
            return;
        }
        // SAFETY: as in `read`; the values are Rust's own, so the two do not overlap.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), span.start, values.len()) };
    }

    /// A struct of C's whose first member says how large it was where C was compiled: what an older one
    /// does not have is as in [`Versioned::DEFAULT`].
    pub(crate) fn sized<T: Versioned>(
        &self,
        name: &'static str,
        start: *const T,
    ) -> Result<T, Refusal> {
        Span::of(name, 1, start)?;
        // The size first: of a smaller struct there is no more to read.
        let size = self.read(Span::of(name, 1, start.cast::<usize>())?)[0];
        let bytes = known_size::<T>(&format!("{name}.size"), size)?;
        let mut whole = T::DEFAULT;
        // SAFETY: not null and aligned, as checked by Span, and so many bytes are readable by promise 1, which
        // is about the struct that C has; `whole` has at least as many and is Rust's own. Any bytes are a
        // value of T, which is what `Versioned` says.
        unsafe {
            std::ptr::copy_nonoverlapping(start.cast(), (&raw mut whole).cast::<u8>(), bytes)
        };
        Ok(whole)
    }

    /// A name, which ends with a zero byte. Nothing behind that byte is looked at, and nothing behind
    /// the longest possible name: a text that somebody forgot to end is refused.
    pub(crate) fn name(&self, what: &'static str, start: *const c_char) -> Result<&str, Refusal> {
        if start.is_null() {
            return Err(Refusal::new(ABREAST_NULL, format!("{what} is null")));
        }
        let start = start.cast::<u8>();
        let is_end = |i: &usize| {
            // SAFETY: no byte before this one is zero, or the search had ended, and it is at most number
            // LONGEST_NAME: it belongs to the text by promise 1.
            let byte = unsafe { start.add(*i) };
            // SAFETY: as above; no byte is misaligned, and none changes during the call by promise 2.
            unsafe { byte.read() == 0 }
        };
        let Some(len) = (0..=LONGEST_NAME).find(is_end) else {
            let text = format!("{what} has no end: no name is longer than {LONGEST_NAME} bytes");
            return Err(Refusal::new(ABREAST_UNKNOWN, text));
        };
        // SAFETY: these bytes have just been read; the slice lives no longer than the call.
        let bytes = unsafe { std::slice::from_raw_parts(start, len) };
        str::from_utf8(bytes).map_err(|why| Refusal::new(ABREAST_TEXT, format!("{what}: {why}")))
    }
}

/// A struct of C's that begins with its own size.
///
/// # Safety
/// It is `repr(C)`, its first member is a `usize`, and any bytes are a value of it.
pub(crate) unsafe trait Versioned: Copy {
    /// What holds where C's struct has no such member.
    const DEFAULT: Self;
    /// Where a member begins, behind the size: an older struct ends at one of these.
    const MEMBERS: &'static [usize];
}

/// The size, if a header of this library's could have it: its own, or one from before some member was there.
/// A larger one comes from a newer header, whose last members this library would overlook.
pub(crate) fn known_size<T: Versioned>(what: &str, size: usize) -> Result<usize, Refusal> {
    if size == size_of::<T>() || T::MEMBERS.contains(&size) {
        return Ok(size);
    }
    let own = size_of::<T>();
    let rule = match size > own {
        true => format!("must be at most {own}: the header is newer than the library"),
        false => format!("must be {own}, or one of {:?} from an older header", T::MEMBERS),
    };
    Err(Refusal::new(ABREAST_ABI_MISMATCH, format!("{what} = {size}: {rule}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A struct that has grown twice.
    #[repr(C)]
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Grown {
        size: usize,
        first: u32,
        second: f64,
        third: u64,
    }

    // SAFETY: repr(C), the size first, numbers only.
    unsafe impl Versioned for Grown {
        const DEFAULT: Self = Grown { size: 0, first: 1, second: 2.0, third: 3 };
        const MEMBERS: &'static [usize] =
            &[std::mem::offset_of!(Grown, second), std::mem::offset_of!(Grown, third)];
    }

    #[test]
    fn an_older_struct_is_read_as_far_as_it_goes() {
        // SAFETY: each struct below has as many bytes as it says, and what is refused is read no further than
        // its size.
        let caller = unsafe { Caller::promises() };
        // Exactly as many bytes as the size says, on the heap: a sanitizer or valgrind sees one more that is read.
        let read = |words: Vec<u64>| {
            let found = caller.sized("grown", words.as_ptr().cast::<Grown>());
            let members = found.map(|grown| (grown.first, grown.second, grown.third));
            members.map_err(|why| (why.status, why.text))
        };
        let second = 0.5f64.to_bits();
        assert_eq!(read(vec![16, 7]), Ok((7, 2.0, 3)));
        assert_eq!(read(vec![24, 7, second]), Ok((7, 0.5, 3)));
        assert_eq!(read(vec![32, 7, second, 9]), Ok((7, 0.5, 9)));
        for size in [0, 8, 12, 17, 20, 28, 31] {
            let text =
                format!("grown.size = {size}: must be 32, or one of [16, 24] from an older header");
            assert_eq!(read(vec![size]), Err((ABREAST_ABI_MISMATCH, text)));
        }
        for size in [33, 40, u64::MAX] {
            let text = format!(
                "grown.size = {size}: must be at most 32: the header is newer than the library"
            );
            assert_eq!(read(vec![size]), Err((ABREAST_ABI_MISMATCH, text)));
        }
    }

    #[test]
    fn no_elements_may_be_anywhere() {
        // SAFETY: no element is behind any of the pointers.
        let caller = unsafe { Caller::promises() };
        for address in [0, 1, 8, usize::MAX] {
            let span = Span::of("x", 0, std::ptr::without_provenance::<f64>(address)).unwrap();
            assert!(caller.read(span).is_empty());
            assert!(caller.update(span, &[span]).unwrap().is_empty());
            caller.write(span, &[]);
        }
    }

    #[test]
    fn a_name_ends_at_its_zero_byte_or_is_none() {
        // SAFETY: the texts below end with a zero byte or are longer than any name.
        let caller = unsafe { Caller::promises() };
        let name = |bytes: &[u8]| {
            let name = caller.name("variant", bytes.as_ptr().cast());
            name.map(str::to_owned).map_err(|why| (why.status, why.text))
        };
        assert_eq!(name(b"\0"), Ok(String::new()));
        assert_eq!(name(b"rust\0simd\0"), Ok("rust".to_owned()));
        assert_eq!(name("größe\0".as_bytes()), Ok("größe".to_owned()));
        // On the heap and exactly as long as what may be read: a sanitizer sees one byte more.
        let longest = [vec![b'x'; LONGEST_NAME], vec![0]].concat();
        assert_eq!(name(&longest).map(|name| name.len()), Ok(LONGEST_NAME));
        let (status, text) = name(&vec![b'x'; LONGEST_NAME + 1]).unwrap_err();
        assert_eq!((status, &text[..20]), (ABREAST_UNKNOWN, "variant has no end: "));
        let (status, text) = name(b"r\xffst\0").unwrap_err();
        assert_eq!((status, &text[..22]), (ABREAST_TEXT, "variant: invalid utf-8"));
        let null = caller.name("variant", std::ptr::null()).unwrap_err();
        assert_eq!((null.status, &null.text[..]), (ABREAST_NULL, "variant is null"));
    }
}
