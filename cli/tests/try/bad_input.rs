//! What cannot be compared is a sentence and exit code 2.

use crate::{BRIEF, Bench, DOT, DOT_C, DOT_RS, program, three_languages};
use std::fs;
use std::process::{Command, Stdio};

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    let bench = three_languages();
    for (args, parts) in [
        (
            &["--sig", "f64(n, *dobule, *f64)"][..],
            &["--sig: dobule is no type", "there are f32, f64"][..],
        ),
        (&["--sig", "double(n, *f64)"], &["--sig: double is called f64 here"]),
        (&["--sig", DOT, "--init", "3=rampp"], &["--init: \"rampp\" is no way"]),
        (&["--sig", DOT, "--cost", "bytes=16*m"], &["--cost: n or a number was expected"]),
    ] {
        let said = bench.run(&[&["dot.c"][..], args].concat());
        said.ends_with(2).has(parts);
        let lines: Vec<&str> = said.err.lines().collect();
        assert!(lines.len() == 3 && lines[2].trim() == "^", "{}", said.err);
        assert!(lines[1].len() >= lines[2].len(), "{}", said.err);
    }
}

#[test]
fn bad_input_is_one_sentence_and_exit_code_2() {
    let bench = three_languages();
    bench.write("notes.txt", "dot");
    bench.write("static.c", "static double dot(void) { return 0; }\ndouble (*keep)(void);\n");
    bench.write("plain.rs", "pub fn dot(n: usize) -> u64 { n as u64 }\n");
    bench.write("rust_abi.rs", "#[no_mangle]\npub fn dot(n: usize) -> u64 { n as u64 }\n");
    bench.write("empty.o", "");
    bench.write("other.c", "double dot(float x) { return x; }\n");
    fs::create_dir(bench.path().join("folder.c")).expect("a folder");
    // The head of an object for another processor.
    let mut object = vec![0u8; 64];
    object[..20].copy_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x01\0\x16\0");
    object[20] = 1;
    object[52] = 64;
    object[58] = 64;
    fs::write(bench.path().join("s390.o"), object).expect("written");
    let sig = ["--sig", DOT];
    for (args, parts) in [
        (&["missing.c"][..], &["missing.c", "No such file"][..]),
        (&["folder.c"], &["folder.c is a folder without a Cargo.toml"]),
        (&["notes.txt"], &["notes.txt", "what kind of file", ".c, .cpp"]),
        (&["static.c"], &["static.c exports no function", "static"]),
        (&["plain.rs"], &["plain.rs exports no function", "#[no_mangle]", "extern \"C\""]),
        (&["rust_abi.rs"], &["rust_abi.rs: dot needs extern \"C\""]),
        (&["empty.o"], &["empty.o is no object file"]),
        (&["s390.o"], &["s390.o is for S390x"]),
        (
            &["dot.c", "--cc", "no-such-compiler"],
            &["C compiler no-such-compiler is not there", "--cc"],
        ),
        (
            &["dot.rs", "--rustc", "no-such-rustc"],
            &["Rust compiler no-such-rustc is not there", "--rustc"],
        ),
        (&["dot.c", "--cflags", "'-O2"], &["--cflags '-O2: a quote is not closed"]),
        (&["dot.c", "--sizes", "2^50"], &["n = 1125899906842624 does not fit in memory"]),
        (&["dot.c", "--sizes", "2^63"], &["does not fit in memory", "more than any machine has"]),
        (&["dot.c", "--sizes", "x"], &["sizes = x", "must be a whole number"]),
        (&["dot.c", "--sizes", "6", "--multiple-of", "4"], &["sizes = 6", "multiple of 4"]),
        (&["dot.c", "--sizes", "3", "--min", "4"], &["sizes = 3", "at least 4"]),
        (&["dot.c", "--timeout", "0"], &["timeout = 0", "above 0"]),
        (&["dot.c", "--starts", "0"], &["starts = 0", "at least 1"]),
        (&["dot.c", "--agree", "2"], &["--agree 2", "below 1"]),
        (&["dot.c", "--cost", "16*n"], &["--cost 16*n", "bytes=COUNT"]),
        (
            &["dot.c", "dot.rs", "--baseline", "dot.cp"],
            &["--baseline dot.cp", "there are dot.c, dot.rs"],
        ),
        (&["dot.c", "--json", "--md"], &["only one can go to stdout"]),
    ] {
        let said = bench.run(&[args, &sig].concat());
        said.ends_with(2).has(parts);
        assert_eq!((said.err.trim_end().lines().count(), &said.out[..]), (1, ""), "{}", said.err);
    }
    for (args, parts) in [
        (&["s390.o"][..], &["s390.o is for S390x"][..]),
        (
            &["dot.c", "other.c"],
            &["dot.c looks like f64(n, x: *f64, y: *f64), other.c like f64(x: f32)", "--sig"],
        ),
        (&["--built", "."], &["plan.json"]),
    ] {
        bench.run(args).ends_with(2).has(parts);
    }
    let said = bench.brief(&["other.c", "--sig", DOT]);
    said.has(&["warning: --sig f64(n, *f64, *f64) does not seem to be that of other.c"]);
}

#[test]
fn what_a_compiler_says_is_shown_as_it_is() {
    let bench = Bench::with(&[
        ("good.c", DOT_C),
        ("bad.c", "double dot(size_t n) { return 1 }\n"),
        ("bad.rs", &DOT_RS.replace("f64", "quad")),
    ]);
    let said = bench.run(&["good.c", "bad.c", "--sig", DOT]);
    said.ends_with(2).has(&["bad.c:1:", "error:"]).has(&["bad.c: cc ended with exit code 1"]);
    let said = bench.run(&["bad.rs", "--sig", DOT]);
    said.ends_with(2).has(&["error[E0"]).has(&["bad.rs: rustc ended with exit code 1"]);
}

#[test]
fn a_library_that_ends_the_process_when_it_is_loaded_is_named() {
    let text = format!(
        "{DOT_C}\n#include <stdlib.h>\n__attribute__((constructor)) static void begin(void) {{ abort(); }}\n"
    );
    let bench = Bench::with(&[("good.c", DOT_C), ("bad.c", &text)]);
    let said = bench.run(&["good.c", "bad.c", "--sig", DOT]);
    said.ends_with(2).has(&["bad.c ended the process that loaded it", "SIGABRT"]);
    let own = "fprintf(stderr, \"not here\\n\"); exit(1);";
    bench.write("bad.c", &format!("#include <stdio.h>\n{}", text.replace("abort();", own)));
    let said = bench.run(&["good.c", "bad.c", "--sig", DOT]);
    said.ends_with(2).has(&[
        "bad.c ended the process that loaded it",
        "exit status: 1",
        "not here",
    ]);
}

#[test]
fn a_stdout_that_is_closed_is_an_error_and_a_reader_who_leaves_is_none() {
    let bench = three_languages();
    let line = format!("\"$A\" try dot.c dot.rs --sig '{DOT}' {}", BRIEF.join(" "));
    let shell = |line: &str| {
        let mut command = Command::new("bash");
        command.args(["-c", line]).env("A", program()).current_dir(bench.path());
        command.env("TMPDIR", bench.temporary.path()).stderr(Stdio::piped());
        bench.ended(command)
    };
    shell(&format!("{line} >&-")).ends_with(2).has(&["standard output", "closed"]);
    let full = shell(&format!("{line} > /dev/full"));
    full.ends_with(2).has(&["error: stdout: No space left"]);
    assert!(full.err.contains("both agree on"), "it went nowhere: {}", full.err);
    shell(&format!("{line} | true; exit ${{PIPESTATUS[0]}}")).ends_with(0);
}

#[test]
fn a_size_that_the_function_cannot_take_is_left_out() {
    let mean = "#include <stddef.h>\ndouble mean(size_t n, const double *x) { double s = 0; for (size_t i = 0; i < n; i += 4) s += x[i] + x[i + 1] + x[i + 2] + x[i + 3]; return s / n; }\n";
    let bench = Bench::with(&[("mean.c", mean)]);
    bench.brief(&["mean.c"]).ends_with(1).has(&["mean.c at n = "]);
    bench.brief(&["mean.c", "--min", "1", "--multiple-of", "4"]).ends_with(0);
}
