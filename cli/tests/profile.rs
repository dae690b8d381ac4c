//! `abreast run --profile`: functions of each language are found, and what cannot be profiled is a sentence.
//! Samples are taken by CPU time, of which each run here gets what it asks for however busy the machine is.
#![cfg(all(
    feature = "profile",
    any(target_os = "linux", target_os = "macos"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// The program in a process of its own: samples are of a whole process.
fn abreast(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_abreast")).args(args).output().expect("it starts")
}

fn file(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("profile");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    let _ = std::fs::remove_file(&file);
    file.to_str().unwrap().to_owned()
}

fn refused(args: &[&str], words: &[&str]) -> Output {
    let output = abreast(args);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {err}");
    words.iter().for_each(|word| assert!(err.contains(word), "'{word}' is not in: {err}"));
    output
}

/// Fails unless every element is closed.
fn well_formed(svg: &str) {
    let mut reader = Reader::from_str(svg);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return,
            Ok(_) => {}
            Err(why) => panic!("{why}: {svg}"),
        }
    }
}

const RUN: [&str; 7] = ["run", "pi", "--n", "4e6", "--exec", "threads:2", "--profile"];

fn finds(variant: &str, language: &str, function: &str) {
    let picture = file(&format!("{variant}.svg"));
    // The second time over its own file.
    for _ in 0..2 {
        let more = ["--variant", variant, "--for", "0.4", "--json"];
        let output = abreast(&[&RUN[..], &[&*picture], &more].concat());
        assert!(output.status.success(), "{output:?}");
        let ran: Value = serde_json::from_slice(&output.stdout).unwrap();
        let profile = &ran["profile"];
        let of = |list: &str| profile[list].as_array().unwrap().iter();
        let sum = |list| of(list).map(|share| share["samples"].as_u64().unwrap()).sum::<u64>();
        let all = profile["samples"].as_u64().unwrap();
        assert!(all > 0, "{profile}");
        assert_eq!([sum("parts"), sum("threads")], [all, all], "{profile}");
        let parts: Vec<&str> = of("parts").map(|part| part["of"].as_str().unwrap()).collect();
        assert_eq!(parts, ["kernel", "executor", "rest"]);
        let at_work = of("functions").find(|function| function["of"]["part"] == "kernel");
        assert_eq!(at_work.expect("the kernel")["of"]["language"], language, "{profile}");
        let svg = std::fs::read_to_string(&picture).unwrap();
        well_formed(&svg);
        assert!(svg.contains(function), "{function} is not in {svg}");
    }
}

#[test]
fn functions_of_c_are_found() {
    finds("c", "C", "ab_pi");
}

#[test]
fn functions_of_cpp_are_found() {
    // With debug information the name has no namespace.
    finds("cpp", "C++", "pi_at");
}

#[test]
fn functions_of_rust_are_found() {
    finds("rust", "Rust", "abreast::kernels::pi::rust");
}

#[test]
fn people_get_a_table() {
    let output = abreast(&[&RUN[..], &[&*file("table.svg")], &["--for", "0.2s"]].concat());
    let out = String::from_utf8(output.stdout).unwrap();
    for line in ["hits = ", "of CPU time in", "a share may be off by", "kernel ", "threads: "] {
        assert!(out.contains(line), "'{line}' is not in: {out}");
    }
    // The picture alone on standard output, the words beside it.
    let output = abreast(&[&RUN[..], &["-", "--for", "0.2"]].concat());
    well_formed(&String::from_utf8(output.stdout).unwrap());
    assert!(String::from_utf8_lossy(&output.stderr).contains("threads: "));
}

#[test]
fn bad_input_is_refused_before_anything_is_run() {
    let picture = file("never.svg");
    let profile = [&RUN[..], &[&*picture]].concat();
    for lasts in ["0", "-1", "nan", "soon", "1e5"] {
        let output = refused(&[&profile[..], &["--for", lasts]].concat(), &["for = ", "seconds"]);
        assert!(output.stdout.is_empty());
    }
    refused(&["run", "pi", "--for", "1"], &["--profile"]);
    refused(&[&RUN[..], &["/nowhere/at/all.svg"]].concat(), &["--profile", "cannot be written"]);
    refused(&[&profile[..], &["--gantt", &picture]].concat(), &["the same file"]);
    std::fs::write(&picture, "somebody's").unwrap();
    refused(&profile, &["is not a flame graph that abreast wrote"]);
    assert_eq!(std::fs::read(&picture).unwrap(), b"somebody's");
}

#[cfg(target_os = "linux")]
#[test]
fn work_in_other_processes_is_not_seen_and_that_is_said() {
    let picture = file("procs.svg");
    let run = ["run", "pi", "--n", "1e6", "--exec", "procs:2", "--profile", &picture];
    let output = refused(&run, &["sees this process only", "procs:2"]);
    // What was computed is not lost.
    assert!(String::from_utf8_lossy(&output.stdout).contains("hits = "));
    assert!(!PathBuf::from(picture).exists());
}
