//! Sizes to compare at.

use crate::number::{doubling, whole};
use crate::random::Random;
use std::ops::RangeInclusive;

/// Powers of two: `pow2(4..=20)` is 16, 32, .. 1,048,576. Powers that do not fit are left out.
pub fn pow2(exponents: RangeInclusive<u32>) -> Vec<usize> {
    exponents.filter_map(|exponent| 1usize.checked_shl(exponent)).collect()
}

/// `count` sizes from 1 to `largest`, drawn by their logarithm: as many between 10 and 100 as between 100
/// and 1000. None when `largest` is 0.
pub fn log_uniform(largest: usize, count: usize, seed: u64) -> Vec<usize> {
    let mut random = Random::new(!seed);
    let draw = |_| {
        let n = ((largest as f64 + 1.0).ln() * random.unit()).exp() as usize;
        n.clamp(1, largest)
    };
    if largest == 0 { Vec::new() } else { (0..count).map(draw).collect() }
}

/// The probability that a fault at a tenth of the sizes, by their logarithm, is met by so many.
pub fn detection(drawn: usize) -> f64 {
    1.0 - 0.9f64.powi(i32::try_from(drawn).unwrap_or(i32::MAX))
}

/// `16,64`, `2^4..2^20` (doubling), `1e6`: the sizes of the option `--sizes`.
pub(crate) fn parse(text: &str) -> Result<Vec<usize>, String> {
    let parts: Result<Vec<Vec<usize>>, String> = text.split(',').map(part).collect();
    Ok(parts?.concat())
}

fn part(text: &str) -> Result<Vec<usize>, String> {
    let Some((from, to)) = text.split_once("..") else { return Ok(vec![number(text)?]) };
    let (from, to) = (number(from)?, number(to.strip_prefix('=').unwrap_or(to))?);
    if from == 0 || from > to {
        return Err(format!(
            "{text}: a range doubles from its first size, which must be at least 1 and at most its last"
        ));
    }
    Ok(doubling(from as u64, to as u64).map(|n| n as usize).collect())
}

fn number(text: &str) -> Result<usize, String> {
    whole(text).ok_or_else(|| format!("{text:?} is not a size: write 1000, 1e6, 2^10 or 2^4..2^20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(parse("16,64"), Ok(vec![16, 64]));
        assert_eq!(parse("2^4..2^7, 1e3"), Ok(vec![16, 32, 64, 128, 1000]));
        assert_eq!(parse("3..=20"), Ok(vec![3, 6, 12]));
        assert_eq!(parse("0"), Ok(vec![0]));
        for bad in ["", "x", "-1", "2^", "2^99", "9..3", "0..4", "1e99", "4,,8", "1.5"] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(pow2(4..=6), [16, 32, 64]);
        assert_eq!(pow2(63..=70), [1 << 63]);
    }
}
