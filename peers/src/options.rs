//! The command line.

use crate::engine::Request;
use crate::show::{MARKDOWN, Report};
use lexopt::{Arg, Parser, ValueExt};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub const HELP: &str = "\
Ours beside the best of others, paired in one run.

cargo run --release --manifest-path peers/Cargo.toml -- [FILTER..] [OPTIONS]

FILTER           cases whose name contains it: dot, \"gemm f32\", graph
  --list         list the cases
  --quick        fewer rounds, and no large products
  --small        calls of 0 to 64 elements instead: what a call costs, in nanoseconds
  --check        whether all agree, and no times
  --starts N     process starts that the times come from (4, with --quick 2)
  --seed N       of inputs and order (42)
  --json FILE    all of it as JSON
  --md FILE      the table as Markdown

Exit code 0: ours agrees with others. 1: with nobody, or a case did not end. 2: bad input.
A rival that is wrong is named and not timed. What is missing is skipped with its reason; peers/install fetches OpenBLAS and MKL.
";

/// What is to be done.
#[derive(Debug)]
pub enum Asked {
    Help,
    Run(Options),
}

/// What is asked for.
#[derive(Debug, Default)]
pub struct Options {
    pub filters: Vec<String>,
    pub list: bool,
    pub request: Request,
    json: Option<PathBuf>,
    md: Option<PathBuf>,
}

impl Options {
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, String> {
        let mut options = Options::default();
        let mut parser = Parser::from_args(arguments);
        let bad = |why: lexopt::Error| format!("{why}; --help lists what there is");
        while let Some(argument) = parser.next().map_err(bad)? {
            match argument {
                Arg::Value(filter) => options.filters.push(filter.string().map_err(bad)?),
                Arg::Short('h') | Arg::Long("help") => return Ok(Asked::Help),
                Arg::Long("list") => options.list = true,
                Arg::Long("quick") => options.request.quick = true,
                Arg::Long("check") => options.request.check = true,
                Arg::Long("small") => options.request.small = true,
                Arg::Long("starts") => {
                    options.request.starts = Some(count(&mut parser, "--starts", 1)?)
                }
                Arg::Long("seed") => options.request.seed = Some(count(&mut parser, "--seed", 0)?),
                Arg::Long("json") => options.json = Some(parser.value().map_err(bad)?.into()),
                Arg::Long("md") => options.md = Some(parser.value().map_err(bad)?.into()),
                other => return Err(bad(other.unexpected())),
            }
        }
        Ok(Asked::Run(options))
    }

    pub fn selects(&self, case: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| case.contains(&filter[..]))
    }

    /// Before anything is measured: whether the files can be written and are ours.
    pub fn check_files(&self) -> Result<(), String> {
        let ours = [(&self.json, "{\"schema\":\"abreast-peers/"), (&self.md, MARKDOWN)];
        for (path, begins) in
            ours.into_iter().filter_map(|(path, begins)| Some((path.as_ref()?, begins)))
        {
            check(path, begins)?;
        }
        Ok(())
    }

    pub fn write(&self, report: &Report) -> Result<(), String> {
        let write = |path: &Path, text: String| {
            std::fs::write(path, text).map_err(|why| format!("{}: {why}", path.display()))
        };
        if let Some(path) = &self.json {
            let text = serde_json::to_string(report).map_err(|why| why.to_string())?;
            write(path, text + "\n")?;
        }
        self.md.as_ref().map_or(Ok(()), |path| write(path, report.markdown()))
    }
}

fn count(parser: &mut Parser, option: &str, least: u64) -> Result<u64, String> {
    let text = parser.value().and_then(|value| value.string()).map_err(|why| why.to_string())?;
    let number = text.parse().ok().filter(|number| *number >= least);
    number.ok_or_else(|| format!("{option} {text}: must be a whole number of at least {least}"))
}

fn check(path: &Path, begins: &str) -> Result<(), String> {
    let named = |why: std::io::Error| format!("{}: {why}", path.display());
    match std::fs::read(path) {
        Ok(old) if !old.is_empty() && !old.starts_with(begins.as_bytes()) => {
            Err(format!("{} was not written by this program: choose another file", path.display()))
        }
        Ok(_) => Ok(()),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            std::fs::write(path, "").map_err(named)
        }
        Err(why) => Err(named(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        match Options::parse(line.split_whitespace().map(OsString::from))? {
            Asked::Run(options) => Ok(options),
            Asked::Help => Err("help".to_owned()),
        }
    }

    #[test]
    fn options_are_read_and_bad_ones_named() {
        let options =
            parse("dot --quick --check gemm --starts 3 --seed 0 --json a --md b").expect("good");
        assert!(!options.request.small && parse("--small").expect("good").request.small);
        assert!(options.request.quick && options.request.check && !options.list);
        assert_eq!((options.request.starts, options.request.seed), (Some(3), Some(0)));
        assert!(
            options.selects("dot f64") && options.selects("gemm f32") && !options.selects("pi")
        );
        assert!(parse("").expect("good").selects("pi"));
        for bad in ["--starts 0", "--seed x", "--json", "--fast"] {
            let why = parse(bad).expect_err(bad);
            assert!(why.contains(bad.split(' ').next().unwrap_or(bad)), "{bad}: {why}");
        }
    }

    #[test]
    fn a_file_of_somebody_else_is_kept() {
        let file = std::env::temp_dir().join(format!("abreast-peers-{}.md", std::process::id()));
        assert_eq!(check(&file, MARKDOWN), Ok(()));
        std::fs::write(&file, "thesis").expect("written");
        assert!(
            check(&file, MARKDOWN).expect_err("foreign").contains("not written by this program")
        );
        std::fs::write(&file, format!("{MARKDOWN}\nold")).expect("written");
        assert_eq!(check(&file, MARKDOWN), Ok(()));
        std::fs::remove_file(file).expect("removed");
    }
}
