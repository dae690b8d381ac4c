//! Every variant has a number, every number of the list a variant: read off the enum's own source.

use super::*;
use std::collections::BTreeSet;
use std::time::Duration;

/// One of each, by name.
fn errors() -> Vec<(&'static str, Error)> {
    let text = String::new;
    vec![
        ("Argument", Error::argument("n", -1, "must be at least 0")),
        ("Length", Error::Length { left: "x", left_len: 1, right: "y", right_len: 2 }),
        ("Unknown", Error::unknown("kernel", "dott", ["dot"])),
        ("Level", Error::Level { asked: "v4", best: "v3" }),
        ("Unoptimised", Error::Unoptimised { why: "checks" }),
        ("Memory", Error::Memory { bytes: 1, purpose: "the output" }),
        ("Status", Error::Status { function: "ab_f", code: 1, meaning: "" }),
        ("Exception", Error::Exception { function: "f", what: text() }),
        ("Node", Error::Node { node: text(), why: Box::new(Error::argument("n", 1, "")) }),
    ]
}

fn faults() -> Vec<(&'static str, Fault)> {
    let (task, attempts, text) = (0, 1, String::new);
    let why = || Error::argument("n", -1, "must be at least 0");
    vec![
        ("Refused", Fault::Refused(why())),
        ("Kernel", Fault::Kernel { task, why: why() }),
        ("Panic", Fault::Panic { task, why: text() }),
        ("Lost", Fault::Lost { task, attempts, how: text() }),
        ("Deadline", Fault::Deadline { task, attempts, allowed: Duration::ZERO }),
        ("NotShippable", Fault::NotShippable { task, name: text() }),
        ("Nested", Fault::Nested { executor: text(), why: text() }),
        ("Mismatch", Fault::Mismatch(text())),
        ("NoWorkerEntry", Fault::NoWorkerEntry { why: text() }),
        ("Io", Fault::Io { what: text(), why: text() }),
        ("Cancelled", Fault::Cancelled),
        ("Forked", Fault::Forked { executor: text() }),
    ]
}

/// The variants that the crate's source has.
fn variants(name: &str) -> BTreeSet<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/error.rs");
    let source = std::fs::read_to_string(path).expect("the crate lies beside its C API");
    let file = syn::parse_file(&source).expect("Rust");
    let found = file.items.into_iter().find_map(|item| match item {
        syn::Item::Enum(found) if found.ident == name => Some(found.variants),
        _ => None,
    });
    found.expect("the enum").iter().map(|variant| variant.ident.to_string()).collect()
}

fn names<T>(list: &[(&'static str, T)]) -> BTreeSet<String> {
    list.iter().map(|(name, _)| (*name).to_owned()).collect()
}

#[test]
fn every_variant_of_the_errors_is_tried_here() {
    assert_eq!(names(&errors()), variants("Error"));
    assert_eq!(names(&faults()), variants("Fault"));
}

#[test]
fn every_error_has_a_number_of_its_own_and_every_number_an_error() {
    let numbers: Vec<_> = errors().iter().map(|(_, error)| of_error(error)).collect();
    assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
    let listed: Vec<_> = NAMES.iter().map(|n| n.0).filter(|n| (1..20).contains(n)).collect();
    assert_eq!(numbers, listed);
}

#[test]
fn every_fault_has_a_number_and_every_number_a_fault() {
    let numbers: BTreeSet<_> = faults().iter().map(|(_, fault)| of_fault(fault)).collect();
    let listed = NAMES.iter().map(|n| n.0).filter(|n| (20..40).contains(n));
    assert_eq!(numbers, listed.chain([ABREAST_ARGUMENT, ABREAST_PANIC]).collect());
}

#[test]
fn every_status_of_the_header_has_its_name() {
    let header = include_str!("../include/abreast.h");
    let define = |line: &str| -> Option<(String, i32)> {
        let mut words = line.strip_prefix("#define ")?.split(' ');
        Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
    };
    let listed: BTreeSet<(String, i32)> =
        NAMES.iter().map(|(n, name)| (name.to_str().unwrap().to_owned(), *n)).collect();
    // The first and the last of them; what follows are the levels.
    let block = header.split("#define ABREAST_OK ").nth(1).expect("the first");
    let block =
        format!("#define ABREAST_OK {}", block.split("#define ABREAST_LEVEL_").next().unwrap());
    assert_eq!(block.lines().filter_map(define).collect::<BTreeSet<_>>(), listed);
    assert!(abreast_status_name(-1).is_null());
}
