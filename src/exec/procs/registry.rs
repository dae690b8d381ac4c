//! What a process knows of itself: which kernels it has, whether it is a worker, and what its
//! parent shares with it.

use super::frame::{ASTRAY, Reply};
use super::link::Link;
use super::memory::SharedCells;
use crate::Fault;
use crate::remote::Remote;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// The environment variable that a worker finds.
pub(super) const WORKER: &str = "ABREAST_WORKER";

static KERNELS: OnceLock<Vec<Remote>> = OnceLock::new();
static SERVES: AtomicBool = AtomicBool::new(false);
static SHARED: Mutex<Option<HashMap<String, Arc<SharedCells>>>> = Mutex::new(None);

/// Takes down the kernels; the first list stays.
pub(super) fn enter(kernels: Vec<Remote>) -> &'static [Remote] {
    KERNELS.get_or_init(|| kernels)
}

/// The kernels that `worker_main` was called with, if it was.
pub(super) fn kernels() -> Option<&'static [Remote]> {
    KERNELS.get().map(|kernels| &kernels[..])
}

/// Whether a parent started this process as a worker. The variable alone does not say it: programs
/// that a kernel starts inherit it too, but not the link.
pub(super) fn was_called_as_worker() -> bool {
    std::env::var_os(WORKER).as_deref() == Some(OsStr::new("1")) && Link::is_end(std::io::stdin())
}

pub(super) fn begin_to_serve() {
    SERVES.store(true, Ordering::Relaxed);
}

/// Whether this process serves a parent.
pub(super) fn serves() -> bool {
    SERVES.load(Ordering::Relaxed)
}

/// Whether this is a worker, or was started as one by a program that does not know it.
pub(super) fn is_worker() -> bool {
    serves() || was_called_as_worker()
}

/// In a process that was started as a worker and whose `main` goes on all the same: tells the parent.
pub(super) fn send_astray() {
    if !serves()
        && let Ok(link) = rustix::io::fcntl_dupfd_cloexec(std::io::stdin(), 3)
    {
        let head = Reply { kind: ASTRAY, unused: 0, seq: 0 };
        let _ = Link::from_fd(link).send(bytemuck::bytes_of(&head), &[], None, false);
    }
}

/// This program's file, even if another has its name by now.
///
/// # Errors
/// [`Fault::Io`] when the program was started through the dynamic loader: then the system takes the
/// loader for the program.
pub(super) fn own_program() -> Result<PathBuf, Fault> {
    const FILE: &str = "/proc/self/exe";
    let target = std::fs::read_link(FILE).unwrap_or_default();
    if is_loader(&target) {
        let why = format!(
            "this program was started through {}, so nothing says which file it is; start it \
             itself, or name it with Procs::program",
            target.display()
        );
        return Err(Fault::Io { what: "start a worker".to_owned(), why });
    }
    Ok(PathBuf::from(FILE))
}

/// Whether a file is named as dynamic loaders are: `ld-linux-x86-64.so.2`, `ld-musl-x86_64.so.1`,
/// `ld-2.31.so`, `ld64.so.2`.
fn is_loader(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    ["ld-", "ld.so", "ld64.so"].iter().any(|start| name.starts_with(start)) && name.contains(".so")
}

pub(super) fn share(name: String, cells: SharedCells) {
    let mut shared = SHARED.lock().unwrap_or_else(|dead| dead.into_inner());
    shared.get_or_insert_default().insert(name, Arc::new(cells));
}

/// In a worker: the array that its parent shares under this name, if it does.
/// See [`Procs::share`](super::Procs::share).
pub fn shared_cells(name: &str) -> Option<Arc<SharedCells>> {
    let shared = SHARED.lock().unwrap_or_else(|dead| dead.into_inner());
    shared.as_ref()?.get(name).cloned()
}
