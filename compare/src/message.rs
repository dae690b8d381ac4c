//! What the program and its workers say to each other.

use crate::allocations::Counted;
use crate::isolate::Channel;
use crate::mode::Mode;
use crate::starts::Plan;
pub use crate::trials::Origin;
use crate::variant::Kind;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use std::time::Duration;

/// What a worker is to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) group: String,
    /// The variants, in order; numbers in messages are indices of this list.
    pub(crate) variants: Vec<String>,
    /// The baseline's index.
    pub(crate) base: usize,
    pub(crate) sizes: Vec<usize>,
    pub(crate) seed: u64,
    pub(crate) mode: Mode,
    pub(crate) work: Work,
}

/// Which half of the work.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Work {
    /// Calls every variant on every input and judges what it returns.
    Gate(Part),
    /// Times the variants in every cell.
    Time(Plan),
    /// Counts what they allocate in every cell.
    Count,
}

/// What a gate tries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Inputs that cannot be made.
    pub(crate) without: Vec<usize>,
    /// After so many seconds only the listed sizes and the special inputs are tried.
    pub(crate) seconds: f64,
    /// The last input, if not all.
    pub(crate) until: Option<usize>,
    /// How long to wait at the end for threads that a variant left behind.
    pub(crate) linger: Duration,
}

/// The number of the last step of a gate: many calls on one input.
pub(crate) const MANY_CALLS: usize = usize::MAX;

/// What a worker reports; `T` are the times of a cell. When it dies, the last message says where it was.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Message<T = Timed> {
    /// The input is being made.
    Input { trial: usize, origin: Origin, label: String },
    /// The variant is being called.
    Call(usize),
    /// The input could not be made.
    Refused { origin: Origin, label: String, why: String },
    /// There is something against a variant.
    Against { variant: usize, label: String, what: String },
    /// The input was tried on all variants: how far each is from the reference, 0 with the same bits.
    Tried { origin: Origin, values: usize, apart: Vec<Option<f64>> },
    /// The variant did something that would be held against others: the worker ends.
    Unfit { variant: usize, label: String, what: String },
    /// Time was short, the input was left out.
    LeftOut,
    /// The rounds of a cell.
    Timed(Box<T>),
    /// What a call allocated.
    Counted(Counted),
    /// That was all.
    Done,
}

impl<T> Message<T> {
    /// The input of a cell that is going to be timed is being made.
    pub fn cell(label: String) -> Self {
        Message::Input { trial: 0, origin: Origin::Listed, label }
    }
}

/// The rounds of one cell in one start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Timed {
    pub(crate) setting: usize,
    pub(crate) n: usize,
    /// The fingerprint of the input.
    pub(crate) input: Option<u64>,
    pub(crate) batch: usize,
    pub(crate) columns: Vec<Column>,
}

/// The times of one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// What was timed.
    pub row: TimedRow,
    /// Calls per sample.
    pub calls: u64,
    /// Seconds per call, round after round.
    pub seconds: Vec<f64>,
    /// Samples that were dropped and taken again, since the thread had to wait for a core meanwhile.
    pub dropped: u64,
}

/// What can be timed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimedRow {
    /// A variant.
    Variant(String),
    /// The baseline once more, to see how much two measurements of the same code differ.
    BaselineAgain,
    /// A call that does nothing.
    Empty(Kind),
}

/// The worker's end of the channel, which also knows what is being called.
#[derive(Debug)]
pub struct Reports<T = Timed> {
    channel: Channel,
    called: Option<usize>,
    label: String,
    cells: PhantomData<fn(T)>,
}

impl<T: Serialize> Reports<T> {
    pub fn new(channel: Channel) -> Self {
        Reports { channel, called: None, label: String::new(), cells: PhantomData }
    }

    /// Every call is followed by a message, so this is also where a copy of the process is noticed,
    /// which a variant has made with `fork` and let return. It leaves at once, without what runs at the
    /// end of a process: that belongs to the original.
    pub fn send(&mut self, message: &Message<T>) {
        if self.channel.is_copy() {
            if let Some(variant) = self.called {
                let what = "forked, and the new process came back too".to_owned();
                let label = self.label.clone();
                self.channel.send(&Message::<T>::Against { variant, label, what });
            }
            std::process::abort();
        }
        match message {
            Message::Input { label, .. } => (self.called, self.label) = (None, label.clone()),
            Message::Call(variant) => self.called = Some(*variant),
            _ => {}
        }
        self.channel.send(message);
    }
}
