//! The commands of docs/comparing.md that need no project, on the files that it shows.

use crate::{BRIEF, Bench};

const GUIDE: &str = include_str!("../../../docs/comparing.md");

/// The part of the guide that is about this.
fn part() -> &'static str {
    let begin = GUIDE.find("\n## No project at all\n").expect("the part");
    let part = &GUIDE[begin + 1..];
    &part[..part.find("\n## ").expect("another part")]
}

/// The blocks of code of a language.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let opens = format!("```{language}\n");
    let rest: Vec<&str> = part().split(&opens[..]).skip(1).collect();
    rest.into_iter().map(|rest| rest.split("```").next().expect("an end"))
}

#[test]
fn the_commands_of_the_guide_work_on_its_files() {
    let bench = Bench::new();
    for name in ["dot.c", "dot.rs", "sum.c"] {
        let begin =
            part().find(&format!("\n`{name}`:")).unwrap_or_else(|| panic!("{name} is not shown"));
        let text = part()[begin..].split("```").nth(1).expect("a block");
        bench.write(name, text.split_once('\n').expect("a language").1);
    }
    let commands: Vec<&str> = blocks("shell").flat_map(str::lines).collect();
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        let words = shlex::split(command).expect("words");
        assert_eq!(words[..2], ["abreast", "try"], "{command}");
        let has_own = command.contains("--sizes");
        assert_eq!(command.contains("--quick"), has_own, "one of both is given here");
        let more = if has_own { &BRIEF[1..3] } else { &BRIEF[..] };
        let words: Vec<&str> =
            words[2..].iter().map(|word| &word[..]).chain(more.iter().copied()).collect();
        bench.run(&words).ends_with(0).has(&["agree on"]).has(&["abreast-try.html"]);
    }
}
