//! What memory one call needs beyond its operands and its output, by variant and executor.
//!
//! Each is measured in a process of its own, so that nothing of another one is left there: how far the memory
//! in use (RSS) of the process rises above what it was before the call, and where somebody counts for it, what
//! it asked malloc for. Who starts the process looks at its memory all the time. This is Linux's `/proc`.

mod plot;
mod show;

pub use plot::svg;
pub use show::{COLUMNS, HTML_BEGINS, cells, html, title};

use crate::exec::{Control, Executor};
use crate::kernel::{Choice, Entry, Request};
use crate::{Error, Fault};
use abreast_compare::Allocations;
use serde::{Deserialize, Serialize};
use std::fs;
use std::time::Duration;

/// What one process says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The size.
    pub n: u64,
    /// Bytes of the operands.
    pub operands: u64,
    /// Bytes of the output.
    pub output: u64,
    /// How far the memory in use rose during the call, with the output; none where the system does not tell.
    pub rise: Option<u64>,
    /// What was asked of malloc during the call, with the output; none where nobody counted.
    pub allocations: Option<Allocations>,
}

/// Memory in use at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sample {
    /// Seconds since the process was first seen.
    pub seconds: f64,
    /// Bytes.
    pub bytes: u64,
}

/// A variant on an executor.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The variant.
    pub variant: String,
    /// The executor.
    pub exec: String,
    /// What was measured, or how the process ended instead.
    pub found: Result<Measured, String>,
    /// The memory of its process from beginning to end.
    pub curve: Vec<Sample>,
}

/// What came out.
#[derive(Debug, Clone, Serialize)]
pub struct Memory {
    /// The kernel.
    pub kernel: &'static str,
    /// The level.
    pub level: &'static str,
    /// The size that was asked for, in the kernel's own sense.
    pub size: u64,
    /// When, in UTC.
    pub created: String,
    /// Variant by variant.
    pub rows: Vec<Row>,
    /// What to know about the numbers.
    pub notes: Vec<String>,
}

impl Measured {
    /// The most that was in use beyond operands and output.
    pub fn beyond(&self) -> Option<u64> {
        self.rise.map(|rise| rise.saturating_sub(self.output))
    }

    /// The most that malloc had given out beyond them.
    pub fn heap_beyond(&self) -> Option<u64> {
        let peak = self.allocations.and_then(|of| of.peak);
        peak.map(|peak| peak.saturating_sub(self.output))
    }
}

/// One call in this process, which does nothing else. `count` makes it and says what it allocated, if anybody
/// counts.
///
/// # Errors
/// What the kernel refuses, or what the executor reports.
pub fn measure_here(
    entry: &Entry,
    choice: Choice,
    executor: &dyn Executor,
    request: &Request,
    count: impl FnOnce(&mut dyn FnMut()) -> Option<Allocations>,
) -> Result<Measured, Fault> {
    let mut case = entry.case(request)?;
    let (n, output) = (case.n(), case.output_bytes() as u64);
    let operands = (case.footprint() as u64).saturating_sub(output);
    let mut ran: Result<Duration, Fault> = Ok(Duration::ZERO);
    // From here on the highest is that of the call.
    let is_reset = fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = status("VmRSS");
    let allocations = count(&mut || {
        ran = case.time_on(Some(choice), 1, &mut |tasks| {
            executor.run(tasks, &Control::default()).map(drop)
        });
    });
    let highest = status("VmHWM").filter(|_| is_reset);
    ran?;
    let rise = highest.zip(before).map(|(highest, before)| highest.saturating_sub(before));
    Ok(Measured { n, operands, output, rise, allocations })
}

/// A number of bytes that the system tells about this process.
fn status(field: &str) -> Option<u64> {
    field_of(&fs::read_to_string("/proc/self/status").ok()?, field)
}

/// Bytes of memory that another process uses now.
pub fn in_use_by(process: u32) -> Option<u64> {
    field_of(&fs::read_to_string(format!("/proc/{process}/status")).ok()?, "VmRSS")
}

/// `VmRSS:     1234 kB`
fn field_of(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

/// The size that is measured unless one is given: the largest that the comparison sweeps.
///
/// # Errors
/// A size that no kernel can have.
pub fn request(entry: &Entry, n: Option<u64>, seed: u64) -> Result<(u64, Request), Error> {
    let n = n.or_else(|| entry.sweep.last().copied()).unwrap_or(1);
    Ok((n, super::compare::times::request(n, seed)?))
}

#[cfg(test)]
mod tests;
