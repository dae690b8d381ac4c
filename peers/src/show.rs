//! The result as a table for a terminal, as Markdown and as JSON.

use crate::about::Entry;
use crate::rows::{Row, Speed};
use crate::small::Table;
use abreast_compare::format::{digits, markdown as escaped, seconds, short};
use abreast_compare::machine::{Machine, now};
use serde::Serialize;
use serde_json::Value;

/// Names the form of the JSON.
const SCHEMA: &str = "abreast-peers/1";
/// What a file of ours begins with, so that no other one is replaced.
pub const MARKDOWN: &str = "<!-- written by abreast-peers -->";

/// Everything that a run has to say.
#[derive(Serialize)]
pub struct Report {
    schema: &'static str,
    created: String,
    machine: Machine,
    pub quick: bool,
    pub about: Vec<Entry>,
    pub rows: Vec<Row>,
    /// Calls of a few elements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub small: Vec<Table>,
    /// Who was left out of which case, and why.
    pub skipped: Vec<String>,
    /// What was found against rivals. They are not timed.
    pub wrong: Vec<String>,
    /// What was found against ours, and cases that did not end.
    pub problems: Vec<String>,
    /// What the engine found, case by case, but for the samples.
    pub details: Vec<Value>,
}

impl Report {
    pub fn new(quick: bool, about: Vec<Entry>) -> Report {
        Report {
            schema: SCHEMA,
            created: now(),
            machine: Machine::here(),
            quick,
            about,
            rows: Vec::new(),
            small: Vec::new(),
            skipped: Vec::new(),
            wrong: Vec::new(),
            problems: Vec::new(),
            details: Vec::new(),
        }
    }

    pub fn machine_in_words(&self) -> String {
        let facts = self.machine.facts().into_iter();
        let facts: Vec<String> =
            facts.filter_map(|(name, says)| Some(format!("{name}: {}", says?))).collect();
        format!("{}; {}", self.created, facts.join("; "))
    }

    /// The warning that others are at work, if they are.
    pub fn crowded(&self) -> Option<String> {
        self.machine.crowded()
    }

    /// What the rows do not say.
    pub fn remarks(&self) -> impl Iterator<Item = &String> {
        self.skipped.iter().chain(&self.wrong).chain(&self.problems)
    }

    pub fn markdown(&self) -> String {
        let mut text = format!("{MARKDOWN}\n{}\n\n", escaped(&self.machine_in_words()));
        if !self.rows.is_empty() {
            text +=
                "| row | ours | rival | theirs | ratio | goal | |\n|---|---|---|---|---|---|---|\n";
            for row in &self.rows {
                text += &format!("| {} |\n", cells(row).map(|cell| escaped(&cell)).join(" | "));
            }
            text.push('\n');
        }
        self.small.iter().for_each(|table| text += &table.markdown());
        let about = self.about.iter().map(|entry| format!("{}: {}", entry.name, entry.says));
        for line in about.chain(self.remarks().cloned()) {
            text += &format!("- {}\n", escaped(&line));
        }
        text
    }
}

/// A row in words: its name, ours, the rival, theirs, the ratio, the goal, and whether it is reached.
fn cells(row: &Row) -> [String; 7] {
    let interval = row.low.zip(row.high);
    let interval = interval.map(|(low, high)| format!("  {}-{}", ratio(low), ratio(high)));
    [
        format!("{}, {}", row.case, short(row.size as u64)),
        speed(row.ours, row.unit),
        row.rival.clone(),
        speed(row.rivals, ""),
        format!("{}{}", ratio(row.ratio), interval.unwrap_or_default()),
        row.goal.map_or(String::new(), |goal| format!(">= {goal:.2}")),
        row.standing.in_words(),
    ]
}

/// Two digits after the point: more would say nothing beside such intervals.
fn ratio(ratio: f64) -> String {
    if ratio < 0.0995 { format!("{ratio:.3}") } else { format!("{ratio:.2}") }
}

fn speed(speed: Speed, unit: &str) -> String {
    let rate = speed.rate.map_or(String::new(), |rate| format!(" {} {unit}", digits(rate)));
    format!("{}{rate}", seconds(speed.seconds)).trim_end().to_owned()
}

/// The first line of the table.
pub fn head() -> String {
    line(["row", "ours", "rival", "", "ratio", "goal", ""].map(str::to_owned))
}

pub fn row(row: &Row) -> String {
    line(cells(row))
}

fn line(cells: [String; 7]) -> String {
    let [name, ours, rival, theirs, ratio, goal, standing] = cells;
    let text =
        format!("{name:30} {ours:>21}  {rival:17} {theirs:>15}  {ratio:17} {goal:8} {standing}");
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Standing;

    fn a_row() -> Row {
        let speed = |seconds| Speed { seconds, rate: Some(100.0) };
        Row {
            case: "dot f64".into(),
            size: 1024,
            unit: "GB/s",
            ours: speed(1e-7),
            rival: "a_b".into(),
            rivals: speed(5e-8),
            ratio: 0.5,
            low: Some(0.49),
            high: Some(0.51),
            goal: Some(1.0),
            standing: Standing::Short(0.5),
        }
    }

    #[test]
    fn a_row_says_all_of_it_in_every_form() {
        let text = row(&a_row());
        for part in [
            "dot f64, 1Ki",
            "100 ns 100 GB/s",
            "50.0 ns 100",
            "a_b",
            "0.50  0.49-0.51",
            ">= 1.00",
            "short by 50 %",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let mut report = Report::new(true, vec![Entry { name: "a".into(), says: "b".into() }]);
        report.rows.push(a_row());
        let page = report.markdown();
        assert!(page.starts_with(MARKDOWN) && page.contains("- a: b"), "{page}");
        assert!(page.contains("a\\_b"), "{page}");
        let columns = page.lines().filter(|line| line.starts_with('|'));
        assert!(
            columns.clone().count() == 3 && columns.map(|l| l.matches('|').count()).all(|n| n == 8)
        );
        let json = serde_json::to_string(&report).expect("JSON");
        assert!(json.starts_with("{\"schema\":\"abreast-peers/1\""), "{json}");
        assert!(json.contains("\"standing\":{\"is\":\"short\",\"by\":0.5}"), "{json}");
    }
}
