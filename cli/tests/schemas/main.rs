//! What programs read is what its schema says: real output of each form, and no field that the schema does not know.
#![cfg(target_os = "linux")]

mod walk;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use walk::{breaches, with_one_more_field};

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

/// The schema of a form: its file is called as it is.
fn schema(form: &str) -> Value {
    let name = format!("{}.json", form.replace('/', "-"));
    let folders = ["schema", "../compare/schema"].map(|folder| Path::new(CRATE).join(folder));
    let file = folders.iter().map(|folder| folder.join(&name)).find(|file| file.exists());
    let file = file.unwrap_or_else(|| panic!("{name} is not there"));
    serde_json::from_str(&fs::read_to_string(file).expect("read")).expect("JSON")
}

/// A value is what its schema says, and would not be with any other field.
#[track_caller]
fn fits(form: &str, value: &Value) {
    let schema = schema(form);
    assert_eq!((&schema["title"], &value["schema"]), (&form.into(), &form.into()));
    assert_eq!(breaches(&schema, value), Vec::<String>::new(), "{form}");
    for (place, more) in with_one_more_field(value) {
        // What a kernel names is the kernel's affair; kinds of harm may become more.
        if !["/named", "/inside"].contains(&&place[..]) {
            let found = breaches(&schema, &more);
            assert!(found.iter().any(|what| what.contains("one_more")), "{form}{place}: {found:?}");
        }
    }
    let fields = value.as_object().expect("an object");
    for name in fields.keys() {
        let mut less = value.clone();
        less.as_object_mut().expect("an object").remove(name);
        let is_required = schema["required"].as_array().expect("a list").contains(&name[..].into());
        assert_eq!(breaches(&schema, &less).is_empty(), !is_required, "{form} without {name}");
    }
}

/// What a command prints, in a folder with two sources in it.
fn printed(folder: &Path, words: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_abreast"));
    let output = command.args(words).current_dir(folder).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{words:?}: {why}: {said}"))
}

fn run(name: &str) -> String {
    format!("{CRATE}/tests/runs/{name}")
}

#[test]
fn what_the_program_prints_is_what_its_schemas_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let (old, new) = (run("old.json"), run("new.json"));
    let (old_program, new_program) = (run("old.sh"), run("new.sh"));
    let runs = run("");
    for (form, words) in [
        ("abreast.check/2", "check dot gemm --quick --isa v1 --exec serial,threads:2 --json"),
        ("abreast.run/2", "run dot --n 100 --json"),
        ("abreast.run/2", "run pi --n 1e4 --exec sim:2 --json"),
        ("abreast.run/2", "run pi --n 1e6 --profile ./flame.svg --for 0.2 --json"),
        ("abreast.shard/1", "run dot --n 100 --chunk 30 --shard 0/2 -o ./s0 --json"),
        ("abreast.shard/1", "run dot --n 100 --chunk 30 --shard 1/2 -o ./s1 --json"),
        ("abreast.merge/1", "merge ./s0 ./s1 --json"),
        ("abreast.show/1", &format!("show {old} {new} --json")),
        ("abreast.ab/1", &format!("ab {old_program} {new_program} --starts 1 --json")),
        ("abreast.history/1", &format!("history {runs} --json")),
        ("abreast.noise/1", "noise --pairs 1 --json"),
        ("abreast.asm/1", "asm dot --variant c --isa v1 --size 64 --json"),
        ("abreast.chaos/1", "chaos dot --seconds 1 --json"),
        ("abreast.doctor/1", "doctor --json"),
        ("abreast.fractal/2", "fractal julia --size 8x8 --iter 9 -o ./julia.png --json"),
        ("abreast.list/2", "list --json"),
        ("abreast.memory/1", "memory dot --variant c --exec serial --size 1000 --json"),
        ("abreast.pages/1", "patterns --json --for void*f(void)"),
        ("abreast.patterns/2", "patterns errno --json"),
    ] {
        fits(form, &printed(folder.path(), &words.split(' ').collect::<Vec<_>>()));
    }
}

#[test]
fn what_a_benchmark_writes_is_what_its_schemas_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("written");
    };
    let sum = "double sum(unsigned long n, const double *x) {\n    double s = 0;\n    \
               for (unsigned long i = 0; i < n; i++) s += x[i];\n    return s;\n}\n";
    write("a.c", sum);
    write("b.c", sum);
    write("wrong.c", &sum.replace("s = 0", "s = 1"));
    let words = "try a.c b.c wrong.c --sig f64(n,*f64) --sizes 64,128 --quick --starts 2 --cost \
                 bytes=8*n,flops=n --allocs --save ./a.json --json";
    let words: Vec<&str> = words.split_whitespace().collect();
    printed(folder.path(), &words);
    let results = printed(folder.path(), &[&words[..], &["--against", "./a.json"]].concat());
    assert!(results["against"].is_object(), "{results}");
    fits("abreast-compare/1", &results);
    let saved = fs::read_to_string(folder.path().join("a.json")).expect("a saved run");
    fits("abreast-compare-saved/1", &serde_json::from_str(&saved).expect("JSON"));
}

/// Programs built for tests time nothing, so these were printed by one built for release.
#[test]
fn what_was_printed_is_what_its_schema_says() {
    for form in ["abreast.metg/1", "abreast.overhead/2", "abreast.scale/1"] {
        let name = format!("tests/schemas/printed/{}.json", form.replace('/', "-"));
        let text = fs::read_to_string(Path::new(CRATE).join(name)).expect("read");
        fits(form, &serde_json::from_str(&text).expect("JSON"));
    }
}

/// The form within the report's page, whose data have a schema of their own.
const WITHOUT_A_SCHEMA: [&str; 1] = ["abreast.report/1"];

/// A form with a new number needs a schema with that number.
#[test]
fn every_form_that_is_named_in_the_sources_has_a_schema() {
    let mut forms = Vec::new();
    for folder in ["src", "../compare/src", "../src"] {
        let mut sources = vec![Path::new(CRATE).join(folder)];
        while let Some(path) = sources.pop() {
            if path.is_dir() {
                let inside = fs::read_dir(path).expect("a folder").flatten();
                sources.extend(inside.map(|entry| entry.path()));
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs")
            {
                forms.extend(forms_in(&path));
            }
        }
    }
    forms.sort();
    forms.dedup();
    assert!(forms.len() > 15, "{forms:?}");
    for form in forms.iter().filter(|form| !WITHOUT_A_SCHEMA.contains(&&form[..])) {
        assert_eq!(schema(form)["properties"]["schema"]["const"], form[..], "{form}");
    }
}

/// What is in quotes and looks like `abreast.compare/3`.
fn forms_in(source: &PathBuf) -> Vec<String> {
    let text = fs::read_to_string(source).expect("read");
    let text = text.split("mod tests {").next().unwrap_or_default();
    let is_form = |quoted: &&str| {
        let number = quoted.split_once('/').map(|(_, number)| number);
        quoted.starts_with("abreast")
            && number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    text.split('"').filter(is_form).map(str::to_owned).collect()
}
