//! Exit codes: 1 a variant disagrees, 2 bad input and output that cannot be written, 3 slower than allowed.

use crate::console::Console;
use anyhow::{Error, Result};
use thiserror::Error;

/// Why a command ended early, when that is no bad input: a variant disagrees.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct Disagrees(pub String);

/// The code of a command that ended with an error.
pub fn code_of(why: &Error) -> u8 {
    if why.is::<Disagrees>() { 1 } else { 2 }
}

/// Of two codes the one that counts: the smaller one, and 0 last. That a variant is wrong is more than that
/// a file could not be written.
pub fn first(a: u8, b: u8) -> u8 {
    [a, b].into_iter().filter(|code| *code != 0).min().unwrap_or(0)
}

/// The code of what a command found, and of what came of writing it down, which is said if it failed.
pub fn both(found: u8, written: Result<u8>, console: &mut Console<'_>) -> u8 {
    let written = written.unwrap_or_else(|why| {
        console.note(format!("abreast: {why:#}"));
        code_of(&why)
    });
    first(found, written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_code_but_zero_counts() {
        for (a, b, code) in [(0, 0, 0), (0, 3, 3), (3, 2, 2), (1, 2, 1), (3, 0, 3)] {
            assert_eq!((first(a, b), first(b, a)), (code, code));
        }
        assert_eq!(code_of(&anyhow::anyhow!("bad input")), 2);
        assert_eq!(code_of(&Error::new(Disagrees("c".into())).context("old")), 1);
    }
}
