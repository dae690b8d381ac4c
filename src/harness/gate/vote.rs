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
    answer: Answer,
    members: Vec<Choice>,
}

impl Vote {
    pub(super) fn new(class: Class) -> Vote {
        Vote { class, groups: Vec::new() }
    }

    /// Adds an answer that the oracle accepts. Only one answer of each group is kept.
    pub(super) fn cast(&mut self, choice: Choice, answer: Answer) {
        let class = self.class;
        let fits = |group: &&mut Group| {
            class.compares(group.members[0], choice) && same(&group.answer, &answer)
        };
        match self.groups.iter_mut().find(fits) {
            Some(group) => group.members.push(choice),
            None => self.groups.push(Group { answer, members: vec![choice] }),
        }
    }

    /// The variants of smaller groups, each with where it differs from the largest.
    pub(super) fn dissent(&self) -> Vec<(Choice, Violation)> {
        let mut dissent = Vec::new();
        for group in self.groups.iter().filter(|group| !self.is_right(group)) {
            let Some(right) = self.right(group) else { continue };
            let model = right.members[0];
            let detail = format!("not those of {} at {}", model.variant, model.level);
            let violation =
                || Violation::differs(Check::Bits, &*detail, &group.answer, &right.answer);
            dissent.extend(group.members.iter().map(|choice| (*choice, violation())));
        }
        dissent
    }

    /// The largest group of those that must have the bits of this one; of equals the one that came first.
    fn right(&self, group: &Group) -> Option<&Group> {
        let voters = self.groups.iter();
        let voters = voters.filter(|o| self.class.compares(o.members[0], group.members[0]));
        voters.rev().max_by_key(|group| group.members.len())
    }

    fn is_right(&self, group: &Group) -> bool {
        self.right(group).is_some_and(|right| std::ptr::eq(group, right))
    }
}
