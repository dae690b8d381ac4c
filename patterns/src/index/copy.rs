//! A pattern with all that it needs, written into a crate: `abreast patterns copy NAME DIR`.

mod lines;

use super::{Row, marks};
use lines::{new_crate, to_add};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The files of all pages, by their paths in this package: Rust, C and C++.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

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

/// What is copied of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// What is marked as the pattern. Its `raw` declares functions of the example's library, which is not copied.
    Pattern,
    /// All of it, with library, counterexamples and tests.
    WithExample,
}

/// What was done, and what is to be done by hand.
#[derive(Debug, Default)]
pub struct Copied {
    /// What was written.
    pub written: Vec<PathBuf>,
    /// Files of which nothing is the pattern, by their paths in this package.
    pub left_out: Vec<&'static str>,
    /// What is to be added where there was a crate already: a file of it, and lines.
    pub to_add: Vec<(&'static str, String)>,
}

/// A page with those of its files that are copied.
struct Page {
    name: &'static str,
    files: Vec<(&'static str, String)>,
}

impl Page {
    fn of(row: &Row, take: Take) -> Page {
        let all = files(row).map(|(path, text)| (path, text.to_owned()));
        let mut page = Page { name: row.name, files: all.collect() };
        if take == Take::Pattern {
            page.leave_the_example_out();
        }
        page
    }

    fn leave_the_example_out(&mut self) {
        let page = format!("src/{}.rs", self.name);
        for (path, text) in &mut self.files {
            *text = marks::pattern(text).unwrap_or_default();
            if *path == page {
                *text = marks::documented(text);
            }
        }
        let shown = self.text(&page).to_owned();
        // What lies in `src/` and `csrc/`, and a table if what is left still shows it.
        let is_shown = |path: &str| path.contains("src/") || shown.contains(path);
        self.files.retain(|(path, text)| !text.is_empty() && is_shown(path));
    }

    fn text(&self, path: &str) -> &str {
        self.files.iter().find(|(other, _)| *other == path).map_or("", |(_, text)| text)
    }
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
pub fn copy(rows: &[&Row], take: Take, folder: &Path) -> Result<Copied, Error> {
    let manifest = folder.join("Cargo.toml");
    let is_new = !manifest.exists();
    let package = if is_new { new_name(folder) } else { name_of(&manifest)? };
    let pages: Vec<Page> = rows.iter().map(|row| Page::of(row, take)).collect();
    let mut files = renamed(&pages, &package.replace('-', "_"));
    if is_new {
        files.extend(new_crate(&pages, &package));
    }
    let written = write_all(folder, &files)?;
    let is_written = |path: &str| files.iter().any(|(written, _)| written == path);
    let all = rows.iter().flat_map(|row| self::files(row)).map(|(path, _)| path);
    let left_out = all.filter(|path| !is_written(path)).collect();
    Ok(Copied { written, left_out, to_add: if is_new { Vec::new() } else { to_add(&pages) } })
}

/// All files, with the name of the crate in the examples.
fn renamed(pages: &[Page], krate: &str) -> Vec<(String, String)> {
    let files = pages.iter().flat_map(|page| &page.files);
    let rename = |(path, text): &(&'static str, String)| {
        let is_rust = path.ends_with(".rs");
        let text = if is_rust { text.replace("abreast_patterns", krate) } else { text.clone() };
        ((*path).to_owned(), text)
    };
    files.map(rename).collect()
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
