//! The program over somebody else's registry, whose kernels are broken on purpose: it names the
//! culprit and exits with 1.

use abreast_cli::{Console, run_with};

fn check(args: &[&str]) -> (u8, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console { out: &mut out, err: &mut err, lively: false, columns: None };
    let words = ["abreast", "check", "--quick"].iter().chain(args).map(Into::into);
    let code = run_with(abreast_planted::REGISTRY, words, &mut console);
    (code, String::from_utf8(out).unwrap())
}

/// `check KERNEL` exits with 1 and one of its lines says all of `words`.
fn accuses(kernel: &str, words: &[&str]) {
    let (code, out) = check(&[kernel]);
    assert_eq!(code, 1, "{out}");
    let line = out.lines().find(|line| {
        line.starts_with(&format!("DISAGREES  {kernel}, "))
            && words.iter().all(|word| line.contains(word))
    });
    assert!(line.is_some(), "no line says {words:?}:\n{out}");
    assert!(out.ends_with("Not everything agrees.\n"), "{out}");
}

#[test]
fn sound_kernels_pass() {
    let (code, out) = check(&["square", "total"]);
    assert_eq!(code, 0, "{out}");
    assert!(!out.contains("DISAGREES"), "{out}");
}

#[test]
fn a_broken_body_is_named_with_its_level_and_size() {
    accuses("null_body", &["simd at baseline", "n = 1", "output not written"]);
    accuses("all_nan", &["cpp at ", "n = 1", "wrong value", "NaN"]);
    accuses("hidden_static", &["not re-entrant", "threads"]);
    accuses("one_level", &["simd at ", "n = 1", "different bits"]);
    accuses("other_fold", &["simd at ", "n = 33", "different bits"]);
    accuses("forgets_part", &["wrong value"]);
}

#[test]
fn the_report_for_programs_says_the_same() {
    let (code, out) = check(&["all_zero", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["agreed"]), (1, &serde_json::Value::Bool(false)));
    let finding = &report["gate"][0]["findings"][0];
    for key in ["kernel", "body", "level", "case", "check", "detail"] {
        assert!(finding[key].is_string(), "{key}: {finding}");
    }
}
