//! A declaration of C or C++ as it stands in a header: as much of the grammar as is needed to see what crosses
//! the border. Macros in capitals around the type (`ZEXTERN int ZEXPORT f(..)`) are passed over.
//!
//! ```text
//! declaration = specifiers declarator [ ":" number ] { attribute } [ ";" ]
//! specifiers  = { storage | qualifier } ( tag name | built-in words | name [ "<" .. ">" ] )
//! declarator  = { "*" | "&" | qualifier } ( name | "(" declarator ")" | ) { "(" parameters ")" | "[" .. "]" }
//! parameters  = [ "void" | parameter { "," parameter } [ "," "..." ] ]
//! parameter   = specifiers declarator [ "=" .. ]
//! ```

use crate::scan::{Misread, Scan};

/// The option that it is typed after.
const OPTION: &str = "--for";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// `static`, `inline`, `extern`, `virtual`, `noexcept` and their like.
    pub words: Vec<String>,
    pub name: String,
    pub ty: Type,
    /// Whether a width in bits follows.
    pub is_bitfield: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Type {
    /// What all of it is made of: `double`, `unsigned long`, `std::vector`.
    pub base: String,
    /// `struct`, `union`, `enum` or `class` before it.
    pub tag: Option<String>,
    /// Whether the base is built into C.
    pub is_built_in: bool,
    /// Whether the base is const.
    pub is_const: bool,
    pub is_restrict: bool,
    /// What stands between the name and the base, the nearest to the name first.
    pub layers: Vec<Layer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    Pointer,
    Reference,
    Array,
    /// Of no length: `[]`. A parameter of this kind is a pointer, so there it is an `Array`.
    OpenArray,
    Function(Params),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params {
    pub list: Vec<Param>,
    pub is_variadic: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    pub name: String,
    pub ty: Type,
    /// As it was typed.
    pub text: String,
}

/// Functions in functions in functions: more would be a mistake.
const MAX_DEPTH: usize = 16;

const STORAGE: [&str; 13] = [
    "static",
    "inline",
    "__inline",
    "__inline__",
    "extern",
    "virtual",
    "constexpr",
    "explicit",
    "friend",
    "typedef",
    "_Thread_local",
    "thread_local",
    "__thread",
];
const BUILT_IN: [&str; 13] = [
    "void", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "_Bool",
    "bool", "_Complex", "complex",
];
const TAGS: [&str; 4] = ["struct", "union", "enum", "class"];
const RESTRICT: [&str; 3] = ["restrict", "__restrict", "__restrict__"];
/// Change nothing here.
const IDLE: [&str; 5] = ["volatile", "register", "typename", "mutable", "_Nonnull"];
const ATTRIBUTES: [&str; 5] = ["__attribute__", "__declspec", "alignas", "_Alignas", "__asm__"];

impl Declaration {
    /// Reads one declaration; what stands behind it (a function's body) is not looked at.
    pub fn parse(text: &str) -> Result<Declaration, Misread> {
        // On one line: there the place of a mistake can be shown.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut scan = Scan::new(OPTION, &text);
        let mut words = Vec::new();
        let mut ty = specifiers(&mut scan, &mut words)?;
        let at = scan.here();
        let (name, layers) = declarator(&mut scan, true, 0)?;
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Err(
                scan.wrong_at(at, "the name of a function, variable or member was expected")
            );
        }
        ty.layers = layers;
        let is_bitfield = scan.take(":");
        if is_bitfield && scan.word().is_empty() {
            return Err(scan.wrong("a width in bits was expected after :"));
        }
        ending(&mut scan, &mut words)?;
        Ok(Declaration { words, name, ty, is_bitfield })
    }
}

/// What may stand after a declaration.
fn ending(scan: &mut Scan<'_>, words: &mut Vec<String>) -> Result<(), Misread> {
    while !scan.is_done() && !scan.take(";") && !scan.take("{") {
        let at = scan.here();
        if scan.take("=") {
            scan.word();
            continue;
        }
        match scan.word() {
            word @ ("noexcept" | "throw" | "const" | "override" | "final") => {
                words.push(word.to_owned());
            }
            word if ATTRIBUTES.contains(&word) || is_macro(word) => {}
            _ => return Err(scan.wrong_at(at, "the end was expected after the declaration")),
        }
        if scan.take("(") {
            closed(scan, '(', ')')?;
        }
    }
    Ok(())
}

/// What is in a bracket that has been taken.
fn closed<'t>(scan: &mut Scan<'t>, open: char, close: char) -> Result<&'t str, Misread> {
    let unclosed = scan.wrong(format!("{close} is missing: a {open} before it is not closed"));
    scan.until_closed(open, close).ok_or(unclosed)
}

/// A word in capitals: `ZEXPORT`, `H5_DLL`.
fn is_macro(word: &str) -> bool {
    let capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    word.len() > 1
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(capital)
}

/// Storage and type, without what belongs to the name.
fn specifiers(scan: &mut Scan<'_>, words: &mut Vec<String>) -> Result<Type, Misread> {
    let mut ty = Type::default();
    let mut built_in: Vec<&str> = Vec::new();
    let start = scan.here();
    loop {
        let before = *scan;
        let word = scan.word();
        match word {
            "" => break,
            "const" => ty.is_const = true,
            _ if IDLE.contains(&word) => {}
            _ if RESTRICT.contains(&word) => ty.is_restrict = true,
            _ if TAGS.contains(&word) => {
                ty.tag = Some(word.to_owned());
                ty.base = qualified(scan, "")?;
            }
            "template" => {
                scan.need("<", word)?;
                closed(scan, '<', '>')?;
                words.push(word.to_owned());
            }
            _ if STORAGE.contains(&word) => {
                scan.take("\"C\"");
                words.push(word.to_owned());
            }
            _ if ATTRIBUTES.contains(&word) => {
                scan.need("(", word)?;
                if closed(scan, '(', ')')?.trim() == "dllimport" {
                    words.push("dllimport".to_owned());
                }
            }
            _ if BUILT_IN.contains(&word) => built_in.push(word),
            _ if built_in.is_empty() && ty.base.is_empty() => {
                ty.base = match wrapped(scan, word) {
                    Some(inside) => inside.to_owned(),
                    None => qualified(scan, word)?,
                };
            }
            // A second name: the type after a macro, or what belongs to the declarator.
            _ if !goes_on(*scan) => {
                *scan = before;
                break;
            }
            _ if built_in.is_empty() && is_macro(&ty.base) => ty.base = qualified(scan, word)?,
            _ => {
                *scan = before;
                break;
            }
        }
    }
    if !built_in.is_empty() {
        (ty.base, ty.is_built_in) = (built_in.join(" "), true);
    }
    if ty.base.is_empty() || ty.base.starts_with(|c: char| c.is_ascii_digit()) {
        let what = "a type was expected, as in int f(const double *x, size_t n)";
        return Err(scan.wrong_at(start, what));
    }
    Ok(ty)
}

/// Whether another name or a star follows, so that what stands before cannot be what is declared.
fn goes_on(mut scan: Scan<'_>) -> bool {
    scan.peek().is_some_and(|c| c.is_alphabetic() || ['_', '*', '&', '<'].contains(&c))
        || scan.rest().trim_start().starts_with("::")
}

/// The type in `EXTERN(type) name(..)`, whose macro has been read.
fn wrapped<'t>(scan: &mut Scan<'t>, word: &str) -> Option<&'t str> {
    let mut inside = *scan;
    if !is_macro(word) || !inside.take("(") {
        return None;
    }
    let ty = inside.until_closed('(', ')')?;
    let is_name = inside.peek().is_some_and(|c| c.is_alphabetic() || c == '_');
    is_name.then(|| {
        *scan = inside;
        ty.trim()
    })
}

/// A name with the spaces it is in, and what it is a template of. `word` has been read already.
fn qualified(scan: &mut Scan<'_>, word: &str) -> Result<String, Misread> {
    let mut name = word.to_owned();
    if name.is_empty() {
        name += scan.word();
    }
    while scan.take("::") {
        name += "::";
        name += scan.word();
    }
    if scan.take("<") {
        closed(scan, '<', '>')?;
        // `std::vector<T>::iterator`
        while scan.take("::") {
            name += "::";
            name += scan.word();
        }
    }
    Ok(name)
}

/// The name, if there is one, and the layers around it.
fn declarator(
    scan: &mut Scan<'_>,
    named: bool,
    depth: usize,
) -> Result<(String, Vec<Layer>), Misread> {
    if depth == MAX_DEPTH {
        return Err(scan.wrong(format!("more than {MAX_DEPTH} declarators in each other")));
    }
    let mut outer = Vec::new();
    loop {
        let before = *scan;
        if scan.take("*") {
            outer.push(Layer::Pointer);
        } else if scan.take("&&") || scan.take("&") {
            outer.push(Layer::Reference);
        } else {
            let word = scan.word();
            let idle = word == "const" || IDLE.contains(&word) || RESTRICT.contains(&word);
            if !(idle || is_macro(word) && goes_on(*scan)) {
                *scan = before;
                break;
            }
        }
    }
    let (name, mut layers) = match group(*scan, named) {
        true => {
            scan.need("(", "a type")?;
            let inner = declarator(scan, named, depth + 1)?;
            scan.need(")", "what is in brackets")?;
            inner
        }
        false => {
            let word = scan.word();
            (if word.is_empty() { String::new() } else { qualified(scan, word)? }, Vec::new())
        }
    };
    loop {
        if scan.take("(") {
            layers.push(Layer::Function(params(scan, depth)?));
        } else if scan.take("[") {
            let is_open = closed(scan, '[', ']')?.trim().is_empty();
            layers.push(if is_open { Layer::OpenArray } else { Layer::Array });
        } else {
            break;
        }
    }
    layers.extend(outer.into_iter().rev());
    Ok((name, layers))
}

/// Whether a bracket comes that is around a declarator, not around parameters.
fn group(mut scan: Scan<'_>, named: bool) -> bool {
    if !scan.take("(") {
        return false;
    }
    let word = scan.word();
    match scan.peek() {
        Some('*' | '&' | '^') => word.is_empty() || is_macro(word),
        Some(')') => named && !word.is_empty(),
        _ => false,
    }
}

fn params(scan: &mut Scan<'_>, depth: usize) -> Result<Params, Misread> {
    let mut params = Params::default();
    let mut empty = *scan;
    empty.take("void");
    if empty.take(")") {
        *scan = empty;
        return Ok(params);
    }
    loop {
        if scan.take("...") {
            params.is_variadic = true;
        } else {
            params.list.push(param(scan, depth)?);
        }
        if params.is_variadic || !scan.take(",") {
            break;
        }
    }
    match scan.take(")") {
        true => Ok(params),
        false => Err(scan.wrong(") or a comma was expected after a parameter")),
    }
}

fn param(scan: &mut Scan<'_>, depth: usize) -> Result<Param, Misread> {
    let from = *scan;
    let mut ty = specifiers(scan, &mut Vec::new())?;
    let typed = scan.rest();
    let (name, layers) = declarator(scan, false, depth + 1)?;
    let declared = &typed[..typed.len() - scan.rest().len()];
    ty.is_restrict |= RESTRICT.iter().any(|word| declared.contains(word));
    let as_pointer = |layer| if layer == Layer::OpenArray { Layer::Array } else { layer };
    ty.layers = layers.into_iter().map(as_pointer).collect();
    let rest = from.rest();
    let text = rest[..rest.len() - scan.rest().len()].trim().to_owned();
    if scan.take("=") {
        while scan.peek().is_some_and(|c| ![',', ')'].contains(&c)) {
            let next = scan.rest().chars().next().map_or(0, char::len_utf8);
            let one = &scan.rest()[..next];
            if scan.take(one) && one == "(" {
                closed(scan, '(', ')')?;
            }
        }
    }
    Ok(Param { name, ty, text })
}

#[cfg(test)]
mod tests;
