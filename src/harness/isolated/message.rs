//! What a worker is asked, and what it says when it judges.

use crate::harness::compare::times;
use crate::harness::gate::{Finding, GateReport, Target};
use crate::harness::same_bits::SameBits;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a worker is for.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::harness) enum Work<J = Job, T = times::Job> {
    /// The gate, or the same-bits table.
    Judge(J),
    /// Times.
    Time(T),
}

/// What a worker is to judge.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::harness) struct Job {
    pub(super) kernel: String,
    pub(super) choices: Vec<Target>,
    pub(super) seed: u64,
    pub(super) quick: bool,
    pub(super) gate: bool,
    pub(super) executors: Vec<String>,
    /// The last step to make, if not all.
    pub(super) until: Option<At>,
    /// How long to wait at the end for threads that a variant left behind.
    pub(super) linger: Duration,
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
    /// The variant in work did this to its process, which ends, on this problem.
    Spoilt(String, String),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Isa;
    use crate::harness::gate::{Accuracy, Check};

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
        let end = End { gate: Some(gate.clone()), matrix: None };
        let sent = serde_json::to_vec(&Message::End(Box::new(end))).unwrap();
        let Ok(Message::End(end)) = serde_json::from_slice(&sent) else { panic!("an end") };
        let came = end.gate.unwrap();
        assert_eq!((came.seed, &came.accuracy), (gate.seed, &gate.accuracy));
        assert_eq!(came.findings, gate.findings);
    }
}
