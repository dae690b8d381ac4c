//! `square` with variants that end, stop or spoil their process: for a gate that runs them in a process
//! that it can lose. Not in the registry of the defects that a gate survives.

use crate::c;
use crate::square::{Plant, Square, broken_c, broken_rust, sound, spoilt};
use abreast::Variant;

/// The length from which on it happens: not the first one that a gate tries.
const FROM: usize = 17;

/// Declares seeds whose variant in C does a fatal act on long operands.
macro_rules! in_c {
    ($($(#[$doc:meta])* $plant:ident $name:literal $act:ident;)*) => {$(
        $(#[$doc])*
        pub struct $plant;
        impl Plant for $plant {
            const NAME: &'static str = $name;
            const VARIANTS: &'static [Variant<Square<Self>>] =
                &broken_c(|c| spoilt(c, |x, _, _| act(x.len(), c::FatalAct::$act)));
        }
    )*};
}

fn act(n: usize, act: c::FatalAct) {
    if n >= FROM {
        c::fatal(act);
    }
}

in_c! {
    /// Prints: no defect, and nobody's table must be spoilt by it.
    Prints "prints" Print;
    /// Calls `exit(0)`.
    Exits "exits" Exit;
    /// Calls `_exit(0)`.
    Quits "quits" Quit;
    /// Writes where nothing is.
    Crashes "crashes" Crash;
    /// Calls `abort()`.
    Aborts "aborts" Abort;
    /// SIGKILL, as by a system without memory.
    KillsItself "kills_itself" Kill;
    /// Closes standard output.
    ClosesOutput "closes_output" CloseOutput;
    /// Makes standard output another file.
    ReplacesOutput "replaces_output" ReplaceOutput;
    /// Closes every descriptor but the standard ones.
    ClosesAll "closes_all" CloseAll;
    /// Writes to every descriptor but the standard ones.
    Babbles "babbles" Babble;
    /// Forks, and both processes go on.
    Forks "forks" Fork;
    /// Forks a process that stays when this one is killed.
    LeavesOrphan "leaves_orphan" Orphan;
    /// Leaves a handler that crashes when the process ends.
    CrashesAtExit "crashes_at_exit" CrashAtExit;
    /// Leaves a thread that crashes a little later.
    LeavesThread "leaves_thread" Thread;
    /// Never comes back.
    Loops "loops" Loop;
    /// Never comes back, and takes no time.
    Sleeps "sleeps" Sleep;
    /// SIGSTOP.
    StopsItself "stops_itself" Stop;
    /// Leaves a handler that never comes back when the process ends.
    LoopsAtExit "loops_at_exit" LoopAtExit;
    /// Takes all the memory it is given, and does not look whether it is given any.
    Eats "eats" Eat;
    /// Changes the working folder.
    ChangesFolder "changes_folder" Folder;
    /// Ignores a signal.
    IgnoresSignal "ignores_signal" Ignore;
    /// Installs a signal handler.
    HandlesSignal "handles_signal" Handle;
    /// Changes the umask.
    SetsUmask "sets_umask" Umask;
    /// Leaves a descriptor open each time.
    LeavesOpen "leaves_open" Open;
    /// Keeps 4 KB each time.
    KeepsMemory "keeps_memory" Keep;
}

/// Crashes at one size, which no gate tries.
pub struct CrashesLate;
impl Plant for CrashesLate {
    const NAME: &'static str = "crashes_late";
    const VARIANTS: &'static [Variant<Square<Self>>] = &broken_c(|c| {
        let is_late = *c.args == LATE;
        spoilt(c, |_, _, _| {
            if is_late {
                c::fatal(c::FatalAct::Crash)
            }
        })
    });
}

/// The size at which it does.
const LATE: u64 = 30_011;

/// Declares seeds that read outside their operand, on long ones, and make nothing of it.
macro_rules! peeking {
    ($($(#[$doc:meta])* $plant:ident $name:literal $from:expr;)*) => {$(
        $(#[$doc])*
        pub struct $plant;
        impl Plant for $plant {
            const NAME: &'static str = $name;
            const VARIANTS: &'static [Variant<Square<Self>>] = &broken_c(|c| {
                spoilt(c, |x, _, _| if x.len() >= FROM { c::peek(x, $from(x.len())) })
            });
        }
    )*};
}

peeking! {
    /// Reads the number before its operand.
    ReadsBefore "reads_before" |_| -1;
    /// Reads the number after its operand.
    ReadsAfter "reads_after" |n: usize| n as isize;
}

/// Ends its process from Rust.
pub struct ExitsInRust;
impl Plant for ExitsInRust {
    const NAME: &'static str = "exits_in_rust";
    const VARIANTS: &'static [Variant<Square<Self>>] = &broken_rust(|c| {
        spoilt(c, |x, _, _| {
            if x.len() >= FROM {
                std::process::exit(0);
            }
        })
    });
}

/// Declares seeds whose variant in C does a fatal act on some threads only, by their names.
macro_rules! on_threads {
    ($($(#[$doc:meta])* $plant:ident $name:literal $act:ident $is_one:expr;)*) => {$(
        $(#[$doc])*
        pub struct $plant;
        impl Plant for $plant {
            const NAME: &'static str = $name;
            const VARIANTS: &'static [Variant<Square<Self>>] =
                &broken_c(|c| spoilt(c, |_, _, _| on_thread($is_one, c::FatalAct::$act)));
        }
    )*};
}

fn on_thread(is_one: fn(&str) -> bool, act: c::FatalAct) {
    if is_one(std::thread::current().name().unwrap_or_default()) {
        c::fatal(act);
    }
}

on_threads! {
    /// Crashes on the threads of executors that are in the same process, not on those of the gate.
    CrashesOnPools "crashes_on_pools" Crash |name| !name.starts_with("gate") && name != "main";
    /// Forks where many threads call at once.
    ForksInCrowds "forks_in_crowds" Fork |name| name.starts_with("gate-");
    /// Forks on the threads of executors that are in the same process.
    ForksOnPools "forks_on_pools" Fork |name| !name.starts_with("gate") && name != "main";
    /// Forks in worker processes.
    ForksInWorkers "forks_in_workers" Fork |name| name == "main";
}

/// The kernel's own oracle never comes back.
pub struct OracleLoops;
impl Plant for OracleLoops {
    const NAME: &'static str = "oracle_loops";
    const VARIANTS: &'static [Variant<Square<Self>>] = &sound();

    fn oracle(n: usize) {
        act(n, c::FatalAct::Loop);
    }
}

/// The kernel's own sample crashes.
pub struct SampleCrashes;
impl Plant for SampleCrashes {
    const NAME: &'static str = "sample_crashes";
    const VARIANTS: &'static [Variant<Square<Self>>] = &sound();

    fn sample(n: usize) {
        act(n, c::FatalAct::Crash);
    }
}
