//! Each planted defect is caught by the right check, with the names of the kernel, the body, the
//! level and the problem; nobody else is accused; the sound twins pass.

use abreast::harness::agree::{Check, Finding, GateOptions, GateReport, gate};
use abreast::harness::matrix::{Matrix, Row, matrix, places};
use abreast::kernel::Entry;
use abreast::level::Isa;
use abreast::{Body, Level};
use abreast_planted::REGISTRY;

/// Kernel, body, what is wrong with it, and the problem at which it must show first. A scheduler
/// or a counter decides whether it is there already or in the next variant of the same problem.
const PLANTED: [(&str, Body, Check, &str); 19] = [
    ("null_body", Body::Simd, Check::Unwritten, "n = 1"),
    ("forgets_tail", Body::Simd, Check::Unwritten, "n = 1"),
    ("adds_to_output", Body::Rust, Check::Unwritten, "n = 1"),
    ("all_nan", Body::Cpp, Check::Value, "n = 1"),
    ("all_zero", Body::Rust, Check::Value, "n = 1"),
    ("permuted", Body::Simd, Check::Value, "n = 2"),
    ("wrong_tail", Body::Simd, Check::Value, "n = 33"),
    ("one_level", Body::Simd, Check::Bits, "n = 1"),
    ("misaligned", Body::Simd, Check::Bits, "n = 1, operands moved 4 bytes in whole elements"),
    ("unrepeatable", Body::Rust, Check::Repeat, "n = 1"),
    ("panics", Body::Rust, Check::Failed, "n = 17"),
    ("fails", Body::Rust, Check::Failed, "n = 17"),
    ("writes_after", Body::C, Check::Fence, "n = 1"),
    ("writes_before", Body::C, Check::Fence, "n = 1"),
    ("writes_into_next", Body::C, Check::Order, "n = 4097"),
    ("changes_input", Body::C, Check::Operands, "n = 1"),
    ("leaves_ftz", Body::C, Check::Environment, "n = 1"),
    ("leaves_rounding", Body::C, Check::Environment, "n = 1"),
    ("other_fold", Body::Simd, Check::Bits, "n = 33"),
];

fn report(kernel: &str, options: &GateOptions) -> GateReport {
    gate(Entry::find(REGISTRY, kernel).unwrap(), options, &mut |_| ())
}

fn lines(report: &GateReport) -> String {
    report.findings.iter().map(|finding| format!("{finding}\n")).collect()
}

/// That `finding` says what it must, as a value and in words.
fn names(finding: &Finding, kernel: &str, body: Body, check: Check, case: &str) {
    let accused = finding.accused.map(|accused| accused.body);
    assert_eq!((finding.kernel, accused, finding.check), (kernel, Some(body), check), "{finding}");
    let more = format!("{case}, ");
    assert!(finding.case == case || finding.case.starts_with(&more), "{finding}");
    let words = finding.to_string();
    assert!(words.starts_with(&format!("{kernel}, {body} at ")), "{words}");
    assert!(words.contains(case) && words.contains(check.name()), "{words}");
}

fn levels() -> Vec<Isa> {
    Level::available().into_iter().map(Level::isa).collect()
}

#[test]
fn sound_kernels_pass() {
    for kernel in ["square", "total"] {
        let report = report(kernel, &GateOptions::quick());
        assert!(report.passed(), "{}", lines(&report));
    }
}

#[test]
fn each_defect_is_caught_and_named() {
    for (kernel, body, check, case) in PLANTED {
        let report = report(kernel, &GateOptions::quick());
        for finding in &report.findings {
            names(finding, kernel, body, check, case);
        }
        let mut accused: Vec<Isa> =
            report.findings.iter().map(|finding| finding.accused.unwrap().level).collect();
        accused.sort();
        let guilty = match kernel {
            "one_level" => vec![Level::best().isa()],
            _ => levels(),
        };
        assert_eq!(accused, guilty, "{kernel}: {}", lines(&report));
    }
}

#[test]
fn a_hidden_static_in_c_is_not_re_entrant() {
    // Two bodies and all the time it takes: on a busy machine calls seldom overlap.
    let bodies = vec![Body::C, Body::Rust];
    let report = report("hidden_static", &GateOptions { bodies, ..GateOptions::all() });
    assert!(!report.passed());
    for finding in &report.findings {
        names(finding, "hidden_static", Body::C, Check::Reentry, "n = 4097");
        assert!(finding.case.contains(" threads on "), "{finding}");
        assert!(finding.difference.is_some(), "{finding}");
    }
}

#[test]
fn a_wrong_fold_of_the_parts_is_every_bodys_wrong_value() {
    let report = report("forgets_part", &GateOptions::quick());
    assert_eq!(report.findings.len(), Body::ALL.len() * levels().len(), "{}", lines(&report));
    for finding in &report.findings {
        names(finding, "forgets_part", finding.accused.unwrap().body, Check::Value, "n = 1001");
    }
}

#[test]
fn every_entry_of_the_registry_is_in_one_of_these_tests() {
    let tested = PLANTED.map(|(kernel, ..)| kernel);
    let others = ["square", "total", "hidden_static", "forgets_part"];
    for entry in REGISTRY {
        assert!(tested.contains(&entry.name) || others.contains(&entry.name), "{}", entry.name);
    }
}

#[test]
fn only_what_nothing_was_found_against_may_be_timed() {
    let report = report("one_level", &GateOptions::quick());
    for level in Level::available() {
        for body in Body::ALL {
            let guilty = body == Body::Simd && level == Level::best();
            assert_eq!(report.trusts(abreast::How { body, level }), !guilty, "{body} at {level}");
        }
    }
}

#[test]
fn the_matrix_shows_which_rows_differ() {
    let places = places().unwrap();
    let table = |kernel: &str| -> Matrix {
        matrix(Entry::find(REGISTRY, kernel).unwrap(), &places, &GateOptions::quick()).unwrap()
    };
    let sound = table("total");
    assert!(sound.same_bits() && sound.hashes().len() == 1, "{sound:#?}");
    type Guilty = fn(&Row) -> bool;
    let best: Guilty = |row| row.body == Body::Simd && row.level == Level::best().isa();
    let in_c: Guilty = |row| row.body == Body::C;
    // What a body does to its input, or to the threads it runs on, must not reach the next row.
    let broken = [("one_level", best), ("changes_input", in_c), ("leaves_ftz", in_c)];
    for (kernel, guilty) in broken {
        let table = table(kernel);
        assert!(!table.same_bits());
        for row in &table.rows {
            assert!(row.cells.iter().all(|cell| cell.agrees != guilty(row)), "{kernel}: {row:#?}");
        }
    }
    let flushed = table("leaves_ftz");
    let fault = flushed.rows[0].cells[0].fault.as_deref();
    assert!(fault.is_some_and(|fault| fault.contains("FTZ")), "{fault:?}");
}
