//! Kinds of files, and names of files and functions.

use crate::{BRIEF, Bench, DOT, DOT_C, DOT_CPP, DOT_RS, three_languages};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

fn compile(bench: &Bench, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let status = Command::new(words[0]).args(&words[1..]).current_dir(bench.path()).status();
    assert!(status.expect("a compiler").success(), "{line}");
}

#[test]
fn objects_and_libraries_are_compared_with_sources() {
    let bench = three_languages();
    compile(&bench, "cc -O2 -fPIC -c dot.c -o object.o");
    compile(&bench, "c++ -O2 -fPIC -c dot.cpp -o cpp.o");
    compile(&bench, "ar rcs libdot.a object.o");
    compile(&bench, "cc -O2 -fPIC -shared dot.c -o libdot.so.1.2");
    let files = ["object.o", "cpp.o", "libdot.a", "./libdot.so.1.2", "dot.c"];
    let said = bench.brief(&[&files[..], &["--sig", DOT]].concat());
    said.ends_with(0).has(&["all five agree on"]).has(&["vs object.o"]).has(&["libdot.so.1.2"]);
}

#[test]
fn a_crate_is_built_by_its_own_rules() {
    let bench = three_languages();
    let manifest =
        "[package]\nname = \"rewrite\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    bench.write("rewrite/Cargo.toml", manifest);
    bench.write("rewrite/src/lib.rs", &DOT_RS.replace("#[no_mangle]", "#[unsafe(no_mangle)]"));
    let said = bench.brief(&["dot.c", "rewrite"]);
    said.ends_with(0).has(&["both agree on"]).has(&["rewrite "]);
    bench.write("rewrite/src/lib.rs", "pub fn dot() -> quad {}\n");
    let said = bench.brief(&["dot.c", "rewrite", "--sig", DOT]);
    said.ends_with(2).has(&["cannot find type"]).has(&[
        "rewrite: ",
        "cargo",
        "ended with exit code 101",
    ]);
}

#[test]
fn files_of_one_name_are_told_apart_by_their_folders() {
    let bench = Bench::with(&[("old/dot.c", DOT_C), ("new one/dot.c", DOT_C)]);
    let said = bench.brief(&["old/dot.c", "new one/dot.c", "--sig", DOT]);
    said.ends_with(0).has(&["vs old/dot.c"]).has(&["new one/dot.c"]);
    let said = bench.brief(&["old/dot.c", "old/dot.c", "--sig", DOT]);
    said.ends_with(2).has(&["two variants of the name dot.c"]);
    let said = bench.brief(&["old/dot.c", "--cflags", "-O2", "--cflags", "-O2", "--sig", DOT]);
    said.ends_with(2).has(&["two variants of the name dot.c"]);
}

#[test]
fn names_of_files_may_be_anything() {
    let bench = Bench::with(&[("-o.c", DOT_C), ("it's \"a\" $(file).c", DOT_C)]);
    let odd = OsString::from_vec(b"\xff\x1b[2J\n.c".to_vec());
    bench.write(&odd, DOT_C);
    let words = ["--sig", DOT].iter().chain(&BRIEF).chain(&["--", "-o.c", "it's \"a\" $(file).c"]);
    let words: Vec<OsString> = words.map(OsString::from).chain([odd]).collect();
    let said = bench.run(&words);
    said.ends_with(0).has(&["all three agree on"]);
    assert!(!said.all().contains('\x1b'), "it reaches the terminal: {:?}", said.all());
}

#[test]
fn a_function_is_chosen_by_its_name() {
    let two = format!(
        "{DOT_C}double twice(size_t n, const double *x, const double *y) {{ return dot(n, x, y); }}\n"
    );
    let bench = Bench::with(&[("two.c", &two), ("dot.rs", DOT_RS), ("dot.cpp", DOT_CPP)]);
    bench.write(
        "in.cpp",
        &format!("namespace ours {{\n{}\n}}\n", DOT_CPP.replace("#include <numeric>", "")).replace(
            "namespace ours {\n#include <cstddef>",
            "#include <cstddef>\n#include <numeric>\nnamespace ours {",
        ),
    );
    // The common one.
    bench.brief(&["two.c", "dot.rs"]).ends_with(0).has(&["vs two.c"]);
    let said = bench.brief(&["two.c", "in.cpp", "--fn", "dot", "--sig", DOT]);
    said.ends_with(0).has(&["both agree on"]);
    // Several are several variants.
    let said = bench.brief(&["two.c", "--fn", "dot", "--fn", "twice", "--baseline", "two.c twice"]);
    said.ends_with(0).has(&["vs two.c twice"]);
    bench.brief(&["two.c"]).ends_with(2).has(&["which function? There are dot, twice", "--fn"]);
    let said = bench.brief(&["two.c", "dot.rs", "--fn", "dott"]);
    said.ends_with(2).has(&["--fn dott: no file has such a function; there are dot, twice"]);
    let said = bench.brief(&["two.c", "dot.rs", "--fn", "twice"]);
    said.ends_with(2).has(&["dot.rs has no function twice; it has dot"]);
}

#[test]
fn a_library_that_a_function_needs_is_linked_or_asked_for() {
    let bench = Bench::with(&[
        ("helper.c", "double helper(double x) { return 2 * x; }\n"),
        ("uses.c", "double helper(double);\ndouble f(double x) { return helper(x); }\n"),
        (
            "uses.rs",
            "extern \"C\" { fn helper(x: f64) -> f64; }\n#[no_mangle] pub extern \"C\" fn f(x: f64) -> f64 { unsafe { helper(x) } }\n",
        ),
        ("own.c", "#include <math.h>\ndouble f(double x) { return fma(2, x, 0); }\n"),
    ]);
    compile(&bench, "cc -fPIC -c helper.c -o helper.o");
    compile(&bench, "ar rcs libhelper.a helper.o");
    let said = bench.brief(&["own.c", "uses.c"]);
    said.ends_with(2).has(&["uses.c: needs the function helper", "--link NAME"]);
    let files = ["own.c", "uses.c", "uses.rs", "--sizes", "1", "--quick", "--starts", "1"];
    let said = bench.run(&[&files[..], &["--link", "./libhelper.a"]].concat());
    said.ends_with(0).has(&["all three agree on"]);
    let said = bench.run(&[&files[..], &["--link", "nowhere"]].concat());
    said.ends_with(2).has(&["nowhere"]).has(&["is a library missing?"]);
}

#[test]
fn a_folder_that_cannot_be_written_to_costs_the_report_only() {
    let bench = three_languages();
    let mode = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(bench.path(), permissions).expect("a mode");
    };
    mode(0o555);
    let is_free = std::fs::write(bench.path().join("probe"), "").is_ok();
    let said = bench.brief(&["dot.c", "dot.rs", "--sig", DOT]);
    mode(0o755);
    said.ends_with(0).has(&["both agree on"]);
    // Root may write all the same.
    if !is_free {
        said.has(&["warning: no report"]);
    }
}

#[test]
fn times_are_kept_and_a_later_run_is_held_against_them() {
    let bench = three_languages();
    let kept =
        |more: &[&str]| bench.brief(&[&["dot.c", "dot.rs", "--sig", DOT][..], more].concat());
    kept(&["--save", "kept.json"]).ends_with(0);
    kept(&["--against", "kept.json", "--fail-if", "slower > 900000%"])
        .ends_with(0)
        .has(&["against kept.json"]);
    // Something that is not slower at all does not fail either; what cannot be read does.
    kept(&["--against", "none.json"]).ends_with(2).has(&["there is no saved run none.json"]);
    kept(&["--fail-if", "slower > 5%"]).ends_with(2).has(&["--against"]);
}
