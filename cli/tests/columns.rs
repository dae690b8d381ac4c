//! `abreast memory`, `abreast scale` and `abreast roofline` as programs. No test depends on speed or load.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(folder: &Path, cc: &str, args: &str) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_abreast"));
    command.args(args.split_whitespace()).current_dir(folder).env("TMPDIR", folder).env("CC", cc);
    let output = command.stdin(Stdio::null()).output().expect("a process");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

#[test]
fn memory_beyond_the_operands_is_found_for_every_variant_and_executor() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = run(
        folder.path(),
        "cc",
        "memory axpy --size 1e5 --variant c,rust --exec serial,threads:2 --json --svg m.svg --html m.html",
    );
    assert_eq!(said.code, Some(0), "{}\n{}", said.out, said.err);
    let found: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!((&found["schema"], &found["size"]), (&"abreast.memory/1".into(), &100_000.into()));
    let rows = found["rows"].as_array().expect("rows");
    let names = rows.iter().map(|row| (row["variant"].as_str(), row["exec"].as_str()));
    let wanted = [("c", "serial"), ("rust", "serial"), ("c", "threads:2"), ("rust", "threads:2")];
    assert!(names.eq(wanted.map(|(v, e)| (Some(v), Some(e)))), "{rows:?}");
    for row in rows {
        let row = &row["found"]["Ok"];
        let number = |of: &Value| of.as_u64().unwrap_or_else(|| panic!("no number in {row}"));
        assert_eq!(number(&row["output"]), 800_000);
        // The output is new, and everything of it has been written.
        assert!(number(&row["rise"]) >= 700_000, "{row}");
        let allocations = &row["allocations"];
        assert!(number(&allocations["count"]) >= 1, "{row}");
        assert!(number(&allocations["bytes"]) >= 800_000, "{row}");
        assert!(number(&allocations["peak"]) >= 800_000, "{row}");
    }
    for (file, part) in [("m.svg", "memory in use, MiB"), ("m.html", "abreast memory")] {
        let text = std::fs::read_to_string(folder.path().join(file)).expect(file);
        assert!(text.contains(part), "{text}");
    }
    // Its own files are replaced; those of somebody else are not.
    std::fs::write(folder.path().join("mine.svg"), "<svg/>").expect("written");
    let again =
        run(folder.path(), "cc", "memory axpy --size 10 --variant c --exec serial --svg m.svg");
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(again.out.contains("RSS beyond") && again.out.contains("Note: "), "{}", again.out);
    let kept = run(folder.path(), "cc", "memory axpy --size 10 --svg mine.svg");
    assert_eq!(kept.code, Some(2), "{}", kept.out);
    assert!(kept.err.contains("is not a picture of memory in use"), "{}", kept.err);
}

#[test]
fn without_a_compiler_malloc_is_not_counted_and_that_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    for (cc, why) in [("no-such-compiler", "is not there"), ("false", "ended with exit code 1")] {
        let said = run(folder.path(), cc, "memory dot --size 1000 --variant c --exec serial");
        assert_eq!(said.code, Some(0), "{}", said.err);
        let out = said.out.replace("\n  ", " ");
        assert!(out.contains("Note: malloc is not counted") && out.contains(why), "{out}");
        assert!(out.contains(" ? "), "{out}");
    }
}

#[test]
fn a_process_that_fails_is_named_and_the_others_are_measured() {
    let folder = tempfile::tempdir().expect("a folder");
    // A pool of the most threads there can be, and one more.
    let said =
        run(folder.path(), "cc", "memory dot --size 1000 --variant c --exec serial,threads:5000");
    assert_eq!(said.code, Some(2), "{}", said.out);
    assert!(said.err.contains("must be between 1 and 4096"), "{}", said.err);
    let said = run(folder.path(), "cc", "memory dot --size 2^62");
    assert_eq!(said.code, Some(1), "{}\n{}", said.out, said.err);
    assert!(said.out.contains("failed") && said.out.contains("could not allocate"), "{}", said.out);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("read").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_cannot_be_measured_is_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    for (args, why) in [
        ("scale dto", "did you mean 'dot'?"),
        ("scale dot --variant simdd", "did you mean 'simd'?"),
        ("scale dot --threads 0", "threads = 0: must be at least 1"),
        ("scale dot --threads 5000", "threads = 5000: must be at most 4096"),
        ("scale dot --threads 2 --size 2^62", "could not allocate"),
        ("scale dot --starts 0", "starts = 0: must be at least 1"),
        ("scale dot --json --svg -", "both go to standard output"),
        ("roofline dto", "did you mean 'dot'?"),
        ("roofline dot --variant simdd", "did you mean 'simd'?"),
        ("roofline dot --isa v5", "did you mean"),
        ("roofline dot --sizes 2^62", "could not allocate"),
        ("roofline dot --json --svg -", "both go to standard output"),
    ] {
        let said = run(folder.path(), "cc", args);
        assert_eq!((said.code, &said.out[..]), (Some(2), ""), "{args}: {}", said.err);
        assert!(said.err.contains(why), "{args}: {}", said.err);
    }
}
