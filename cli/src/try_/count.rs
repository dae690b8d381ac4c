//! Counts that depend on n: `16*n`, `n*n`, `2*n + 1`, `n^2/2`.

use crate::scan::{Misread, Scan};
use std::fmt;

/// A whole number, for each n.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    N,
    Number(u64),
    Of(Box<Count>, Sign, Box<Count>),
}

/// What is done with two counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Plus,
    Minus,
    Times,
    By,
    Power,
}

/// From the loosest to the tightest.
const LEVELS: [&[(char, Sign)]; 3] = [
    &[('+', Sign::Plus), ('-', Sign::Minus)],
    &[('*', Sign::Times), ('/', Sign::By)],
    &[('^', Sign::Power)],
];

/// Deeper ones are a mistake, and each costs stack.
const DEEPEST: usize = 40;

impl Count {
    /// Reads a count and stops where it ends.
    pub fn read(scan: &mut Scan<'_>) -> Result<Count, Misread> {
        level(scan, 0, 0)
    }

    /// The whole text is a count.
    pub fn parse(option: &str, text: &str) -> Result<Count, Misread> {
        let mut scan = Scan::new(option, text);
        let count = Count::read(&mut scan)?;
        match scan.is_done() {
            true => Ok(count),
            false => Err(scan.wrong("the end was expected after the count")),
        }
    }

    /// The value at n. None where it would be negative or too large, or divides by 0.
    pub fn at(&self, n: u64) -> Option<u64> {
        match self {
            Count::N => Some(n),
            Count::Number(number) => Some(*number),
            Count::Of(a, sign, b) => {
                let (a, b) = (a.at(n)?, b.at(n)?);
                match sign {
                    Sign::Plus => a.checked_add(b),
                    Sign::Minus => a.checked_sub(b),
                    Sign::Times => a.checked_mul(b),
                    Sign::By => a.checked_div(b),
                    Sign::Power => a.checked_pow(u32::try_from(b).ok()?),
                }
            }
        }
    }

    /// Whether n occurs in it.
    pub fn depends_on_n(&self) -> bool {
        match self {
            Count::N => true,
            Count::Number(_) => false,
            Count::Of(a, _, b) => a.depends_on_n() || b.depends_on_n(),
        }
    }
}

fn level(scan: &mut Scan<'_>, tightness: usize, depth: usize) -> Result<Count, Misread> {
    let Some(signs) = LEVELS.get(tightness) else { return single(scan, depth) };
    let mut count = level(scan, tightness + 1, depth)?;
    loop {
        let next = scan.peek();
        let Some((c, sign)) = signs.iter().find(|(c, _)| next == Some(*c)) else {
            return Ok(count);
        };
        scan.take(&c.to_string());
        count = Count::Of(Box::new(count), *sign, Box::new(level(scan, tightness + 1, depth)?));
    }
}

fn single(scan: &mut Scan<'_>, depth: usize) -> Result<Count, Misread> {
    if depth > DEEPEST {
        return Err(scan.wrong("too many brackets"));
    }
    if scan.take("(") {
        let count = level(scan, 0, depth + 1)?;
        scan.need(")", "the count")?;
        return Ok(count);
    }
    let at = scan.here();
    match scan.word() {
        "n" => Ok(Count::N),
        word if word.starts_with(|c: char| c.is_ascii_digit()) => {
            let number = word.replace('_', "").parse();
            number.map(Count::Number).map_err(|_| {
                let rule = "must be a whole number below 2^64, as in 16 (or 2^20)";
                scan.wrong_at(at, format!("{word}: {rule}"))
            })
        }
        _ => Err(scan.wrong_at(at, "n or a number was expected, as in 2*n")),
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Count::N => f.write_str("n"),
            Count::Number(number) => write!(f, "{number}"),
            Count::Of(a, sign, b) => {
                let inner = |count: &Count| match count {
                    Count::Of(..) => format!("({count})"),
                    _ => count.to_string(),
                };
                let c = LEVELS.iter().flat_map(|level| level.iter()).find(|(_, s)| s == sign);
                write!(f, "{}{}{}", inner(a), c.map_or('?', |(c, _)| *c), inner(b))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, n: u64) -> Option<u64> {
        let count = Count::parse("--cost", text).unwrap_or_else(|why| panic!("{why}"));
        let again = Count::parse("--cost", &count.to_string()).expect("its own text");
        assert_eq!(again.at(n), count.at(n), "{text} is shown as {count}");
        count.at(n)
    }

    #[test]
    fn counts_are_read_as_in_school() {
        assert_eq!(at("16*n", 10), Some(160));
        assert_eq!(at("n + 2 * n ^ 2", 10), Some(210));
        assert_eq!(at("(n+1)*(n-1)/2", 11), Some(60));
        assert_eq!(at("10 - 3 - 2", 0), Some(5));
        assert_eq!(at("1_000", 0), Some(1000));
        for (text, n) in [("n-1", 0), ("n*n", u64::MAX), ("1/n", 0), ("2^n", 64)] {
            assert_eq!(at(text, n), None, "{text} at {n}");
        }
        assert!(Count::parse("", "2*(n+1)").expect("read").depends_on_n());
    }

    #[test]
    fn what_is_no_count_is_said_with_its_place() {
        let deep = "(".repeat(1000);
        for (text, part, at) in [
            ("", "n or a number", 0),
            ("2*m", "n or a number", 2),
            ("2*", "n or a number", 2),
            ("(n", ") was expected", 2),
            ("n n", "the end was expected", 2),
            ("99999999999999999999", "below 2^64", 0),
            ("-n", "n or a number", 0),
            (&deep[..], "too many brackets", DEEPEST + 1),
        ] {
            let why = Count::parse("--cost", text).expect_err(text).to_string();
            assert!(why.contains(part), "{why}");
            assert_eq!(why.lines().last().expect("lines").find('^'), Some(2 + at), "{why}");
        }
    }
}
