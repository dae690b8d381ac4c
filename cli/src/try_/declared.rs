//! What a source says about a function, so that nobody has to type it: a heuristic for the plain declarations
//! that functions between languages have. What it does not understand it leaves to `--sig`.

use crate::try_::count::Count;
use crate::try_::signature::{Given, Kind, Param, Role, Scalar, Signature};
use crate::try_::source::FileKind;

/// A function as it stands in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    returns: Option<Scalar>,
    params: Vec<(Option<String>, Type)>,
    /// Whether it can be called from C.
    pub is_extern_c: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Value(Scalar),
    Pointer(Scalar, Role),
    Text,
}

/// Names that people give to lengths, the most telling first.
const LENGTHS: [&str; 10] =
    ["n", "N", "len", "length", "size", "count", "num", "nelem", "num_elements", "k"];

impl Declared {
    /// Looks for the definition of a function in a source.
    pub fn find(kind: FileKind, text: &str, function: &str) -> Option<Declared> {
        let name = function.rsplit("::").next()?;
        let text = without_comments(text);
        let read = |at: usize| match kind {
            FileKind::C | FileKind::Cpp => in_c(&text, at, name),
            FileKind::Rust => in_rust(&text, at, name),
            _ => None,
        };
        text.match_indices(name)
            .filter(|(at, _)| is_word(&text, *at, name))
            .find_map(|(at, _)| read(at))
    }

    /// The signature that is meant, if it is clear which number is the length.
    pub fn signature(&self) -> Result<Signature, String> {
        let integers: Vec<usize> = (0..self.params.len())
            .filter(|i| matches!(self.params[*i].1, Type::Value(scalar) if scalar.is_integer()))
            .collect();
        let has_arrays = self.params.iter().any(|(_, ty)| matches!(ty, Type::Pointer(..)));
        let called = |name: &str| {
            integers.iter().copied().find(|i| self.params[*i].0.as_deref() == Some(name))
        };
        let length = match integers[..] {
            [only] if has_arrays => Some(only),
            _ => LENGTHS.iter().find_map(|name| called(name)),
        };
        if has_arrays && (length.is_none() || integers.len() > 1) {
            return Err("which number is the length of which array".to_owned());
        }
        let param = |(i, (name, ty)): (usize, &(Option<String>, Type))| {
            let kind = match *ty {
                Type::Text => Kind::Text,
                Type::Pointer(element, role) => Kind::Array { element, role, length: Count::N },
                Type::Value(scalar) => {
                    let is_length = length == Some(i);
                    let given = if is_length { Given::Count(Count::N) } else { Given::Made };
                    Kind::Value { scalar, given }
                }
            };
            Param { name: name.clone(), kind }
        };
        let params = self.params.iter().enumerate().map(param).collect();
        let signature = Signature { returns: self.returns, params };
        // Whether it can be typed is whether it can be compared.
        Signature::parse(&signature.to_string()).map_err(|_| "what is to be compared".to_owned())
    }

    /// Whether a signature that was typed can be this function's: the same types in the same order.
    pub fn fits(&self, signature: &Signature) -> bool {
        let same = |(declared, param): (&(Option<String>, Type), &Param)| match (
            declared.1,
            &param.kind,
        ) {
            (Type::Value(a), Kind::Value { scalar, .. }) => a.is_like(*scalar),
            (Type::Pointer(a, _), Kind::Array { element, .. }) => a.is_like(*element),
            (Type::Text, Kind::Text) => true,
            (Type::Text, Kind::Array { element, .. }) => element.bytes() == 1,
            (Type::Pointer(a, _), Kind::Text) => a.bytes() == 1,
            _ => false,
        };
        let returns = match (self.returns, signature.returns) {
            (Some(a), Some(b)) => a.is_like(b),
            (_, None) => true,
            (None, Some(_)) => false,
        };
        returns
            && self.params.len() == signature.params.len()
            && self.params.iter().zip(&signature.params).all(same)
    }
}

impl Scalar {
    /// The same to the processor: signs of integers do not matter for a call.
    fn is_like(self, other: Scalar) -> bool {
        let both = self.is_integer() && other.is_integer();
        self == other || both && self.bytes() == other.bytes()
    }
}

fn is_word(text: &str, at: usize, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
}

/// Comments, and lines for the preprocessor, become spaces.
fn without_comments(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['/', '"', '#']) {
        clean += &rest[..at];
        let (one, length) = (&rest[at..], rest.len() - at);
        let directive =
            one.starts_with('#') && clean.rsplit('\n').next().is_some_and(|l| l.trim().is_empty());
        let end = match () {
            () if one.starts_with("//") || directive && !one.starts_with("#[") => {
                one.find('\n').unwrap_or(length)
            }
            () if one.starts_with("/*") => one.find("*/").map_or(length, |end| end + 2),
            () => {
                let is_text = one.starts_with('"') && !clean.ends_with('\'');
                let end = if is_text { end_of_text(one) } else { 1 };
                clean += &one[..end];
                rest = &one[end..];
                continue;
            }
        };
        clean.push(' ');
        rest = &one[end..];
    }
    clean + rest
}

/// Where a text in quotes ends, with which `one` begins.
fn end_of_text(one: &str) -> usize {
    let mut escaped = false;
    let mut ends = one.char_indices().skip(1).filter(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    ends.next().map_or(one.len(), |(at, _)| at + 1)
}

/// What stands in the brackets that begin `text`, and what comes after them.
fn brackets(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start().strip_prefix('(')?;
    let end = text.find([')', '(']).filter(|end| text[*end..].starts_with(')'))?;
    Some((&text[..end], text[end + 1..].trim_start()))
}

fn in_c(text: &str, at: usize, name: &str) -> Option<Declared> {
    let (params, after) = brackets(&text[at + name.len()..])?;
    let is_definition =
        ["{", "noexcept", "__attribute__"].iter().any(|word| after.starts_with(word));
    if !is_definition {
        return None;
    }
    let mut before = text[..at].trim_end();
    while let Some(outer) = before.strip_suffix("::") {
        before = outer.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
    }
    let begin = before.rfind([';', '{', '}', ')']).map_or(0, |begin| begin + 1);
    let returns = match c_type(&before[begin..])?.1 {
        CType::Void => None,
        CType::Value(scalar) => Some(scalar),
        CType::Pointer(..) | CType::Text => return None,
    };
    let list: Vec<&str> =
        params.split(',').map(str::trim).filter(|p| !p.is_empty() && *p != "void").collect();
    let param = |text: &&str| {
        let (name, ty) = c_type(text)?;
        Some((
            name,
            match ty {
                CType::Void => return None,
                CType::Value(scalar) => Type::Value(scalar),
                CType::Pointer(scalar, role) => Type::Pointer(scalar, role),
                CType::Text => Type::Text,
            },
        ))
    };
    let params = list.iter().map(param).collect::<Option<Vec<_>>>()?;
    Some(Declared { returns, params, is_extern_c: true })
}

enum CType {
    Void,
    Value(Scalar),
    Pointer(Scalar, Role),
    Text,
}

/// Words beside a type that do not change it here.
const BESIDE: [&str; 12] = [
    "static",
    "extern",
    "inline",
    "restrict",
    "__restrict",
    "__restrict__",
    "volatile",
    "register",
    "struct",
    "\"C\"",
    "constexpr",
    "signed",
];

/// The name and the type of `const double *restrict x`, or of a type alone.
fn c_type(text: &str) -> Option<(Option<String>, CType)> {
    let array = text.find('[');
    let head = &text[..array.unwrap_or(text.len())];
    let spaced = head.replace('*', " * ").replace("std::", " ");
    let words: Vec<&str> =
        spaced.split_whitespace().filter(|word| !BESIDE.contains(word)).collect();
    let stars = words.iter().filter(|word| **word == "*").count() + usize::from(array.is_some());
    let is_const = words.first() == Some(&"const") || words.get(1) == Some(&"const");
    let mut plain: Vec<&str> =
        words.into_iter().filter(|word| !["*", "const"].contains(word)).collect();
    let mut name = None;
    if plain.len() > 1 && base(&plain).is_none() {
        name = plain.pop().map(str::to_owned);
    }
    let scalar = match (&plain[..], stars) {
        (["void"], 0) => return Some((name, CType::Void)),
        (["char"], 1) if is_const => return Some((name, CType::Text)),
        (words, _) => base(words)?,
    };
    match stars {
        0 => Some((name, CType::Value(scalar))),
        1 => {
            let role = if is_const { Role::In } else { Role::InOut };
            Some((name, CType::Pointer(scalar, role)))
        }
        _ => None,
    }
}

/// The type that these words name, in whatever order they may stand.
fn base(words: &[&str]) -> Option<Scalar> {
    let mut sorted: Vec<&str> =
        words.iter().copied().filter(|w| *w != "int" || words.len() == 1).collect();
    sorted.sort_unstable();
    Some(match &sorted[..] {
        ["double"] => Scalar::F64,
        ["float"] => Scalar::F32,
        ["_Complex" | "complex", "double"] => Scalar::C64,
        ["_Complex" | "complex", "float"] => Scalar::C32,
        ["complex<double>"] => Scalar::C64,
        ["complex<float>"] => Scalar::C32,
        ["bool" | "_Bool"] => Scalar::Bool,
        ["int"] | ["int32_t"] => Scalar::I32,
        ["unsigned"] | ["uint32_t"] => Scalar::U32,
        ["long"] | ["long", "long"] | ["int64_t"] => Scalar::I64,
        ["long", "unsigned"] | ["long", "long", "unsigned"] | ["uint64_t"] => Scalar::U64,
        ["short"] | ["int16_t"] => Scalar::I16,
        ["short", "unsigned"] | ["uint16_t"] => Scalar::U16,
        ["char"] | ["int8_t"] => Scalar::I8,
        ["char", "unsigned"] | ["uint8_t"] => Scalar::U8,
        ["size_t"] => Scalar::Usize,
        ["ptrdiff_t" | "ssize_t"] => Scalar::Isize,
        _ => return None,
    })
}

fn in_rust(text: &str, at: usize, name: &str) -> Option<Declared> {
    let before = text[..at].trim_end().strip_suffix("fn")?;
    let begin = before.rfind([';', '}']).map_or(0, |begin| begin + 1);
    let is_extern_c = before[begin..].contains("extern");
    let (params, after) = brackets(&text[at + name.len()..])?;
    let returns = match after.strip_prefix("->") {
        None => None,
        Some(result) => match rust_type(result.split(['{', ';']).next()?.trim())? {
            Type::Value(scalar) => Some(scalar),
            _ => return None,
        },
    };
    let list = params.split(',').map(str::trim).filter(|param| !param.is_empty());
    let param = |text: &str| {
        let (name, ty) = text.split_once(':')?;
        let name = name.trim().trim_start_matches("mut ").trim();
        Some(((name != "_").then(|| name.to_owned()), rust_type(ty.trim())?))
    };
    Some(Declared { returns, params: list.map(param).collect::<Option<Vec<_>>>()?, is_extern_c })
}

fn rust_type(text: &str) -> Option<Type> {
    let named = |name: &str| {
        let name = name.trim().rsplit("::").next()?;
        match name {
            "c_int" => Some(Scalar::I32),
            "c_uint" => Some(Scalar::U32),
            "c_long" => Some(Scalar::I64),
            "c_ulong" => Some(Scalar::U64),
            "c_double" => Some(Scalar::F64),
            "c_float" => Some(Scalar::F32),
            other => Scalar::named(other),
        }
    };
    if let Some(pointee) = text.strip_prefix("*const ") {
        return match pointee.trim().rsplit("::").next()? {
            "c_char" => Some(Type::Text),
            pointee => Some(Type::Pointer(named(pointee)?, Role::In)),
        };
    }
    if let Some(pointee) = text.strip_prefix("*mut ") {
        return Some(Type::Pointer(named(pointee)?, Role::InOut));
    }
    named(text).map(Type::Value)
}

#[cfg(test)]
mod tests;
