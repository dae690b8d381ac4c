//! Seeded inputs, the same on every machine.

use crate::random::Random;

fn stream<T>(n: usize, seed: u64, mut next: impl FnMut(&mut Random) -> T) -> Vec<T> {
    let mut random = Random::new(seed);
    (0..n).map(|_| next(&mut random)).collect()
}

/// `n` numbers in [0, 1).
pub fn uniform(n: usize, seed: u64) -> Vec<f64> {
    stream(n, seed, Random::unit)
}

/// `n` numbers in [0, 1), in single precision.
pub fn uniform_f32(n: usize, seed: u64) -> Vec<f32> {
    stream(n, seed, |random| (random.next() >> 40) as f32 / (1u32 << 24) as f32)
}

/// `n` numbers in [-1, 1). Sums of these cancel: a relative bound for them may ask for too much.
pub fn signed(n: usize, seed: u64) -> Vec<f64> {
    stream(n, seed, |random| 2.0 * random.unit() - 1.0)
}

/// `n` numbers of both signs whose magnitudes go from 2^-300 to 2^300, for
/// [`special`](crate::Group::special): variants that are right between 0 and 1 can be wrong there. Squares
/// still fit. Do not ask for a relative bound of sums in which these cancel.
pub fn wide(n: usize, seed: u64) -> Vec<f64> {
    stream(n, seed, |random| {
        let exponent = (random.next() >> 32) as i32 % 301;
        (2.0 * random.unit() - 1.0) * f64::powi(2.0, exponent)
    })
}

/// `n` integers below `bound`; all of them are 0 when it is 0.
pub fn integers(n: usize, bound: u64, seed: u64) -> Vec<u64> {
    stream(n, seed, |random| random.next().checked_rem(bound).unwrap_or(0))
}

/// `n` bytes.
pub fn bytes(n: usize, seed: u64) -> Vec<u8> {
    stream(n, seed, |random| (random.next() >> 56) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_input_and_another_one_does_not() {
        assert_eq!(uniform(100, 7), uniform(100, 7));
        assert_ne!(uniform(100, 7), uniform(100, 8));
        assert_eq!(uniform(100, 7)[..50], uniform(50, 7));
        assert!(signed(1000, 1).iter().any(|x| *x < -0.5));
        assert!(uniform_f32(1000, 1).iter().all(|x| (0.0..1.0).contains(x)));
        assert!(integers(1000, 10, 1).contains(&9) && integers(3, 0, 1) == [0; 3]);
        assert!(
            wide(1000, 1).iter().any(|x| *x > 1e80)
                && wide(1000, 1).iter().any(|x| x.abs() < 1e-80)
        );
        assert!(bytes(0, 1).is_empty());
    }
}
