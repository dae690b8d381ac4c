//! The same program linked again with its functions in another order: what differs between these is
//! where the linker put the code.

use crate::place::Place;
use crate::random::splitmix64;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// So many programs that differ in their layout only; or why there are none.
pub(crate) fn layouts(count: u64, seed: u64, place: &Place) -> Result<Vec<PathBuf>, String> {
    let cargo = std::env::var_os("CARGO").ok_or("it needs `cargo bench`")?;
    let package = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("it needs `cargo bench`")?;
    let folder = place.folder.as_ref().ok_or("this program lies in no target folder")?;
    let folder = folder.join("layouts");
    fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let given = arguments_of_cargo().ok_or("how cargo was called is not known here")?;
    let mut programs = Vec::new();
    for i in 0..count {
        let flag =
            format!("-Clink-arg=-Wl,--shuffle-sections=.text*={}", splitmix64(seed, i) as u32);
        let mut command = Command::new(&cargo);
        command.current_dir(&package).arg("rustc").args(kept(&given));
        command.args(["--bench", &place.bench, "--message-format=json", "--", &flag]);
        let built = executable(&mut command, &place.bench)?;
        let program = folder.join(format!("{}-{i}", place.bench));
        // The next one may have the same name.
        fs::copy(&built, &program).map_err(|why| format!("{}: {why}", built.display()))?;
        programs.push(program);
    }
    differ(&programs)?;
    Ok(programs)
}

/// What the linker does not understand must not pass for a layout.
fn differ(programs: &[PathBuf]) -> Result<(), String> {
    let read = |path: &PathBuf| fs::read(path).map_err(|why| format!("{}: {why}", path.display()));
    for (i, program) in programs.iter().enumerate() {
        let text = read(program)?;
        for other in &programs[..i] {
            if read(other)? == text {
                return Err("the linker made the same program twice".to_owned());
            }
        }
    }
    Ok(())
}

/// Builds a program and says where it is.
fn executable(command: &mut Command, bench: &str) -> Result<PathBuf, String> {
    let built = command.output().map_err(|why| format!("cargo cannot be started: {why}"))?;
    let stdout = String::from_utf8_lossy(&built.stdout);
    let messages = stdout.lines().filter_map(|line| serde_json::from_str(line).ok());
    let messages: Vec<serde_json::Value> = messages.collect();
    if !built.status.success() {
        let text = messages.iter().filter_map(|m| m["message"]["message"].as_str());
        let stderr = String::from_utf8_lossy(&built.stderr);
        let said: Vec<&str> = text.chain(stderr.lines()).collect();
        let why =
            said.iter().find(|line| line.contains("shuffle-sections") || line.starts_with("error"));
        return Err(format!("linking failed: {}", why.unwrap_or(&"cargo does not say why")));
    }
    let mut found = messages.iter().filter(|m| m["target"]["name"] == bench);
    let path = found.find_map(|m| m["executable"].as_str());
    path.map(PathBuf::from).ok_or_else(|| "cargo made no program".to_owned())
}

/// The arguments of the cargo that has started this program, before its `--`.
fn arguments_of_cargo() -> Option<Vec<String>> {
    #[cfg(unix)]
    {
        let file = format!("/proc/{}/cmdline", std::os::unix::process::parent_id());
        let text = String::from_utf8(fs::read(file).ok()?).ok()?;
        let all: Vec<String> = text.split_terminator('\0').map(str::to_owned).collect();
        let is_cargo =
            std::path::Path::new(all.first()?).file_stem().is_some_and(|stem| stem == "cargo");
        is_cargo.then(|| all.into_iter().skip(1).take_while(|word| word != "--").collect())
    }
    #[cfg(not(unix))]
    None
}

/// Options that say how to build, with a value.
const VALUED: [&str; 7] =
    ["--features", "-F", "--target", "--target-dir", "--config", "-Z", "--profile"];
/// .. and without.
const PLAIN: [&str; 5] =
    ["--all-features", "--no-default-features", "--offline", "--locked", "--frozen"];

/// What of these arguments says how to build; the profile is that of benchmarks.
fn kept(given: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut words = given.iter();
    while let Some(word) = words.next() {
        if VALUED.contains(&&word[..]) {
            kept.push(word.clone());
            kept.extend(words.next().cloned());
        } else if PLAIN.contains(&&word[..])
            || VALUED.iter().any(|name| word.starts_with(&format!("{name}=")))
        {
            kept.push(word.clone());
        }
    }
    if !kept.iter().any(|word| word.starts_with("--profile")) {
        kept.extend(["--profile", "bench"].map(String::from));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_how_to_build_is_kept() {
        let kept = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            super::kept(&words).join(" ")
        };
        assert_eq!(kept("bench --bench dot"), "--profile bench");
        assert_eq!(
            kept("--offline bench -p dot lanes --features a,b --target=x --profile slow --no-run"),
            "--offline --features a,b --target=x --profile slow"
        );
    }

    #[test]
    fn a_layout_that_is_none_is_found() {
        let folder = std::env::temp_dir().join(format!("abreast-layouts-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let write = |name: &str, text: &str| {
            fs::write(folder.join(name), text).expect("written");
            folder.join(name)
        };
        let programs = [write("a", "1"), write("b", "2"), write("c", "1")];
        assert_eq!(differ(&programs[..2]), Ok(()));
        assert!(differ(&programs).expect_err("twice").contains("the same program twice"));
        fs::remove_dir_all(folder).expect("removed");
    }
}
