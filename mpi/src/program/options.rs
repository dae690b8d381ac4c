//! What stands behind the name of a command.

use abreast::kernel::Entry;
use abreast::{Error, Executor, executors};
use std::ffi::OsString;

/// The options of all commands: see the help.
#[derive(Debug, Default)]
pub struct Options {
    /// Kernels, by name or family.
    kernels: Vec<String>,
    exec: Option<String>,
    /// Only this variant.
    pub variant: Option<String>,
    /// The size of the problem.
    pub size: Option<u64>,
    /// Indices or rows per chunk.
    pub chunk: Option<u64>,
    /// How often each executor is timed.
    pub rounds: Option<u64>,
}

impl Options {
    /// Those of a command line.
    ///
    /// # Errors
    /// An option that there is not, that has no value or a wrong one.
    pub fn of(args: &[OsString]) -> Result<Options, abreast::Fault> {
        let mut options = Options::default();
        let mut args = args.iter().map(|arg| arg.to_string_lossy().into_owned());
        while let Some(arg) = args.next() {
            if !arg.starts_with('-') {
                options.kernels.push(arg);
                continue;
            }
            let (name, value) = match arg.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (arg, args.next()),
            };
            let value =
                value.ok_or_else(|| Error::argument(&*name, "", "must be followed by a value"))?;
            options.set(&name, value)?;
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), Error> {
        let number = |value: String| {
            let whole = value.parse().ok().filter(|number| *number > 0);
            whole.ok_or_else(|| Error::argument(name, value, "must be a whole number above 0"))
        };
        match name {
            "--exec" => self.exec = Some(value),
            "--variant" => self.variant = Some(value),
            "--size" => self.size = Some(number(value)?),
            "--chunk" => self.chunk = Some(number(value)?),
            "--rounds" => self.rounds = Some(number(value)?),
            _ => {
                let known = ["--exec", "--variant", "--size", "--chunk", "--rounds"];
                return Err(Error::unknown("option", name, known));
            }
        }
        Ok(())
    }

    /// The kernels asked for, or these.
    ///
    /// # Errors
    /// A name that no kernel and no family has.
    pub fn kernels<'r>(
        &self,
        registry: &'r [Entry],
        default: &[&str],
    ) -> Result<Vec<&'r Entry>, Error> {
        let is = |entry: &Entry, name: &str| entry.name == name || entry.family == name;
        for name in &self.kernels {
            if !registry.iter().any(|entry| is(entry, name)) {
                return Entry::find(registry, name).map(|_| Vec::new());
            }
        }
        let wanted = |entry: &&Entry| match self.kernels.is_empty() {
            true => default.is_empty() || default.contains(&entry.name),
            false => self.kernels.iter().any(|name| is(entry, name)),
        };
        Ok(registry.iter().filter(wanted).collect())
    }

    /// The executors asked for, or these.
    ///
    /// # Errors
    /// A name that no executor has.
    pub fn executors(&self, default: &str) -> Result<Vec<Box<dyn Executor>>, Error> {
        let names = self.exec.as_deref().unwrap_or(default);
        names.split(',').map(executors::parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(args: &[&str]) -> String {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        Options::of(&args).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(refusal(&["--size", "0"]), "--size = 0: must be a whole number above 0");
        assert_eq!(refusal(&["--size=x"]), "--size = x: must be a whole number above 0");
        assert_eq!(refusal(&["dot", "--exec"]), "--exec = : must be followed by a value");
        assert_eq!(refusal(&["--exce", "mpi"]), "unknown option '--exce'; did you mean '--exec'?");
    }
}
