//! The crate that docs/comparing.md describes, outside of this repository's workspace, with one more
//! benchmark full of mutants: functions with one fault each.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

pub const GUIDE: &str = include_str!("../../../docs/comparing.md");

/// Where the crate is.
pub struct Crate {
    folder: PathBuf,
}

/// What a command said.
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Said {
        Said {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Said {
    /// Asserts the exit code of the benchmark, whatever cargo made of it.
    #[track_caller]
    pub fn ends_with(&self, code: i32) -> &Said {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        assert_eq!(self.code, Some(code), "{all}");
        self
    }

    /// Asserts that a line of either stream has all the parts.
    #[track_caller]
    pub fn has(&self, parts: &[&str]) -> &Said {
        // Sentences are wrapped: what is indented belongs to the line before.
        let all = format!("{}\n{}", self.stdout, self.stderr).replace("\n  ", " ");
        let fits = |line: &str| parts.iter().all(|part| line.contains(part));
        assert!(all.lines().any(fits), "{parts:?} not in\n{all}");
        self
    }
}

/// The text of the block that comes after the line that begins with `` `name`: ``.
pub fn block(name: &str) -> &'static str {
    let start = GUIDE.find(&format!("\n`{name}`:")).unwrap_or_else(|| panic!("no {name}"));
    let fence = GUIDE[start..].find("```").expect("a block") + start;
    let text = &GUIDE[fence..];
    let text = &text[text.find('\n').expect("a line") + 1..];
    &text[..text.find("```").expect("an end")]
}

/// Every command of the guide.
pub fn commands() -> Vec<&'static str> {
    let blocks = GUIDE.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).collect()
}

/// The crate, written once for all tests.
pub fn the_crate() -> &'static Crate {
    static CRATE: OnceLock<Crate> = OnceLock::new();
    CRATE.get_or_init(|| {
        let compare = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("my-dot");
        let write = |name: &str, text: &str| {
            let file = folder.join(name);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            // What is as it was stays as old as it was: cargo need not build it again.
            if std::fs::read_to_string(&file).ok().as_deref() != Some(text) {
                std::fs::write(file, text).expect("written");
            }
        };
        let mutants = |name: &str| {
            std::fs::read_to_string(compare.join("tests/outside").join(name)).expect("a file")
        };
        let manifest =
            block("Cargo.toml").replace("../abreast/compare", &compare.to_string_lossy());
        let bench = "\n[[bench]]\nname = \"mutants\"\nharness = false\n\n[workspace]\n";
        write("Cargo.toml", &(manifest + bench));
        let compile = ".file(\"csrc/dot.c\").file(\"csrc/mutants.c\").flag(\"-w\")";
        let build = block("build.rs").replace(".file(\"csrc/dot.c\")", compile);
        write("build.rs", &build.replace("changed=csrc/dot.c", "changed=csrc"));
        for name in ["csrc/dot.c", "src/lib.rs"] {
            write(name, block(name));
        }
        // Fewer sizes, to save time. A command that has sizes of its own is not affected.
        let few = block("benches/dot.rs").replace("pow2(4..=20)", "pow2(4..=6)");
        write("benches/dot.rs", &few);
        write("csrc/mutants.c", &mutants("mutants.c"));
        write("benches/mutants.rs", &mutants("mutants.rs"));
        // The versions that this workspace has, so that no network is needed.
        let lock = std::fs::read_to_string(compare.join("../Cargo.lock")).expect("Cargo.lock");
        write("Cargo.lock", &lock);
        Crate { folder }
    })
}

impl Crate {
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs a command of the guide, such as `cargo bench --bench dot`.
    pub fn run(&self, command: &str) -> Said {
        // What stands in quotes is one argument.
        let parts = command.split('\'').enumerate();
        let words = parts.flat_map(|(i, part)| match i % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        });
        let mut words = words.collect::<Vec<&str>>().into_iter();
        assert_eq!(words.next(), Some("cargo"), "{command}");
        self.prepared(env!("CARGO")).args(words).output().expect("cargo").into()
    }

    /// Runs a script of the guide, with these scripts in place of tools that it calls.
    #[cfg(unix)]
    pub fn script(&self, text: &str, arguments: &[&str], tools: &[(&str, &str)]) -> Said {
        use std::os::unix::fs::PermissionsExt;
        let folder = self.folder.join("tools");
        std::fs::create_dir_all(&folder).expect("a folder");
        for (name, text) in tools {
            let file = folder.join(name);
            std::fs::write(&file, text).expect("written");
            std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).expect("set");
        }
        let own = std::env::var_os("PATH").unwrap_or_default();
        let cargo = Path::new(env!("CARGO")).parent().expect("a folder").to_owned();
        let path = [folder, cargo].into_iter().chain(std::env::split_paths(&own));
        let mut bash = self.prepared("bash");
        bash.env("PATH", std::env::join_paths(path).expect("a path"));
        bash.args(["-c", text, "script"]).args(arguments).output().expect("bash").into()
    }

    /// A command in the crate's folder, that builds what it builds without a network.
    fn prepared(&self, program: &str) -> Command {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("target/");
        let mut command = Command::new(program);
        command.current_dir(&self.folder);
        command.env("CARGO_NET_OFFLINE", "true").env("CARGO_TARGET_DIR", target);
        // With the profile of this workspace, so that what it has built is not built again.
        command.env("CARGO_PROFILE_DEV_DEBUG", "limited");
        command
    }

    /// Runs a benchmark itself, as `cargo test` builds it, so that its exit code is its own.
    pub fn bench(&self, name: &str, arguments: &str) -> Said {
        self.bench_with(name, arguments, &[])
    }

    /// As [`Crate::bench`], with variables in its environment.
    pub fn bench_with(&self, name: &str, arguments: &str, variables: &[(&str, &str)]) -> Said {
        let mut bench = self.command(name, &["test", "--no-run"], arguments);
        bench.envs(variables.iter().copied()).output().expect("a benchmark").into()
    }

    /// As [`Crate::bench`], optimised, as `cargo bench` builds it.
    pub fn optimised(&self, name: &str, arguments: &str) -> Said {
        let arguments = format!("--bench {arguments}");
        let mut bench = self.command(name, &["bench", "--no-run"], &arguments);
        bench.output().expect("a benchmark").into()
    }

    /// As [`Crate::bench`], but does not wait for its end.
    pub fn start(&self, name: &str, arguments: &str) -> Child {
        let mut bench = self.command(name, &["test", "--no-run"], arguments);
        bench.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a benchmark")
    }

    fn command(&self, name: &str, how: &[&str], arguments: &str) -> Command {
        let mut bench = Command::new(self.executable(name, how));
        bench.args(arguments.split_whitespace()).current_dir(&self.folder);
        bench
    }

    fn executable(&self, name: &str, how: &[&str]) -> PathBuf {
        let line = format!(
            "cargo {} --bench {name} --message-format=json-render-diagnostics",
            how.join(" ")
        );
        let built = self.run(&line);
        assert_eq!(built.code, Some(0), "{}", built.stderr);
        let mut file = built.stdout.lines().filter_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            (message["target"]["name"] == name)
                .then(|| message["executable"].as_str().map(PathBuf::from))?
        });
        file.next_back().unwrap_or_else(|| panic!("{}", built.stdout))
    }
}
