//! The problems that the gate tries.

use super::report::Check;
use super::watch::{Violation, apart};
use crate::kernel::{Case, Entry, Request};
use crate::sample::Magnitude;
use abreast_compare::sizes::log_uniform;

/// One problem, made as often as it is needed: a variant that spoils its operands must not spoil them
/// for the next.
pub(super) struct CaseMaker<'e> {
    pub(super) name: String,
    kind: Kind,
    entry: &'e Entry,
    seed: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One of the kernel's sizes.
    Listed(u64),
    /// A special case of the kernel, by number.
    Special(usize),
    /// A size drawn at random.
    Drawn(u64),
    /// Operands far from 1.
    Far(u64, Magnitude),
}

/// The size at which numbers far from 1 are tried is the largest listed one up to this.
const FAR_SIZE: u64 = 300;

const FAR: [(Magnitude, &str); 3] =
    [(Magnitude::Large, "large"), (Magnitude::Tiny, "tiny"), (Magnitude::Mixed, "mixed")];

/// Every size of the kernel, its special cases, numbers far from 1, and sizes at random.
pub(super) fn makers(
    entry: &Entry,
    seed: u64,
    drawn: usize,
) -> Result<Vec<CaseMaker<'_>>, Violation> {
    let specials = apart(|| entry.special().into_iter().map(|(name, _)| name).collect::<Vec<_>>())?;
    let sizes = entry.sizes.iter().map(|n| (format!("n = {n}"), Kind::Listed(*n)));
    let special = |(i, name)| (format!("special case {name}"), Kind::Special(i));
    let specials = specials.into_iter().enumerate().map(special);
    let far = entry.sizes.iter().copied().filter(|n| *n <= FAR_SIZE).max().into_iter();
    let of_size =
        |n| FAR.map(|(far, name)| (format!("n = {n}, {name} magnitudes"), Kind::Far(n, far)));
    let largest = entry.sizes.iter().copied().max().unwrap_or(0);
    let drawn = log_uniform(usize::try_from(largest).unwrap_or(usize::MAX), drawn, seed);
    let drawn = drawn.into_iter().map(|n| n as u64).filter(|n| !entry.sizes.contains(n));
    let drawn = drawn.map(|n| (format!("n = {n}"), Kind::Drawn(n)));
    let all = sizes.chain(specials).chain(far.flat_map(of_size)).chain(drawn);
    Ok(all.map(|(name, kind)| CaseMaker { name, kind, entry, seed }).collect())
}

impl CaseMaker<'_> {
    /// Its size, when it is one of the kernel's sizes.
    pub(super) fn listed(&self) -> Option<u64> {
        if let Kind::Listed(n) = self.kind { Some(n) } else { None }
    }

    /// Whether the kernel itself has named it.
    pub(super) fn is_own(&self) -> bool {
        matches!(self.kind, Kind::Listed(_) | Kind::Special(_))
    }

    /// The problem, fresh; none when the kernel has no such problem and need not have it.
    pub(super) fn make(&self) -> Result<Option<Box<dyn Case>>, Violation> {
        apart(|| {
            let of_size = |n| self.entry.case(&Request { seed: self.seed, ..Request::size(n) });
            let failed = |why: crate::Error| Violation::new(Check::Failed, why.to_string());
            match self.kind {
                Kind::Listed(n) => of_size(n).map(Some).map_err(failed),
                Kind::Special(i) => Ok(Some(self.entry.special().swap_remove(i).1)),
                Kind::Drawn(n) => Ok(of_size(n).ok()),
                Kind::Far(n, magnitude) => {
                    let mut case = of_size(n).map_err(failed)?;
                    Ok(case.magnify(magnitude).then_some(case))
                }
            }
        })
        .flatten()
    }
}
