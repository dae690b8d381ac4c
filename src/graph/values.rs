//! What the nodes of a run have made, until their last reader has read it.

use std::any::Any;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// What a node makes, without its type.
pub(super) type Value = Box<dyn Any + Send + Sync>;

/// One slot per node of the graph.
pub struct Values {
    slots: Vec<Slot>,
    live: AtomicUsize,
    peak: AtomicUsize,
}

struct Slot {
    // Written once, then read by any number of readers at a time, emptied after the last: nobody
    // ever waits for it.
    value: RwLock<Option<Value>>,
    readers: AtomicU32,
}

/// A value that stays while somebody reads it.
pub struct Held<'v>(RwLockReadGuard<'v, Option<Value>>);

impl Held<'_> {
    /// # Panics
    /// When the value is not there or of another type: when an executor ran a task too early, or a
    /// foreign `Delayed` got past the graph's check.
    pub(super) fn get<T: 'static>(&self) -> &T {
        let value = self.0.as_ref().and_then(|value| value.downcast_ref());
        value.expect("an executor ran a task before what it needs")
    }
}

impl Values {
    /// Room for nodes that are read so many times each.
    pub(super) fn new(readers: Vec<u32>) -> Values {
        let slot = |readers| Slot { value: RwLock::new(None), readers: AtomicU32::new(readers) };
        let slots = readers.into_iter().map(slot).collect();
        Values { slots, live: AtomicUsize::new(0), peak: AtomicUsize::new(0) }
    }

    /// Keeps what a node has made.
    pub(super) fn put(&self, node: u32, value: Value) {
        let live = self.live.fetch_add(1, Ordering::Relaxed) + 1;
        if live > self.peak.load(Ordering::Relaxed) {
            self.peak.fetch_max(live, Ordering::Relaxed);
        }
        let slot = &self.slots[node as usize].value;
        *slot.write().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }

    /// Reads what a node has made.
    pub(super) fn hold(&self, node: u32) -> Held<'_> {
        let slot = &self.slots[node as usize].value;
        Held(slot.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// One reader has read; after the last one this gives the value, to be dropped.
    pub(super) fn release(&self, node: u32) -> Option<Value> {
        let readers = &self.slots[node as usize].readers;
        // A last reader is alone, so it need not count itself out.
        if readers.load(Ordering::Acquire) != 1 && readers.fetch_sub(1, Ordering::AcqRel) != 1 {
            return None;
        }
        self.live.fetch_sub(1, Ordering::Relaxed);
        self.take(node)
    }

    /// Takes what a node has made, if it is there.
    pub(super) fn take(&self, node: u32) -> Option<Value> {
        self.slots[node as usize].value.write().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The most values that were alive at the same time.
    pub(super) fn peak(&self) -> usize {
        self.peak.load(Ordering::Relaxed)
    }
}
