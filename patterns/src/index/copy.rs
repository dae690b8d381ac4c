//! A pattern with all that it needs, written into a crate: `abreast patterns copy NAME DIR`.

use super::Row;
use std::fmt::Write;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The files of all pages, by their paths in this package: Rust, C and C++.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// What pages use of other crates, and how that is said in Cargo.toml.
const DEPENDENCIES: [(&str, &str); 5] = [
    ("cxx", "cxx = \"1.0.205\""),
    ("libc", "libc = \"0.2\""),
    ("libloading", "libloading = \"0.8\""),
    ("num_complex", "num-complex = \"0.4.6\""),
    ("thiserror", "thiserror = \"2\""),
];

/// The lines of `[build-dependencies]`: for every page, and for those with a bridge of cxx.
const BUILD: [&str; 2] = ["cc = \"1.2\"", "cxx-build = \"1.0.205\""];

/// Of pages of which a part is a client of this project's worker processes, and left out in a copy.
const LINTS: &str = "\n[lints.rust]\n\
    unexpected_cfgs = { level = \"warn\", check-cfg = ['cfg(feature, values(\"fence\"))'] }\n";

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    #[error("{0}: is there already, and is not overwritten")]
    Exists(PathBuf),
    #[error("{0}: names no package")]
    NoPackage(PathBuf),
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}

/// What was done, and what is to be done by hand.
#[derive(Debug, Default)]
pub struct Copied {
    /// What was written.
    pub written: Vec<PathBuf>,
    /// What is to be added where there was a crate already: a file of it, and lines.
    pub to_add: Vec<(&'static str, String)>,
}

/// The files of a page, with their paths in a crate; also a table beside `src/` that it shows.
pub fn files(row: &Row) -> impl Iterator<Item = (&'static str, &'static str)> {
    let page = format!("src/{}.rs", row.name);
    let folders = ["src", "csrc"].map(|folder| format!("{folder}/{}/", row.name));
    let text = FILES.iter().find(|(path, _)| *path == page).map_or("", |(_, text)| text);
    let is_ours = move |path: &str| {
        path == page
            || folders.iter().any(|folder| path.starts_with(folder))
            || text.contains(&format!("include_str!(\"../{path}\")"))
    };
    FILES.iter().copied().filter(move |(path, _)| is_ours(path))
}

/// Writes pages into the crate in `folder`, or into a new one where there is no Cargo.toml.
///
/// # Errors
/// [`Error::Exists`] for a file that would be overwritten, and then nothing is written; [`Error::NoPackage`] for a
/// Cargo.toml without `[package]` and a name; [`Error::Io`] for a file that cannot be read or written.
pub fn copy(rows: &[&Row], folder: &Path) -> Result<Copied, Error> {
    let manifest = folder.join("Cargo.toml");
    let is_new = !manifest.exists();
    let package = if is_new { new_name(folder) } else { name_of(&manifest)? };
    let krate = package.replace('-', "_");
    let rust = |text: &str| text.replace("abreast_patterns", &krate);
    let pages = rows.iter().flat_map(|row| files(row));
    let mut files: Vec<(String, String)> = pages
        .map(|(path, text)| {
            let text = if path.ends_with(".rs") { rust(text) } else { text.to_owned() };
            (path.to_owned(), text)
        })
        .collect();
    if is_new {
        files.extend(new_crate(rows, &package));
    }
    let written = write_all(folder, &files)?;
    Ok(Copied { written, to_add: if is_new { Vec::new() } else { to_add(rows) } })
}

/// All files, if none of them is there.
fn write_all(folder: &Path, files: &[(String, String)]) -> Result<Vec<PathBuf>, Error> {
    let paths: Vec<PathBuf> = files.iter().map(|(path, _)| folder.join(path)).collect();
    if let Some(there) = paths.iter().find(|path| path.exists()) {
        return Err(Error::Exists(there.clone()));
    }
    for (path, (_, text)) in paths.iter().zip(files) {
        write_new(path, text).map_err(|why| Error::Io(path.clone(), why))?;
    }
    Ok(paths)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::File::create_new(path)?.write_all(text.as_bytes())
}

/// A name that cargo takes, from that of the folder.
fn new_name(folder: &Path) -> String {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let name: String = name.chars().map(plain).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("crate-{name}") }
}

/// The name in the `[package]` of a manifest.
fn name_of(manifest: &Path) -> Result<String, Error> {
    let text = fs::read_to_string(manifest).map_err(|why| Error::Io(manifest.to_owned(), why))?;
    let package = text.lines().map(str::trim).skip_while(|line| *line != "[package]").skip(1);
    let mut lines = package.take_while(|line| !line.starts_with('['));
    let name = lines.find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "name").then(|| value.split(['"', '\'']).nth(1).unwrap_or("").to_owned())
    });
    name.filter(|name| !name.is_empty()).ok_or_else(|| Error::NoPackage(manifest.to_owned()))
}

fn new_crate(rows: &[&Row], package: &str) -> [(String, String); 3] {
    let lints = if has_feature(rows) { LINTS } else { "" };
    let manifest = format!(
        "[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{}\n\
         [build-dependencies]\n{}{lints}",
        dependencies(rows),
        build_dependencies(rows),
    );
    let build = format!("fn main() {{\n{}}}\n", build_lines(rows));
    let library = modules(rows);
    [("Cargo.toml", manifest), ("build.rs", build), ("src/lib.rs", library)]
        .map(|(path, text)| (path.to_owned(), text))
}

fn to_add(rows: &[&Row]) -> Vec<(&'static str, String)> {
    let dependencies = dependencies(rows);
    let mut lines = vec![("src/lib.rs", modules(rows))];
    if !dependencies.is_empty() {
        lines.push(("Cargo.toml, [dependencies]", dependencies));
    }
    lines.push(("Cargo.toml, [build-dependencies]", build_dependencies(rows)));
    lines.push(("build.rs, in main", build_lines(rows)));
    lines
}

fn modules(rows: &[&Row]) -> String {
    rows.iter().fold(String::new(), |text, row| text + "pub mod " + row.name + ";\n")
}

fn lines<'l>(lines: impl Iterator<Item = &'l str>) -> String {
    lines.fold(String::new(), |text, line| text + line + "\n")
}

fn dependencies(rows: &[&Row]) -> String {
    let uses = |name: &str| rows.iter().any(|row| uses(row, name));
    lines(DEPENDENCIES.iter().filter(|(name, _)| uses(name)).map(|(_, line)| *line))
}

fn build_dependencies(rows: &[&Row]) -> String {
    let has_bridge = rows.iter().any(|row| needs_cxx(row));
    lines(BUILD.into_iter().take(if has_bridge { 2 } else { 1 }))
}

/// Whether the code of a page names a crate.
fn uses(row: &Row, name: &str) -> bool {
    let path = format!("{name}::");
    let code =
        files(row).filter(|(path, _)| path.ends_with(".rs")).flat_map(|(_, text)| text.lines());
    let mut code = code.filter(|line| !line.trim_start().starts_with("//"));
    name == "cxx" && needs_cxx(row) || code.any(|line| line.contains(&path))
}

fn has_feature(rows: &[&Row]) -> bool {
    let mut texts = rows.iter().flat_map(|row| files(row));
    texts.any(|(_, text)| text.contains("feature = \"fence\""))
}

fn needs_cxx(row: &Row) -> bool {
    bridges(row).next().is_some()
}

fn bridges(row: &Row) -> impl Iterator<Item = &'static str> {
    let has_bridge = |text: &str| text.contains("\n#[cxx::bridge");
    files(row).filter(move |(_, text)| has_bridge(text)).map(|(path, _)| path)
}

/// The files of C or C++ that are compiled.
fn foreign(row: &Row, extension: &'static str) -> impl Iterator<Item = &'static str> {
    files(row).map(|(path, _)| path).filter(move |path| path.ends_with(extension))
}

/// What is loaded at run time, and so is no part of the program.
fn is_plugin(path: &str) -> bool {
    path.ends_with("plugin.c")
}

/// Lines for a build script that compile the foreign half of these pages.
fn build_lines(rows: &[&Row]) -> String {
    let mut text = String::from("    println!(\"cargo::rerun-if-changed=csrc\");\n");
    for row in rows {
        let name = row.name;
        let c: Vec<&str> = foreign(row, ".c").filter(|path| !is_plugin(path)).collect();
        if !c.is_empty() {
            let _ = writeln!(
                text,
                "    cc::Build::new().std(\"c11\").flag(\"-pthread\").include(\"csrc\").files({c:?}).compile(\"{name}_c\");"
            );
        }
        foreign(row, ".c")
            .filter(|path| is_plugin(path))
            .for_each(|path| text += &plugin_lines(path));
        let (bridges, cpp): (Vec<_>, Vec<_>) =
            (bridges(row).collect(), foreign(row, ".cpp").collect());
        let build = match bridges.is_empty() {
            true if cpp.is_empty() => continue,
            true => "cc::Build::new().cpp(true)".to_owned(),
            false => format!("cxx_build::bridges({bridges:?})"),
        };
        let _ = writeln!(
            text,
            "    {build}.std(\"c++17\").include(\"csrc\").files({cpp:?} as [&str; {}]).compile(\"{name}_cpp\");",
            cpp.len()
        );
    }
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
