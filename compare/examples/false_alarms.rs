//! What can be told apart here and now: how often the same code is called different, and how often a
//! little more work is seen.
//!
//! ```sh
//! cargo run --release -p abreast-compare --example false_alarms -- --bench --json=false_alarms.json
//! ```
//!
//! Twenty variants are the same machine code as the baseline: whatever is said of them is a false
//! alarm. Five others add up 0.5 to 10 % more numbers.

use abreast_compare::{Group, inputs::uniform};
use serde_json::Value;
use std::hint::black_box;
use std::process::ExitCode;

const SAME: usize = 20;
/// Additional work, in thousandths.
const MORE: [usize; 5] = [5, 10, 20, 50, 100];

#[inline(never)]
fn sum(x: &[f64]) -> f64 {
    x.iter().sum()
}

/// Every variant is this closure, so the code that is timed is the same one.
fn part(thousandths: usize) -> impl FnMut(&Vec<f64>) -> bool {
    move |x| {
        let n = x.len() * 10 / 11;
        black_box(sum(&x[..n + n * thousandths / 1000]));
        true
    }
}

fn main() -> ExitCode {
    let mut group = Group::new("false alarms", |n, seed| uniform(n + n / 10, seed))
        .sizes([400, 2000, 10_000, 50_000])
        .variant("baseline", part(0));
    for i in 1..=SAME {
        group = group.variant(format!("same {i}"), part(0));
    }
    for more in MORE {
        group = group.variant(name(more), part(more));
    }
    let code = group.main();
    let file = std::env::args().find_map(|a| a.strip_prefix("--json=").map(str::to_owned));
    if let Some(text) = file.and_then(|file| std::fs::read_to_string(file).ok()) {
        match serde_json::from_str(&text) {
            Ok(results) => summary(&results),
            Err(why) => eprintln!("error: {why}"),
        }
    }
    code
}

fn name(thousandths: usize) -> String {
    format!("{} % more", thousandths as f64 / 10.0)
}

fn summary(results: &Value) {
    let cells = results["groups"][0]["cells"].as_array().into_iter().flatten();
    let rows: Vec<&Value> =
        cells.flat_map(|cell| cell["rows"].as_array().into_iter().flatten()).collect();
    let standings = |is: &dyn Fn(&str) -> bool| -> Vec<&str> {
        let rows = rows.iter().filter(|row| row["variant"].as_str().is_some_and(is));
        rows.filter_map(|row| row["ratio"]["standing"].as_str()).collect()
    };
    let directed =
        |list: &[&str]| list.iter().filter(|s| matches!(**s, "faster" | "slower")).count();
    let same = standings(&|name| name.starts_with("same"));
    println!("the same code: called different {} of {} times", directed(&same), same.len());
    for more in MORE {
        let found = standings(&|variant| variant == name(more));
        let slower = found.iter().filter(|s| **s == "slower").count();
        println!("{}: called slower {slower} of {} times", name(more), found.len());
    }
}
