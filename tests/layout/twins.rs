//! Rows are folders, columns are file names: every kernel has the same files on both sides, and a
//! place in the registry.

use crate::tree::{Source, folders};
use crate::{Breach, Project};

const REGISTRY: &str = "src/kernels/mod.rs";

pub fn breaches(project: &Project) -> Vec<Breach> {
    let rust = ["mod.rs", "rust.rs", "simd.rs", "c.rs", "cpp.rs"];
    let kernels: Vec<String> =
        project.kernels.union(&folders(&project.root, "csrc/kernels")).cloned().collect();
    let mut found = Vec::new();
    for name in &kernels {
        let ours = rust.map(|file| format!("src/kernels/{name}/{file}"));
        let theirs = ["h", "c", "hpp", "cpp"].map(|e| format!("csrc/kernels/{name}/{name}.{e}"));
        for file in ours.iter().chain(&theirs) {
            if !project.root.join(file).is_file() {
                found.push(Breach::of(file, "missing: every kernel has this file"));
            }
        }
        found.extend(unregistered(project, name));
    }
    found
}

fn unregistered(project: &Project, name: &str) -> Option<Breach> {
    let registry = project.sources.iter().find(|source| source.file == REGISTRY)?;
    let what = match (declared(registry, name), registered(registry, name)) {
        (true, true) => return None,
        (false, _) => "not declared",
        (true, false) => "not registered",
    };
    Some(Breach::of(&format!("src/kernels/{name}"), format!("{what} in {REGISTRY}")))
}

/// `pub mod name;`
fn declared(registry: &Source, name: &str) -> bool {
    registry.words.windows(2).any(|two| two[0].text == "mod" && two[1].text == name)
}

/// `name: Kernel, ..; function, ..;` in the table: a word on a line of its own after `register`.
fn registered(registry: &Source, name: &str) -> bool {
    let table = registry.words.iter().rposition(|word| word.text == "register");
    let table = &registry.words[table.unwrap_or(registry.words.len())..];
    table.windows(2).any(|two| two[0].line < two[1].line && two[1].text == name)
}
