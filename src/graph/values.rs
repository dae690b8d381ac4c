//! What the nodes of a run have made, until their last reader has read it.

use crossbeam_utils::CachePadded;
use std::any::Any;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// What a node makes, without its type.
pub(super) type Value = Box<dyn Any + Send + Sync>;

/// One slot per node of the graph.
pub struct Values {
    slots: Vec<Slot>,
    // Every thread writes here: what others only read must not lie beside it.
    count: CachePadded<Count>,
}

/// How many values are alive, and how many have been.
#[derive(Default)]
struct Count {
    live: AtomicUsize,
    peak: AtomicUsize,
}

struct Slot {
    // Written once, then read by any number of readers at a time, emptied after the last: nobody
    // ever waits for it.
    value: RwLock<Option<Value>>,
    readers: AtomicU32,
}

/// What a node may read: what others have made, and what the node before it in its task has made, which nobody
/// else reads.
pub struct Reads<'v> {
    values: &'v Values,
    before: Option<(u32, &'v Value)>,
}

impl<'v> Reads<'v> {
    pub(super) fn of(values: &'v Values, before: Option<(u32, &'v Value)>) -> Reads<'v> {
        Reads { values, before }
    }

    /// Reads what a node has made.
    pub(super) fn hold(&self, node: u32) -> Held<'v> {
        match self.before {
            Some((before, value)) if before == node => Held::Before(value),
            _ => self.values.hold(node),
        }
    }
}

/// A value that stays while somebody reads it.
pub enum Held<'v> {
    Kept(RwLockReadGuard<'v, Option<Value>>),
    Before(&'v Value),
}

impl Held<'_> {
    /// # Panics
    /// When the value is not there or of another type: when an executor ran a task too early, or a
    /// foreign `Delayed` got past the graph's check.
    pub(super) fn get<T: 'static>(&self) -> &T {
        let value = match self {
            Held::Kept(slot) => slot.as_ref(),
            Held::Before(value) => Some(*value),
        };
        let value = value.and_then(|value| value.downcast_ref());
        value.expect("an executor ran a task before what it needs")
    }
}

impl Values {
    /// Room for nodes that are read so many times each.
    pub(super) fn new(readers: Vec<u32>) -> Values {
        let slot = |readers| Slot { value: RwLock::new(None), readers: AtomicU32::new(readers) };
        let slots = readers.into_iter().map(slot).collect();
        Values { slots, count: CachePadded::default() }
    }

    /// One more value is alive.
    pub(super) fn born(&self) {
        let live = self.count.live.fetch_add(1, Ordering::Relaxed) + 1;
        if live > self.count.peak.load(Ordering::Relaxed) {
            self.count.peak.fetch_max(live, Ordering::Relaxed);
        }
    }

    /// One less is.
    pub(super) fn gone(&self) {
        self.count.live.fetch_sub(1, Ordering::Relaxed);
    }

    /// Keeps what a node has made for whoever reads it.
    pub(super) fn put(&self, node: u32, value: Value) {
        let slot = &self.slots[node as usize].value;
        *slot.write().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    fn hold(&self, node: u32) -> Held<'_> {
        let slot = &self.slots[node as usize].value;
        Held::Kept(slot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// One reader has read; after the last one this gives the value, to be dropped.
    pub(super) fn release(&self, node: u32) -> Option<Value> {
        let readers = &self.slots[node as usize].readers;
        // A last reader is alone, so it need not count itself out.
        if readers.load(Ordering::Acquire) != 1 && readers.fetch_sub(1, Ordering::AcqRel) != 1 {
            return None;
        }
        self.gone();
        self.take(node)
    }

    /// Takes what a node has made, if it is there.
    pub(super) fn take(&self, node: u32) -> Option<Value> {
        self.slots[node as usize].value.write().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The most values that were alive at the same time.
    pub(super) fn peak(&self) -> usize {
        self.count.peak.load(Ordering::Relaxed)
    }
}
