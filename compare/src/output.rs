//! Files of results: never half-written, and nothing that somebody else wrote is replaced.

use crate::args::Target;
use crate::report;
use crate::results::SCHEMA;
use crate::saved;
use crate::table::MARKDOWN;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Before anything is measured: whether the target can be written.
pub(crate) fn check(target: &Target, force: bool) -> Result<(), String> {
    let Target::File(path) = target else { return Ok(()) };
    let named = |why: io::Error| format!("{}: {why}", path.display());
    if path.is_dir() {
        return Err(format!("{} is a folder", path.display()));
    }
    match fs::read(path) {
        Ok(old) if !force && !is_ours(&old) => {
            return Err(format!(
                "{} was not written by this program: choose another file, or --force",
                path.display()
            ));
        }
        Ok(_) => {}
        Err(why) if why.kind() == io::ErrorKind::NotFound => {}
        Err(why) => return Err(named(why)),
    }
    let beside = beside(path);
    fs::write(&beside, "").and_then(|()| fs::remove_file(&beside)).map_err(named)
}

fn is_ours(old: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&old[..old.len().min(200)]);
    let json = head.starts_with('{')
        && head.contains("\"schema\"")
        && [SCHEMA, saved::SCHEMA].iter().any(|schema| head.contains(schema));
    old.is_empty() || json || head.starts_with(MARKDOWN) || head.starts_with(report::BEGINS)
}

/// A name in the same folder, so that renaming replaces the whole file at once.
fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

/// Writes the whole text, or nothing.
pub(crate) fn write(target: &Target, text: &str) -> io::Result<()> {
    let Target::File(path) = target else { return print(text) };
    let beside = beside(path);
    let written = fs::File::create(&beside)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.map_err(|why| io::Error::other(format!("{}: {why}", path.display())))
}

/// Writes a file in a folder that may not be there yet, unless it is somebody else's.
pub(crate) fn write_anew(path: &Path, text: &str, force: bool) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    }
    let target = Target::File(path.to_owned());
    check(&target, force)?;
    write(&target, text).map_err(|why| why.to_string())
}

/// Adds text at the end of a file, which may be somebody else's: it was named to be added to.
pub(crate) fn append(path: &Path, text: &str) -> Result<(), String> {
    let file = fs::OpenOptions::new().append(true).create(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|why| format!("{}: {why}", path.display()))
}

/// To stdout. A reader who has seen enough is no error.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(why) if why.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// What is going on: on a terminal, and between measurements only.
pub(crate) fn progress(what: &str) {
    if io::stderr().is_terminal() {
        eprint!("\r\x1b[K{what}\r");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("abreast-output-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[test]
    fn a_file_of_somebody_else_is_kept_and_ours_is_replaced() {
        let folder = folder("foreign");
        let file = Target::File(folder.join("a.json"));
        assert_eq!(check(&file, false), Ok(()));
        write(&file, &format!("{{\"schema\":\"{SCHEMA}\"}}")).expect("written");
        assert_eq!(check(&file, false), Ok(()), "our own");
        fs::write(folder.join("a.json"), "thesis").expect("written");
        let why = check(&file, false).expect_err("foreign");
        assert!(why.contains("a.json was not written by this program"), "{why}");
        assert_eq!(check(&file, true), Ok(()));
        assert_eq!(fs::read_to_string(folder.join("a.json")).expect("read"), "thesis");
        assert_eq!(fs::read_dir(&folder).expect("read").count(), 1, "nothing is left beside it");
        fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn what_is_added_stands_behind_what_was_there() {
        let folder = folder("append");
        let file = folder.join("page.md");
        fs::write(&file, "a step before\n").expect("written");
        for text in ["", "one\n", "two\n"] {
            assert_eq!(append(&file, text), Ok(()));
        }
        assert_eq!(fs::read_to_string(&file).expect("read"), "a step before\none\ntwo\n");
        assert!(append(&folder, "").expect_err("a folder").contains("append"), "it is named");
        fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn a_report_makes_its_folder_and_replaces_nothing_of_others() {
        let folder = folder("report");
        let file = folder.join("new/a.html");
        assert_eq!(write_anew(&file, report::BEGINS, false), Ok(()));
        assert_eq!(write_anew(&file, report::BEGINS, false), Ok(()), "our own");
        fs::write(&file, "<html>").expect("written");
        assert!(write_anew(&file, report::BEGINS, false).is_err());
        assert_eq!(fs::read_to_string(&file).expect("read"), "<html>");
        fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn what_cannot_be_written_is_said_before_anything_is_measured() {
        let folder = folder("missing");
        let missing = Target::File(folder.join("no/such/a.json"));
        assert!(check(&missing, false).expect_err("missing").contains("a.json"));
        assert!(write(&missing, "{}").expect_err("missing").to_string().contains("a.json"));
        assert!(
            check(&Target::File(folder.clone()), true).expect_err("a folder").contains("folder")
        );
        fs::remove_dir_all(folder).expect("removed");
    }
}
