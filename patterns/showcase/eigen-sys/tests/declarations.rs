//! What `src/lib.rs` declares is what stands in `csrc/ab_eigen.hpp`: written as C++ below an `#include`, where the
//! compiler refuses a function of C that differs from an earlier one of its name.

use std::path::Path;
use std::process::Command;

const RUST: &str = include_str!("../src/lib.rs");

/// A type of `src/lib.rs` in C++.
fn in_cpp(rust: &str) -> String {
    let rust = rust.trim();
    if let Some(rest) = rust.strip_prefix("*const ") {
        return format!("{} const *", in_cpp(rest));
    }
    if let Some(rest) = rust.strip_prefix("*mut ") {
        return format!("{} *", in_cpp(rest));
    }
    match rust {
        "ab_eigen_view<*const f64>" => "ab_eigen_view<const double>".into(),
        "ab_eigen_view<*mut f64>" => "ab_eigen_view<double>".into(),
        "c_char" => "char".into(),
        "usize" => "std::size_t".into(),
        "i32" => "std::int32_t".into(),
        other => other.into(),
    }
}

fn declarations(rust: &str) -> String {
    let mut cpp = String::from("#include \"ab_eigen.hpp\"\n");
    for statement in rust.split(';').filter_map(|one| one.split("pub ").last()) {
        if let Some((name, value)) =
            statement.strip_prefix("const ").and_then(|rest| rest.split_once(": i32 = "))
        {
            cpp += &format!("static_assert({name} == {value});\n");
        } else if let Some((name, rest)) =
            statement.strip_prefix("fn ").and_then(|rest| rest.split_once('('))
        {
            let (parameters, result) = rest.rsplit_once(')').expect("a function");
            let parameters = parameters.split(',').filter_map(|one| one.split_once(':'));
            let parameters: Vec<_> = parameters.map(|(_, of)| in_cpp(of)).collect();
            let result = result.trim().strip_prefix("->").map_or("void".into(), in_cpp);
            let parameters = parameters.join(", ");
            cpp += &format!("extern \"C\" {result} {name}({parameters}) noexcept;\n");
        }
    }
    cpp
}

/// What the compiler says of this C++; nothing if it is content.
fn refused(name: &str, cpp: &str) -> Option<String> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.cpp"));
    std::fs::write(&file, cpp).expect("written");
    let compiler = std::env::var_os("CXX").unwrap_or("c++".into());
    let csrc = concat!(env!("CARGO_MANIFEST_DIR"), "/csrc");
    let mut command = Command::new(compiler);
    command.args(["-std=c++17", "-fsyntax-only", "-Werror", "-I", csrc]).arg(file);
    let output = command.output().expect("a C++ compiler");
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn every_declaration_is_that_of_the_header() {
    let cpp = declarations(RUST);
    let count = |what: &str| cpp.matches(what).count();
    assert_eq!((count("extern \"C\""), count("static_assert")), (6, 6), "{cpp}");
    assert_eq!(refused("declarations", &cpp), None);
}

#[test]
fn a_declaration_that_differs_is_refused() {
    for (i, (ours, wrong)) in [
        ("rank: *mut usize", "rank: *mut i32"),
        ("a: *const ab_eigen_view<*const f64>", "a: *const ab_eigen_view<*mut f64>"),
        ("RANK_DEFICIENT: i32 = 2", "RANK_DEFICIENT: i32 = 1"),
        ("        capacity: usize,\n", ""),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(RUST.contains(ours), "{ours}");
        let cpp = declarations(&RUST.replacen(ours, wrong, 1));
        assert!(refused(&format!("wrong{i}"), &cpp).is_some(), "{wrong} is taken for {ours}");
    }
}
