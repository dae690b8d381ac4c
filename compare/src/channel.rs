//! How a worker reports: lines in a file that nobody else knows, so that whatever the functions
//! under test print or read is not in the way. The file has no name once the worker has opened it.

use crate::message::{Job, Message};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells a worker what it is: the process that started it, and its file.
const VARIABLE: &str = "ABREAST_COMPARE_WORKER";

/// The worker's end.
#[derive(Debug)]
pub(crate) struct Channel {
    file: File,
    /// The process that this is.
    id: u32,
    /// The variant that is being called, and on which input.
    called: Option<usize>,
    label: String,
}

impl Channel {
    /// The job of this process, if it is a worker. A process that a worker started has the variable
    /// too, and gets an error: if it did the whole run, which starts workers, there would be no end to it.
    pub(crate) fn of_worker() -> Option<io::Result<(Job, Channel)>> {
        let variable = std::env::var(VARIABLE).ok()?;
        let started =
            variable.split_once(' ').filter(|(parent, _)| parent.parse().is_ok_and(is_parent));
        Some(match started {
            Some((_, path)) => Channel::open(Path::new(path)),
            None => Err(io::Error::other(format!(
                "{VARIABLE} is set and not for this process: a function that is compared must not start \
                 the comparison"
            ))),
        })
    }

    fn open(path: &Path) -> io::Result<(Job, Channel)> {
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        std::fs::remove_file(path)?;
        let mut line = String::new();
        BufReader::new(&file).read_line(&mut line)?;
        let (id, label) = (std::process::id(), String::new());
        Ok((serde_json::from_str(&line)?, Channel { file, id, called: None, label }))
    }

    /// Written at once: the next thing may be a crash. Every call is followed by a message, so this is
    /// also where a copy of the process is noticed, which a variant has made with `fork` and let return. It
    /// leaves at once, without what runs at the end of a process: that belongs to the original.
    pub(crate) fn send(&mut self, message: &Message) -> io::Result<()> {
        if std::process::id() != self.id {
            if let Some(variant) = self.called {
                let what = "forked, and the new process came back too".to_owned();
                let _ = self.write(&Message::Against { variant, label: self.label.clone(), what });
            }
            std::process::abort();
        }
        match message {
            Message::Input { label, .. } => (self.called, self.label) = (None, label.clone()),
            Message::Call(variant) => self.called = Some(*variant),
            _ => {}
        }
        self.write(message)
    }

    fn write(&mut self, message: &Message) -> io::Result<()> {
        let mut line = serde_json::to_string(message)?;
        line.push('\n');
        self.file.write_all(line.as_bytes())
    }
}

#[cfg(unix)]
pub(crate) fn is_parent(id: u32) -> bool {
    std::os::unix::process::parent_id() == id
}

#[cfg(not(unix))]
pub(crate) fn is_parent(_: u32) -> bool {
    true
}

/// The parent's end.
#[derive(Debug)]
pub(crate) struct Inbox {
    path: PathBuf,
    file: File,
    partial: Vec<u8>,
}

impl Inbox {
    /// A new file with the job in it.
    pub(crate) fn new(job: &Job) -> io::Result<Inbox> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let (path, mut file) = loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("abreast-compare-{}-{count}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(&path) {
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
                other => {
                    let at = |why| io::Error::other(format!("{}: {why}", path.display()));
                    break (path.clone(), other.map_err(at)?);
                }
            }
        };
        let mut line = serde_json::to_string(job)?;
        line.push('\n');
        file.write_all(line.as_bytes())?;
        file.seek(SeekFrom::Start(line.len() as u64))?;
        Ok(Inbox { path, file, partial: Vec::new() })
    }

    /// What the worker finds in its environment.
    pub(crate) fn variable(&self) -> (&'static str, String) {
        (VARIABLE, format!("{} {}", std::process::id(), self.path.display()))
    }

    /// The messages since the last time. A line without its end waits for it.
    pub(crate) fn receive(&mut self) -> io::Result<Vec<Message>> {
        io::Read::read_to_end(&mut self.file, &mut self.partial)?;
        let whole = self.partial.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lines: Vec<u8> = self.partial.drain(..whole).collect();
        let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| Ok(serde_json::from_slice(line)?)).collect()
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
    use crate::message::Work;
    use std::process::Command;

    /// Set for the one process that the test below starts, which starts none.
    const COPY: &str = "ABREAST_COMPARE_TEST_COPY";

    /// No test forks. The process that plays the copy has a channel with another process's number.
    #[test]
    fn a_copy_of_a_worker_names_the_variant_and_leaves_at_once() {
        if let Ok(path) = std::env::var(COPY) {
            let (_, mut channel) = Channel::open(Path::new(&path)).expect("a job");
            channel.called = Some(3);
            channel.id ^= 1;
            let _ = channel.send(&Message::Done);
            std::process::exit(0);
        }
        let work = Work::Gate { without: Vec::new(), seconds: 1.0 };
        let (group, variants, sizes) = ("g".into(), Vec::new(), Vec::new());
        let job = Job { group, variants, base: 0, sizes, seed: 1, work };
        let mut inbox = Inbox::new(&job).expect("an inbox");
        let name = "channel::tests::a_copy_of_a_worker_names_the_variant_and_leaves_at_once";
        let mut copy = Command::new(std::env::current_exe().expect("a name"));
        copy.args(["--exact", name]).env(COPY, &inbox.path);
        let ended = copy.output().expect("a process").status;
        assert!(!ended.success(), "it went on");
        let received = inbox.receive().expect("messages");
        assert!(
            matches!(&received[..], [Message::Against { variant: 3, what, .. }] if what.contains("forked")),
            "{received:?}"
        );
    }
}
