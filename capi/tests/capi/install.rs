//! What `capi/install` leaves behind, and that pkg-config knows how to use it.

use crate::programs::{Link, build, built, install, is_clean, is_here, prefix, run, says, scratch};
use crate::skip;
use crate::symbols::declared;
use abreast_capi::ABREAST_ABI;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// What programs ask the loader for: a new ABI is another library.
fn soname() -> String {
    format!("libabreast_capi.so.{ABREAST_ABI}")
}

#[test]
fn the_prefix_has_everything() {
    let version = env!("CARGO_PKG_VERSION");
    let shared = format!("lib/libabreast_capi.so.{version}");
    let files = [
        "include/abreast.h",
        "include/abreast.hpp",
        "lib/libabreast_capi.a",
        "lib/libabreast_static.a",
        &shared,
        &format!("lib/{}", soname()),
        "lib/libabreast_capi.so",
        "lib/pkgconfig/abreast.pc",
        "lib/pkgconfig/abreast-static.pc",
        "lib/cmake/abreast/abreastConfig.cmake",
        "lib/cmake/abreast/abreastConfigVersion.cmake",
    ];
    for file in files {
        let path = prefix().join(file);
        assert!(path.metadata().is_ok_and(|meta| meta.len() > 0), "{}", path.display());
    }
}

/// The files below a folder, named from there.
fn files(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("readable").path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let below = path.strip_prefix(root).expect("below");
                    found.insert(below.display().to_string());
                }
            }
        }
    }
    found
}

#[test]
fn destdir_holds_what_the_prefix_would_and_no_file_names_it() {
    let stage = scratch("a stage|of pipes");
    let install = || {
        let mut install = install();
        install.env("DESTDIR", &stage).arg("--from").arg(built());
        install
    };
    says(install().arg("/opt/a b|c"));
    let found = stage.join("opt/a b|c");
    assert_eq!(std::fs::read_dir(&stage).expect("a folder").count(), 1);
    assert_eq!(files(&found), files(prefix()));
    let texts =
        files(&found).into_iter().filter(|name| !name.contains(".so") && !name.ends_with(".a"));
    for name in texts {
        let text = std::fs::read_to_string(found.join(&name)).expect("a text");
        assert!(!text.contains("/opt/a b") && !text.contains("a stage"), "{name}");
        assert!(!text.contains('@') || name.starts_with("include"), "{name} has a blank left");
    }
    // Where it would be for the system is not for a folder to say that is only known here.
    let output = install().arg("opt").output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(why.contains("PREFIX is opt: with DESTDIR it must begin with /"), "{why}");
}

/// Cargo for the script: it says, as cargo would, that it has built the library in that folder.
fn cargo(folder: &Path) -> std::path::PathBuf {
    let bin = scratch("a cargo of our own");
    let named = |file: &str| format!(r#""{}""#, folder.join(file).display());
    let artifact = |target: &str, files: &str| {
        format!(
            r#"{{"reason":"compiler-artifact","package_id":"path","target":{{"name":"{target}"}},"filenames":[{files}],"executable":null,"fresh":true}}"#
        )
    };
    let messages = [
        artifact("abreast", r#""/elsewhere/libabreast.rlib""#),
        artifact(
            "abreast_capi",
            &[
                named("libabreast_capi.so"),
                named("libabreast_capi.a"),
                named("libabreast_capi.rlib"),
            ]
            .join(","),
        ),
        r#"{"reason":"build-finished","success":true}"#.to_owned(),
    ];
    let script = format!("#!/bin/sh\ncat <<'END'\n{}\nEND\n", messages.join("\n"));
    let program = bin.join("cargo");
    std::fs::write(&program, script).expect("written");
    says(Command::new("chmod").arg("+x").arg(&program));
    bin
}

#[test]
fn what_is_installed_is_what_cargo_says_that_it_has_built() {
    // A configured target directory or target: cargo builds elsewhere, and an older library still lies in
    // the usual place.
    let (stale, own) = (scratch("stale"), scratch("a configured folder"));
    let usual = stale.join("release");
    std::fs::create_dir_all(&usual).expect("a folder");
    for name in ["libabreast_capi.so", "libabreast_capi.a"] {
        std::fs::write(usual.join(name), "an old library").expect("written");
        std::fs::copy(built().join(name), own.join(name)).expect("copied");
    }
    let install = |bin: &Path, to: &Path| {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut install = install();
        install.env("PATH", format!("{}:{path}", bin.display())).env("CARGO_TARGET_DIR", &stale);
        install.arg(to);
        install
    };
    let to = scratch("what cargo says");
    says(&mut install(&cargo(&own), &to));
    let read = |path: &Path| std::fs::read(path).expect("readable");
    assert!(read(&to.join("lib/libabreast_capi.so")) == read(&own.join("libabreast_capi.so")));
    // A cargo that says nothing of it, or of a file that is not there: nothing is installed, and it is said.
    let output = install(&cargo(Path::new("/no such folder")), &to).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(why.contains("cargo built no file libabreast_capi.so that is there"), "{why}");
}

#[test]
fn the_static_library_shows_the_header_and_nothing_else() {
    if !["nm", "ld", "objcopy", "ar"].into_iter().all(is_here) {
        return skip("the symbols of the static library: there are no binutils");
    }
    let archive = prefix().join("lib/libabreast_static.a");
    let symbols = says(Command::new("nm").args(["-g", "--defined-only"]).arg(archive));
    let lines = symbols.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let shown: BTreeSet<String> =
        lines.filter(|words| words.len() == 3).map(|words| words[2].to_owned()).collect();
    assert_eq!(shown, declared());
}

#[test]
fn the_flags_of_pkg_config_build_a_client() {
    if !is_here("pkg-config") {
        return skip("the flags of pkg-config: there is no pkg-config");
    }
    let ask = |questions: &[&str], link: Link| {
        let questions = questions.join(" ");
        // As in a shell: what has spaces comes with a backslash before each.
        let words = format!(
            "eval \"set -- $(pkg-config {questions} {})\"; for word; do echo \"$word\"; done",
            link.package()
        );
        let mut shell = Command::new("sh");
        shell.env("PKG_CONFIG_PATH", prefix().join("lib/pkgconfig"));
        says(shell.args(["-c", &words]))
    };
    for link in [Link::Shared, Link::Static] {
        let flags = ask(&["--cflags", "--libs"], link);
        let words: Vec<String> = flags.lines().map(str::to_owned).collect();
        let name = format!("pkg-config-{}", link.package());
        let client = build("examples/c_client/main.c", &name, &words);
        assert!(says(&mut run(&client, link)).starts_with("range_sum "));
        assert_eq!(ask(&["--modversion"], link).trim(), env!("CARGO_PKG_VERSION"));
        if is_here("readelf") {
            let needed = says(Command::new("readelf").arg("-d").arg(&client));
            let needs = needed.contains(&format!("[{}]", soname()));
            assert_eq!(needs, link == Link::Shared, "{needed}");
        }
        // For a program without any shared library; the static package says so of itself.
        let all = ask(&["--static", "--cflags", "--libs"], link);
        assert!(all.starts_with(&flags) && all.contains("-lstdc++"), "{all}");
        assert_eq!(all == flags, link == Link::Static, "{all}");
    }
}

/// With every way that CMake has to an installed library: its own package, and pkg-config through it, which
/// puts libraries in an order of its own.
#[test]
fn cmake_finds_it_and_builds_the_clients() {
    if !["cmake", "make"].into_iter().all(is_here) {
        return skip("CMake: there is no cmake with make");
    }
    let (source, build) = (crate::package().join("tests/cmake"), scratch("a build by cmake"));
    let mut configure = Command::new("cmake");
    configure.env("CMAKE_PREFIX_PATH", prefix());
    configure.env("PKG_CONFIG_PATH", prefix().join("lib/pkgconfig"));
    says(configure.arg("-S").arg(source).arg("-B").arg(&build).args(["-G", "Unix Makefiles"]));
    says(Command::new("cmake").arg("--build").arg(&build));
    let clients = ["c_shared", "c_static", "cpp_shared", "pc_shared", "pc_static"];
    let there = clients.iter().filter(|client| build.join(client).exists());
    let by_pkg_config = if is_here("pkg-config") { 2 } else { 0 };
    assert_eq!(there.clone().count(), 3 + by_pkg_config);
    let said: BTreeSet<String> =
        there.map(|client| says(&mut run(build.join(client), Link::Static))).collect();
    assert_eq!(said.len(), 1, "each says the same: {said:?}");
    assert!(said.iter().all(|said| said.starts_with("range_sum ")));
}

#[test]
fn other_compilers_and_standards_find_no_fault_with_the_headers() {
    // As C11 and C++17 the default compilers build the clients.
    is_clean("c++", "-std=c++20", "capi/tests/c/wrapper.cpp");
    if !(is_here("clang") && is_here("clang++")) {
        return skip("the headers under clang: there is no clang");
    }
    is_clean("clang", "-std=c11", "examples/c_client/main.c");
    is_clean("clang++", "-std=c++17", "examples/cpp_client/main.cpp");
    is_clean("clang++", "-std=c++20", "capi/tests/c/wrapper.cpp");
}

#[test]
fn a_wrong_use_is_refused() {
    for arguments in [&[][..], &[""], &["a", "b"], &["--from"], &["--from", "/"]] {
        let output = install().args(arguments).output().expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage:"), "{arguments:?}");
    }
}
