//! Memory between two pages that nobody may touch: who reads or writes one element too far is ended by
//! the system.
#![allow(unsafe_code)]

use super::Side;

/// So many bytes, that begin right after such a page or end right before one.
#[derive(Debug)]
pub(crate) struct Guarded {
    base: *mut u8,
    /// Bytes of all pages.
    all: usize,
    /// Where the bytes that may be used begin, and how many there are up to the last page.
    room: (usize, usize),
    start: usize,
    len: usize,
}

// SAFETY: the memory is this value's alone, as that of a vector is.
unsafe impl Send for Guarded {}
// SAFETY: as above; there is no way to write through a shared reference.
unsafe impl Sync for Guarded {}

impl Guarded {
    /// None where the system has no such pages, or no memory.
    #[cfg(unix)]
    pub(crate) fn new(len: usize, side: Side) -> Option<Guarded> {
        // SAFETY: asks for a number.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).ok()?;
        let inner = len.max(1).checked_next_multiple_of(page)?;
        let all = inner.checked_add(2 * page)?;
        let (none, new) = (libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: asks for new memory, where the system likes.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), all, none, new, -1, 0) };
        if base == libc::MAP_FAILED {
            return None;
        }
        let start = if side == Side::Before { page } else { page + inner - len };
        let guarded = Guarded { base: base.cast(), all, room: (page, inner), start, len };
        // SAFETY: inside the memory that was just made.
        let room = unsafe { guarded.base.add(page) };
        // SAFETY: all pages of it but the first and the last, which nobody else knows yet.
        let done =
            unsafe { libc::mprotect(room.cast(), inner, libc::PROT_READ | libc::PROT_WRITE) };
        (done == 0).then_some(guarded)
    }

    #[cfg(not(unix))]
    pub(crate) fn new(_: usize, _: Side) -> Option<Guarded> {
        None
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.room()[self.start - self.room.0..][..self.len]
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        let (from, len) = (self.start - self.room.0, self.len);
        &mut self.room_mut()[from..from + len]
    }

    /// The bytes, and what else there is on their pages.
    pub(crate) fn room(&self) -> &[u8] {
        let (from, len) = self.room;
        // SAFETY: these pages may be read and written, live as long as this value, and are zero or
        // written.
        unsafe { std::slice::from_raw_parts(self.base.wrapping_add(from), len) }
    }

    /// The same, to write.
    pub(crate) fn room_mut(&mut self) -> &mut [u8] {
        let (from, len) = self.room;
        // SAFETY: as for `room`, and nobody else has this value.
        unsafe { std::slice::from_raw_parts_mut(self.base.wrapping_add(from), len) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        #[cfg(unix)]
        // SAFETY: the memory that `new` has made, which nobody borrows any more.
        let _ = unsafe { libc::munmap(self.base.cast(), self.all) };
    }
}

#[cfg(all(test, unix, not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_lie_at_the_page_that_is_asked_for() {
        for len in [0, 1, 24, 4096, 4097] {
            let before = Guarded::new(len, Side::Before).expect("pages");
            let mut after = Guarded::new(len, Side::After).expect("pages");
            assert_eq!((before.bytes().len(), after.bytes().len()), (len, len));
            assert_eq!(before.bytes().as_ptr().addr() % 4096, 0);
            assert_eq!((after.bytes().as_ptr().addr() + len) % 4096, 0);
            after.bytes_mut().fill(7);
            assert_eq!(after.room().iter().filter(|byte| **byte == 7).count(), len);
        }
    }
}
