//! Where a benchmark keeps its files: in `abreast/PACKAGE` of the target folder, under its own name.

use crate::host::host;
use std::path::{Path, PathBuf};

/// The benchmark that this program is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The folder; none when the program does not lie in a target folder.
    pub(crate) folder: Option<PathBuf>,
    /// The package, as cargo says while it runs the program: benchmarks of several packages may have
    /// one name and one target folder.
    pub(crate) package: String,
    /// The name of the benchmark.
    pub(crate) bench: String,
}

impl Place {
    pub(crate) fn here() -> Place {
        let program = std::env::current_exe().unwrap_or_default();
        // A program that is no benchmark is the same one however it was started.
        let package = match host() {
            Some(_) => String::new(),
            None => std::env::var("CARGO_PKG_NAME").unwrap_or_default(),
        };
        let target = target_folder(&program, |folder| folder.join("CACHEDIR.TAG").is_file());
        Place {
            folder: target.map(|target| target.join("abreast").join(&package)),
            package,
            bench: bench_name(&program),
        }
    }

    /// Where the report goes when nobody says.
    pub(crate) fn report(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{}.html", self.bench)))
    }

    /// Where saved runs are.
    pub(crate) fn saved(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(&self.bench))
    }
}

/// The nearest folder that cargo has marked as one to leave out of backups, or else the one above
/// `release/deps`.
pub(crate) fn target_folder(program: &Path, is_marked: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let deps = program.parent()?;
    let marked = deps.ancestors().find(|folder| is_marked(folder));
    let above = || (deps.file_name()? == "deps").then(|| deps.parent()?.parent()).flatten();
    marked.or_else(above).map(Path::to_owned)
}

/// The program's name without cargo's hash.
pub(crate) fn bench_name(program: &Path) -> String {
    let stem = program.file_stem().unwrap_or_default().to_string_lossy();
    let is_hash = |text: &str| text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    match stem.rsplit_once('-') {
        Some((name, hash)) if is_hash(hash) => name.to_owned(),
        _ => stem.into_owned(),
    }
}

/// A path as seen from the current folder, if it lies there.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_folder_is_found_with_and_without_its_mark() {
        let marked = |folder: &Path| folder.ends_with("target");
        let find = |program: &str| target_folder(Path::new(program), marked);
        assert_eq!(find("/w/target/release/deps/dot-1"), Some("/w/target".into()));
        assert_eq!(find("/w/target/triple/release/deps/dot-1"), Some("/w/target".into()));
        assert_eq!(find("/w/out/release/deps/dot-1"), Some("/w/out".into()));
        assert_eq!(find("/usr/bin/dot"), None);
    }

    #[test]
    fn the_hash_is_no_part_of_the_name() {
        for (program, name) in [
            ("/t/deps/dot-0123456789abcdef", "dot"),
            ("/t/deps/two-words-0123456789abcdef", "two-words"),
            ("/t/deps/two-words", "two-words"),
            ("/t/deps/dot-0123456789abcdef.exe", "dot"),
        ] {
            assert_eq!(bench_name(Path::new(program)), name);
        }
    }
}
