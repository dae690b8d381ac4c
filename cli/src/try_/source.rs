//! The files that are compared: what kind each is, and whether it can be read.

use crate::console::shown;
use anyhow::{Result, bail};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What is done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    C,
    Cpp,
    Rust,
    /// A folder with a `Cargo.toml`.
    Crate,
    /// Compiled, not linked.
    Object,
    /// Several objects in one file.
    Archive,
    /// A shared library.
    Library,
}

/// Endings of names.
const KINDS: [(&str, FileKind); 13] = [
    ("c", FileKind::C),
    ("cpp", FileKind::Cpp),
    ("cc", FileKind::Cpp),
    ("cxx", FileKind::Cpp),
    ("c++", FileKind::Cpp),
    ("C", FileKind::Cpp),
    ("rs", FileKind::Rust),
    ("o", FileKind::Object),
    ("obj", FileKind::Object),
    ("a", FileKind::Archive),
    ("so", FileKind::Library),
    ("dylib", FileKind::Library),
    ("dll", FileKind::Library),
];

/// A file of the command line.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: PathBuf,
    pub kind: FileKind,
}

impl Source {
    /// Looks at a file, before anything is compiled.
    pub fn look(path: &Path) -> Result<Source> {
        let name = shown(path);
        let kind = kind(path);
        match fs::metadata(path) {
            Err(why) => bail!("{name}: {why}"),
            Ok(found) if found.is_dir() => {
                if path.join("Cargo.toml").is_file() {
                    return Ok(Source { path: path.to_owned(), kind: FileKind::Crate });
                }
                bail!(
                    "{name} is a folder without a Cargo.toml: name the files in it that are to be compared"
                )
            }
            Ok(_) => {}
        }
        let Some(kind) = kind else {
            bail!(
                "{name}: what kind of file this is cannot be told from its name: there are .c, .cpp, .cc, \
                 .cxx, .rs, .o, .a and .so"
            );
        };
        if let Err(why) = File::open(path) {
            bail!("{name}: {why}");
        }
        Ok(Source { path: path.to_owned(), kind })
    }
}

impl Source {
    /// The file in which functions are declared, and how to read it.
    pub fn text(&self) -> Option<(FileKind, PathBuf)> {
        match self.kind {
            FileKind::C | FileKind::Cpp | FileKind::Rust => Some((self.kind, self.path.clone())),
            FileKind::Crate => Some((FileKind::Rust, self.path.join("src/lib.rs"))),
            FileKind::Object | FileKind::Archive | FileKind::Library => None,
        }
    }
}

fn kind(path: &Path) -> Option<FileKind> {
    let name = path.file_name()?.to_string_lossy();
    // Libraries may have their version after their ending: libm.so.6.
    let unversioned = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_owned());
    let of = |name: &str| {
        let ending = ending(name)?;
        KINDS.iter().find(|(known, _)| *known == ending).map(|(_, kind)| *kind)
    };
    of(&name).or_else(|| of(unversioned).filter(|kind| *kind == FileKind::Library))
}

/// A short name for each path: that of the file, with as many of its folders as it takes to tell it from the
/// others.
pub fn names(paths: &[&Path]) -> Vec<String> {
    let parts: Vec<Vec<String>> = paths
        .iter()
        .map(|path| path.iter().map(|part| part.to_string_lossy().into_owned()).collect())
        .collect();
    let name = |i: usize, count: usize| {
        let parts: &[String] = &parts[i];
        let last = &parts[parts.len().saturating_sub(count)..];
        last.iter().collect::<PathBuf>().display().to_string()
    };
    let is_alone = |i: usize, count: usize| {
        (0..paths.len())
            .all(|other| paths[other] == paths[i] || name(other, count) != name(i, count))
    };
    let most = parts.iter().map(Vec::len).max().unwrap_or(0);
    let count = |i: usize| (1..most).find(|count| is_alone(i, *count)).unwrap_or(most);
    (0..paths.len()).map(|i| name(i, count(i))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_what_a_file_is() {
        for (path, expected) in [
            ("a b/dot.c", Some(FileKind::C)),
            ("dot.C", Some(FileKind::Cpp)),
            ("dot.c++", Some(FileKind::Cpp)),
            ("dot.rs", Some(FileKind::Rust)),
            ("/lib/libm.so.6", Some(FileKind::Library)),
            ("libdot-1.2.so", Some(FileKind::Library)),
            ("libdot.a", Some(FileKind::Archive)),
            ("dot.c.1", None),
            ("dot.py", None),
            ("dot", None),
            ("..", None),
        ] {
            assert_eq!(kind(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn names_are_as_short_as_they_can_be() {
        let of = |paths: &[&str]| names(&paths.iter().map(Path::new).collect::<Vec<_>>());
        assert_eq!(of(&["x/dot.c", "dot.rs"]), ["dot.c", "dot.rs"]);
        assert_eq!(of(&["x/dot.c", "y/dot.c", "sum.c"]), ["x/dot.c", "y/dot.c", "sum.c"]);
        assert_eq!(of(&["dot.c", "y/dot.c"]), ["dot.c", "y/dot.c"]);
        assert_eq!(of(&["dot.c", "dot.c"]), ["dot.c", "dot.c"], "the same file");
    }
}
