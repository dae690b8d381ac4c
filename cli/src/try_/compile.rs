//! Sources become shared libraries, by the compilers at hand.

use crate::console::{Console, shown};
use crate::heap;
use crate::try_::plan::COUNTING;
use crate::try_::shim;
use crate::try_::source::{FileKind, Source};
use abreast_compare::Compiler;
use anyhow::{Context, Result, anyhow, bail};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

/// A compiler: how it is started, and the option that names another one.
#[derive(Debug, Clone)]
pub struct Tool {
    language: &'static str,
    option: &'static str,
    words: Vec<OsString>,
}

/// The compilers, and what they are told.
#[derive(Debug, Clone)]
pub struct Tools {
    pub cc: Tool,
    pub cxx: Tool,
    pub rustc: Tool,
    pub cargo: Tool,
    /// Each is a way to compile, as it was typed: split into words.
    pub cflags: Vec<Vec<String>>,
    pub cxxflags: Vec<Vec<String>>,
    pub rustflags: Vec<Vec<String>>,
    /// Those of the profile come before.
    pub crateflags: Vec<Vec<String>>,
    pub links: Vec<OsString>,
}

/// One source, to be compiled in one way.
#[derive(Debug, Clone)]
pub struct Unit<'s> {
    pub source: &'s Source,
    pub flags: Vec<String>,
    /// The library in the private folder.
    pub library: PathBuf,
}

/// How far it is with a library.
enum Started {
    Running(Child),
    Ended(Output),
    /// Somebody else has made it.
    Nothing,
}

impl Tool {
    /// The program that was asked for, or that of the environment, or the usual one. It may have arguments:
    /// `ccache gcc`.
    pub fn new(
        language: &'static str,
        option: &'static str,
        asked: Option<&OsStr>,
        usual: (&str, &str),
    ) -> Result<Tool> {
        let (variable, usual) = usual;
        let set = std::env::var_os(variable).filter(|value| !value.is_empty());
        let asked = asked.map(OsStr::to_owned).or(set).unwrap_or_else(|| usual.into());
        let words = match asked.to_str() {
            Some(text) if !Path::new(text).is_file() => {
                let words = shlex::split(text)
                    .with_context(|| format!("{option} {text}: a quote is not closed"))?;
                words.into_iter().map(OsString::from).collect()
            }
            _ => vec![asked],
        };
        if words.is_empty() {
            bail!("{option}: must be the name of a compiler");
        }
        Ok(Tool { language, option, words })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command
            .args(&self.words[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn name(&self) -> String {
        self.words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    fn missing(&self, why: &std::io::Error) -> anyhow::Error {
        let Tool { language, option, .. } = self;
        let name = self.name();
        match why.kind() {
            ErrorKind::NotFound => {
                anyhow!(
                    "the {language} compiler {name} is not there: install it, or name another one with {option}"
                )
            }
            _ => anyhow!("the {language} compiler {name} cannot be started: {why}"),
        }
    }

    /// The first line of what it says about itself.
    fn version(&self) -> String {
        let said = self.command().arg("--version").output().ok();
        let said =
            said.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).unwrap_or_default();
        let first = said.lines().next().map(str::trim).filter(|line| !line.is_empty());
        first.map_or_else(|| self.name(), str::to_owned)
    }
}

impl Tools {
    /// Which one is responsible, and the ways to compile.
    fn of(&self, kind: FileKind) -> (&Tool, &[Vec<String>]) {
        const ONE_WAY: &[Vec<String>] = &[Vec::new()];
        match kind {
            FileKind::C => (&self.cc, &self.cflags),
            FileKind::Cpp => (&self.cxx, &self.cxxflags),
            FileKind::Rust => (&self.rustc, &self.rustflags),
            FileKind::Crate => (&self.cargo, &self.crateflags),
            // It has the library that C++ needs, and C does not mind.
            FileKind::Object | FileKind::Archive => (&self.cxx, ONE_WAY),
            FileKind::Library => (&self.cc, ONE_WAY),
        }
    }

    /// The sources in all ways to compile them.
    pub fn units<'s>(&self, sources: &'s [Source], folder: &Path) -> Vec<Unit<'s>> {
        let ways = sources.iter().flat_map(|source| {
            self.of(source.kind).1.iter().map(move |flags| (source, flags.clone()))
        });
        let unit =
            |(i, (source, flags))| Unit { source, flags, library: folder.join(format!("{i}.so")) };
        ways.enumerate().map(unit).collect()
    }

    /// Compiles all, as many at a time as there are cores.
    pub fn compile(&self, units: &[Unit<'_>], console: &mut Console<'_>) -> Result<()> {
        let lanes = std::thread::available_parallelism().map_or(1, usize::from);
        for some in units.chunks(lanes) {
            let started: Vec<_> = some.iter().map(|unit| (unit, self.start(unit))).collect();
            let ended = started.into_iter().map(|(unit, started)| {
                let output = match started? {
                    Started::Running(child) => Some(child.wait_with_output()?),
                    Started::Ended(output) => Some(output),
                    Started::Nothing => None,
                };
                Ok((unit, output))
            });
            // All have ended before the first complaint.
            let ended: Vec<Result<_>> = ended.collect();
            for one in ended {
                let (unit, Some(output)) = one? else { continue };
                judge(self.of(unit.source.kind).0, &shown(&unit.source.path), &output, console)?;
            }
        }
        Ok(())
    }

    /// Starts what makes the library; nothing if it is one.
    fn start(&self, unit: &Unit<'_>) -> Result<Started> {
        let (tool, _) = self.of(unit.source.kind);
        let mut command = tool.command();
        let path = plain(&unit.source.path);
        match unit.source.kind {
            FileKind::C | FileKind::Cpp => {
                command.args(&unit.flags).args(LIBRARY).arg(path).args(self.linked());
            }
            FileKind::Object => {
                command.args(LIBRARY).arg(path).args(self.linked());
            }
            FileKind::Archive => {
                command.args(LIBRARY).arg("-Wl,--whole-archive").arg(path);
                command.arg("-Wl,--no-whole-archive").args(self.linked());
            }
            FileKind::Rust => self.rust(&mut command, unit, &path),
            FileKind::Crate => {
                // One after another: two ways to compile write the same file.
                return self.build_crate(unit, command).map(Started::Ended);
            }
            FileKind::Library => {
                let target = unit.source.path.canonicalize()?;
                std::os::unix::fs::symlink(target, &unit.library)?;
                return Ok(Started::Nothing);
            }
        }
        command.arg("-o").arg(&unit.library);
        command.spawn().map(Started::Running).map_err(|why| tool.missing(&why))
    }

    fn rust(&self, command: &mut Command, unit: &Unit<'_>, path: &Path) {
        command.args(["--crate-type", "cdylib", "--crate-name", "abreast_try"]);
        if !unit.flags.iter().any(|flag| flag.starts_with("--edition")) {
            // It takes both #[no_mangle] and #[unsafe(no_mangle)].
            command.args(["--edition", "2021"]);
        }
        command.args(&unit.flags).arg(path);
        for link in &self.links {
            command.args(rust_link(link));
        }
    }

    /// Has cargo build the library of a crate, and copies it.
    fn build_crate(&self, unit: &Unit<'_>, mut command: Command) -> Result<Output> {
        command.args(["rustc", "--release", "--lib", "--crate-type", "cdylib"]);
        command.args(["--message-format", "json-render-diagnostics", "--manifest-path"]);
        command.arg(unit.source.path.join("Cargo.toml")).arg("--").args(&unit.flags);
        for link in &self.links {
            command.args(rust_link(link));
        }
        let mut output = command.output().map_err(|why| self.cargo.missing(&why))?;
        // Its messages are for programs, and that all went well is no news.
        let messages = std::mem::take(&mut output.stdout);
        if output.status.success() {
            output.stderr.clear();
            let messages = String::from_utf8_lossy(&messages);
            let library = messages.lines().filter_map(built_library).next_back();
            let name = || shown(&unit.source.path);
            let library = library.with_context(|| format!("{}: cargo built no library", name()))?;
            fs::copy(library, &unit.library).with_context(name)?;
        }
        Ok(output)
    }

    fn linked(&self) -> Vec<OsString> {
        let link = |link: &OsString| match is_file(link) {
            true => link.clone(),
            false => {
                let mut flag = OsString::from("-l");
                flag.push(link);
                flag
            }
        };
        self.links.iter().map(link).chain(["-lm".into()]).collect()
    }

    /// Compiles the loop that calls the functions.
    pub fn shim(&self, source: &Path, library: &Path, console: &mut Console<'_>) -> Result<()> {
        let mut command = self.cc.command();
        command.args(shim::FLAGS).arg("-shared").arg(source).arg("-o").arg(library);
        let output = command.output().map_err(|why| self.cc.missing(&why))?;
        judge(&self.cc, "the loop that calls the functions", &output, console)
    }

    /// Compiles the same loop together with what counts allocations.
    pub fn counting(
        &self,
        source: &Path,
        folder: &Path,
        console: &mut Console<'_>,
    ) -> Result<PathBuf> {
        counting(&self.cc, Some(source), folder, console)
    }

    /// Who compiled what, and how.
    pub fn compilers(&self, units: &[Unit<'_>]) -> Vec<Compiler> {
        let mut all: Vec<Compiler> = Vec::new();
        for unit in units {
            let kind = unit.source.kind;
            if !matches!(kind, FileKind::C | FileKind::Cpp | FileKind::Rust | FileKind::Crate) {
                continue;
            }
            let (tool, _) = self.of(kind);
            let flags = unit.flags.join(" ");
            let is_known = |other: &Compiler| other.what == tool.language && other.flags == flags;
            if !all.iter().any(is_known) {
                let version = tool.version();
                all.push(Compiler { what: tool.language.to_owned(), version, flags });
            }
        }
        all
    }
}

/// The library that counts allocations, made in this folder by CC, or cc.
pub fn counter(folder: &Path, console: &mut Console<'_>) -> Result<PathBuf> {
    if !heap::is_here() {
        bail!("{}", heap::ELSEWHERE);
    }
    counting(&Tool::new("C", "CC", None, ("CC", "cc"))?, None, folder, console)
}

fn counting(
    cc: &Tool,
    source: Option<&Path>,
    folder: &Path,
    console: &mut Console<'_>,
) -> Result<PathBuf> {
    let (counter, library) = (folder.join("heap.c"), folder.join(COUNTING));
    fs::write(&counter, heap::SOURCE)?;
    let mut command = cc.command();
    command.args(shim::FLAGS).args(["-shared", "-DCOUNT_ALLOCATIONS"]);
    command.args(source).arg(&counter).arg("-o").arg(&library);
    let output = command.output().map_err(|why| cc.missing(&why))?;
    judge(cc, "what counts allocations", &output, console)?;
    Ok(library)
}

/// The last but one lets a function call another one of its file as a program does, inlined where that pays.
const LIBRARY: [&str; 3] = ["-shared", "-fPIC", "-fno-semantic-interposition"];

/// No path is taken for an option.
fn plain(path: &Path) -> PathBuf {
    let is_option = path.as_os_str().as_encoded_bytes().starts_with(b"-");
    if is_option { Path::new(".").join(path) } else { path.to_owned() }
}

/// How rustc is told to link a library.
fn rust_link(link: &OsStr) -> [OsString; 2] {
    if !is_file(link) {
        return ["-l".into(), link.to_owned()];
    }
    let path = Path::new(link).canonicalize().unwrap_or_else(|_| link.into());
    let mut argument = OsString::from("link-arg=");
    argument.push(path);
    ["-C".into(), argument]
}

/// The library that a message of cargo is about.
fn built_library(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let is_library =
        message["target"]["crate_types"].as_array()?.iter().any(|kind| kind == "cdylib");
    let mut files = message["filenames"].as_array()?.iter().filter_map(|file| file.as_str());
    is_library.then(|| files.find(|file| file.ends_with(".so")).map(PathBuf::from))?
}

/// Whether what is to be linked is a file, not the name of a library.
fn is_file(link: &OsStr) -> bool {
    let path = Path::new(link);
    path.components().count() > 1
        || path.extension().is_some_and(|e| e == "a" || e == "so" || e == "o")
}

/// Shows what a compiler said, as it is.
fn judge(tool: &Tool, what: &str, output: &Output, console: &mut Console<'_>) -> Result<()> {
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    if !said.trim().is_empty() {
        console.note(said.trim_end());
    }
    if output.status.success() {
        return Ok(());
    }
    let lacks =
        ["undefined reference", "cannot find -l", "undefined symbol", "unable to find library"];
    let hint = match lacks.iter().any(|words| said.contains(words)) {
        true => "; is a library missing? --link NAME, as in --link openblas",
        false => "",
    };
    bail!("{what}: {} {}{hint}", tool.name(), ended(output.status))
}

fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => format!("was ended ({status})"),
    }
}
