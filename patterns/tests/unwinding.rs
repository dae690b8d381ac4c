//! The unwinding table: what becomes of a throw, a panic and a longjmp that meet the border, run cell by
//! cell, each in a process of its own, in a debug and in a release build.
//!
//! `ABREAST_RENEW=1 cargo test -p abreast-patterns --test unwinding` writes UNWINDING.md anew. The compilers
//! are rustc and c++, or what RUSTC and CXX say. Its last line names them: the rows that no language defines
//! are held only against the compilers that made them.

use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const EVENTS: [&str; 3] = ["throw", "longjmp", "panic"];
const ABIS: [&str; 2] = ["C", "C-unwind"];
const CATCHES: [&str; 6] = [
    "nobody",
    "`catch_unwind`",
    "`catch (...)`, swallows",
    "`catch (...)`, rethrows",
    "`noexcept`",
    "C with tables",
];
const BUILDS: [Build; 2] = [
    Build { name: "debug", rust: &["-Copt-level=0", "-Cdebug-assertions=on"], cpp: "-O0" },
    Build { name: "release", rust: &["-Copt-level=3"], cpp: "-O2" },
];
const ABORTING: Build =
    Build { name: "abort", rust: &["-Copt-level=3", "-Cpanic=abort"], cpp: "-O2" };

/// The last words of a process that stops itself, and how the table quotes them.
const SENTENCES: [&str; 6] = [
    "Rust cannot catch foreign exceptions",
    "Rust panics must be rethrown",
    "panic in a function that cannot unwind",
    "terminate called",
    // No frame above can take it: the search for one stopped at a call that was declared not to unwind.
    "failed to initiate panic",
    // With panic=abort: the panic itself is the end.
    "panicked at",
];

struct Build {
    name: &'static str,
    rust: &'static [&'static str],
    cpp: &'static str,
}

impl Build {
    /// Compiles the program of the cells.
    fn program(&self) -> PathBuf {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/unwinding");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unwinding").join(self.name);
        std::fs::create_dir_all(&folder).expect("a folder for the build");
        let program = folder.join("program");
        let mut rust = Command::new(rustc());
        rust.args(["--edition=2024", "-o"]).arg(&program).args(self.rust);
        for (compiler, standard, source) in
            [(cxx(), "-std=c++17", "program.cpp"), (cc(), "-std=c11", "program.c")]
        {
            let object = folder.join(source).with_added_extension("o");
            let mut foreign = Command::new(compiler);
            foreign.args([standard, "-Wall", "-Wextra", self.cpp, "-c", "-o"]).arg(&object);
            done(foreign.arg(sources.join(source)));
            rust.arg(format!("-Clink-arg={}", object.display()));
        }
        done(rust.arg("-Clink-arg=-lstdc++").arg(sources.join("program.rs")));
        program
    }
}

fn cxx() -> OsString {
    std::env::var_os("CXX").unwrap_or("c++".into())
}

fn cc() -> OsString {
    std::env::var_os("CC").unwrap_or("cc".into())
}

fn rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or("rustc".into())
}

/// The compilers, as they call themselves.
fn compilers() -> String {
    let of = |compiler: OsString| {
        let mut command = Command::new(compiler);
        let output = command.arg("--version").output();
        let output = output.unwrap_or_else(|why| panic!("{command:?}: {why}"));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.lines().next().unwrap_or_default().to_owned()
    };
    format!("Compilers: `{}`, `{}`.", of(rustc()), of(cxx()))
}

fn done(command: &mut Command) {
    let output = command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
}

/// What became of one cell, in words.
#[derive(PartialEq, Eq)]
struct Fate {
    end: String,
    /// Whose destructors ran: the callback's, C++'s, the caller's.
    dropped: [bool; 3],
}

fn fate(program: &Path, cell: [usize; 3]) -> Fate {
    let mut command = Command::new(program);
    command.args(cell.map(|n| n.to_string())).env("RUST_BACKTRACE", "0").stdin(Stdio::null());
    let output = command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let notes = String::from_utf8_lossy(&output.stdout).into_owned();
    let dropped = ["the callback", "C++", "the caller"];
    Fate {
        end: end(&output, &notes),
        dropped: dropped.map(|whose| notes.contains(&format!("dropped in {whose}\n"))),
    }
}

fn end(output: &Output, notes: &str) -> String {
    let last_words = String::from_utf8_lossy(&output.stderr);
    let noted = |line: &str| notes.lines().any(|l| l == line);
    let seen = if noted("caught in C++") { "C++ catches it, then " } else { "" };
    match output.status.code() {
        Some(0) if noted("landed") && noted("returned") => "lands at `setjmp`, goes on".into(),
        Some(0) if noted("returned") => format!("{seen}goes on"),
        Some(0) if noted("arrived whole") => format!("{seen}arrives at `catch_unwind`"),
        Some(101) => format!("{seen}arrives at the end of `main`, status 101"),
        None => {
            let sentence = SENTENCES.iter().find(|sentence| last_words.contains(**sentence));
            let sentence = sentence.unwrap_or_else(|| panic!("new last words: {last_words}"));
            format!("{seen}**aborts**: *{sentence}*")
        }
        code => panic!("status {code:?}, {notes}, {last_words}"),
    }
}

impl Fate {
    fn columns(&self) -> [String; 2] {
        let [callback, cpp, caller] = self.dropped.map(|ran| if ran { "ran" } else { "**no**" });
        [self.end.clone(), format!("{callback}, {cpp}, {caller}")]
    }
}

/// One column entry: the one of both builds, or both.
fn either([debug, release]: [&str; 2]) -> String {
    if debug == release { debug.into() } else { format!("debug: {debug}; release: {release}") }
}

fn table() -> String {
    let programs = std::thread::scope(|scope| {
        let builds = BUILDS.each_ref().map(|build| scope.spawn(|| build.program()));
        builds.map(|build| build.join().expect("it compiles"))
    });
    let mut text = String::from(
        "| event | declared | in the way | what happens | destructors: callback, C++, caller |\n\
         |---|---|---|---|---|\n",
    );
    for (e, event) in EVENTS.iter().enumerate() {
        for (a, abi) in ABIS.iter().enumerate() {
            for (c, catch) in CATCHES.iter().enumerate() {
                let fates = programs.each_ref().map(|p| fate(p, [e, a, c]).columns());
                let [end, dropped] = [0, 1].map(|i| either([&fates[0][i], &fates[1][i]]));
                let _ = writeln!(text, "| {event} | `\"{abi}\"` | {catch} | {end} | {dropped} |");
            }
        }
    }
    let [end, dropped] = aborting();
    let _ =
        writeln!(text, "| panic, `panic = \"abort\"` | either | anything | {end} | {dropped} |");
    let _ = writeln!(text, "\n{}", compilers());
    text
}

/// The columns of a panic in a program that does not unwind: the same in every cell.
fn aborting() -> [String; 2] {
    let program = ABORTING.program();
    let cells =
        (0..ABIS.len()).flat_map(|abi| (0..CATCHES.len()).map(move |catch| [2, abi, catch]));
    let mut columns = cells.map(|cell| fate(&program, cell).columns());
    let first = columns.next().expect("a cell");
    assert!(columns.all(|other| other == first), "{first:?}");
    first
}

/// What a line promises wherever this is compiled: the row, if the languages define it; that both builds
/// abort, where only the sentence is the compiler's; nothing of the rest.
fn promise(line: &str) -> &str {
    let defined = |event: &str| line.starts_with(&format!("| {event} | `\"C-unwind\"` "));
    if defined("throw") || defined("panic") || line.starts_with("| event") {
        line
    } else if line.starts_with("| panic") {
        if line.contains("goes on") || line.contains("arrives") { line } else { "aborts" }
    } else {
        ""
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "the table is that of Linux")]
fn the_printed_table_is_what_happens() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("UNWINDING.md");
    let fresh = table();
    if std::env::var_os("ABREAST_RENEW").is_some() {
        std::fs::write(&file, &fresh).expect("writable");
    }
    let printed = std::fs::read_to_string(&file).unwrap_or_default();
    let same_compilers = printed.lines().last() == fresh.lines().last();
    let held = if same_compilers { |line| line } else { promise };
    for (printed, fresh) in printed.lines().zip(fresh.lines()) {
        assert_eq!(held(printed), held(fresh), "ABREAST_RENEW=1 writes patterns/UNWINDING.md anew");
    }
    assert_eq!(printed.lines().count(), fresh.lines().count());
}

#[test]
fn rows_that_are_defined_are_held_whatever_the_compiler() {
    let table = include_str!("../UNWINDING.md");
    let held = |what: &str| table.lines().filter(|line| promise(line).contains(what)).count();
    assert_eq!((held("| throw | `\"C-unwind\"`"), held("| panic | `\"C-unwind\"`")), (6, 6));
    // Of a throw all but the one that C++ swallows; of a panic two, all under "C", and all with panic=abort.
    assert_eq!((held("aborts"), held("longjmp")), (5 + 2 + 6 + 1, 0));
    assert_eq!(
        promise("| panic | `\"C\"` | nobody | goes on | ran |"),
        "| panic | `\"C\"` | nobody | goes on | ran |"
    );
}

/// C that was compiled without tables: nobody can look behind its frame, and the panic does not begin.
#[test]
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    ignore = "other platforms differ"
)]
fn a_panic_ends_at_c_without_tables() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unwinding").join("tables");
    std::fs::create_dir_all(&folder).expect("a folder for the build");
    let source = "void ab_apply(void (*callback)(void)) { callback(); __asm__ volatile(\"\"); }\n";
    std::fs::write(folder.join("apply.c"), source).expect("writable");
    let program = "use std::panic::catch_unwind;
        unsafe extern \"C-unwind\" { fn ab_apply(callback: extern \"C-unwind\" fn()); }
        extern \"C-unwind\" fn callback() { panic!(\"over C\") }
        fn main() { println!(\"{}\", catch_unwind(|| unsafe { ab_apply(callback) }).is_err()); }";
    std::fs::write(folder.join("main.rs"), program).expect("writable");
    for (tables, arrives) in [("", true), ("no-", false)] {
        let (object, program) = (folder.join("apply.o"), folder.join("main"));
        let mut c = Command::new(cc());
        c.args(["-O1", "-c", "-o"]).arg(&object).arg(folder.join("apply.c"));
        let flags = ["unwind-tables", "asynchronous-unwind-tables", "exceptions"];
        done(c.args(flags.map(|flag| format!("-f{tables}{flag}"))));
        let mut rust = Command::new(rustc());
        rust.args(["--edition=2024", "-o"]).arg(&program).arg(folder.join("main.rs"));
        done(rust.arg(format!("-Clink-arg={}", object.display())));
        let mut command = Command::new(&program);
        let output = command.env("RUST_BACKTRACE", "0").stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|why| panic!("{command:?}: {why}"));
        let last_words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.stdout == b"true\n", arrives, "{last_words}");
        assert_eq!(last_words.contains("failed to initiate panic"), !arrives, "{last_words}");
    }
}

/// What pages 16 and 17 allow, run in a debug and in a release build: a panic that is caught on a thread that
/// Rust did not begin, and a jump over frames of Rust that have no destructor.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other platforms differ")]
fn what_the_pages_allow_goes_well() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unwinding").join("allowed");
    std::fs::create_dir_all(&folder).expect("a folder for the build");
    let foreign = "#include <csetjmp>
        #include <thread>
        static std::jmp_buf landing;
        extern \"C\" void ab_on_a_thread(void (*f)()) { std::thread(f).join(); }
        extern \"C\" void ab_through(void (*f)()) { f(); }
        extern \"C\" int ab_visit(void (*f)()) { return setjmp(landing) ? 1 : (f(), 0); }
        extern \"C\" void ab_give_up() { std::longjmp(landing, 1); }\n";
    let program = "use std::panic::catch_unwind;
        unsafe extern \"C-unwind\" {
            fn ab_on_a_thread(f: extern \"C-unwind\" fn());
            fn ab_through(f: extern \"C-unwind\" fn());
        }
        unsafe extern \"C\" { fn ab_visit(f: extern \"C\" fn()) -> i32; fn ab_give_up() -> !; }
        extern \"C-unwind\" fn raise() { std::panic::resume_unwind(Box::new(7)) }
        extern \"C-unwind\" fn entry() {
            println!(\"caught: {}\", catch_unwind(|| unsafe { ab_through(raise) }).is_err());
        }
        extern \"C\" fn plain() { deep(10) }
        #[inline(never)]
        fn deep(left: u32) { if left == 0 { unsafe { ab_give_up() } } deep(left - 1); println!(\"back\"); }
        fn main() {
            unsafe { ab_on_a_thread(entry) };
            println!(\"landed: {}\", unsafe { ab_visit(plain) });
        }";
    std::fs::write(folder.join("foreign.cpp"), foreign).expect("writable");
    std::fs::write(folder.join("main.rs"), program).expect("writable");
    for build in BUILDS {
        let (object, program) = (folder.join("foreign.o"), folder.join("main"));
        let mut cpp = Command::new(cxx());
        cpp.args(["-std=c++17", build.cpp, "-c", "-o"]).arg(&object);
        done(cpp.arg(folder.join("foreign.cpp")));
        let mut rust = Command::new(rustc());
        rust.args(["--edition=2024", "-o"]).arg(&program).args(build.rust);
        rust.arg(format!("-Clink-arg={}", object.display())).arg("-Clink-arg=-lstdc++");
        done(rust.arg(folder.join("main.rs")));
        let output = Command::new(&program).stdin(Stdio::null()).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            (&said[..], output.status.code()),
            ("caught: true\nlanded: 1\n", Some(0)),
            "{}",
            build.name
        );
    }
}
