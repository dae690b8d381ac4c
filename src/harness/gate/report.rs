//! What the gate found, for people and for programs.

use crate::error::{Static, interned};
use crate::kernel::{Choice, Class};
use crate::level::Isa;
use crate::{Error, Level};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// What the gate says about one kernel.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GateReport {
    /// The kernel.
    #[serde(skip_deserializing)]
    pub kernel: &'static str,
    /// The seed of its operands.
    pub seed: u64,
    /// Problems tried: sizes and special cases.
    pub cases: usize,
    /// Runs of a variant over a problem.
    pub runs: u64,
    /// How near each variant came to the oracle, over all sizes.
    pub accuracy: Vec<Accuracy>,
    /// What is wrong: at most one line per variant, level and check.
    pub findings: Vec<Finding>,
}

impl GateReport {
    /// Whether something was tried and nothing was found.
    pub fn passed(&self) -> bool {
        self.runs > 0 && self.findings.is_empty()
    }

    /// How near the variants are, in a sentence, where they may have bits of their own.
    pub fn within_bound(&self, class: Class) -> Option<String> {
        let Class::Bounded(why) = class else { return None };
        let furthest = self.accuracy.iter().max_by(|a, b| a.max_ulp.total_cmp(&b.max_ulp))?;
        let Accuracy { of, max_ulp, .. } = furthest;
        let kernel = self.kernel;
        Some(format!(
            "{kernel}: within the oracle's bound, not the same bits: {why}. The furthest is {of}, by \
             {max_ulp:.2} ulp."
        ))
    }

    /// Whether `choice` may be timed: nothing was found against it, nor against the kernel itself.
    pub fn trusts(&self, choice: Choice) -> bool {
        let against = |f: &Finding| f.target.is_none_or(|target| target.is(choice));
        self.runs > 0 && !self.findings.iter().any(against)
    }
}

/// A variant at a level, as a report names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The variant.
    #[serde(deserialize_with = "interned")]
    pub variant: Static,
    /// The level.
    #[serde(serialize_with = "isa_name", deserialize_with = "isa_named")]
    pub level: Isa,
}

impl Target {
    /// Whether this is `choice`.
    pub(in crate::harness) fn is(self, choice: Choice) -> bool {
        self == choice.into()
    }

    /// The variant at its level, where this CPU has it.
    pub(in crate::harness) fn choice(self) -> Result<Choice, Error> {
        Ok(Choice { variant: self.variant, level: Level::new(self.level)? })
    }
}

impl From<Choice> for Target {
    fn from(choice: Choice) -> Target {
        Target { variant: choice.variant, level: choice.level.isa() }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.variant, self.level.name())
    }
}

pub(in crate::harness) fn isa_name<S: Serializer>(isa: &Isa, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(isa.name())
}

pub(in crate::harness) fn isa_named<'de, D: Deserializer<'de>>(from: D) -> Result<Isa, D::Error> {
    Isa::parse(&String::deserialize(from)?).map_err(de::Error::custom)
}

/// A distance: JSON has no infinity and says `null` instead.
fn distance<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(f64::INFINITY))
}

/// How far from the oracle a variant was, in units in the last place of the exact result. An integer
/// counts its distance. A result that no distance describes (NaN where a number is due) is
/// infinitely far, `null` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Whose.
    #[serde(flatten)]
    pub of: Target,
    /// The largest distance.
    #[serde(deserialize_with = "distance")]
    pub max_ulp: f64,
    /// The mean distance over all numbers of all sizes.
    #[serde(deserialize_with = "distance")]
    pub mean_ulp: f64,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// In which kernel.
    #[serde(skip_deserializing)]
    pub kernel: &'static str,
    /// In which variant at which level; none when the kernel's own sample or oracle failed.
    #[serde(flatten)]
    pub target: Option<Target>,
    /// At which problem it showed first: `n = 33`, `special case -0`.
    pub case: String,
    /// What is wrong.
    pub check: Check,
    /// In how many problems it showed.
    pub cases: usize,
    /// What was seen, in words.
    pub detail: String,
    /// The numbers that show it, where it is numbers that do.
    pub difference: Option<Difference>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kernel)?;
        if let Some(target) = self.target {
            write!(f, ", {target}")?;
        }
        write!(f, ", {}: {}: {}", self.case, self.check, self.detail)?;
        if let Some(difference) = &self.difference {
            write!(f, "; {difference}")?;
        }
        match self.cases {
            0 | 1 => Ok(()),
            2 => write!(f, " (and in one more case)"),
            more => write!(f, " (and in {} more cases)", more - 1),
        }
    }
}

/// What the gate looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// A panic, an error, or a fault where there should be a result.
    Failed,
    /// The rounding mode is another, or subnormal numbers are flushed to zero, after the call.
    Environment,
    /// Bytes before or after the output changed.
    Fence,
    /// An operand, or the bytes around it, changed.
    Operands,
    /// The result follows what the output buffer held before the call.
    Unwritten,
    /// The oracle does not accept the result.
    Value,
    /// The same call again gave other bits.
    Repeat,
    /// The chunks in another order gave other bits.
    Order,
    /// The result is within its bound, but not the bits of the others.
    Bits,
    /// Calls at the same time gave other bits than calls one after another.
    Reentry,
    /// The process is not what it was, or the signals that the thread blocks are others.
    Process,
    /// The process grows with each call.
    Memory,
    /// The process that the call was made in has ended.
    Ended,
    /// The call did not end.
    Overdue,
}

impl Check {
    /// All of them.
    const ALL: [Check; 14] = [
        Check::Failed,
        Check::Environment,
        Check::Fence,
        Check::Operands,
        Check::Unwritten,
        Check::Value,
        Check::Repeat,
        Check::Order,
        Check::Bits,
        Check::Reentry,
        Check::Process,
        Check::Memory,
        Check::Ended,
        Check::Overdue,
    ];

    /// What is wrong, as a report says it.
    pub const fn name(self) -> &'static str {
        match self {
            Check::Failed => "panicked or failed",
            Check::Environment => "changed the floating-point environment",
            Check::Fence => "wrote outside its slice",
            Check::Operands => "changed its input",
            Check::Unwritten => "output not written",
            Check::Value => "wrong value",
            Check::Repeat => "not repeatable",
            Check::Order => "depends on the order of chunks",
            Check::Bits => "different bits",
            Check::Reentry => "not re-entrant",
            Check::Process => "changed its process",
            Check::Memory => "kept memory",
            Check::Ended => "ended its process",
            Check::Overdue => "exceeded the time limit",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Check {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        let known = Check::ALL.into_iter().find(|check| check.name() == name);
        known.ok_or_else(|| de::Error::custom(format!("unknown check '{name}'")))
    }
}

/// Two results, number by number: the one found, and the one it should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// How many numbers differ more than they may.
    pub wrong: usize,
    /// Of how many.
    pub of: usize,
    /// The index of the one that is furthest off.
    pub index: usize,
    /// What was found there.
    pub got: String,
    /// Its bits, in hexadecimal.
    pub got_bits: String,
    /// What should be there.
    pub want: String,
    /// Its bits, in hexadecimal.
    pub want_bits: String,
    /// The largest distance, in units in the last place of what should be there.
    #[serde(deserialize_with = "distance")]
    pub max_ulp: f64,
    /// The mean distance over all numbers.
    #[serde(deserialize_with = "distance")]
    pub mean_ulp: f64,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} numbers, worst at index {}: {} ({}), should be {} ({}); max {:.3e}, mean {:.3e} ulp",
            self.wrong,
            self.of,
            self.index,
            self.got,
            self.got_bits,
            self.want,
            self.want_bits,
            self.max_ulp,
            self.mean_ulp
        )
    }
}
