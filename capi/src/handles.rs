//! Handles: numbers that a table knows, so that a wrong one is refused instead of followed.

use crate::fork::Lock;
use crate::status::{ABREAST_HANDLE, ABREAST_NO_MEMORY, Refusal};
use std::sync::{Arc, MutexGuard};

/// What a handle is of. Part of its number, so that one kind never passes for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Pool = 1,
    Sample = 2,
}

const KINDS: [(Kind, &str); 2] = [(Kind::Pool, "pool"), (Kind::Sample, "sample")];

/// Everything of one kind that lives.
///
/// A handle is, from the top: 8 bits of kind, 24 of generation, 32 of slot. Freeing raises the
/// slot's generation, so an old handle never fits a new tenant; a slot whose generations are used
/// up is left empty for good. No handle is 0.
pub(crate) struct Table<T: 'static> {
    kind: Kind,
    slots: Lock<Slots<T>>,
}

pub(crate) struct Slots<T> {
    all: Vec<Slot<T>>,
    free: Vec<u32>,
}

struct Slot<T> {
    generation: u32,
    held: Option<Arc<T>>,
}

const LAST_GENERATION: u32 = (1 << 24) - 1;

impl<T> Table<T> {
    pub(crate) const fn new(kind: Kind) -> Table<T> {
        Table { kind, slots: Lock::new(Slots { all: Vec::new(), free: Vec::new() }) }
    }

    /// Keeps `value` until its handle is freed.
    pub(crate) fn insert(&self, value: T) -> Result<u64, Refusal> {
        let mut slots = self.lock();
        let index = match slots.free.pop() {
            Some(index) => index,
            None => {
                let index = u32::try_from(slots.all.len());
                slots.all.push(Slot { generation: 0, held: None });
                index.map_err(|_| Refusal::new(ABREAST_NO_MEMORY, "no handle is left"))?
            }
        };
        let slot = &mut slots.all[index as usize];
        slot.held = Some(Arc::new(value));
        Ok(u64::from(self.kind as u8) << 56 | u64::from(slot.generation) << 32 | u64::from(index))
    }

    /// What the handle is of. It lives for as long as somebody uses it, even when it is freed
    /// meanwhile.
    pub(crate) fn get(&self, handle: u64) -> Result<Arc<T>, Refusal> {
        let index = self.index(handle)?;
        let slots = self.lock();
        let slot = slots.all.get(index).filter(|slot| slot.generation == generation(handle));
        slot.and_then(|slot| slot.held.clone()).ok_or_else(|| self.refusal(handle, "is freed"))
    }

    /// Ends the handle. The value is dropped by the caller, not under the lock.
    pub(crate) fn remove(&self, handle: u64) -> Result<Arc<T>, Refusal> {
        let held = self.get(handle)?;
        let index = self.index(handle)?;
        let mut slots = self.lock();
        let slot = &mut slots.all[index];
        // Between the two locks another thread may have freed the same handle.
        if slot.generation != generation(handle) || slot.held.take().is_none() {
            return Err(self.refusal(handle, "is freed"));
        }
        if slot.generation < LAST_GENERATION {
            slot.generation += 1;
            slots.free.push(index as u32);
        }
        Ok(held)
    }

    /// The slot's number, if this is a handle of this table's kind.
    fn index(&self, handle: u64) -> Result<usize, Refusal> {
        let kind = handle >> 56;
        if kind == self.kind as u64 {
            return Ok((handle & u64::from(u32::MAX)) as usize);
        }
        let other = KINDS.iter().find(|(known, _)| *known as u64 == kind);
        Err(match other {
            Some((_, name)) => self.refusal(handle, &format!("is the handle of a {name}")),
            None => self.refusal(handle, "was never made"),
        })
    }

    fn refusal(&self, handle: u64, what: &str) -> Refusal {
        let name = KINDS.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, name)| name);
        Refusal::new(ABREAST_HANDLE, format!("{name} {handle:#x} {what}"))
    }

    fn lock(&self) -> MutexGuard<'_, Slots<T>> {
        self.slots.lock()
    }

    /// What a fork must not find half-way.
    pub(crate) fn slots(&self) -> &Lock<Slots<T>> {
        &self.slots
    }
}

fn generation(handle: u64) -> u32 {
    (handle >> 32) as u32 & LAST_GENERATION
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T>(result: Result<T, Refusal>) -> String {
        let refusal = result.map(drop).expect_err("a handle of nothing");
        assert_eq!(refusal.status, ABREAST_HANDLE);
        refusal.text
    }

    #[test]
    fn a_freed_handle_never_fits_the_next_tenant() {
        let table = Table::new(Kind::Pool);
        let mut old = Vec::new();
        for round in 0..100 {
            let handle = table.insert(round).unwrap();
            assert_eq!(*table.get(handle).unwrap(), round);
            assert!(old.iter().all(|old| said(table.get(*old)).ends_with("is freed")));
            table.remove(handle).unwrap();
            assert!(said(table.remove(handle)).ends_with("is freed"));
            old.push(handle);
        }
        assert_eq!(table.lock().all.len(), 1, "the slot is used again");
    }

    #[test]
    fn a_slot_without_generations_stays_empty() {
        let table = Table::new(Kind::Pool);
        let first = table.insert(()).unwrap();
        table.lock().all[0].generation = LAST_GENERATION;
        let last = first | u64::from(LAST_GENERATION) << 32;
        table.remove(last).unwrap();
        assert_eq!(said(table.get(last)), format!("pool {last:#x} is freed"));
        assert_ne!(table.insert(()).unwrap(), first);
        assert_eq!(table.lock().all.len(), 2);
    }

    #[test]
    fn the_wrong_kind_and_nothing_at_all_are_told_apart() {
        let (pools, samples) = (Table::new(Kind::Pool), Table::new(Kind::Sample));
        let pool = pools.insert(1).unwrap();
        let _ = samples.insert(2).unwrap();
        assert!(said(samples.get(pool)).ends_with("is the handle of a pool"));
        assert!(said(pools.get(0)).ends_with("was never made"));
        assert!(said(pools.get(u64::MAX)).ends_with("was never made"));
        assert!(said(pools.get(pool + 7)).ends_with("is freed"));
    }

    #[test]
    fn what_is_in_use_outlives_its_handle() {
        let table = Table::new(Kind::Sample);
        let handle = table.insert(String::from("in use")).unwrap();
        let used = table.get(handle).unwrap();
        drop(table.remove(handle).unwrap());
        assert_eq!(*used, "in use");
    }
}
