//! The result in words. Every sentence is made from the numbers; "at least" and "at most" come from
//! the nearer end of an interval, and where there is none nothing is said.

use crate::format::percent;
use crate::host::host;
use crate::measure::dropped_in_words;
use crate::ratio::{self, Ratio};
use crate::results::{Agreement, Cell, Closeness, Finding, GroupResult, Mode};

/// What the gate found: one sentence for each thing.
pub(crate) fn agreement(agreement: &Agreement, judged: &[String]) -> Vec<String> {
    let against = |name: &&String| agreement.findings.iter().any(|f| f.variant == **name);
    let good: Vec<&String> = judged.iter().filter(|name| !against(name)).collect();
    let (inputs, within) = (count(agreement.inputs, "input"), &agreement.within);
    let mut words = Vec::new();
    if judged.len() == 1 && good.len() == 1 {
        words.push(format!("{} gives the same bits in every call, on {inputs}", good[0]));
    } else if good.len() == judged.len() && agreement.inputs > 0 {
        let all = ["", "", "both", "all three", "all four", "all five"];
        let all =
            all.get(good.len()).map_or_else(|| format!("all {}", good.len()), |s| (*s).into());
        words.push(format!("{all} agree on {inputs} ({within})"));
    } else if good.len() > 1 && agreement.inputs > 0 {
        words.push(format!("{} agree on {inputs} ({within})", names(&good)));
    }
    words.extend(bound_only(&agreement.closeness, &good));
    words.extend(agreement.findings.iter().map(finding));
    if agreement.drawn > 0 {
        words.push(format!(
            "{} of their sizes were drawn at random: a fault at a tenth of all sizes, by logarithm, is \
             found with a probability of {:.0} %",
            agreement.drawn,
            100.0 * agreement.detection
        ));
    }
    let unlisted: Vec<_> = agreement.refused.iter().filter(|refused| !refused.listed).collect();
    if let Some(first) = unlisted.first() {
        let inputs = count(unlisted.len(), "input");
        words.push(format!("{inputs} could not be made: {}: {}", first.input, first.why));
    }
    if agreement.left_out > 0 {
        words
            .push(format!("{} left out, since time was short", count(agreement.left_out, "input")));
    }
    words
}

/// Who has the same bits, and who agrees within the bound only.
fn bound_only(closeness: &[Closeness], good: &[&String]) -> Option<String> {
    let good = closeness.iter().filter(|close| good.contains(&&close.variant));
    let (same, other): (Vec<&Closeness>, Vec<&Closeness>) = good.partition(|c| c.same_bits);
    let words = other.iter().map(|c| match c.largest {
        off if off <= f64::MIN_POSITIVE => {
            format!("{} differs in the sign of a zero only, at {}", c.variant, c.input)
        }
        off => format!("{} is up to {off:.1e} off, at {}", c.variant, c.input),
    });
    let words: Vec<String> = words.collect();
    let same: Vec<&String> = same.iter().map(|c| &c.variant).collect();
    let same = if same.len() > 1 {
        format!("{} have the same bits; ", names(&same))
    } else {
        String::new()
    };
    (!words.is_empty()).then(|| format!("{same}within the bound only: {}", words.join("; ")))
}

/// `zip at n = 16, seed 42: crashed with SIGSEGV`.
pub fn finding(finding: &Finding) -> String {
    let more = match finding.inputs.saturating_sub(1) {
        0 => String::new(),
        more => format!(" (and something on {})", count(more, "more input")),
    };
    format!("{} at {}: {}{more}", finding.variant, finding.input, finding.what)
}

/// What the times say.
pub(crate) fn times(group: &GroupResult, starts: u64, layouts: u64) -> Vec<String> {
    let mut words = against_the_baseline(group);
    words.extend(empty_calls(&shares(&group.cells)));
    words.extend(dropped(&group.cells));
    if !group.cells.is_empty() {
        let again = host().is_none().then_some("--layouts 8");
        words.push(binaries(starts, layouts, again));
        words.extend(called_so(group.mode));
    }
    words
}

/// Where the times come from, and what links the program again, if anything can.
pub fn binaries(starts: u64, layouts: u64, again: Option<&str>) -> String {
    let starts = count(starts as usize, "start");
    let again = again.map_or(String::new(), |option| format!("; {option} links it again"));
    match layouts {
        1 => format!(
            "{starts}, one layout: this is about one binary, and where a linker puts the code may move short \
             calls{again}"
        ),
        _ => format!("{starts}, {layouts} layouts of the code"),
    }
}

/// What a reader must know of the way in which the functions were called. A program that is no benchmark has
/// its own ways.
fn called_so(mode: Mode) -> Option<String> {
    let cold = "before each call the caches were emptied, and each was timed alone: the empty call is the \
                time of reading the clock";
    let latency = "each call needed the result of the one before: the times are how long one takes, the empty \
                   call is the way from a result to the next input";
    match mode {
        Mode { cold: true, .. } => Some(cold.to_owned()),
        Mode { latency: true, .. } => Some(latency.to_owned()),
        Mode { inputs: 1, .. } if host().is_none() => Some(
            "one input for all calls of a size: branches that depend on its values are learned by heart; \
             --inputs 64 takes as many in turn"
                .to_owned(),
        ),
        Mode { inputs: 1, .. } => None,
        Mode { inputs, .. } => Some(format!("{inputs} inputs of each size, taken in turn")),
    }
}

/// One sentence for each variant and setting.
pub(crate) fn against_the_baseline(group: &GroupResult) -> Vec<String> {
    let mut words = Vec::new();
    let mut settings: Vec<&str> = group.cells.iter().map(|cell| &cell.setting[..]).collect();
    settings.dedup();
    for setting in settings {
        let cells: Vec<&Cell> = group.cells.iter().filter(|c| c.setting == setting).collect();
        for variant in group.timed.iter().filter(|name| **name != group.baseline) {
            words.extend(against_baseline(variant, setting, &group.baseline, &cells));
        }
    }
    words
}

/// `lanes is at least 4.4 times as fast as c from n = 64 on`.
fn against_baseline(name: &str, setting: &str, base: &str, cells: &[&Cell]) -> Option<String> {
    let ratio = |cell: &&Cell| {
        let row = cell.rows.iter().find(|row| row.variant == name)?;
        Some((cell.n as u64, row.ratio?))
    };
    let points: Vec<(u64, Ratio)> = cells.iter().filter_map(ratio).collect();
    let with = if setting.is_empty() { String::new() } else { format!(" with {setting}") };
    if points.is_empty() {
        return Some(format!("{name}{with} has no ratio: {base} was not timed with it"));
    }
    Some(format!("{name}{with} {}", ratio::against(base, &points).join("; ")))
}

fn shares(cells: &[Cell]) -> Vec<(u64, &str, f64)> {
    let rows = cells.iter().flat_map(|cell| cell.rows.iter().map(move |row| (cell.n as u64, row)));
    rows.filter_map(|(n, row)| Some((n, &row.variant[..], row.empty_share?))).collect()
}

/// Where the call itself is a good part of the time: size, name, and the share of an empty call.
pub fn empty_calls(rows: &[(u64, &str, f64)]) -> Vec<String> {
    let large = || rows.iter().copied().filter(|(.., share)| *share > 0.1);
    let mut words = Vec::new();
    if let Some((n, name, share)) = large().reduce(|a, b| if b.2 > a.2 { b } else { a }) {
        let up_to = large().map(|(n, ..)| n).max().unwrap_or(n);
        words.push(format!(
            "an empty call takes {} of the time of {name} at n = {n}, and more than 10 % of some variant's \
             up to n = {up_to}",
            percent(share.min(1.0))
        ));
    }
    let idle = large().filter(|(n, _, share)| *n > 8 && *share > 0.9).max_by_key(|(n, ..)| *n);
    if let Some((n, name, _)) = idle {
        words.push(format!(
            "{name} takes no longer than an empty call at n = {n}: does it do its work?"
        ));
    }
    words
}

/// Samples that were taken again.
fn dropped(cells: &[Cell]) -> Option<String> {
    let columns = || cells.iter().flat_map(|cell| cell.samples.iter().flatten());
    let dropped = columns().map(|column| column.dropped).sum();
    dropped_in_words(dropped, columns().map(|column| column.seconds.len() as u64).sum())
}

/// `1 input`, `61 inputs`.
pub fn count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn names(list: &[&String]) -> String {
    match list {
        [rest @ .., last] if !rest.is_empty() => {
            let rest: Vec<&str> = rest.iter().map(|name| &name[..]).collect();
            format!("{} and {last}", rest.join(", "))
        }
        _ => list.iter().map(|name| &name[..]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ratio::Standing;
    use crate::results::Row;

    fn cell(n: usize, value: f64, standing: Standing) -> Cell {
        let (low, high) = (Some(value * 0.99), Some(value * 1.01));
        let row = |variant: &str, ratio| Row {
            variant: variant.into(),
            median_seconds: 1e-6,
            gb_per_second: None,
            gflops: None,
            empty_share: Some(0.01),
            allocations: None,
            ratio,
        };
        let ratio = Ratio { standing, ..Ratio::new(value, low.zip(high)) };
        Cell {
            setting: String::new(),
            n,
            input: None,
            bytes: None,
            flops: None,
            copies: None,
            noise: Some(0.001),
            rows: vec![row("c", None), row("lanes", Some(ratio))],
            empty: Vec::new(),
            samples: Vec::new(),
        }
    }

    fn said(cells: Vec<Cell>) -> String {
        let group = GroupResult {
            group: "dot".into(),
            baseline: "c".into(),
            timed: vec!["c".into(), "lanes".into()],
            cells,
            ..GroupResult::default()
        };
        times(&group, 2, 1).join("\n")
    }

    #[test]
    fn at_least_and_at_most_are_nearer_ends() {
        use Standing::{Faster, Same, Slower};
        let text = said(vec![
            cell(16, 1.0, Same),
            cell(64, 4.0, Faster),
            cell(256, 2.0, Faster),
            cell(1024, 3.0, Faster),
        ]);
        assert!(
            text.contains("lanes is at least 1.98 times as fast as c from n = 64 on"),
            "{text}"
        );
        assert!(text.contains("indistinguishable from c at n = 16"), "{text}");
        let text = said(vec![cell(16, 0.5, Slower), cell(64, 0.8, Slower)]);
        assert!(text.contains("lanes is at most 0.81 times as fast as c at every size"), "{text}");
        assert!(text.contains("2 starts, one layout"), "{text}");
        let mut many: Vec<Cell> = (4..10).map(|e| cell(1 << e, 2.0, Faster)).collect();
        many.push(cell(1024, 1.0, Same));
        assert!(said(many).contains("as c from n = 16 to 512"));
    }

    #[test]
    fn without_an_interval_there_is_no_at_least() {
        let mut few = cell(16, 9.0, Standing::Unknown);
        few.rows[1].ratio = few.rows[1].ratio.map(|r| Ratio::new(r.value, None));
        let text = said(vec![few]);
        assert!(!text.contains("at least") && text.contains("too few rounds"), "{text}");
        let text = said(vec![cell(16, 1.1, Standing::Layout)]);
        assert!(!text.contains("at least") && text.contains("layout of the code alone"), "{text}");
    }

    #[test]
    fn calls_that_cost_as_much_as_nothing_are_said() {
        let mut cell = cell(1024, 4.0, Standing::Faster);
        cell.rows[1].empty_share = Some(0.95);
        let text = said(vec![cell]);
        assert!(text.contains("an empty call takes 95.0 % of the time of lanes"), "{text}");
        assert!(text.contains("does it do its work?"), "{text}");
    }

    #[test]
    fn how_the_functions_were_called_is_said() {
        let said =
            |inputs, cold| called_so(Mode { inputs, cold, latency: false }).unwrap_or_default();
        assert!(said(1, false).contains("learned by heart; --inputs 64"), "{}", said(1, false));
        assert_eq!(said(64, false), "64 inputs of each size, taken in turn");
        assert!(said(64, true).contains("the caches were emptied"));
        let chain = called_so(Mode { latency: true, ..Mode::default() });
        assert!(chain.is_some_and(|words| words.contains("needed the result of the one before")));
    }

    #[test]
    fn agreement_says_how_many_and_how_well() {
        let names: Vec<String> = ["c", "zip", "lanes"].map(String::from).to_vec();
        let good = Agreement {
            agreed: true,
            within: "within 1e-12".into(),
            inputs: 61,
            drawn: 32,
            detection: 0.966,
            ..Agreement::default()
        };
        let text = agreement(&good, &names).join("\n");
        assert!(text.contains("all three agree on 61 inputs (within 1e-12)"), "{text}");
        assert!(text.contains("97 %"), "{text}");
        let finding = Finding {
            variant: "zip".into(),
            input: "n = 7, seed 42".into(),
            what: "is NaN".into(),
            inputs: 3,
        };
        let bad = Agreement { agreed: false, findings: vec![finding], ..good };
        let text = agreement(&bad, &names).join("\n");
        assert!(text.contains("c and lanes agree on 61 inputs"), "{text}");
        assert!(
            text.contains("zip at n = 7, seed 42: is NaN (and something on 2 more inputs)"),
            "{text}"
        );
    }
}
