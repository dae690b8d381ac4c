//! `--allocs`: what a call asks malloc for, in each language, counted apart from the times.
#![cfg(target_env = "gnu")]

use crate::{BRIEF, Bench};

/// A sum by way of a copy of n numbers, and one without.
const COPY_C: &str = "#include <stdlib.h>
#include <string.h>
double total(size_t n, const double *x) {
    double *copy = malloc(n * sizeof *copy), sum = 0;
    memcpy(copy, x, n * sizeof *copy);
    for (size_t i = 0; i < n; i++) sum += ((volatile double *)copy)[i];
    free(copy);
    return sum;
}
";
const COPY_CPP: &str = "#include <cstddef>
#include <vector>
extern \"C\" double total(std::size_t n, const double *x) {
    std::vector<double> copy(x, x + n);
    double sum = 0;
    asm volatile(\"\" : : \"r\"(copy.data()) : \"memory\");
    for (double each : copy) sum += each;
    return sum;
}
";
const COPY_RS: &str = "#[no_mangle]
pub unsafe extern \"C\" fn total(n: usize, x: *const f64) -> f64 {
    let copy = std::hint::black_box(unsafe { std::slice::from_raw_parts(x, n) }.to_vec());
    let mut sum = 0.0;
    for each in &copy { sum += each }
    sum
}
";
const NONE_C: &str = "#include <stddef.h>
double total(size_t n, const double *x) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum;
}
";
const SUM: &str = "f64(n, *f64)";

fn bench() -> Bench {
    Bench::with(&[
        ("copy.c", COPY_C),
        ("copy.cpp", COPY_CPP),
        ("copy.rs", COPY_RS),
        ("none.c", NONE_C),
    ])
}

const FILES: [&str; 4] = ["copy.c", "copy.cpp", "copy.rs", "none.c"];

#[test]
fn one_array_is_one_allocation_in_every_language() {
    let bench = bench();
    let said = bench.brief(&[&FILES[..], &["--sig", SUM, "--allocs", "--md=all.md"]].concat());
    said.ends_with(0).has(&["allocations are those of one call", "the times are without that"]);
    let rows = |name: &str| -> Vec<&str> {
        let is_row = |line: &&str| line.trim_start().starts_with(&format!("{name} "));
        said.out.lines().filter(is_row).collect()
    };
    for name in &FILES[..3] {
        let rows = rows(name);
        let has = |i: usize, end: &str| rows.get(i).is_some_and(|row| row.ends_with(end));
        assert!(has(0, " 1 / 64 B") && has(1, " 1 / 512 B"), "{name}: {rows:?}\n{}", said.out);
    }
    assert!(rows("none.c").iter().take(2).all(|row| row.ends_with(" 0")), "{}", said.out);
    let table = std::fs::read_to_string(bench.path().join("all.md")).expect("written");
    assert!(table.contains("| allocs | peak |") && table.contains("1 / 512 B"), "{table}");
}

#[test]
fn json_has_the_peak_and_without_the_option_there_is_nothing() {
    let bench = bench();
    let json = |options: &[&str]| -> serde_json::Value {
        let said = bench.brief(&[&["copy.c", "none.c", "--sig", SUM, "--json"], options].concat());
        said.ends_with(0);
        serde_json::from_str(&said.out).expect("JSON")
    };
    let counted = json(&["--allocs"]);
    let row = |of: &serde_json::Value, i: usize| {
        of["groups"][0]["cells"][1]["rows"][i]["allocations"].clone()
    };
    let (copy, none) = (row(&counted, 0), row(&counted, 1));
    assert_eq!((&copy["count"], &copy["bytes"]), (&1.into(), &512.into()), "{copy}");
    // What was asked for, as malloc rounds it.
    assert!(copy["peak"].as_u64().is_some_and(|peak| (512..1024).contains(&peak)), "{copy}");
    assert_eq!(none, serde_json::json!({ "count": 0, "bytes": 0, "peak": 0 }));
    assert!(row(&json(&[]), 0).is_null());
}

#[test]
fn who_fails_while_it_is_counted_is_said_and_its_times_stay() {
    // Only where something takes malloc's place.
    let nosy = NONE_C.replace(
        "    double sum = 0;",
        "    double sum = 0;\n    if (getenv(\"ABREAST_HEAP\")) abort();",
    );
    let nosy = format!("#include <stdlib.h>\n{nosy}");
    let bench = Bench::with(&[("none.c", NONE_C), ("nosy.c", &nosy)]);
    let said = bench.brief(&["none.c", "nosy.c", "--sig", SUM, "--allocs"]);
    said.ends_with(0)
        .has(&["allocations are not known of nosy.c at n = 8", "crashed with SIGABRT"]);
    said.has(&["both agree on"]);
}

#[test]
fn a_compiler_that_makes_no_such_library_is_said_before_anything_is_timed() {
    let bench = bench();
    bench.write(
        "cc",
        "#!/bin/sh\ncase \"$*\" in *COUNT_ALLOCATIONS*) echo no; exit 3;; esac\nexec cc \"$@\"\n",
    );
    let script = bench.path().join("cc");
    let mut mode = std::fs::metadata(&script).expect("there").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
    std::fs::set_permissions(&script, mode).expect("set");
    let script = script.to_str().expect("text");
    let said =
        bench.run(&[&["none.c", "--sig", SUM, "--allocs", "--cc", script], &BRIEF[..3]].concat());
    said.ends_with(2).has(&["what counts allocations", "ended with exit code 3"]);
    assert_eq!(said.out, "");
}
