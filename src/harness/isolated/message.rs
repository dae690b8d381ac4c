//! What a gate worker and its parent say to each other: lines of JSON.

use crate::harness::gate::{Finding, GateReport, Target};
use crate::harness::same_bits::SameBits;
use serde::{Deserialize, Serialize};

/// What a worker is to do: the one line that it is sent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) kernel: String,
    pub(super) choices: Vec<Target>,
    pub(super) seed: u64,
    pub(super) quick: bool,
    pub(super) gate: bool,
    pub(super) executors: Vec<String>,
    /// The last step to make, if not all.
    pub(super) until: Option<At>,
    /// How many milliseconds to wait at the end for threads that a variant left behind.
    pub(super) linger: u64,
}

/// Where a worker is: the gate is part 0, the same-bits table part 1; then the number of the problem.
pub(super) type At = (u8, usize);

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Message {
    /// This is done next.
    Now(Now),
    /// This was found.
    Found(Finding),
    /// All is done: nothing of the kernel's runs any more, but what it left for the end of the
    /// process.
    End(Box<End>),
    /// The variant in work did this to its process, which ends.
    Spoilt(String),
    /// The order cannot be carried out.
    Refused(String),
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Now {
    pub(super) at: At,
    /// Problems in all.
    pub(super) of: usize,
    pub(super) target: Option<Target>,
    pub(super) case: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) gate: Option<GateReport>,
    /// The table, or why there is none.
    pub(super) matrix: Option<Result<SameBits, String>>,
}

/// A message as it is sent.
pub(super) fn line<T: Serialize>(message: &T) -> Vec<u8> {
    let mut line = serde_json::to_vec(message).expect("text and numbers");
    line.push(b'\n');
    line
}

/// Cuts what arrives into messages.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<u8>);

/// Something came that no worker says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Garbage;

impl Lines {
    /// The longest message: a table and a report are far shorter.
    const MAX: usize = 1 << 26;

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// The next message, when it has arrived whole.
    pub(super) fn next(&mut self) -> Result<Option<Message>, Garbage> {
        let Some(end) = self.0.iter().position(|byte| *byte == b'\n') else {
            return if self.0.len() > Self::MAX { Err(Garbage) } else { Ok(None) };
        };
        let message = serde_json::from_slice(&self.0[..end]).map_err(|_| Garbage)?;
        self.0.drain(..=end);
        Ok(Some(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Isa;
    use crate::harness::gate::{Accuracy, Check};

    fn now(case: &str) -> Message {
        let target = Some(Target { variant: "c-by-hand", level: Isa::V3 });
        Message::Now(Now { at: (0, 3), of: 9, target, case: case.to_owned() })
    }

    #[test]
    fn messages_arrive_however_they_are_cut() {
        let sent = [line(&now("n = 1")), line(&now("a\nb"))].concat();
        let mut lines = Lines::default();
        let mut cases = Vec::new();
        for byte in sent {
            lines.push(&[byte]);
            while let Some(message) = lines.next().unwrap() {
                let Message::Now(now) = message else { panic!("{message:?}") };
                assert_eq!((now.at, now.of, now.target.unwrap().level), ((0, 3), 9, Isa::V3));
                cases.push(now.case);
            }
        }
        assert_eq!(cases, ["n = 1", "a\nb"]);
    }

    #[test]
    fn what_no_worker_says_is_found_out() {
        for bytes in [&b"babble\n"[..], b"\n", b"\"Now\"\n", b"{\"End\":{}} {}\n", b"\xFF\n"] {
            let mut lines = Lines::default();
            lines.push(bytes);
            assert!(lines.next().is_err(), "{}", String::from_utf8_lossy(bytes));
        }
        let mut endless = Lines::default();
        endless.push(&vec![b' '; Lines::MAX]);
        assert!(endless.next().unwrap().is_none());
        endless.push(b" ");
        assert!(endless.next().is_err());
        // A message into which a kernel wrote, as one that writes to every descriptor does.
        let mut torn = Lines::default();
        torn.push(b"babble");
        torn.push(&line(&now("n = 1")));
        assert!(torn.next().is_err());
    }

    #[test]
    fn a_report_is_the_same_after_the_way() {
        let of = Target { variant: "cpp", level: Isa::V1 };
        let finding = Finding {
            kernel: "",
            target: None,
            case: "n = 0".to_owned(),
            check: Check::Overdue,
            cases: 2,
            detail: "\u{1}\u{1F600}".to_owned(),
            difference: None,
        };
        let gate = GateReport {
            kernel: "",
            seed: u64::MAX,
            cases: 1,
            runs: 2,
            accuracy: vec![Accuracy { of, max_ulp: f64::INFINITY, mean_ulp: 0.1 + 0.2 }],
            findings: vec![finding],
        };
        let sent = line(&Message::End(Box::new(End { gate: Some(gate.clone()), matrix: None })));
        let mut lines = Lines::default();
        lines.push(&sent);
        let Ok(Some(Message::End(end))) = lines.next() else { panic!("an end") };
        let came = end.gate.unwrap();
        assert_eq!((came.seed, &came.accuracy), (gate.seed, &gate.accuracy));
        assert_eq!(came.findings, gate.findings);
    }
}
