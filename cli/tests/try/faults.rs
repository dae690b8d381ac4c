//! Functions with one fault each, beside a good one: each is named, and the good one is judged and timed.

use crate::{BRIEF, Bench, DOT, DOT_C};
use std::time::{Duration, Instant};

/// A dot product in C with something before its result.
fn dot(extra: &str, result: &str) -> String {
    format!(
        "#include <stddef.h>\n#include <stdlib.h>\n#include <unistd.h>\n
double dot(size_t n, const double *x, const double *y) {{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * y[i];
    {extra}
    return {result};
}}\n"
    )
}

#[test]
fn every_fault_is_named_and_the_good_one_is_timed() {
    let bench = Bench::with(&[("good.c", DOT_C)]);
    for (extra, result, parts) in [
        (
            "volatile double a = x[n];",
            "sum",
            &["at n = 8", "SIGSEGV: it touched what lies behind argument 2"][..],
        ),
        (
            "volatile double a = y[-1];",
            "sum",
            &["at n = 8", "SIGSEGV: it touched what lies before argument 3"],
        ),
        (
            "((volatile double *)y)[n] = 1;",
            "sum",
            &["at n = 8", "SIGSEGV: it touched what lies behind argument 3"],
        ),
        ("if (n) ((double *)x)[0] += 1;", "sum", &["changes its input"]),
        ("", "n == 7 ? 0.0 / 0.0 : sum", &["bad.c at n = 7", "is NaN"]),
        ("if (n) sum -= x[n - 1] * y[n - 1];", "sum", &["where good.c gives", "off by"]),
        ("static double all; all += sum + 1;", "all", &["the first call gave", "and the second"]),
        (
            "if (n == 64) *(volatile int *)8 = 1;",
            "sum",
            &["bad.c at n = 64", "crashed with SIGSEGV"],
        ),
        ("if (n == 64) abort();", "sum", &["bad.c at n = 64", "SIGABRT"]),
        ("if (n == 64) exit(0);", "sum", &["ended the process with exit code 0"]),
        ("if (chdir(\"/\")) sum = 1;", "sum", &["the working folder is another one"]),
    ] {
        bench.write("bad.c", &dot(extra, result));
        let said = bench.brief(&["good.c", "bad.c", "--sig", DOT]);
        said.ends_with(1).has(&[&["bad.c at "], parts].concat());
        said.has(&["not timed: bad.c"]).has(&["timed: good.c"]);
    }
}

#[test]
fn a_call_that_never_returns_is_stopped() {
    let bench = Bench::with(&[("good.c", DOT_C)]);
    bench.write("bad.c", &dot("for (volatile int i = 0; n == 64;) i = 1;", "sum"));
    let said = bench.brief(&["good.c", "bad.c", "--sig", DOT, "--timeout", "2"]);
    said.ends_with(1)
        .has(&["bad.c at n = 64", "did not return within 2 s"])
        .has(&["timed: good.c"]);
}

#[test]
fn what_is_only_written_must_be_written_and_not_read() {
    let scale = |body: &str| {
        format!(
            "#include <stddef.h>\nvoid scale(size_t n, const double *x, double *y) {{ {body} }}\n"
        )
    };
    let bench = Bench::new();
    bench.write("good.c", &scale("for (size_t i = 0; i < n; i++) y[i] = 2 * x[i];"));
    for (bad, part) in [
        ("for (size_t i = 0; i + 1 < n; i++) y[i] = 2 * x[i];", "NaN"),
        ("for (size_t i = 0; i < n; i++) y[i] = 2 * x[i] + 0 * y[i];", "NaN"),
        (
            "for (size_t i = 0; i < n; i++) if (y[i] != y[i]) y[i] = 2 * x[i];",
            "the first call gave",
        ),
        ("for (size_t i = 0; i <= n; i++) y[i] = 2 * x[i % (n ? n : 1)];", "behind y"),
    ] {
        bench.write("bad.c", &scale(bad));
        let said = bench.brief(&["good.c", "bad.c", "--sig", "void(n, x: *f64, y: *out f64)"]);
        said.ends_with(1).has(&["bad.c at ", part]).has(&["timed: good.c"]);
    }
}

#[test]
fn an_end_by_a_signal_leaves_no_folder() {
    let bench = Bench::new();
    bench.write("bad.c", &dot("for (volatile int i = 0; n == 64;) i = 1;", "sum"));
    let mut running = bench.start(&[&["bad.c", "--sig", DOT][..], &BRIEF].concat());
    let (began, patience) = (Instant::now(), Duration::from_secs(300));
    let has = |name: &str| bench.left().iter().any(|folder| folder.join(name).exists());
    while !has("last-words") {
        assert!(running.try_wait().expect("a state").is_none(), "it ended by itself");
        assert!(began.elapsed() < patience, "no worker has come");
        std::thread::sleep(Duration::from_millis(5));
    }
    let id = running.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill");
    assert!(!running.wait().expect("ended").success());
    // The worker, which is in an endless loop, notices within a second that it is alone.
    while !bench.left().is_empty() {
        assert!(began.elapsed() < patience, "{:?}", bench.left());
        std::thread::sleep(Duration::from_millis(20));
    }
}
