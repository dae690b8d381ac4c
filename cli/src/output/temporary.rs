//! Files that exist only until they have another's name, and are gone however the program ends, but
//! for SIGKILL.

use crate::output::target;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, Once};
use tempfile::{Builder, NamedTempFile, TempDir};

/// Whether a file can be made where `file` lies. The one that is made has no name, or none for longer
/// than it takes to lose it.
pub fn probe(file: &Path) -> io::Result<()> {
    let folder = target::folder_of(file);
    tempfile::tempfile_in(folder).map(drop).map_err(|why| target::about(folder, &why))
}

/// Replaces `file`, or makes it, with all that `fill` writes or not at all. A file that is replaced leaves its
/// mode and, where the system allows it, its owner to the new one.
pub fn replace(file: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    watch();
    let mut new = make(file)?;
    let path = new.path().to_owned();
    let mut out = BufWriter::new(new.as_file_mut());
    let filled = fill(&mut out).and_then(|()| out.flush());
    drop(out);
    let outcome = filled
        .and_then(|()| settle(new.as_file(), file))
        .and_then(|()| new.persist(file).map(drop).map_err(|why| why.error));
    names().retain(|known| *known != path);
    outcome
}

/// Gives the new file what the old one was but for its content, and waits until it is on the disk.
fn settle(new: &File, old: &Path) -> io::Result<()> {
    if let Ok(old) = fs::metadata(old) {
        // Only root may give a file away; everybody else keeps it.
        let _ = fchown(new, Some(old.uid()), Some(old.gid()));
        new.set_permissions(Permissions::from_mode(old.mode() & 0o7777))?;
    }
    // What the disk has no room for, some file systems say only now.
    new.sync_all()
}

/// A folder of its own, with nothing in it, that is gone with all that is in it when the program ends.
pub struct Folder(TempDir);

impl Folder {
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        names().retain(|known| known != self.0.path());
    }
}

/// Makes a folder whose name begins so, where temporary files belong.
pub fn folder(prefix: &str) -> io::Result<Folder> {
    watch();
    // What is made and not yet on the list would stay.
    let mut names = names();
    let made = Builder::new().prefix(prefix).tempdir()?;
    names.push(made.path().to_owned());
    Ok(Folder(made))
}

/// A temporary file beside `file`, on the list of those to remove before it exists.
fn make(file: &Path) -> io::Result<NamedTempFile> {
    let name = file.file_name().unwrap_or_default();
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(name);
    Builder::new().prefix(&prefix).suffix(".tmp").make_in(target::folder_of(file), |path| {
        names().push(path.to_owned());
        OpenOptions::new().write(true).create_new(true).mode(0o666).open(path)
    })
}

static NAMES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn names() -> MutexGuard<'static, Vec<PathBuf>> {
    NAMES.lock().unwrap_or_else(|dead| dead.into_inner())
}

/// From now on a signal that ends the program removes the temporary files first, and a file that grows
/// beyond the limit of its size is an error of the write, not an end of the program.
fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
        let ends = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
        let Ok(mut signals) = Signals::new(ends) else { return };
        std::thread::spawn(move || {
            for signal in signals.forever() {
                names().iter().for_each(|path| remove(path));
                let _ = low_level::emulate_default_handler(signal);
            }
        });
    });
}

/// A file, or a folder, to which somebody may be adding just now.
fn remove(path: &Path) {
    let gone = || fs::remove_file(path).is_ok() || fs::remove_dir_all(path).is_ok();
    let _ = (0..10).any(|_| gone());
}

/// Whether who started this program has it ignore the signal, as `nohup` does.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    const FOLDER: &str = "ABREAST_TEST_TEMPORARY_FOLDER";

    /// Not a test by itself: the process that is killed by the test below while it has a temporary file.
    #[test]
    fn hold_a_temporary_file() {
        let Some(folder) = std::env::var_os(FOLDER) else { return };
        watch();
        let _held = make(&Path::new(&folder).join("a.png")).unwrap();
        std::thread::sleep(Duration::from_secs(300));
    }

    #[test]
    fn a_signal_that_ends_the_program_leaves_no_temporary_file() {
        // What is ignored here, as below `nohup` and in the background of a script, is so in the child.
        for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal)) {
            let folder = tempfile::tempdir().unwrap();
            let count = || fs::read_dir(folder.path()).unwrap().count();
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "output::temporary::tests::hold_a_temporary_file"])
                .env(FOLDER, folder.path())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            while count() == 0 {
                assert_eq!(child.try_wait().unwrap(), None, "it ended before it had a file");
                std::thread::sleep(Duration::from_millis(1));
            }
            let pid = child.id().to_string();
            Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap();
            assert_eq!(child.wait().unwrap().signal(), Some(signal));
            assert_eq!(count(), 0, "signal {signal}");
        }
    }
}
