use super::*;

pub(crate) fn entry(variant: &str, n: usize, seconds: f64) -> Entry {
    let noise = |i: usize| 1.0 + 0.001 * (i * 7 % 5) as f64;
    let start: Vec<f64> = (0..30).map(|i| seconds * noise(i)).collect();
    Entry {
        group: "dot".into(),
        variant: variant.into(),
        setting: String::new(),
        n,
        mode: Mode::default(),
        input: Some("7".into()),
        noise: Some(0.001),
        starts: vec![start.clone(), start],
    }
}

pub(crate) fn saved(entries: Vec<Entry>) -> Saved {
    Saved {
        schema: SCHEMA.into(),
        created: "2026-01-31T12:00:00Z".into(),
        package: "p".into(),
        bench: "b".into(),
        machine: SavedMachine {
            cpu: Some("A CPU".into()),
            architecture: "x86_64".into(),
            cores: 8,
            virtualised: Some(false),
        },
        build: SavedBuild { rustc: "rustc 1".into(), opt_level: "3".into(), compilers: Vec::new() },
        entries,
    }
}

fn place(name: &str) -> Place {
    let folder = std::env::temp_dir().join(format!("abreast-saved-{}-{name}", std::process::id()));
    Place { folder: Some(folder), package: "p".into(), bench: "b".into() }
}

#[test]
fn a_run_of_a_part_keeps_the_rest() {
    let mut part = saved(vec![entry("lanes", 64, 2e-6)]);
    let all = vec![entry("c", 64, 1e-6), entry("lanes", 64, 1e-6), entry("lanes", 128, 1e-6)];
    assert_eq!(part.keep_rest_of(saved(all)), None);
    let names: Vec<String> = part.entries.iter().map(Entry::name).collect();
    assert_eq!(names, ["dot/lanes at n = 64", "dot/c at n = 64", "dot/lanes at n = 128"]);
    assert!(part.entries[0].starts[0][0] > 1.5e-6, "the new one counts");
    let mut other = saved(vec![entry("c", 64, 1e-6)]);
    other.build.rustc = "rustc 2".into();
    let dropped = other.keep_rest_of(part).expect("dropped");
    assert!(dropped.contains("2 other entries"), "{dropped}");
}

/// As the first version wrote it: what people have saved must stay readable.
#[test]
fn a_file_of_the_first_form_is_read() {
    let text = r#"{"schema":"abreast-compare-saved/1","created":"2026-11-30T02:30:38Z","package":"p",
        "bench":"b","machine":{"cpu":"A CPU","architecture":"x86_64","cores":2,"virtualised":true},
        "build":{"rustc":"rustc 1.95.0","opt_level":"3","compilers":[{"what":"C","version":"cc 12",
        "flags":"-O3"}]},"entries":[{"group":"dot","variant":"c","setting":"","n":64,
        "input":"00ff","noise":0.001,"starts":[[3.1e-8,3.2e-8]]}]}"#;
    let place = place("first");
    let folder = place.saved().expect("a folder");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("old.json"), text).expect("written");
    let saved = load("old", &place).expect("a saved run");
    assert_eq!(saved.entries[0].name(), "dot/c at n = 64");
    assert_eq!(saved.entries[0].mode, Mode::default());
    assert_eq!(saved.entries[0].starts, [[3.1e-8, 3.2e-8]]);
    fs::remove_dir_all(place.folder.expect("a folder")).expect("removed");
}

#[test]
fn names_that_differ_in_their_last_letter_do_not_meet() {
    let long = "x".repeat(80);
    let (a, b) = (entry(&(long.clone() + "a"), 1, 1.0), entry(&(long + "b"), 1, 1.0));
    assert!(a.is_of(&a) && !a.is_of(&b));
}

#[test]
fn calls_of_another_mode_do_not_meet_and_are_called_so() {
    let warm = entry("c", 64, 1e-6);
    let cold = Entry { mode: Mode { inputs: 8, cold: true, latency: false }, ..warm.clone() };
    assert!(!warm.is_of(&cold));
    assert_eq!(cold.name(), "dot/c at n = 64, 8 inputs in turn, cold caches");
    let mut run = saved(vec![cold]);
    assert_eq!(run.keep_rest_of(saved(vec![warm])), None, "one file has room for both");
    assert_eq!(run.entries.len(), 2);
}

#[test]
fn what_is_no_saved_run_of_this_benchmark_is_said() {
    let place = place("bad");
    let folder = place.saved().expect("a folder");
    fs::create_dir_all(&folder).expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
    write("empty.json", "");
    write("other.json", "{\"schema\":\"abreast-compare/1\"}");
    write("damaged.json", &format!("{{\"schema\":\"{SCHEMA}\"}}"));
    let whole = serde_json::to_string(&saved(vec![entry("c", 64, 1e-6)])).expect("JSON");
    write("cut.json", &whole[..whole.len() / 2]);
    write("newer.json", &whole.replace(SCHEMA, "abreast-compare-saved/2"));
    write("nothing.json", "{}");
    let mut timeless = saved(vec![entry("c", 64, 1e-6)]);
    timeless.entries[0].starts.push(Vec::new());
    write("timeless.json", &serde_json::to_string(&timeless).expect("JSON"));
    fs::create_dir(folder.join("folder.json")).expect("a folder");
    let foreign = Saved { package: "q".into(), ..saved(Vec::new()) };
    write("foreign.json", &serde_json::to_string(&foreign).expect("JSON"));
    for (name, part) in [
        ("empty", "is not a saved run"),
        ("other", "its schema is abreast-compare/1, the JSON of a comparison"),
        ("damaged", "damaged"),
        ("cut", "is not a saved run: EOF"),
        ("newer", "of a later form, abreast-compare-saved/2: this program reads"),
        ("nothing", "it names no schema"),
        ("timeless", "dot/c at n = 64 has a time that is none"),
        ("folder", "folder.json: "),
        ("foreign", "the benchmark b of package q; this is b of p"),
        (
            "missing",
            "there are cut, damaged, empty, folder, foreign, newer, nothing, other, timeless",
        ),
        ("", "needs a name"),
    ] {
        let why = load(name, &place).expect_err(name);
        assert!(why.contains(part), "{why}");
    }
    fs::remove_dir_all(place.folder.expect("a folder")).expect("removed");
}

#[test]
fn what_cannot_be_saved_is_said_before_anything_is_measured() {
    let place = place("unwritable");
    let folder = place.saved().expect("a folder");
    assert_eq!(check("main", &place, false), Ok(()));
    assert_eq!(fs::read_dir(&folder).expect("made").count(), 0, "nothing is left there");
    fs::write(folder.join("thesis.json"), "a thesis").expect("written");
    let why = check("thesis", &place, false).expect_err("foreign");
    assert!(why.contains("is not a saved run") && why.ends_with("--force replaces it"), "{why}");
    assert_eq!(check("thesis", &place, true), Ok(()));
    let below = folder.join("thesis.json/a.json");
    assert!(check(&below.to_string_lossy(), &place, true).is_err(), "below a file");
    assert!(check("", &place, false).is_err());
    fs::remove_dir_all(place.folder.expect("a folder")).expect("removed");
}

#[test]
fn a_machine_is_another_one_by_its_fields() {
    let here = saved(Vec::new()).machine;
    assert_eq!(here.differences(&here), Vec::<String>::new());
    let other = SavedMachine { cores: 2, ..here.clone() };
    assert_eq!(here.differences(&other), ["number of cores: 8 then, 2 now"]);
}
