//! The program over somebody else's registry, whose kernels are broken on purpose: it names the
//! culprit and exits with 1.
//!
//! This program is its own gate worker, so its `main` is its own.

use abreast_cli::{Console, Screen, run_with};
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

/// Says that this is the program and not its test; its value marks all processes of one run.
#[cfg(target_os = "linux")]
const MARK: &str = "ABREAST_MUTANTS_PROGRAM";

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if std::env::var_os(MARK).is_some() {
        return abreast_cli::main(abreast_mutants::FATAL);
    }
    let mut trials = vec![
        trial("sound_kernels_pass", sound_kernels_pass),
        trial("a_broken_variant_is_named_with_its_level_and_size", broken_variants),
        trial("the_report_for_programs_says_the_same", the_report_for_programs),
        trial("a_time_limit_that_is_none_is_refused", a_time_limit_that_is_none),
    ];
    #[cfg(target_os = "linux")]
    trials.extend(fatal::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// Runs the program in this process.
fn run(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console =
        Console { out: &mut out, err: &mut err, lively: false, screen: Screen::default() };
    let words = ["abreast"].iter().chain(args).map(Into::into);
    let code = run_with(abreast_mutants::REGISTRY, words, &mut console);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn check(args: &[&str]) -> (u8, String) {
    let (code, out, err) = run(&[&["check", "--quick"], args].concat());
    // Nothing is promised that is not kept.
    assert!(err.contains("the variants run in this process"), "{err}");
    (code, out)
}

/// `check KERNEL` exits with 1 and one of its lines says all of `words`.
fn accuses(kernel: &str, words: &[&str]) {
    let (code, out) = check(&[kernel]);
    assert_eq!(code, 1, "{out}");
    let line = out.lines().find(|line| {
        line.starts_with(&format!("DISAGREES  {kernel}, "))
            && words.iter().all(|word| line.contains(word))
    });
    assert!(line.is_some(), "no line says {words:?}:\n{out}");
    assert!(out.ends_with("Not everything agrees.\n"), "{out}");
}

fn sound_kernels_pass() {
    let (code, out) = check(&["square", "total", "bounded"]);
    assert_eq!(code, 0, "{out}");
    assert!(!out.contains("DISAGREES"), "{out}");
    let within =
        "bounded: within the oracle's bound, not the same bits: one adds from the other end.";
    assert!(out.contains(within), "{out}");
}

fn broken_variants() {
    accuses("null_body", &["simd at v1", "n = 1", "output not written"]);
    accuses("all_nan", &["cpp at ", "n = 1", "wrong value", "NaN"]);
    accuses("hidden_static", &["not re-entrant", "threads"]);
    accuses("one_level", &["simd at ", "n = 1", "different bits"]);
    accuses("other_fold", &["simd at ", "n = 33", "different bits"]);
    accuses("forgets_part", &["wrong value"]);
}

fn the_report_for_programs() {
    let (code, out) = check(&["all_zero", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["agreed"]), (1, &serde_json::Value::Bool(false)));
    let finding = &report["gate"][0]["findings"][0];
    for key in ["kernel", "variant", "level", "case", "check", "detail"] {
        assert!(finding[key].is_string(), "{key}: {finding}");
    }
}

fn a_time_limit_that_is_none() {
    for command in ["check", "compare"] {
        for limit in ["0", "-1", "soon", ""] {
            let (code, out, err) = run(&[command, "square", "--timeout", limit]);
            assert_eq!((code, &out[..]), (2, ""), "{command} --timeout {limit}: {err}");
            assert!(err.contains("timeout"), "{err}");
        }
    }
}

/// Variants that end, stop or spoil their process.
#[cfg(target_os = "linux")]
mod fatal {
    use super::{MARK, trial};
    use libtest_mimic::Trial;
    use serde_json::Value;
    use std::process::Command;

    pub fn trials() -> Vec<Trial> {
        vec![
            trial("who_ends_or_spoils_the_process_is_named_and_the_others_are_judged", all_of_them),
            trial("the_table_for_people_is_whole_whatever_a_variant_does_to_its_output", in_words),
            trial("a_variant_that_takes_all_memory_is_named", memory),
            trial("what_a_variant_printed_is_not_in_the_results", prints),
            #[cfg(target_arch = "x86_64")]
            trial("asm_names_who_ends_the_process_and_counts_the_others", machine_code),
            #[cfg(not(debug_assertions))]
            trial("compare_names_who_ends_the_process_and_times_the_others", compare),
            trial("a_forked_copy_of_a_process_does_not_go_on", forked_copies),
            trial("no_process_of_a_check_is_left", nothing_is_left),
            trial("a_check_whose_program_is_killed_leaves_nothing", parent_dies),
        ]
    }

    /// The thread that calls `threads:2` may do all the work itself; that of `async:1` does none.
    const FEW: &str = "--quick --isa v1 --variant c,rust --exec serial,threads:2,async:1,procs:1";

    fn program(mark: &str, args: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.env(MARK, mark).args(args.split_whitespace());
        command
    }

    fn output(mark: &str, args: &str) -> (Option<i32>, String, String) {
        let output = program(mark, args).output().expect("it starts");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    fn json(args: &str) -> (Option<i32>, Value) {
        let (code, out, err) = output("json", args);
        let report = serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}{err}"));
        (code, report)
    }

    /// Kernel, variant, problem, what is wrong, and words of the detail.
    const FATAL: [(&str, Option<&str>, &str, &str, &str); 30] = [
        ("exits", Some("c"), "n = 17", "ended its process", "exit status: 0"),
        ("quits", Some("c"), "n = 17", "ended its process", "exit status: 0"),
        ("exits_in_rust", Some("rust"), "n = 17", "ended its process", "exit status: 0"),
        ("crashes", Some("c"), "n = 17", "ended its process", "SIGSEGV"),
        ("aborts", Some("c"), "n = 17", "ended its process", "SIGABRT"),
        ("kills_itself", Some("c"), "n = 17", "ended its process", "SIGKILL"),
        ("leaves_orphan", Some("c"), "n = 17", "ended its process", "SIGKILL"),
        ("leaves_thread", Some("c"), "", "ended its process", "SIGSEGV"),
        ("crashes_at_exit", Some("c"), "at the end of the process", "ended its process", "SIGSEGV"),
        ("crashes_on_pools", Some("c"), " on ", "ended its process", "SIGSEGV"),
        ("sample_crashes", None, "n = 17", "ended its process", "SIGSEGV"),
        ("closes_output", Some("c"), "n = 17", "changed its process", "closed descriptor 1"),
        ("replaces_output", Some("c"), "n = 17", "changed its process", "replaced descriptor 1"),
        ("closes_all", Some("c"), "n = 17", "changed its process", "closed the connection"),
        ("babbles", Some("c"), "n = 17", "changed its process", "wrote to the connection"),
        ("forks", Some("c"), "n = 17", "changed its process", "left a child process"),
        (
            "forks_in_crowds",
            Some("c"),
            "many threads at once",
            "changed its process",
            "left a child process",
        ),
        ("changes_folder", Some("c"), "n = 17", "changed its process", "working folder"),
        ("ignores_signal", Some("c"), "n = 17", "changed its process", "signals are ignored"),
        ("handles_signal", Some("c"), "n = 17", "changed its process", "signal handler"),
        ("sets_umask", Some("c"), "n = 17", "changed its process", "umask"),
        ("leaves_open", Some("c"), "n = ", "changed its process", "left a descriptor open"),
        ("keeps_memory", Some("c"), "n = 4097", "kept memory", "each call keeps"),
        (
            "reads_before",
            Some("c"),
            "n = 17, no memory before operands and output",
            "ended its process",
            "SIGSEGV",
        ),
        (
            "reads_after",
            Some("c"),
            "n = 17, no memory after operands and output",
            "ended its process",
            "SIGSEGV",
        ),
        ("loops", Some("c"), "n = 17", "exceeded the time limit", "CPU time"),
        ("sleeps", Some("c"), "n = 17", "exceeded the time limit", "slept"),
        ("stops_itself", Some("c"), "n = 17", "exceeded the time limit", "stopped"),
        ("loops_at_exit", Some("c"), "at the end", "exceeded the time limit", "CPU time"),
        ("oracle_loops", None, "n = 17", "exceeded the time limit", "CPU time"),
    ];

    /// What happens where the gate does not look, or to nobody.
    const UNSEEN: [&str; 5] =
        ["square", "prints", "crashes_late", "forks_on_pools", "forks_in_workers"];

    fn all_of_them() {
        // Whether there is more memory than `eats` asks for depends on the machine: it has a test of
        // its own.
        let kernels = abreast_mutants::FATAL.iter().map(|entry| entry.name);
        let kernels: Vec<&str> = kernels.filter(|name| *name != "eats").collect();
        let (code, report) = json(&format!("check {} {FEW} --timeout 1 --json", kernels.join(" ")));
        assert_eq!((code, &report["agreed"]), (Some(1), &Value::Bool(false)));
        let gate = report["gate"].as_array().unwrap();
        assert_eq!(gate.len(), kernels.len(), "every kernel is judged");
        for report in gate {
            let kernel = report["kernel"].as_str().unwrap();
            let findings = report["findings"].as_array().unwrap();
            let sound = UNSEEN.contains(&kernel);
            assert_eq!(findings.is_empty(), sound, "{kernel}: {findings:#?}");
            let Some((_, variant, case, check, detail)) = FATAL.iter().find(|row| row.0 == kernel)
            else {
                assert!(sound, "{kernel} is in the table");
                continue;
            };
            for finding in findings {
                let text = |key: &str| finding[key].as_str().unwrap_or_default();
                assert_eq!(
                    (finding["variant"].as_str(), text("check")),
                    (*variant, *check),
                    "{finding}"
                );
                let expected = text("case").contains(case) && text("detail").contains(detail);
                assert!(expected && text("kernel") == kernel, "{finding}");
            }
        }
        // The variants beside them have their hashes.
        let tables = report["same_bits"].as_array().unwrap();
        let hash = &tables[0]["rows"][0]["expected"];
        for (kernel, variant, ..) in FATAL.iter().filter(|row| row.1.is_some()) {
            let table = tables.iter().find(|table| table["kernel"] == *kernel).expect(kernel);
            let well =
                |row: &&Value| row["cells"].as_array().unwrap().iter().all(|c| c["agrees"] == true);
            let rows: Vec<&Value> = table["rows"].as_array().unwrap().iter().collect();
            let other = if *variant == Some("c") { "rust" } else { "c" };
            let row = rows.iter().find(|row| row["variant"] == other).expect(kernel);
            assert!(well(row) && row["expected"] == *hash, "{kernel}: {row}");
        }
    }

    fn in_words() {
        let (code, out, err) = output("words", &format!("check square exits closes_output {FEW}"));
        assert_eq!(code, Some(1), "{out}{err}");
        for line in [
            "DISAGREES  exits, c at v1, n = 17: ended its process: exit status: 0",
            "DISAGREES  closes_output, c at v1, n = 17: changed its process: it closed descriptor 1",
        ] {
            assert!(out.lines().any(|found| found.starts_with(line)), "{line}\n{out}{err}");
        }
        let row = |kernel: &str, variant: &str| {
            let words = |line: &&str| line.split_whitespace().take(2).eq([kernel, variant]);
            out.lines().find(words).unwrap_or_else(|| panic!("{kernel} {variant}\n{out}"))
        };
        assert!(row("exits", "c").ends_with("not run"), "{out}");
        let hash = |line: &str| line.split_whitespace().last().map(str::to_owned);
        assert_eq!(hash(row("exits", "rust")), hash(row("square", "c")));
        assert!(out.ends_with("Not everything agrees.\n"), "{out}");
    }

    fn memory() {
        let exe = std::env::current_exe().expect("this program");
        let command =
            format!("ulimit -v 8000000; exec '{}' check eats square {FEW} --json", exe.display());
        let output =
            Command::new("sh").args(["-c", &command]).env(MARK, "memory").output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let gate = report["gate"].as_array().unwrap();
        let of = |kernel| gate.iter().find(|report| report["kernel"] == kernel).unwrap();
        assert_eq!(of("square")["findings"].as_array().unwrap().len(), 0);
        let finding = &of("eats")["findings"][0];
        assert_eq!(
            (&finding["variant"], &finding["case"]),
            (&"c".into(), &"n = 17".into()),
            "{finding}"
        );
    }

    /// Only there are instructions counted.
    #[cfg(target_arch = "x86_64")]
    fn machine_code() {
        for (kernel, how) in [("crashes", "SIGSEGV"), ("exits", "exit code 0")] {
            let asm = format!("asm {kernel} --isa v1 --size 64 --variant c,rust");
            let (code, out, err) = output("asm", &asm);
            assert_eq!(code, Some(1), "{out}{err}");
            assert!(out.contains(&format!("c: it ended its process ({how})")), "{out}{err}");
            assert!(out.lines().any(|line| line.starts_with("rust: ")), "{out}{err}");
            let (_, report) = json(&format!("{asm} --json"));
            let failed = |i: usize| report["variants"][i]["failed"].is_string();
            assert!(failed(0) && !failed(1), "{report}");
        }
    }

    fn prints() {
        let (code, report) = json(&format!("check prints {FEW} --json"));
        assert_eq!((code, &report["agreed"]), (Some(0), &Value::Bool(true)));
    }

    /// Where times mean something: what is not optimised is not timed.
    #[cfg(not(debug_assertions))]
    fn compare() {
        let args = "compare square exits sleeps crashes_late --quick --isa v1 --variant c,rust";
        let (code, report) = json(&format!("{args} --sizes 1024,30011 --timeout 1 --json"));
        assert_eq!((code, &report["starts"]), (Some(1), &4.into()));
        let kernels = report["kernels"].as_array().unwrap();
        assert_eq!(kernels.len(), 4);
        for kernel in kernels {
            let name = kernel["kernel"].as_str().unwrap();
            let rows = kernel["rows"].as_array().unwrap();
            let is_timed = |variant| rows.iter().any(|row| row["variant"] == variant);
            assert!(is_timed("rust") && is_timed("c") == (name == "square"), "{kernel}");
            let untimed = kernel["untimed"].to_string();
            for (fatal, what) in [
                ("exits", "exit status: 0"),
                ("sleeps", "exceeded the time limit"),
                (
                    "crashes_late",
                    "n = 30011: ended its process: crashed with SIGSEGV, while it was timed",
                ),
            ] {
                assert_eq!(untimed.contains(what), name == fatal, "{name}: {untimed}");
            }
        }
    }

    fn forked_copies() {
        let mark = format!("forked-{}", std::process::id());
        let kernels = "forks forks_in_crowds forks_on_pools forks_in_workers";
        let (code, out, err) = output(&mark, &format!("check {kernels} {FEW}"));
        assert_eq!(code, Some(1), "{out}{err}");
        assert!(!err.contains("a forked copy goes on"), "{err}");
        // Nobody answers twice, or for somebody else.
        assert!(!out.contains("DIFFER"), "{out}");
        until_gone(&mark);
    }

    /// The processes that carry this mark.
    fn marked(mark: &str) -> Vec<String> {
        let wanted = format!("{MARK}={mark}");
        let carries = |pid: &String| {
            let words = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            words.split(|byte| *byte == 0).any(|word| word == wanted.as_bytes())
        };
        let pids = std::fs::read_dir("/proc").expect("/proc").flatten();
        let pids = pids.filter_map(|entry| entry.file_name().into_string().ok());
        pids.filter(|name| name.parse::<u32>().is_ok()).filter(carries).collect()
    }

    /// Waits until nobody carries the mark; a hang of the test is the failure.
    fn until_gone(mark: &str) {
        while !marked(mark).is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    fn nothing_is_left() {
        let mark = format!("left-{}", std::process::id());
        let kernels = "leaves_orphan forks loops stops_itself";
        let (code, ..) = output(&mark, &format!("check {kernels} {FEW} --timeout 1"));
        assert_eq!(code, Some(1));
        until_gone(&mark);
    }

    fn parent_dies() {
        let mark = format!("killed-{}", std::process::id());
        let mut parent = program(&mark, &format!("check loops {FEW}"))
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        // The program and its gate worker.
        while marked(&mark).len() < 2 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        parent.kill().expect("killed");
        parent.wait().expect("waited for");
        until_gone(&mark);
    }
}
