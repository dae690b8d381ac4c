//! The index is whole: every row has every leg, and what is printed is what is there.

use abreast_patterns::index::signs::{self, SIGNS};
use abreast_patterns::index::{self, Cost, PATTERNS, Proof, Row};
use std::path::{Path, PathBuf};

fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &Path) -> Option<String> {
    std::fs::read_to_string(file).ok()
}

/// The sections of a page, in their order.
const SECTIONS: [&str; 4] = [
    "//! # What goes wrong",
    "//! # The right way",
    "//! # The wrong way",
    "//! # The foreign side",
];

/// What is missing of a row's legs, in a tree that looks like this package.
fn missing(row: &Row, root: &Path) -> Vec<String> {
    let Some(page) = read(&root.join(format!("src/{}.rs", row.name))) else {
        return vec![format!("{}: no page", row.name)];
    };
    let mut found = Vec::new();
    let mut want = |there: bool, what: String| {
        if !there {
            found.push(format!("{}: {what}", row.name));
        }
    };
    want(page.starts_with(&format!("//! {}. ", row.number)), "the page has another number".into());
    let places: Vec<_> =
        SECTIONS.iter().map(|section| page.find(&format!("\n{section}\n"))).collect();
    for (section, place) in SECTIONS.iter().zip(&places) {
        want(place.is_some(), format!("no section {section:?}"));
    }
    want(places.is_sorted(), "its sections are in another order".into());
    want(has_example(&page), "no example that runs".into());
    let foreign = root.join("csrc").join(row.name);
    want(foreign.is_dir(), "no folder of foreign code".into());
    for file in foreign.read_dir().into_iter().flatten() {
        let name = file.expect("readable").file_name().into_string().expect("plain names");
        let shown = page.contains(&format!("include_str!(\"../csrc/{}/{name}\")", row.name));
        want(shown, format!("does not show csrc/{}/{name}", row.name));
    }
    // Those of a long page are in a file of their own.
    let tests = read(&root.join(format!("src/{}/tests.rs", row.name))).unwrap_or_default();
    want(!row.tests.is_empty(), "no test".into());
    for test in row.tests {
        let is_there = [&page, &tests].iter().any(|text| text.contains(&format!("fn {test}()")));
        want(is_there, format!("no test {test}"));
    }
    for proof in row.proofs {
        want(has_proof(root, &page, *proof), format!("no {proof:?}"));
    }
    want(!row.proofs.is_empty(), "no proof beside its own tests".into());
    if let Cost::Measured(pairs) = row.cost {
        want(!pairs.is_empty(), "no price".into());
    }
    want(row.cost.nothing() != Some(""), "neither a price nor a reason".into());
    found
}

/// A block that is neither ignored nor only compiled nor meant to fail.
fn has_example(page: &str) -> bool {
    page.lines().filter(|line| line.trim_start() == "//! ```").count() >= 2
}

fn has_proof(root: &Path, page: &str, proof: Proof) -> bool {
    match proof {
        // `tests/counterexamples` itself compares its list with the rows.
        Proof::Counterexample(_) => true,
        Proof::CompileFail(code) => page.contains(&format!("```compile_fail,{code}")),
        Proof::File(file) => root.join(file).exists(),
        Proof::Check(check) => {
            let checks = read(&root.join("../ci/checks.sh")).unwrap_or_default();
            checks.contains(&format!("check {check} "))
        }
    }
}

#[test]
fn every_row_has_every_leg() {
    let missing: Vec<String> = PATTERNS.iter().flat_map(|row| missing(row, &package())).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_page_has_a_row_and_rows_are_in_the_order_of_the_book() {
    let library = read(&package().join("src/lib.rs")).expect("there");
    let mut pages: Vec<&str> = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .filter(|name| *name != "index")
        .collect();
    let mut rows: Vec<&str> = PATTERNS.iter().map(|row| row.name).collect();
    // The order of the book is that of the rows: in lib.rs rustfmt sorts what stands together.
    pages.sort_unstable();
    rows.sort_unstable();
    assert_eq!(pages, rows);
    assert!(PATTERNS.is_sorted_by_key(|row| row.chapter), "a chapter is split");
    let mut numbers: Vec<u8> = PATTERNS.iter().map(|row| row.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), PATTERNS.len(), "two patterns have one number");
}

/// What `abreast patterns --json` said on the machine and day that README.md names.
fn prices() -> Prices {
    let text = read(&package().join("prices.json")).expect("prices.json");
    serde_json::from_str(&text).expect("what `abreast patterns --json` prints")
}

#[derive(serde::Deserialize)]
struct Prices {
    patterns: Vec<Priced>,
}

#[derive(serde::Deserialize)]
struct Priced {
    name: String,
    prices: Vec<Price>,
    nothing: Option<String>,
}

#[derive(serde::Deserialize)]
struct Price {
    ns: f64,
    baseline: String,
    baseline_ns: f64,
}

impl Prices {
    /// A cell of the table: the first pair of the pattern.
    fn cell(&self, row: &Row) -> String {
        let priced = self.patterns.iter().find(|priced| priced.name == row.name);
        let priced = priced.unwrap_or_else(|| panic!("prices.json has no price of {}", row.name));
        match (priced.prices.first(), &priced.nothing) {
            (Some(price), _) => {
                format!("{}; {}: {}", time(price.ns), price.baseline, time(price.baseline_ns))
            }
            (None, Some(why)) => format!("nothing: {why}"),
            (None, None) => panic!("{}: neither a price nor a reason", row.name),
        }
    }
}

fn time(ns: f64) -> String {
    match ns {
        _ if ns >= 1000.0 => format!("{:.1} us", ns / 1000.0),
        _ if ns >= 10.0 => format!("{ns:.0} ns"),
        _ => format!("{ns:.1} ns"),
    }
}

/// Writes the file where that is asked for, and asserts that it is what the rows say.
fn renewed(file: &Path, fresh: &str) {
    if std::env::var_os("ABREAST_RENEW").is_some() {
        std::fs::write(file, fresh).expect("writable");
    }
    let is_fresh = read(file).as_deref() == Some(fresh);
    assert!(is_fresh, "{} is not what the rows say: ABREAST_RENEW=1", file.display());
}

/// The text with `table` between the two marks of this name.
fn between(text: &str, name: &str, table: &str) -> String {
    let [begin, end] = ["begin", "end"].map(|which| format!("<!-- {name}: {which} -->\n"));
    let (before, rest) = text.split_once(&begin).expect("a mark");
    let (_, after) = rest.split_once(&end).expect("a mark");
    format!("{before}{begin}{table}{end}{after}")
}

/// The index and the table of signs stand in two places: in the book, and in this package's README.md between
/// marks. All are what the rows and prices.json say; `ABREAST_RENEW=1 cargo test -p abreast-patterns --test index` writes
/// them anew.
#[test]
fn the_printed_index_is_fresh() {
    let prices = prices();
    let page = index::table(|row| row.name.to_owned(), |row| prices.cell(row));
    renewed(&package().join("INDEX.md"), &page);
    renewed(&package().join("SIGNS.md"), &signs::table(|row| row.name.to_owned()));
    let file = package().join("README.md");
    let readme = read(&file).expect("README.md");
    let link = |row: &Row| format!("src/{}.rs", row.name);
    let readme = between(&readme, "signs", &signs::table(link));
    let index = index::table(link, |row| prices.cell(row));
    renewed(&file, &between(&readme, "patterns", &index));
}

#[test]
fn every_sign_leads_to_pages_that_are_there() {
    for sign in SIGNS {
        assert!(!sign.looks.is_empty() && !sign.pages.is_empty(), "{:?}", sign.kind);
        assert_eq!(signs::Sign::of(sign.kind).looks, sign.looks, "{:?} stands twice", sign.kind);
        for (page, _) in sign.pages {
            let there = PATTERNS.iter().any(|row| row.name == *page);
            assert!(there, "{:?} leads to {page}, which is no page", sign.kind);
        }
    }
}

#[test]
fn a_row_that_misses_a_leg_is_named() {
    let whole = PATTERNS[0];
    let row = |tests, proofs, number| Row {
        number,
        name: whole.name,
        title: whole.title,
        chapter: whole.chapter,
        goes_wrong: whole.goes_wrong,
        tests,
        proofs,
        cost: Cost::Nothing("nothing is run"),
    };
    let here = package();
    let said = |row: Row| missing(&row, &here).join("\n");
    assert_eq!(said(row(whole.tests, whole.proofs, whole.number)), "");
    assert!(said(row(&[], whole.proofs, whole.number)).contains("no test"));
    assert!(said(row(&["is_not_there"], whole.proofs, whole.number)).contains("is_not_there"));
    assert!(said(row(whole.tests, &[], whole.number)).contains("no proof"));
    assert!(said(row(whole.tests, whole.proofs, 99)).contains("another number"));
    let absent: [&[Proof]; 3] =
        [&[Proof::CompileFail("E9999")], &[Proof::File("tests/none.rs")], &[Proof::Check("none")]];
    for proofs in absent {
        assert!(said(row(whole.tests, proofs, whole.number)).contains("no "), "{proofs:?}");
    }
}
