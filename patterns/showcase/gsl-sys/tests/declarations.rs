//! What is declared by hand is what stands in the installed header: every function, constant, static and the struct of
//! `src/lib.rs` is written as C below an `#include`, where the C compiler refuses a declaration that differs.

use ab_gsl_sys::gsl_function;
use std::mem::{offset_of, size_of};
use std::path::Path;
use std::process::Command;

const RUST: &str = include_str!("../src/lib.rs");

/// A type of `src/lib.rs` in C.
fn in_c(rust: &str) -> String {
    let pointed = |rest: &str, with: &str| format!("{} {with}*", in_c(rest));
    match rust {
        "c_char" => "char".into(),
        "c_int" => "int".into(),
        "c_double" => "double".into(),
        "usize" => "size_t".into(),
        "Option<gsl_error_handler_t>" => "gsl_error_handler_t *".into(),
        _ => match (rust.strip_prefix("*const "), rust.strip_prefix("*mut ")) {
            (Some(rest), _) => pointed(rest, "const "),
            (_, Some(rest)) => pointed(rest, ""),
            _ => rust.into(),
        },
    }
}

/// `pub fn name(a: A, ..) -> R` of the block as a prototype of C.
fn prototype(declaration: &str) -> String {
    let (name, rest) = declaration.split_once('(').expect("a function");
    let (parameters, result) = rest.rsplit_once(')').expect("a function");
    let parameters = parameters.split(',').filter_map(|one| one.split_once(':'));
    let parameters: Vec<String> = parameters.map(|(_, of)| in_c(of.trim())).collect();
    let result = result.trim().strip_prefix("->").map_or("void".into(), |of| in_c(of.trim()));
    format!("{result} {name}({});\n", parameters.join(", "))
}

/// All of `src/lib.rs` as C.
fn declarations(rust: &str) -> String {
    let statements = rust.split(';').map(|one| one.split("pub ").last().unwrap_or("").trim());
    let mut c = String::from(
        "#include <stddef.h>\n#include <gsl/gsl_errno.h>\n#include <gsl/gsl_integration.h>\n\
         #include <gsl/gsl_roots.h>\n#include <gsl/gsl_version.h>\n",
    );
    for statement in statements {
        if let Some(function) = statement.strip_prefix("fn ") {
            c += &prototype(function);
        } else if let Some((name, of)) =
            statement.strip_prefix("static ").and_then(|s| s.split_once(": "))
        {
            c += &format!("extern {} {name};\n", in_c(of));
        } else if let Some((name, value)) =
            statement.strip_prefix("const ").and_then(|s| s.split_once(": c_int = "))
        {
            c += &format!("_Static_assert({name} == {value}, \"{name}\");\n");
        }
    }
    c + &layout()
}

/// The struct, by its size and the places of its fields.
fn layout() -> String {
    format!(
        "_Static_assert(sizeof(gsl_function) == {}, \"size\");\n\
         _Static_assert(offsetof(gsl_function, function) == {}, \"function\");\n\
         _Static_assert(offsetof(gsl_function, params) == {}, \"params\");\n\
         double (*of(gsl_function *f))(double, void *) {{ return f->function; }}\n",
        size_of::<gsl_function>(),
        offset_of!(gsl_function, function),
        offset_of!(gsl_function, params)
    )
}

/// What the compiler says of this C; nothing if it is content.
fn refused(name: &str, c: &str) -> Option<String> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.c"));
    std::fs::write(&file, c).expect("written");
    let compiler = std::env::var_os("CC").unwrap_or("cc".into());
    let mut command = Command::new(compiler);
    command.args(["-std=c11", "-fsyntax-only", "-Werror", "-I", env!("AB_GSL_INCLUDE")]).arg(file);
    let output = command.output().expect("a C compiler");
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn every_declaration_is_that_of_the_header() {
    let c = declarations(RUST);
    let count = |what: &str| c.matches(what).count();
    assert_eq!((count(");\n") - count("_Static_assert"), count("extern ")), (13, 2), "{c}");
    assert_eq!(count("_Static_assert"), 15, "{c}");
    assert_eq!(refused("declarations", &c), None);
}

#[test]
fn a_declaration_that_differs_is_refused() {
    for (i, (ours, wrong)) in [
        ("limit: usize", "limit: c_int"),
        ("f: *const gsl_function", "f: *mut gsl_function"),
        (
            "gsl_root_fsolver_root(s: *const gsl_root_fsolver) -> c_double",
            "gsl_root_fsolver_root(s: *const gsl_root_fsolver) -> c_int",
        ),
        ("GSL_EROUND: c_int = 18", "GSL_EROUND: c_int = 17"),
        ("gsl_version: *const c_char", "gsl_version: *mut c_char"),
        ("        key: c_int,\n", ""),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(RUST.contains(ours), "{ours}");
        let c = declarations(&RUST.replacen(ours, wrong, 1));
        assert!(refused(&format!("wrong{i}"), &c).is_some(), "{wrong} is taken for {ours}");
    }
}
