//! How cargo made this program: of which package and with which options, so that it can be made again.

use crate::place::target_folder;
use serde_json::Value;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is to be known to call cargo again.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) cargo: OsString,
    /// The file that runs.
    pub(super) program: PathBuf,
    /// Where cargo keeps what it makes with this profile.
    pub(super) folder: PathBuf,
    pub(super) target: Target,
    /// How to build.
    pub(super) options: Vec<String>,
}

/// What of a package this program is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// The `Cargo.toml` of the package.
    pub(super) manifest: PathBuf,
    pub(super) source: PathBuf,
}

impl Made {
    pub(super) fn this_program() -> Result<Made, String> {
        let program = std::env::current_exe().map_err(|why| why.to_string())?;
        if !program.is_file() {
            return Err("its file is no longer where it was started".to_owned());
        }
        let outside = "this program does not lie in a target folder, where cargo has made it";
        let (kind, folder) = kind(&program).ok_or(outside)?;
        if !folder.join(".fingerprint").is_dir() {
            return Err(outside.to_owned());
        }
        let is_marked = |folder: &Path| folder.join("CACHEDIR.TAG").is_file();
        // Without the mark it is one that was copied, and most likely not for another kind of machine.
        let all = target_folder(&program, is_marked).or(folder.parent().map(Path::to_owned));
        let all = all.ok_or(outside)?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let sources = sources(kind, &program)?;
        let target = target(&cargo, kind, &program, &sources)?;
        unchanged(&program, &sources)?;
        if !target.source.is_file() {
            return Err(format!("{} is not there", target.source.display()));
        }
        let mut options = match crate::cargo::arguments() {
            Some(given) => kept(&given),
            None => by_place(&all, folder),
        };
        if !options.iter().any(|word| word.starts_with("--profile")) {
            options.extend(["--profile".to_owned(), profile(kind, folder)]);
        }
        Ok(Made { cargo, folder: folder.to_owned(), program, target, options })
    }
}

/// What cargo makes of a package and puts there, and the folder of the profile.
fn kind(program: &Path) -> Option<(&'static str, &Path)> {
    let folder = program.parent()?;
    Some(match folder.file_name()?.to_str() {
        Some("deps") => ("bench", folder.parent()?),
        Some("examples") => ("example", folder.parent()?),
        _ => ("bin", folder),
    })
}

/// What the program was made of, as far as it is known: benchmarks are started by cargo, which says where
/// their package is; beside other programs cargo leaves a list.
fn sources(kind: &str, program: &Path) -> Result<Vec<PathBuf>, String> {
    if kind == "bench" {
        let package = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("it needs `cargo bench`")?;
        return Ok(vec![PathBuf::from(package).join("Cargo.toml")]);
    }
    let list = program.with_extension("d");
    let text = fs::read_to_string(&list).map_err(|why| {
        format!("what it was made of is not known here: {}: {why}", list.display())
    })?;
    Ok(listed(&text))
}

/// The files of a list in the form of `make`, in which a space within a name has a backslash before it.
fn listed(text: &str) -> Vec<PathBuf> {
    let Some((_, files)) = text.lines().next().and_then(|line| line.split_once(": ")) else {
        return Vec::new();
    };
    let marked = files.replace("\\ ", "\0");
    marked.split_whitespace().map(|file| file.replace('\0', " ").into()).collect()
}

/// None of them may be newer than the program: it would be another one.
fn unchanged(program: &Path, sources: &[PathBuf]) -> Result<(), String> {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    let made = time(program);
    match sources.iter().find(|source| time(source).is_some_and(|time| Some(time) > made)) {
        Some(newer) => {
            Err(format!("{} has changed since it was built: build it again", newer.display()))
        }
        None => Ok(()),
    }
}

/// Asks cargo of which package this is a program.
fn target(
    cargo: &OsString,
    kind: &'static str,
    program: &Path,
    sources: &[PathBuf],
) -> Result<Target, String> {
    let mut manifests: Vec<PathBuf> = sources.iter().filter_map(|file| manifest(file)).collect();
    manifests.sort();
    manifests.dedup();
    if manifests.is_empty() {
        return Err("what it was made of is not there".to_owned());
    }
    for manifest in &manifests {
        let mut command = Command::new(cargo);
        command.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]);
        let told = command.arg(manifest).output();
        let told = told.map_err(|why| format!("cargo cannot be started: {why}"))?;
        let told: Value = serde_json::from_slice(&told.stdout).unwrap_or_default();
        if let Some(found) = target_of(&told, kind, program, sources) {
            return Ok(found);
        }
    }
    Err(format!("cargo knows no {kind} of this name in {}", manifests[0].display()))
}

/// The nearest `Cargo.toml` above a file.
fn manifest(file: &Path) -> Option<PathBuf> {
    file.ancestors().map(|above| above.join("Cargo.toml")).find(|file| file.is_file())
}

/// The target of this name that is made of these sources.
fn target_of(
    told: &Value,
    kind: &'static str,
    program: &Path,
    sources: &[PathBuf],
) -> Option<Target> {
    let stem = crate::place::bench_name(program).replace('-', "_");
    let all = told["packages"].as_array()?.iter().flat_map(|package| {
        let manifest = package["manifest_path"].as_str();
        package["targets"].as_array().into_iter().flatten().map(move |target| (manifest, target))
    });
    let targets = all.filter_map(|(manifest, target)| {
        let is_kind = target["kind"].as_array()?.iter().any(|one| one == kind);
        Some(Target {
            kind,
            name: target["name"].as_str().filter(|_| is_kind)?.to_owned(),
            manifest: manifest?.into(),
            source: target["src_path"].as_str()?.into(),
        })
    });
    let is_it = |target: &Target| {
        // In `deps` a name has no hyphens.
        target.name.replace('-', "_") == stem
            && (sources.contains(&target.source) || sources.contains(&target.manifest))
    };
    targets.into_iter().find(is_it)
}

/// Options that say how to build, with a value.
const VALUED: [&str; 7] =
    ["--features", "-F", "--target", "--target-dir", "--config", "-Z", "--profile"];
/// .. and without.
const PLAIN: [&str; 5] =
    ["--all-features", "--no-default-features", "--offline", "--locked", "--frozen"];

/// What of these arguments says how to build.
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
    kept
}

/// What the folders say: `TARGET/TRIPLE/release` or `TARGET/release`.
fn by_place(target: &Path, folder: &Path) -> Vec<String> {
    let mut options = vec!["--target-dir".to_owned(), target.display().to_string()];
    let triple = folder.parent().filter(|above| *above != target).and_then(Path::file_name);
    if let Some(triple) = triple {
        options.extend(["--target".to_owned(), triple.to_string_lossy().into_owned()]);
    }
    options
}

/// The profile that cargo uses for this kind, or the one that the folder is named after.
fn profile(kind: &str, folder: &Path) -> String {
    match folder.file_name().unwrap_or_default().to_string_lossy() {
        _ if kind == "bench" => "bench".to_owned(),
        name if name == "debug" => "dev".to_owned(),
        name => name.into_owned(),
    }
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
        assert_eq!(kept("bench --bench dot"), "");
        assert_eq!(
            kept("--offline bench -p dot lanes --features a,b --target=x --profile slow --no-run"),
            "--offline --features a,b --target=x --profile slow"
        );
    }

    #[test]
    fn the_folders_say_what_was_built_and_how() {
        for (program, kind_of, options, profile_of) in [
            ("/t/release/dot", "bin", "--target-dir /t", "release"),
            ("/t/debug/dot", "bin", "--target-dir /t", "dev"),
            ("/t/x86/slow/dot", "bin", "--target-dir /t --target x86", "slow"),
            ("/t/release/examples/dot", "example", "--target-dir /t", "release"),
            ("/t/release/deps/dot-0123456789abcdef", "bench", "--target-dir /t", "bench"),
        ] {
            let (kind, folder) = kind(Path::new(program)).expect("a folder");
            assert_eq!(
                (kind, &by_place(Path::new("/t"), folder).join(" ")[..]),
                (kind_of, options)
            );
            assert_eq!(profile(kind, folder), profile_of, "{program}");
        }
    }

    #[test]
    fn the_program_of_a_package_is_found_by_its_sources() {
        let target = |kind: &str, name: &str, source: &str| serde_json::json!({ "kind": [kind], "name": name, "src_path": source });
        let package = |manifest: &str, targets: Vec<Value>| serde_json::json!({ "manifest_path": manifest, "targets": targets });
        let one = [target("lib", "my-dot", "/a/lib.rs"), target("bin", "my-dot", "/a/main.rs")];
        let other = [target("bin", "my-dot", "/b/main.rs"), target("bench", "my-dot", "/b/dot.rs")];
        let told = serde_json::json!({ "packages": [
            package("/a/Cargo.toml", one.to_vec()),
            package("/b/Cargo.toml", other.to_vec()),
        ]});
        let find = |kind, program: &str, source: &str| {
            let found = target_of(&told, kind, Path::new(program), &[source.into()])?;
            Some((found.name, found.source.display().to_string()))
        };
        let found = |source: &str| Some(("my-dot".to_owned(), source.to_owned()));
        assert_eq!(find("bin", "/t/release/my-dot", "/b/main.rs"), found("/b/main.rs"));
        assert_eq!(find("bin", "/t/release/dot", "/b/main.rs"), None);
        assert_eq!(find("bin", "/t/release/my-dot", "/c/main.rs"), None);
        let bench = "/t/release/deps/my_dot-0123456789abcdef";
        assert_eq!(find("bench", bench, "/b/Cargo.toml"), found("/b/dot.rs"));
    }

    #[test]
    fn a_list_of_sources_may_have_names_with_spaces() {
        let files = listed("/t/dot: /a/src/main.rs /a\\ b/lib.rs\n\n/a/src/main.rs:\n");
        assert_eq!(files, ["/a/src/main.rs", "/a b/lib.rs"].map(PathBuf::from));
        assert!(listed("").is_empty());
    }

    #[test]
    fn sources_that_are_newer_than_the_program_are_named() {
        let folder = std::env::temp_dir().join(format!("abreast-made-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let write = |name: &str, seconds: u64| {
            let file = fs::File::create(folder.join(name)).expect("a file");
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            file.set_modified(time).expect("its time");
            folder.join(name)
        };
        let (program, old, new) = (write("dot", 20), write("old.rs", 10), write("new.rs", 30));
        assert_eq!(unchanged(&program, &[old.clone(), folder.join("gone.rs")]), Ok(()));
        let why = unchanged(&program, &[old, new]).expect_err("it is newer");
        assert!(why.contains("new.rs has changed since it was built"), "{why}");
        fs::remove_dir_all(folder).expect("removed");
    }
}
