//! From what the engine found to the rows of the table: ours beside the rival of each goal.

use crate::cases::{Against, Case, Goal};
use crate::engine::{Cell, GroupResult, Timed};
use crate::race::LIMIT;
use serde::Serialize;

/// One row: ours and one rival, at one size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub case: String,
    pub size: usize,
    /// Of the rates.
    pub unit: &'static str,
    pub ours: Speed,
    pub rival: String,
    pub rivals: Speed,
    /// How many times as fast as the rival ours is.
    pub ratio: f64,
    /// The interval of the ratio; none when there were too few rounds for one.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// The ratio aimed at; none in a row that shows the fastest rival where the aim is another.
    pub goal: Option<f64>,
    pub standing: Standing,
}

/// How fast somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Speed {
    pub seconds: f64,
    /// In the unit of the case, by 10^9.
    pub rate: Option<f64>,
}

/// Half a percent is no difference, as for the engine.
const NEAR: f64 = 0.995;

/// Whether a goal is reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "by")]
pub enum Standing {
    /// The whole interval is at or above the goal.
    Reached,
    /// All of it is below: by this part of the goal.
    Short(f64),
    /// The goal lies within the interval.
    Within,
    /// There is no interval.
    Unknown,
    /// There is no goal.
    Shown,
}

/// The rows of a case, and why rows are missing.
pub fn rows(case: &Case, group: &GroupResult) -> (Vec<Row>, Vec<String>) {
    let (mut rows, mut missing) = (Vec::new(), Vec::new());
    if group.baseline != case.ours {
        missing.push(format!("{}: ours was not timed", case.name));
        return (rows, missing);
    }
    for cell in &group.cells {
        let goals: Vec<&Goal> = case.goals.iter().filter(|goal| goal.size == cell.n).collect();
        let Some(fastest) = fastest(cell) else {
            missing.push(format!("{}, {}: there is no rival", case.name, cell.n));
            continue;
        };
        let mut is_shown = false;
        for goal in goals {
            let rival = match goal.against {
                Against::Best => Some(fastest),
                Against::Named(name) => cell.rows.iter().find(|row| row.variant == name),
            };
            match rival.and_then(|rival| Row::of(case, cell, rival, Some(goal.least))) {
                Some(row) => {
                    is_shown |= row.rival == fastest.variant;
                    rows.push(row);
                }
                None => missing.push(format!(
                    "{}, {}: the goal is about {}, which was not timed",
                    case.name,
                    cell.n,
                    goal.against.in_words()
                )),
            }
        }
        rows.extend(Row::of(case, cell, fastest, None).filter(|_| !is_shown));
    }
    (rows, missing)
}

/// The rival that is fastest beside ours.
fn fastest(cell: &Cell) -> Option<&Timed> {
    let by = |row: &&Timed| row.ratio.map_or(0.0, |ratio| ratio.value);
    let rivals = cell.rows.iter().filter(|row| row.ratio.is_some() && row.variant != LIMIT);
    rivals.max_by(|a, b| by(a).total_cmp(&by(b)))
}

impl Against {
    fn in_words(self) -> &'static str {
        match self {
            Against::Best => "the fastest rival",
            Against::Named(name) => name,
        }
    }
}

impl Row {
    fn of(case: &Case, cell: &Cell, rival: &Timed, goal: Option<f64>) -> Option<Row> {
        let ours = cell.rows.iter().find(|row| row.variant == case.ours)?;
        // The engine says how many times as fast as ours the rival is.
        let found = rival.ratio?;
        let (ratio, low, high) =
            (1.0 / found.value, found.high.map(|x| 1.0 / x), found.low.map(|x| 1.0 / x));
        Some(Row {
            case: case.name.clone(),
            size: cell.n,
            unit: case.unit,
            ours: Speed::of(case, ours),
            rival: rival.variant.clone(),
            rivals: Speed::of(case, rival),
            ratio,
            low,
            high,
            goal,
            standing: Standing::of(ratio, low.zip(high), goal),
        })
    }
}

impl Speed {
    fn of(case: &Case, row: &Timed) -> Speed {
        let rate = if case.unit == "GB/s" { row.gb_per_second } else { row.gflops };
        Speed { seconds: row.median_seconds, rate: rate.filter(|_| !case.unit.is_empty()) }
    }
}

impl Standing {
    fn of(ratio: f64, interval: Option<(f64, f64)>, goal: Option<f64>) -> Standing {
        match (goal, interval) {
            (None, _) => Standing::Shown,
            (Some(_), None) => Standing::Unknown,
            (Some(goal), Some((low, _))) if low >= goal * NEAR => Standing::Reached,
            (Some(goal), Some((_, high))) if high < goal * NEAR => {
                Standing::Short(1.0 - ratio / goal)
            }
            (Some(_), Some(_)) => Standing::Within,
        }
    }

    pub fn in_words(self) -> String {
        match self {
            Standing::Reached => "reached".to_owned(),
            Standing::Short(by) => format!("short by {:.0} %", 100.0 * by),
            Standing::Within => "within the interval".to_owned(),
            Standing::Unknown => "no interval".to_owned(),
            Standing::Shown => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Agreement, Closeness, Ratio, Untimed};

    fn timed(variant: &str, seconds: f64, ratio: Option<(f64, f64, f64)>) -> Timed {
        let ratio =
            ratio.map(|(low, value, high)| Ratio { value, low: Some(low), high: Some(high) });
        let rates = (Some(1.0), Some(2.0));
        let (gb_per_second, gflops) = rates;
        Timed { variant: variant.into(), median_seconds: seconds, gb_per_second, gflops, ratio }
    }

    fn group(baseline: &str, rows: Vec<Timed>) -> GroupResult {
        let agreement =
            Agreement { agreed: true, within: String::new(), inputs: 1, closeness: Vec::new() };
        let cells = vec![Cell { n: 64, rows, empty: Vec::new() }];
        GroupResult { baseline: baseline.into(), untimed: Vec::new(), agreement, cells }
    }

    /// `dot f64`, whose goals at 64 are about OpenBLAS and about the C loop.
    fn dot() -> Case {
        crate::cases::all().into_iter().find(|case| case.name == "dot f64").expect("a case")
    }

    #[test]
    fn a_ratio_is_ours_by_the_rivals_and_its_interval_turns_with_it() {
        let rows_of =
            vec![timed("abreast", 1e-8, None), timed("OpenBLAS", 0.5e-8, Some((1.8, 2.0, 2.5)))];
        let (rows, missing) = rows(&dot(), &group("abreast", rows_of));
        assert_eq!(rows.len(), 1, "OpenBLAS is the fastest and has a goal");
        assert_eq!((rows[0].ratio, rows[0].low, rows[0].high), (0.5, Some(0.4), Some(1.0 / 1.8)));
        assert_eq!(rows[0].standing, Standing::Short(0.5));
        assert_eq!(rows[0].ours.rate, Some(1.0), "dot is in bytes");
        assert_eq!(missing.len(), 1, "{missing:?}");
        assert!(missing[0].contains("fast-math"), "{missing:?}");
    }

    #[test]
    fn the_fastest_rival_is_shown_where_the_goal_is_about_another() {
        let rows_of = vec![
            timed("abreast", 1e-8, None),
            timed("OpenBLAS", 2e-8, Some((0.4, 0.5, 0.6))),
            timed("numkong", 1e-9, Some((9.0, 10.0, 11.0))),
        ];
        let (rows, _) = rows(&dot(), &group("abreast", rows_of));
        let names: Vec<(&str, Standing)> =
            rows.iter().map(|row| (&row.rival[..], row.standing)).collect();
        assert_eq!(names, [("OpenBLAS", Standing::Reached), ("numkong", Standing::Shown)]);
    }

    #[test]
    fn without_ours_or_without_rivals_there_is_no_row_but_a_reason() {
        let (none, missing) = rows(&dot(), &group("iterator", vec![timed("iterator", 1.0, None)]));
        assert!(none.is_empty() && missing[0].contains("ours was not timed"), "{missing:?}");
        let (none, missing) = rows(&dot(), &group("abreast", vec![timed("abreast", 1.0, None)]));
        assert!(none.is_empty() && missing[0].contains("no rival"), "{missing:?}");
    }

    #[test]
    fn a_rival_is_wrong_alone_and_ours_is_doubted_when_nobody_agrees() {
        let found = |against: &[&str]| {
            let mut group = group("abreast", Vec::new());
            let closeness = |name: &str| Closeness { variant: name.into() };
            group.agreement.closeness = ["abreast", "a", "b"].map(closeness).into();
            let untimed = |name: &&str| Untimed { variant: (*name).into(), why: "is off".into() };
            group.untimed = against.iter().map(untimed).collect();
            group.doubts("abreast")
        };
        assert!(!found(&[]) && !found(&["a"]));
        assert!(found(&["a", "b"]) && found(&["abreast"]));
    }

    #[test]
    fn a_goal_is_judged_by_the_whole_interval() {
        let of = |low, high| Standing::of(1.0, Some((low, high)), Some(1.0));
        assert_eq!(of(1.0, 1.1), Standing::Reached);
        assert_eq!(of(0.9, 1.1), Standing::Within);
        assert_eq!(of(0.8, 0.99), Standing::Short(0.0));
        assert_eq!((of(0.996, 1.1), of(0.9, 0.996)), (Standing::Reached, Standing::Within));
        assert_eq!(Standing::of(9.0, None, Some(1.0)), Standing::Unknown);
    }
}
