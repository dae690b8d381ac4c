//! Which argument is no text, by its name.

use clap::Command;
use std::any::TypeId;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// What is wrong with the first argument that is not UTF-8 and no name of a file, which need not be.
pub fn refusal(command: &Command, args: &[OsString]) -> Option<String> {
    let files = file_options(command);
    let pairs = args.iter().zip(args.iter().skip(1));
    pairs.filter(|(_, word)| word.to_str().is_none()).find_map(|(before, word)| {
        let (name, value) = split(before, word);
        let is_file = name.as_ref().is_some_and(|name| files.contains(name));
        let name = name.unwrap_or_else(|| "an argument".to_owned());
        (!is_file).then(|| format!("{name} = {}: must be UTF-8 text", value.escape_ascii()))
    })
}

/// An option's name, where there is one, and the bytes of its value.
fn split<'w>(before: &OsStr, word: &'w OsStr) -> (Option<String>, &'w [u8]) {
    let bytes = word.as_encoded_bytes();
    if let (true, Some(at)) = (bytes.starts_with(b"-"), bytes.iter().position(|b| *b == b'=')) {
        return (Some(String::from_utf8_lossy(&bytes[..at]).into_owned()), &bytes[at + 1..]);
    }
    let name = before.to_str().filter(|before| before.starts_with('-') && !before.contains('='));
    (name.map(str::to_owned), bytes)
}

/// The options whose value is a path, as they are written.
fn file_options(command: &Command) -> Vec<String> {
    let own = command.get_arguments().filter(|arg| is_path(arg)).flat_map(|arg| {
        let long = arg.get_long().map(|long| format!("--{long}"));
        long.into_iter().chain(arg.get_short().map(|short| format!("-{short}")))
    });
    own.chain(command.get_subcommands().flat_map(file_options)).collect()
}

fn is_path(arg: &clap::Arg) -> bool {
    arg.get_value_parser().type_id() == TypeId::of::<PathBuf>()
}
