//! A first look at the libraries, in a process of its own: whether they can be loaded.

use crate::console::Console;
use crate::try_::plan::Plan;
use crate::try_::worker_arguments;
use anyhow::{Result, bail};
use std::path::Path;
use std::process::{Command, Stdio};

/// Starts the process. What it says is either the variant that it came to, or why that one cannot be loaded.
pub fn probe(folder: &Path) -> Result<()> {
    let output = Command::new(std::env::current_exe()?)
        .args(worker_arguments(folder))
        .arg("--probe")
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let last = said.lines().last().unwrap_or("the program");
    if let Some(why) = last.strip_prefix(WHY) {
        bail!("{why}");
    }
    // Such as what the runtime of a sanitizer says.
    let complaint = String::from_utf8_lossy(&output.stderr);
    let complaint = complaint.lines().find(|line| !line.trim().is_empty());
    let complaint = complaint.map_or(String::new(), |line| format!(": {line}"));
    bail!("{last} ended the process that loaded it ({}){complaint}", output.status);
}

/// How a line begins that says why a variant cannot be loaded.
const WHY: &str = "why: ";

/// What that process does.
pub fn load(plan: &Plan, folder: &Path, console: &mut Console<'_>) -> Result<u8> {
    for variant in &plan.variants {
        console.say(&variant.name)?;
        if let Err(why) = variant.load(folder) {
            console.say(format!("{WHY}{}", in_words(&format!("{why:#}"))))?;
            return Ok(1);
        }
    }
    Ok(0)
}

fn in_words(why: &str) -> String {
    match why.split_once("undefined symbol: ") {
        Some((before, symbol)) => {
            let variant = before.split(": ").next().unwrap_or_default();
            let symbol = symbol.split([',', ' ', '(']).next().unwrap_or_default();
            format!(
                "{variant}: needs the function {symbol}: is a library missing? --link NAME, as in --link openblas"
            )
        }
        None => why.replace('\n', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_that_is_missing_is_named_with_what_helps() {
        let why = in_words("a.c: /tmp/x/0.so: undefined symbol: cblas_ddot, version LIBBLAS_1");
        assert_eq!(
            why,
            "a.c: needs the function cblas_ddot: is a library missing? --link NAME, as in --link openblas"
        );
        assert_eq!(in_words("a.c: invalid\nELF header"), "a.c: invalid ELF header");
    }
}
