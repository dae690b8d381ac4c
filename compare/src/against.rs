//! This run against a saved one: what became slower or faster, and whether that is to fail.

use crate::format::ratio;
use crate::measure::{Rounds, sign_test_rank};
use crate::ratio::MIN_DIFFERENCE;
use crate::results::{Against, Change, Standing};
use crate::saved::{Entry, Saved};
use crate::verdict::count;

/// `slower > 5%`: fails when a call takes more than 1.05 times as long as then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FailIf {
    pub(crate) percent: f64,
}

impl FailIf {
    pub(crate) fn parse(text: &str) -> Result<FailIf, String> {
        let bad = || format!("--fail-if {text:?}: write 'slower > 5%'");
        let rest = text.trim().strip_prefix("slower").ok_or_else(bad)?;
        let number = rest.trim().strip_prefix('>').ok_or_else(bad)?.trim();
        let number = number.strip_suffix('%').ok_or_else(bad)?.trim();
        let percent: f64 = number.parse().map_err(|_| bad())?;
        if (0.0..1e6).contains(&percent) { Ok(FailIf { percent }) } else { Err(bad()) }
    }

    /// How many times as long a call may take.
    fn factor(self) -> f64 {
        1.0 + self.percent / 100.0
    }

    /// The rule, in words.
    fn in_words(self) -> String {
        format!(
            "slower > {}% means: more than {} times as long, with the whole interval",
            self.percent,
            ratio(self.factor())
        )
    }
}

/// Compares two runs, entry by entry. The probability that any interval misses is `alpha`.
pub(crate) fn against(
    name: &str,
    then: &Saved,
    now: &Saved,
    alpha: f64,
) -> Result<Against, String> {
    let pair = |new: &'_ Entry| then.entries.iter().find(|old| old.is_of(new)).cloned();
    let pairs: Vec<(Entry, Entry)> =
        now.entries.iter().filter_map(|new| Some((pair(new)?, new.clone()))).collect();
    if pairs.is_empty() {
        return Err(nothing_in_common(name, then, now));
    }
    // Each has two intervals, each of which may miss.
    let each = alpha / (2 * pairs.len()) as f64;
    let changes: Vec<Change> = pairs.iter().map(|(old, new)| change(old, new, each)).collect();
    let unmatched = |some: &Saved, others: &Saved| -> Vec<String> {
        let is_alone = |e: &&Entry| others.entries.iter().all(|other| !other.is_of(e));
        some.entries.iter().filter(is_alone).map(Entry::name).collect()
    };
    let mut against = Against {
        name: name.to_owned(),
        created: then.created.clone(),
        other_machine: then.machine.differences(&now.machine),
        other_build: other_build(then, now),
        changes,
        only_then: unmatched(then, now),
        only_now: unmatched(now, then),
        words: Vec::new(),
    };
    against.words = words(&against);
    Ok(against)
}

fn nothing_in_common(name: &str, then: &Saved, now: &Saved) -> String {
    let list = |saved: &Saved| {
        let mut names: Vec<String> =
            saved.entries.iter().map(|e| format!("{}/{}", e.group, e.variant)).collect();
        names.dedup();
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        let mut sizes: Vec<usize> = saved.entries.iter().map(|e| e.n).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
        let modes: std::collections::BTreeSet<String> =
            saved.entries.iter().filter_map(|e| e.mode.in_words()).collect();
        let modes: String = modes.iter().map(|mode| format!(", {mode}")).collect();
        format!("{} at n = {}{modes}", names.join(", "), sizes.join(", "))
    };
    format!(
        "{name} has nothing in common with this run: it has {}; this run has {}",
        list(then),
        list(now)
    )
}

pub(crate) fn other_build(then: &Saved, now: &Saved) -> Vec<String> {
    let lines = |saved: &Saved| -> Vec<String> {
        let compilers = saved.build.compilers.iter().map(|c| c.in_words());
        let rust = format!("{}, opt-level {}", saved.build.rustc, saved.build.opt_level);
        std::iter::once(rust).chain(compilers).collect()
    };
    let (then, now) = (lines(then), lines(now));
    if then == now {
        return Vec::new();
    }
    vec![format!("then: {}", then.join("; ")), format!("now: {}", now.join("; "))]
}

fn change(old: &Entry, new: &Entry, alpha: f64) -> Change {
    let (then, now) = (Times::of(old, alpha), Times::of(new, alpha));
    let ends = then.ends.zip(now.ends);
    let (low, high) = (ends.map(|(t, n)| n.0 / t.1), ends.map(|(t, n)| n.1 / t.0));
    let noise = |entry: &Entry| entry.noise.unwrap_or(0.0);
    let floor = 1.0 + noise(old).max(noise(new)).max(MIN_DIFFERENCE);
    let inputs_differ = old.input != new.input;
    let standing = match (low, high) {
        (Some(low), _) if low > floor => Standing::Slower,
        (_, Some(high)) if high < 1.0 / floor => Standing::Faster,
        (Some(_), _) => Standing::Same,
        _ => Standing::Unknown,
    };
    let times_as_long = now.median / then.median;
    Change { entry: new.name(), times_as_long, low, high, standing, inputs_differ }
}

/// The times of an entry: over all starts, and what their intervals cover together.
pub(crate) struct Times {
    pub(crate) median: f64,
    pub(crate) ends: Option<(f64, f64)>,
}

impl Times {
    pub(crate) fn of(entry: &Entry, alpha: f64) -> Times {
        let all = entry.starts.concat();
        let interval = |start: &Vec<f64>| {
            let mut sorted = start.clone();
            sorted.sort_by(f64::total_cmp);
            let rank = sign_test_rank(sorted.len(), alpha)?;
            Some((sorted[rank - 1], sorted[sorted.len() - rank]))
        };
        let ends: Option<Vec<(f64, f64)>> = entry.starts.iter().map(interval).collect();
        let hull = ends.and_then(|ends| {
            ends.into_iter().reduce(|a, b| (f64::min(a.0, b.0), f64::max(a.1, b.1)))
        });
        Times { median: Rounds::of(vec![all]).median(0), ends: hull }
    }
}

fn words(against: &Against) -> Vec<String> {
    let Against { name, created, changes, .. } = against;
    let mut words = Vec::new();
    let of = |standing| changes.iter().filter(move |c| c.standing == standing);
    for change in of(Standing::Slower).chain(of(Standing::Faster)) {
        words.push(in_words(change, name));
    }
    let (same, all) = (of(Standing::Same).count(), changes.len());
    words.push(format!(
        "against {name} ({created}): {same} of {} indistinguishable",
        count(all, "time")
    ));
    let unknown = of(Standing::Unknown).count();
    if unknown > 0 {
        words.push(format!("{} had too few rounds for an interval", count(unknown, "time")));
    }
    if changes.iter().any(|change| change.inputs_differ) {
        words
            .push(format!("the inputs are not those of {name}: another generator or another seed"));
    }
    for (list, what) in [(&against.only_now, "not in it"), (&against.only_then, "not in this run")]
    {
        if let Some(first) = list.first() {
            let more = if list.len() > 1 {
                format!(" and {} more", list.len() - 1)
            } else {
                String::new()
            };
            words.push(format!("{what}: {first}{more}"));
        }
    }
    if !against.other_machine.is_empty() {
        let differ = against.other_machine.join("; ");
        words.push(format!("{name} is of another machine: {differ}"));
    }
    if !against.other_build.is_empty() {
        words.push(format!("another build: {}", against.other_build.join("; ")));
    }
    words
}

fn in_words(change: &Change, name: &str) -> String {
    let ends = change.low.zip(change.high);
    let interval =
        ends.map_or(String::new(), |(low, high)| format!(" ({}-{})", ratio(low), ratio(high)));
    let than = if change.standing == Standing::Slower { "slower" } else { "faster" };
    format!(
        "{} is {than} than in {name}: {} times as long{interval}",
        change.entry,
        ratio(change.times_as_long)
    )
}

/// What fails by the rule: each change whose whole interval lies beyond it, and beyond the noise.
pub(crate) fn failures(against: &Against, rule: FailIf) -> Vec<String> {
    let is_beyond = |change: &&Change| {
        change.standing == Standing::Slower && change.low.is_some_and(|low| low > rule.factor())
    };
    let failed: Vec<&Change> = against.changes.iter().filter(is_beyond).collect();
    let mut words: Vec<String> =
        failed.iter().map(|change| in_words(change, &against.name)).collect();
    if !words.is_empty() {
        words.push(rule.in_words());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saved::tests::{entry, saved};

    fn compared(then: &[(&str, f64)], now: &[(&str, f64)]) -> Against {
        let run =
            |list: &[(&str, f64)]| saved(list.iter().map(|(v, s)| entry(v, 64, *s)).collect());
        against("main", &run(then), &run(now), 0.01).expect("something in common")
    }

    #[test]
    fn the_rule_is_read_and_explained() {
        assert_eq!(FailIf::parse("slower > 5%"), Ok(FailIf { percent: 5.0 }));
        assert_eq!(FailIf::parse(" slower>2.5 % "), Ok(FailIf { percent: 2.5 }));
        for bad in [
            "",
            "slower",
            "slower > 5",
            "faster > 5%",
            "slower > x%",
            "slower > -1%",
            "slower > nan%",
        ] {
            let why = FailIf::parse(bad).expect_err(bad);
            assert!(why.contains("write 'slower > 5%'"), "{why}");
        }
        let words = FailIf { percent: 100.0 }.in_words();
        assert!(words.contains("slower > 100% means: more than 2.00 times as long"), "{words}");
    }

    #[test]
    fn only_what_is_beyond_the_rule_fails_and_is_named() {
        let against = compared(
            &[("a", 1e-6), ("b", 1e-6), ("c", 1e-6)],
            &[("a", 1e-6), ("b", 1.03e-6), ("c", 2.1e-6)],
        );
        let rule = |percent| failures(&against, FailIf { percent });
        let words = rule(5.0);
        assert_eq!(words.len(), 2, "{words:?}");
        assert!(
            words[0].starts_with("dot/c at n = 64 is slower than in main: 2.10 times"),
            "{words:?}"
        );
        assert_eq!(rule(2.0).len(), 3);
        assert_eq!(rule(100.0).len(), 2, "2.1 times as long is slower by 110 %");
        assert_eq!(rule(110.0), Vec::<String>::new());
        assert!(
            against.words.iter().any(|w| w.contains("1 of 3 times indistinguishable")),
            "{against:?}"
        );
    }

    #[test]
    fn one_slow_cell_is_not_lost_among_faster_ones() {
        let names: Vec<String> = (0..20).map(|i| i.to_string()).collect();
        let then: Vec<(&str, f64)> = names.iter().map(|name| (&name[..], 1e-6)).collect();
        let mut now: Vec<(&str, f64)> = then.iter().map(|(name, s)| (*name, s * 0.95)).collect();
        now[7].1 = 1.3e-6;
        let words = failures(&compared(&then, &now), FailIf { percent: 5.0 });
        assert!(words[0].contains("dot/7 at n = 64") && words.len() == 2, "{words:?}");
    }

    #[test]
    fn within_the_noise_of_either_run_nothing_changed() {
        let mut then = saved(vec![entry("a", 64, 1e-6)]);
        then.entries[0].noise = Some(0.05);
        let now = saved(vec![entry("a", 64, 1.04e-6)]);
        let against = against("main", &then, &now, 0.01).expect("something in common");
        assert_eq!(against.changes[0].standing, Standing::Same);
        assert_eq!(failures(&against, FailIf { percent: 1.0 }), Vec::<String>::new());
    }

    #[test]
    fn without_an_interval_nothing_fails() {
        let then = saved(vec![entry("a", 64, 1e-6)]);
        let mut now = saved(vec![entry("a", 64, 9e-6)]);
        now.entries[0].starts = vec![vec![9e-6; 3]];
        let against = against("main", &then, &now, 0.01).expect("something in common");
        assert_eq!(against.changes[0].standing, Standing::Unknown);
        assert_eq!(failures(&against, FailIf { percent: 1.0 }), Vec::<String>::new());
    }

    #[test]
    fn nothing_in_common_is_an_error_with_both_lists() {
        let (then, now) = (saved(vec![entry("a", 64, 1.0)]), saved(vec![entry("b", 64, 1.0)]));
        let why = against("main", &then, &now, 0.01).expect_err("nothing");
        assert!(why.contains("it has dot/a at n = 64; this run has dot/b at n = 64"), "{why}");
    }

    #[test]
    fn other_inputs_machines_and_builds_are_said() {
        let then = saved(vec![entry("a", 64, 1e-6), entry("gone", 64, 1e-6)]);
        let mut now = saved(vec![entry("a", 64, 1e-6), entry("new", 64, 1e-6)]);
        now.entries[0].input = Some("8".into());
        now.machine.cores = 2;
        now.build.opt_level = "2".into();
        let words = against("main", &then, &now, 0.01).expect("common").words.join("\n");
        for part in [
            "the inputs are not those of main",
            "number of cores: 8 then, 2 now",
            "opt-level 3; now: rustc 1, opt-level 2",
            "not in it: dot/new at n = 64",
            "not in this run: dot/gone at n = 64",
        ] {
            assert!(words.contains(part), "{part} not in {words}");
        }
    }
}
