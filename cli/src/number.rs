//! Numbers as people write them: `1000000`, `1e6`, `1_000_000`, `2^20`.

use abreast::Error;

/// Reads a whole number, negative ones too. Nothing is rounded: `1.5e1` is 15, `1.5` is refused.
pub fn whole(name: &str, text: &str) -> Result<i64, Error> {
    let refuse = |rule: &str| Error::argument(name, text, rule);
    let digits: String = text.trim().chars().filter(|c| *c != '_').collect();
    let form = "must be a whole number such as 1000000, 1e6, 1_000_000 or 2^20";
    if digits.is_empty() || text.trim().starts_with('_') || text.trim().ends_with('_') {
        return Err(refuse(form));
    }
    let value = match (digits.split_once('^'), digits.split_once(['e', 'E'])) {
        (Some((base, power)), _) => raise(base, power),
        (None, Some((mantissa, power))) => scientific(mantissa, power),
        (None, None) => digits.parse::<i128>().ok().map(Some),
    };
    let value = value.ok_or_else(|| refuse(form))?;
    let fits = value.and_then(|value| i64::try_from(value).ok());
    fits.ok_or_else(|| refuse(&format!("must be between {} and {}", i64::MIN, i64::MAX)))
}

/// As [`whole`], for counts: refuses what is below `least`.
pub fn count(name: &str, text: &str, least: u64) -> Result<u64, Error> {
    let value = whole(name, text)?;
    let fits = u64::try_from(value).ok().filter(|value| *value >= least);
    fits.ok_or_else(|| Error::argument(name, text, format!("must be at least {least}")))
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
        all.extend(
            std::iter::successors(Some(from), |n| n.checked_mul(2)).take_while(|n| *n <= to),
        );
    }
    Ok(all)
}

// The outer option is "is a number at all", the inner one "fits into 128 bits".
fn raise(base: &str, power: &str) -> Option<Option<i128>> {
    let (base, power) = (base.parse::<i128>().ok()?, power.parse::<u32>().ok()?);
    Some(base.checked_pow(power))
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
    fn every_way_to_write_a_million() {
        for text in ["1000000", "1e6", "1E6", "1e+6", "1_000_000", "10^6", "0.1e7", "1000.000e3"] {
            assert_eq!(whole("n", text), Ok(1_000_000), "{text}");
        }
        assert_eq!(whole("n", "2^20"), Ok(1 << 20));
        assert_eq!(whole("n", "-5"), Ok(-5));
        assert_eq!(whole("n", "-1e3"), Ok(-1000));
        assert_eq!(whole("n", "2^62"), Ok(1 << 62));
    }

    #[test]
    fn what_is_no_whole_number_is_refused_with_the_rule() {
        for text in [
            "", "x", "1.5", "1e-3", "15e-1", "2^-1", "1e", "e5", "0x10", "_", "1_", "1 000", "inf",
            "NaN",
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
