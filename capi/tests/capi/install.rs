//! What `capi/install` leaves behind, and that pkg-config knows how to use it.

use crate::programs::{Link, build, is_here, prefix, run, says};
use crate::skip;
use abreast_capi::ABREAST_ABI;
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
        &shared,
        &format!("lib/{}", soname()),
        "lib/libabreast_capi.so",
        "lib/pkgconfig/abreast.pc",
        "lib/pkgconfig/abreast-static.pc",
    ];
    for file in files {
        let path = prefix().join(file);
        assert!(path.metadata().is_ok_and(|meta| meta.len() > 0), "{}", path.display());
    }
}

#[test]
fn the_flags_of_pkg_config_build_a_client() {
    if !is_here("pkg-config") {
        return skip("the flags of pkg-config: there is no pkg-config");
    }
    for link in [Link::Shared, Link::Static] {
        let ask = |question: &[&str]| {
            let mut ask = Command::new("pkg-config");
            ask.env("PKG_CONFIG_PATH", prefix().join("lib/pkgconfig"));
            says(ask.args(question).arg(link.package()))
        };
        let flags = ask(&["--cflags", "--libs"]);
        let flags: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
        let name = format!("pkg-config-{}", link.package());
        let client = build("examples/c_client/main.c", &name, &flags);
        assert!(says(&mut run(&client, link)).starts_with("range_sum "));
        assert_eq!(ask(&["--modversion"]).trim(), env!("CARGO_PKG_VERSION"));
        if is_here("readelf") {
            let needed = says(Command::new("readelf").arg("-d").arg(&client));
            assert_eq!(
                needed.contains(&format!("[{}]", soname())),
                link == Link::Shared,
                "{needed}"
            );
        }
    }
}

#[test]
fn a_wrong_use_is_refused() {
    let install = crate::package().join("install");
    for arguments in [&[][..], &[""], &["a", "b"], &["--from"], &["--from", "/"]] {
        let output = Command::new(&install).args(arguments).output().expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("usage:"), "{arguments:?}");
    }
}
