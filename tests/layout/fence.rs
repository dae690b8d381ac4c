//! Unsafe code stands at the border only, in the files that `docs/unsafe.md` lists.

use crate::tree::Source;
use crate::{Breach, Project};

const LIST: &str = "docs/unsafe.md";

/// Where the list may point; `*` stands for one folder.
const FENCE: [&str; 31] = [
    "src/ffi/",
    "src/kernels/*/c.rs",
    "src/kernels/*/cpp.rs",
    "src/fpenv.rs",
    "src/fork.rs",
    "src/memory.rs",
    "src/sample/guarded.rs",
    "src/exec/procs/memory.rs",
    "src/harness/chaos/inside.rs",
    "examples/own_crate/src/main.rs",
    "tests/fork.rs",
    "tests/outside/crash.rs",
    "compare/tests/outside/mutants.rs",
    "patterns/src/*.rs",
    "patterns/src/*/tests.rs",
    "patterns/src/index/*.rs",
    "patterns/src/drift_triangle/generated.rs",
    "patterns/src/exception_firewall/by_default.rs",
    "patterns/csrc/linked_library/sys_lib.rs",
    "patterns/showcase/",
    "patterns/tests/unwinding/program.rs",
    "patterns/tests/counterexamples/*.rs",
    "capi/src/",
    "cli/src/descriptors.rs",
    "cli/src/try_/foreign.rs",
    "cli/src/try_/fault.rs",
    "peers/src/foreign.rs",
    "peers/src/blas.rs",
    "mpi/src/channel.rs",
    "ci/",
    "mutants/",
];

pub fn breaches(project: &Project) -> Vec<Breach> {
    let listed = match listed(project) {
        Ok(listed) => listed,
        Err(breach) => return vec![breach],
    };
    let mut found = Vec::new();
    for pattern in &listed {
        if !FENCE.iter().any(|executor| matches(executor, pattern)) {
            found.push(Breach::of(LIST, format!("lists {pattern}, which is outside the fence")));
        }
        let mut places = project.sources.iter().filter(|s| matches(pattern, &s.file)).peekable();
        if places.peek().is_none() {
            found.push(Breach::of(LIST, format!("lists {pattern}, which does not exist")));
        }
        if pattern.ends_with("/*.rs") {
            // A folder of pages: of those that need unsafe code, each is free to.
            continue;
        }
        let idle = places.filter(|source| first_unsafe(source).is_none());
        found.extend(idle.map(|source| {
            Breach::of(LIST, format!("lists {}, which has no unsafe code", source.file))
        }));
    }
    for source in &project.sources {
        let Some(line) = first_unsafe(source) else { continue };
        if !listed.iter().any(|pattern| matches(pattern, &source.file)) {
            let what = format!("unsafe code in a file that {LIST} does not list");
            found.push(Breach::at(&source.file, line, what));
        }
    }
    found
}

/// The files in the tables: the first thing in backquotes of a row.
fn listed(project: &Project) -> Result<Vec<String>, Breach> {
    let text = std::fs::read_to_string(project.root.join(LIST));
    let text = text.map_err(|why| Breach::of(LIST, why))?;
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    Ok(rows.map(|(file, _)| file.to_owned()).collect())
}

/// The line of the first `unsafe`, or of a lint that lets it in.
fn first_unsafe(source: &Source) -> Option<usize> {
    let opens = |text: &str, permitted| text == "unsafe" || text == "unsafe_code" && permitted;
    source.words.iter().find(|w| opens(&w.text, w.permitted)).map(|word| word.line)
}

/// Whether `file` is what the pattern says, or lies in the folder that it says.
fn matches(pattern: &str, file: &str) -> bool {
    if let Some((before, after)) = pattern.split_once('*') {
        let rest = file.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        return pattern == file || rest.is_some_and(|name| !name.contains('/'));
    }
    pattern == file || pattern.ends_with('/') && file.starts_with(pattern)
}
