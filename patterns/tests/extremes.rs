//! Whatever number safe Rust can hand over, C and C++ do nothing undefined with it, and return: the pages' foreign
//! halves, compiled so that undefined arithmetic ends the process (no library of a sanitizer is needed for that),
//! and called with the smallest and the largest numbers of each type.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Pages whose file in C takes numbers.
const C: [&str; 25] = [
    "batching",
    "borrowing_child",
    "completion_waker",
    "drift_triangle",
    "enums_as_integers",
    "errno",
    "error_handlers",
    "fortran_abi",
    "inline_shim",
    "kept_callback",
    "levels",
    "library_threads",
    "longjmp_quarantine",
    "measurement_traps",
    "opaque_handle",
    "output_buffer",
    "owned_handle",
    "panic_parcel",
    "pinned_struct",
    "scoped_callback",
    "status_codes",
    "stored_callback",
    "thread_contracts",
    "unions_and_tails",
    "who_frees",
];
/// And in C++.
const CPP: [&str; 6] = [
    "cpp_classes/cpp_classes.cpp",
    "cpp_values/cpp_values.cpp",
    "exception_firewall/exception_firewall.cpp",
    "exception_firewall/rehearsal.cpp",
    "std_function/std_function.cpp",
    "strided_views/strided_views.cpp",
];

/// How clang and newer gccs call it, and how older ones do.
const TRAPS: [&str; 2] = ["-fsanitize-trap=all", "-fsanitize-undefined-trap-on-error"];

fn compiler(variable: &str, usual: &str, trap: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os(variable).unwrap_or(usual.into()));
    command
        .current_dir(folder)
        .args(["-O1", "-w", "-pthread", "-ffp-contract=off", "-I"])
        .arg(csrc());
    command.args(["-fsanitize=undefined", "-fsanitize=float-cast-overflow", trap]);
    command
}

fn csrc() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("csrc")
}

fn program(trap: &str) -> Result<PathBuf, Output> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("extremes");
    std::fs::create_dir_all(&folder).expect("a folder for the build");
    let done = |output: Output| if output.status.success() { Ok(()) } else { Err(output) };
    let mut c = compiler("CC", "cc", trap, &folder);
    c.args(["-std=c11", "-c"]).args(C.map(|page| csrc().join(page).join(page).with_extension("c")));
    done(c.output().expect("a compiler of C"))?;
    let mut cpp = compiler("CXX", "c++", trap, &folder);
    cpp.args(["-std=c++17", "-o", "program"]).args(CPP.map(|file| csrc().join(file)));
    cpp.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/extremes/program.cpp"));
    cpp.args(C.map(|page| format!("{page}.o"))).arg("-lm");
    done(cpp.output().expect("a compiler of C++"))?;
    Ok(folder.join("program"))
}

/// Ended when this goes, if it has not ended by itself.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What it printed, and whether it returned 0. Panics when it does not end.
fn run(program: &Path, arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running(command.spawn().expect("started"));
    let hang = Instant::now() + Duration::from_secs(300);
    while running.0.try_wait().expect("a child").is_none() {
        assert!(Instant::now() < hang, "it does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
    let text = |stream: &mut dyn std::io::Read| {
        let mut text = String::new();
        stream.read_to_string(&mut text).map(|_| text).expect("text")
    };
    let said = text(running.0.stdout.as_mut().expect("piped"));
    let complained = text(running.0.stderr.as_mut().expect("piped"));
    let status = running.0.wait().expect("a child");
    (format!("{said}{complained}{status}"), status.success())
}

#[test]
fn no_number_makes_c_do_what_is_undefined() {
    let built = program(TRAPS[0]).or_else(|_| program(TRAPS[1]));
    let program = built.unwrap_or_else(|output| {
        panic!("{}", String::from_utf8_lossy(&output.stderr));
    });
    let (said, _) = run(&program, &["mutants"]);
    assert!(said.contains("signal"), "an overflow that was seeded is not noticed: {said}");
    let (said, returned) = run(&program, &[]);
    assert!(returned && said.starts_with("every call has returned"), "{said}");
}
