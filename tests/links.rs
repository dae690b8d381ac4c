//! Links between the documents lead somewhere, to a file and to a heading in it; the README is a front page, and
//! its test command is the one that is checked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A part of the book, whose links rustdoc resolves.
const FOR_RUSTDOC: [&str; 2] = ["patterns/INDEX.md", "patterns/SIGNS.md"];

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|why| panic!("{}: {why}", file.display()))
}

/// Every Markdown file, but for what is built and what is hidden.
fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// The text without its blocks of code, the lines kept.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().map(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        if is_code || is_fence { "" } else { line }
    })
}

/// What a line links to: the `target` of `[text](target)`, outside of backquotes.
fn targets(line: &str) -> Vec<&str> {
    let is_code = |at: usize| line[..at].matches('`').count() % 2 == 1;
    let starts = line.match_indices("](").filter(|(at, _)| !is_code(*at));
    starts.filter_map(|(at, _)| Some(line[at + 2..].split_once(')')?.0)).collect()
}

/// The names by which headings are linked to, as forges make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    let words = headings.map(|line| line.trim_start_matches('#').trim().to_lowercase());
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
    words.map(|words| words.chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

/// Why a link of `file` leads nowhere, if so.
fn broken(file: &Path, target: &str) -> Option<String> {
    let is_elsewhere = target.contains("://") || target.starts_with("mailto:");
    if is_elsewhere {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let to = match path {
        "" => file.to_owned(),
        _ => file.parent().expect("a folder").join(path),
    };
    if !to.exists() {
        return Some("there is no such file".into());
    }
    let is_found = anchor.is_empty() || anchors(&read(&to)).contains(anchor);
    (!is_found).then(|| "there is no such heading".into())
}

/// The links of `text`, as the document `file`, that lead nowhere.
fn violations(file: &Path, text: &str) -> Vec<String> {
    let lines = prose(text).enumerate();
    let links = lines.flat_map(|(i, line)| targets(line).into_iter().map(move |to| (i + 1, to)));
    let why = |(line, to): (usize, &str)| {
        Some(format!("{}:{line}: ({to}): {}", file.display(), broken(file, to)?))
    };
    links.filter_map(why).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut files = Vec::new();
    documents(checkout(), &mut files);
    files.retain(|file| !FOR_RUSTDOC.iter().any(|end| file.ends_with(end)));
    assert!(files.len() > 10, "{files:?}");
    let found: Vec<String> = files.iter().flat_map(|file| violations(file, &read(file))).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let file = checkout().join("docs/example.md");
    let text = "# One `thing`, or two\n[a](../README.md) `[b](none)`, [c](none.md), [d](design.md#comparing)\n\
                ```\n[e](none)\n```\n[f](../README.md#none) [g](https://none)\n";
    let found = violations(&file, text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].ends_with("example.md:2: (none.md): there is no such file"), "{found:?}");
    assert!(found[1].ends_with(":6: (../README.md#none): there is no such heading"), "{found:?}");
    assert!(anchors(text).contains("one-thing-or-two"));
}

#[test]
fn the_readme_is_a_front_page_with_two_commands() {
    let readme = read(&checkout().join("README.md"));
    let words = readme.split_whitespace().count();
    assert!(words < 1000, "the README has {words} words");
    for command in ["cargo run --release ", "cargo test "] {
        assert!(readme.lines().any(|line| line.starts_with(command)), "no line {command:?}");
    }
    let checks = read(&checkout().join("ci/checks.sh"));
    assert!(checks.contains("check test cargo test ;;"), "the checks do not begin with it");
}
