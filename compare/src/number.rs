//! Whole numbers as people write them: `1000000`, `1e6`, `1_000_000`, `2^20`. Nothing is rounded: `1.5e1` is 15,
//! `1.5` is none.

/// The number; the outer option says whether the text is one at all, the inner one whether it fits.
pub fn integer(text: &str) -> Option<Option<i128>> {
    let text = text.trim();
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    if digits.is_empty() || text.starts_with('_') || text.ends_with('_') {
        return None;
    }
    match (digits.split_once('^'), digits.split_once(['e', 'E'])) {
        (Some((base, power)), _) => power_and_rest(base, power),
        (None, Some((mantissa, power))) => scientific(mantissa, power),
        (None, None) => digits.parse::<i128>().ok().map(Some),
    }
}

/// The number, if it is one that the type holds.
pub fn whole<N: TryFrom<i128>>(text: &str) -> Option<N> {
    N::try_from(integer(text)??).ok()
}

/// From one number to another, doubling.
pub fn doubling(from: u64, to: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(from), |n| n.checked_mul(2)).take_while(move |n| *n <= to)
}

/// `2^20`, `2^64-1`. The sign before a power belongs to all of it, as in mathematics: `-2^2` is -4.
fn power_and_rest(base: &str, power: &str) -> Option<Option<i128>> {
    let (power, rest) = match power.find(['+', '-']) {
        Some(at) if at > 0 => (&power[..at], power[at..].parse::<i128>().ok()?),
        _ => (power, 0),
    };
    let (sign, base) = base.strip_prefix('-').map_or((1, base), |base| (-1, base));
    if !base.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (base, power) = (base.parse::<i128>().ok()?, power.parse::<u32>().ok()?);
    let value = base.checked_pow(power).and_then(|value| value.checked_mul(sign));
    Some(value.and_then(|value| value.checked_add(rest)))
}

fn scientific(mantissa: &str, power: &str) -> Option<Option<i128>> {
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let power: i64 = power.strip_prefix('+').unwrap_or(power).parse().ok()?;
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let zeros = u32::try_from(power - i64::try_from(fraction.len()).ok()?).ok()?;
    Some(10i128.checked_pow(zeros).and_then(|scale| digits.checked_mul(scale)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it_or_not_at_all() {
        for text in ["1000000", " 1e6 ", "1E+6", "1_000_000", "10^6", "0.1e7"] {
            assert_eq!(whole::<usize>(text), Some(1_000_000), "{text}");
        }
        assert_eq!((integer("1.5"), integer("1e99")), (None, Some(None)));
        assert_eq!((whole::<u64>("-1"), whole::<u64>("2^64")), (None, None));
        assert_eq!(doubling(3, 20).collect::<Vec<_>>(), [3, 6, 12]);
        assert_eq!(doubling(1 << 63, u64::MAX).count(), 1);
    }
}
