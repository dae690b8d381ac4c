//! The declarations of C functions, by machine and by hand, are those of the headers.
//!
//! The linker compares names only: a declaration with a wrong type links, runs and reads garbage.
//! So the checked-in output of bindgen is compared with a fresh one (with the feature `bindgen`,
//! which needs libclang), and every declaration by hand with the checked-in output (always).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use syn::{Item, ReturnType, Type};

fn checked_in() -> String {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ffi/generated.rs"))
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|why| panic!("{}: {why}", file.display()))
}

#[cfg(feature = "bindgen")]
#[test]
fn the_checked_in_bindings_are_fresh() {
    use proc_macro2::TokenStream;
    // Tokens, so that the taste of a formatter is not taken for a change.
    let tokens = |text: &str| text.parse::<TokenStream>().expect("Rust").to_string();
    assert!(
        tokens(&checked_in()) == tokens(abreast::ffi::FRESH),
        "src/ffi/generated.rs is not what bindgen makes of csrc/**/*.h: run scripts/bindings"
    );
}

#[cfg(not(feature = "bindgen"))]
#[test]
fn the_checked_in_bindings_are_fresh() {
    // Not through eprintln!, which the test runner would swallow.
    let why = b"SKIPPED: whether src/ffi/generated.rs is fresh is known only with libclang: \
                cargo test --features bindgen --test bindings\n";
    std::io::Write::write_all(&mut std::io::stderr(), why).expect("stderr is open");
}

/// What a declaration says: `level: i32, n: usize, x: *const f64 -> f64`.
type Declarations = BTreeMap<String, String>;

/// The aliases that C's and the header's own names for types stand for.
fn aliases(generated: &syn::File) -> BTreeMap<String, String> {
    let usual = [
        ("c_double", "f64"),
        ("c_float", "f32"),
        ("c_char", "i8"),
        ("c_schar", "i8"),
        ("c_uchar", "u8"),
        ("c_short", "i16"),
        ("c_ushort", "u16"),
        ("c_int", "i32"),
        ("c_uint", "u32"),
        ("c_longlong", "i64"),
        ("c_ulonglong", "u64"),
        ("size_t", "usize"),
        ("int32_t", "i32"),
        ("uint32_t", "u32"),
        ("int64_t", "i64"),
        ("uint64_t", "u64"),
        // Rust's own name for the struct; `the_chunk_of_rust_is_the_chunk_of_c` compares them.
        ("Chunk", "ab_chunk"),
    ];
    let own = generated.items.iter().filter_map(|item| match item {
        Item::Type(alias) => Some((alias.ident.to_string(), spell(&alias.ty, &BTreeMap::new()))),
        _ => None,
    });
    usual.map(|(name, is)| (name.to_owned(), is.to_owned())).into_iter().chain(own).collect()
}

/// The Rust structs that a file passes for the header's: those whose sizes it asserts to be equal,
/// `size_of::<Args>() == size_of::<bound::ab_view>()`.
fn structs_asserted_in(text: &str) -> BTreeMap<String, String> {
    let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let pairs = dense.split("assert!(size_of::<").skip(1).filter_map(|rest| {
        let (ours, rest) = rest.split_once(">()==size_of::<bound::")?;
        let (theirs, _) = rest.split_once(">());")?;
        Some((ours.to_owned(), theirs.to_owned()))
    });
    pairs.collect()
}

fn spell(ty: &Type, aliases: &BTreeMap<String, String>) -> String {
    match ty {
        Type::Ptr(pointer) => {
            let is_mut = matches!(pointer.mutability, syn::PointerMutability::Mut(_));
            let kind = if is_mut { "mut" } else { "const" };
            format!("*{kind} {}", spell(&pointer.elem, aliases))
        }
        Type::Path(path) => {
            let last = path.path.segments.last().expect("a name").ident.to_string();
            aliases.get(&last).cloned().unwrap_or(last)
        }
        Type::Tuple(tuple) if tuple.elems.is_empty() => "()".to_owned(),
        _ => panic!("a type that C does not have in a declaration"),
    }
}

/// Every foreign function declared in the items, at any depth. Two declarations of one name in one
/// place must agree as well.
fn declarations(items: &[Item], aliases: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for item in items {
        match item {
            Item::Mod(inner) if !is_bridge(inner) => {
                let inner = inner.content.as_ref().map_or(&[][..], |(_, items)| items);
                found.extend(declarations(inner, aliases));
            }
            Item::ForeignMod(block) => found.extend(block.items.iter().filter_map(|item| {
                let syn::ForeignItem::Fn(function) = item else { return None };
                Some((function.sig.ident.to_string(), signature(&function.sig, aliases)))
            })),
            _ => {}
        }
    }
    found
}

/// cxx compares the declarations in a bridge itself, with static assertions.
fn is_bridge(module: &syn::ItemMod) -> bool {
    module.attrs.iter().any(|attribute| {
        attribute.path().segments.last().is_some_and(|last| last.ident == "bridge")
    })
}

/// With the arguments' names: two swapped pointers of one type differ in nothing else.
fn signature(sig: &syn::Signature, aliases: &BTreeMap<String, String>) -> String {
    let arguments = sig.inputs.iter().map(|argument| match argument {
        syn::FnArg::Typed(typed) => {
            let syn::Pat::Ident(name) = &*typed.pat else { panic!("an argument without a name") };
            format!("{}: {}", name.ident, spell(&typed.ty, aliases))
        }
        syn::FnArg::Receiver(_) => panic!("C has no methods"),
    });
    let output = match &sig.output {
        ReturnType::Default => "()".to_owned(),
        ReturnType::Type(_, ty) => spell(ty, aliases),
    };
    format!("({}) -> {output}", arguments.collect::<Vec<_>>().join(", "))
}

/// What is wrong with the declarations by hand in `files`, measured against bindgen's.
fn drift(generated: &str, files: &[(String, String)]) -> Vec<String> {
    let generated = syn::parse_file(generated).expect("bindgen writes Rust");
    let aliases = aliases(&generated);
    let bound: Declarations = declarations(&generated.items, &aliases).into_iter().collect();
    let mut found = Vec::new();
    for (file, text) in files {
        let parsed = syn::parse_file(text).unwrap_or_else(|why| panic!("{file}: {why}"));
        let mut aliases = aliases.clone();
        aliases.extend(structs_asserted_in(text));
        let by_hand = declarations(&parsed.items, &aliases);
        // The two C variants of a kernel are one function through two declarations.
        let is_kernel = file.starts_with("src/kernels/");
        let called = bound.keys().filter(|name| is_kernel && says(text, &format!("bound::{name}")));
        let missing = called.filter(|name| by_hand.iter().all(|(known, _)| known != *name));
        found.extend(missing.map(|name| format!("{file}: {name} is not declared by hand")));
        for (name, by_hand) in by_hand {
            match bound.get(&name) {
                None => found.push(format!("{file}: {name} is in no header")),
                Some(header) if *header != by_hand => found.push(format!(
                    "{file}: {name} is declared as\n  {by_hand}, but the header says\n  {header}"
                )),
                Some(_) => {}
            }
        }
    }
    found
}

/// Whether the text has the path, and not only as the start of a longer name.
fn says(text: &str, path: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(path).any(|(at, _)| !text[at + path.len()..].starts_with(goes_on))
}

/// Every file under `src/` that declares foreign functions by hand.
fn by_hand_files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = vec![root.join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("one")) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("generated.rs")
            {
                let text = read(&path);
                let name = path.strip_prefix(root).expect("below").display().to_string();
                found.extend(text.contains("extern \"C").then_some((name, text)));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_declaration_by_hand_is_the_headers() {
    let files = by_hand_files();
    assert!(files.iter().any(|(name, _)| name.starts_with("src/kernels/")), "no file found");
    let found = drift(&checked_in(), &files);
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_chunk_of_rust_is_the_chunk_of_c() {
    let fields = |text: &str, name: &str| {
        let file = syn::parse_file(text).expect("Rust");
        let found = file.items.iter().find_map(|item| match item {
            Item::Struct(found) if found.ident == name => Some(found.clone()),
            _ => None,
        });
        let fields = found.unwrap_or_else(|| panic!("no struct {name}")).fields;
        let line = |field: &syn::Field| {
            let name = field.ident.as_ref().expect("a name").to_string();
            (name, spell(&field.ty, &BTreeMap::new()))
        };
        fields.iter().map(line).collect::<Vec<_>>()
    };
    let plan = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan.rs"));
    assert_eq!(fields(&plan, "Chunk"), fields(&checked_in(), "ab_chunk"));
}

const GENERATED: &str = "
    pub type ab_status = i32;
    pub type ab_level = i32;
    unsafe extern \"C\" {
        pub fn ab_f(level: ab_level, n: usize, x: *const f64, y: *mut f64) -> ab_status;
    }";

/// What is found when the declaration by hand is this one.
fn found_in(declaration: &str) -> Vec<String> {
    let text = format!(
        "mod by_hand {{ use libc::*; unsafe extern \"C\" {{ {declaration} }} }} door!(bound::ab_f);"
    );
    drift(GENERATED, &[("src/kernels/f/c.rs".to_owned(), text)])
}

#[test]
fn a_declaration_that_means_the_same_is_accepted() {
    let same = "fn ab_f(level: c_int, n: size_t, x: *const c_double, y: *mut c_double) -> c_int;";
    assert_eq!(found_in(same), Vec::<String>::new());
}

#[test]
fn a_struct_passes_for_the_headers_where_its_layout_is_asserted() {
    let generated = "unsafe extern \"C\" { pub fn ab_f(view: *const ab_view); }";
    let declared = "unsafe extern \"C\" { fn ab_f(view: *const Args); }".to_owned();
    let asserted = "const _: () = assert!(size_of::<Args>() == size_of::<bound::ab_view>());";
    let drift = |text| drift(generated, &[("c.rs".to_owned(), text)]);
    assert_eq!(drift(declared.clone() + asserted), Vec::<String>::new());
    assert_eq!(drift(declared).len(), 1);
}

#[test]
fn a_drifted_declaration_is_found() {
    let drifted = [
        "fn ab_f(level: c_int, n: c_int, x: *const c_double, y: *mut c_double) -> c_int;",
        "fn ab_f(level: c_int, n: size_t, x: *const c_float, y: *mut c_double) -> c_int;",
        "fn ab_f(level: c_int, n: size_t, x: *mut c_double, y: *mut c_double) -> c_int;",
        "fn ab_f(level: c_int, n: size_t, y: *const c_double, x: *mut c_double) -> c_int;",
        "fn ab_f(level: c_int, n: size_t, x: *const c_double) -> c_int;",
        "fn ab_f(level: c_int, n: size_t, x: *const c_double, y: *mut c_double);",
        "fn ab_f(level: c_int, n: size_t, x: *const c_double, y: *mut c_double) -> i64;",
    ];
    for declaration in drifted {
        let found = found_in(declaration);
        assert_eq!(found.len(), 1, "{declaration}: {found:?}");
        assert!(found[0].starts_with("src/kernels/f/c.rs: ab_f is declared as"), "{found:?}");
    }
    let found = found_in("fn ab_g(n: size_t);").join("; ");
    assert!(found.contains("ab_f is not declared by hand"), "{found}");
    assert!(found.contains("ab_g is in no header"), "{found}");
}
