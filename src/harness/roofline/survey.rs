//! How near calls come to the machine's limits, of all that a comparison timed.

use super::{Limit, Roofline};
use crate::harness::model::{Comparison, KernelRows, Row};
use serde::Serialize;

/// The calls of one level on one thread, beside the limits.
#[derive(Debug, Clone, Serialize)]
pub struct Survey<'c> {
    /// The form of the JSON.
    pub schema: &'static str,
    /// The level of all calls.
    pub level: &'c str,
    /// What the machine can do, measured in this run.
    pub limits: &'c Roofline,
    /// Each variant at each size.
    pub calls: Vec<Call<'c>>,
    /// Whether every variant passed the gate.
    pub agreed: bool,
    /// What should make a reader careful.
    pub warnings: &'c [String],
}

/// One variant at one size.
#[derive(Debug, Clone, Serialize)]
pub struct Call<'c> {
    /// The kernel.
    pub kernel: &'c str,
    /// The variant.
    pub variant: &'c str,
    /// The size.
    pub n: u64,
    /// Bytes of the operands.
    pub footprint: u64,
    /// One call, in the best round.
    pub seconds: f64,
    /// Bytes read and written.
    pub gb_per_second: Option<f64>,
    /// Operations.
    pub gflops: Option<f64>,
    /// 1 is the roofline itself.
    pub share: f64,
    /// Which of the machine's limits is the nearest.
    pub limit: Limit,
    /// Whether it is beyond the limit by more than measuring explains.
    pub beyond: bool,
}

impl<'c> Survey<'c> {
    /// The calls of the comparison at this level.
    pub fn of(comparison: &'c Comparison, level: &'c str) -> Survey<'c> {
        let calls = comparison.kernels.iter().flat_map(|table| {
            rows(table, level).filter_map(|row| Call::of(table, row)).collect::<Vec<_>>()
        });
        Survey {
            schema: "abreast.roofline/1",
            level,
            limits: &comparison.roofline,
            calls: calls.collect(),
            agreed: comparison.agreement.agreed,
            warnings: &comparison.warnings,
        }
    }
}

impl<'c> Call<'c> {
    /// The call of this row; none where no limit was measured.
    pub fn of(table: &'c KernelRows, row: &'c Row) -> Option<Call<'c>> {
        let share = row.roofline?;
        Some(Call {
            kernel: table.kernel,
            variant: row.variant,
            n: row.n,
            footprint: row.footprint,
            seconds: row.best_seconds,
            gb_per_second: row.gb_per_second,
            gflops: row.gflops,
            share: share.share,
            limit: share.limit,
            beyond: share.is_beyond(),
        })
    }
}

/// The variant's row at the level on one thread that comes nearest to a limit, if any was measured.
pub fn nearest<'t>(table: &'t KernelRows, variant: &str, level: &str) -> Option<&'t Row> {
    let share = |row: &&Row| row.roofline.map_or(0.0, |roofline| roofline.share);
    rows(table, level)
        .filter(|row| row.variant == variant && row.roofline.is_some())
        .max_by(|a, b| share(a).total_cmp(&share(b)))
}

fn rows<'t>(table: &'t KernelRows, level: &str) -> impl Iterator<Item = &'t Row> {
    table.shown().filter(move |row| row.level == level && row.threads == 1)
}
