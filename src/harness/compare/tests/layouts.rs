//! Layouts of the code, with made-up times: what one of them reverses has no direction.

use super::*;
use crate::harness::model::EMPTY_CALL;
use crate::harness::verdict;
use std::path::PathBuf;

/// Programs in which `cpp` takes so many times as long as the others.
struct Relinked(Result<&'static [f64], &'static str>);

impl Means for Relinked {
    fn gate(&self, entry: &Entry, options: &GateOptions, tell: GateProgress<'_>) -> GateReport {
        Short::default().gate(entry, options, tell)
    }
    fn roofline(&self, _: &[Level], _: &[usize]) -> Result<Roofline, Error> {
        Ok(Roofline::default())
    }
    fn link(&self, count: u64, _: u64) -> Result<Layouts, String> {
        let factors = self.0?;
        assert_eq!(count, factors.len() as u64);
        Ok(Layouts::of(factors.iter().map(|factor| PathBuf::from(factor.to_string()))))
    }
    fn start(
        &self,
        _: &Entry,
        job: &Job,
        start: &Start<'_>,
        _: &mut dyn FnMut(&str),
    ) -> OneStart<CellTimes> {
        let factor = start.program.map_or(1.0, |path| path.to_string_lossy().parse().unwrap());
        Ok(Ok(job.cells.iter().map(|cell| made_up(job, cell, factor)).collect()))
    }
}

fn made_up(job: &Job, cell: &times::JobCell, factor: f64) -> CellTimes {
    let column = |turn: &times::Turn| -> Vec<f64> {
        let seconds = match turn.who.map(|who| job.who[who].variant) {
            None => 2e-9,
            Some("cpp") => 50e-9 * factor,
            Some(_) => 50e-9,
        };
        // Rounds that differ by less than any ratio of interest.
        (0..job.plan.least_rounds).map(|i| seconds * (1.0 + 1e-4 * (i % 3) as f64)).collect()
    };
    let columns: Vec<Vec<f64>> = cell.turns.iter().map(column).collect();
    let ones = vec![1; columns.len()];
    let rounds = serde_json::json!({ "calls": ones, "dropped": ones, "columns": columns });
    let cost = Cost { read: 800, written: 8, flops: 100, elements: 100 };
    let problem = times::Problem { footprint: 808, chunks: 1, cost };
    let rounds = serde_json::from_value(rounds).expect("rounds");
    CellTimes { n: cell.n, taken: Ok(times::Taken { problem, rounds }) }
}

fn found(programs: Result<&'static [f64], &'static str>, layouts: u64) -> Comparison {
    let options = CompareOptions { layouts, threads: vec![1], sizes: Some(vec![100]), ..quick() };
    compare_with(&Relinked(programs), &[&REGISTRY[0]], &options, &mut |_| ()).unwrap()
}

fn cpp(found: &Comparison) -> Ratio {
    let level = Level::chosen().unwrap();
    find(&found.kernels[0], "cpp", level, 1, 100).to_baseline.expect("a ratio")
}

#[test]
fn what_one_layout_reverses_depends_on_the_layout_and_the_range_covers_all() {
    let found = found(Ok(&[0.9, 0.88, 1.1, 0.85]), 4);
    let ratio = cpp(&found);
    assert_eq!((found.layouts, found.starts, ratio.standing), (4, 8, Standing::Layout));
    let (low, high) = (ratio.low.unwrap(), ratio.high.unwrap());
    assert!((low - 1.0 / 1.1).abs() < 0.001 && (high - 1.0 / 0.85).abs() < 0.001, "{ratio:?}");
    let said = found.kernels[0].verdict.join("\n");
    let words = "depends on the layout of the code: 0.91 to 1.18 times as fast as c at n = 100";
    assert!(said.contains(words), "{said}");
    assert!(!said.contains("at least") && !said.contains("cpp at v4 is"), "{said}");
    let overall = found.verdict.join("\n");
    assert!(overall.contains("8 starts, 4 layouts of the code"), "{overall}");
}

#[test]
fn what_every_layout_shows_has_a_direction_and_its_interval_is_the_hull() {
    let found = found(Ok(&[0.9, 0.88, 0.85, 0.9, 0.9, 0.9, 0.9, 0.9]), 8);
    let ratio = cpp(&found);
    assert_eq!((found.layouts, found.starts, ratio.standing), (8, 16, Standing::Faster));
    assert!(ratio.low.unwrap() < 1.0 / 0.899 && ratio.high.unwrap() > 1.0 / 0.851, "{ratio:?}");
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!((&json["layouts"], &json["starts"]), (&8.into(), &16.into()));
    let rows = json["kernels"][0]["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["variant"] == "cpp").unwrap();
    assert_eq!(row["to_baseline"]["standing"], "faster");
    assert!(rows.iter().any(|row| row["variant"] == EMPTY_CALL));
    let text = crate::harness::report::markdown(&found);
    assert!(text.contains("16 process starts of 8 layouts of the code"), "{text}");
}

/// Of three that agree the fourth might not.
#[test]
fn a_few_layouts_that_agree_are_not_enough_for_a_short_call() {
    let found = found(Ok(&[0.9, 0.88, 0.85]), 3);
    assert_eq!((found.layouts, cpp(&found).standing), (3, Standing::Layout));
    let said = found.kernels[0].verdict.join("\n");
    assert!(said.contains("may differ by the layout of the code alone"), "{said}");
}

#[test]
fn where_it_cannot_be_linked_again_that_is_said_and_one_layout_is_timed() {
    let found = found(Err("the linker is not lld, which has --shuffle-sections"), 8);
    let [warning] =
        &found.warnings.iter().filter(|w| w.contains("layouts")).collect::<Vec<_>>()[..]
    else {
        panic!("{:?}", found.warnings)
    };
    assert!(warning.contains("--layouts 8 is left out") && warning.contains("not lld"));
    assert_eq!((found.layouts, found.starts), (1, 1));
    assert!(!found.kernels[0].rows.is_empty());
}

/// This program is no worker, so it would not come back as one from any layout of it.
#[test]
fn a_program_that_cannot_start_itself_is_not_linked_again() {
    let why = Means::link(&Short::default(), 2, 42).expect_err("it cannot");
    assert!(why.contains("worker_main"), "{why}");
}

#[test]
fn more_layouts_than_anybody_waits_for_are_refused() {
    let options = CompareOptions { layouts: 65, ..quick() };
    let why = options.check(&[&REGISTRY[0]]).expect_err("too many").to_string();
    assert_eq!(why, "layouts = 65: must be at most 64");
}

#[test]
fn the_words_about_one_layout_say_how_to_have_more() {
    let said = verdict::overall(&found(Ok(&[]), 1)).join("\n");
    assert!(said.contains("one layout: this is about one binary"), "{said}");
    assert!(said.contains("abreast compare --layouts 8 links it again"), "{said}");
}
