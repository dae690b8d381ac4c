//! How inputs are made: `--init uniform`, `--init x=ramp,y=ints:0..10`.

use crate::scan::{Misread, Scan};
use crate::try_::foreign::SLOT;
use crate::try_::signature::{Kind, Scalar, Signature};
use abreast_compare::random::{Random, splitmix64};

/// The numbers of one array.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Init {
    /// Evenly in a range; without one in [0, 1), and for integers in a range that suits the type.
    Uniform(Option<(f64, f64)>),
    /// Whole numbers in a range, its end not among them.
    Ints(Option<(f64, f64)>),
    /// With mean 0 and standard deviation 1; for integers 100.
    Normal,
    Zeros,
    Ones,
    /// 0, 1, 2, ..
    Ramp,
}

/// What is made for each parameter of a signature.
#[derive(Debug, Clone, PartialEq)]
pub struct Inits(Vec<Init>);

impl Inits {
    /// Of several texts the last one that is about a parameter counts.
    pub fn parse(texts: &[String], signature: &Signature) -> Result<Inits, Misread> {
        let mut all = vec![Init::Uniform(None); signature.params.len()];
        for text in texts {
            let mut scan = Scan::new("--init", text);
            loop {
                one(&mut scan, signature, &mut all)?;
                if !scan.take(",") {
                    break;
                }
            }
            if !scan.is_done() {
                return Err(scan.wrong(", was expected"));
            }
        }
        Ok(Inits(all))
    }

    /// Fills an array of a parameter: the same for the same seed.
    pub fn fill(&self, param: usize, element: Scalar, seed: u64, bytes: &mut [u8]) {
        let mut random = Random::new(splitmix64(seed, param as u64));
        let len = bytes.len() / element.bytes();
        for (i, slot) in bytes.chunks_exact_mut(element.bytes()).enumerate() {
            let mut next = || self.0[param].number(element, i, len, &mut random);
            let (re, im) = match element {
                Scalar::C32 | Scalar::C64 => (next(), next()),
                _ => (next(), 0.0),
            };
            put(element, re, im, slot);
        }
    }

    /// A number of its own: integers are small, as they may count something.
    pub fn single(&self, param: usize, scalar: Scalar, seed: u64) -> [u8; SLOT] {
        let mut slot = [0; SLOT];
        let small = Inits(vec![Init::Ints(Some((1.0, 9.0))); param + 1]);
        let is_small = scalar.is_integer() && self.0[param] == Init::Uniform(None);
        let of = if is_small { &small } else { self };
        of.fill(param, scalar, seed, &mut slot[..scalar.bytes()]);
        slot
    }
}

/// Letters and spaces.
pub fn text(param: usize, seed: u64, bytes: &mut [u8]) {
    let mut random = Random::new(splitmix64(seed, param as u64));
    bytes.fill_with(|| match (random.next() >> 32) % 32 {
        letter @ 0..26 => b'a' + letter as u8,
        _ => b' ',
    });
}

fn one(scan: &mut Scan<'_>, signature: &Signature, all: &mut [Init]) -> Result<(), Misread> {
    let at = scan.here();
    let word = scan.word();
    if !scan.take("=") {
        all.fill(init(scan, at, word)?);
        return Ok(());
    }
    let is_named =
        |(i, name): (usize, Option<&str>)| name == Some(word) || word == (i + 1).to_string();
    let names = signature.params.iter().map(|param| param.name.as_deref());
    let Some(found) = names.enumerate().position(is_named) else {
        let what = format!(
            "{signature} has no parameter {word}: write its name, or its place as in 2=zeros"
        );
        return Err(scan.wrong_at(at, what));
    };
    if signature.params[found].kind == Kind::Text {
        return Err(scan.wrong_at(at, "text is always letters and spaces"));
    }
    let at = scan.here();
    let word = scan.word();
    all[found] = init(scan, at, word)?;
    Ok(())
}

fn init(scan: &mut Scan<'_>, at: usize, word: &str) -> Result<Init, Misread> {
    Ok(match word {
        "uniform" => Init::Uniform(range(scan)?),
        "ints" => Init::Ints(range(scan)?),
        "normal" => Init::Normal,
        "zeros" => Init::Zeros,
        "ones" => Init::Ones,
        "ramp" => Init::Ramp,
        other => {
            let there =
                "there are uniform, normal, zeros, ones, ramp, ints, uniform:-1..1, ints:0..256";
            let what = format!("{other:?} is no way to make inputs; {there}");
            return Err(scan.wrong_at(at, what));
        }
    })
}

fn range(scan: &mut Scan<'_>) -> Result<Option<(f64, f64)>, Misread> {
    if !scan.take(":") {
        return Ok(None);
    }
    let at = scan.here();
    let text = scan.rest().split(',').next().unwrap_or_default();
    let ends = text.split_once("..").and_then(|(low, high)| {
        Some((low.trim().parse::<f64>().ok()?, high.trim().parse::<f64>().ok()?))
    });
    match ends.filter(|(low, high)| low < high && (high - low).is_finite()) {
        Some(ends) => {
            scan.take(text.trim());
            Ok(Some(ends))
        }
        None => Err(scan.wrong_at(at, "a range was expected, as in -1..1")),
    }
}

impl Init {
    fn number(self, element: Scalar, i: usize, len: usize, random: &mut Random) -> f64 {
        let whole = element.is_integer();
        let (low, high) = usual(element);
        match self {
            Init::Uniform(None) if !whole => unit(element, random),
            Init::Uniform(Some((low, high))) if !whole => {
                low + (high - low) * unit(element, random)
            }
            Init::Uniform(ends) | Init::Ints(ends) => {
                let (low, high) = ends.unwrap_or((low, high));
                let (low, high) = (low.ceil(), high.ceil());
                (low + ((high - low) * random.unit()).floor()).min(high - 1.0).max(low)
            }
            Init::Normal => {
                // Box and Muller: of two numbers one is used.
                let (a, b) = (1.0 - random.unit(), random.unit());
                let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
                if whole { (100.0 * normal).round() } else { normal }
            }
            Init::Zeros => 0.0,
            Init::Ones => 1.0,
            Init::Ramp => {
                // What the type cannot hold begins again.
                let most = largest(element).min(len.max(1) as f64 - 1.0) + 1.0;
                i as f64 % most
            }
        }
    }
}

/// In [0, 1), also when rounded to single precision.
fn unit(element: Scalar, random: &mut Random) -> f64 {
    match element {
        Scalar::F32 | Scalar::C32 => (random.next() >> 40) as f64 / f64::from(1u32 << 24),
        _ => random.unit(),
    }
}

/// The range of whole numbers when nobody says: such that small sums fit.
fn usual(element: Scalar) -> (f64, f64) {
    match element {
        Scalar::Bool => (0.0, 2.0),
        Scalar::I8 => (-100.0, 101.0),
        Scalar::U8 => (0.0, 256.0),
        Scalar::U16 | Scalar::U32 | Scalar::U64 | Scalar::Usize => (0.0, 1001.0),
        _ => (-1000.0, 1001.0),
    }
}

/// The largest whole number that a type has, as far as double precision can count.
fn largest(element: Scalar) -> f64 {
    match element {
        Scalar::Bool => 1.0,
        Scalar::I8 => 127.0,
        Scalar::U8 => 255.0,
        Scalar::I16 => 32_767.0,
        Scalar::U16 => 65_535.0,
        Scalar::F32 | Scalar::C32 => 16_777_216.0,
        Scalar::I32 => 2_147_483_647.0,
        _ => 4_294_967_295.0,
    }
}

/// Writes a number as the type has it; what does not fit becomes the nearest that does.
pub fn put(scalar: Scalar, re: f64, im: f64, slot: &mut [u8]) {
    macro_rules! put {
        ($($scalar:pat => $type:ty),*) => {
            match scalar {
                $($scalar => slot.copy_from_slice(&(re as $type).to_ne_bytes()),)*
                Scalar::Bool => slot[0] = u8::from(re != 0.0),
                Scalar::C32 => {
                    slot[..4].copy_from_slice(&(re as f32).to_ne_bytes());
                    slot[4..].copy_from_slice(&(im as f32).to_ne_bytes());
                }
                Scalar::C64 => {
                    slot[..8].copy_from_slice(&re.to_ne_bytes());
                    slot[8..].copy_from_slice(&im.to_ne_bytes());
                }
            }
        };
    }
    put!(
        Scalar::F32 => f32, Scalar::F64 => f64, Scalar::I8 => i8, Scalar::I16 => i16,
        Scalar::I32 => i32, Scalar::I64 => i64, Scalar::Isize => isize, Scalar::U8 => u8,
        Scalar::U16 => u16, Scalar::U32 => u32, Scalar::U64 => u64, Scalar::Usize => usize
    );
}

/// Writes a count; None if the type cannot hold it.
pub fn put_count(scalar: Scalar, count: u64) -> Option<[u8; SLOT]> {
    let mut slot = [0; SLOT];
    macro_rules! put {
        ($($scalar:pat => $type:ty),*) => {
            match scalar {
                $($scalar => {
                    let number = <$type>::try_from(count).ok()?.to_ne_bytes();
                    slot[..number.len()].copy_from_slice(&number);
                })*
                _ => return None,
            }
        };
    }
    put!(
        Scalar::I8 => i8, Scalar::I16 => i16, Scalar::I32 => i32, Scalar::I64 => i64,
        Scalar::Isize => isize, Scalar::U8 => u8, Scalar::U16 => u16, Scalar::U32 => u32,
        Scalar::U64 => u64, Scalar::Usize => usize
    );
    Some(slot)
}

#[cfg(test)]
mod tests;
