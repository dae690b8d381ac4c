//! One prototype of the header changes, in a copy, and every declaration of it has to object.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEADER: &str = include_str!("../csrc/drift_triangle/drift_triangle.h");
const PAGE: &str = include_str!("../src/drift_triangle.rs");
const GENERATED: &str = include_str!("../src/drift_triangle/generated.rs");

/// Functions by name, with their arguments and results in Rust's words.
type Functions = BTreeMap<String, String>;

/// What a header declares. Knows as much C as these headers use, and panics at anything else.
fn of_c(header: &str) -> Functions {
    let mut plain = String::new();
    let mut rest = header;
    while let Some((before, comment)) = rest.split_once("/*") {
        plain += before;
        rest = comment.split_once("*/").expect("comments end").1;
    }
    plain += rest;
    let lines: Vec<&str> = plain
        .lines()
        .filter(|line| !line.starts_with('#') && !["}", "extern \"C\" {"].contains(line))
        .collect();
    lines.join(" ").split(';').filter(|text| !text.trim().is_empty()).map(prototype).collect()
}

fn prototype(text: &str) -> (String, String) {
    let (head, arguments) = text.split_once('(').expect("a prototype");
    let arguments = arguments.trim_end().strip_suffix(')').expect("a prototype");
    let (name, result) = declared(head);
    let arguments = arguments.split(',').map(|argument| {
        let (name, ty) = declared(argument);
        format!("{name}: {ty}")
    });
    (name, format!("({}) -> {result}", arguments.collect::<Vec<_>>().join(", ")))
}

/// `const double *x` is x of the type `*const f64`.
fn declared(text: &str) -> (String, String) {
    let text = text.trim();
    let at = text.rfind([' ', '*']).expect("a type and a name") + 1;
    let (ty, name) = (text[..at].replace(' ', ""), text[at..].to_owned());
    let base = |ty: &str| match ty {
        "double" => "f64",
        "float" => "f32",
        "size_t" => "usize",
        "int32_t" => "i32",
        "uint32_t" => "u32",
        "int64_t" => "i64",
        other => panic!("the parser does not know the type {other}"),
    };
    let ty = match ty.strip_suffix('*') {
        None => base(&ty).to_owned(),
        Some(target) => match target.strip_prefix("const") {
            Some(target) => format!("*const {}", base(target)),
            None => format!("*mut {}", base(target)),
        },
    };
    (name, ty)
}

/// What the `extern` blocks of a Rust file declare.
fn of_rust(text: &str) -> Functions {
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let declared = spaced.split("pub fn ").skip(1).filter_map(|rest| {
        let (signature, _) = rest.split_once(';')?;
        let (name, rest) = signature.split_once('(')?;
        let (arguments, result) = rest.split_once(") -> ")?;
        let arguments: Vec<&str> =
            arguments.split(',').map(str::trim).filter(|a| !a.is_empty()).collect();
        Some((name.to_owned(), format!("({}) -> {result}", arguments.join(", "))))
    });
    declared.collect()
}

/// The part of the page between two of its lines.
fn by_hand() -> Functions {
    let (_, rest) = PAGE.split_once("pub mod raw {").expect("declared by hand");
    of_rust(rest.split_once("\n}\n").expect("a module").0)
}

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn with_header(header: &str, name: &str) -> Folder {
        let path =
            std::env::temp_dir().join(format!("abreast-drift-{}-{name}", std::process::id()));
        std::fs::create_dir_all(path.join("drift_triangle")).expect("a folder");
        std::fs::write(path.join("drift_triangle/drift_triangle.h"), header).expect("written");
        let source = include_str!("../csrc/drift_triangle/drift_triangle.c");
        std::fs::write(path.join("drift_triangle/drift_triangle.c"), source).expect("written");
        Folder(path)
    }

    /// Whether a compiler takes the file, with the header that is here.
    fn compiles(&self, compiler: &str, usual: &str, flags: [&str; 2], file: &Path) -> bool {
        let compiler = std::env::var(compiler).unwrap_or_else(|_| usual.to_owned());
        let bridges = Path::new(env!("OUT_DIR")).join("cxxbridge/include");
        let mut command = Command::new(compiler);
        command.arg("-fsyntax-only").args(flags).arg("-I").arg(&self.0).arg("-I").arg(bridges);
        command.arg(file).output().expect("a compiler").status.success()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Who objects to a header.
fn objections(header: &str, name: &str) -> Vec<&'static str> {
    let folder = Folder::with_header(header, name);
    let c = folder.0.join("drift_triangle/drift_triangle.c");
    let cxx = format!("cxxbridge/sources/{}/src/drift_triangle.rs.cc", env!("CARGO_PKG_NAME"));
    let cxx = Path::new(env!("OUT_DIR")).join(cxx);
    assert!(cxx.exists(), "the build wrote {}", cxx.display());
    let says = of_c(header);
    let legs = [
        ("by hand", says != by_hand()),
        ("bindgen", says != of_rust(GENERATED)),
        ("cxx", !folder.compiles("CXX", "c++", ["-std=c++17", "-Wall"], &cxx)),
        // A definition that no header declares is a warning at most, unless it is asked for.
        ("c", !folder.compiles("CC", "cc", ["-std=c11", "-Werror=missing-prototypes"], &c)),
    ];
    legs.into_iter().filter_map(|(leg, objects)| objects.then_some(leg)).collect()
}

#[test]
fn nobody_objects_to_the_header_as_it_is() {
    assert_eq!(by_hand().len(), 2);
    assert_eq!(objections(HEADER, "as-it-is"), Vec::<&str>::new());
}

#[test]
fn everybody_objects_to_a_changed_prototype() {
    let changes = [
        ("double ab_springs_energy", "float ab_springs_energy"),
        ("energy(size_t n", "energy(int32_t n"),
        ("energy(size_t n, const double *x", "energy(size_t n, const float *x"),
        ("int32_t ab_springs_leapfrog", "int64_t ab_springs_leapfrog"),
        ("uint32_t steps", "int32_t steps"),
        ("uint32_t steps, double dt", "double dt, uint32_t steps"),
        (", double dt", ""),
        ("double *x, double *v);", "double *x, const double *v);"),
        ("ab_springs_energy", "ab_springs_total_energy"),
    ];
    for (i, (from, to)) in changes.into_iter().enumerate() {
        assert_eq!(HEADER.matches(from).count(), 1, "{from}");
        let found = objections(&HEADER.replace(from, to), &i.to_string());
        assert_eq!(found, ["by hand", "bindgen", "cxx", "c"], "{from} became {to}");
    }
}

#[test]
fn a_swap_of_two_alike_is_seen_by_name_only() {
    let swapped =
        HEADER.replace("const double *x, const double *v", "const double *v, const double *x");
    assert_eq!(objections(&swapped, "swapped"), ["by hand", "bindgen"]);
}
