//! Memory whose size a caller chooses: it is there, or there is an [`Error::Memory`], never an abort.
#![allow(unsafe_code)]

use crate::Error;
use bytemuck::Zeroable;

/// An empty vector with room for `len` elements.
pub(crate) fn room<T>(len: usize, purpose: &'static str) -> Result<Vec<T>, Error> {
    let mut new = Vec::new();
    match new.try_reserve_exact(len) {
        Ok(()) => Ok(new),
        Err(_) => Err(refusal::<T>(len, purpose)),
    }
}

/// The first `len` items, which is as many as there are.
pub(crate) fn collect<T>(
    len: usize,
    items: impl Iterator<Item = T>,
    purpose: &'static str,
) -> Result<Vec<T>, Error> {
    let mut new = room(len, purpose)?;
    new.extend(items.take(len));
    Ok(new)
}

/// A copy.
pub(crate) fn copy<T: Copy>(items: &[T], purpose: &'static str) -> Result<Vec<T>, Error> {
    let mut new = room(items.len(), purpose)?;
    new.extend_from_slice(items);
    Ok(new)
}

/// `len` elements of zeros, by the allocator: a page costs nothing until somebody touches it.
pub(crate) fn zeroed<T: Zeroable>(len: usize, purpose: &'static str) -> Result<Vec<T>, Error> {
    bytemuck::allocation::try_zeroed_vec(len).map_err(|()| refusal::<T>(len, purpose))
}

/// Whether `len` elements could be had right now: for work that is about to allocate about as much
/// and has no way to say that it could not.
pub(crate) fn probe<T>(len: usize, purpose: &'static str) -> Result<(), Error> {
    room::<T>(len, purpose).map(drop)
}

/// Bytes that the allocator of C and Rust has given out in this process and not got back, up to multiples
/// of 2^32. None where it does not tell.
#[cfg(feature = "harness")]
pub(crate) fn in_use() -> Option<u32> {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: asks for numbers, under the allocator's own locks.
        let told = unsafe { libc::mallinfo() };
        Some(told.uordblks.wrapping_add(told.hblkhd).cast_unsigned())
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    None
}

fn refusal<T>(len: usize, purpose: &'static str) -> Error {
    Error::Memory { bytes: len.saturating_mul(size_of::<T>()), purpose }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_machine_has_is_refused_in_bytes() {
        fn bytes<T>(had: Result<T, Error>) -> usize {
            match had.map(drop) {
                Err(Error::Memory { bytes, purpose: "a test" }) => bytes,
                other => panic!("{other:?}"),
            }
        }
        let too_many = isize::MAX as usize / 4;
        assert_eq!(bytes(room::<[u64; 8]>(too_many, "a test")), usize::MAX);
        assert_eq!(bytes(zeroed::<u16>(too_many, "a test")), 2 * too_many);
        assert_eq!(bytes(collect(too_many, std::iter::empty::<u16>(), "a test")), 2 * too_many);
        assert_eq!(bytes(probe::<u16>(too_many, "a test")), 2 * too_many);
    }

    #[test]
    fn what_there_is_room_for_is_what_it_would_have_been() {
        assert_eq!(copy(&[1, 2, 3], "a test"), Ok(vec![1, 2, 3]));
        assert_eq!(zeroed(2, "a test"), Ok(vec![0u8; 2]));
        assert_eq!(collect(3, [1, 2, 3, 4].into_iter(), "a test"), Ok(vec![1, 2, 3]));
    }
}
