//! What the program writes to: never somebody else's file, never half of one, and whatever a path may
//! lead to.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_abreast");
const RUN: [&str; 4] = ["run", "pi", "--n", "10"];
const DRAW: [&str; 8] = ["fractal", "julia", "--size", "20x15", "--iter", "50", "--smooth", "1"];

struct Ended {
    code: Option<i32>,
    out: Vec<u8>,
    err: String,
}

/// A hang becomes a failure; nothing here takes a second.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a command, with nothing to read.
fn ended(command: &mut Command) -> Ended {
    let files = tempfile::tempdir().unwrap();
    let (out, err) = (files.path().join("out"), files.path().join("err"));
    if command.get_program() == PROGRAM {
        command.stdout(File::create(&out).unwrap());
    }
    command.stdin(Stdio::null()).stderr(File::create(&err).unwrap());
    let mut child = command.spawn().unwrap();
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{command:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let read = |path| fs::read(path).unwrap_or_default();
    Ended { code: status.code(), out: read(out), err: String::from_utf8(read(err)).unwrap() }
}

fn abreast(folder: &Path, args: &[&str]) -> Ended {
    ended(Command::new(PROGRAM).args(args).current_dir(folder))
}

/// Runs a line of the shell, in which `$A` is the program.
fn shell(folder: &Path, line: &str) -> Ended {
    let out = folder.join("stdout-of-the-shell");
    let mut command = Command::new("bash");
    command.args(["-c", line]).env("A", PROGRAM).current_dir(folder);
    command.stdout(File::create(&out).unwrap());
    let ended = ended(&mut command);
    let said = fs::read(&out).unwrap();
    fs::remove_file(&out).unwrap();
    Ended { out: said, ..ended }
}

fn well(ended: &Ended) -> String {
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    String::from_utf8_lossy(&ended.out).into_owned()
}

/// Places like those of `/dev`, in a folder of our own: for root `/dev` is a folder like any other, and a program
/// that replaces what it should write to, as some change to it may do, would replace the machine's.
struct Devices(tempfile::TempDir);

impl Devices {
    fn new() -> Devices {
        let folder = tempfile::tempdir().unwrap();
        symlink("/proc/self/fd/1", folder.path().join("stdout")).unwrap();
        Devices(folder)
    }

    /// What `/dev/stdout` is.
    fn stdout(&self) -> String {
        self.0.path().join("stdout").to_str().unwrap().to_owned()
    }

    /// The device 1:`minor`; the machine's own where nobody here may replace that, and None where
    /// somebody may and none can be made.
    fn memory(&self, name: &str, minor: u8) -> Option<String> {
        if tempfile::tempfile_in("/dev").is_err() {
            return Some(format!("/dev/{name}"));
        }
        let own = self.0.path().join(name);
        let made = Command::new("mknod").arg(&own).args(["c", "1", &minor.to_string()]).output();
        let works = made.is_ok_and(|made| made.status.success())
            && fs::OpenOptions::new().write(true).open(&own).is_ok();
        works.then(|| own.to_str().unwrap().to_owned())
    }

    fn null(&self) -> Option<String> {
        self.memory("null", 3)
    }

    fn zero(&self) -> Option<String> {
        self.memory("zero", 5)
    }

    fn full(&self) -> Option<String> {
        self.memory("full", 7)
    }
}

/// Exit code 2, and one line that says all of `words`.
fn refused(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert_eq!(ended.err.trim_end().lines().count(), 1, "{}", ended.err);
    words.iter().for_each(|word| assert!(ended.err.contains(word), "{word}: {}", ended.err));
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What a run of each option writes into a file of that name.
const KINDS: [(&str, &[&str], &str); 3] =
    [("-o", &DRAW, "a.png"), ("--trace", &RUN, "a.json"), ("--gantt", &RUN, "a.svg")];

#[test]
fn a_file_that_names_abreast_is_not_ours_for_that_and_neither_is_one_of_another_format() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (option, args, name) in KINDS {
        let write = |name: &str| abreast(folder, &[args, &[option, name]].concat());
        well(&write(name));
        let first = fs::read(folder.join(name)).unwrap();
        // Ours, in the same format.
        well(&write(name));
        let notes = b"# notes\nabreast, and <!-- abreast report --> too\n";
        fs::write(folder.join("notes"), notes).unwrap();
        fs::write(folder.join("empty"), "").unwrap();
        // All but the last byte of the mark.
        for name in ["notes", "empty"] {
            refused(&write(name), &[name, "exists", "--force"]);
        }
        assert_eq!(fs::read(folder.join("notes")).unwrap(), notes);
        well(&abreast(folder, &[args, &[option, "notes", "--force"][..]].concat()));
        assert_eq!(fs::read(folder.join("notes")).unwrap().len() > 100, first.len() > 100);
    }
    for (option, args, own) in KINDS {
        for (_, _, other) in KINDS.iter().filter(|(_, _, other)| *other != own) {
            let before = fs::read(folder.join(other)).unwrap();
            let theirs = abreast(folder, &[args, &[option, other]].concat());
            refused(&theirs, &[other, "exists"]);
            assert_eq!(fs::read(folder.join(other)).unwrap(), before);
        }
    }
}

#[test]
fn the_files_of_a_comparison_are_kept_before_anything_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("README.md"), "# abreast\n").unwrap();
    for option in ["--md=README.md", "--csv=README.md", "--html=README.md", "--json=README.md"] {
        refused(&abreast(folder, &["compare", "dot", option]), &["README.md exists", "--force"]);
    }
    refused(&abreast(folder, &["--html", "README.md"]), &["README.md exists"]);
    assert_eq!(fs::read(folder.join("README.md")).unwrap(), b"# abreast\n");
    refused(&abreast(folder, &["compare", "dot", "--csv=no/a"]), &["--csv no/a", "the folder no"]);
    refused(&abreast(folder, &["metg", "--svg=/proc/a"]), &["--svg /proc/a", "the folder /proc"]);
    refused(&abreast(folder, &["compare", "dot", "--sizes=1e15"]), &["could not allocate"]);
    refused(&abreast(folder, &["compare", "dot", "--sizes=2^63"]), &["sizes", "at most"]);
    assert_eq!(names(folder), ["README.md"]);
}

#[test]
fn one_place_is_not_written_to_twice_however_it_is_spelled() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("sub")).unwrap();
    symlink("new", folder.join("dangling")).unwrap();
    let both = |one: &str, other: &str| {
        abreast(folder, &[&RUN[..], &["--force", "--trace", one, "--gantt", other]].concat())
    };
    let full = folder.join("new");
    for other in ["new", "./new", "sub/../new", "dangling", full.to_str().unwrap()] {
        refused(&both("new", other), &["--trace and --gantt", "the same file"]);
        refused(&both(other, "new"), &["--trace and --gantt", "the same file"]);
    }
    fs::write(folder.join("old"), "").unwrap();
    fs::hard_link(folder.join("old"), folder.join("hard")).unwrap();
    symlink("old", folder.join("soft")).unwrap();
    for other in ["old", "hard", "soft"] {
        let twice = both("old", other);
        assert_eq!(twice.code, Some(2), "{}", twice.err);
        assert!(twice.err.contains("the same file"), "{}", twice.err);
    }
    let devices = Devices::new();
    let stdout = devices.stdout();
    for [one, other] in [["-", "-"], ["-", &stdout], ["/dev/fd/1", "-"]] {
        refused(&both(one, other), &["standard output"]);
    }
    let json = abreast(folder, &[&RUN[..], &["--json", "--trace", &stdout]].concat());
    refused(&json, &["--json and --trace", "standard output"]);
    refused(&abreast(folder, &["compare", "--json", "--csv=-"]), &["--json and --csv"]);
    if let Some(null) = devices.null() {
        well(&both(&null, &null));
    }
    assert_eq!(names(folder), ["dangling", "hard", "old", "soft", "sub"]);
}

#[test]
fn links_stay_links_and_a_replaced_file_keeps_its_mode() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("elsewhere")).unwrap();
    symlink("elsewhere/real.json", folder.join("link.json")).unwrap();
    let trace = |name: &str| abreast(folder, &[&RUN[..], &["--trace", name]].concat());
    // Twice: the first time it leads nowhere yet.
    for _ in 0..2 {
        well(&trace("link.json"));
        assert!(folder.join("link.json").is_symlink());
        assert_eq!(names(&folder.join("elsewhere")), ["real.json"]);
    }
    let real = folder.join("elsewhere/real.json");
    let mask = well(&shell(folder, "umask"));
    let mask = u32::from_str_radix(mask.trim(), 8).unwrap();
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().mode() & 0o7777;
    assert_eq!(mode(&real), 0o666 & !mask, "a new file is as public as any other");
    for bits in [0o600, 0o640, 0o755] {
        fs::set_permissions(&real, fs::Permissions::from_mode(bits)).unwrap();
        well(&trace("link.json"));
        assert_eq!(mode(&real), bits);
    }
    // The other names of a hard link keep what they had, and that is said.
    fs::hard_link(&real, folder.join("other.json")).unwrap();
    let before = fs::read(folder.join("other.json")).unwrap();
    let linked = trace("link.json");
    well(&linked);
    assert!(linked.err.contains("hard links"), "{}", linked.err);
    assert_eq!(fs::read(folder.join("other.json")).unwrap(), before);
}

#[test]
fn what_is_no_plain_file_is_written_to_and_stays_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let fifo = shell(folder, "mkfifo f; $A run pi --n 10 --trace f");
    refused(&fifo, &["--trace f", "nobody has the pipe open"]);
    // More than a pipe holds; `--force` changes nothing.
    let line =
        "cat f > got & exec 9> f; $A run pi --n 3000 --chunk 1 --trace f --force; exec 9>&-; wait";
    well(&shell(folder, line));
    assert!(fs::metadata(folder.join("f")).unwrap().file_type().is_fifo());
    let got = fs::read_to_string(folder.join("got")).unwrap();
    assert!(got.len() > 65_536 && got.ends_with("]}\n"), "{}", got.len());
    let piped = shell(
        folder,
        "$A run pi --n 10 --trace >(cat > got2; echo done > end); until [ -e end ]; do sleep 0.01; done",
    );
    well(&piped);
    assert!(fs::read_to_string(folder.join("got2")).unwrap().ends_with("]}\n"));
    let added = shell(folder, "echo before > log; $A run pi --n 10 --trace /dev/fd/3 3>> log");
    well(&added);
    let log = fs::read_to_string(folder.join("log")).unwrap();
    assert!(log.starts_with("before\n{") && log.ends_with("]}\n"), "{log}");
    let devices = Devices::new();
    let forced = |path: &str| abreast(folder, &[&RUN[..], &["--trace", path, "--force"]].concat());
    refused(&forced("."), &[".", "a folder"]);
    for device in [devices.null(), devices.zero()].into_iter().flatten() {
        well(&forced(&device));
        assert!(fs::metadata(&device).unwrap().file_type().is_char_device());
    }
    if let Some(full) = devices.full() {
        refused(&forced(&full), &[&full, "No space left"]);
        assert!(fs::metadata(&full).unwrap().file_type().is_char_device());
    }
}

#[test]
fn a_file_on_stdout_is_alone_there_and_what_else_there_is_to_say_goes_to_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let devices = Devices::new();
    for path in ["-", &devices.stdout()] {
        let drawn = abreast(folder, &[&DRAW[..], &["-o", path]].concat());
        well(&drawn);
        assert_eq!(drawn.out[..8], *b"\x89PNG\r\n\x1a\n");
        assert!(
            drawn.out.ends_with(b"IEND\xae\x42\x60\x82") && drawn.err.contains("20 x 15 pixels")
        );
        let traced = abreast(folder, &[&RUN[..], &["--trace", path]].concat());
        assert!(well(&traced).ends_with("]}\n") && traced.err.contains("hits = "));
    }
    // The same file, by name and as stdout.
    let both = shell(folder, "$A run pi --n 10 --trace both > both");
    well(&both);
    let both = fs::read_to_string(folder.join("both")).unwrap();
    assert!(both.starts_with('{') && both.ends_with("]}\n"), "{both}");
    // A trace that cannot be written costs the trace.
    if let Some(full) = devices.full() {
        let full = abreast(folder, &[&RUN[..], &["--trace", &full]].concat());
        assert!(full.code == Some(2) && String::from_utf8_lossy(&full.out).contains("hits = "));
    }
}

#[test]
fn a_file_beyond_the_limit_of_sizes_is_a_sentence_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let line = "ulimit -f 1; $A run pi --n 1000 --chunk 1 --trace big.json";
    let limited = shell(folder, line);
    refused(&limited, &["big.json cannot be written", "File too large"]);
    assert!(String::from_utf8_lossy(&limited.out).contains("hits = "), "the result is not lost");
    assert_eq!(names(folder), Vec::<String>::new());
}

#[test]
fn a_lost_stdout_is_no_success_and_loses_no_result() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for to in [">&-", "> /dev/full", "| true"] {
        // The reader of the pipe has gone for certain when the program starts.
        let line = match to {
            "| true" => "set -o pipefail; (sleep 0.5; exec $A run pi --n 10) | true".to_owned(),
            to => format!("$A run pi --n 10 {to}"),
        };
        let lost = shell(folder, &line);
        assert_eq!(lost.code, Some(2), "{to}: {}", lost.err);
        assert!(
            lost.err.contains("hits = ") && lost.err.contains("standard output"),
            "{}",
            lost.err
        );
        if to != "| true" {
            let list = shell(folder, &format!("$A list {to}"));
            refused(&list, &["standard output cannot be written"]);
        }
    }
    // What costs nothing is not repeated, and who has read enough hears nothing.
    let head = shell(folder, "set -o pipefail; (sleep 0.5; exec $A list) | true");
    assert_eq!((head.code, head.err.as_str()), (Some(0), ""));
}

#[test]
fn an_argument_that_is_not_utf_8_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for line in ["$A run dot --n $'\\xff'", "$A run dot --n=$'\\xff'"] {
        refused(&shell(folder, line), &["--n = \\xff: must be UTF-8"]);
    }
    // A file may be called anything.
    let named = shell(folder, "$A run pi --n 10 --trace $'\\xff\\e[31m.json'; ls | wc -l");
    assert!(well(&named).ends_with("2\n"), "the file, and what the shell prints to");
    let mut kept = String::new();
    let colour = shell(folder, "$A run dot --exec $'\\e[31mred' --n 1");
    colour.err.as_bytes().read_to_string(&mut kept).unwrap();
    refused(&colour, &["\\u{1b}[31mred"]);
    assert!(!kept.contains('\x1b'));
}
