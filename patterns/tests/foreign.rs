//! The rules of the foreign half: all pages share two archives, and C has one namespace.
//!
//! A linker takes the first definition of a name that it finds in an archive and never looks at the next
//! one, so two folders that define one function would be a page that silently runs another page's code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The functions at the top of a file, and those in `extern "C"` blocks, without those that are no
/// symbols of the program: in a namespace without a name, or `static`.
#[derive(Debug, Default, PartialEq)]
struct Functions {
    defined: Vec<String>,
    declared: Vec<String>,
}

impl Functions {
    fn of(text: &str) -> Functions {
        let (mut found, mut head, mut inside) = (Functions::default(), String::new(), 0);
        for c in code(text).chars() {
            match c {
                '{' if inside > 0 => inside += 1,
                '}' if inside > 0 => inside -= 1,
                // What is in such a block is at the top, too.
                '{' if head.trim() == "extern \"C\"" => {}
                '{' => {
                    found.defined.extend(function(&head));
                    inside = 1;
                }
                ';' if inside == 0 => found.declared.extend(function(&head)),
                '}' => {}
                other if inside == 0 => {
                    head.push(other);
                    continue;
                }
                _ => continue,
            }
            head.clear();
        }
        found
    }
}

/// The text without comments and what is for the preprocessor.
fn code(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        plain += before;
        rest = comment.split_once("*/").expect("comments end").1;
    }
    let plain = (plain + rest).replace("\\\n", " ");
    let lines = plain.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// The name of the function that begins with this, if it is one: what stands before the last pair of
/// parentheses, and after a type.
fn function(head: &str) -> Option<String> {
    let words: Vec<&str> = head.split_whitespace().collect();
    let other = ["static", "typedef", "namespace", "struct", "class", "enum", "using", "template"];
    if words.iter().any(|word| ["static", "="].contains(word)) || other.contains(words.first()?) {
        return None;
    }
    let (mut depth, mut open) = (0, None);
    for (at, c) in head.char_indices() {
        match c {
            '(' if depth == 0 => (depth, open) = (1, Some(at)),
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    let before = head[..open?].trim();
    let name = before.rsplit(|c: char| !c.is_alphanumeric() && !"_:".contains(c)).next()?;
    // A macro's call has no type; a name that a macro makes is known to the preprocessor only.
    (!name.is_empty() && before != name).then(|| name.to_owned())
}

/// Every breach of the rules in a tree of folders.
fn breaches(csrc: &Path) -> Vec<String> {
    let mut homes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut found = Vec::new();
    for folder in csrc.read_dir().expect("a folder") {
        let folder = folder.expect("readable").path();
        let page = folder.file_name().expect("a name").to_string_lossy().into_owned();
        for file in folder.read_dir().expect("a folder") {
            let file = file.expect("readable").path();
            let text = std::fs::read_to_string(&file).expect("text");
            let functions = Functions::of(&text);
            let header = file.extension().is_some_and(|end| end == "h" || end == "hpp");
            let all = functions.defined.iter().chain(&functions.declared);
            let foreign = all.filter(|name| header && !name.starts_with("ab_"));
            found.extend(foreign.map(|name| format!("{}: {name}: no ab_", file.display())));
            for name in functions.defined {
                homes.entry(name).or_default().insert(page.clone());
            }
        }
    }
    let shared = homes.iter().filter(|(_, pages)| pages.len() > 1);
    found.extend(shared.map(|(name, pages)| format!("{name}: in {pages:?}")));
    found
}

#[test]
fn every_symbol_has_one_home_and_the_prefix() {
    let csrc = Path::new(env!("CARGO_MANIFEST_DIR")).join("csrc");
    assert_eq!(breaches(&csrc), Vec::<String>::new());
    let read = |file| std::fs::read_to_string(csrc.join(file)).expect(file);
    // Not empty because nothing was seen.
    let c = Functions::of(&read("who_frees/who_frees.c"));
    let all = ["ab_nodes_new", "ab_nodes_free", "ab_nodes_live", "ab_nodes_consume"];
    assert_eq!(c.defined, all);
    assert_eq!(Functions::of(&read("who_frees/who_frees.h")).declared, all);
    let cpp = Functions::of(&read("by_value/by_value.cpp"));
    assert_eq!(cpp.defined, ["ab_interval_mul", "ab_interval_mul_to"]);
}

#[test]
fn a_second_home_and_a_bare_name_are_found() {
    let root = std::env::temp_dir().join(format!("abreast-foreign-{}", std::process::id()));
    let write = |file: &str, text: &str| {
        let file = root.join(file);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, text).expect("written");
    };
    let said = || breaches(&root).join("\n").replace(&*root.to_string_lossy(), "");
    write("heat/heat.h", "/* Steps. */\nint ab_heat_step(double *u);\n");
    write(
        "heat/heat.c",
        "static int at(int i)\n{\n    return i;\n}\n\nint ab_heat_step(double *u)\n{\n}\n",
    );
    write(
        "wave/wave.cpp",
        "namespace {\nint ab_heat_step(int i) { return at(i); }\n}\nextern \"C\" {\nint at(int i);\n}\n",
    );
    assert_eq!(said(), "");
    write(
        "wave/wrong.cpp",
        "extern \"C\" int ab_heat_step(double *u) noexcept {\n    return 0;\n}\n",
    );
    assert_eq!(said(), "ab_heat_step: in {\"heat\", \"wave\"}");
    write(
        "wave/wrong.cpp",
        "extern \"C\" {\n__attribute__((cold)) int ab_heat_step(double *u)\n{\n}\n}\n",
    );
    assert_eq!(said(), "ab_heat_step: in {\"heat\", \"wave\"}");
    write("wave/wrong.cpp", "");
    write("wave/wave.h", "const double *wave_at(size_t i);\n");
    assert_eq!(said(), "/wave/wave.h: wave_at: no ab_");
    std::fs::remove_dir_all(&root).expect("removed");
}

/// Functions that safe code may call with anything, and no comment says why it may: `safe fn` in a block of foreign
/// functions, `fn` in a bridge. One comment speaks for all that follow it without another line.
fn unexplained(text: &str) -> Vec<&str> {
    let (mut found, mut explained, mut bridge) = (Vec::new(), false, false);
    for line in text.lines().map(str::trim_start) {
        bridge = (bridge || line.starts_with("unsafe extern \"C++\"")) && line != "}";
        let safe = line.starts_with("pub safe fn ") || bridge && line.starts_with("fn ");
        if safe && !explained {
            found.push(line);
        }
        explained = line.starts_with("// Safe: ") || explained && (safe || line.starts_with("//"));
    }
    found
}

#[test]
fn what_is_declared_safe_says_why() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for folder in [pages.clone(), pages.join("exception_firewall")] {
        for file in folder.read_dir().expect("a folder") {
            let file = file.expect("readable").path();
            let Ok(text) = std::fs::read_to_string(&file) else { continue };
            assert_eq!(unexplained(&text), [""; 0], "{}", file.display());
        }
    }
    let bare = "unsafe extern \"C\" {\npub safe fn a();\n// Safe: no state.\npub safe fn b();\npub safe fn c();\n\npub safe fn d();\n}";
    assert_eq!(unexplained(bare), ["pub safe fn a();", "pub safe fn d();"]);
    let bridge = "fn x() {}\nunsafe extern \"C++\" {\nfn a();\nunsafe fn b();\n// Safe: no\n// state.\nfn c();\n}\nfn y() {}";
    assert_eq!(unexplained(bridge), ["fn a();"]);
}
