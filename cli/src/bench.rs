//! `cargo bench --bench compare`: `abreast compare` as a benchmark, with a filter as others have it.

use crate::console::Console;
use crate::run_with;
use abreast::kernel::Entry;
use abreast_compare::cargo;
use std::ffi::OsString;

const QUESTION: &str = "Which variant is faster? By our engine, in which they take turns; absolute times of each say: \
                        cargo bench --bench kernels";

/// What is to be done.
#[derive(Debug, PartialEq)]
enum Plan {
    /// Nothing but this.
    Say(String),
    /// Others have what the filter meets.
    Nothing,
    Refuse(String),
    /// With these arguments of the program.
    Compare(Vec<OsString>),
}

/// Does what cargo's arguments, without the program's name, say; returns the exit code.
pub fn run(registry: &[Entry], arguments: Vec<OsString>, console: &mut Console<'_>) -> u8 {
    match plan(registry, arguments, cargo::starts_others()) {
        Plan::Say(text) => u8::from(console.say(text.trim_end()).is_err()) * 2,
        Plan::Nothing => 0,
        Plan::Refuse(why) => {
            console.note(why);
            2
        }
        Plan::Compare(arguments) => {
            // Where the result is for a program, it is alone.
            let is_for_a_program = |word: &OsString| word == "--json" || word == "-";
            match arguments.iter().any(is_for_a_program) {
                true => console.note(QUESTION),
                false => drop(console.say(QUESTION)),
            }
            run_with(registry, arguments, console)
        }
    }
}

fn plan(registry: &[Entry], arguments: Vec<OsString>, has_others: bool) -> Plan {
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let (is_bench, is_list) = (has("--bench") && !has("--test"), has("--list"));
    let is_option = |argument: &OsString| argument.to_string_lossy().starts_with('-');
    let given = arguments.iter().filter(|word| *word != "--bench");
    let filters: Vec<String> = given
        .clone()
        .take_while(|argument| !is_option(argument))
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let mut chosen = names(registry);
    let all = chosen.len();
    chosen.retain(|(kernel, variant)| {
        let name = format!("{kernel}/{variant}");
        filters.is_empty() || filters.iter().any(|filter| name.contains(&filter[..]))
    });
    if is_list {
        let lines =
            chosen.iter().map(|(kernel, variant)| format!("{kernel}/{variant}: benchmark\n"));
        return Plan::Say(lines.collect());
    }
    if chosen.is_empty() {
        return match has_others {
            true => Plan::Nothing,
            false => Plan::Refuse(nothing_matches(registry, &filters)),
        };
    }
    if !is_bench {
        return Plan::Say(
            "nothing is timed without --bench: cargo bench --bench compare; whether the variants agree says abreast \
             check"
                .to_owned(),
        );
    }
    let mut words: Vec<String> = vec!["abreast".to_owned(), "compare".to_owned()];
    if chosen.len() < all {
        words.extend(unique(chosen.iter().map(|(kernel, _)| *kernel)));
    }
    if !has("--quick") {
        words.push("--quick".to_owned());
    }
    // Those whose kernel has others that are not asked for.
    let some = names(registry).iter().any(|(kernel, variant)| {
        chosen.iter().any(|(other, _)| other == kernel) && !chosen.contains(&(kernel, variant))
    });
    if some {
        let variants = unique(chosen.iter().map(|(_, variant)| *variant));
        words.extend(["--variant".to_owned(), variants.join(",")]);
    }
    let options = given.skip(filters.len()).cloned();
    Plan::Compare(words.into_iter().map(OsString::from).chain(options).collect())
}

/// Kernels and their variants.
fn names(registry: &[Entry]) -> Vec<(&'static str, &'static str)> {
    let of = |entry: &Entry| {
        let kernel = entry.name;
        entry.variants().map(move |variant| (kernel, variant.name)).collect::<Vec<_>>()
    };
    registry.iter().flat_map(of).collect()
}

fn unique<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if !all.iter().any(|known| known == name) {
            all.push(name.to_owned());
        }
    }
    all
}

fn nothing_matches(registry: &[Entry], filters: &[String]) -> String {
    let kernels: Vec<&str> = registry.iter().map(|entry| entry.name).collect();
    let filters = filters.join(" ");
    format!("nothing matches {filters}; there are {}, each with /VARIANT", kernels.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use abreast::kernels::REGISTRY;

    fn planned(line: &str, has_others: bool) -> Plan {
        plan(REGISTRY, line.split_whitespace().map(OsString::from).collect(), has_others)
    }

    fn compared(line: &str) -> String {
        let Plan::Compare(words) = planned(line, false) else {
            panic!("{:?}", planned(line, false))
        };
        words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_filter_chooses_kernels_and_variants_by_a_part_of_their_names() {
        let (first, last) = (REGISTRY[0].name, REGISTRY[REGISTRY.len() - 1].name);
        assert_eq!(compared("--bench"), "abreast compare --quick");
        let one = compared(&format!("{last}/simd --bench"));
        assert_eq!(one, format!("abreast compare {last} --quick --variant simd"));
        let options = compared(&format!("{last}/ --sizes 64 --quick --bench"));
        assert_eq!(options, format!("abreast compare {last} --sizes 64 --quick"));
        let Plan::Say(list) = planned(&format!("{first}/c --list"), false) else {
            panic!("a list")
        };
        assert!(list.starts_with(&format!("{first}/c: benchmark\n")), "{list}");
        assert!(!list.contains("/rust"), "{list}");
    }

    #[test]
    fn a_filter_that_meets_nothing_is_a_mistake_only_where_it_is_meant_for_us() {
        assert_eq!(planned("no-such-kernel --bench", true), Plan::Nothing);
        let Plan::Refuse(why) = planned("no-such-kernel --bench", false) else { panic!("refused") };
        assert!(why.contains("nothing matches no-such-kernel") && why.contains(REGISTRY[0].name));
    }

    #[test]
    fn without_bench_nothing_is_timed() {
        for line in ["", "--test --bench"] {
            let Plan::Say(words) = planned(line, false) else { panic!("said") };
            assert!(words.contains("nothing is timed without --bench"), "{words}");
        }
    }
}
