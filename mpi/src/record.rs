//! What a rank is doing, where its supervisor can read it when the rank is dead: a file in memory.
//!
//! A task is noted with one write of a few bytes. What writes and reads here is the same program.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

/// The rank's side. Without a supervisor nothing is noted.
#[derive(Debug, Default, Clone)]
pub struct Record(Option<Arc<File>>);

/// Where things are: numbers of 8 bytes, then a name, then two numbers for each slot.
const STATE: u64 = 0;
const NAME: u64 = 24;
const SLOTS: u64 = 128;
const NAME_LEN: usize = (SLOTS - NAME) as usize;
/// Tasks of further slots take the place of others'.
const MAX_SLOTS: usize = 64;
/// Bytes of the whole.
pub const LEN: usize = SLOTS as usize + 16 * MAX_SLOTS;

const RUNNING: u64 = 1;
const ENDED: u64 = 2;

impl Record {
    /// In this file.
    pub fn to(file: File) -> Record {
        Record(Some(file.into()))
    }

    /// Whether anybody reads it.
    pub fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// The rank has begun.
    pub fn begin(&self, rank: usize, size: usize) {
        self.write(STATE, &[RUNNING, rank as u64, size as u64]);
    }

    /// The rank has ended as it should; what comes now is the program's end.
    pub fn end(&self) {
        self.write(STATE, &[ENDED]);
    }

    /// What the tasks belong to.
    pub fn job(&self, name: &str) {
        let mut bytes = [0; NAME_LEN];
        let len = name.floor_char_boundary(NAME_LEN);
        bytes[..len].copy_from_slice(&name.as_bytes()[..len]);
        self.put(NAME, &bytes);
    }

    /// A task begins, and may take so long.
    pub fn task(&self, slot: usize, task: usize, deadline: Option<Duration>) {
        let until = deadline.map_or(0, |allowed| nanos(now().saturating_add(allowed)));
        self.slot(slot, [task as u64 + 1, until]);
    }

    /// Nothing is done there.
    pub fn idle(&self, slot: usize) {
        self.slot(slot, [0, 0]);
    }

    fn slot(&self, slot: usize, what: [u64; 2]) {
        self.write(SLOTS + 16 * (slot % MAX_SLOTS) as u64, &what);
    }

    fn write(&self, at: u64, numbers: &[u64]) {
        self.put(at, bytemuck::cast_slice(numbers));
    }

    /// A record that cannot be written is none: the run is what counts.
    fn put(&self, at: u64, bytes: &[u8]) {
        #[cfg(target_os = "linux")]
        if let Some(file) = &self.0 {
            let _ = std::os::unix::fs::FileExt::write_all_at(&**file, bytes, at);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (at, bytes, &self.0);
    }
}

/// A duration as a number; one of centuries is as good as longer ones.
pub fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A clock that all processes of a machine share.
#[cfg(target_os = "linux")]
pub fn now() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

#[cfg(not(target_os = "linux"))]
fn now() -> Duration {
    Duration::ZERO
}

/// What a supervisor reads.
#[derive(Debug, Clone)]
pub struct Seen(Vec<u8>);

impl Seen {
    /// What is there now.
    #[cfg(target_os = "linux")]
    pub fn in_file(file: &File) -> Seen {
        let mut bytes = vec![0; LEN];
        let _ = std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, 0);
        Seen(bytes)
    }

    /// Whether the rank has begun and not ended.
    pub fn is_running(&self) -> bool {
        self.number(STATE) == RUNNING
    }

    /// `rank 1 of 3`.
    pub fn rank(&self) -> String {
        match self.number(STATE) {
            0 => "a rank that had not begun".to_owned(),
            _ => format!("rank {} of {}", self.number(STATE + 8), self.number(STATE + 16)),
        }
    }

    /// `task 17 of harm (rust)`, or that there is none.
    pub fn tasks(&self) -> String {
        let tasks: Vec<String> =
            self.slots().map(|(task, _)| format!("task {}", task - 1)).collect();
        match tasks.is_empty() {
            true => "no task".to_owned(),
            false => format!("{} of {}", tasks.join(" or "), self.name()),
        }
    }

    /// A task whose time is over: its number, and until when it had time.
    pub fn overdue(&self, now: Duration) -> Option<(u64, u64)> {
        let now = nanos(now);
        let late = self.slots().find(|(_, until)| (1..now).contains(until));
        late.map(|(task, until)| (task - 1, until))
    }

    /// What the tasks belong to.
    pub fn name(&self) -> String {
        let bytes = &self.0[NAME as usize..SLOTS as usize];
        let len = bytes.iter().position(|byte| *byte == 0).unwrap_or(NAME_LEN);
        String::from_utf8_lossy(&bytes[..len]).into_owned()
    }

    fn slots(&self) -> impl Iterator<Item = (u64, u64)> {
        let slot = |i| SLOTS + 16 * i as u64;
        let slots = (0..MAX_SLOTS).map(move |i| (self.number(slot(i)), self.number(slot(i) + 8)));
        slots.filter(|(task, _)| *task > 0)
    }

    fn number(&self, at: u64) -> u64 {
        bytemuck::pod_read_unaligned(&self.0[at as usize..at as usize + 8])
    }
}
