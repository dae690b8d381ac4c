//! The rules of the architecture, as tests: what may import what, which files come in pairs, where unsafe
//! code may stand, how long a file may be. Each rule is then broken on purpose in a copy of the
//! tree, and the breach must be found by name.

mod arrows;
mod fence;
mod size;
mod tree;
mod twins;
mod words;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tree::Source;

/// A rule broken, and where.
#[derive(Debug)]
struct Breach(String);

impl Breach {
    fn at(file: &str, line: usize, what: impl std::fmt::Display) -> Self {
        Breach(format!("{file}:{line}: {what}"))
    }

    fn of(file: &str, what: impl std::fmt::Display) -> Self {
        Breach(format!("{file}: {what}"))
    }
}

/// The tree, read once.
struct Project {
    root: PathBuf,
    sources: Vec<Arc<Source>>,
    /// Folders of `src/kernels/`.
    kernels: BTreeSet<String>,
    /// Files of `src/exec/` that hold an executor.
    executors: BTreeSet<String>,
    /// Modules of `src/`.
    modules: BTreeSet<String>,
    /// What the names stand for that `use` brings into modules.
    aliases: HashMap<Vec<String>, Vec<String>>,
    /// Where the kernels' plain functions are gathered for the root of the crate.
    plain: Vec<String>,
}

impl Project {
    fn read(root: &Path) -> Result<Project, Vec<Breach>> {
        let rust = |file: &String| file.ends_with(".rs");
        let files = tree::files(root, ".").into_iter().filter(rust);
        let (sources, unreadable): (Vec<_>, Vec<_>) =
            files.map(|file| tree::read(root, &file)).partition(Result::is_ok);
        if !unreadable.is_empty() {
            return Err(unreadable.into_iter().filter_map(Result::err).map(Breach).collect());
        }
        let sources: Vec<Arc<Source>> = sources.into_iter().filter_map(Result::ok).collect();
        let executor = |source: &&Arc<Source>| {
            let words: Vec<&str> = source.words.iter().map(|word| &word.text[..]).collect();
            words.windows(3).any(|three| three[..2] == ["impl", "Executor"] && three[2] == "for")
        };
        let executors = sources.iter().filter(executor).filter_map(|source| {
            let module = tree::module(&source.file);
            (module.len() == 2 && module[0] == "exec").then(|| module[1].clone())
        });
        let modules = sources.iter().filter(|s| s.file.starts_with("src/"));
        let mut aliases = HashMap::new();
        for alias in sources.iter().flat_map(|source| &source.aliases).filter(|a| a.name != "*") {
            let name = [&alias.module[..], std::slice::from_ref(&alias.name)].concat();
            // Of two with one name, which other files may have, the first.
            aliases.entry(name).or_insert_with(|| alias.target.clone());
        }
        Ok(Project {
            root: root.to_owned(),
            kernels: tree::folders(root, "src/kernels"),
            executors: executors.collect(),
            modules: modules.filter_map(|s| tree::module(&s.file).into_iter().next()).collect(),
            aliases,
            plain: ["kernels", "plain"].map(str::to_owned).to_vec(),
            sources,
        })
    }
}

/// Every rule over the tree at `root`.
fn breaches(root: &Path) -> Vec<Breach> {
    let project = match Project::read(root) {
        Ok(project) => project,
        Err(unreadable) => return unreadable,
    };
    let rules =
        [arrows::breaches, twins::breaches, fence::breaches, size::breaches, words::breaches];
    rules.iter().flat_map(|rule| rule(&project)).collect()
}

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_tree_keeps_every_rule() {
    let found = breaches(checkout());
    let list: Vec<&str> = found.iter().map(|breach| &breach.0[..]).collect();
    assert!(found.is_empty(), "\n{}\n", list.join("\n"));
}

#[test]
fn the_rules_see_the_kernels_and_the_executors() {
    let project = Project::read(checkout()).expect("readable");
    assert!(project.kernels.contains("dot"));
    assert!(project.executors.contains("serial") && project.executors.contains("threads"));
    assert!(!project.executors.contains("pool"));
}

/// A copy of the tree in which one thing is changed, and what the rules say about it.
fn with(name: &str, change: impl FnOnce(&Path)) -> Vec<String> {
    // The tests run side by side, and names return.
    static COPIES: AtomicUsize = AtomicUsize::new(0);
    let name = format!("{name}-{}", COPIES.fetch_add(1, Ordering::Relaxed));
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout").join(name);
    let _ = std::fs::remove_dir_all(&copy);
    for file in tree::files(checkout(), ".") {
        let to = copy.join(&file);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::copy(checkout().join(&file), to).expect("a copy");
    }
    change(&copy);
    let found = breaches(&copy).into_iter().map(|breach| breach.0).collect();
    std::fs::remove_dir_all(&copy).expect("the copy goes");
    found
}

/// Asserts that the change is a breach, found once, by a message that says `parts`.
#[track_caller]
fn is_found(name: &str, change: impl FnOnce(&Path), parts: &[&str]) {
    let found = with(name, change);
    assert_eq!(found.len(), 1, "{name}: {found:#?}");
    assert!(parts.iter().all(|part| found[0].contains(part)), "{name}: {found:#?}");
}

fn append(root: &Path, file: &str, text: &str) {
    let old =
        std::fs::read_to_string(root.join(file)).unwrap_or_else(|why| panic!("{file}: {why}"));
    std::fs::write(root.join(file), old + text).expect("written");
}

fn replace(root: &Path, file: &str, old: &str, new: &str) {
    let text =
        std::fs::read_to_string(root.join(file)).unwrap_or_else(|why| panic!("{file}: {why}"));
    assert!(text.contains(old), "{file} has no {old:?}");
    std::fs::write(root.join(file), text.replace(old, new)).expect("written");
}

#[test]
fn an_unchanged_copy_keeps_every_rule() {
    assert_eq!(with("unchanged", |_| ()), Vec::<String>::new());
}

#[test]
fn an_arrow_that_goes_up_is_found() {
    let import = "\nuse crate::exec::Serial as _;\n";
    is_found("up", |root| append(root, "src/plan.rs", import), &["src/plan.rs:", "go down only"]);
    let path = "\nfn up() -> &'static str { crate::kernel::Role::Plain.name() }\n";
    is_found(
        "path",
        |root| append(root, "src/level.rs", path),
        &["src/level.rs:", "kernel::variant::Role"],
    );
    // Through the root's re-export, and in a tree of imports over several lines.
    let tree = "\nuse crate::{\n    error::Error as _,\n    Variant,\n};\n";
    is_found(
        "tree",
        |root| append(root, "src/tasks.rs", tree),
        &["src/tasks.rs:", "kernel::variant::Variant"],
    );
}

#[test]
fn a_kernel_that_knows_another_is_found() {
    let plant = |name, file: &'static str, text: &'static str| {
        is_found(
            name,
            |root| {
                let other = root.join("src/kernels/other");
                std::fs::create_dir_all(&other).expect("a folder");
                plant_kernel(root, "other");
                append(root, file, text);
            },
            &[file, "no kernel knows another kernel"],
        );
    };
    let dot = "src/kernels/dot/rust.rs";
    plant("absolute", dot, "\nuse crate::kernels::other::Other;\n");
    plant("relative", dot, "\nuse super::super::other::Other;\n");
    plant("plain", "src/kernels/other/simd.rs", "\nfn f() { crate::dot(&[0.0], &[0.0]); }\n");
    plant("glob", dot, "\nuse super::super::*;\n");
    plant("in_macro", dot, "\nmacro_rules! m { () => { $crate::kernels::other::Other } }\n");
}

/// A kernel that keeps every rule about folders.
fn plant_kernel(root: &Path, name: &str) {
    for side in ["src", "csrc"] {
        std::fs::create_dir_all(root.join(side).join("kernels").join(name)).expect("a folder");
    }
    for file in ["mod.rs", "rust.rs", "simd.rs"] {
        std::fs::write(root.join("src/kernels").join(name).join(file), "//! x\n").expect("written");
    }
    for file in ["c.rs", "cpp.rs"] {
        let text = "#![allow(unsafe_code)]\n";
        std::fs::write(root.join("src/kernels").join(name).join(file), text).expect("written");
    }
    for ending in ["h", "c", "hpp", "cpp"] {
        let file = format!("csrc/kernels/{name}/{name}.{ending}");
        std::fs::write(root.join(file), "/* x */\n").expect("written");
    }
    let registry = "src/kernels/mod.rs";
    replace(root, registry, "pub mod dot;", &format!("pub mod dot;\npub mod {name};"));
    let line = format!("    {name}: Other; other;\n    dot: ");
    replace(root, registry, "    dot: ", &line);
}

#[test]
fn a_name_that_was_given_up_is_found() {
    let dot = "src/kernels/dot/simd.rs";
    is_found("word", |root| append(root, dot, "\n// The YARDSTICK.\n"), &[dot, "baseline now"]);
    is_found("folder", |root| append(root, dot, "\n// See lanes/compilers.\n"), &[dot, "ci/ now"]);
    is_found("type", |root| append(root, dot, "\n// See [`Body::C`].\n"), &[dot, "Variant now"]);
}

#[test]
fn an_executor_that_knows_another_is_found() {
    let threads = "src/exec/threads.rs";
    let plant = |name, text: &'static str| {
        is_found(name, |root| append(root, threads, text), &[threads, "another executor"]);
    };
    plant("sibling", "\nuse super::serial::Serial;\n");
    plant("reexport", "\nfn f(_: crate::exec::Serial) {}\n");
    plant("glob", "\nuse super::*;\n");
}

#[test]
fn whoever_runs_kernels_and_names_one_is_found() {
    let plant = |file: &'static str, text: &'static str, part: &'static str| {
        is_found("names", |root| append(root, file, text), &[file, part]);
    };
    plant("src/exec/mod.rs", "\nuse crate::kernels::dot::Dot;\n", "no executor knows a kernel");
    plant("src/exec/pool.rs", "\nuse crate::Variant as _;\n", "no executor knows a kernel");
    plant("benches/kernels.rs", "\nuse abreast::kernels::dot;\n", "the kernel kernels::dot");
    plant("cli/src/lib.rs", "\nfn f() { abreast::dot(&[0.0], &[0.0]); }\n", "kernels::plain::dot");
    plant(
        "cli/src/lib.rs",
        "\nuse abreast::kernels;\nfn f() { kernels::dot::c(); }\n",
        "kernels::dot",
    );
    plant("tests/layout/size.rs", "\nuse abreast::dot;\n", "kernels::plain::dot");
    plant("build.rs", "\nconst MORE: &str = \"csrc/kernels/dot/dot.c\";\n", "the kernel dot");
}

#[test]
fn an_engine_that_knows_the_kernels_is_found() {
    let lib = "compare/src/lib.rs";
    let import = "\npub use abreast::dot;\n";
    is_found("engine", |root| append(root, lib, import), &[lib, "knows nothing of ours"]);
    let manifest = "compare/Cargo.toml";
    let line = "\n[build-dependencies]\nabreast-cli = { path = \"../cli\" }\n";
    is_found("depends", |root| append(root, manifest, line), &[manifest, "abreast-cli"]);
}

#[test]
fn a_kernel_nobody_registered_is_found() {
    let registry = "src/kernels/mod.rs";
    let orphan = |root: &Path| {
        plant_kernel(root, "orphan");
        replace(root, registry, "    orphan: Other; other;\n", "");
    };
    is_found("orphan", orphan, &["src/kernels/orphan", "not registered"]);
    let undeclared = |root: &Path| {
        plant_kernel(root, "orphan");
        replace(root, registry, "pub mod orphan;\n", "");
    };
    is_found("undeclared", undeclared, &["src/kernels/orphan", "not declared"]);
}

#[test]
fn a_missing_twin_is_found() {
    let gone = |file: &'static str| {
        let remove = |root: &Path| std::fs::remove_file(root.join(file)).expect("it was there");
        is_found("gone", remove, &[file, "missing"]);
    };
    gone("src/kernels/dot/simd.rs");
    gone("csrc/kernels/dot/dot.hpp");
    let found = with("one_sided", |root| {
        std::fs::remove_dir_all(root.join("csrc/kernels/dot")).expect("it was there");
    });
    assert_eq!(found.len(), 4, "{found:#?}");
    let found = with("c_only", |root| {
        std::fs::create_dir_all(root.join("csrc/kernels/alone")).expect("a folder");
        std::fs::write(root.join("csrc/kernels/alone/alone.c"), "/* x */\n").expect("written");
    });
    assert!(found.iter().any(|breach| breach.contains("src/kernels/alone/mod.rs")), "{found:#?}");
}

#[test]
fn unsafe_outside_the_fence_is_found() {
    let plant = |file: &'static str, text: &'static str| {
        is_found("unsafe", |root| append(root, file, text), &[file, "unsafe"]);
    };
    plant("src/plan.rs", "\nfn f() { unsafe { std::hint::unreachable_unchecked() } }\n");
    plant("src/kernels/dot/simd.rs", "\n#[allow(unsafe_code)]\nmod inner {}\n");
    plant("src/kernels/dot/rust.rs", "\nmacro_rules! m { () => { unsafe { f() } } }\n");
    plant("cli/src/lib.rs", "\nunsafe extern \"C\" {}\n");
    plant("mpi/src/serve.rs", "\nfn f() { unsafe { std::hint::unreachable_unchecked() } }\n");
    plant("patterns/showcase/eigen/src/view.rs", "\nunsafe extern \"C\" {}\n");
    let words = "\n// unsafe\n/* unsafe */\n/// unsafe\nconst A: &str = \"unsafe { }\";\n";
    assert_eq!(with("words", |root| append(root, "src/plan.rs", words)), Vec::<String>::new());
}

#[test]
fn a_list_of_unsafe_files_that_is_not_the_tree_is_found() {
    let list = "docs/unsafe.md";
    let row = "\n| `src/ffi/gone.rs` | why |\n";
    is_found("listed", |root| append(root, list, row), &[list, "src/ffi/gone.rs"]);
    let outside = "\n| `src/plan.rs` | why |\n";
    let found = with("outside", |root| append(root, list, outside));
    assert!(found.iter().any(|breach| breach.contains("outside the fence")), "{found:#?}");
    let drop = |root: &Path| replace(root, list, "| `src/ffi/mod.rs` |", "| src/ffi/mod.rs |");
    is_found("unlisted", drop, &["src/ffi/mod.rs", list]);
}

#[test]
fn a_file_that_grew_too_long_is_found() {
    let lines = |n: usize| "// one more\n".repeat(n);
    is_found("build", |root| append(root, "build.rs", &lines(100)), &["build.rs", "lines"]);
    let table = "compare/src/table.rs";
    is_found("engine", |root| append(root, table, &lines(450)), &[table, "lines"]);
    let peers = "peers/src/cases.rs";
    is_found("peers", |root| append(root, peers, &lines(450)), &[peers, "lines"]);
    let mpi = "mpi/src/serve.rs";
    is_found("mpi", |root| append(root, mpi, &lines(450)), &[mpi, "lines"]);
    let showcase = "patterns/showcase/gsl/src/root.rs";
    is_found("showcase", |root| append(root, showcase, &lines(450)), &[showcase, "lines"]);
    is_found("long", |root| append(root, "src/plan.rs", &lines(450)), &["src/plan.rs", "lines"]);
    let dask = "python/src/abreast/dask.py";
    is_found("python", |root| append(root, dask, &"# one more\n".repeat(450)), &[dask, "lines"]);
    is_found("long_c", |root| append(root, "csrc/abreast.h", &lines(450)), &["csrc/abreast.h"]);
}
