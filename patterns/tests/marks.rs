//! Each page says which of its lines are the pattern and which the example, so that a copy can leave the latter out.

use abreast_patterns::index::copy::files;
use abreast_patterns::index::marks::{Part, mark, parts, pattern};
use abreast_patterns::index::{PATTERNS, Row};

/// What a row's files lack.
fn missing(row: &Row) -> Vec<String> {
    let page = format!("src/{}.rs", row.name);
    let mut found: Vec<String> = files(row).flat_map(|(path, text)| faults(path, text)).collect();
    let (_, text) = files(row).find(|(path, _)| *path == page).expect("its page");
    found.extend(faults_of_page(&page, text));
    let kept = pattern(text).unwrap_or_default();
    let wrong = files(row).filter(|(path, _)| is_wrong(path));
    let names = wrong.flat_map(|(_, text)| functions(text));
    let called = names.filter(|name| kept.contains(&format!(" {name}(")));
    found
        .extend(called.map(|name| format!("{page}: {name} of a counterexample is in the pattern")));
    found
}

/// What holds for a file, Rust or foreign.
fn faults(path: &str, text: &str) -> Option<String> {
    let is_generated = text.starts_with("/* automatically generated");
    if path.ends_with(".md") || is_generated {
        return None;
    }
    let first = text.lines().position(|line| mark(line).is_some());
    let code = text.lines().position(is_item);
    if first.is_none_or(|first| code.is_some_and(|code| code < first)) {
        return Some(format!("{path}: no mark before its first line of code"));
    }
    let all_wrong = || parts(text).iter().all(|(part, _)| *part == Part::Counterexample);
    (is_wrong(path) && !all_wrong()).then(|| format!("{path}: is not all a counterexample"))
}

fn faults_of_page(page: &str, text: &str) -> Vec<String> {
    let lines = parts(text);
    let has = |wanted| lines.iter().any(|(part, line)| *part == wanted && is_item(line));
    let test = lines.iter().find(|(_, line)| *line == "#[cfg(test)]").map(|(part, _)| *part);
    [
        (has(Part::Pattern), "no line is the pattern"),
        (has(Part::Example), "no line is the example"),
        (test == Some(Part::Example), "its tests are not marked as the example"),
    ]
    .into_iter()
    .filter(|(holds, _)| !holds)
    .map(|(_, what)| format!("{page}: {what}"))
    .collect()
}

/// A line that is neither blank nor a comment, an import, an attribute of the page nor for the preprocessor.
fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let others = ["//", "/*", "*", "use ", "#"];
    !line.is_empty() && !others.iter().any(|other| line.starts_with(other))
}

fn is_wrong(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|file| file.starts_with("wrong"))
}

/// The names that begin with `ab_` and are called or defined.
fn functions(text: &'static str) -> impl Iterator<Item = &'static str> {
    let defined = text.lines().filter(|line| !line.starts_with([' ', '}', '#', '/']));
    defined.filter_map(|line| {
        let name = line.split('(').next()?.rsplit([' ', '*']).next()?;
        (line.contains('(') && name.starts_with("ab_")).then_some(name)
    })
}

#[test]
fn every_file_of_a_page_is_marked() {
    let missing: Vec<String> = PATTERNS.iter().flat_map(|row| missing(row)).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn a_file_without_a_mark_is_named() {
    let of = |text| faults("csrc/a/a.c", text);
    assert_eq!(of("/* Example: a. */\nint a(void);\n"), None);
    assert_eq!(of("#include <a.h>\n/* Example: a. */\nint a(void);\n"), None);
    assert!(of("int a(void);\n/* Example: a. */\n").is_some());
    assert!(of("int a(void);\n").is_some());
    let wrong = |text| faults("csrc/a/wrong.c", text);
    assert_eq!(wrong("/* Counterexample: a. */\nint a(void);\n"), None);
    assert!(wrong("/* Counterexample: a. */\nint a(void);\n/* Pattern: b. */\n").is_some());
    let page = |text: &str| faults_of_page("src/a.rs", text).join("\n");
    let whole = "// Pattern: a.\nfn a() {}\n\n// Example: b.\n\n#[cfg(test)]\nmod tests {}\n";
    assert_eq!(page(whole), "");
    assert!(page(&whole.replace("Example", "Pattern")).contains("tests are not marked"));
    assert!(page(&whole.replace("fn a() {}", "")).contains("no line is the pattern"));
}

/// Not because nothing was seen.
#[test]
fn functions_of_counterexamples_are_found() {
    let row = PATTERNS.iter().find(|row| row.name == "aliasing").expect("a page");
    let (_, wrong) = files(row).find(|(path, _)| is_wrong(path)).expect("a counterexample");
    assert!(functions(wrong).all(|name| name == "ab_neighbours_unchecked"));
    assert_eq!(functions(wrong).count(), 2);
}
