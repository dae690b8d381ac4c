//! What a call must leave as it was: the process around it, and the rounding of numbers.
//!
//! Most of it is what Linux tells in `/proc`; elsewhere only the working folder and the rounding are seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hint::black_box;
use std::path::PathBuf;

/// A variant that leaves descriptors open so many times does not just keep one for later calls.
const OPENED: u32 = 4;

/// Lines of `/proc/thread-self/status`, and what it means that one changes.
const STATUS: [(&str, &str); 4] = [
    ("SigBlk", "the mask of blocked signals is another one"),
    ("SigIgn", "other signals are ignored than before"),
    ("SigCgt", "a signal handler was installed or removed"),
    ("Umask", "the umask is another one"),
];

/// Sees what changes from call to call.
pub(super) struct Watch {
    before: State,
    /// How many times each variant has left a descriptor open.
    opened: BTreeMap<usize, u32>,
}

#[derive(PartialEq)]
struct State {
    rounding: Option<&'static str>,
    folder: Option<PathBuf>,
    status: Vec<Option<String>>,
    /// The open descriptors, each with what it is open on.
    descriptors: BTreeMap<u32, PathBuf>,
    children: BTreeSet<String>,
}

impl Watch {
    pub(super) fn new() -> Watch {
        Watch { before: State::here(), opened: BTreeMap::new() }
    }

    /// What was done by others than variants is no variant's.
    pub(super) fn settle(&mut self) {
        self.before = State::here();
    }

    /// What a variant's call has done since the last look.
    pub(super) fn look(&mut self, variant: usize) -> Option<String> {
        let now = State::here();
        let before = std::mem::replace(&mut self.before, now);
        let now = &self.before;
        let opened = now.descriptors.keys().any(|fd| !before.descriptors.contains_key(fd));
        let count = self.opened.entry(variant).or_default();
        *count += u32::from(opened);
        if *count >= OPENED {
            return Some(format!("{OPENED} calls have each left a descriptor open"));
        }
        now.against(&before).map(|what| format!("after the call {what}"))
    }
}

impl State {
    fn here() -> State {
        let status = fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
        let line = |name: &str| {
            let line = status.lines().find(|line| line.split(':').next() == Some(name));
            line.map(str::to_owned)
        };
        State {
            rounding: rounding(),
            folder: std::env::current_dir().ok(),
            status: STATUS.iter().map(|(name, _)| line(name)).collect(),
            descriptors: descriptors(),
            children: children(),
        }
    }

    /// What is not as it was before. That something is open that was not is no harm by itself.
    fn against(&self, before: &State) -> Option<String> {
        if self.rounding != before.rounding {
            return Some(self.rounding.unwrap_or("numbers are rounded as usual again").to_owned());
        }
        if self.folder != before.folder {
            return Some("the working folder is another one".to_owned());
        }
        let mut status = STATUS.iter().zip(self.status.iter().zip(&before.status));
        if let Some(((_, what), _)) = status.find(|(_, (now, before))| now != before) {
            return Some((*what).to_owned());
        }
        let is_other = |(fd, on): &(&u32, &PathBuf)| self.descriptors.get(fd) != Some(on);
        if let Some((fd, _)) = before.descriptors.iter().find(is_other) {
            return Some(format!("descriptor {fd} is closed or open on something else"));
        }
        let is_new = self.children.difference(&before.children).next().is_some();
        is_new.then(|| "a process that it started is still there".to_owned())
    }
}

fn descriptors() -> BTreeMap<u32, PathBuf> {
    let entries = fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let one = |entry: fs::DirEntry| {
        let fd = entry.file_name().to_str()?.parse().ok()?;
        // The one that this list is read through is gone by the time it is asked for.
        Some((fd, fs::read_link(entry.path()).ok()?))
    };
    let list = entries.filter_map(one);
    list.filter(|(_, on)| !on.ends_with("fd") || !on.starts_with("/proc")).collect()
}

fn children() -> BTreeSet<String> {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// What is unusual about the rounding of this thread, if anything: told from results, since code
/// that reads the register would be `unsafe`. The modes of the x87 unit are not seen.
fn rounding() -> Option<&'static str> {
    // All operands through black_box: the compiler would compute in its own environment.
    let (one, tiny) = (black_box(1.0f64), black_box(f64::EPSILON / 8.0));
    if black_box(one + tiny) != 1.0 || black_box(one - tiny) != 1.0 {
        return Some("sums are no longer rounded to nearest");
    }
    if black_box(black_box(f64::MIN_POSITIVE) * black_box(0.5)) == 0.0 {
        return Some("subnormal results are flushed to zero (FTZ)");
    }
    if black_box(black_box(f64::from_bits(1)) * black_box(1e300)) == 0.0 {
        return Some("subnormal operands are taken as zero (DAZ)");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State {
            rounding: None,
            folder: Some("/a".into()),
            status: vec![Some("SigBlk: 0".into()), None, None, None],
            descriptors: [(0, "/dev/null".into()), (2, "pipe:[1]".into())].into(),
            children: BTreeSet::new(),
        }
    }

    #[test]
    fn every_change_is_said() {
        let said = |change: fn(&mut State)| {
            let mut now = state();
            change(&mut now);
            now.against(&state())
        };
        assert_eq!(said(|_| {}), None);
        assert_eq!(said(|s| drop(s.descriptors.insert(9, "/x".into()))), None);
        for (change, part) in [
            ((|s| s.rounding = Some("rounded up")) as fn(&mut State), "rounded up"),
            (|s| s.folder = None, "working folder"),
            (|s| s.status[0] = Some("SigBlk: 1".into()), "blocked signals"),
            (|s| drop(s.descriptors.remove(&0)), "descriptor 0"),
            (|s| drop(s.descriptors.insert(2, "/x".into())), "descriptor 2"),
            (|s| s.children = ["7".to_owned()].into(), "process"),
        ] {
            let what = said(change).expect(part);
            assert!(what.contains(part), "{what}");
        }
    }

    #[test]
    fn a_thread_begins_with_the_usual_rounding() {
        assert_eq!(rounding(), None);
    }
}
