//! Numbers for people.

/// Three significant digits, without an exponent.
pub fn digits(value: f64) -> String {
    let places = match value.abs() {
        v if v < 0.009995 => 5,
        v if v < 0.09995 => 4,
        v if v < 0.9995 => 3,
        v if v < 9.995 => 2,
        v if v < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.places$}")
}

/// As [`digits`], without zeros at the end.
pub fn tick(value: f64) -> String {
    let text = digits(value);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

/// A time with its unit.
pub fn seconds(seconds: f64) -> String {
    let (unit, name) = unit(seconds);
    format!("{} {name}", digits(seconds / unit))
}

/// The unit that a time is best read in: its seconds and its name.
pub fn unit(seconds: f64) -> (f64, &'static str) {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];
    let fits = |(unit, _): &&(f64, &str)| seconds >= 0.9995 * unit;
    *units.iter().find(fits).unwrap_or(&units[3])
}

/// A ratio with as many digits as its distance from 1 calls for.
pub fn ratio(ratio: f64) -> String {
    match (ratio - 1.0).abs() {
        near if near < 0.001 => format!("{ratio:.4}"),
        near if near < 0.01 => format!("{ratio:.3}"),
        // Of a small one the first digits count.
        _ if ratio < 0.0995 => digits(ratio),
        _ if ratio < 9.995 => format!("{ratio:.2}"),
        _ => format!("{ratio:.1}"),
    }
}

/// A fraction as percent.
pub fn percent(fraction: f64) -> String {
    let percent = 100.0 * fraction;
    if percent < 0.995 { format!("{percent:.2} %") } else { format!("{percent:.1} %") }
}

/// A whole number in groups of three digits.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let first = digits.len() % 3;
    let mut text = digits[..first].to_owned();
    for (i, digit) in digits[first..].chars().enumerate() {
        if i % 3 == 0 && !text.is_empty() {
            // A narrow space that does not break.
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A whole number for the tick of an axis: `16Ki`, `5M`, `100`.
pub fn short(n: u64) -> String {
    let units = [(1 << 30, "Gi"), (1 << 20, "Mi"), (1 << 10, "Ki")];
    let tens = [(1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    let fits = |(unit, _): &&(u64, &str)| n >= *unit && n.is_multiple_of(*unit);
    match units.iter().chain(&tens).find(fits) {
        Some((unit, name)) => format!("{}{name}", n / unit),
        None => n.to_string(),
    }
}

/// A size in bytes: `32 KiB`.
pub fn bytes(bytes: u64) -> String {
    let units = [(1u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => {
            let amount = bytes as f64 / *unit as f64;
            if amount.fract() == 0.0 {
                format!("{amount} {name}")
            } else {
                format!("{} {name}", digits(amount))
            }
        }
        None => format!("{bytes} B"),
    }
}

/// Text that Markdown takes for text, also within a table.
pub fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '#' => {
                escaped.extend(['\\', c]);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// A sentence in lines of at most so many columns; the later ones are indented.
pub fn wrapped(sentence: &str, columns: usize) -> String {
    let (mut text, mut column) = (String::new(), 0);
    for word in sentence.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > columns {
            text += "\n  ";
            column = 2;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text += word;
        column += width;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits_and_their_unit() {
        let said = [0.001234, 0.01234, 0.1234, 1.234, 12.34, 123.4, 1234.0].map(digits);
        assert_eq!(said, ["0.00123", "0.0123", "0.123", "1.23", "12.3", "123", "1234"]);
        assert_eq!([0.0005, 0.2, 5.0, 10.0, 100.0].map(tick), ["0.0005", "0.2", "5", "10", "100"]);
        assert_eq!(digits(f64::INFINITY), "inf");
        assert_eq!(digits(9.999), "10.0");
        assert_eq!(seconds(1.5e-9), "1.50 ns");
        assert_eq!(seconds(0.99999e-6), "1.00 µs");
        assert_eq!(seconds(0.0425), "42.5 ms");
        assert_eq!(seconds(90.0), "90.0 s");
        assert_eq!(seconds(0.0), "0.00000 ns");
        assert_eq!(percent(0.001), "0.10 %");
        assert_eq!(percent(0.5), "50.0 %");
    }

    #[test]
    fn sizes_are_read_at_a_glance() {
        assert_eq!(
            [0, 64, 999, 1000, 1_048_576].map(grouped).join("|"),
            "0|64|999|1\u{202f}000|1\u{202f}048\u{202f}576"
        );
        assert_eq!(
            [64, 1 << 14, 3 << 20, 5_000_000, 1_000, 1_500].map(short).join(" "),
            "64 16Ki 3Mi 5M 1k 1500"
        );
        assert_eq!(
            [12, 32 << 10, 1_572_864, 1 << 30].map(bytes).join(", "),
            "12 B, 32 KiB, 1.50 MiB, 1 GiB"
        );
    }

    #[test]
    fn sentences_are_wrapped_and_nothing_is_lost() {
        let sentence = "several words ".repeat(20) + &"x".repeat(100);
        let text = wrapped(&sentence, 80);
        assert!(text.lines().filter(|line| !line.contains("xx")).all(|l| l.len() <= 80), "{text}");
        assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" "), sentence);
    }
}
