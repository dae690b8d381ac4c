//! The cargo that has started this program.

/// Its arguments before the `--`. None if it was somebody else.
pub(crate) fn arguments() -> Option<Vec<String>> {
    #[cfg(unix)]
    {
        let file = format!("/proc/{}/cmdline", std::os::unix::process::parent_id());
        let text = String::from_utf8(std::fs::read(file).ok()?).ok()?;
        let all: Vec<String> = text.split_terminator('\0').map(str::to_owned).collect();
        let program = std::path::Path::new(all.first()?);
        let is_cargo = program.file_stem().is_some_and(|stem| stem == "cargo");
        is_cargo.then(|| all.into_iter().skip(1).take_while(|word| word != "--").collect())
    }
    #[cfg(not(unix))]
    None
}

/// Whether cargo starts others beside this benchmark with the same filter, as `cargo bench -- dot` does: then not
/// each of them has something that the filter meets.
pub fn starts_others() -> bool {
    arguments().is_some_and(|given| !names_one(&given))
}

/// Whether the arguments name one benchmark.
fn names_one(given: &[String]) -> bool {
    let named = given.iter().filter(|word| *word == "--bench" || word.starts_with("--bench="));
    named.count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_benchmark_is_alone_when_it_is_named() {
        let one = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            names_one(&words)
        };
        assert!(one("bench --bench dot") && one("bench -p a --bench=dot --quiet"));
        assert!(!one("bench") && !one("bench --benches") && !one("bench --bench a --bench b"));
    }
}
