//! Kernels with one seeded defect each, and their sound twins. They prove that the agreement gate
//! has teeth: `tests/caught.rs` demands that each is caught, with the right words and the right
//! name, and that the twins pass.
//!
//! They are also what a user's own registry looks like from outside the crate.

mod c;
#[cfg(target_os = "linux")]
mod cpp;
#[cfg(target_os = "linux")]
pub mod fatal;
#[cfg(target_os = "linux")]
pub mod harm;
pub mod square;
pub mod total;

use abreast::kernel::Entry;

/// The sound kernels first, then the defects.
pub static REGISTRY: &[Entry] = &[
    Entry::of::<square::Square<square::Sound>>(),
    Entry::of::<total::Total<total::Sound>>(),
    Entry::of::<total::Total<total::Bounded>>(),
    Entry::of::<square::Square<square::NullBody>>(),
    Entry::of::<square::Square<square::ForgetsTail>>(),
    Entry::of::<square::Square<square::AddsToOutput>>(),
    Entry::of::<square::Square<square::AllNan>>(),
    Entry::of::<square::Square<square::AllZero>>(),
    Entry::of::<square::Square<square::Permuted>>(),
    Entry::of::<square::Square<square::WrongTail>>(),
    Entry::of::<square::Square<square::OneLevel>>(),
    Entry::of::<square::Square<square::Misaligned>>(),
    Entry::of::<square::Square<square::Unrepeatable>>(),
    Entry::of::<square::Square<square::Panics>>(),
    Entry::of::<square::Square<square::Fails>>(),
    Entry::of::<square::Square<square::WritesAfter>>(),
    Entry::of::<square::Square<square::WritesBefore>>(),
    Entry::of::<square::Square<square::WritesIntoNext>>(),
    Entry::of::<square::Square<square::ChangesInput>>(),
    Entry::of::<square::Square<square::HiddenStatic>>(),
    Entry::of::<square::Square<square::LeavesFtz>>(),
    Entry::of::<square::Square<square::LeavesRounding>>(),
    Entry::of::<square::Square<square::LeavesX87>>(),
    Entry::of::<square::Square<square::BlocksSignal>>(),
    Entry::of::<square::Square<square::StaticDouble>>(),
    Entry::of::<square::Square<square::ReadsOldOutput>>(),
    Entry::of::<square::Square<square::KnowsTheAnswer>>(),
    Entry::of::<square::Square<square::OffList>>(),
    Entry::of::<square::Square<square::Large>>(),
    Entry::of::<square::Square<square::Tiny>>(),
    Entry::of::<square::Square<square::Mixed>>(),
    Entry::of::<total::Total<total::OtherFold>>(),
    Entry::of::<total::Total<total::ForgetsPart>>(),
];

/// Kernels that end, stop or spoil the process that runs them, and two sound ones. A gate in a
/// process that is to live on must not be given these.
#[cfg(target_os = "linux")]
pub static FATAL: &[Entry] = &[
    Entry::of::<square::Square<square::Sound>>(),
    Entry::of::<square::Square<fatal::Prints>>(),
    Entry::of::<square::Square<fatal::Exits>>(),
    Entry::of::<square::Square<fatal::Quits>>(),
    Entry::of::<square::Square<fatal::ExitsInRust>>(),
    Entry::of::<square::Square<fatal::Crashes>>(),
    Entry::of::<square::Square<fatal::CrashesLate>>(),
    Entry::of::<square::Square<fatal::Aborts>>(),
    Entry::of::<square::Square<fatal::KillsItself>>(),
    Entry::of::<square::Square<fatal::ClosesOutput>>(),
    Entry::of::<square::Square<fatal::ReplacesOutput>>(),
    Entry::of::<square::Square<fatal::ClosesAll>>(),
    Entry::of::<square::Square<fatal::Babbles>>(),
    Entry::of::<square::Square<fatal::Forks>>(),
    Entry::of::<square::Square<fatal::ForksInCrowds>>(),
    Entry::of::<square::Square<fatal::ForksOnPools>>(),
    Entry::of::<square::Square<fatal::ForksInWorkers>>(),
    Entry::of::<square::Square<fatal::LeavesOrphan>>(),
    Entry::of::<square::Square<fatal::CrashesAtExit>>(),
    Entry::of::<square::Square<fatal::LeavesThread>>(),
    Entry::of::<square::Square<fatal::Loops>>(),
    Entry::of::<square::Square<fatal::Sleeps>>(),
    Entry::of::<square::Square<fatal::StopsItself>>(),
    Entry::of::<square::Square<fatal::LoopsAtExit>>(),
    Entry::of::<square::Square<fatal::CrashesOnPools>>(),
    Entry::of::<square::Square<fatal::OracleLoops>>(),
    Entry::of::<square::Square<fatal::SampleCrashes>>(),
    Entry::of::<square::Square<fatal::Eats>>(),
    Entry::of::<square::Square<fatal::ChangesFolder>>(),
    Entry::of::<square::Square<fatal::IgnoresSignal>>(),
    Entry::of::<square::Square<fatal::HandlesSignal>>(),
    Entry::of::<square::Square<fatal::SetsUmask>>(),
    Entry::of::<square::Square<fatal::LeavesOpen>>(),
    Entry::of::<square::Square<fatal::KeepsMemory>>(),
    Entry::of::<square::Square<fatal::ReadsBefore>>(),
    Entry::of::<square::Square<fatal::ReadsAfter>>(),
];
