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

const STREAMS: [&str; 3] = ["standard input", "standard output", "standard error"];

/// Sees what calls change about their process and about the thread that looks, and whose call it was.
#[derive(Debug)]
pub struct Watch<W> {
    before: State,
    /// How many times each has left a descriptor open.
    opened: Vec<(W, u32)>,
}

#[derive(Debug, PartialEq)]
struct State {
    rounding: Option<&'static str>,
    folder: Option<PathBuf>,
    status: Vec<Option<String>>,
    /// The open descriptors, each with what it is open on.
    descriptors: BTreeMap<u32, PathBuf>,
    children: BTreeSet<String>,
}

impl<W: PartialEq> Watch<W> {
    /// Begins here.
    #[expect(clippy::new_without_default, reason = "it looks around")]
    pub fn new() -> Self {
        Watch { before: State::here(), opened: Vec::new() }
    }

    /// What was done by others than those who are watched is nobody's.
    pub fn settle(&mut self) {
        self.before = State::here();
    }

    /// What a call of `who` has done since the last look.
    pub fn look(&mut self, who: W) -> Option<String> {
        let now = State::here();
        let before = std::mem::replace(&mut self.before, now);
        let now = &self.before;
        if now.descriptors.keys().any(|fd| !before.descriptors.contains_key(fd)) {
            let known = self.opened.iter().position(|(known, _)| *known == who);
            let at = known.unwrap_or_else(|| {
                self.opened.push((who, 0));
                self.opened.len() - 1
            });
            self.opened[at].1 += 1;
            if self.opened[at].1 >= OPENED {
                return Some(format!("{OPENED} calls have each left a descriptor open"));
            }
        }
        now.against(&before)
    }

    /// As [`Watch::look`], at the standard streams alone.
    pub fn look_at_streams(&self) -> Option<String> {
        let now = |fd: u32| fs::read_link(format!("/proc/self/fd/{fd}")).ok();
        let mut streams = self.before.descriptors.range(..3);
        let (fd, _) = streams.find(|(fd, on)| now(**fd).as_ref() != Some(*on))?;
        Some(other_descriptor(*fd, now(*fd).is_some()))
    }
}

fn other_descriptor(fd: u32, is_open: bool) -> String {
    let did = if is_open { "replaced" } else { "closed" };
    let name = STREAMS.get(fd as usize).map_or(String::new(), |name| format!(", {name}"));
    format!("it {did} descriptor {fd}{name}")
}

impl State {
    fn here() -> State {
        let status = status();
        State {
            rounding: rounding(),
            folder: std::env::current_dir().ok(),
            status: STATUS.iter().map(|(name, _)| line(&status, name)).collect(),
            descriptors: descriptors(),
            children: children(),
        }
    }

    /// What is not as it was before. That something is open that was not is no harm by itself.
    fn against(&self, before: &State) -> Option<String> {
        if self.rounding != before.rounding {
            let what = self.rounding.unwrap_or("numbers are rounded as usual again");
            return Some(format!("after the call {what}"));
        }
        if self.folder != before.folder {
            return Some("after the call the working folder is another one".to_owned());
        }
        let mut status = STATUS.iter().zip(self.status.iter().zip(&before.status));
        if let Some(((_, what), _)) = status.find(|(_, (now, before))| now != before) {
            return Some(format!("after the call {what}"));
        }
        let is_other = |(fd, on): &(&u32, &PathBuf)| self.descriptors.get(fd) != Some(on);
        if let Some((fd, _)) = before.descriptors.iter().find(is_other) {
            return Some(other_descriptor(*fd, self.descriptors.contains_key(fd)));
        }
        let is_new = self.children.difference(&before.children).next().is_some();
        is_new.then(|| "it left a child process behind that it did not wait for".to_owned())
    }
}

fn status() -> String {
    fs::read_to_string("/proc/thread-self/status").unwrap_or_default()
}

fn line(status: &str, name: &str) -> Option<String> {
    let (_, rest) = status.split_once(&format!("\n{name}:"))?;
    rest.lines().next().map(str::to_owned)
}

/// The signals that this thread blocks, in the words of the system.
pub fn blocked_signals() -> Option<String> {
    line(&status(), "SigBlk")
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
    // Soon answered, and mostly so.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        if waitid(WaitId::All, options).is_err() {
            return BTreeSet::new();
        }
    }
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// What is unusual about the rounding of this thread, if anything: told from results, since code
/// that reads the register would be `unsafe`. The modes of the x87 unit are not seen.
pub fn rounding() -> Option<&'static str> {
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
            (|s| drop(s.descriptors.remove(&0)), "it closed descriptor 0, standard input"),
            (
                |s| drop(s.descriptors.insert(2, "/x".into())),
                "it replaced descriptor 2, standard error",
            ),
            (|s| s.children = ["7".to_owned()].into(), "process"),
        ] {
            let what = said(change).expect(part);
            assert!(what.contains(part), "{what}");
        }
    }

    #[test]
    fn a_line_of_the_status_is_found_by_its_name() {
        let status = "Name:\tSigBlk:\nUmask:\t0022\nSigBlk:\t0001\n";
        assert_eq!(line(status, "SigBlk").as_deref(), Some("\t0001"));
        assert_eq!(line(status, "Sig"), None);
    }

    #[test]
    fn a_thread_begins_with_the_usual_rounding() {
        assert_eq!(rounding(), None);
    }
}
