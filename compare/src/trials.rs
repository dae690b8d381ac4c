//! The inputs that the gate tries.

use crate::mode::Mode;
use crate::random::splitmix64;
use crate::sizes::log_uniform;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where an input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// A size that is going to be timed.
    Listed,
    /// An input that the user gave.
    Special,
    /// A size beside a listed one, or a very small one.
    Neighbour,
    /// A size drawn at random.
    Random,
}

/// One input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trial {
    pub(crate) origin: Origin,
    /// Which of the settings of the parameters.
    pub(crate) setting: usize,
    /// The size, or the index of the special input.
    pub(crate) n: usize,
    pub(crate) seed: u64,
}

/// How many sizes are drawn.
pub(crate) const DRAWN: usize = 32;

/// Sizes above this have no neighbours tried: they would take most of the time.
const NEIGHBOURLY: usize = 1 << 16;

/// What to try, in this order: the listed sizes with every setting, all inputs that are timed there, the special inputs, small and
/// neighbouring sizes, and sizes drawn log-uniformly between 1 and the largest.
pub(crate) fn trials(
    sizes: &[usize],
    settings: usize,
    specials: usize,
    seed: u64,
    mode: Mode,
) -> Vec<Trial> {
    let mut all = Vec::new();
    for setting in 0..settings {
        for &n in sizes {
            let listed = |seed| Trial { origin: Origin::Listed, setting, n, seed };
            all.extend(mode.seeds(seed).map(listed));
        }
    }
    let special = |n| Trial { origin: Origin::Special, setting: 0, n, seed };
    all.extend((0..specials).map(special));
    let turn = |(i, n)| (i % settings.max(1), n);
    let neighbours = neighbours(sizes).into_iter().enumerate().map(turn);
    all.extend(neighbours.map(|(setting, n)| Trial {
        origin: Origin::Neighbour,
        setting,
        n,
        seed,
    }));
    let drawn = drawn(sizes, seed).into_iter().enumerate().map(turn);
    all.extend(drawn.enumerate().map(|(i, (setting, n))| Trial {
        origin: Origin::Random,
        setting,
        n,
        seed: splitmix64(seed, i as u64),
    }));
    all
}

fn neighbours(sizes: &[usize]) -> BTreeSet<usize> {
    let largest = sizes.iter().copied().max().unwrap_or(0);
    let small = [0, 1, 2, 3, 5, 7].into_iter().filter(|n| *n <= largest);
    let near = sizes.iter().filter(|n| **n <= NEIGHBOURLY);
    let near = near.flat_map(|n| [n.saturating_sub(1), n + 1]);
    small.chain(near).filter(|n| !sizes.contains(n)).collect()
}

fn drawn(sizes: &[usize], seed: u64) -> Vec<usize> {
    log_uniform(sizes.iter().copied().max().unwrap_or(0), DRAWN, seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sizes::detection;

    const ONE: Mode = Mode { inputs: 1, cold: false, latency: false };

    #[test]
    fn all_inputs_that_are_timed_are_tried() {
        let mode = Mode { inputs: 3, ..ONE };
        let all = trials(&[8, 9], 2, 0, 5, mode);
        let listed: Vec<&Trial> = all.iter().filter(|t| t.origin == Origin::Listed).collect();
        assert_eq!(listed.len(), 2 * 2 * 3);
        let seeds: Vec<u64> = listed[3..6].iter().map(|trial| trial.seed).collect();
        assert_eq!((listed[3].n, seeds), (9, mode.seeds(5).collect()));
    }

    #[test]
    fn small_odd_and_neighbouring_sizes_are_tried_beside_the_listed_ones() {
        let all = trials(&[16, 1 << 20], 1, 1, 42, ONE);
        let of = |origin| all.iter().filter(move |t| t.origin == origin).map(|t| t.n);
        assert_eq!(of(Origin::Listed).collect::<Vec<_>>(), [16, 1 << 20]);
        assert_eq!(of(Origin::Neighbour).collect::<Vec<_>>(), [0, 1, 2, 3, 5, 7, 15, 17]);
        assert_eq!(of(Origin::Special).count(), 1);
        assert_eq!(of(Origin::Random).count(), DRAWN);
        assert!(of(Origin::Random).all(|n| (1..=1 << 20).contains(&n)));
        assert_eq!(all, trials(&[16, 1 << 20], 1, 1, 42, ONE), "the seed decides");
        assert_ne!(all, trials(&[16, 1 << 20], 1, 1, 43, ONE));
    }

    #[test]
    fn every_setting_meets_every_listed_size_and_some_others() {
        let all = trials(&[8, 9], 3, 0, 1, ONE);
        let listed = all.iter().filter(|t| t.origin == Origin::Listed);
        assert_eq!(listed.count(), 6);
        for origin in [Origin::Neighbour, Origin::Random] {
            let met: BTreeSet<usize> =
                all.iter().filter(|t| t.origin == origin).map(|t| t.setting).collect();
            assert_eq!(met.len(), 3, "{origin:?}");
        }
    }

    #[test]
    fn a_fault_at_a_tenth_of_the_sizes_is_met_as_often_as_stated() {
        // A tenth of [1, 2^20] by logarithm: 2^9 to 2^11.
        let meets = |seed: &u64| drawn(&[1 << 20], *seed).iter().any(|n| (512..2048).contains(n));
        let met = (0..2000).filter(meets).count() as f64 / 2000.0;
        assert!((met - detection(DRAWN)).abs() < 0.02, "{met} against {}", detection(DRAWN));
    }

    #[test]
    fn the_extremes_give_no_nonsense() {
        assert!(trials(&[0], 1, 0, 1, ONE).iter().all(|t| t.n <= 1));
        assert!(trials(&[usize::MAX], 1, 0, 1, ONE).iter().all(|t| t.n >= 1 || t.n <= 7));
    }
}
