//! Numbers as people write them: `1000000`, `1e6`, `1_000_000`, `2^20`.

use abreast::Error;
use abreast_compare::number;
use std::time::Duration;

/// Reads a whole number, negative ones too. Nothing is rounded: `1.5e1` is 15, `1.5` is refused.
pub fn whole(name: &str, text: &str) -> Result<i64, Error> {
    let fits = integer(name, text)?.and_then(|value| i64::try_from(value).ok());
    let rule = || format!("must be between {} and {}", i64::MIN, i64::MAX);
    fits.ok_or_else(|| Error::argument(name, text, rule()))
}

/// As [`whole`], for counts and seeds: of 64 bits, refuses what is below `least`.
pub fn count(name: &str, text: &str, least: u64) -> Result<u64, Error> {
    let value = integer(name, text)?;
    if value.is_some_and(|value| value < i128::from(least)) {
        return Err(Error::argument(name, text, format!("must be at least {least}")));
    }
    let fits = value.and_then(|value| u64::try_from(value).ok());
    fits.ok_or_else(|| Error::argument(name, text, format!("must be at most {}", u64::MAX)))
}

/// A time in seconds, which need not be whole: `2`, `0.5`, `2s`.
pub fn seconds(name: &str, text: &str) -> Result<Duration, Error> {
    let seconds = text.trim_end_matches('s').parse().ok().map(Duration::try_from_secs_f64);
    let above_0 = seconds.and_then(Result::ok).filter(|time| !time.is_zero());
    let rule = "must be a number of seconds above 0, and at most 3600";
    above_0
        .filter(|time| *time <= Duration::from_secs(3600))
        .ok_or_else(|| Error::argument(name, text, rule))
}

/// `WxH`, each as [`count`] reads it, in digits.
pub fn size(name: &str, text: &str) -> Result<String, Error> {
    let side = |side| {
        count(name, side, 0)
            .map_err(|_| Error::argument(name, text, "must have the form WxH, as in 1920x1080"))
    };
    match text.split_once(['x', 'X']) {
        Some((width, height)) => Ok(format!("{}x{}", side(width)?, side(height)?)),
        // Whoever reads it says what it should have been.
        None => Ok(text.to_owned()),
    }
}

/// None for what does not fit in 128 bits.
fn integer(name: &str, text: &str) -> Result<Option<i128>, Error> {
    let form = "must be a whole number such as 1000000, 1e6, 1_000_000 or 2^20";
    number::integer(text).ok_or_else(|| Error::argument(name, text, form))
}

/// A comma-separated list of counts, where `2^4..2^20` stands for the powers of two between.
pub fn counts(name: &str, text: &str, least: u64) -> Result<Vec<u64>, Error> {
    let mut all = Vec::new();
    for item in text.split(',') {
        let Some((from, to)) = item.split_once("..") else {
            all.push(count(name, item, least)?);
            continue;
        };
        let (from, to) = (count(name, from, 1)?, count(name, to.trim_start_matches('='), 1)?);
        if from > to {
            return Err(Error::argument(name, item, "must go from the smaller to the larger"));
        }
        all.extend(number::doubling(from, to));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_million() {
        for text in ["1000000", "1e6", "1E6", "1e+6", "1_000_000", "10^6", "0.1e7", "1000.000e3"] {
            assert_eq!(whole("n", text), Ok(1_000_000), "{text}");
        }
        assert_eq!(whole("n", "2^20"), Ok(1 << 20));
        assert_eq!(whole("n", "-5"), Ok(-5));
        assert_eq!(whole("n", "-1e3"), Ok(-1000));
        assert_eq!(whole("n", "2^62"), Ok(1 << 62));
        assert_eq!(whole("n", "2^10+1"), Ok(1025));
        assert_eq!(whole("n", "2^10-24"), Ok(1000));
        assert_eq!(whole("n", "-2^63"), Ok(i64::MIN));
    }

    #[test]
    fn a_sign_before_a_power_is_that_of_the_power() {
        assert_eq!(whole("n", "-2^2"), Ok(-4));
        assert_eq!(whole("n", "-3^3"), Ok(-27));
        assert!(count("n", "-2^2", 0).unwrap_err().to_string().contains("at least 0"));
    }

    #[test]
    fn counts_and_seeds_have_all_64_bits() {
        for text in ["2^64-1", "18446744073709551615"] {
            assert_eq!(count("seed", text, 0), Ok(u64::MAX), "{text}");
        }
        let refusal = count("seed", "2^64", 0).unwrap_err().to_string();
        assert_eq!(refusal, "seed = 2^64: must be at most 18446744073709551615");
    }

    #[test]
    fn sizes_are_numbers_like_all_others_and_0x10_is_no_hexadecimal() {
        let read = |text| size("size", text);
        assert_eq!(read("1e3x2^4"), Ok("1000x16".to_owned()));
        assert_eq!(read("0x10"), Ok("0x10".to_owned()));
        for text in ["x", "3x", "axb", "1x2x3", "-1x4"] {
            let refusal = read(text).unwrap_err().to_string();
            assert!(
                refusal.starts_with(&format!("size = {text}: ")) && refusal.contains("WxH"),
                "{refusal}"
            );
        }
    }

    #[test]
    fn what_is_no_whole_number_is_refused_with_the_rule() {
        for text in [
            "", "x", "1.5", "1e-3", "15e-1", "2^-1", "1e", "e5", "0x10", "_", "2^", "^2", "2^3-",
            "--2^2", "2^2^2", "1_", "1 000", "inf", "NaN",
        ] {
            let refusal = whole("n", text).unwrap_err().to_string();
            assert!(
                refusal.starts_with(&format!("n = {text}: must be a whole number")),
                "{refusal}"
            );
        }
        for text in ["1e19", "2^63", "-2^64", "99999999999999999999999", "1e300"] {
            let refusal = whole("n", text).unwrap_err().to_string();
            assert!(refusal.contains("must be between") || refusal.contains("whole"), "{refusal}");
        }
    }

    #[test]
    fn lists_and_ranges_of_sizes() {
        assert_eq!(counts("sizes", "2^4..2^6,100", 0), Ok(vec![16, 32, 64, 100]));
        assert_eq!(counts("sizes", "5", 0), Ok(vec![5]));
        assert!(counts("sizes", "2^6..2^4", 0).unwrap_err().to_string().contains("smaller to"));
        assert!(counts("threads", "0", 1).unwrap_err().to_string().contains("at least 1"));
        assert!(counts("sizes", "1,,2", 0).is_err());
    }
}
