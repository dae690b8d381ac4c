//! Machine code counted: exact, the same in each run, and every reason why it cannot be.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use abreast_cli::{Console, run_with};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

const PROGRAM: &str = env!("CARGO_BIN_EXE_abreast");

/// Exit code, stdout and stderr; the note about a debug build is no matter here.
fn ended(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let err = text(&output.stderr);
    let said: Vec<&str> = err.lines().filter(|line| !line.starts_with("Note: ")).collect();
    (output.status.code(), text(&output.stdout), said.join("\n"))
}

fn abreast(arguments: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(PROGRAM);
    ended(command.args(arguments.split(' ')).output().expect("it starts"))
}

fn json(arguments: &str) -> Value {
    let (code, out, err) = abreast(arguments);
    assert_eq!((code, &err[..]), (Some(0), ""), "abreast {arguments}");
    serde_json::from_str(&out).expect("JSON")
}

fn variants(counted: &Value) -> &Vec<Value> {
    counted["variants"].as_array().expect("variants")
}

#[test]
fn every_variant_of_dot_has_its_loop_and_exact_counts() {
    let first = json("asm dot --isa v1 --size 256 --json");
    assert_eq!(first["schema"], "abreast.asm/1");
    assert_eq!(first["sizes"], serde_json::json!([256, 512]));
    let names: Vec<&Value> = variants(&first).iter().map(|row| &row["variant"]).collect();
    assert_eq!(names, ["c", "c-by-hand", "cpp", "rust", "simd"]);
    for row in variants(&first) {
        assert_eq!(row["elements"], serde_json::json!([256, 512]));
        // A product and a sum of two doubles each, and something to read and count them with; the library
        // behind one variant may be an unoptimised one.
        let per_element = row["instructions_per_element"].as_f64().expect("a number");
        assert!((1.0..20.0).contains(&per_element), "{row:#}");
        let hot = &row["loop"];
        let number = |name: &str| hot[name].as_f64().expect("a number");
        assert_eq!(hot["registers"]["vector"], "xmm", "{row:#}");
        assert_eq!(hot["registers"]["packed"], true);
        assert!(number("share") > 0.5 && number("share") <= 1.0, "{row:#}");
        let code = hot["code"].as_array().expect("code");
        assert!(code.iter().any(|row| row["text"].as_str().unwrap().starts_with("mulpd")));
        let times: f64 = code.iter().map(|row| row["times"].as_f64().unwrap()).sum();
        assert!((times - number("instructions_per_iteration")).abs() < 1e-9);
        // Where the program was built with such information.
        let source = hot["source"].as_str().unwrap_or("dot.c:1");
        let (file, line) = source.rsplit_once(':').expect("a file and a line");
        let ours = [".c", ".h", ".cpp", ".hpp", ".rs"].iter().any(|end| file.ends_with(end));
        assert!(ours && line.parse::<u32>().is_ok(), "{source}");
    }
    // The same code twice, counted in processes of their own.
    let facts = |row: &Value| (row["instructions"].clone(), row["loop"].clone());
    assert_eq!(facts(&variants(&first)[0]), facts(&variants(&first)[1]));
    assert_eq!(json("asm dot --isa v1 --size 256 --json"), first, "in another run");
}

#[test]
fn calls_that_cross_the_border_are_those_between_languages() {
    let counted = json("asm dot --isa v1 --size 64 --variant c,rust --json");
    let calls = |i: usize| variants(&counted)[i]["calls"].as_array().expect("calls").clone();
    let crossing = serde_json::json!({ "function": "ab_ddot", "crosses": true, "times": [1, 1] });
    assert!(calls(0).contains(&crossing), "{:#?}", calls(0));
    assert_eq!(calls(0).iter().filter(|call| call["crosses"] == true).count(), 1);
    assert!(calls(1).iter().all(|call| call["crosses"] == false), "{:#?}", calls(1));
}

#[test]
fn what_is_printed_names_all_variants_and_fits_the_width_of_a_terminal() {
    let (code, out, err) = abreast("asm sum --size 256");
    assert_eq!((code, &err[..]), (Some(0), ""));
    let (table, loops) = out.split_once("\n\n").expect("a table");
    for name in ["c", "c-by-hand", "cpp", "rust", "simd"] {
        assert!(table.lines().any(|line| line.split_whitespace().next() == Some(name)), "{out}");
        assert!(loops.lines().any(|line| line.starts_with(&format!("{name}: "))), "{out}");
    }
    assert!(out.contains("c-by-hand: the same code as c\n"), "{out}");
    assert!(
        out.contains("    L1:  ") && out.contains(" L1\n"),
        "labels instead of addresses: {out}"
    );
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn two_variants_stand_side_by_side() {
    let (code, out, err) = abreast("asm sum --isa v1 --size 256 --diff c rust");
    assert_eq!((code, &err[..]), (Some(0), ""));
    let heading = out.lines().find(|line| line.starts_with("c: ab_dsum")).expect("a heading");
    assert!(heading.contains("rust: "), "{out}");
    assert!(!out.contains("simd"), "{out}");
    assert!(out.ends_with("on one side only\n"), "{out}");
}

#[test]
fn all_that_one_call_executes_is_shown_if_asked_for() {
    let counted = json("asm dot --isa v1 --size 64 --variant c --full --json");
    let row = &variants(&counted)[0];
    let all = row["all"].as_array().expect("all of it");
    let times: f64 = all.iter().map(|row| row["times"].as_f64().unwrap()).sum();
    assert_eq!(Some(times), row["instructions"][0].as_f64());
    assert!(all.iter().any(|row| row["text"] == "ret"));
}

#[test]
fn bad_input_is_one_sentence_and_exit_code_2() {
    for (arguments, sentence) in [
        ("asm dott", "did you mean 'dot'?"),
        ("asm dot --variant sind", "did you mean 'simd'?"),
        ("asm dot --diff c rus", "did you mean 'rust'?"),
        ("asm dot --isa v5", "unknown level 'v5'"),
        ("asm dot --size 0", "size = 0: must be at least 1"),
        ("asm dot --size 2^60", "could not allocate"),
        ("asm dot --size 2^63", "twice as much is too much"),
        ("asm dot --limit many", "limit = many"),
    ] {
        let (code, out, err) = abreast(arguments);
        assert_eq!((code, &out[..]), (Some(2), ""), "abreast {arguments}: {err}");
        assert!(err.contains(sentence) && err.lines().count() == 1, "abreast {arguments}: {err}");
    }
}

#[test]
fn a_variant_that_executes_too_much_is_said_and_costs_no_other_one() {
    let (code, out, _) = abreast("asm dot --isa v1 --size 4096 --variant c,rust --limit 2000");
    assert_eq!(code, Some(2));
    let sentence = "more than 2000 instructions in two calls: choose a smaller size";
    for name in ["c", "rust"] {
        assert!(out.contains(&format!("{name}: {sentence}")), "{out}");
        assert!(out.contains("not counted"), "{out}");
    }
}

#[test]
fn a_program_that_cannot_start_itself_again_says_so() {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console { out: &mut out, err: &mut err, lively: false, columns: None };
    let words = ["abreast", "asm", "dot"].map(Into::into);
    assert_eq!(run_with(abreast::kernels::REGISTRY, words, &mut console), 2);
    assert!(String::from_utf8(err).unwrap().contains("its main is not abreast_cli::main"));
}

/// Runs a program in a sandbox that refuses ptrace, as some containers do.
const SANDBOX: &str = r"
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof rules / sizeof *rules, rules};
    if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        return 77;
    execv(argv[1], argv + 1);
    return 78;
}
";

fn sandbox(folder: &Path) -> std::path::PathBuf {
    let (source, program) = (folder.join("sandbox.c"), folder.join("sandbox"));
    std::fs::write(&source, SANDBOX).expect("a file");
    let built = Command::new("cc").arg(&source).arg("-o").arg(&program).status();
    assert!(built.expect("a C compiler").success());
    program
}

#[test]
fn where_nothing_may_be_traced_that_is_the_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(sandbox(folder.path()));
    let output = command.args([PROGRAM, "asm", "dot", "--size", "64"]).output().expect("it starts");
    // A kernel without such filters cannot show it.
    if output.status.code() == Some(77) {
        return;
    }
    let (code, out, err) = ended(output);
    assert_eq!((code, &out[..]), (Some(2), ""), "{err}");
    let sentence = "abreast: instructions cannot be counted here: ptrace is refused";
    assert!(err.starts_with(sentence) && err.lines().count() == 1, "{err}");
}
