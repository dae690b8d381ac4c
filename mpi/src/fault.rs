//! Faults in bytes, from the rank where a task failed to the one that asked for it.

use crate::record::nanos;
use abreast::{Fault, remote};
use std::time::Duration;

/// Errors with longer texts are cut: see [`remote::error_to_bytes`].
const LONGEST: usize = 1 << 16;

/// What a byte in front says that follows.
const KERNEL: u8 = 0;
const PANIC: u8 = 1;
const REFUSED: u8 = 2;
const LOST: u8 = 3;
const DEADLINE: u8 = 4;
const OTHER: u8 = 5;

/// Which task of a batch failed, by its place there: a fault that is about no task is about the first.
pub fn place_of(fault: &Fault) -> usize {
    match fault {
        Fault::Kernel { task, .. }
        | Fault::Panic { task, .. }
        | Fault::Lost { task, .. }
        | Fault::Deadline { task, .. }
        | Fault::NotShippable { task, .. } => *task,
        _ => 0,
    }
}

/// The fault in bytes, without its task.
pub fn to_bytes(fault: &Fault) -> Vec<u8> {
    let error = |why| remote::error_to_bytes(why, LONGEST);
    let (kind, rest) = match fault {
        Fault::Kernel { why, .. } => (KERNEL, error(why)),
        Fault::Refused(why) => (REFUSED, error(why)),
        Fault::Panic { why, .. } => (PANIC, Some(why.clone().into_bytes())),
        Fault::Lost { attempts, how, .. } => {
            (LOST, Some([&attempts.to_le_bytes(), how.as_bytes()].concat()))
        }
        Fault::Deadline { attempts, allowed, .. } => {
            let allowed = nanos(*allowed).to_le_bytes();
            (DEADLINE, Some([&attempts.to_le_bytes()[..], &allowed].concat()))
        }
        _ => (OTHER, None),
    };
    let (kind, rest) = match rest {
        Some(rest) => (kind, rest),
        None => (OTHER, fault.to_string().into_bytes()),
    };
    [&[kind][..], &rest].concat()
}

/// The fault that [`to_bytes`] has made bytes of on `rank`, of task `task`.
pub fn from_bytes(bytes: &[u8], task: usize, rank: usize) -> Fault {
    known(bytes, task).unwrap_or_else(|| Fault::Io {
        what: format!("do task {task} on rank {rank}"),
        why: text(bytes.get(1..).unwrap_or_default()),
    })
}

fn known(bytes: &[u8], task: usize) -> Option<Fault> {
    let (kind, rest) = bytes.split_first()?;
    Some(match *kind {
        KERNEL => Fault::Kernel { task, why: remote::error_from_bytes(rest)? },
        REFUSED => Fault::Refused(remote::error_from_bytes(rest)?),
        PANIC => Fault::Panic { task, why: text(rest) },
        LOST => {
            let (attempts, how) = rest.split_first_chunk()?;
            Fault::Lost { task, attempts: u32::from_le_bytes(*attempts), how: text(how) }
        }
        DEADLINE => {
            let (attempts, nanos) = rest.split_first_chunk()?;
            let allowed = Duration::from_nanos(u64::from_le_bytes(nanos.try_into().ok()?));
            Fault::Deadline { task, attempts: u32::from_le_bytes(*attempts), allowed }
        }
        _ => return None,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use abreast::Error;

    #[test]
    fn a_fault_is_the_same_on_another_rank() {
        let (task, why) = (17, Error::argument("x", "\u{e9}", "must be small"));
        let faults = [
            Fault::Kernel { task, why: why.clone() },
            Fault::Panic { task, why: "seeded".to_owned() },
            Fault::Refused(why),
            Fault::Lost { task, attempts: 3, how: "was killed by SIGSEGV".to_owned() },
            Fault::Deadline { task, attempts: 2, allowed: Duration::from_millis(20) },
        ];
        for fault in faults {
            assert_eq!(from_bytes(&to_bytes(&fault), task, 1), fault);
            assert!(matches!(place_of(&fault), 0 | 17));
        }
        let other = from_bytes(&to_bytes(&Fault::Cancelled), 3, 2).to_string();
        assert_eq!(other, "could not do task 3 on rank 2: cancelled");
    }

    #[test]
    fn no_bytes_make_it_panic() {
        for kind in 0..=6 {
            for len in 0..16 {
                from_bytes(&vec![kind; len], 0, 0);
            }
        }
    }
}
