//! A profile by samples: every few milliseconds of CPU time the stack of the program is noted.
//!
//! `abreast run pi --profile flame.svg` does the same to a kernel, and draws it.

use rpprof::{ProfilerGuard, Report};

/// Samples for each second of CPU time, if the system's clock ticks so often.
const FREQUENCY: i32 = 997;

pub struct Profile {
    report: Report,
    pub samples: u64,
}

/// Runs `work` under the sampler. None if that did not give a sample.
pub fn of(work: impl FnOnce()) -> Option<Profile> {
    let guard = ProfilerGuard::new(FREQUENCY).ok()?;
    work();
    let report = guard.report().build().ok()?;
    let samples = report.data.values().map(|count| *count as u64).sum();
    (samples > 0).then_some(Profile { report, samples })
}

impl Profile {
    /// The part of the samples that were taken in the function, or in what it calls.
    pub fn share_of(&self, function: &str) -> f64 {
        let within = self.report.data.iter().filter(|(stack, _)| {
            stack.frames.iter().flatten().any(|symbol| symbol.name().ends_with(function))
        });
        within.map(|(_, count)| *count as f64).sum::<f64>() / self.samples as f64
    }

    /// How far a share may be from the truth, by chance: half of the widest interval at 95 %.
    pub fn may_be_off_by(&self) -> f64 {
        0.98 / (self.samples as f64).sqrt()
    }
}
