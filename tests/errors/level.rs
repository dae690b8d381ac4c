//! `ABREAST_ISA` is read once in a process, so each value is tried in a process of its own.

use crate::kernel::Product;
use abreast::kernels::REGISTRY;
use abreast::{Error, Level, kernel::Job};
use std::ffi::OsStr;
use std::process::Command;

const CHILD: &str = "ABREAST_TEST_PRINTS_ITS_LEVEL";

/// What a process with this value, or without any, says about its level.
fn chosen(value: Option<&OsStr>) -> String {
    let mut child = Command::new(std::env::current_exe().expect("a path"));
    child.args(["--exact", "level::the_variable_names_the_level", "--nocapture"]);
    child.env(CHILD, "yes").env_remove("ABREAST_ISA");
    if let Some(value) = value {
        child.env("ABREAST_ISA", value);
    }
    let output = child.output().expect("a process");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.split_once("chosen: "));
    line.unwrap_or_else(|| panic!("{text}")).1.to_owned()
}

/// A job is refused for the same reason.
fn same_of_a_job(why: &Error) -> bool {
    Job::<Product>::new((), (&[], &[])).err().as_ref() == Some(why)
}

#[test]
fn the_variable_names_the_level() {
    if std::env::var_os(CHILD).is_some() {
        let text = match (Level::chosen(), REGISTRY[0].choice()) {
            (Ok(level), Ok(choice)) if choice.level == level => level.to_string(),
            (Err(why), Err(same)) if why == same && same_of_a_job(&why) => why.to_string(),
            disagreement => format!("{disagreement:?}"),
        };
        println!("chosen: {text}");
        return;
    }
    assert_eq!(chosen(None), Level::best().name());
    assert_eq!(chosen(Some(OsStr::new(""))), Level::best().name());
    for level in Level::available() {
        assert_eq!(chosen(Some(OsStr::new(level.name()))), level.name());
    }
    let foreign = if cfg!(target_arch = "aarch64") { "v4" } else { "neon" };
    let best = Level::best().name();
    let refusal = format!(
        "level {foreign} needs instructions this CPU does not have; the best level here is {best}"
    );
    assert_eq!(chosen(Some(OsStr::new(foreign))), refusal);
    for (nonsense, hint) in
        [("neo", "did you mean 'neon'?"), ("AVX-512", "known: v1, v3, v4, neon")]
    {
        assert_eq!(
            chosen(Some(OsStr::new(nonsense))),
            format!("unknown ABREAST_ISA level '{nonsense}'; {hint}")
        );
    }
    #[cfg(unix)]
    {
        let not_text = std::os::unix::ffi::OsStrExt::from_bytes(&[0xFF, 0xFE]);
        assert!(chosen(Some(not_text)).starts_with("unknown ABREAST_ISA level '"));
    }
}
