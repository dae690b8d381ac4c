//! The repository as data: its Rust files, and every path and word in their code.
//!
//! Files are read as tokens, so comments and strings are never mistaken for code, and what stands
//! inside a macro is seen like everything else.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

/// One Rust file.
pub struct Source {
    /// Its path from the root, with `/`.
    pub file: String,
    /// How many lines it has.
    pub lines: usize,
    /// Every path in its code.
    pub mentions: Vec<Mention>,
    /// Every `use`, public or not: children and siblings can go through any of them.
    pub aliases: Vec<Alias>,
    /// Every identifier.
    pub words: Vec<Word>,
    /// Every string literal, without its quotes.
    pub texts: Vec<Word>,
}

/// A path, as absolute as the text lets us make it: `crate::exec::Serial` is `[exec, Serial]`.
pub struct Mention {
    pub line: usize,
    pub path: Vec<String>,
}

/// `module::name` is `target`; the name `*` stands for everything in it.
pub struct Alias {
    pub module: Vec<String>,
    pub name: String,
    pub target: Vec<String>,
}

pub struct Word {
    pub line: usize,
    pub text: String,
    /// Whether it is an argument of `allow(..)`, `expect(..)` or `warn(..)`.
    pub permitted: bool,
}

/// All files below `root/folder`, as paths from the root, sorted. No folder, no files.
pub fn files(root: &Path, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(root.join(&folder)) else { continue };
        for entry in entries.map(|entry| entry.expect("readable")) {
            let path = folder.join(entry.file_name());
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            match entry.file_type().expect("a type").is_dir() {
                true if hidden || entry.file_name() == "target" => {}
                true => folders.push(path),
                false => found.push(path.to_string_lossy().trim_start_matches("./").to_owned()),
            }
        }
    }
    found.sort();
    found
}

/// The names of the folders directly in `root/folder`.
pub fn folders(root: &Path, folder: &str) -> BTreeSet<String> {
    let prefix = format!("{folder}/");
    let below = files(root, folder);
    let names = below.iter().filter_map(|file| file.strip_prefix(&prefix)?.split_once('/'));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// What was made of a file's text. The copies of the tree differ in a file or two, so nothing is made twice.
pub struct Kept<T>(Mutex<HashMap<(String, String), Arc<T>>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept(Mutex::default())
    }
}

impl<T> Kept<T> {
    pub fn of(
        &self,
        file: &str,
        text: String,
        make: impl FnOnce(&str, &str) -> Result<T, String>,
    ) -> Result<Arc<T>, String> {
        let key = (file.to_owned(), text);
        if let Some(made) = self.0.lock().expect("no panic holds it").get(&key) {
            return Ok(made.clone());
        }
        let made = Arc::new(make(file, &key.1)?);
        self.0.lock().expect("no panic holds it").insert(key, made.clone());
        Ok(made)
    }
}

/// Reads one file, or says why it cannot be read as Rust.
pub fn read(root: &Path, file: &str) -> Result<Arc<Source>, String> {
    static KNOWN: LazyLock<Kept<Source>> = LazyLock::new(Kept::default);
    let text = std::fs::read_to_string(root.join(file)).map_err(|why| format!("{file}: {why}"))?;
    KNOWN.of(file, text, parse)
}

fn parse(file: &str, text: &str) -> Result<Source, String> {
    let tokens: TokenStream = text.parse().map_err(|why| format!("{file}: {why}"))?;
    let mut source = Source {
        file: file.to_owned(),
        lines: text.lines().count(),
        mentions: Vec::new(),
        aliases: Vec::new(),
        words: Vec::new(),
        texts: Vec::new(),
    };
    source.words_in(tokens.clone(), false);
    source.paths_in(tokens, &module(file));
    Ok(source)
}

/// The module that a file of `src/` is: `src/exec/mod.rs` is `[exec]`. A file elsewhere is a crate
/// of its own, named by its path.
pub fn module(file: &str) -> Vec<String> {
    let Some(inner) = file.strip_prefix("src/").and_then(|rest| rest.strip_suffix(".rs")) else {
        return vec![file.to_owned()];
    };
    inner.split('/').filter(|part| !matches!(*part, "mod" | "lib")).map(str::to_owned).collect()
}

impl Source {
    /// Collects identifiers and strings.
    fn words_in(&mut self, tokens: TokenStream, permitted: bool) {
        let mut before = String::new();
        for token in tokens {
            let text = token.to_string();
            let line = token.span().start().line;
            match token {
                TokenTree::Group(group) => {
                    let lint = matches!(&before[..], "allow" | "expect" | "warn");
                    self.words_in(group.stream(), permitted || lint);
                }
                TokenTree::Ident(_) => {
                    self.words.push(Word { line, text: text.clone(), permitted });
                }
                TokenTree::Literal(_) => {
                    let inner = text.split_once('"').and_then(|(_, rest)| rest.rsplit_once('"'));
                    let inner = inner.map(|(inner, _)| inner.to_owned());
                    self.texts.extend(inner.map(|text| Word { line, text, permitted }));
                }
                TokenTree::Punct(_) => {}
            }
            before = text;
        }
    }

    /// Collects paths, in and out of `use` items.
    fn paths_in(&mut self, tokens: TokenStream, module: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut i = 0;
        while i < tokens.len() {
            i += match &tokens[i..] {
                [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Group(body), ..]
                    if word == "mod" =>
                {
                    self.paths_in(body.stream(), &[module, &[name.to_string()]].concat());
                    3
                }
                [TokenTree::Ident(word), next, ..] if word == "use" && next.to_string() != "<" => {
                    let is_end = |token: &TokenTree| token.to_string() == ";";
                    let len = tokens[i..].iter().position(is_end).unwrap_or(1);
                    self.use_tree(&tokens[i + 1..i + len.max(1)], module, &[]);
                    len.max(1)
                }
                [TokenTree::Ident(_), ..] => {
                    let (path, len) = segments(&tokens[i..]);
                    if path.len() > 1 && !ends_colons(&tokens[..i]) {
                        self.mention(&tokens[i], absolute(&path, module));
                    }
                    len
                }
                [TokenTree::Group(group), ..] => {
                    self.paths_in(group.stream(), module);
                    1
                }
                _ => 1,
            };
        }
    }

    /// Reads one branch of a `use` tree that goes on from `stem`.
    fn use_tree(&mut self, tokens: &[TokenTree], module: &[String], stem: &[String]) {
        let Some(first) = tokens.first() else { return };
        let (path, len) = segments(tokens);
        let mut path = [stem, &path].concat();
        match tokens.get(len) {
            Some(TokenTree::Group(branches)) => {
                let inner: Vec<TokenTree> = branches.stream().into_iter().collect();
                for branch in inner.split(|token| token.to_string() == ",") {
                    self.use_tree(branch, module, &path);
                }
                return;
            }
            Some(TokenTree::Punct(star)) if star.as_char() == '*' => path.push("*".to_owned()),
            _ => {}
        }
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let Some(last) = path.last().cloned() else { return };
        let renamed = match tokens.get(len..) {
            Some([TokenTree::Ident(as_), name, ..]) if as_ == "as" => Some(name.to_string()),
            _ => None,
        };
        let target = absolute(&path, module);
        self.mention(first, target.clone());
        let name = renamed.unwrap_or(last);
        self.aliases.push(Alias { module: module.to_vec(), name, target });
    }

    fn mention(&mut self, at: &TokenTree, path: Vec<String>) {
        self.mentions.push(Mention { line: at.span().start().line, path });
    }
}

/// The identifiers at the start that `::` joins, and how many tokens they and the colons are.
fn segments(tokens: &[TokenTree]) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    let mut i = 0;
    while let Some(TokenTree::Ident(word)) = tokens.get(i) {
        path.push(word.to_string());
        i += 1;
        if tokens.len() < i + 2 || !ends_colons(&tokens[i..i + 2]) {
            break;
        }
        i += 2;
    }
    (path, i)
}

/// Whether the tokens end with `::`.
fn ends_colons(tokens: &[TokenTree]) -> bool {
    let colon = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ':');
    matches!(tokens, [.., a, b] if colon(a) && colon(b))
}

/// The path from the root of the crate `abreast`. A path that starts with neither `crate`, `super`,
/// `self` nor `abreast` is taken to start in this module: a child, or an alias; other crates' names
/// then lead nowhere, which is harmless.
fn absolute(path: &[String], module: &[String]) -> Vec<String> {
    let (mut base, mut rest) = (module, path);
    match path.first().map(String::as_str) {
        Some("abreast") => (base, rest) = (&[], &path[1..]),
        // Outside src/ the first part names the file, which stands for its crate.
        Some("crate") if module.first().is_some_and(|first| first.contains('.')) => {
            (base, rest) = (&module[..1], &path[1..]);
        }
        Some("crate") => (base, rest) = (&[], &path[1..]),
        Some("self") => rest = &path[1..],
        _ => {}
    }
    while let Some(("super", after)) = rest.split_first().map(|(first, rest)| (&first[..], rest)) {
        base = &base[..base.len().saturating_sub(1)];
        rest = after;
    }
    [base, rest].concat()
}
