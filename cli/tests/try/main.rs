//! `abreast try`: files of anybody, compiled, agreed and compared. No test depends on which is faster.
#![cfg(target_os = "linux")]

mod allocations;
mod bad_input;
mod faults;
mod files;
mod guide;
#[cfg(target_arch = "x86_64")]
mod machine_code;
mod signatures;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A folder to work in, and one for temporary files that must be empty again in the end.
struct Bench {
    folder: tempfile::TempDir,
    temporary: tempfile::TempDir,
}

/// How a run ended.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

/// As little timing as can be.
const BRIEF: [&str; 5] = ["--quick", "--starts", "1", "--sizes", "8,64"];

const DOT: &str = "f64(n, *f64, *f64)";

impl Bench {
    fn new() -> Bench {
        let folder = || tempfile::tempdir().expect("a folder");
        Bench { folder: folder(), temporary: folder() }
    }

    /// With some files in it.
    fn with(files: &[(&str, &str)]) -> Bench {
        let bench = Bench::new();
        files.iter().for_each(|(name, text)| bench.write(name, text));
        bench
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: impl AsRef<Path>, text: &str) {
        let file = self.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("written");
    }

    fn command(&self, program: &Path, args: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(program);
        command.arg("try").args(args).current_dir(self.path()).env("TMPDIR", self.temporary.path());
        for variable in ["CC", "CXX", "RUSTC", "CFLAGS", "CXXFLAGS"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs `abreast try` to its end.
    fn run(&self, args: &[impl AsRef<OsStr>]) -> Said {
        self.ended(self.command(&program(), args))
    }

    /// As [`Bench::run`], with as little timing as can be.
    fn brief(&self, args: &[&str]) -> Said {
        self.run(&[args, &BRIEF].concat())
    }

    #[track_caller]
    fn ended(&self, mut command: Command) -> Said {
        let output = command.stdin(Stdio::null()).output().expect("a process");
        assert_eq!(self.left(), Vec::<PathBuf>::new(), "{command:?} left something behind");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command(&program(), args);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("a process")
    }

    /// What there is among the temporary files.
    fn left(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.temporary.path()).expect("read");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }
}

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_abreast"))
}

impl Said {
    fn all(&self) -> String {
        // Sentences are wrapped: what is indented belongs to the line before.
        format!("{}\n{}", self.out, self.err).replace("\n  ", " ")
    }

    #[track_caller]
    fn ends_with(&self, code: i32) -> &Said {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// A line of either stream has all the parts.
    #[track_caller]
    fn has(&self, parts: &[&str]) -> &Said {
        let all = self.all();
        let fits = |line: &str| parts.iter().all(|part| line.contains(part));
        assert!(all.lines().any(fits), "{parts:?} not in\n{all}");
        self
    }
}

/// The same function in three languages. That in C++ has a mangled name.
const DOT_C: &str = "#include <stddef.h>
double dot(size_t n, const double *x, const double *y) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
    return sum;
}
";
const DOT_CPP: &str = "#include <cstddef>
#include <numeric>
double dot(std::size_t n, const double *x, const double *y) {
    return std::inner_product(x, x + n, y, 0.0);
}
";
const DOT_RS: &str = "#[no_mangle]
pub unsafe extern \"C\" fn dot(n: usize, x: *const f64, y: *const f64) -> f64 {
    let (x, y) = unsafe { (std::slice::from_raw_parts(x, n), std::slice::from_raw_parts(y, n)) };
    x.iter().zip(y).fold(0.0, |sum, (a, b)| sum + a * b)
}
";

fn three_languages() -> Bench {
    Bench::with(&[("dot.c", DOT_C), ("dot.cpp", DOT_CPP), ("dot.rs", DOT_RS)])
}

#[test]
fn three_languages_are_compared_and_there_are_table_verdict_and_report() {
    let bench = three_languages();
    let said = bench.brief(&[
        "dot.c",
        "dot.cpp",
        "dot.rs",
        "--sig",
        DOT,
        "--cost",
        "bytes=16*n,flops=2*n",
    ]);
    said.ends_with(0).has(&["vs dot.c", "GB/s", "GFLOP/s"]).has(&["dot  n = 64"]);
    said.has(&["dot.c", "1.00x"]).has(&["(empty call)"]).has(&["all three agree on"]);
    said.has(&["C: ", "-O3"]).has(&["C++: ", "-O3"]).has(&["Rust: rustc", "opt-level=3"]);
    said.has(&["abreast-try.html"]);
    assert!(!said.all().contains("--layouts"), "there is no such option: {}", said.out);
    let page = fs::read_to_string(bench.path().join("abreast-try.html")).expect("a report");
    assert!(page.contains("dot.cpp") && !page.contains("debug assertions"));
}

#[test]
fn two_ways_to_compile_are_two_variants_and_the_signature_is_read_from_the_source() {
    let bench = Bench::with(&[(
        "sum.c",
        "double sum(int n, const double *x) { double s = 0; for (int i = 0; i < n; i++) s += x[i]; return s; }\n",
    )]);
    let said = bench.brief(&["sum.c", "--cflags", "-O2", "--cflags", "-O3 -march=native"]);
    said.ends_with(0).has(&["vs sum.c -O2"]).has(&["sum.c -O3 -march=native"]);
    said.has(&["--sig 'f64(n: i32, x: *f64)', as sum.c -O2 has it"]).has(&["both agree on"]);
    let alone = bench.brief(&["sum.c"]);
    alone
        .ends_with(0)
        .has(&["only one variant, sum.c: its times stand alone"])
        .has(&["sum.c", "1.00x"]);
}

#[test]
fn inputs_in_turn_are_what_the_engine_makes_of_them() {
    let bench = three_languages();
    let words = ["dot.c", "dot.rs", "--sig", DOT];
    let said = bench.brief(&[&words[..], &["--inputs", "16", "--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&said.ends_with(0).out).expect("JSON");
    // Not --cold: where the largest cache has hundreds of MiB, emptying it before each call takes minutes.
    assert_eq!(
        json["groups"][0]["mode"],
        serde_json::json!({"inputs": 16, "cold": false, "latency": false})
    );
    for (inputs, why) in
        [("0", "at least 1"), ("5000", "from 1 to 4096"), ("2^62", "does not fit in memory")]
    {
        let said = bench.brief(&[&words[..], &["--inputs", inputs]].concat());
        said.ends_with(2).has(&[why]);
    }
}

#[test]
fn latency_is_for_functions_that_return_a_value() {
    let bench = three_languages();
    let words = ["dot.c", "dot.rs", "--sig", DOT, "--latency"];
    let said = bench.brief(&[&words[..], &["--inputs", "3", "--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&said.ends_with(0).out).expect("JSON");
    let mode = serde_json::json!({"inputs": 3, "cold": false, "latency": true});
    assert_eq!(json["groups"][0]["mode"], mode);
    bench.write(
        "fill.c",
        "void fill(long n, double *x) { for (long i = 0; i < n; i++) x[i] = i; }\n",
    );
    let fill = bench.brief(&["fill.c", "--sig", "void(n: i64, *out f64)", "--latency"]);
    fill.ends_with(2)
        .has(&["--latency: a call needs the result of the one before", "returns none"]);
    let both = bench.brief(&[&words[..], &["--cold"]].concat());
    both.ends_with(2).has(&["--cold"]);
}

#[test]
fn results_go_into_files_and_json_to_stdout_is_one_object() {
    let bench = three_languages();
    let files = ["dot.c", "dot.rs", "--sig", DOT, "--md=a.md", "--html", "b.html", "--json"];
    let said = bench.brief(&files);
    let json: serde_json::Value = serde_json::from_str(&said.ends_with(0).out).expect("one object");
    assert_eq!(json["groups"][0]["agreement"]["agreed"], true);
    assert_eq!(json["groups"][0]["timed"], serde_json::json!(["dot.c", "dot.rs"]));
    assert_eq!(json["compilers"][1]["what"], "Rust");
    assert!(bench.path().join("a.md").is_file() && bench.path().join("b.html").is_file());
    assert!(!bench.path().join("abreast-try.html").exists());
    bench.write("mine.json", "a thesis");
    let said = bench.brief(&["dot.c", "--sig", DOT, "--json=mine.json"]);
    said.ends_with(2).has(&["mine.json was not written by this program"]);
    bench.brief(&["dot.c", "--sig", DOT, "--json=mine.json", "--force"]).ends_with(0);
}

#[test]
fn the_program_needs_nothing_of_ours_at_run_time_but_a_compiler() {
    let bench = Bench::with(&[("dot.c", DOT_C)]);
    let copy = bench.path().join("moved");
    fs::copy(program(), &copy).expect("a copy");
    let args = [&["dot.c", "--cflags", "-O1", "--cflags", "-O2"][..], &BRIEF].concat();
    let mut command = bench.command(&copy, &args);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("TMPDIR", bench.temporary.path());
    bench.ended(command).ends_with(0).has(&["both agree on"]);
    assert!(bench.path().join("abreast-try.html").is_file());
}
