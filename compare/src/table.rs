//! Tables, for the terminal and as Markdown.

use crate::format::{bytes, digits, markdown as escaped, percent, ratio as short, unit, wrapped};
use crate::paint::Paint;
use crate::ratio::{Ratio, Standing};
use crate::results::{Cell, GroupResult, Row};

/// A name takes no more than this; of a longer one both ends are shown.
const NAME: usize = 24;

/// A group's cells in so many columns, one block after another.
pub(crate) fn text(group: &GroupResult, columns: usize, paint: Paint) -> String {
    let block = |cell| match fits(&block(group, cell, Paint(false)), columns) {
        true => block(group, cell, paint),
        false => list(group, cell, columns, paint),
    };
    group.cells.iter().map(block).collect::<Vec<_>>().join("\n")
}

fn fits(text: &str, columns: usize) -> bool {
    text.lines().all(|line| line.chars().count() <= columns)
}

/// What stands above a cell's rows, and how it is to be read.
fn headings(group: &GroupResult, cell: &Cell, unit: &str) -> (String, String) {
    let head = match &cell.setting[..] {
        "" => format!("{}  n = {}", shown(&group.group), cell.n),
        setting => format!("{}  n = {}, {setting}", shown(&group.group), cell.n),
    };
    let noise = cell.noise.map_or("unknown".to_owned(), percent);
    let copies = cell.copies.map_or(String::new(), |n| format!("; {n} copies at a time"));
    (head, format!("(times in {unit}; noise {noise}{copies})"))
}

/// A cell as a table, up to 80 columns wide.
fn block(group: &GroupResult, cell: &Cell, paint: Paint) -> String {
    let names = cell.rows.iter().map(|row| &row.variant).chain(cell.empty.iter().map(|e| &e.name));
    let width = names.map(|name| shown(name).chars().count()).max().unwrap_or(0).max(8);
    let (unit, unit_name) = unit_of(group, cell);
    let (head, how) = headings(group, cell, unit_name);
    let mut text = format!("{}  {how}\n", paint.head(&head));
    text += &group.mode.in_words().map_or(String::new(), |mode| format!("  {mode}\n"));
    let counts = has_allocations(group);
    let rate = |has: bool, name: &str| {
        // There is no room for both.
        if has && !counts { format!("{name:>9}") } else { String::new() }
    };
    let allocs = if counts { format!("{:>16}", "allocs") } else { String::new() };
    let base = format!("vs {}", shown(&group.baseline));
    let columns = format!(
        "  {:width$}{:>10}  {base:<23}{}{}{allocs}",
        "",
        "time",
        rate(cell.bytes.is_some(), "GB/s"),
        rate(cell.flops.is_some(), "GFLOP/s")
    );
    text += &paint.weak(columns.trim_end());
    text.push('\n');
    for row in &cell.rows {
        text += &line(row, width, unit, counts, paint);
    }
    for empty in &cell.empty {
        let time = digits(empty.median_seconds / unit);
        text += &paint.weak(&format!("  {:width$}{time:>10}", empty.name));
        text.push('\n');
    }
    text
}

/// A cell for a narrow screen: what belongs to a name stands below it.
fn list(group: &GroupResult, cell: &Cell, columns: usize, paint: Paint) -> String {
    let (unit, unit_name) = unit_of(group, cell);
    let (head, how) = headings(group, cell, unit_name);
    let base = format!("Times as fast as {}.", shown(&group.baseline));
    let mut text = format!("{}\n", paint.head(&wrapped(&head, columns)));
    for line in [Some(how), group.mode.in_words(), Some(base)].into_iter().flatten() {
        text += &format!("{}\n", wrapped(&line, columns));
    }
    let below = |name: &str, mut facts: Vec<String>| {
        // One line for all, if they fit.
        let separator = match 4 + facts.join("  ").chars().count() <= columns {
            true => "  ",
            false => "\n    ",
        };
        facts[0] = paint.head(&facts[0]);
        format!("  {name}\n    {}\n", facts.join(separator))
    };
    for row in &cell.rows {
        let rates = [(row.gb_per_second, "GB/s"), (row.gflops, "GFLOP/s")];
        let rates =
            rates.iter().filter_map(|(rate, name)| Some(format!("{} {name}", digits((*rate)?))));
        let mut facts = vec![format!("{} {unit_name}", digits(row.median_seconds / unit))];
        facts.extend(row.ratio.map(|of| {
            let value = format!("{}x {} {}", short(of.value), of.standing.mark(), interval(&of));
            value.split_whitespace().collect::<Vec<_>>().join(" ")
        }));
        facts.extend(rates);
        facts.extend(row.allocations.map(|_| format!("allocs {}", allocs(row))));
        text += &below(&shown(&row.variant), facts);
    }
    for empty in &cell.empty {
        let time = format!("{} {unit_name}", digits(empty.median_seconds / unit));
        text += &below(&empty.name, vec![time]);
    }
    text
}

fn line(row: &Row, width: usize, unit: f64, counts: bool, paint: Paint) -> String {
    let (ratio, ends) = row.ratio.map_or(("1.00x".to_owned(), String::new()), |ratio| {
        (format!("{}x {}", short(ratio.value), ratio.standing.mark()), interval(&ratio))
    });
    // Colours take no room on the screen, but in the text they do.
    let space = 22_usize.saturating_sub(ratio.chars().count());
    let ratio = match row.ratio {
        Some(of) => paint.ratio(of.standing, &ratio),
        None => ratio,
    };
    let rate = |rate: Option<f64>| {
        rate.filter(|_| !counts).map_or(String::new(), |rate| format!("{:>9}", digits(rate)))
    };
    let allocs = if counts { format!("{:>16}", allocs(row)) } else { String::new() };
    let line = format!(
        "  {:width$}{:>10}  {ratio} {ends:<space$}{}{}{allocs}",
        shown(&row.variant),
        digits(row.median_seconds / unit),
        rate(row.gb_per_second),
        rate(row.gflops)
    );
    line.trim_end().to_owned() + "\n"
}

/// Whether allocations were counted.
fn has_allocations(group: &GroupResult) -> bool {
    group.cells.iter().flat_map(|cell| &cell.rows).any(|row| row.allocations.is_some())
}

/// `3 / 48 KiB`: how many, and how much.
fn allocs(row: &Row) -> String {
    row.allocations.map_or("?".to_owned(), |of| match of.count {
        0 => "0".to_owned(),
        count => format!("{count} / {}", bytes(of.bytes)),
    })
}

/// The most that was held at a time.
fn peak(row: &Row) -> String {
    row.allocations.and_then(|of| of.peak).map_or(String::new(), bytes)
}

/// One unit for the block: the baseline's.
fn unit_of(group: &GroupResult, cell: &Cell) -> (f64, &'static str) {
    let base = cell.rows.iter().find(|row| row.variant == group.baseline).or(cell.rows.first());
    unit(base.map_or(1e-9, |row| row.median_seconds))
}

fn interval(ratio: &Ratio) -> String {
    match (ratio.low, ratio.high) {
        (Some(low), Some(high)) => format!("{}-{}", short(low), short(high)),
        _ => String::new(),
    }
}

/// A name, with its middle left out when it is long: names often differ at their ends.
fn shown(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    if chars.len() <= NAME {
        return name.to_owned();
    }
    let (head, tail) = (&chars[..NAME / 2 - 1], &chars[chars.len() - NAME / 2..]);
    head.iter().chain(['…'].iter()).chain(tail).collect()
}

/// What the marks mean, of those that are there.
pub(crate) fn legend(group: &GroupResult) -> Option<String> {
    let ratios = group.cells.iter().flat_map(|cell| &cell.rows).filter_map(|row| row.ratio);
    Standing::legend(ratios.map(|ratio| ratio.standing))
}

/// The first line of the Markdown, by which it is known to be ours.
pub(crate) const MARKDOWN: &str = "<!-- abreast-compare -->";

/// The columns of the long form, which Markdown and HTML have in common; numbers from the third on.
pub(crate) fn columns(group: &GroupResult) -> Vec<String> {
    let (bytes, flops) = rates(group);
    let base = format!("vs {}", group.baseline);
    let mut columns: Vec<String> =
        ["n", "variant", "time", &base, "interval", "noise"].map(String::from).to_vec();
    columns.extend(bytes.then(|| "GB/s".to_owned()));
    columns.extend(flops.then(|| "GFLOP/s".to_owned()));
    if has_allocations(group) {
        columns.extend(["allocs", "peak"].map(String::from));
    }
    columns
}

/// Whether there are bytes and operations per second.
fn rates(group: &GroupResult) -> (bool, bool) {
    group.cells.first().map_or((false, false), |cell| (cell.bytes.is_some(), cell.flops.is_some()))
}

/// A cell in these columns, one row for each variant.
pub(crate) fn rows(group: &GroupResult, cell: &Cell) -> Vec<Vec<String>> {
    let (unit, unit_name) = unit_of(group, cell);
    let ((bytes, flops), counts) = (rates(group), has_allocations(group));
    let n = match &cell.setting[..] {
        "" => cell.n.to_string(),
        setting => format!("{}, {setting}", cell.n),
    };
    let row = |row: &Row| {
        let (value, interval) = row.ratio.map_or(("1.00x".to_owned(), String::new()), |ratio| {
            let value = format!("{}x {}", short(ratio.value), ratio.standing.mark());
            (value.trim_end().to_owned(), interval(&ratio))
        });
        let mut words = vec![
            n.clone(),
            row.variant.clone(),
            format!("{} {unit_name}", digits(row.median_seconds / unit)),
            value,
            interval,
            cell.noise.map_or(String::new(), percent),
        ];
        let rates = [(bytes, row.gb_per_second), (flops, row.gflops)];
        let shown = rates.iter().filter(|(has, _)| *has);
        words.extend(shown.map(|(_, rate)| rate.map_or(String::new(), digits)));
        if counts {
            words.extend([allocs(row), peak(row)]);
        }
        words
    };
    cell.rows.iter().map(row).collect()
}

/// A group as Markdown.
pub(crate) fn markdown(group: &GroupResult) -> String {
    let line = |words: &[String]| -> String {
        let words: Vec<String> = words.iter().map(|word| escaped(word)).collect();
        format!("| {} |\n", words.join(" | "))
    };
    let mode = group.mode.in_words().map_or(String::new(), |mode| format!(" ({mode})"));
    let mut text = format!("## {}{mode}\n", escaped(&group.group));
    if !group.cells.is_empty() {
        let columns = columns(group);
        let align: Vec<&str> = columns
            .iter()
            .map(|c| if c == "variant" || c == "interval" { "---" } else { "--:" })
            .collect();
        text += &format!("\n{}|{}|\n", line(&columns), align.join("|"));
    }
    for row in group.cells.iter().flat_map(|cell| rows(group, cell)) {
        text += &line(&row);
    }
    text.push('\n');
    text + &items(group.verdict.iter().cloned().chain(legend(group)))
}

/// Sentences as a list.
pub(crate) fn items(sentences: impl Iterator<Item = String>) -> String {
    sentences.map(|sentence| format!("- {}\n", escaped(&sentence))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{EmptyCall, Mode};

    fn group() -> GroupResult {
        let row = |variant: &str, seconds: f64, ratio| Row {
            variant: variant.into(),
            median_seconds: seconds,
            gb_per_second: Some(39.8),
            gflops: Some(4.97),
            empty_share: None,
            allocations: None,
            ratio,
        };
        let ratio = |value: f64, standing| {
            let ends = Some((value * 0.98, value * 1.02));
            Some(Ratio { standing, ..Ratio::new(value, ends) })
        };
        let long = "a_name_that_is_rather_longer_than_anybody_would_ever_want_to_read_in_a_table_of_80_columns_a";
        let cell = Cell {
            setting: String::new(),
            n: 1024,
            input: None,
            bytes: Some(16 * 1024),
            flops: Some(2048),
            copies: None,
            noise: Some(0.001),
            rows: vec![
                row("c", 990e-9, None),
                row("zip", 1.1e-6, ratio(0.9, Standing::Same)),
                row(long, 92e-9, ratio(10.8, Standing::Faster)),
            ],
            empty: vec![EmptyCall { name: "(empty call)".into(), median_seconds: 1.2e-9 }],
            samples: Vec::new(),
        };
        GroupResult {
            group: "dot".into(),
            baseline: "c".into(),
            cells: vec![cell],
            verdict: vec!["lanes | is fast".into()],
            ..GroupResult::default()
        }
    }

    #[test]
    fn a_table_fits_80_columns_and_has_one_unit() {
        let text = text(&group(), 80, Paint(false));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("times in ns; noise 0.10 %"), "{text}");
        assert!(text.contains("1100") && text.contains("990") && text.contains("92.0"), "{text}");
        assert!(text.contains("0.90x = 0.88-0.92"), "{text}");
        assert!(text.contains("(empty call)"), "{text}");
        let mut in_place = group();
        in_place.cells[0].copies = Some(64);
        assert!(
            super::text(&in_place, 80, Paint(false)).contains("noise 0.10 %; 64 copies at a time")
        );
        in_place.mode = Mode { inputs: 8, cold: true, latency: false };
        let text = super::text(&in_place, 80, Paint(false));
        assert!(text.contains("64 copies at a time)\n  8 inputs in turn, cold caches\n"), "{text}");
        assert_eq!(legend(&group()).as_deref(), Some("= indistinguishable"));
    }

    #[test]
    fn allocations_take_the_place_of_rates_and_still_fit_80_columns() {
        use crate::results::Allocations;
        let mut group = group();
        let rows = &mut group.cells[0].rows;
        rows[0].allocations = Some(Allocations { count: 3, bytes: 48 << 10, peak: Some(32 << 10) });
        rows[1].allocations = Some(Allocations::default());
        let text = text(&group, 80, Paint(false));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let line =
            |name: &str| text.lines().find(|l| l.trim_start().starts_with(name)).expect("a row");
        assert!(line("c ").ends_with(" 3 / 48 KiB") && line("zip").ends_with(" 0"), "{text}");
        assert!(line("a_name").ends_with(" ?") && !text.contains("GB/s"), "{text}");
        let long = markdown(&group);
        assert!(
            long.contains("| allocs | peak |") && long.contains("| 3 / 48 KiB | 32 KiB |"),
            "{long}"
        );
        assert!(long.contains("GB/s"), "the long form has room for both: {long}");
    }

    #[test]
    fn colours_move_nothing() {
        let (plain, painted) = (text(&group(), 80, Paint(false)), text(&group(), 80, Paint(true)));
        assert!(painted.contains("\u{1b}[32m10.8x"), "{painted}");
        let codes = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[32m"];
        let bare = codes.iter().fold(painted, |text, code| text.replace(code, ""));
        assert_eq!(bare, plain);
    }

    #[test]
    fn a_narrow_screen_gets_every_number_in_lines_that_fit() {
        for columns in [24, 40, 60] {
            let list = text(&group(), columns, Paint(false));
            assert!(fits(&list, columns.max(28)), "{columns}:\n{list}");
            for part in
                ["times in ns; noise 0.10 %", "1100 ns", "0.90x = 0.88-0.92", "GFLOP/s", "1.20 ns"]
            {
                let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(words(&list).contains(part), "{part} at {columns}:\n{list}");
            }
        }
        assert_eq!(text(&group(), 80, Paint(false)), text(&group(), 200, Paint(false)));
    }

    #[test]
    fn names_that_differ_in_their_last_letter_still_do_in_the_table() {
        let long = "x".repeat(80);
        assert_ne!(shown(&(long.clone() + "a")), shown(&(long + "b")));
    }

    #[test]
    fn markdown_has_one_cell_per_column() {
        let text = markdown(&group());
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 5, "{text}");
        let columns = rows.iter().map(|row| row.replace("\\|", "").matches('|').count());
        assert!(columns.collect::<Vec<_>>().windows(2).all(|two| two[0] == two[1]), "{text}");
        assert!(text.contains("lanes \\| is fast"), "{text}");
    }
}
