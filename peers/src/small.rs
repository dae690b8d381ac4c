//! Calls of a few elements: what a call costs before its loop begins, ours and everybody's, as a table for each case.

use crate::cases::Case;
use crate::engine::GroupResult;
use abreast_compare::format::{digits, markdown as escaped};
use serde::Serialize;

/// One case: nanoseconds for each size, of whoever was timed.
#[derive(Debug, Serialize)]
pub struct Table {
    case: String,
    sizes: Vec<usize>,
    rows: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    ns: Vec<Option<f64>>,
}

impl Table {
    pub fn of(case: &Case, group: &GroupResult) -> Table {
        let cells = || group.cells.iter();
        let names = cells().next().into_iter().flat_map(|cell| cell.times().map(|time| time.0));
        let row = |name: &str| Line {
            name: name.to_owned(),
            ns: cells()
                .map(|cell| Some(1e9 * cell.times().find(|time| time.0 == name)?.1))
                .collect(),
        };
        Table {
            case: case.name.clone(),
            sizes: cells().map(|cell| cell.n).collect(),
            rows: names.map(row).collect(),
        }
    }

    /// In 80 columns.
    pub fn text(&self) -> String {
        let line = |name: &str, cells: Vec<String>| {
            let cells: String = cells.iter().map(|cell| format!("{cell:>7}")).collect();
            format!("{name:<18}{cells}").trim_end().to_owned() + "\n"
        };
        let head = line(&format!("{}, ns", self.case), self.sizes());
        let rows = self.rows.iter().map(|row| line(&row.name, row.times()));
        std::iter::once(head).chain(rows).collect()
    }

    pub fn markdown(&self) -> String {
        let line = |name: &str, cells: Vec<String>| {
            format!("| {} | {} |\n", escaped(name), cells.join(" | "))
        };
        let head = line(&format!("{}, ns", self.case), self.sizes());
        let rule = format!("|---|{}\n", "--:|".repeat(self.sizes.len()));
        let rows = self.rows.iter().map(|row| line(&row.name, row.times()));
        [head, rule].into_iter().chain(rows).collect::<String>() + "\n"
    }

    fn sizes(&self) -> Vec<String> {
        self.sizes.iter().map(usize::to_string).collect()
    }
}

impl Line {
    fn times(&self) -> Vec<String> {
        self.ns.iter().map(|ns| ns.map_or("-".to_owned(), digits)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Agreement, Cell, Empty, Timed};

    #[test]
    fn everybody_has_a_row_the_empty_call_too_and_every_size_a_column() {
        let timed = |variant: &str, seconds: f64| Timed {
            variant: variant.into(),
            median_seconds: seconds,
            gb_per_second: None,
            gflops: None,
            ratio: None,
        };
        let empty = || vec![Empty { name: "(empty call)".into(), median_seconds: 1e-9 }];
        let cells = vec![
            Cell { n: 0, rows: vec![timed("abreast", 9e-9), timed("a_b", 2e-9)], empty: empty() },
            Cell { n: 64, rows: vec![timed("abreast", 12e-9)], empty: empty() },
        ];
        let agreement =
            Agreement { agreed: true, within: String::new(), inputs: 1, closeness: Vec::new() };
        let group =
            GroupResult { baseline: "abreast".into(), untimed: Vec::new(), agreement, cells };
        let case = &crate::cases::all()[0];
        let text = Table::of(case, &group).text();
        assert!(text.starts_with("dot f64, ns            0     64\n"), "{text}");
        assert!(text.contains("abreast             9.00   12.0\n"), "{text}");
        assert!(text.contains("a_b                 2.00      -\n"), "{text}");
        assert!(text.contains("(empty call)        1.00   1.00\n"), "{text}");
        let page = Table::of(case, &group).markdown();
        assert!(page.contains("| a\\_b | 2.00 | - |") && page.contains("|---|--:|--:|"), "{page}");
    }
}
