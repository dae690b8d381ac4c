//! Who agrees with whom: answers with the same bits are one party, and the largest party is right.

use super::numbers::same;
use super::report::Check;
use super::watch::Trouble;
use crate::kernel::{Answer, Class, How};

/// The answers to one problem.
pub(super) struct Ballot {
    class: Class,
    parties: Vec<Party>,
}

struct Party {
    /// Whether its members have a fused multiply-add, for a kernel to which that matters: those
    /// that have one and those that have not are two elections.
    fused: bool,
    answer: Answer,
    members: Vec<How>,
}

impl Ballot {
    pub(super) fn new(class: Class) -> Ballot {
        Ballot { class, parties: Vec::new() }
    }

    /// Adds an answer that the oracle accepts. Only one answer of each party is kept.
    pub(super) fn cast(&mut self, how: How, answer: Answer) {
        let fused = matters(self.class, how);
        let fits = |party: &&mut Party| party.fused == fused && same(&party.answer, &answer);
        match self.parties.iter_mut().find(fits) {
            Some(party) => party.members.push(how),
            None => self.parties.push(Party { fused, answer, members: vec![how] }),
        }
    }

    /// The bodies of smaller parties, each with where it differs from the largest.
    pub(super) fn dissent(&self) -> Vec<(How, Trouble)> {
        let mut dissent = Vec::new();
        for party in self.parties.iter().filter(|party| !self.is_right(party)) {
            let Some(right) = self.right(party.fused) else { continue };
            let model = right.members[0];
            let detail = format!("not those of {} at {}", model.body, model.level);
            let trouble = || Trouble::differs(Check::Bits, &*detail, &party.answer, &right.answer);
            dissent.extend(party.members.iter().map(|how| (*how, trouble())));
        }
        dissent
    }

    /// The bodies of the largest party, and its answer.
    pub(super) fn agreed(&self) -> impl Iterator<Item = (How, &Answer)> {
        let right = self.parties.iter().filter(|party| self.is_right(party));
        right.flat_map(|party| party.members.iter().map(|how| (*how, &party.answer)))
    }

    /// The largest party of one election; of equals the one that came first.
    fn right(&self, fused: bool) -> Option<&Party> {
        let voters = self.parties.iter().filter(|party| party.fused == fused);
        voters.rev().max_by_key(|party| party.members.len())
    }

    fn is_right(&self, party: &Party) -> bool {
        self.right(party.fused).is_some_and(|right| std::ptr::eq(party, right))
    }
}

/// Whether `how` belongs to the levels with fused multiply-add, if the class makes a difference.
fn matters(class: Class, how: How) -> bool {
    matches!(class, Class::Fused(_)) && how.level.has_fma()
}
