//! Benchmarks of criterion beside ours: one says first which question it answers, and one of which nothing is asked
//! for makes nothing and says nothing.

use std::ffi::OsString;
use std::process::{Command, Stdio};

/// Tells the process that lists what is asked for.
const LISTING: &str = "ABREAST_LISTING";

/// What is asked of a benchmark of criterion.
#[derive(Debug)]
pub struct Asked {
    /// Whether things are only named.
    is_list: bool,
    /// None for everything.
    names: Option<Vec<String>>,
}

impl Asked {
    /// Of this program: criterion itself lists what its arguments meet, in a process of its own. Prints the
    /// question, unless nothing is asked for.
    ///
    /// That process comes here as well, and must find nothing made yet.
    pub fn of(question: &str) -> Asked {
        let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
        let is = |words: &[&str]| arguments.iter().any(|a| words.iter().any(|word| a == word));
        let is_list = std::env::var_os(LISTING).is_some() || is(&["--list"]);
        if is_list || is(&["--help", "-h", "--version", "-V"]) {
            return Asked { is_list, names: None };
        }
        let asked = Asked { is_list, names: listed(&arguments) };
        if !asked.is_nothing() {
            println!("{question}\n");
        }
        asked
    }

    /// Whether there is nothing to be done.
    pub fn is_nothing(&self) -> bool {
        self.names.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether things are only named, so that they need not be there.
    pub fn is_list(&self) -> bool {
        self.is_list
    }

    /// Whether something is asked for whose name begins so.
    pub fn has(&self, begins: &str) -> bool {
        self.names.as_ref().is_none_or(|all| all.iter().any(|name| name.starts_with(begins)))
    }
}

/// The names that criterion lists for these arguments. None when it does not: then it says why itself.
fn listed(arguments: &[OsString]) -> Option<Vec<String>> {
    let mut lister = Command::new(std::env::current_exe().ok()?);
    lister.args(without(arguments)).arg("--list").env(LISTING, "1");
    let output = lister.env_remove("CARGO_CRITERION_PORT").stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| names(&String::from_utf8_lossy(&output.stdout)))
}

/// Without what does not go with `--list`.
fn without(arguments: &[OsString]) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--profile-time") => drop(words.next()),
            Some("--test") => {}
            Some(text) if text.starts_with("--profile-time=") => {}
            _ => kept.push(word.clone()),
        }
    }
    kept
}

fn names(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_suffix(": benchmark")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_asked_for_when_criterion_lists_nothing() {
        let asked = |text: &str| Asked { is_list: false, names: Some(names(text)) };
        let some = asked("dot/c/64: benchmark\ndot/c/256: benchmark\n");
        assert!(some.has("dot/") && !some.has("dot_f32/") && !some.is_nothing());
        assert!(asked("").is_nothing() && !asked("").has("dot/"));
        let all = Asked { is_list: true, names: None };
        assert!(all.has("anything/") && !all.is_nothing());
    }

    #[test]
    fn what_does_not_go_with_a_list_is_left_out() {
        let words = |line: &str| line.split_whitespace().map(OsString::from).collect::<Vec<_>>();
        let kept = without(&words("dot --profile-time 5 --test --bench --profile-time=2 --exact"));
        assert_eq!(kept, words("dot --bench --exact"));
    }
}
