//! Linking, and nothing left behind: a program that is open needs no name.

use super::made::Made;
use super::{Layouts, Program};
use crate::random::splitmix64;
use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// So many programs that differ in their layout only.
pub(super) fn again(made: &Made, count: u64, seed: u64) -> Result<Layouts, String> {
    let _back = Kept::of(made)?;
    let (mut programs, mut compiled) = (Vec::new(), 0);
    for i in 0..count {
        let flag =
            format!("-Clink-arg=-Wl,--shuffle-sections=.text*={}", splitmix64(seed, i) as u32);
        let built = build(made, &flag)?;
        compiled += built.compiled;
        programs.push(built.program);
    }
    differ(&programs)?;
    let note = (compiled > 0).then(|| {
        format!(
            "--layouts {count}: cargo compiled {compiled} more crates, so the relinked programs may be built \
             with other features or flags than this one"
        )
    });
    Ok(Layouts { programs, note })
}

struct Built {
    program: Program,
    /// Crates that cargo had to compile besides.
    compiled: usize,
}

/// Links once, takes the program, and removes what cargo keeps of it.
fn build(made: &Made, flag: &str) -> Result<Built, String> {
    let target = &made.target;
    let mut command = Command::new(&made.cargo);
    command.current_dir(target.manifest.parent().unwrap_or(Path::new(".")));
    command.arg("rustc").args(&made.options);
    command.args([&format!("--{}", target.kind), &target.name, "--message-format=json"]);
    let before = hashes(made);
    let output = command.args(["--", flag]).output();
    let output = output.map_err(|why| format!("cargo cannot be started: {why}"))?;
    let said = Said::of(&output.stdout);
    let built = said.executable(made).filter(|_| output.status.success());
    let program = built.as_ref().map(|path| Program::open(path));
    let hash = match &built {
        Some(path) => hash_of(made, path),
        // It has failed, and what is new is what it has begun.
        None => match &new(made, &before)[..] {
            [one] => Some(one.clone()),
            _ => None,
        },
    };
    if let Some(hash) = hash {
        remove(made, &hash);
    }
    let program = program.ok_or_else(|| said.why(&output.stderr))?;
    Ok(Built { program: program?, compiled: said.compiled(made) })
}

impl Program {
    /// A program whose file may lose its name.
    fn open(path: &Path) -> Result<Program, String> {
        let open = File::open(path).map_err(|why| format!("{}: {why}", path.display()))?;
        let path = format!("/proc/{}/fd/{}", std::process::id(), open.as_raw_fd());
        Ok(Program { path: path.into(), _open: Some(open) })
    }
}

/// The messages of cargo.
struct Said(Vec<serde_json::Value>);

impl Said {
    fn of(stdout: &[u8]) -> Said {
        let text = String::from_utf8_lossy(stdout);
        Said(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    fn artifacts(&self) -> impl Iterator<Item = &serde_json::Value> {
        self.0.iter().filter(|message| message["reason"] == "compiler-artifact")
    }

    fn is_it(made: &Made, artifact: &serde_json::Value) -> bool {
        let target = &artifact["target"];
        target["name"] == *made.target.name && target["kind"][0] == *made.target.kind
    }

    fn executable(&self, made: &Made) -> Option<PathBuf> {
        let own = self.artifacts().find(|artifact| Said::is_it(made, artifact))?;
        own["executable"].as_str().map(PathBuf::from)
    }

    /// How many others were not as they should be.
    fn compiled(&self, made: &Made) -> usize {
        let others = self.artifacts().filter(|artifact| !Said::is_it(made, artifact));
        others.filter(|artifact| artifact["fresh"] == false).count()
    }

    /// Why there is no program.
    fn why(&self, stderr: &[u8]) -> String {
        let text = self.0.iter().filter_map(|message| message["message"]["message"].as_str());
        let stderr = String::from_utf8_lossy(stderr);
        let lines: Vec<&str> = text.flat_map(str::lines).chain(stderr.lines()).collect();
        let unknown = lines.iter().find(|line| line.contains("shuffle-sections"));
        if unknown.is_some() {
            return "the linker is not lld, which has --shuffle-sections".to_owned();
        }
        let error = lines.iter().find(|line| line.starts_with("error")).or(lines.first());
        format!("linking failed: {}", error.unwrap_or(&"cargo does not say why"))
    }
}

/// What the linker does not understand must not pass for a layout.
fn differ(programs: &[Program]) -> Result<(), String> {
    let read = |program: &Program| {
        fs::read(&program.path).map_err(|why| format!("{}: {why}", program.path.display()))
    };
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

/// The file that runs. Cargo gives each program that it has linked the same name, and the last one would keep it.
struct Kept {
    program: PathBuf,
    beside: PathBuf,
}

impl Kept {
    fn of(made: &Made) -> Result<Option<Kept>, String> {
        if made.target.kind == "bench" {
            return Ok(None);
        }
        let program = made.program.clone();
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let beside = program.with_file_name(format!(".{name}.{}", std::process::id()));
        let _ = fs::remove_file(&beside);
        let kept =
            fs::hard_link(&program, &beside).or_else(|_| fs::copy(&program, &beside).map(|_| ()));
        kept.map_err(|why| format!("{}: {why}", beside.display()))?;
        Ok(Some(Kept { program, beside }))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // Where both are names of one file still, renaming does nothing.
        let _ = fs::rename(&self.beside, &self.program);
        let _ = fs::remove_file(&self.beside);
    }
}

/// Cargo names what it keeps of a program with this at the end.
fn hash(name: &str) -> Option<&str> {
    let hash = name.rsplit_once('-')?.1;
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some(hash)
}

/// What cargo knows of programs and libraries of this package.
fn hashes(made: &Made) -> Vec<String> {
    let all = names(&made.folder.join(".fingerprint"));
    all.iter().filter_map(|name| hash(name)).map(str::to_owned).collect()
}

fn new(made: &Made, before: &[String]) -> Vec<String> {
    hashes(made).into_iter().filter(|hash| !before.contains(hash)).collect()
}

/// The hash of the program at this path, which may be its second name.
fn hash_of(made: &Made, path: &Path) -> Option<String> {
    let which = |path: &Path| fs::metadata(path).ok().map(|data| (data.dev(), data.ino()));
    let this = which(path)?;
    ["deps", "examples"].iter().map(|folder| made.folder.join(folder)).find_map(|folder| {
        let all = names(&folder);
        let own = all.iter().find(|name| {
            hash(name).is_some() && which(&folder.join(name)).is_some_and(|other| other == this)
        })?;
        hash(own).map(str::to_owned)
    })
}

/// Removes everything with this hash.
fn remove(made: &Made, hash: &str) {
    let with_hash = format!("-{hash}");
    for folder in ["deps", "examples", ".fingerprint"].map(|name| made.folder.join(name)) {
        for name in names(&folder).iter().filter(|name| name.contains(&with_hash)) {
            let path = folder.join(name);
            let _ = match path.is_dir() {
                true => fs::remove_dir_all(path),
                false => fs::remove_file(path),
            };
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

#[cfg(test)]
mod tests;
