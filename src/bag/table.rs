//! A map that remembers in which order its keys came.

use std::collections::HashMap;
use std::hash::Hash;

/// Keys, each with a value, in order of first appearance. The order of the hash map never shows.
pub(super) struct Table<K, V> {
    places: HashMap<K, usize>,
    values: Vec<V>,
}

impl<K: Hash + Eq, V> Table<K, V> {
    pub(super) fn new() -> Self {
        Table { places: HashMap::new(), values: Vec::new() }
    }

    /// The value of `key`, which is `V::default()` if the key is new.
    pub(super) fn at(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let place = *self.places.entry(key).or_insert(self.values.len());
        if place == self.values.len() {
            self.values.push(V::default());
        }
        &mut self.values[place]
    }

    /// With the keys of a later table after those of this one; `join` adds to a key that both have.
    pub(super) fn and(mut self, later: Self, join: impl Fn(&mut V, V)) -> Self
    where
        V: Default,
    {
        later.into_list().into_iter().for_each(|(key, value)| join(self.at(key), value));
        self
    }

    /// The entries in order of first appearance.
    pub(super) fn into_list(self) -> Vec<(K, V)> {
        let mut keys: Vec<(usize, K)> = self.places.into_iter().map(|(k, at)| (at, k)).collect();
        keys.sort_unstable_by_key(|(place, _)| *place);
        keys.into_iter().map(|(_, key)| key).zip(self.values).collect()
    }
}
