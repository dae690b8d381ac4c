//! `abreast doctor`: what is installed here, what is missing, and what follows.

use crate::console::Console;
use crate::table;
use abreast::Level;
use anyhow::Result;
use serde::Serialize;
use std::process::{Command, Stdio};

/// One thing looked for.
#[derive(Serialize)]
struct Finding {
    what: &'static str,
    /// Its version or value, when it is there.
    found: Option<String>,
    /// What follows from its being there or not.
    follows: &'static str,
}

/// A program to ask for its version, and what follows when it answers and when it does not.
const PROGRAMS: [(&str, &[&str], &str, &str); 9] = [
    (
        "C compiler",
        &["cc", "--version"],
        "the C variants can be built",
        "nothing can be built: install gcc",
    ),
    (
        "C++ compiler",
        &["c++", "--version"],
        "the C++ variants can be built",
        "nothing can be built: install g++",
    ),
    ("git", &["git", "--version"], "reports name the revision", "reports do not name the revision"),
    (
        "libclang",
        &["llvm-config", "--version"],
        "scripts/bindings can renew the bindings",
        "the checked-in bindings are used; only scripts/bindings needs it (libclang-dev)",
    ),
    (
        "clang",
        &["clang", "--version"],
        "CC=clang CXX=clang++ compares another compiler",
        "only gcc's C and C++ can be measured (clang)",
    ),
    (
        "valgrind",
        &["valgrind", "--version"],
        "scripts/memcheck can look for memory errors in C",
        "memory errors are looked for by the sanitizers only (valgrind)",
    ),
    (
        "MPI",
        &["mpicc", "--version"],
        "an MPI compiler is here",
        "no MPI compiler is here (libmpich-dev)",
    ),
    (
        "Chromium",
        &["chromium", "--version"],
        "reports can be rendered to pictures",
        "open reports in any browser",
    ),
    (
        "Python",
        &["python3", "--version"],
        "examples/python_client.py can call the C API",
        "nothing else needs it",
    ),
];

pub fn doctor(as_json: bool, console: &mut Console<'_>) -> Result<()> {
    let mut findings: Vec<Finding> = PROGRAMS.iter().map(look_for).collect();
    findings.push(levels());
    findings.push(governor());
    findings.push(build());
    if as_json {
        return console
            .json(&serde_json::json!({ "schema": "abreast.doctor/1", "findings": findings }));
    }
    let mut rows = table::new(&["", "what", "found", "what follows"]);
    for finding in &findings {
        let mark = if finding.found.is_some() { "ok" } else { "--" };
        let found = finding.found.as_deref().unwrap_or("not found");
        rows.add_row([mark, finding.what, found, finding.follows]);
    }
    console.say(table::wrap(rows, console.screen))
}

fn look_for(
    (what, command, present, missing): &(&'static str, &[&str], &'static str, &'static str),
) -> Finding {
    let output = Command::new(command[0]).args(&command[1..]).stderr(Stdio::null()).output();
    let found = output.ok().filter(|output| output.status.success()).and_then(|output| {
        String::from_utf8_lossy(&output.stdout).lines().next().map(|line| line.trim().to_owned())
    });
    Finding { what, follows: if found.is_some() { present } else { missing }, found }
}

fn levels() -> Finding {
    let names: Vec<&str> = Level::available().into_iter().map(Level::name).collect();
    let follows = match Level::chosen() {
        Ok(level) if level == Level::best() => "plain calls use the best of them",
        Ok(_) => "plain calls use less than the best: ABREAST_ISA is set",
        Err(_) => "plain calls fail: ABREAST_ISA names a level that is not here",
    };
    Finding { what: "CPU levels", found: Some(names.join(", ")), follows }
}

fn governor() -> Finding {
    let found = abreast_compare::machine::governor();
    let follows = match found.as_deref() {
        Some("performance") => "the clock is steady",
        Some(_) => "the clock changes with the load: trust ratios, not single times",
        None => "unknown, as in most virtual machines: trust ratios, not single times",
    };
    Finding { what: "clock governor", found, follows }
}

fn build() -> Finding {
    let (kind, follows) = match cfg!(debug_assertions) {
        true => ("debug", "this program refuses to measure: use cargo run --release"),
        false => ("release", "this program can measure"),
    };
    Finding { what: "build", found: Some(kind.to_owned()), follows }
}
