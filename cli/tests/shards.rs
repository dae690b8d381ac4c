//! A run in shards is the run in one piece, and whatever is wrong with a shard is named.
#![cfg(target_os = "linux")]

use abreast::Level;
use abreast::kernel::{Class, Entry, Request};
use abreast::kernels::REGISTRY;
use abreast_cli::{Console, Screen, run_with};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs the program in this process, on words between spaces; gives its exit code, stdout and stderr.
/// `@` stands for the folder.
fn abreast(folder: &Path, line: &str) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console =
        Console { out: &mut out, err: &mut err, lively: false, screen: Screen::default() };
    let folder = folder.to_str().unwrap();
    let words = line.split_whitespace().map(|word| word.replace('@', folder).into());
    let code = run_with(REGISTRY, std::iter::once("abreast".into()).chain(words), &mut console);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[track_caller]
fn well(folder: &Path, line: &str) -> String {
    let (code, out, err) = abreast(folder, line);
    assert_eq!(code, 0, "{line}: {err}");
    out
}

#[track_caller]
fn json(folder: &Path, line: &str) -> Value {
    serde_json::from_str(&well(folder, &format!("{line} --json"))).unwrap()
}

/// Exit code 2, nothing on stdout, and one sentence that says all of `words`.
#[track_caller]
fn refused(folder: &Path, line: &str, words: &[&str]) {
    let (code, out, err) = abreast(folder, line);
    assert_eq!((code, &out[..]), (2, ""), "{line}: {err}");
    assert_eq!(err.trim_end().lines().count(), 1, "{line}: {err}");
    words.iter().for_each(|word| assert!(err.contains(word), "{line}: '{word}' is not in: {err}"));
}

/// Makes shards `@/NAME0`, `@/NAME1` and so on; gives their names.
fn shards(folder: &Path, run: &str, many: usize, name: &str) -> Vec<String> {
    let executors = ["serial", "threads:2", "graph:2"];
    let make = |i| {
        let (file, executor) = (format!("@/{name}{i}"), executors[i % 3]);
        well(folder, &format!("{run} --shard {i}/{many} -o {file} --exec {executor}"));
        file
    };
    (0..many).map(make).collect()
}

/// A problem of the kernel in at least five chunks, on the command line, and how many they are.
fn problem(entry: &Entry) -> (String, usize) {
    let n = *entry.sweep.iter().rfind(|n| **n <= 1024).unwrap_or(&entry.sweep[0]);
    let mut case = entry.case(&Request::size(n)).unwrap();
    let many = |chunk: &u64| {
        case.set_chunk(*chunk).unwrap();
        case.chunks() >= 5
    };
    let chunk = [100, 13, 3, 1].into_iter().find(many).expect("a problem of five rows");
    (format!("run {} --n {n} --chunk {chunk}", entry.name), case.chunks())
}

#[test]
fn every_kernel_in_any_number_of_shards_has_the_result_of_one_piece() {
    let folder = tempfile::tempdir().unwrap();
    for entry in REGISTRY {
        let (run, chunks) = problem(entry);
        let whole = json(folder.path(), &run);
        for many in [1, 2, 3, 5, chunks] {
            let mut files = shards(folder.path(), &run, many, "s");
            // In whatever order.
            files.rotate_left(many / 2);
            let merged = json(folder.path(), &format!("merge {}", files.join(" ")));
            for key in ["kernel", "n", "value", "hash", "named"] {
                assert_eq!(merged[key], whole[key], "{run} in {many} shards: {key}");
            }
            assert_eq!(merged["shards"], many);
        }
    }
}

/// What a line of the shell prints, where `abreast` is the program.
#[track_caller]
fn shell(folder: &Path, line: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_abreast")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("bash");
    let output = shell.args(["-ec", line]).env("PATH", path).current_dir(folder).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{line}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

const GUIDE: &str = include_str!("../../docs/clusters.md");

/// The block of the guide that begins so: its language, and perhaps more.
fn block(begins: &str) -> &'static str {
    let at = GUIDE.find(&format!("```{begins}")).expect("a block");
    let (_, block) = GUIDE[at..].split_once('\n').expect("a line");
    block.split_once("```").expect("its end").0
}

#[test]
fn the_commands_of_the_guide_print_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    let hash = GUIDE.split("`hash of the output bytes ").nth(1).unwrap().split('`').next().unwrap();
    let said = shell(folder.path(), block("bash\nV="));
    let hashes = said.lines().filter(|line| line.starts_with("hash of the output bytes "));
    assert_eq!(hashes.clone().count(), 4, "{said}");
    hashes.for_each(|line| assert!(line.ends_with(hash), "{said}"));
    let first = said.lines().find(|line| line.starts_with("shard.0: ")).unwrap();
    let chunks = first.split(", simd").next().unwrap();
    assert!(GUIDE.contains(chunks), "{chunks}");
    // As Slurm would, each in a process of its own.
    let array = folder.path().join("array.sh");
    fs::write(&array, block("bash\n#!")).unwrap();
    let line = "rm shard.?; export SLURM_ARRAY_TASK_COUNT=4; for i in 0 1 2 3 2; do \
                SLURM_ARRAY_TASK_ID=$i bash array.sh; done; abreast merge shard.?";
    let said = shell(folder.path(), line);
    assert!(said.contains("shard.2 is shard 2/4 of") && said.trim_end().ends_with(hash), "{said}");
    if Command::new("make").arg("--version").output().is_err() {
        eprintln!("skipped: there is no make");
        return;
    }
    fs::write(folder.path().join("Makefile"), block("make\n")).unwrap();
    shell(folder.path(), "rm shard.?; make -j 2; rm shard.1");
    let again = shell(folder.path(), "make");
    assert!(again.contains("--shard 1/4") && !again.contains("--shard 2/4"), "{again}");
    let merged = fs::read_to_string(folder.path().join("escape.json")).unwrap();
    assert!(merged.contains(hash), "{merged}");
}

#[test]
fn for_people_a_merge_says_what_a_run_says() {
    let folder = tempfile::tempdir().unwrap();
    let run = "run pi --n 1e5 --chunk 1e4";
    let files = shards(folder.path(), run, 3, "s");
    let (whole, merged) =
        (well(folder.path(), run), well(folder.path(), &format!("merge {}", files.join(" "))));
    let results = |said: &str| {
        said.lines().filter(|line| !line.starts_with("n ")).map(str::to_owned).collect()
    };
    let (whole, merged): (Vec<String>, Vec<String>) = (results(&whole), results(&merged));
    assert_eq!(merged, whole);
    assert!(merged[0].starts_with("pi = 3.1"), "{merged:?}");
}

#[test]
fn worker_processes_compute_shards_too() {
    let folder = tempfile::tempdir().unwrap();
    let run = "run escape --size 90x70 --chunk 8";
    let line = format!(
        "for i in 0 1 2 3; do abreast {run} --exec procs:2 --shard $i/4 -o s$i; done; \
         abreast merge s? --json"
    );
    let said = shell(folder.path(), &line);
    assert!(said.contains("s1: shard 1/4 of escape, chunks 2 to 3 of 9, simd at"), "{said}");
    let merged: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(merged["hash"], json(folder.path(), run)["hash"]);
}

#[test]
fn levels_and_variants_mix_where_the_bits_are_the_same_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let levels = Level::available();
    let (Some(low), Some(high)) = (levels.first(), levels.last()) else { return };
    for entry in REGISTRY {
        let (run, _) = problem(entry);
        let (a, b) = (low.name(), high.name());
        well(folder.path(), &format!("{run} --shard 0/2 -o @/s0 --isa {a} --variant c"));
        well(folder.path(), &format!("{run} --shard 1/2 -o @/s1 --isa {b} --variant rust"));
        let mixes = matches!(entry.class, Class::SameBits) || low.has_fma() == high.has_fma();
        if mixes {
            let merged = json(folder.path(), "merge @/s0 @/s1");
            let by = json!([{"variant": "c", "level": a}, {"variant": "rust", "level": b}]);
            assert_eq!(
                (&merged["computed_by"], &merged["hash"]),
                (&by, &json(folder.path(), &run)["hash"])
            );
        } else {
            let words = ["s1: it is by rust at", "which may have other bits than c at", "missing"];
            refused(folder.path(), "merge @/s0 @/s1", &words);
        }
    }
}

const RUN: &str = "run dot --n 1000 --chunk 100";

/// Four shards of [`RUN`] in a folder: `@/s0` to `@/s3`, of 2, 3, 2 and 3 chunks.
fn four() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    shards(folder.path(), RUN, 4, "s");
    folder
}

#[test]
fn what_is_missing_or_double_is_named() {
    let four = four();
    let of = |line: &str, words: &[&str]| refused(four.path(), line, words);
    of("merge @/s0 @/s1 @/s3", &["nothing is merged: shard 2/4 is missing"]);
    of("merge @/s2 @/s1", &["shard 0/4 is missing", "shard 3/4 is missing"]);
    of("merge @/s3", &["shards 0/4 to 2/4 are missing"]);
    of("merge @/s0 @/s1 @/s2 @/s3 @/s1", &["s1 and ", "s1 are both shard 1/4"]);
    fs::copy(four.path().join("s0"), four.path().join("copy")).unwrap();
    of("merge @/s0 @/s1 @/copy @/s3", &["copy are both shard 0/4", "shard 2/4 is missing"]);
    of("merge", &["no shards are named"]);
    of("merge @/s?", &["s?: cannot be read: No such file"]);
    of("merge @", &["is no plain file"]);
}

#[test]
fn a_shard_of_another_run_is_named_with_what_differs() {
    let four = four();
    let others = [
        ("run dot_f32 --n 1000 --chunk 100", "of another kernel: dot_f32, not dot"),
        ("run dot --n 1001 --chunk 100", "other size, plan, operands as in"),
        ("run dot --n 1000 --chunk 101", "of another run: other plan as in"),
        ("run dot --n 1000 --chunk 100 --seed 43", "of another run: other operands as in"),
    ];
    for (run, why) in others {
        well(four.path(), &format!("{run} --shard 1/4 -o @/x"));
        let words = ["x: it is ", why, "s0; shard 1/4 is missing"];
        refused(four.path(), "merge @/s0 @/x @/s2 @/s3", &words);
    }
    well(four.path(), &format!("{RUN} --shard 1/5 -o @/x"));
    refused(four.path(), "merge @/s0 @/x", &["x: it is of 5 shards, not 4 as in"]);
    let axpy = "run axpy --n 1000 --chunk 100";
    well(four.path(), &format!("{axpy} --shard 0/2 -o @/a0"));
    well(four.path(), &format!("{axpy} --alpha 3 --shard 1/2 -o @/a1"));
    refused(four.path(), "merge @/a0 @/a1", &["a1: it is of another run: other scalars as in"]);
}

/// The same file with another manifest, and right checksums.
fn with_manifest(file: &[u8], change: &dyn Fn(&mut Value)) -> Vec<u8> {
    let len = u64::from_le_bytes(file[16..24].try_into().unwrap()) as usize;
    let mut manifest: Value = serde_json::from_slice(&file[24..24 + len]).unwrap();
    change(&mut manifest);
    let json = serde_json::to_vec(&manifest).unwrap();
    let mut new = [&file[..16], &(json.len() as u64).to_le_bytes(), &json].concat();
    new.extend(crc32fast::hash(&new).to_le_bytes());
    new.extend(&file[24 + len + 4..file.len() - 4]);
    new.extend(crc32fast::hash(&new).to_le_bytes());
    new
}

#[test]
fn a_shard_of_another_program_is_named_and_a_manifest_that_lies_does_no_harm() {
    let four = four();
    let good = fs::read(four.path().join("s1")).unwrap();
    let same = with_manifest(&good, &|_| ());
    fs::write(four.path().join("x"), same).unwrap();
    well(four.path(), "merge @/s0 @/x @/s2 @/s3");
    let lies: [(&str, Value, &str); 12] = [
        ("version", json!("9.9.9"), "it is of version 9.9.9, and this program of"),
        ("registry", json!("0123456789abcdef"), "of a program with other kernels"),
        ("byte_order", json!("middle"), "of a machine of other byte order"),
        ("kernel", json!("dott"), "unknown kernel 'dott'"),
        ("kernel", json!("axpy"), "x: it is cut: "),
        ("variant", json!("fortran"), "unknown variant 'fortran'"),
        ("level", json!("v9"), "which may have other bits"),
        ("chunks", json!([0, 9]), "its manifest says chunks [0, 9]"),
        ("shard", json!(4), "shard = 4/4"),
        ("shards", json!(u64::MAX), "the plan has 10 chunks"),
        (
            "plan",
            json!({"rows": u64::MAX, "cols": 9, "chunk_rows": 1, "chunk_cols": 1}),
            "rows x cols",
        ),
        ("one_more", json!(1), "its manifest is none: unknown field"),
    ];
    for (field, value, why) in lies {
        let bad = with_manifest(&good, &|manifest| manifest[field] = value.clone());
        fs::write(four.path().join("x"), bad).unwrap();
        let line = "merge @/s0 @/x @/s2 @/s3";
        match field {
            // The same bits at any level, but one that there is.
            "level" => {
                let (code, _, err) = abreast(four.path(), line);
                assert!(code == 2 && err.contains(why), "{err}");
            }
            _ => refused(four.path(), line, &["x: ", why]),
        }
    }
    let next = String::from_utf8_lossy(&good[..14]).into_owned() + "2\n";
    fs::write(four.path().join("x"), next).unwrap();
    refused(four.path(), "merge @/x", &["x: it is a shard of another form than abreast.shard/1"]);
}

#[test]
fn a_file_that_is_cut_longer_or_no_shard_is_named() {
    let four = four();
    let good = fs::read(four.path().join("s1")).unwrap();
    let file = four.path().join("x");
    let head = good.len() - 4 - 3 * 4 - 3 * 8;
    for len in (0..head).step_by(9).chain([15, 16, 17, 23, 24, 25]).chain(head - 5..good.len()) {
        fs::write(&file, &good[..len]).unwrap();
        let why = if len == 0 { "x: it is empty" } else { "x: it is cut" };
        refused(four.path(), "merge @/s0 @/x @/s2 @/s3", &[why]);
    }
    fs::write(&file, [&good[..], b"\n"].concat()).unwrap();
    refused(four.path(), "merge @/x", &["x: 1 bytes follow its end"]);
    fs::write(&file, "notes of somebody else\n").unwrap();
    refused(four.path(), "merge @/x", &["x: it is no shard"]);
}

#[test]
fn a_bit_that_has_flipped_anywhere_is_found_and_its_chunk_named() {
    let four = four();
    let good = fs::read(four.path().join("s1")).unwrap();
    let file = four.path().join("x");
    // Shard 1 has chunks 2 to 4, of one number each, three checksums and one of the whole.
    let items = good.len() - 4 - 3 * 4 - 3 * 8;
    for at in (0..24).chain((24..items).step_by(7)).chain(items - 4..good.len()) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        fs::write(&file, &bad).unwrap();
        let chunk = match at {
            _ if at < items => None,
            _ if at < items + 24 => Some((at - items) / 8),
            _ if at < items + 36 => Some((at - items - 24) / 4),
            _ => None,
        };
        let chunk = chunk.map(|chunk| format!("chunk {} is corrupt", chunk + 2));
        refused(
            four.path(),
            "merge @/s0 @/x @/s2 @/s3",
            &["x: ", chunk.as_deref().unwrap_or("it")],
        );
    }
    // All that is wrong is said at once.
    for (name, at) in [("s0", good.len() - 40), ("s3", good.len() - 1)] {
        let mut bad = fs::read(four.path().join(name)).unwrap();
        let at = at.min(bad.len() - 1);
        bad[at] ^= 1;
        fs::write(four.path().join(name), bad).unwrap();
    }
    let words = ["s0: chunk ", "s3: its checksums are corrupt"];
    refused(four.path(), "merge @/s0 @/s1 @/s2 @/s3", &words);
    refused(four.path(), "merge @/s0 @/s1 @/s3", &[&words[..], &["shard 2/4 is missing"]].concat());
}

#[test]
fn shards_that_there_are_not_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for (shard, words) in [
        ("4/4", "shard = 4/4: shards are counted from 0, so the last of 4 is 3/4"),
        ("0/0", "shard = 0/0: there must be at least one"),
        ("0/11", "shard = 0/11: the plan has 10 chunks"),
        ("-1/4", "shard = -1/4: must have the form I/N"),
        ("1", "shard = 1: must have the form I/N"),
        ("1/2/3", "shard = 1/2/3: must have the form I/N"),
        ("1/", "shard = 1/: must have the form I/N"),
    ] {
        refused(folder.path(), &format!("{RUN} --shard {shard} -o @/s"), &[words]);
    }
    let nowhere = format!("{RUN} --shard 0/2 -o @/no/such/s");
    refused(folder.path(), &nowhere, &["--output", "cannot be written"]);
    for line in ["--shard 0/2", "-o @/s", "--resume", "--shard 0/2 -o @/s --profile @/p.svg"] {
        let (code, _, err) = abreast(folder.path(), &format!("{RUN} {line}"));
        assert!(code == 2 && err.contains("--"), "{line}: {err}");
    }
    let both = format!("{RUN} --shard 0/2 -o @/s --trace @/s");
    refused(folder.path(), &both, &["name the same file"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    fs::write(folder.path().join("s"), "somebody's").unwrap();
    let over = format!("{RUN} --shard 0/2 -o @/s");
    refused(folder.path(), &over, &["s exists and is not a shard that abreast wrote"]);
    refused(folder.path(), &format!("{over} --resume"), &["s exists and is not a shard"]);
    assert_eq!(fs::read(folder.path().join("s")).unwrap(), b"somebody's");
}

#[test]
fn a_problem_of_nothing_is_one_shard() {
    let folder = tempfile::tempdir().unwrap();
    let out = well(folder.path(), "run dot --n 0 --shard 0/1 -o @/s");
    assert!(out.contains("shard 0/1 of dot, no chunks of 0"), "{out}");
    let merged = json(folder.path(), "merge @/s");
    assert_eq!(merged["hash"], json(folder.path(), "run dot --n 0")["hash"]);
}

#[test]
fn resume_leaves_alone_what_is_whole_makes_again_what_is_damaged_and_refuses_other_runs() {
    let four = four();
    let file = four.path().join("s1");
    let again = format!("{RUN} --shard 1/4 -o @/s1 --resume");
    let (good, before) = (fs::read(&file).unwrap(), fs::metadata(&file).unwrap());
    let changed = |before: &fs::Metadata| {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(&file).unwrap().ino() != before.ino()
    };
    let out = well(four.path(), &format!("{again} --trace @/t.json"));
    assert!(out.contains("s1 is shard 1/4 of dot, chunks 2 to 4 of 10 already"), "{out}");
    assert!(!changed(&before) && !four.path().join("t.json").exists());
    // A flipped bit of a chunk, of the manifest, and a part of it.
    for at in [good.len() - 30, 40] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&file, bad).unwrap();
        let (code, _, err) = abreast(four.path(), &again);
        assert!(code == 0 && err.contains("corrupt: it is made again"), "{err}");
        assert_eq!(fs::read(&file).unwrap(), good);
    }
    fs::write(&file, &good[..good.len() - 1]).unwrap();
    let (code, _, err) = abreast(four.path(), &again);
    assert!(code == 0 && err.contains("it is cut") && err.contains("made again"), "{err}");
    fs::remove_file(&file).unwrap();
    well(four.path(), &again);
    assert_eq!(fs::read(&file).unwrap(), good);
    for (run, why) in [
        (format!("{RUN} --seed 7 --shard 1/4"), "it is of another run: other operands"),
        (format!("{RUN} --shard 2/4"), "it is shard 1/4, not shard 2/4"),
        (format!("{RUN} --shard 1/3"), "it is shard 1/4, not shard 1/3"),
    ] {
        refused(four.path(), &format!("{run} -o @/s1 --resume"), &["s1 is there, and ", why]);
    }
    assert_eq!(fs::read(&file).unwrap(), good);
    // Without --resume it is written again, as every file of ours.
    well(four.path(), &format!("{RUN} --seed 7 --shard 1/4 -o @/s1"));
    assert_ne!(fs::read(&file).unwrap(), good);
}

#[test]
fn shards_of_a_fractal_are_drawn_as_fractal_draws_it() {
    let folder = tempfile::tempdir().unwrap();
    let view = "--center -0.75 --extent 3+2.5i --size 70x50 --iter 90";
    let run = format!("run escape {view} --chunk 7");
    shards(folder.path(), &run, 3, "s");
    let merged = json(folder.path(), "merge @/s0 @/s1 @/s2 --png @/merged.png");
    let in_memory = json(folder.path(), "merge @/s0 @/s1 @/s2");
    assert_eq!(merged, in_memory);
    well(folder.path(), &format!("fractal mandelbrot {view} --smooth 1 -o @/whole.png"));
    let (drawn, whole) =
        (pixels(&folder.path().join("merged.png")), pixels(&folder.path().join("whole.png")));
    assert_eq!((drawn.0, drawn.1), (70, 50));
    assert!(drawn == whole);
    // A shard of ours, and not even with --force an input.
    for force in ["", "--force"] {
        let line = format!("merge @/s0 @/s1 @/s2 --png @/s1 {force}");
        refused(folder.path(), &line, &["an input and --png name the same file"]);
    }
    let line = "merge @/s0 @/s2 --png @/other.png";
    refused(folder.path(), line, &["shard 1/3 is missing"]);
    assert!(!folder.path().join("other.png").exists());
    shards(folder.path(), RUN, 1, "d");
    let words = ["--png draws the counts of escape", "shards of dot"];
    refused(folder.path(), "merge @/d0 --png @/other.png", &words);
}

/// Width, height, and the bytes of all pixels.
fn pixels(file: &Path) -> (u32, u32, Vec<u8>) {
    let file = std::io::BufReader::new(fs::File::open(file).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width, info.height, pixels)
}

/// Operands in files: read in parts, by whoever needs them.
#[test]
fn operands_in_files_give_the_bits_of_those_in_memory() {
    use abreast::sample::Sampled;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = |name: &str, seed: u64, n: usize| {
        let numbers = f64::uniform(n, seed);
        let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_ne_bytes()).collect();
        fs::write(folder.join(name), bytes).unwrap();
    };
    file("x.f64", 42, 200_003);
    file("y.f64", !42, 200_003);
    for kernel in ["dot", "axpy"] {
        let whole = json(folder, &format!("run {kernel} --n 200003"));
        let run = format!("run {kernel} --source @/x.f64,@/y.f64");
        for executor in ["serial", "threads:2", "sim:3"] {
            let read = json(folder, &format!("{run} --exec {executor}"));
            assert_eq!(
                (&read["hash"], &read["n"]),
                (&whole["hash"], &json!(200_003)),
                "{executor}"
            );
            assert_eq!(read["virtual_seconds"].is_null(), executor != "sim:3");
        }
        let files = shards(folder, &run, 3, kernel).join(" ");
        assert_eq!(json(folder, &format!("merge {files}"))["hash"], whole["hash"]);
    }
    // Workers open the files themselves.
    let said = shell(
        folder,
        "abreast run axpy --source x.f64,y.f64 --exec procs:2 --json; abreast run axpy --n 200003 --json",
    );
    let hashes =
        said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["hash"].clone());
    let hashes: Vec<Value> = hashes.collect();
    assert_eq!(hashes[0], hashes[1], "{said}");
    // Shards of other operands are of another run.
    file("z.f64", 7, 200_003);
    well(folder, "run dot --source @/x.f64,@/z.f64 --shard 1/3 -o @/other1");
    refused(folder, "merge @/dot0 @/other1 @/dot2", &["other1"]);
    for (line, words) in [
        ("run dot --source @/x.f64", &["sources = 1", "dot needs 2"][..]),
        ("run dot --source @/x.f64,@/none", &["none", "cannot be read"]),
        ("run dot --source @/x.f64,@", &["cannot be read"]),
        ("run dot_f32 --source @/x.f64,@/dot0", &["dot0"]),
        ("run gemm --source @/x.f64,@/y.f64", &["gemm", "do not read slices"]),
        ("run sum --source @/x.f64 --chunk 0", &["chunk"]),
    ] {
        refused(folder, line, words);
    }
    let (code, _, err) = abreast(folder, "run sum --source @/x.f64 --n 5");
    assert!(code == 2 && err.contains("--n"), "{err}");
}
