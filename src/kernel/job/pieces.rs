//! An output in pieces, each with one taker.

use crate::{Error, memory};
use std::sync::{Mutex, MutexGuard};

/// Pieces of an output, until somebody takes them. One is taken out before a variant runs, so that no lock is held
/// while it does.
pub(super) struct Pieces<'t, T>(Vec<Mutex<Option<&'t mut [T]>>>);

/// What an executor of somebody else may have got wrong.
const TWICE: &str = "an executor ran a task twice";

impl<'t, T> Pieces<'t, T> {
    /// Cuts `out` into pieces of these lengths.
    ///
    /// # Panics
    /// When `out` is shorter than all of them.
    pub(super) fn cut(
        out: &'t mut [T],
        lengths: impl ExactSizeIterator<Item = usize>,
    ) -> Result<Self, Error> {
        let mut pieces = memory::room(lengths.len(), "the pieces of the output")?;
        let mut rest = out;
        for length in lengths {
            let (piece, after) = rest.split_at_mut(length);
            pieces.push(Mutex::new(Some(piece)));
            rest = after;
        }
        Ok(Pieces(pieces))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn at(&self, i: usize) -> MutexGuard<'_, Option<&'t mut [T]>> {
        self.0[i].lock().unwrap_or_else(|dead| dead.into_inner())
    }

    /// Piece `i`, for good.
    pub(super) fn take(&self, i: usize) -> &'t mut [T] {
        self.at(i).take().expect(TWICE)
    }

    /// What `work` makes of piece `i`, which stays here.
    pub(super) fn with<R>(&self, i: usize, work: impl FnOnce(&mut [T]) -> R) -> R {
        work(self.at(i).as_deref_mut().expect(TWICE))
    }
}
