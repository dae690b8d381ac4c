//! Vectors that start where a cache line starts: a load across two lines takes twice as long, and whether there are
//! any would otherwise depend on the allocator.

use abreast_compare::{Agree, Leaf};
use std::ops::{Deref, DerefMut};

/// Bytes of a page, so that the place within a page is the same in every start of the program.
const PAGE: usize = 4096;

/// Numbers whose first one stands at a given place of a page.
#[derive(Debug)]
pub struct Buffer<T> {
    all: Vec<T>,
    from: usize,
    end: usize,
}

impl<T: Copy + Default> Buffer<T> {
    /// `len` numbers, made by `fill` from their index, that begin `lines` cache lines after the start of a page.
    /// They are written here, so the pages are there before anything is timed.
    pub fn new(len: usize, lines: usize, fill: impl Fn(usize) -> T) -> Buffer<T> {
        let size = size_of::<T>();
        let all = vec![T::default(); len + 2 * PAGE / size];
        let ahead = (all.as_ptr().addr().next_multiple_of(PAGE) - all.as_ptr().addr()) / size;
        let from = ahead + lines * 64 / size;
        let mut buffer = Buffer { all, from, end: from + len };
        buffer.iter_mut().enumerate().for_each(|(i, x)| *x = fill(i));
        buffer
    }
}

impl<T> Deref for Buffer<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.all[self.from..self.end]
    }
}

impl<T> DerefMut for Buffer<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.all[self.from..self.end]
    }
}

impl<T: Agree> Agree for Buffer<T> {
    fn leaves(&self, visit: &mut dyn FnMut(Leaf)) {
        self[..].leaves(visit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_begins_where_it_should_and_holds_what_it_was_filled_with() {
        for (len, lines) in [(0, 0), (1, 1), (1000, 9)] {
            let floats = Buffer::new(len, lines, |i| i as f32);
            assert_eq!(floats.as_ptr().addr() % PAGE, lines * 64);
            assert_eq!(floats.to_vec(), (0..len).map(|i| i as f32).collect::<Vec<_>>());
            assert_eq!(Buffer::new(len, lines, |_| 0.0f64).as_ptr().addr() % PAGE, lines * 64);
        }
    }
}
