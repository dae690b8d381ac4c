//! What a path leads to.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// What an option's path leads to, and by what that place can be known again.
pub struct Target {
    pub kind: Kind,
    /// None for what can be written to twice, `/dev/null`.
    pub identity: Option<Identity>,
}

pub enum Kind {
    Stdout,
    /// Not a plain file, or one that somebody has open for us.
    Through,
    /// A plain file, behind all links; it need not be there.
    Plain(PathBuf),
}

/// One place, however it is spelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    Stdout,
    /// Device and number.
    There(u64, u64),
    /// A name in the folder of this device and number.
    New(u64, u64, PathBuf),
}

/// Links that are followed before they are called a circle, as Linux does.
const MAX_LINKS: usize = 40;

impl Target {
    pub fn of(path: &Path) -> io::Result<Target> {
        if path == Path::new("-") {
            return Ok(Target { kind: Kind::Stdout, identity: Some(Identity::Stdout) });
        }
        match fs::metadata(path) {
            Ok(there) => existing(path, &there),
            Err(why) if why.kind() == io::ErrorKind::NotFound => new(path),
            Err(why) => Err(why),
        }
    }
}

fn existing(path: &Path, there: &Metadata) -> io::Result<Target> {
    let kind = there.file_type();
    if kind.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    if kind.is_block_device() {
        return Err(io::Error::other("it is a block device"));
    }
    if kind.is_socket() {
        return Err(io::Error::other("it is a socket"));
    }
    if is_null(there) {
        return Ok(Target { kind: Kind::Through, identity: None });
    }
    if stdout().is_some_and(|stdout| same(&stdout, there)) {
        return Ok(Target { kind: Kind::Stdout, identity: Some(Identity::Stdout) });
    }
    let identity = Some(Identity::There(there.dev(), there.ino()));
    if !kind.is_file() || is_descriptor(path)? {
        return Ok(Target { kind: Kind::Through, identity });
    }
    Ok(Target { kind: Kind::Plain(fs::canonicalize(path)?), identity })
}

/// A file that is not there yet, perhaps behind a link that leads nowhere so far.
fn new(path: &Path) -> io::Result<Target> {
    let mut at = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(next) = fs::read_link(&at) else { break };
        at = folder_of(&at).join(next);
    }
    let name = match at.file_name() {
        Some(name) if !at.as_os_str().as_encoded_bytes().ends_with(b"/") => PathBuf::from(name),
        _ => return Err(io::Error::other("it is no file name")),
    };
    let folder = folder_of(&at);
    let folder = fs::canonicalize(folder).map_err(|why| about(folder, &why))?;
    let there = fs::metadata(&folder)?;
    let identity = Some(Identity::New(there.dev(), there.ino(), name.clone()));
    Ok(Target { kind: Kind::Plain(folder.join(name)), identity })
}

/// The folder that a path names a file in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => path,
    }
}

/// What went wrong with a folder, with its name.
pub fn about(folder: &Path, why: &io::Error) -> io::Error {
    io::Error::new(why.kind(), format!("the folder {}: {why}", crate::console::shown(folder)))
}

fn same(a: &Metadata, b: &Metadata) -> bool {
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

fn stdout() -> Option<Metadata> {
    let descriptor = io::stdout().as_fd().try_clone_to_owned().ok()?;
    File::from(descriptor).metadata().ok()
}

/// Whatever it is called here: everybody may write to it, and nothing gets in anybody's way.
fn is_null(there: &Metadata) -> bool {
    let null = || fs::metadata("/dev/null").ok().map(|null| null.rdev());
    there.file_type().is_char_device() && null() == Some(there.rdev())
}

/// Whether the path leads through a folder of open descriptors, as `/dev/fd/3` does: the file behind it
/// was opened for us, and its name is none of our business.
fn is_descriptor(path: &Path) -> io::Result<bool> {
    let mut at = path.to_owned();
    for _ in 0..MAX_LINKS {
        let folder = fs::canonicalize(folder_of(&at))?;
        let of_a_process = folder.starts_with("/proc") && folder.ends_with("fd");
        if of_a_process || folder == Path::new("/dev/fd") {
            return Ok(true);
        }
        let Ok(next) = fs::read_link(&at) else { break };
        at = folder_of(&at).join(next);
    }
    Ok(false)
}

/// Opens what is no plain file of ours, to add to it. It never waits for somebody to read a pipe:
/// whoever will has it open by now.
pub fn open(path: &Path) -> io::Result<File> {
    let opened = OpenOptions::new().append(true).custom_flags(libc::O_NONBLOCK).open(path);
    opened.map_err(|why| match why.raw_os_error() {
        Some(libc::ENXIO) => io::Error::other("nobody has the pipe open for reading"),
        _ => why,
    })
}

/// Whether the file itself may be written to: one that its owner has protected is not replaced just
/// because its folder allows it.
pub fn writable(file: &Path) -> io::Result<()> {
    OpenOptions::new().append(true).open(file).map(drop)
}

/// How many names the file has besides this one.
pub fn other_names(file: &Path) -> Option<u64> {
    let names = fs::metadata(file).ok()?.nlink();
    (names > 1).then(|| names - 1)
}
