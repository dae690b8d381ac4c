//! The table of exit codes in docs/program.md, row by row: what it says is what happens.
//!
//! This program is the one that is run, too, over kernels of which some are broken on purpose, so its `main` is
//! its own.

use libtest_mimic::{Arguments, Trial};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

/// Says that this is the program and not its test.
const MARK: &str = "ABREAST_EXIT_CODES_PROGRAM";
const RUNS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/runs");
const TABLE: &str = include_str!("../../docs/program.md");

fn main() -> ExitCode {
    if std::env::var_os(MARK).is_some() {
        return abreast_cli::main(abreast_mutants::FATAL);
    }
    let walk = Trial::test("every_cell_of_the_table_is_what_happens", || {
        walk();
        Ok(())
    });
    // Pipes and devices are Linux's.
    let trials = if cfg!(target_os = "linux") { vec![walk] } else { Vec::new() };
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

const GOOD: &str = "try good.c again.c --sig 'f64(n, *f64)' --sizes 64 --quick --starts 1";
const WRONG: &str = "try good.c wrong.c --sig 'f64(n, *f64)' --sizes 64 --quick --starts 1";
const COMPARE: &str = "--quick --starts 1 --sizes 64 --threads 1 --isa v1 --variant c,rust";
const CHECK: &str = "--quick --isa v1 --variant c,rust --exec serial";

/// Rows of the table, by their first words; commands; and lines of the shell, in which `$A` is the program.
fn cases() -> Vec<(&'static str, &'static str, Vec<String>)> {
    let mut cases = Vec::new();
    let mut case = |row, command, lines: &[&str]| {
        let fill = |line: &&str| {
            let line = line.replace("GOOD", GOOD).replace("WRONG", WRONG);
            let line = line.replace("COMPARE", COMPARE).replace("CHECK", CHECK);
            line.replace("OLD", "$R/old.sh").replace("NEW", "$R/new.sh")
        };
        cases.push((row, command, lines.iter().map(fill).collect::<Vec<_>>()));
    };
    let row = "nothing is wrong";
    case(row, "check", &["$A check square CHECK"]);
    case(row, "compare", &["$A compare square COMPARE"]);
    case(row, "try", &["$A GOOD", "$A GOOD --against slow.json --fail-if 'slower > 5%'"]);
    case(row, "ab", &["$A ab OLD NEW", "$A ab OLD NEW --fail-if 'slower > 20%'"]);
    case(row, "show", &["$A show $R/old.json", "$A show $R/old.json $R/new.json"]);
    case(row, "history", &["$A history $R", "$A history $R/old.json $R/new.json --html h.html"]);
    case(row, "noise", &["$A noise --pairs 1"]);
    case(row, "merge", &["$A merge s0 s1", "$A merge s1 s0 --json"]);
    let row = "a variant disagrees";
    case(row, "check", &["$A check square exits CHECK"]);
    case(row, "compare", &["$A compare square exits COMPARE"]);
    case(row, "try", &["$A WRONG"]);
    case(row, "ab", &["$A ab OLD NEW -- disagree", "$A ab OLD OLD -- disagree --quick"]);
    let row = "that, and the output";
    case(row, "check", &["$A check square exits CHECK > /dev/full"]);
    case(row, "compare", &["$A compare square exits COMPARE > /dev/full"]);
    case(row, "try", &["$A WRONG > /dev/full"]);
    let row = "an option that there is not";
    for command in ["check", "compare", "try", "ab", "show", "history", "noise", "merge"] {
        let line = format!("$A {command} --no-such-option");
        case(row, command, &[&line]);
    }
    let row = "a kernel, a file";
    case(row, "check", &["$A check no-such", "$A check square --variant no-such"]);
    case(row, "compare", &["$A compare no-such", "$A compare square --sizes 2..1"]);
    case(row, "try", &["$A try no-such.c", "$A GOOD --baseline no-such", "$A GOOD --fail-if x"]);
    case(row, "ab", &["$A ab OLD no-such", "$A ab OLD NEW --fail-if faster", "$A ab OLD $R"]);
    case(row, "show", &["$A show no-such.json", "$A show $R"]);
    case(row, "history", &["$A history no-such", "$A history ."]);
    case(row, "noise", &["$A noise --pairs 0", "$A noise --seed x"]);
    case(row, "merge", &["$A merge", "$A merge no-such", "$A merge ."]);
    case("a source that does not compile", "try", &["$A try good.c broken.c"]);
    case(
        "a program that is no benchmark",
        "ab",
        &["$A ab OLD NEW -- stranger", "$A ab OLD NEW -- broken", "$A ab OLD $R/old.json"],
    );
    let row = "a saved run that is damaged";
    let bad = ["empty.json", "cut.json", "foreign.json", "newer.json", "folder.json"];
    let each = |line: &str| bad.map(|file| line.replace("BAD", file));
    let own = |lines: [String; 5]| lines.to_vec();
    for (command, line) in [
        ("try", "$A GOOD --against BAD"),
        ("show", "$A show $R/old.json BAD"),
        ("history", "$A history $R BAD"),
    ] {
        let lines = own(each(line));
        case(row, command, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
    case(row, "ab", &["$A ab OLD NEW -- unreadable"]);
    let row = "a shard that is missing";
    let bad = ["$A merge s0", "$A merge s0 s0 s1", "$A merge s0 cut", "$A merge s0 other"];
    case(row, "merge", &bad);
    let row = "runs that have nothing in common";
    case(row, "try", &["$A GOOD --against $R/other.json"]);
    case(row, "ab", &["$A ab OLD $R/other.sh"]);
    case(row, "show", &["$A show $R/old.json $R/other.json"]);
    case("a saved run of another machine", "try", &["$A GOOD --against elsewhere.json"]);
    let row = "that, and `--fail-if`";
    case(row, "try", &["$A GOOD --against elsewhere.json --fail-if 'slower > 5%'"]);
    let row = "a file that cannot be written";
    case(row, "compare", &["$A compare square COMPARE --md no/such/folder/a.md"]);
    case(
        row,
        "try",
        &[
            "$A GOOD --md no/such/folder/a.md",
            "$A GOOD --html notes.html",
            "$A GOOD --save ./notes.html",
        ],
    );
    case(
        row,
        "history",
        &["$A history $R --html no/such/a.html", "$A history $R --html notes.html"],
    );
    case(row, "merge", &["$A merge s0 s1 --png no/such/a.png", "$A merge s0 s1 --png notes.html"]);
    let row = "standard output that takes nothing";
    for (command, line) in [
        ("check", "$A check square CHECK > /dev/full"),
        ("compare", "$A compare square COMPARE > /dev/full"),
        ("try", "$A GOOD > /dev/full"),
        ("ab", "$A ab OLD NEW > /dev/full"),
        ("show", "$A show $R/old.json > /dev/full"),
        ("history", "$A history $R > /dev/full"),
        ("noise", "$A noise --pairs 1 > /dev/full"),
        ("merge", "$A merge s0 s1 > /dev/full"),
    ] {
        case(row, command, &[line, &line.replace("> /dev/full", ">&-")]);
    }
    let row = "a reader who has read enough";
    let gone = |line: &str| format!("set -o pipefail; (sleep 0.3; exec {line}) | true");
    for (command, line) in [
        ("check", "$A check square CHECK"),
        ("compare", "$A compare square COMPARE"),
        ("try", "$A GOOD"),
        ("ab", "$A ab OLD NEW"),
        ("show", "$A show $R/old.json"),
        ("history", "$A history $R"),
        ("merge", "$A merge s0 s1"),
    ] {
        case(row, command, &[&gone(line)]);
    }
    let row = "something is slower";
    case(row, "try", &["$A GOOD --against fast.json --fail-if 'slower > 5%'"]);
    case(row, "ab", &["$A ab OLD NEW --fail-if 'slower > 5%'"]);
    cases
}

/// The table: rows, each with the codes of the commands that it says one for.
fn table() -> Vec<(String, BTreeMap<String, i32>)> {
    let lines = TABLE.lines().skip_while(|line| !line.starts_with("| what happens |"));
    let lines: Vec<&str> = lines.take_while(|line| line.starts_with('|')).collect();
    let words = |line: &str| -> Vec<String> {
        let inside = line.trim_start_matches('|').split('|');
        inside.map(|word| word.trim().to_owned()).collect()
    };
    let names: Vec<String> =
        words(lines[0]).iter().map(|name| name.trim_matches('`').to_owned()).collect();
    let row = |line: &&str| {
        let words = words(line);
        let codes = names.iter().zip(&words).skip(1);
        let codes = codes.filter_map(|(name, word)| Some((name.clone(), word.parse().ok()?)));
        (words[0].clone(), codes.collect())
    };
    lines[2..].iter().map(row).collect()
}

fn walk() {
    let folder = tempfile::tempdir().expect("a folder");
    prepare(folder.path());
    let (table, cases) = (table(), cases());
    assert!(table.len() > 10, "{table:?}");
    let mut wrong = Vec::new();
    for (row, codes) in &table {
        for (command, code) in codes {
            let of_cell = |(start, of, _): &&(&str, &str, Vec<String>)| {
                row.starts_with(start) && of == command
            };
            let Some((.., lines)) = cases.iter().find(of_cell) else {
                wrong.push(format!("{row}: no line tries {command}"));
                continue;
            };
            // What is not optimised is not compared.
            let times = command == "compare" && !lines.iter().any(|line| line.contains("no-such"));
            if cfg!(debug_assertions) && times {
                continue;
            }
            for line in lines {
                let (ended, said) = run(line, folder.path());
                if ended != Some(*code) {
                    wrong.push(format!("{row}: {line}: {ended:?}, not {code}: {said}"));
                }
                if *code != 0 && said.trim().is_empty() && !line.contains("/dev/full") {
                    wrong.push(format!("{row}: {line}: not a word"));
                }
            }
        }
    }
    for (start, command, _) in &cases {
        let is_there =
            table.iter().any(|(row, codes)| row.starts_with(start) && codes.contains_key(*command));
        if !is_there {
            wrong.push(format!("{start}: the table has no code for {command}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn run(line: &str, folder: &Path) -> (Option<i32>, String) {
    let output = Command::new("bash")
        .args(["-c", line])
        .env("A", std::env::current_exe().expect("this program"))
        .env("R", RUNS)
        .env(MARK, "1")
        .current_dir(folder)
        .output()
        .expect("bash");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

/// Files to compare, and runs: one of each kind that cannot be read, and some of this machine with other times.
fn prepare(folder: &Path) {
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
    let sum = "#include <stddef.h>\ndouble sum(size_t n, const double *x) {\n    double s = 0;\n    \
               for (size_t i = 0; i < n; i++) s += x[i];\n    return s;\n}\n";
    write("good.c", sum);
    write("again.c", sum);
    write("wrong.c", &sum.replace("double s = 0;", "double s = 1;"));
    write("broken.c", "double sum(size_t n, const double *x) { return 1 }\n");
    write("notes.html", "notes\n");
    write("empty.json", "");
    write("foreign.json", "{\"name\": \"something else\"}\n");
    fs::create_dir(folder.join("folder.json")).expect("a folder");
    let shards = "$A run square --n 64 --chunk 16 --shard";
    let (code, said) = run(
        &format!(
            "{shards} 0/2 -o s0 && {shards} 1/2 -o s1 && {shards} 1/2 -o other --seed 1 && \
             head -c -1 s1 > cut"
        ),
        folder,
    );
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&format!("$A {GOOD} --save here.json"), folder);
    assert_eq!(code, Some(0), "{said}");
    let text = fs::read_to_string(folder.join("here.json")).expect("a saved run");
    write("cut.json", &text[..text.len() / 2]);
    let run: Value = serde_json::from_str(&text).expect("JSON");
    let schema = run["schema"].as_str().expect("a schema");
    let newer = format!("{}/999", schema.split('/').next().expect("a name"));
    write("newer.json", &text.replace(schema, &newer));
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut other = run.clone();
        change(&mut other);
        other.to_string()
    };
    let times = |factor: f64| {
        changed(&|run| {
            let entries = run["entries"].as_array_mut().expect("entries");
            for seconds in entries.iter_mut().flat_map(seconds_of) {
                *seconds = Value::from(seconds.as_f64().expect("a time") * factor);
            }
        })
    };
    // No load of the machine makes a thousandfold difference.
    write("fast.json", &times(1e-3));
    write("slow.json", &times(1e3));
    write("elsewhere.json", &changed(&|run| run["machine"]["cores"] = Value::from(4096)));
}

fn seconds_of(entry: &mut Value) -> Vec<&mut Value> {
    let starts = entry["starts"].as_array_mut().expect("starts");
    starts.iter_mut().flat_map(|start| start.as_array_mut().expect("rounds")).collect()
}
