//! Samples by `rpprof`, drawn by `inferno`. Other samplers unwind with the C library's own means, which are
//! not made for signal handlers; this one has read the tables before and starts from the registers at the
//! signal, so that nothing in its handler allocates or waits.

mod cpu;
mod flame;

pub use cpu::used;
pub use flame::draw;

use crate::profile::stack::{Function, Language, Samples, Stack};
use crate::symbols;
use anyhow::{Context, Result};
use rpprof::{Frames, ProfilerGuard, Symbol};
use std::path::Path;

/// Samples for each second of CPU time, if the clock of the system ticks so often. No divisor of what
/// other things happen at.
const FREQUENCY: i32 = 997;

/// Takes samples until it ends.
pub struct Sampler(ProfilerGuard<'static>);

/// Whether there is a sampler here.
pub fn is_here() -> Result<()> {
    Ok(())
}

impl Sampler {
    pub fn begin() -> Result<Sampler> {
        let guard = ProfilerGuard::new(FREQUENCY).context("no samples can be taken")?;
        Ok(Sampler(guard))
    }

    pub fn end(self) -> Result<Samples> {
        // Reading them keeps the sampler busy, so that it misses more.
        let missed = self.0.missed_samples();
        let report = self.0.report().build().context("the samples cannot be read")?;
        let stacks = report.data.iter().map(|(frames, count)| stack(frames, *count));
        Ok(Samples { stacks: stacks.collect(), missed })
    }
}

fn stack(frames: &Frames, samples: isize) -> Stack {
    // Of functions that are inlined into each other the last one has the code.
    let functions = frames.frames.iter().rev().filter_map(|inlined| inlined.last());
    Stack {
        thread: frames.thread_name_or_id(),
        frames: functions.map(function).collect(),
        samples: samples.unsigned_abs() as u64,
    }
}

/// A function by its symbol, and by the file of its source if that is known.
fn function(symbol: &Symbol) -> Function {
    named(&symbol.sys_name(), symbol.filename.as_deref())
}

fn named(symbol: &str, file: Option<&Path>) -> Function {
    let name = symbols::demangled(symbol).unwrap_or_else(|| symbol.to_owned());
    Function { name, language: language(symbol, file) }
}

fn language(symbol: &str, file: Option<&Path>) -> Language {
    match file.and_then(Path::extension).and_then(|end| end.to_str()) {
        Some("rs") => Language::Rust,
        Some("cpp" | "cc" | "cxx" | "hpp") => Language::Cpp,
        Some("c" | "h" | "S") => Language::C,
        _ if symbols::is_rust(symbol) => Language::Rust,
        _ if symbol.starts_with("_Z") => Language::Cpp,
        _ => Language::C,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_that_of_the_file_or_of_the_name() {
        for (symbol, file, name, language) in [
            ("_ZN2ns3dotEmPKdS1_", None, "ns::dot", Language::Cpp),
            ("_RNvCs1234_7abreast3dot", None, "abreast::dot", Language::Rust),
            ("ab_ddot", None, "ab_ddot", Language::C),
            ("ab_ddot", Some("csrc/kernels/dot/dot.cpp"), "ab_ddot", Language::Cpp),
            ("no_mangle", Some("src/lib.rs"), "no_mangle", Language::Rust),
        ] {
            let expected = Function { name: name.to_owned(), language };
            assert_eq!(named(symbol, file.map(Path::new)), expected, "{symbol}");
        }
    }
}
