//! What pages need of a crate: lines for its manifest, its build script and its library.

use super::Page;
use std::fmt::Write;

/// What pages use of other crates, and how that is said in Cargo.toml.
const DEPENDENCIES: [(&str, &str); 5] = [
    ("cxx", "cxx = \"1.0.205\""),
    ("libc", "libc = \"0.2\""),
    ("libloading", "libloading = \"0.8\""),
    ("num_complex", "num-complex = \"0.4.6\""),
    ("thiserror", "thiserror = \"2\""),
];

/// The lines of `[build-dependencies]`: where something is compiled, and for pages with a bridge of cxx.
const BUILD: [&str; 2] = ["cc = \"1.2\"", "cxx-build = \"1.0.205\""];

/// Of pages of which a part is a client of this project's worker processes, and left out in a copy.
const LINTS: &str = "\n[lints.rust]\n\
    unexpected_cfgs = { level = \"warn\", check-cfg = ['cfg(feature, values(\"fence\"))'] }\n";

impl Page {
    /// Whether its code names a crate.
    fn uses(&self, name: &str) -> bool {
        let path = format!("{name}::");
        let rust = self.files.iter().filter(|(path, _)| path.ends_with(".rs"));
        let mut code = rust
            .flat_map(|(_, text)| text.lines())
            .filter(|line| !line.trim_start().starts_with("//"));
        name == "cxx" && self.has_bridge() || code.any(|line| line.contains(&path))
    }

    fn has_bridge(&self) -> bool {
        self.bridges().next().is_some()
    }

    fn bridges(&self) -> impl Iterator<Item = &'static str> {
        let has_bridge = |text: &str| text.contains("\n#[cxx::bridge");
        self.files.iter().filter(move |(_, text)| has_bridge(text)).map(|(path, _)| *path)
    }

    /// The files of C or C++ that are compiled.
    fn foreign(&self, extension: &'static str) -> impl Iterator<Item = &'static str> {
        self.files.iter().map(|(path, _)| *path).filter(move |path| path.ends_with(extension))
    }
}

/// The files of a new crate beside those of its pages.
pub fn new_crate(pages: &[Page], package: &str) -> Vec<(String, String)> {
    let lints = if has_feature(pages) { LINTS } else { "" };
    let (needs, build) = (build_dependencies(pages), build_lines(pages));
    let needs = if needs.is_empty() { needs } else { format!("\n[build-dependencies]\n{needs}") };
    let manifest = format!(
        "[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{}{needs}{lints}",
        dependencies(pages),
    );
    let mut files = vec![("Cargo.toml", manifest), ("src/lib.rs", modules(pages))];
    if !build.is_empty() {
        files.push(("build.rs", format!("fn main() {{\n{build}}}\n")));
    }
    files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect()
}

/// What a crate that is there lacks.
pub fn to_add(pages: &[Page]) -> Vec<(&'static str, String)> {
    let lines = [
        ("src/lib.rs", modules(pages)),
        ("Cargo.toml, [dependencies]", dependencies(pages)),
        ("Cargo.toml, [build-dependencies]", build_dependencies(pages)),
        ("build.rs, in main", build_lines(pages)),
    ];
    lines.into_iter().filter(|(_, lines)| !lines.is_empty()).collect()
}

fn modules(pages: &[Page]) -> String {
    pages.iter().fold(String::new(), |text, page| text + "pub mod " + page.name + ";\n")
}

fn lines<'l>(lines: impl Iterator<Item = &'l str>) -> String {
    lines.fold(String::new(), |text, line| text + line + "\n")
}

fn dependencies(pages: &[Page]) -> String {
    let uses = |name: &str| pages.iter().any(|page| page.uses(name));
    lines(DEPENDENCIES.iter().filter(|(name, _)| uses(name)).map(|(_, line)| *line))
}

fn build_dependencies(pages: &[Page]) -> String {
    let has_bridge = pages.iter().any(Page::has_bridge);
    let is_compiled = has_bridge || !build_lines(pages).is_empty();
    lines(BUILD.into_iter().take(usize::from(is_compiled) + usize::from(has_bridge)))
}

fn has_feature(pages: &[Page]) -> bool {
    let mut texts = pages.iter().flat_map(|page| &page.files);
    texts.any(|(_, text)| text.contains("feature = \"fence\""))
}

/// What is loaded at run time, and so is no part of the program.
fn is_plugin(path: &str) -> bool {
    path.ends_with("plugin.c")
}

/// Lines for a build script that compile the foreign half of these pages; none where there is nothing to compile.
fn build_lines(pages: &[Page]) -> String {
    let lines: String = pages.iter().map(lines_of).collect();
    if lines.is_empty() {
        return lines;
    }
    format!("    println!(\"cargo::rerun-if-changed=csrc\");\n{lines}")
}

fn lines_of(page: &Page) -> String {
    let name = page.name;
    let mut text = String::new();
    let (plugins, c): (Vec<_>, Vec<_>) = page.foreign(".c").partition(|path| is_plugin(path));
    if !c.is_empty() {
        let _ = writeln!(
            text,
            "    cc::Build::new().std(\"c11\").flag(\"-pthread\").include(\"csrc\").files({c:?}).compile(\"{name}_c\");"
        );
    }
    plugins.iter().for_each(|path| text += &plugin_lines(path));
    let (bridges, cpp): (Vec<_>, Vec<_>) =
        (page.bridges().collect(), page.foreign(".cpp").collect());
    let build = match bridges.is_empty() {
        true if cpp.is_empty() => return text,
        true => "cc::Build::new().cpp(true)".to_owned(),
        false => format!("cxx_build::bridges({bridges:?})"),
    };
    let _ = writeln!(
        text,
        "    {build}.std(\"c++17\").include(\"csrc\").files({cpp:?} as [&str; {}]).compile(\"{name}_cpp\");",
        cpp.len()
    );
    text
}

/// A shared library in `OUT_DIR`.
fn plugin_lines(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path).replace(".c", ".so");
    format!(
        "    let mut compiler = cc::Build::new().std(\"c11\").pic(true).get_compiler().to_command();\n    \
         let library = std::path::Path::new(&std::env::var_os(\"OUT_DIR\").unwrap()).join(\"{name}\");\n    \
         compiler.args([\"-shared\", \"-pthread\", \"-o\"]).arg(library).arg(\"{path}\");\n    \
         assert!(compiler.status().unwrap().success());\n"
    )
}
