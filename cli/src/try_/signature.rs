//! What a function takes and returns, as typed after `--sig`.
//!
//! ```text
//! signature = result "(" [ parameter { "," parameter } ] ")"
//! result    = "void" | scalar
//! parameter = [ name ":" ] ( "n" | scalar [ "=" value ] | pointer | "str" )
//! pointer   = "*" [ "const" | "mut" | "out" ] scalar [ "[" count "]" ]
//! scalar    = f32 f64 c32 c64 i8 i16 i32 i64 isize u8 u16 u32 u64 usize bool
//! value     = a number, or for integers a count
//! count     = n and whole numbers with + - * / ^ and brackets
//! ```

use crate::scan::{Misread, Scan};
use crate::try_::count::Count;
use std::fmt;

/// The type of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    F32,
    F64,
    C32,
    C64,
    I8,
    I16,
    I32,
    I64,
    Isize,
    U8,
    U16,
    U32,
    U64,
    Usize,
    Bool,
}

use Scalar::{Bool, C32, C64, F32, F64, I8, I16, I32, I64, Isize, U8, U16, U32, U64, Usize};

/// Name, name in C, bytes.
const SCALARS: [(Scalar, &str, &str, usize); 15] = [
    (F32, "f32", "float", 4),
    (F64, "f64", "double", 8),
    (C32, "c32", "float _Complex", 8),
    (C64, "c64", "double _Complex", 16),
    (I8, "i8", "int8_t", 1),
    (I16, "i16", "int16_t", 2),
    (I32, "i32", "int32_t", 4),
    (I64, "i64", "int64_t", 8),
    (Isize, "isize", "ptrdiff_t", size_of::<isize>()),
    (U8, "u8", "uint8_t", 1),
    (U16, "u16", "uint16_t", 2),
    (U32, "u32", "uint32_t", 4),
    (U64, "u64", "uint64_t", 8),
    (Usize, "usize", "size_t", size_of::<usize>()),
    (Bool, "bool", "_Bool", 1),
];

impl Scalar {
    fn row(self) -> (Scalar, &'static str, &'static str, usize) {
        SCALARS[self as usize]
    }

    pub fn name(self) -> &'static str {
        self.row().1
    }

    pub fn in_c(self) -> &'static str {
        self.row().2
    }

    pub fn bytes(self) -> usize {
        self.row().3
    }

    pub fn named(name: &str) -> Option<Scalar> {
        SCALARS.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    pub fn is_float(self) -> bool {
        matches!(self, F32 | F64 | C32 | C64)
    }

    pub fn is_integer(self) -> bool {
        !self.is_float() && self != Bool
    }
}

/// What a function does with an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It only reads it.
    In,
    /// It reads and writes it.
    InOut,
    /// It only writes it.
    Out,
}

/// Where the value of a number comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// It is made from the seed.
    Made,
    Count(Count),
    Float(f64),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Value {
        scalar: Scalar,
        given: Given,
    },
    Array {
        element: Scalar,
        role: Role,
        length: Count,
    },
    /// n characters and a zero byte.
    Text,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    pub name: Option<String>,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    pub returns: Option<Scalar>,
    pub params: Vec<Param>,
}

/// More would be a mistake.
const MAX_PARAMS: usize = 64;

impl Signature {
    pub fn parse(text: &str) -> Result<Signature, Misread> {
        let mut scan = Scan::new("--sig", text);
        let at = scan.here();
        let returns = match scan.word() {
            "void" => None,
            word => Some(scalar(&scan, at, word)?),
        };
        scan.need("(", "the type of the result")?;
        let mut params = Vec::new();
        if !scan.take(")") {
            loop {
                if params.len() == MAX_PARAMS {
                    return Err(scan.wrong(format!("more than {MAX_PARAMS} parameters")));
                }
                params.push(param(&mut scan)?);
                if !scan.take(",") {
                    break;
                }
            }
            scan.need(")", "a parameter")?;
        }
        if !scan.is_done() {
            return Err(scan.wrong("the end was expected after the parameters"));
        }
        let signature = Signature { returns, params };
        match signature.outputs() {
            0 => Err(scan.wrong_at(
                at,
                "nothing to compare: it returns nothing and writes nothing (*mut, *out)",
            )),
            _ => Ok(signature),
        }
    }

    /// How many values and arrays a call gives.
    pub fn outputs(&self) -> usize {
        let written = self.params.iter().filter(|param| param.is_written()).count();
        written + usize::from(self.returns.is_some())
    }

    /// Whether a call changes what it reads, so that each needs a copy.
    pub fn is_in_place(&self) -> bool {
        let in_place = |p: &Param| matches!(p.kind, Kind::Array { role: Role::InOut, .. });
        self.params.iter().any(in_place)
    }

    /// Whether anything depends on n.
    pub fn has_n(&self) -> bool {
        self.params.iter().any(|param| match &param.kind {
            Kind::Value { given: Given::Count(count), .. } => count.depends_on_n(),
            Kind::Value { .. } => false,
            Kind::Array { length, .. } => length.depends_on_n(),
            Kind::Text => true,
        })
    }

    /// The bytes of all arrays of a call. None if they are too many for a number.
    pub fn bytes(&self, n: u64) -> Option<u64> {
        let mut sum = 0u64;
        for param in &self.params {
            let bytes = match &param.kind {
                Kind::Value { .. } => 0,
                Kind::Text => n.checked_add(1)?,
                Kind::Array { element, length, .. } => {
                    length.at(n)?.checked_mul(element.bytes() as u64)?
                }
            };
            sum = sum.checked_add(bytes)?;
        }
        Some(sum)
    }

    /// How many numbers a call gives, 1 for a result. None if they are too many to count.
    pub fn values(&self, n: u64) -> Option<u64> {
        let written = self.params.iter().filter(|param| param.is_written());
        written.into_iter().try_fold(1u64, |sum, param| match &param.kind {
            Kind::Array { length, .. } => sum.checked_add(length.at(n)?),
            _ => Some(sum),
        })
    }

    /// Whether what is compared is floating point.
    pub fn compares_floats(&self) -> Option<Scalar> {
        let written = self.params.iter().filter(|param| param.is_written());
        let element = |param: &Param| match param.kind {
            Kind::Array { element, .. } => Some(element),
            _ => None,
        };
        let all = self.returns.into_iter().chain(written.filter_map(element));
        // The coarsest one decides.
        all.filter(|scalar| scalar.is_float()).min_by_key(|scalar| match scalar {
            F32 | C32 => 0,
            _ => 1,
        })
    }

    /// A parameter for people: `x`, or `argument 2`.
    pub fn label(&self, index: usize) -> String {
        self.params[index].name.clone().unwrap_or_else(|| format!("argument {}", index + 1))
    }
}

impl Param {
    fn is_written(&self) -> bool {
        matches!(self.kind, Kind::Array { role: Role::InOut | Role::Out, .. })
    }
}

fn param(scan: &mut Scan<'_>) -> Result<Param, Misread> {
    let before = *scan;
    let at = scan.here();
    let word = scan.word();
    if !word.is_empty() && scan.take(":") {
        if !word.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Err(scan.wrong_at(at, format!("{word} is no name")));
        }
        let kind = kind(scan, word)?;
        return Ok(Param { name: Some(word.to_owned()), kind });
    }
    // No name: from the beginning.
    *scan = before;
    Ok(Param { name: None, kind: kind(scan, "")? })
}

fn kind(scan: &mut Scan<'_>, name: &str) -> Result<Kind, Misread> {
    if scan.take("*") {
        return pointer(scan);
    }
    let at = scan.here();
    let scalar = match scan.word() {
        "n" => {
            let given = Given::Count(Count::N);
            return Ok(Kind::Value { scalar: Usize, given });
        }
        "str" => return Ok(Kind::Text),
        word => scalar(scan, at, word)?,
    };
    let given = match scan.take("=") {
        true => given(scan, scalar)?,
        // `n: i32` is the length, too.
        false if name == "n" && scalar.is_integer() => Given::Count(Count::N),
        false => Given::Made,
    };
    Ok(Kind::Value { scalar, given })
}

fn pointer(scan: &mut Scan<'_>) -> Result<Kind, Misread> {
    let mut at = scan.here();
    let mut word = scan.word();
    let role = match word {
        "mut" => Role::InOut,
        "out" => Role::Out,
        _ => Role::In,
    };
    if matches!(word, "mut" | "out" | "const") {
        at = scan.here();
        word = scan.word();
    }
    let element = scalar(scan, at, word)?;
    let mut length = Count::N;
    if scan.take("[") {
        length = Count::read(scan)?;
        scan.need("]", "the length")?;
    }
    Ok(Kind::Array { element, role, length })
}

fn given(scan: &mut Scan<'_>, scalar: Scalar) -> Result<Given, Misread> {
    if scalar.is_integer() {
        return Ok(Given::Count(Count::read(scan)?));
    }
    let at = scan.here();
    let rest = scan.rest();
    let text = rest[..rest.find([',', ')']).unwrap_or(rest.len())].trim();
    let number = match text {
        "true" => Ok(1.0),
        "false" => Ok(0.0),
        text => text.parse::<f64>(),
    };
    let number = number.map_err(|_| scan.wrong_at(at, "a number was expected, as in 0.5"))?;
    scan.take(text);
    Ok(Given::Float(number))
}

/// How people may write types, and what we call them.
const OTHER_NAMES: [(&str, &str); 12] = [
    ("double", "f64"),
    ("float", "f32"),
    ("int", "i32"),
    ("unsigned", "u32"),
    ("long", "i64"),
    ("short", "i16"),
    ("char", "i8, or str for text"),
    ("size_t", "usize, or n for the length"),
    ("complex", "c64"),
    ("float64", "f64"),
    ("float32", "f32"),
    ("string", "str"),
];

fn scalar(scan: &Scan<'_>, at: usize, word: &str) -> Result<Scalar, Misread> {
    if let Some(scalar) = Scalar::named(word) {
        return Ok(scalar);
    }
    let fixed = word.strip_suffix("_t").unwrap_or(word);
    let fixed = fixed.replace("uint", "u").replace("int", "i");
    let other = OTHER_NAMES.iter().find(|(name, _)| *name == word).map(|(_, ours)| *ours);
    let other = other.or_else(|| Scalar::named(&fixed).map(Scalar::name));
    Err(scan.wrong_at(
        at,
        match (word, other) {
            ("", _) => "a type was expected, such as f64, *f64, *mut f64 or n".to_owned(),
            (word, Some(ours)) => format!("{word} is called {ours} here"),
            (word, None) => {
                let names: Vec<&str> = SCALARS.iter().map(|row| row.1).collect();
                format!("{word} is no type; there are {}", names.join(", "))
            }
        },
    ))
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params: Vec<String> = self.params.iter().map(Param::to_string).collect();
        write!(f, "{}({})", self.returns.map_or("void", Scalar::name), params.join(", "))
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref();
        let is_plain_n = matches!(&self.kind, Kind::Value { scalar: Usize, given } if *given == Given::Count(Count::N));
        if is_plain_n && name.is_none_or(|name| name == "n") {
            return f.write_str("n");
        }
        if let Some(name) = name {
            write!(f, "{name}: ")?;
        }
        match &self.kind {
            Kind::Text => f.write_str("str"),
            Kind::Array { element, role, length } => {
                let role = match role {
                    Role::In => "",
                    Role::InOut => "mut ",
                    Role::Out => "out ",
                };
                write!(f, "*{role}{}", element.name())?;
                if *length == Count::N { Ok(()) } else { write!(f, "[{length}]") }
            }
            Kind::Value { scalar, given } => {
                f.write_str(scalar.name())?;
                match given {
                    Given::Made => Ok(()),
                    Given::Count(Count::N) if name == Some("n") => Ok(()),
                    Given::Count(count) => write!(f, " = {count}"),
                    Given::Float(number) if *scalar == Bool => write!(f, " = {}", *number != 0.0),
                    Given::Float(number) => write!(f, " = {number:?}"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
