//! The problems that the gate tries.

use super::report::Check;
use super::watch::{Violation, apart};
use crate::kernel::{Case, Entry, Request};

/// One problem, made as often as it is needed: a variant that spoils its operands must not spoil them
/// for the next.
pub(super) struct CaseMaker<'e> {
    pub(super) name: String,
    /// Its size, when it is one of the kernel's sizes and not a special case.
    pub(super) size: Option<u64>,
    entry: &'e Entry,
    seed: u64,
    special: usize,
}

/// Every size of the kernel, then its special cases.
pub(super) fn makers(entry: &Entry, seed: u64) -> Result<Vec<CaseMaker<'_>>, Violation> {
    let specials = apart(|| entry.special().into_iter().map(|(name, _)| name).collect::<Vec<_>>())?;
    let sizes = entry.sizes.iter().map(|n| (format!("n = {n}"), Some(*n), 0));
    let specials =
        specials.into_iter().enumerate().map(|(i, name)| (format!("special case {name}"), None, i));
    let maker = |(name, size, special)| CaseMaker { name, size, entry, seed, special };
    Ok(sizes.chain(specials).map(maker).collect())
}

impl CaseMaker<'_> {
    /// The problem, fresh.
    pub(super) fn make(&self) -> Result<Box<dyn Case>, Violation> {
        apart(|| match self.size {
            Some(n) => self
                .entry
                .case(&Request { seed: self.seed, ..Request::size(n) })
                .map_err(|why| Violation::new(Check::Failed, why.to_string())),
            None => Ok(self.entry.special().swap_remove(self.special).1),
        })
        .flatten()
    }
}
