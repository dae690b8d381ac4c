//! The results as Markdown: for a file, and for the page of a job of a continuous integration.

use crate::format::{markdown as escaped, ratio};
use crate::results::{Against, Results, Standing};
use crate::table;
use crate::verdict;

/// All of it.
pub(crate) fn whole(results: &Results) -> String {
    let against = results.against.iter().flat_map(|against| against.words.iter().cloned());
    let compilers = results.compilers.iter().map(|compiler| compiler.in_words());
    let rest = table::items(against.chain(compilers));
    format!("{}\n{}\n{rest}", table::MARKDOWN, groups(results))
}

fn groups(results: &Results) -> String {
    results.groups.iter().map(table::markdown).collect::<Vec<_>>().join("\n")
}

/// For the page of a job: what fails comes first, and what is said twice on a terminal is said once.
pub(crate) fn of_job(results: &Results, failures: &[String]) -> String {
    let findings = results.groups.iter().flat_map(|group| &group.agreement.findings);
    let findings: Vec<String> = findings.map(verdict::finding).collect();
    let failed = failed(&[&findings[..], failures].concat());
    let against = results.against.as_ref().map_or(String::new(), changes);
    let warnings = table::items(results.warnings.iter().cloned());
    [failed, against, groups(results), warnings].concat() + "\n"
}

/// Two builds, for the page of a job.
pub(crate) fn of_builds(found: &Against, failures: &[String]) -> String {
    failed(failures) + &changes(found) + "\n"
}

fn failed(failures: &[String]) -> String {
    match failures.is_empty() {
        true => String::new(),
        false => format!("## Failed\n\n{}\n", table::items(failures.iter().cloned())),
    }
}

/// What became slower or faster, in words and as a table.
fn changes(found: &Against) -> String {
    let mut text = format!("## Against {}\n\n", escaped(&found.name));
    text += &table::items(found.words.iter().cloned());
    text += "\n| | times as long | interval |\n|---|--:|---|\n";
    let order = [Standing::Slower, Standing::Faster];
    let place = |standing| order.iter().position(|other| *other == standing).unwrap_or(order.len());
    let mut changes: Vec<_> = found.changes.iter().collect();
    changes.sort_by_key(|change| place(change.standing));
    for change in changes {
        let ends = change.low.zip(change.high);
        let ends =
            ends.map_or(String::new(), |(low, high)| format!("{}-{}", ratio(low), ratio(high)));
        let value = format!("{}x {}", ratio(change.times_as_long), change.standing.mark());
        text += &format!("| {} | {} | {ends} |\n", escaped(&change.entry), escaped(value.trim()));
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::against::{FailIf, against, failures};
    use crate::saved::tests::{entry, saved};

    #[test]
    fn what_fails_comes_first_and_what_changed_before_what_did_not() {
        let then = saved(vec![entry("a", 64, 1e-6), entry("b|c", 64, 1e-6), entry("d", 64, 1e-6)]);
        let now = saved(vec![entry("a", 64, 1e-6), entry("b|c", 64, 2e-6), entry("d", 64, 5e-7)]);
        let found = against("main", &then, &now, 0.01).expect("something in common");
        let failed = failures(&found, FailIf { percent: 5.0 });
        let text = of_builds(&found, &failed);
        assert!(
            text.starts_with("## Failed\n\n- dot/b\\|c at n = 64 is slower than in main"),
            "{text}"
        );
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| dot/")).collect();
        assert!(rows[0].starts_with("| dot/b\\|c at n = 64 | 2.00x | "), "{text}");
        assert!(rows[1].starts_with("| dot/d at n = 64 | 0.50x | "), "{text}");
        assert!(rows[2].starts_with("| dot/a at n = 64 | 1.0"), "{text}");
        assert!(of_builds(&found, &[]).starts_with("## Against main\n"));
    }
}
