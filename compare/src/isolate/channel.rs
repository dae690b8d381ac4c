//! How a worker reports: lines in a file that nobody else knows, so that whatever the functions
//! under test print or read is not in the way. The file has no name once the worker has opened it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The exit status of a worker that can no longer report.
pub(super) const CUT_OFF: i32 = 113;

/// What this process is.
#[derive(Debug)]
pub enum Role {
    /// One that somebody started.
    Original,
    /// A worker, whose job is to be [accepted](Role::accept).
    Worker {
        /// The process that started it.
        parent: u32,
        /// Where its job is.
        path: PathBuf,
    },
    /// One that a worker started: it has the variable too, but no job.
    Inherited,
}

impl Role {
    /// The role of this process, by the environment variable of [`Start`](super::Start).
    pub fn of_this_process(variable: &str) -> Role {
        let Some(value) = std::env::var_os(variable) else { return Role::Original };
        let words = value.to_str().and_then(|value| value.split_once(' '));
        let parsed = words.and_then(|(parent, path)| Some((parent.parse().ok()?, path)));
        match parsed {
            // Whoever accepts the job takes the file away.
            Some((parent, path)) if Path::new(path).exists() || is_parent(parent) => {
                Role::Worker { parent, path: path.into() }
            }
            _ => Role::Inherited,
        }
    }

    /// Takes the job of a worker, which from now on ends when its parent does.
    ///
    /// # Errors
    /// When this is no worker, or the job cannot be read.
    pub fn accept<J: DeserializeOwned>(self) -> io::Result<(J, Channel)> {
        let Role::Worker { parent, path } = self else {
            return Err(io::Error::other("this process is no worker"));
        };
        end_with(parent);
        expect_the_worst();
        Channel::open(&path)
    }
}

/// The worker's end.
#[derive(Debug)]
pub struct Channel {
    file: File,
    which: Option<(u64, u64)>,
    /// The process that this is.
    id: u32,
}

impl Channel {
    fn open<J: DeserializeOwned>(path: &Path) -> io::Result<(J, Channel)> {
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        std::fs::remove_file(path)?;
        let mut line = String::new();
        BufReader::new(&file).read_line(&mut line)?;
        let (which, id) = (which(&file), std::process::id());
        Ok((serde_json::from_str(&line)?, Channel { file, which, id }))
    }

    /// Whether this is a copy of the worker, which a function has made with `fork` and let return. It
    /// should say no more and end without what runs at the end of a process: that belongs to the
    /// original.
    pub fn is_copy(&self) -> bool {
        std::process::id() != self.id
    }

    /// Written at once: the next thing may be a crash. It must arrive there and nowhere else: somebody
    /// may have closed the file, and opened something else under its number. Then the process ends.
    pub fn send(&mut self, message: &impl Serialize) {
        let line = line(message).ok().filter(|_| which(&self.file) == self.which);
        if line.is_none_or(|line| self.file.write_all(&line).is_err()) {
            exit(CUT_OFF);
        }
    }
}

/// Makes no more steps until the parent ends this worker, which has said that it must.
pub fn wait_for_the_end() -> ! {
    loop {
        std::thread::park();
    }
}

fn line(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}

/// Which file a descriptor stands for; none when it is closed.
#[cfg(unix)]
fn which(file: &File) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    file.metadata().ok().map(|of| (of.dev(), of.ino()))
}

#[cfg(not(unix))]
fn which(_: &File) -> Option<(u64, u64)> {
    None
}

/// Whether that process has started this one; where the system does not tell, it is believed.
fn is_parent(id: u32) -> bool {
    #[cfg(unix)]
    let parent = std::os::unix::process::parent_id();
    #[cfg(not(unix))]
    let parent = id;
    parent == id
}

/// A worker whose parent is gone ends too, even in a loop that never does, and what it started.
fn end_with(parent: u32) {
    std::thread::spawn(move || {
        while is_parent(parent) {
            std::thread::sleep(Duration::from_millis(500));
        }
        #[cfg(target_os = "linux")]
        let _ = rustix::process::kill_process_group(
            rustix::process::getpgrp(),
            rustix::process::Signal::KILL,
        );
        std::process::abort();
    });
}

/// No core file for each crash, which is expected here; and when memory is out, it is this process
/// that the system should end.
fn expect_the_worst() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        let _ = setrlimit(Resource::Core, none);
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    }
}

/// Something came that no worker says.
#[derive(Debug)]
pub(super) struct Garbage;

/// The parent's end.
#[derive(Debug)]
pub(super) struct Inbox {
    path: PathBuf,
    file: File,
    partial: Vec<u8>,
}

impl Inbox {
    /// The longest message: reports are far shorter.
    const MAX: usize = 1 << 26;

    /// A new file with the job in it.
    pub(super) fn new(job: &impl Serialize) -> io::Result<Inbox> {
        // Where files are memory, if there is such a place: a worker writes before every step.
        let (path, mut file) =
            new_file(Path::new("/dev/shm")).or_else(|_| new_file(&std::env::temp_dir()))?;
        let line = line(job)?;
        file.write_all(&line)?;
        file.seek(SeekFrom::Start(line.len() as u64))?;
        Ok(Inbox { path, file, partial: Vec::new() })
    }

    /// What the worker finds in its environment.
    pub(super) fn address(&self) -> String {
        format!("{} {}", std::process::id(), self.path.display())
    }

    /// The messages since the last time, up to what is none. A line without its end waits for it.
    pub(super) fn receive<M: DeserializeOwned>(&mut self) -> Vec<Result<M, Garbage>> {
        if self.file.read_to_end(&mut self.partial).is_err() || self.partial.len() > Self::MAX {
            return vec![Err(Garbage)];
        }
        let whole = self.partial.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lines: Vec<u8> = self.partial.drain(..whole).collect();
        let lines = lines.split_inclusive(|byte| *byte == b'\n');
        lines.map(|line| serde_json::from_slice(line).map_err(|_| Garbage)).collect()
    }
}

/// A file that nobody has, for this user only.
fn new_file(folder: &Path) -> io::Result<(PathBuf, File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("abreast-compare-{}-{count}", std::process::id()));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
            Err(why) => return Err(io::Error::other(format!("{}: {why}", path.display()))),
            Ok(file) => return Ok((path, file)),
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        // Gone already, unless the worker never came to open it.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox() -> Inbox {
        Inbox::new(&"the job").expect("an inbox")
    }

    /// What has been received; none for what is no message.
    fn texts(inbox: &mut Inbox) -> Vec<Option<String>> {
        inbox.receive().into_iter().map(Result::ok).collect()
    }

    #[test]
    fn a_worker_gets_its_job_and_takes_the_file_away() {
        let mut inbox = inbox();
        let (job, mut channel) = Channel::open::<String>(&inbox.path).expect("a job");
        assert_eq!((&job[..], inbox.path.exists(), channel.is_copy()), ("the job", false, false));
        channel.send(&"a\nb");
        assert_eq!(texts(&mut inbox), [Some("a\nb".to_owned())]);
        channel.id ^= 1;
        assert!(channel.is_copy());
        Channel::open::<String>(&inbox.path).expect_err("nobody gets it twice");
    }

    #[test]
    fn messages_arrive_however_they_are_cut() {
        let mut inbox = inbox();
        let mut file = OpenOptions::new().append(true).open(&inbox.path).expect("the file");
        let mut all = Vec::new();
        for byte in [line(&"n = 1"), line(&"n = 2")].map(Result::unwrap).concat() {
            file.write_all(&[byte]).expect("written");
            all.extend(texts(&mut inbox));
        }
        assert_eq!(all, ["n = 1", "n = 2"].map(|text| Some(text.to_owned())));
    }

    #[test]
    fn what_no_worker_says_is_found_out() {
        // The last is a message into which somebody wrote who writes to every descriptor.
        for text in ["babble\n", "\n", "\"a\" \"b\"\n", "babble\"a\"\n"] {
            let mut inbox = inbox();
            let mut file = OpenOptions::new().append(true).open(&inbox.path).expect("the file");
            file.write_all(&[&line(&"before").unwrap(), text.as_bytes()].concat())
                .expect("written");
            assert_eq!(texts(&mut inbox), [Some("before".to_owned()), None], "{text}");
        }
        let mut endless = inbox();
        endless.partial = vec![b' '; Inbox::MAX];
        assert_eq!(texts(&mut endless), []);
        endless.partial.push(b' ');
        assert_eq!(texts(&mut endless), [None]);
    }
}
