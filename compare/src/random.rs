//! Random numbers that are the same on every machine.

/// SplitMix64 by index: random number `i` of the stream `seed`, without any state in between.
pub const fn splitmix64(seed: u64, i: u64) -> u64 {
    let mut z = seed.wrapping_add(i.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// SplitMix64, one number after another.
#[derive(Debug, Clone)]
pub struct Random {
    seed: u64,
    i: u64,
}

impl Random {
    /// The stream `seed` from its start.
    pub const fn new(seed: u64) -> Random {
        Random { seed, i: 0 }
    }

    /// The next 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.i += 1;
        splitmix64(self.seed, self.i - 1)
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Fisher and Yates' shuffle. The remainder's bias is below 2^-50 for any table.
    pub fn permutation(&mut self, size: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..size).collect();
        for last in (1..size).rev() {
            order.swap(last, (self.next() % (last as u64 + 1)) as usize);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::SplitMix64;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    #[test]
    fn by_index_it_is_the_published_generator() {
        for seed in [0, 42, u64::MAX] {
            let mut theirs = SplitMix64::seed_from_u64(seed);
            let mut ours = Random::new(seed);
            assert!((0..100).all(|_| ours.next() == theirs.next_u64()), "seed {seed}");
        }
    }
}
