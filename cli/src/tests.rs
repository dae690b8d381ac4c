//! Every option of every command, given what it cannot take.

use crate::{Console, Screen, args, run_with};
use abreast::kernels::REGISTRY;
use clap::{Arg, Command};

/// Nothing that any option takes, whatever it is for.
const BAD: [&str; 12] = [
    "",
    " ",
    "\x1b[31m",
    "\u{202e}x",
    "no such/value",
    "-",
    "-1x",
    "0x30q",
    "2^999",
    "1e999",
    "99999999999999999999999999999999999999999999",
    ",,",
];

fn ended(words: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console {
        out: &mut out,
        err: &mut err,
        lively: false,
        screen: Screen { columns: Some(80), ..Screen::default() },
    };
    let code = run_with(REGISTRY, ["abreast"].iter().chain(words).map(Into::into), &mut console);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

/// The command line that makes the command do as little as it can.
fn base(command: &str) -> Vec<&str> {
    match command {
        "run" => vec!["run", "pi", "--n=1"],
        "asm" => vec!["asm", "dot"],
        "memory" => vec!["memory", "dot"],
        "scale" => vec!["scale", "dot"],
        "fractal" => vec!["fractal", "julia", "--output=-", "--size=1x1", "--iter=1"],
        command => vec![command],
    }
}

/// Values that the option takes although they are odd.
fn takes(option: &str, value: &str) -> bool {
    match option {
        // A path may be called anything; that it cannot be written is another matter.
        "csv" | "gantt" | "html" | "json" | "md" | "output" | "profile" | "summary" | "svg"
        | "trace" => value != "no such/value",
        // A number of the plane, however large.
        "alpha" | "c" | "center" | "extent" => value.starts_with("999"),
        _ => false,
    }
}

#[test]
fn every_option_of_every_command_refuses_what_it_cannot_take_in_one_clean_sentence() {
    let program = args::command(REGISTRY);
    let mut tried = 0;
    for command in program.get_subcommands() {
        for option in command.get_arguments().filter(|arg| takes_value(arg)) {
            let name = option.get_long().unwrap();
            for value in BAD.iter().filter(|value| !takes(name, value)) {
                let given = format!("--{name}={value}");
                // Later ones win, where an option may stand twice.
                let kept = base(command.get_name());
                let kept = kept.iter().filter(|word| !word.starts_with(&format!("--{name}=")));
                let words: Vec<&str> = kept.copied().chain([given.as_str()]).collect();
                let (code, out, err) = ended(&words);
                tried += 1;
                assert_eq!((code, out.as_str()), (2, ""), "{words:?}: {err}");
                let wild = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
                assert!(!err.contains(wild), "{words:?}: {err:?}");
                assert!(!err.trim().is_empty(), "{words:?}");
            }
        }
    }
    assert!(tried > 200, "{tried}");
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_long().is_some() && arg.get_action().takes_values()
}

#[test]
fn every_name_that_is_none_is_refused() {
    for words in [
        &["run"][..],
        &["asm"],
        &["scale"],
        &["roofline"],
        &["memory"],
        &["check"],
        &["compare"],
        &["patterns"],
        &["chaos"],
    ] {
        for name in BAD {
            // A lone hyphen or one before a word is an option that there is not.
            let (code, out, err) = ended(&[words, &[name]].concat());
            assert_eq!((code, out.as_str()), (2, ""), "{words:?} {name:?}: {err}");
            assert!(!err.contains('\x1b') && !err.contains('\u{202e}'), "{err:?}");
        }
    }
}

#[test]
fn the_numbers_in_the_help_are_numbers_and_are_read() {
    fn all(command: &Command) -> usize {
        command.get_arguments().count() + command.get_subcommands().map(all).sum::<usize>()
    }
    assert!(all(&args::command(REGISTRY)) > 60);
    for seed in ["0", "1e6", "1_000_000", "2^20", "2^64-1", "18446744073709551615"] {
        let (code, _, err) = ended(&["run", "pi", "--n=1", "--seed", seed]);
        assert_eq!(code, 0, "{seed}: {err}");
    }
    let (code, out, _) = ended(&["run", "escape", "--size=1e1x2^3", "--iter=1e1", "--json"]);
    assert!(code == 0 && out.contains("\"n\":80,"), "{out}");
}
