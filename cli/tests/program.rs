//! The program as its users meet it: what it prints, where, and with which exit code.

use abreast_cli::{Console, Screen, run_with};
use serde_json::Value;
use std::io::{self, Write};

/// Runs the program in this process; gives its exit code, stdout and stderr.
fn abreast(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console =
        Console { out: &mut out, err: &mut err, lively: false, screen: Screen::default() };
    let words = ["abreast"].iter().chain(args).map(Into::into);
    let code = run_with(abreast::kernels::REGISTRY, words, &mut console);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn json(args: &[&str]) -> Value {
    let (code, out, err) = abreast(args);
    assert_eq!(code, 0, "{args:?}: {err}");
    assert_eq!(out.lines().count(), 1, "one object and nothing else: {out}");
    serde_json::from_str(&out).unwrap()
}

/// Bad input: exit code 2, nothing on stdout, and one sentence that says all of `words`.
fn refused(args: &[&str], words: &[&str]) {
    let (code, out, err) = abreast(args);
    assert_eq!((code, out.as_str()), (2, ""), "{args:?}: {err}");
    assert_eq!(err.trim_end().lines().count(), 1, "{err}");
    words
        .iter()
        .for_each(|word| assert!(err.contains(word), "{args:?}: '{word}' is not in: {err}"));
}

#[test]
fn run_prints_one_documented_object() {
    let ran = json(&["run", "dot", "--n", "1e3", "--variant", "cpp", "--isa", "v1", "--json"]);
    for key in ["kernel", "variant", "level", "exec", "n", "value", "hash", "seconds"] {
        assert!(!ran[key].is_null(), "{key} is missing: {ran}");
    }
    assert_eq!((ran["variant"].as_str(), ran["level"].as_str()), (Some("cpp"), Some("v1")));
    assert_eq!(ran["n"], 1000);
    assert_eq!(ran["hash"].as_str().map(str::len), Some(16));
}

#[test]
fn every_variant_level_and_executor_prints_the_same_hash() {
    let listed = json(&["list", "--json"]);
    let levels = listed["levels"].as_array().unwrap().iter().filter(|level| level["here"] == true);
    let levels: Vec<&str> = levels.map(|level| level["name"].as_str().unwrap()).collect();
    let run = |variant, level, executor| {
        json(&[
            "run",
            "dot",
            "--n",
            "200_003",
            "--variant",
            variant,
            "--isa",
            level,
            "--exec",
            executor,
            "--json",
        ])["hash"]
            .clone()
    };
    let first = run("c", "v1", "serial");
    let kernels = listed["kernels"].as_array().unwrap();
    let dot = kernels.iter().find(|kernel| kernel["name"] == "dot").unwrap();
    for variant in dot["variants"].as_array().unwrap() {
        for level in &levels {
            for executor in ["serial", "threads:3"] {
                assert_eq!(run(variant["name"].as_str().unwrap(), level, executor), first);
            }
        }
    }
}

#[test]
fn the_values_of_the_lesson() {
    let value = |args: &[&str]| json(&[&["run"], args, &["--json"]].concat())["value"].clone();
    for variant in ["c", "c-by-hand", "cpp", "rust", "simd"] {
        let loops = value(&["range_sum", "--n", "1e9", "--variant", variant]);
        assert_eq!(loops, 499_999_999_500_000_000i64);
        let every_third = value(&["conditional_range_sum", "--n", "1e7", "--variant", variant]);
        assert_eq!(every_third, 16_666_668_333_333i64);
        let hits = value(&["pi", "--n", "1e6", "--seed", "1", "--variant", variant]);
        assert_eq!(
            hits,
            value(&["pi", "--n", "1e6", "--seed", "1", "--exec", "threads:2", "--chunk", "12345"])
        );
    }
    assert_eq!(value(&["sum_arange", "--n", "1e7"]).as_f64(), Some(49_999_995_000_000.0));
    let view = [
        "escape",
        "--center",
        "-1.1195+0.2718i",
        "--extent",
        "0.005",
        "--size",
        "1024x1024",
        "--iter",
        "1024",
    ];
    assert_eq!(value(&view), 85_654_943);
    assert_eq!(
        value(&[&view[..], &["--exec", "threads:2", "--variant", "c"]].concat()),
        85_654_943
    );
}

#[test]
fn bad_input_is_one_sentence_and_exit_code_2() {
    refused(&["run", "dott"], &["unknown kernel 'dott'", "did you mean 'dot'"]);
    refused(
        &["run", "dot", "--variant", "sind"],
        &["unknown variant 'sind'", "did you mean 'simd'"],
    );
    refused(&["run", "dot", "--variant", "fortran"], &["known: c, c-by-hand, cpp, rust, simd"]);
    refused(&["run", "dot", "--isa", "v5"], &["unknown level 'v5'"]);
    refused(&["run", "dot", "--exec", "thread"], &["unknown executor 'thread'", "'threads'"]);
    refused(&["run", "dot", "--exec", "threads:0"], &["threads = 0", "between 1 and"]);
    refused(&["run", "dot", "--exec", "threads:1000000"], &["threads = 1000000", "between 1 and"]);
    refused(&["run", "dot", "--exec", "threads:two"], &["threads = two", "whole number"]);
    refused(&["run", "dot", "--exec", "serial:2"], &["serial = 2", "one thread"]);
    refused(&["run", "dot", "--n", "-1"], &["n = -1", "at least 0"]);
    refused(&["run", "dot", "--n", "1.5"], &["n = 1.5", "whole number"]);
    refused(&["run", "dot", "--n", "2^63"], &["n = 2^63", "between"]);
    refused(&["run", "dot", "--n", "1e17"], &["could not allocate", "operands"]);
    refused(&["run", "dot", "--chunk", "0"], &["chunk = 0", "at least 1"]);
    refused(&["run", "dot", "--seed", "-3"], &["seed = -3", "at least 0"]);
    refused(&["run", "dot", "--center", "0"], &["center = 0", "dot does not take"]);
    refused(&["check", "nothing"], &["unknown kernel 'nothing'"]);
    refused(&["compare", "dot", "--sizes", "2^9..2^3"], &["smaller to the larger"]);
    refused(&["compare", "dot", "--threads", "0"], &["threads = 0", "at least 1"]);
    refused(&["compare", "dot", "--variant", "asm"], &["unknown variant 'asm'"]);
    refused(&["compare", "dot", "--starts", "0"], &["starts = 0", "at least 1"]);
    refused(&["compare", "dot", "--starts", "1e19"], &["starts = 10000000000000000000", "at most"]);
    refused(&["compare", "dot", "--layouts", "0"], &["layouts = 0", "at least 1"]);
    refused(&["compare", "dot", "--layouts", "65"], &["layouts = 65", "at most 64"]);
    refused(&["compare", "dot", "--layouts", "x"], &["layouts = x", "whole number"]);
}

#[test]
fn a_declaration_names_its_patterns_or_the_place_that_cannot_be_read() {
    let (code, out, err) = abreast(&["patterns", "--for", "int f(double x"]);
    let said = "abreast: --for: ) or a comma was expected after a parameter\n  int f(double x\n                ^\n";
    assert_eq!((code, &out[..], &err[..]), (2, "", said));
    let (code, out, err) = abreast(&["patterns", "--for", "void f(...)", "--json"]);
    assert_eq!((code, &err[..]), (0, ""));
    assert!(out.contains(r#""name":"inline_shim""#), "{out}");
}

#[test]
fn a_pattern_is_copied_into_a_new_crate_and_into_one_that_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let krate = folder.path().join("my-crate");
    let copy = |name| abreast(&["patterns", "copy", name, krate.to_str().expect("plain")]);
    let (code, out, err) = copy("errno");
    assert_eq!((code, &err[..]), (0, ""));
    assert!(out.starts_with("Written:\n") && !out.contains("To be added"), "{out}");
    assert!(out.contains("Left out, as the example (--with-example"), "{out}");
    let read = |file: &str| std::fs::read_to_string(krate.join(file)).expect(file);
    assert!(read("Cargo.toml").contains("name = \"my-crate\""));
    assert!(read("src/errno.rs").contains("use my_crate::errno::"));
    let library = read("src/lib.rs");
    // By its number, beside the first.
    let (code, out, err) = copy("43");
    assert_eq!((code, &err[..]), (0, ""));
    assert!(out.contains("To be added to src/lib.rs:\n\n    pub mod cpp_classes;\n"), "{out}");
    assert!(out.contains("cxx_build::bridges"), "{out}");
    assert_eq!(read("src/lib.rs"), library);
    let here = krate.to_str().expect("plain");
    let (code, out, err) = abreast(&["patterns", "copy", "batching", here, "--with-example"]);
    assert_eq!((code, &err[..]), (0, ""));
    assert!(out.contains("csrc/batching/wrong.c") && !out.contains("Left out"), "{out}");
    refused(&["patterns", "copy", "errno", here], &["src/errno.rs", "not overwritten"]);
    refused(&["patterns", "copy", "none", here], &["\"none\"", "errno"]);
}

#[test]
fn bad_ranges_name_the_largest_n() {
    refused(&["run", "range_sum", "--n", "-1"], &["n = -1", "4294967296"]);
    refused(&["run", "range_sum", "--n", "1e10"], &["n = 10000000000", "4294967296"]);
    refused(&["run", "conditional_range_sum", "--n", "1e11"], &["n = 100000000000"]);
}

#[test]
fn bad_views_name_the_argument() {
    let escape = |name, value| ["run", "escape", name, value];
    refused(&escape("--size", "0x100"), &["size"]);
    refused(&escape("--size", "100"), &["size = 100", "WxH"]);
    refused(&escape("--size", "4294967296x4294967296"), &["4294967296"]);
    refused(&escape("--iter", "0"), &["iter"]);
    refused(&escape("--iter", "2^33"), &["iter", "4294967295"]);
    refused(&escape("--center", "NaN"), &["center"]);
    refused(&escape("--center", "1+infi"), &["center"]);
    refused(&escape("--extent", "inf"), &["extent"]);
    refused(&escape("--extent", "-1"), &["extent"]);
    refused(&escape("--c", "nowhere"), &["c = nowhere", "RE+IMi"]);
}

#[test]
fn an_unknown_command_or_flag_shows_the_way() {
    let (code, out, err) = abreast(&["chek"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("check"), "{err}");
    let (code, _, err) = abreast(&["run", "dot", "--varient", "c"]);
    assert!(code == 2 && err.contains("--variant"), "{err}");
    let (code, out, _) = abreast(&["--help"]);
    assert!(code == 0 && out.contains("Exit codes"), "{out}");
}

/// A stdout whose reader has gone.
struct Gone;
impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn gone(args: &[&str]) -> (u8, String) {
    let mut err = Vec::new();
    let mut console =
        Console { out: &mut Gone, err: &mut err, lively: false, screen: Screen::default() };
    let words = ["abreast"].iter().chain(args).map(Into::into);
    let code = run_with(abreast::kernels::REGISTRY, words, &mut console);
    (code, String::from_utf8(err).unwrap())
}

#[test]
fn a_reader_who_has_read_enough_of_what_costs_nothing_hears_nothing() {
    for args in
        [&["list", "--json"][..], &["list"], &["doctor", "--json"], &["--help"], &["--version"]]
    {
        assert_eq!(gone(args), (0, String::new()), "{args:?}");
    }
}

#[test]
fn a_result_whose_reader_has_gone_is_on_stderr_and_is_no_success() {
    for args in [&["run", "dot", "--n", "3"][..], &["run", "dot", "--json"]] {
        let (code, err) = gone(args);
        let (kept, said) = err.trim_end().rsplit_once('\n').unwrap();
        assert_eq!(code, 2, "{args:?}");
        assert!(kept.contains("dot") && kept.contains("hash"), "{err}");
        assert!(said.starts_with("abreast: standard output was closed before"), "{err}");
    }
}

#[test]
fn pi_is_the_number_pi_and_hits_are_called_hits() {
    let (_, out, _) = abreast(&["run", "pi", "--n", "1e6", "--seed", "1"]);
    assert!(out.starts_with("pi = 3.137716\nhits = 784429\n"), "{out}");
    let ran = json(&["run", "pi", "--n", "1e6", "--seed", "1", "--json"]);
    assert_eq!(ran["named"], serde_json::json!({ "pi": 3.137716, "hits": 784_429 }));
    assert_eq!(ran["value"], 784_429);
    let (_, none, _) = abreast(&["run", "pi", "--n", "0"]);
    assert!(none.starts_with("hits = 0\n"), "{none}");
    assert!(json(&["run", "dot", "--n", "3", "--json"]).get("named").is_none());
}

#[test]
fn no_elements_add_up_to_zero_and_not_to_minus_zero() {
    for kernel in ["axpy", "axpy_f32", "gemm", "gemm_f32", "sum", "dot", "sum_arange"] {
        let (_, out, _) = abreast(&["run", kernel, "--n", "0"]);
        assert!(out.starts_with(&format!("{kernel} = 0.0\n")), "{out}");
    }
}

#[test]
fn a_view_too_deep_for_doubles_says_how_much_of_it_is_left() {
    let deep = [
        "run",
        "escape",
        "--center",
        "-0.75+0.1i",
        "--extent",
        "1e-14",
        "--size",
        "200x150",
        "--iter",
        "9",
    ];
    let (code, _, err) = abreast(&deep);
    assert!(code == 0 && err.contains("of 200 columns and 150 of 150 rows differ"), "{err}");
    let warnings = json(&[&deep[..], &["--json"]].concat())["warnings"].clone();
    assert!(warnings[0].as_str().unwrap().contains("of 200 columns"), "{warnings}");
    let folder = Folder::new("deep");
    let file = folder.file("a.png");
    let draw = ["fractal", "mandelbrot", "-o", &file, "--size", "40x30", "--iter", "9", "--json"];
    let drawn = json(&[&draw[..], &["--extent", "1e-15"]].concat());
    let columns = drawn["distinct"][0].as_u64().unwrap();
    assert!(
        columns < 120 && drawn["warnings"][0].as_str().unwrap().contains(&columns.to_string()),
        "{drawn}"
    );
    let drawn = json(&draw);
    assert_eq!(
        (&drawn["distinct"], &drawn["warnings"]),
        (&serde_json::json!([120, 90]), &serde_json::json!([]))
    );
}

#[test]
fn every_list_and_doctor_prints_json() {
    assert_eq!(json(&["list", "--json"])["schema"], "abreast.list/2");
    let doctor = json(&["doctor", "--json"]);
    assert!(
        doctor["findings"].as_array().unwrap().iter().all(|finding| finding["follows"].is_string())
    );
}

/// A folder that goes when the test ends.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("abreast-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_picture_is_the_same_file_from_every_variant_and_executor() {
    let folder = Folder::new("fractal");
    for set in ["mandelbrot", "julia"] {
        let draw = |name: &str, variant: &str, executor: &str| {
            let file = folder.file(name);
            let args = ["fractal", set, "-o", &file, "--size", "96x64", "--iter", "300"];
            let how = ["--variant", variant, "--exec", executor];
            let (code, out, err) = abreast(&[&args[..], &how].concat());
            assert!(code == 0 && out.contains("96 x 64 pixels"), "{out}{err}");
            std::fs::read(file).unwrap()
        };
        let first = draw("first.png", "simd", "threads:3");
        assert_eq!(first[..8], *b"\x89PNG\r\n\x1a\n");
        assert_eq!(draw("second.png", "c", "serial"), first);
        // Ours, so it may be drawn over.
        assert_eq!(draw("first.png", "cpp", "threads:2"), first);
    }
}

#[test]
fn a_picture_says_what_it_shows_as_one_object() {
    let folder = Folder::new("fractal-json");
    let file = folder.file("a.png");
    let view = ["--center", "-1.1195+0.2718i", "--extent", "0.005", "--size", "40x30"];
    let draw = ["fractal", "mandelbrot", "-o", &file, "--smooth", "1", "--iter", "1e3", "--json"];
    let drawn = json(&[&draw[..], &view].concat());
    assert_eq!(drawn["schema"], "abreast.fractal/2");
    assert_eq!(drawn["file"], file.as_str());
    assert_eq!(drawn["center"], serde_json::json!([-1.1195, 0.2718]));
    assert_eq!(drawn["extent"], serde_json::json!([0.005, 0.005]));
    assert_eq!(drawn["size"], serde_json::json!([40, 30]));
    assert_eq!((drawn["iter"].as_u64(), &drawn["c"]), (Some(1000), &Value::Null));
    assert!(drawn["seconds"].as_f64() > Some(0.0), "{drawn}");
    // The same counts as `run escape` makes of this view.
    let ran = json(&[&["run", "escape", "--iter", "1000", "--json"], &view[..]].concat());
    for key in ["variant", "level", "value", "hash"] {
        assert_eq!(drawn[key], ran[key], "{key}");
    }
    let julia = ["fractal", "julia", "-o", &file, "--size", "8x8", "--c", "-1+0.5i", "--json"];
    assert_eq!(json(&julia)["c"], serde_json::json!([-1.0, 0.5]));
}

#[test]
fn a_simulation_says_that_its_time_is_virtual() {
    // 16 chunks, each a millisecond for the model, on four workers.
    let args = ["run", "dot", "--n", "1e6", "--exec", "sim:4"];
    assert_eq!(json(&[&args[..], &["--json"]].concat())["virtual_seconds"], 0.004);
    let (code, out, _) = abreast(&args);
    assert!(code == 0 && out.contains("makespan in virtual time 4.00 ms"), "{out}");
    let threads = json(&["run", "dot", "--n", "1e6", "--exec", "threads:2", "--json"]);
    assert!(threads.get("virtual_seconds").is_none(), "{threads}");
}

#[test]
fn a_run_leaves_a_trace_of_every_chunk() {
    let folder = Folder::new("trace");
    let (trace, gantt) = (folder.file("run.json"), folder.file("run.svg"));
    let run = ["run", "dot", "--n", "1e5", "--chunk", "1e4", "--exec", "threads:3", "--json"];
    let files = ["--trace", &trace, "--gantt", &gantt];
    let hash = json(&run)["hash"].clone();
    // The second time over the first one's files, which are ours.
    for _ in 0..2 {
        assert_eq!(json(&[&run[..], &files].concat())["hash"], hash);
        let traced: Value = serde_json::from_slice(&std::fs::read(&trace).unwrap()).unwrap();
        let events = traced["traceEvents"].as_array().unwrap().iter();
        let mut tasks: Vec<u64> = events
            .filter(|event| event["ph"] == "X" && event["args"]["outcome"] == "done")
            .map(|event| event["args"]["task"].as_u64().unwrap())
            .collect();
        tasks.sort_unstable();
        assert_eq!(tasks, Vec::from_iter(0..10));
        let chart = std::fs::read_to_string(&gantt).unwrap();
        assert_eq!(chart.matches("class=\"bar\"").count(), 10);
    }
    for flag in ["--trace", "--gantt"] {
        let theirs = folder.file("theirs");
        std::fs::write(&theirs, "somebody's").unwrap();
        refused(&[&run[..], &[flag, &theirs]].concat(), &["theirs exists", "--force"]);
        assert_eq!(std::fs::read(&theirs).unwrap(), b"somebody's");
        assert_eq!(json(&[&run[..], &[flag, &theirs, "--force"]].concat())["hash"], hash);
        assert_ne!(std::fs::read(&theirs).unwrap(), b"somebody's");
    }
    refused(&[&run[..], &["--trace", &trace, "--gantt", &trace]].concat(), &["the same file"]);
}

#[test]
fn axes_go_around_the_same_picture() {
    let folder = Folder::new("axes");
    let draw = |name: &str, more: &[&str]| {
        let file = folder.file(name);
        let args = ["fractal", "julia", "-o", &file, "--size", "120x90", "--iter", "50"];
        let (code, _, err) = abreast(&[&args[..], more].concat());
        assert_eq!(code, 0, "{err}");
        let mut reader =
            png::Decoder::new(std::io::BufReader::new(std::fs::File::open(file).unwrap()))
                .read_info()
                .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let rows = pixels.chunks(3 * info.width as usize).map(<[u8]>::to_vec);
        (info.width as usize, rows.collect::<Vec<_>>())
    };
    let (bare_width, bare) = draw("bare.png", &[]);
    let (width, rows) = draw("axes.png", &["--axes"]);
    assert_eq!((bare_width, bare.len()), (120, 90));
    assert!(width > 120 && rows.len() > 90);
    // Somewhere within lies the picture itself, row upon row.
    let found = (0..=rows.len() - 90).any(|top| {
        (0..=width - 120).any(|left| {
            let cut = |row: &Vec<u8>| row[3 * left..3 * (left + 120)].to_vec();
            rows[top..top + 90].iter().map(cut).eq(bare.iter().cloned())
        })
    });
    assert!(found);
}

#[test]
fn pictures_that_cannot_be_are_refused() {
    let folder = Folder::new("refused");
    let file = folder.file("a.png");
    let draw = |more: &[&'static str]| -> Vec<String> {
        let args = ["fractal", "mandelbrot", "-o", &file].map(str::to_owned);
        args.into_iter().chain(more.iter().map(|word| (*word).to_owned())).collect()
    };
    for (more, word) in [
        (&["--size", "0x10"][..], "size = 0x10: "),
        (&["--iter", "0"], "iter"),
        (&["--center", "NaN"], "center"),
        (&["--c", "0.1"], "julia"),
        (&["--smooth", "0"], "smooth = 0"),
        (&["--smooth", "-1"], "smooth = -1"),
        (&["--smooth", "99"], "at most"),
    ] {
        let args = draw(more);
        refused(&args.iter().map(String::as_str).collect::<Vec<_>>(), &[word]);
    }
    std::fs::write(&file, "somebody's").unwrap();
    refused(&["fractal", "julia", "-o", &file], &["exists", "--force"]);
    let nowhere = folder.file("no/such/folder.png");
    refused(&["fractal", "julia", "-o", &nowhere], &["cannot be written"]);
    refused(&["--html", &nowhere], &["cannot be written"]);
    assert_eq!(std::fs::read(&file).unwrap(), b"somebody's");
}
