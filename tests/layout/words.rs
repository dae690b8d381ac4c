//! One word for each thing: names that were given up do not come back.

use crate::tree::{Kept, files};
use crate::{Breach, Project};
use std::sync::LazyLock;

/// What was called so, and what it is called now. As whole words, in whatever case they are written.
const OLD: [(&str, &str); 25] = [
    ("accused", "target"),
    ("at_home", "ran_locally"),
    ("ballot", "vote"),
    ("belongings", "leaks"),
    ("bodies", "variants"),
    ("bodyfn", "RunFn"),
    ("by_body", "by_variant"),
    ("crew", "pool"),
    ("every_body", "every_variant"),
    ("exhibit", "counterexample"),
    ("exhibits", "counterexamples"),
    ("fewest", "MIN"),
    ("handful", "batch"),
    ("lanes/", "ci/"),
    ("orderbody", "JobHead"),
    ("per_body", "per_variant"),
    ("planted", "seeded, or mutants"),
    ("rung", "price"),
    ("rungs", "prices"),
    ("slip", "mistake"),
    ("specimen", "TypedCase"),
    ("wrong_twin", "counterexample"),
    ("wrong twin", "counterexample"),
    ("yard", "setup"),
    ("yardstick", "baseline"),
];

/// Old names that are words of English too: only where they are written as types.
const TYPES: [(&str, &str); 9] = [
    ("Ask", "Request"),
    ("Body", "Variant"),
    ("Desk", "Dispatcher"),
    ("Evidence", "Workload"),
    ("Near", "Expected"),
    ("Opened", "ChunkArgs"),
    ("Outcome", "Digest"),
    ("Subject", "CaseMaker"),
    ("Trouble", "Violation"),
];

pub fn breaches(project: &Project) -> Vec<Breach> {
    static KNOWN: LazyLock<Kept<Vec<String>>> = LazyLock::new(Kept::default);
    let of_file = |file: String| {
        let text = std::fs::read_to_string(project.root.join(&file)).unwrap_or_default();
        KNOWN.of(&file, text, old_names).expect("every text has names")
    };
    let ours = files(&project.root, ".").into_iter().filter(|file| is_ours(file));
    ours.flat_map(|file| of_file(file).iter().cloned().map(Breach).collect::<Vec<_>>()).collect()
}

/// Every old name in a file's text, and what it is called.
fn old_names(file: &str, text: &str) -> Result<Vec<String>, String> {
    let found = text.lines().enumerate().filter_map(|(i, line)| {
        let (old, new) = old_name(line, file)?;
        Some(Breach::at(file, i + 1, format!("{old} is called {new} now")).0)
    });
    Ok(found.collect())
}

/// The changelog tells of the past, this file holds the list, and a novel is a novel.
fn is_ours(file: &str) -> bool {
    let text = [".rs", ".md", ".c", ".h", ".cpp", ".hpp", ".py", ".toml"];
    let spared = ["CHANGELOG.md", "tests/layout/words.rs", "tests/layout/main.rs"];
    text.iter().any(|end| file.ends_with(end)) && !spared.contains(&file)
}

fn old_name(line: &str, file: &str) -> Option<(&'static str, &'static str)> {
    let lower = line.to_lowercase();
    let found = OLD.into_iter().find(|(old, _)| has_word(&lower, old));
    found.or_else(|| {
        let is_rust = file.ends_with(".rs");
        TYPES.into_iter().find(|(old, _)| is_rust && has_type(line, old))
    })
}

/// Whether `word` stands there by itself.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        // The name of a folder goes on after its slash.
        let after = line[at + word.len()..].chars().next().filter(|_| !word.ends_with('/'));
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// Whether it stands there as a type or a path: `Body::C`, `Body,`, `<Body>`; not at the beginning of a
/// sentence.
fn has_type(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        let begins = !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"');
        begins
            && ["::", "<", ">", " {", "(", ",", ";", "}"].iter().any(|end| after.starts_with(end))
    })
}
