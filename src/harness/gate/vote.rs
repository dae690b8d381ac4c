//! Who agrees with whom: answers with the same bits are one group, and the largest group is right.

use super::numbers::same;
use super::report::Check;
use super::watch::Violation;
use crate::kernel::{Answer, Choice, Class};

/// The answers to one problem.
pub(super) struct Vote {
    class: Class,
    groups: Vec<Group>,
}

struct Group {
    /// Whether its members have a fused multiply-add, for a kernel to which that matters: those
    /// that have one and those that have not are two elections.
    fused: bool,
    answer: Answer,
    members: Vec<Choice>,
}

impl Vote {
    pub(super) fn new(class: Class) -> Vote {
        Vote { class, groups: Vec::new() }
    }

    /// Adds an answer that the oracle accepts. Only one answer of each group is kept.
    pub(super) fn cast(&mut self, choice: Choice, answer: Answer) {
        let fused = matters(self.class, choice);
        let fits = |group: &&mut Group| group.fused == fused && same(&group.answer, &answer);
        match self.groups.iter_mut().find(fits) {
            Some(group) => group.members.push(choice),
            None => self.groups.push(Group { fused, answer, members: vec![choice] }),
        }
    }

    /// The variants of smaller groups, each with where it differs from the largest.
    pub(super) fn dissent(&self) -> Vec<(Choice, Violation)> {
        let mut dissent = Vec::new();
        for group in self.groups.iter().filter(|group| !self.is_right(group)) {
            let Some(right) = self.right(group.fused) else { continue };
            let model = right.members[0];
            let detail = format!("not those of {} at {}", model.variant, model.level);
            let violation =
                || Violation::differs(Check::Bits, &*detail, &group.answer, &right.answer);
            dissent.extend(group.members.iter().map(|choice| (*choice, violation())));
        }
        dissent
    }

    /// The variants of the largest group, and its answer.
    pub(super) fn agreed(&self) -> impl Iterator<Item = (Choice, &Answer)> {
        let right = self.groups.iter().filter(|group| self.is_right(group));
        right.flat_map(|group| group.members.iter().map(|choice| (*choice, &group.answer)))
    }

    /// The largest group of one election; of equals the one that came first.
    fn right(&self, fused: bool) -> Option<&Group> {
        let voters = self.groups.iter().filter(|group| group.fused == fused);
        voters.rev().max_by_key(|group| group.members.len())
    }

    fn is_right(&self, group: &Group) -> bool {
        self.right(group.fused).is_some_and(|right| std::ptr::eq(group, right))
    }
}

/// Whether `choice` belongs to the levels with fused multiply-add, if the class makes a difference.
fn matters(class: Class, choice: Choice) -> bool {
    matches!(class, Class::Fused(_)) && choice.level.has_fma()
}
