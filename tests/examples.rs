//! The stories in `examples/`: each tells itself to the end and says what it is about. What it
//! says is asserted in the story.
//!
//! `cargo test` builds the examples before it runs a test; they are run from where it puts them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program that `cargo test` has built of `examples/NAME.rs`.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test has a file");
    let target = test.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
    let program = target.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is missing: cargo build --examples", program.display());
    program
}

/// What a story says that is given `argument`. It must say `lines`.
fn told(name: &str, argument: impl AsRef<OsStr>, lines: &[&str]) -> String {
    let output = Command::new(program(name)).arg(argument).output().expect("it starts");
    let story = String::from_utf8_lossy(&output.stdout);
    // No story but that of memory, which is a table, is without a lesson.
    let lessons = story.lines().filter(|line| line.starts_with("So: ")).count();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {}\n{story}\n{complaint}", output.status);
    for line in lines {
        assert!(story.contains(line), "{name} does not say '{line}':\n{story}");
    }
    assert!(lessons >= 3 || name == "memory", "{name} teaches {lessons} sentences:\n{story}");
    story.into_owned()
}

/// Runs a story that must say `lines` and draw `pictures` into the folder it is given.
fn tells(name: &str, lines: &[&str], pictures: &[&str]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("story-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    let story = told(name, &folder, lines);
    for picture in pictures {
        let file = folder.join(picture);
        let drawn = std::fs::read(&file).unwrap_or_default();
        // A PNG file ends with this chunk and its checksum.
        let ends: [&[u8]; 3] = [b">", b"}", b"IEND\xAE\x42\x60\x82"];
        if picture.ends_with(".svg") {
            let drawn = String::from_utf8_lossy(&drawn);
            // Numbers of workers are whole, and edges show where they lead.
            assert!(!drawn.contains(">1.0<"), "{picture}");
            let edges = drawn.matches("<path d=\"M").count();
            let is_graph = drawn.contains("rx=\"6\"");
            assert!(!is_graph || edges == 0 || drawn.contains("url(#arrow)"), "{picture}");
        }
        let is_whole = ends.iter().any(|end| drawn.trim_ascii_end().ends_with(end));
        assert!(is_whole, "{}: {} bytes", file.display(), drawn.len());
        assert!(story.contains(&*file.to_string_lossy()), "{name} does not say where:\n{story}");
    }
}

#[test]
fn delayed_evaluation() {
    let lines = [
        "three additions are promised, 0 are done",
        "z = 9 after 3 additions",
        "[0, 2, 4, 6, 8, 10, 12, 14, 16, 18]",
        "mean(1, 2, 3, 4) = 2.5",
        "the shed stands after 2 of 4 nodes",
    ];
    tells("delayed_evaluation", &lines, &["delayed_evaluation.dot", "delayed_evaluation.svg"]);
}

#[test]
fn map_and_reduce() {
    let lines = ["[\"mary\", \"had\", \"a\", \"lamb\"]", "18 letters", "the 29, of 25, was 13"];
    tells("map_and_reduce", &lines, &[]);
}

#[cfg(all(feature = "aio", feature = "harness"))]
#[test]
fn asynchronous() {
    let lines = [
        "a1 b1",
        "to_thread ",
        "pi = 3.14166236 in",
        "did too",
        "overhead per task",
        "So: a task ",
    ];
    tells("asynchronous", &lines, &[]);
}

#[cfg(feature = "harness")]
#[test]
fn benchmarking() {
    let lines = [
        "bytes held at most",
        " 49999995000000  ",
        "best       mean  deviation    loops",
        "that this process may use",
        " knee ",
    ];
    tells("benchmarking", &lines, &["arange-memory.svg", "workers.svg"]);
}

#[cfg(feature = "procs")]
#[test]
fn computing_pi() {
    let lines = [
        "Profile first",
        "drawing points",
        "So: ",
        "  78543406   3.141736",
        "  16000000 B  ",
        "counts 784429 hits in a million",
    ];
    tells("computing_pi", &lines, &[]);
}

#[cfg(all(feature = "aio", feature = "procs", target_os = "linux"))]
#[test]
fn memory() {
    // A partial result of 8 bytes for each of 39 chunks of 262 144 numbers, of which two slots hold two.
    let story = told("memory", "10000000", &["range_sum    10000000      80000000"]);
    assert!(story.contains("  2163000    4260152\n"), "{story}");
    assert!(!story.contains("  100000000"), "{story}");
    let output = Command::new(program("memory")).arg("many").output().expect("it starts");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[cfg(feature = "harness")]
#[test]
fn external_libraries() {
    let lines = [
        "n = 1000000000: the sum is 499999999500000000, that of every third 166666666833333333",
        "gives the sums     [0, 0, 1, 3, 6, 10, 15, 21, 28, 36]",
        "a bad argument never reaches C: n = -1: must be between 0 and ",
        "locked:threads:2",
    ];
    tells("external_libraries", &lines, &[]);
}

#[cfg(all(feature = "harness", feature = "procs"))]
#[test]
fn threads_and_processes() {
    let lines = ["locked:threads:2", "two arrays", "pi from n points in four chunks"];
    tells("threads_and_processes", &lines, &[]);
    if cfg!(target_os = "linux") {
        let lines = [
            "one worker adds 41541750, the other 291291750",
            "6000000 by atomic additions",
            "sends 10000 squares, the other adds up 333283335000",
            "1 worker lost",
            "and 78543406 hits, as ever",
        ];
        tells("threads_and_processes", &lines, &[]);
    }
}

#[cfg(all(feature = "aio", feature = "harness", feature = "procs"))]
#[test]
fn fractals() {
    let lines = [
        "the test case, 1024 x 1024: 85654943 updates",
        "the same bytes in bands of 1, 8, 100 and 1024 rows on serial, threads:2, async:2",
        "name    n        min       mean        max",
        "of the time that both save",
    ];
    tells("fractals", &lines, &["mandelbrot.png", "julia.png", "test-case.png"]);
}

#[cfg(feature = "harness")]
#[test]
fn introduction() {
    let lines = [
        "one after another: 10, a graph 1 wide and 4 deep",
        "in chunks: 3 + 7 = 10, a graph 2 wide and 2 deep",
        "[1, 4, 9, 16]",
        "'fib 45..90': range = 45..90: must begin at 0",
        "on two threads: 2880067194370816120",
        "one cook who stands by every pot: 1536 minutes",
        "one cook and a stove: 1521 minutes",
        "two cooks and a stove: 1521 minutes",
    ];
    let pictures = [
        "sum_chain.dot",
        "sum_chain.svg",
        "sum_chunks.dot",
        "sum_chunks.svg",
        "pea_soup.svg",
        "pea_soup_1_patient.svg",
        "pea_soup_1_stove.svg",
        "pea_soup_2_stove.svg",
    ];
    tells("introduction", &lines, &pictures);
}
