//! Which lines of a page are the pattern, and which the example: comments that begin with `Pattern:`, `Example:` or
//! `Counterexample:`, the same in Rust, C and C++.
//!
//! Such a mark holds for the lines behind it, up to the next mark that is indented as much or less, or to the end of the
//! block that it stands in. What stands before the first one is the pattern's. `tests/marks.rs` says what each page must
//! have.

use std::collections::BTreeMap;

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// To be taken over, with names of your own.
    Pattern,
    /// What the pattern is shown on: a library in place of yours, what is done with it, tests.
    Example,
    /// The same task done wrong.
    Counterexample,
}

const WORDS: [(&str, Part); 3] = [
    ("Pattern:", Part::Pattern),
    ("Example:", Part::Example),
    ("Counterexample:", Part::Counterexample),
];

/// The comments of Rust, C, C++ and manifests. A mark is no documentation.
const COMMENTS: [&str; 3] = ["// ", "/* ", "# "];

/// The part that this line begins, if it is a mark.
pub fn mark(line: &str) -> Option<Part> {
    let line = line.trim_start();
    let said = COMMENTS.iter().find_map(|comment| line.strip_prefix(comment))?;
    WORDS.iter().find(|(word, _)| said.starts_with(word)).map(|(_, part)| *part)
}

/// All lines of a file, each with its part.
pub fn parts(text: &str) -> Vec<(Part, &str)> {
    let mut open: Vec<(usize, Part)> = Vec::new();
    let mut lines: Vec<(Part, &str)> = text
        .lines()
        .map(|line| {
            enter(&mut open, line);
            (open.last().map_or(Part::Pattern, |(_, part)| *part), line)
        })
        .collect();
    close_guard(&mut lines);
    lines
}

/// Ends what does not reach to this line, and begins what the line marks.
fn enter(open: &mut Vec<(usize, Part)>, line: &str) {
    if line.trim().is_empty() {
        return;
    }
    let indent = line.len() - line.trim_start().len();
    let mark = mark(line);
    // A mark ends those beside it; other lines end those of blocks that are over.
    open.retain(|(other, _)| *other < indent + usize::from(mark.is_none()));
    open.extend(mark.map(|part| (indent, part)));
}

/// The `#endif` at the end of a header belongs to its `#ifndef`, whatever has come between.
fn close_guard(lines: &mut [(Part, &str)]) {
    let begun = lines.iter().find(|(_, line)| line.starts_with("#ifndef ")).map(|(part, _)| *part);
    if let (Some(part), Some((last, "#endif"))) = (begun, lines.last_mut()) {
        *last = part;
    }
}

/// A file without what is not the pattern; `None` if nothing is left.
pub fn pattern(text: &str) -> Option<String> {
    let mut kept: Vec<&str> = Vec::new();
    for (part, line) in parts(text) {
        let blank = |line: &str| line.trim().is_empty();
        let after_blank = kept.last().is_none_or(|last| blank(last));
        match line {
            _ if part != Part::Pattern => {}
            line if blank(line) && after_blank => {}
            line => {
                // Before it stood what is left out.
                if line.trim_start().starts_with('}') && after_blank {
                    kept.pop();
                }
                kept.push(line);
            }
        }
    }
    let kept = kept.join("\n");
    (!kept.trim().is_empty()).then(|| kept.trim_end().to_owned() + "\n")
}

/// The page of a pattern that goes without its example: its documentation ends before what is shown of both, and its
/// code blocks, which call the example, are not compiled.
pub fn documented(page: &str) -> String {
    let mut kept: Vec<String> = Vec::new();
    let (mut shown, mut inside) = (false, false);
    for line in page.lines() {
        let is_documentation = line.starts_with("//!") || line.starts_with("#![doc");
        shown = is_documentation && (shown || line == "//! # The wrong way");
        if !shown {
            kept.push(uncompiled(line, &mut inside));
        } else if kept.last().is_some_and(|last| last == "//!") {
            kept.pop();
        }
    }
    kept.join("\n") + "\n"
}

/// The line, with `ignore` if it begins a block of Rust.
fn uncompiled(line: &str, inside: &mut bool) -> String {
    let is_fence = ["//! ```", "/// ```"].iter().any(|fence| line.trim_start().starts_with(fence));
    *inside ^= is_fence;
    match line.split_once("```") {
        Some((before, language)) if is_fence && *inside && is_rust(language) => {
            format!("{before}```ignore")
        }
        _ => line.to_owned(),
    }
}

fn is_rust(language: &str) -> bool {
    language.is_empty() || ["compile_fail", "no_run"].iter().any(|word| language.contains(word))
}

/// How many lines of code each part has, without comments.
pub fn count<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeMap<Part, usize> {
    let mut counts = BTreeMap::new();
    let is_code =
        |line: &str| !line.is_empty() && !["//", "/*", "* "].iter().any(|c| line.starts_with(c));
    for (part, _) in texts.flat_map(parts).filter(|(_, line)| is_code(line.trim())) {
        *counts.entry(part).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "use a::b;\n\n// Pattern: a handle.\n\nimpl Handle {\n    fn new() {}\n\n    // Example: uses.\n\n    \
                        fn run() {\n    }\n}\n\nfn end() {}\n\n// Example: tests.\n\nmod tests {\n    // Pattern: no more.\n}\n";

    #[test]
    fn a_mark_holds_to_the_end_of_its_block_or_to_the_next_one_beside_it() {
        let kept = "use a::b;\n\n// Pattern: a handle.\n\nimpl Handle {\n    fn new() {}\n}\n\nfn end() {}\n";
        assert_eq!(pattern(PAGE.split("mod tests").next().unwrap()).unwrap(), kept);
        // One that is further in is a mark as well, for its block.
        assert!(pattern(PAGE).unwrap().ends_with("fn end() {}\n\n    // Pattern: no more.\n"));
    }

    #[test]
    fn the_guard_of_a_header_is_kept_with_its_beginning() {
        let header = "/* Pattern: a. */\n#ifndef A\n#define A\nint a(void);\n\n/* Example: b. */\nint b(void);\n\n#endif\n";
        assert_eq!(
            pattern(header).unwrap(),
            "/* Pattern: a. */\n#ifndef A\n#define A\nint a(void);\n\n#endif\n"
        );
        assert_eq!(pattern(&header.replace("Pattern", "Counterexample")), None);
    }

    #[test]
    fn a_word_in_a_sentence_or_in_documentation_is_no_mark() {
        for line in [
            "//! Example: a",
            "/// Example: a",
            "// An Example: a",
            "// Examples: a",
            "x // Example: a",
        ] {
            assert_eq!(mark(line), None, "{line}");
        }
        assert_eq!(mark("    // Example: a"), Some(Part::Example));
        assert_eq!(mark("# Pattern: a manifest"), Some(Part::Pattern));
    }

    #[test]
    fn documentation_ends_before_the_wrong_way_and_its_blocks_are_ignored() {
        let page = "//! # The right way\n//! ```\n//! a();\n//! ```\n//! ```text\n//! b\n//! ```\n//! ```compile_fail,E0505\n//! ```\n\
                    //!\n//! # The wrong way\n//! c\n#![doc = \"d\"]\n//! e\n#![allow(unsafe_code)]\n\n/// ```no_run\n/// ```\nfn f() {}\n";
        let kept = "//! # The right way\n//! ```ignore\n//! a();\n//! ```\n//! ```text\n//! b\n//! ```\n//! ```ignore\n//! ```\n\
                    #![allow(unsafe_code)]\n\n/// ```ignore\n/// ```\nfn f() {}\n";
        assert_eq!(documented(page), kept);
    }

    #[test]
    fn lines_of_code_are_counted_by_part() {
        let counts =
            count([PAGE, "/* Counterexample: c.\n * Of two lines. */\nint c;\n"].into_iter());
        let [pattern, example, wrong] = [Part::Pattern, Part::Example, Part::Counterexample];
        assert_eq!(counts, BTreeMap::from([(pattern, 5), (example, 4), (wrong, 1)]));
    }
}
