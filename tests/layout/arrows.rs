//! Arrows go down only, siblings never import each other, and what runs kernels never names one.

use crate::tree::Source;
use crate::{Breach, Project};
use std::collections::BTreeSet;

/// Which floor a module of `src/` lives on. A new module takes its place here.
const FLOORS: [(&str, u8); 22] = [
    ("error", 0),
    ("fork", 0),
    ("fpenv", 0),
    ("memory", 0),
    ("level", 0),
    ("plan", 0),
    ("tasks", 0),
    ("remote", 0),
    ("executor", 0),
    ("simd", 0),
    ("exact", 0),
    ("sample", 0),
    ("source", 0),
    ("ffi", 0),
    ("kernel", 1),
    ("kernels", 1),
    ("exec", 2),
    ("graph", 3),
    ("bag", 3),
    ("aio", 3),
    ("executors", 3),
    ("harness", 4),
];

/// What the registry's own file offers to the kernels.
const OFFERED_TO_KERNELS: [&str; 1] = ["five_functions"];

pub fn breaches(project: &Project) -> Vec<Breach> {
    let mut found = Vec::new();
    for source in &project.sources {
        let mut complain = |line, what: String| found.push(Breach::at(&source.file, line, what));
        let room = crate::tree::module(&source.file);
        let is_library = source.file.starts_with("src/");
        if is_library && !room.is_empty() && floor(&room).is_none() {
            complain(1, format!("module {} has no floor in tests/layout/arrows.rs", room[0]));
        }
        for mention in &source.mentions {
            let target = project.resolve(&mention.path);
            if is_library && let Some(why) = forbidden(project, &room, &target) {
                complain(mention.line, format!("names crate::{}: {why}", target.join("::")));
            }
            if is_blind(source, &room) && project.names_kernel(&target) {
                complain(mention.line, format!("names the kernel {}", target.join("::")));
            }
        }
        if source.file.starts_with("compare/") {
            for word in source.words.iter().filter(|word| is_ours(&word.text)) {
                complain(
                    word.line,
                    format!("names {}: the engine knows nothing of ours", word.text),
                );
            }
        }
        if is_blind(source, &room) {
            let names = project.kernels.iter().map(|name| &name[..]);
            for (line, name) in words_among(source, names.collect()) {
                complain(line, format!("names the kernel {name}"));
            }
        }
    }
    let manifest = std::fs::read_to_string(project.root.join(ENGINE)).unwrap_or_default();
    for (line, text) in (1..).zip(manifest.lines()) {
        let key = text.split(['=', '.']).next().unwrap_or_default().trim();
        if is_ours(key) {
            let what = format!("depends on {key}: the engine knows nothing of ours");
            found.push(Breach::at(ENGINE, line, what));
        }
    }
    found
}

const ENGINE: &str = "compare/Cargo.toml";

/// Whether a word names a crate of this repository, other than the engine itself.
fn is_ours(word: &str) -> bool {
    let word = word.replace('-', "_");
    word == "abreast" || word.starts_with("abreast_") && word != "abreast_compare"
}

fn floor(module: &[String]) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| module.first().is_some_and(|m| m == name)).map(|(_, f)| *f)
}

/// Why a file of the library may not name `target`, if so.
fn forbidden(project: &Project, room: &[String], target: &[String]) -> Option<&'static str> {
    let (own, other) = (floor(room)?, floor(target)?);
    let text = |path: &[String], i: usize| path.get(i).cloned().unwrap_or_default();
    let (room_1, target_1) = (text(room, 1), text(target, 1));
    if other > own {
        return Some("arrows go down only");
    }
    if room[0] == "kernel" && target[0] == "kernels" {
        return Some("the vocabulary knows no kernel");
    }
    if room[0] == "kernels" && room.len() > 1 && target[0] == "kernels" {
        let own = target_1 == room_1 || OFFERED_TO_KERNELS.contains(&&target_1[..]);
        return (!own).then_some("no kernel knows another kernel");
    }
    if room[0] == "exec" && ["kernel", "kernels"].contains(&&target[0][..]) {
        return Some("no executor knows a kernel");
    }
    let executors = &project.executors;
    if room[0] == "exec" && executors.contains(&room_1) && target[0] == "exec" {
        let other = target_1 == "*" || executors.contains(&target_1) && target_1 != room_1;
        return other.then_some("no executor knows another executor");
    }
    None
}

/// Whether the file must know kernels through the registry only: whatever checks, times or builds
/// them. The rooms about `fractal`, which draws what the kernel `escape` counts, are about
/// one kernel by their nature.
fn is_blind(source: &Source, room: &[String]) -> bool {
    let harness = room.first().is_some_and(|first| first == "harness");
    let outside = ["build.rs", "tests/", "benches/", "cli/"];
    let outside = outside.iter().any(|executor| source.file.starts_with(executor));
    (harness || outside) && !source.file.contains("fractal")
}

/// In `build.rs`, where there are no paths to follow, any word counts: in code or in a string.
fn words_among<'n>(source: &Source, names: Vec<&'n str>) -> BTreeSet<(usize, &'n str)> {
    if source.file != "build.rs" {
        return BTreeSet::new();
    }
    let mut found = BTreeSet::new();
    for word in source.words.iter().chain(&source.texts) {
        let parts = word.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for part in parts {
            found.extend(names.iter().filter(|name| **name == part).map(|name| (word.line, *name)));
        }
    }
    found
}

impl Project {
    /// Follows re-exports: `crate::exec::Serial` is `exec::serial::Serial`. A name at the root of
    /// the crate that nothing declares comes from the glob over the kernels' plain functions.
    pub fn resolve(&self, path: &[String]) -> Vec<String> {
        let mut path = path.to_vec();
        // Aliases of aliases end; a cycle would be a mistake that the compiler reports.
        for _ in 0..8 {
            let Some((target, len)) = self.alias_of(&path) else { break };
            path = [target, &path[len..]].concat();
        }
        let declared = |name: &str| self.modules.contains(name) || name.contains('.');
        match path.first() {
            Some(first) if !declared(first) => [&self.plain[..], &path].concat(),
            _ => path,
        }
    }

    /// What the longest possible start of `path` stands for, and that start's length.
    fn alias_of(&self, path: &[String]) -> Option<(&[String], usize)> {
        (1..=path.len()).rev().find_map(|len| {
            let target = self.aliases.get(&path[..len])?;
            (**target != path[..len]).then_some((&target[..], len))
        })
    }

    /// Whether a path ends at one kernel: its folder, or its plain function.
    fn names_kernel(&self, path: &[String]) -> bool {
        match path {
            [first, second, ..] if first == "kernels" => {
                self.kernels.contains(second) || path.starts_with(&self.plain)
            }
            _ => false,
        }
    }
}
