//! What is asked for, read before anything is compiled.

use crate::heap;
use crate::number;
use crate::try_::compile::{Tool, Tools};
use crate::try_::count::Count;
use crate::try_::inputs::Inits;
use crate::try_::machine_code;
use crate::try_::plan::{Bounds, Built, Plan};
use crate::try_::signature::{Scalar, Signature};
use abreast_compare::paint::Color;
use abreast_compare::{format, machine};
use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use std::ffi::OsString;
use std::path::PathBuf;

#[derive(Args)]
pub struct TryArgs {
    /// Sources in C, C++ and Rust, object files, static and shared libraries, folders of crates, in any mix
    #[arg(value_name = "FILE", required_unless_present = "built")]
    pub files: Vec<PathBuf>,
    /// What the functions take and return, as in 'f64(n, *f64, *mut f64)': see docs/program.md
    /// (default: what the sources say, where that is plain)
    #[arg(long, value_name = "SIGNATURE")]
    pub sig: Option<String>,
    /// The function; several are several variants (default: the one that all files have)
    #[arg(long = "fn", value_name = "NAME")]
    pub function: Vec<String>,
    /// The C compiler (default: CC, or cc)
    #[arg(long, value_name = "PROGRAM")]
    pub cc: Option<PathBuf>,
    /// The C++ compiler (default: CXX, or c++)
    #[arg(long, value_name = "PROGRAM")]
    pub cxx: Option<PathBuf>,
    /// The Rust compiler (default: RUSTC, or rustc)
    #[arg(long, value_name = "PROGRAM")]
    pub rustc: Option<PathBuf>,
    /// Flags for C, and for C++ unless --cxxflags is there; given several times, each file is compiled so
    /// often (default: -O3)
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub cflags: Vec<String>,
    /// Flags for C++ (default: those for C)
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub cxxflags: Vec<String>,
    /// Flags for Rust (default: -C opt-level=3)
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub rustflags: Vec<String>,
    /// A library that the functions need, by name or file
    #[arg(long, value_name = "LIB")]
    pub link: Vec<PathBuf>,
    /// Sizes n, as in 1000,2^4..2^20 (default: five, as large as suits the signature)
    #[arg(long, value_name = "SIZES", allow_hyphen_values = true)]
    pub sizes: Option<String>,
    /// The smallest n that makes sense
    #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true)]
    pub min: String,
    /// What n must be a multiple of
    #[arg(long, value_name = "N", default_value = "1", allow_hyphen_values = true)]
    pub multiple_of: String,
    /// The seed of inputs and of the order of measurements
    #[arg(long, value_name = "N", default_value = "42", allow_hyphen_values = true)]
    pub seed: String,
    /// How inputs are made: uniform, uniform:-1..1, normal, zeros, ones, ramp, ints, ints:0..256; for one
    /// parameter x=ramp or 2=ramp; with commas
    #[arg(long, value_name = "HOW")]
    pub init: Vec<String>,
    /// What one call costs, for GB/s and GFLOP/s: bytes=16*n,flops=2*n
    #[arg(long, value_name = "COST")]
    pub cost: Option<String>,
    /// How close results must be: exact, or a relative bound, and abs=BOUND and nan with commas (default:
    /// 1e-12 for f64, 1e-5 for f32, exact for integers)
    #[arg(long, value_name = "BOUND")]
    pub agree: Option<String>,
    /// The variant that the others are compared with (default: the first)
    #[arg(long, value_name = "VARIANT")]
    pub baseline: Option<String>,
    /// Fewer rounds
    #[arg(long)]
    pub quick: bool,
    /// Process starts that the times come from
    #[arg(long, value_name = "N", default_value = "4", allow_hyphen_values = true)]
    pub starts: String,
    /// Inputs of each size, taken in turn, so that no branch is learned by heart
    #[arg(long, value_name = "K", default_value = "1", allow_hyphen_values = true)]
    pub inputs: String,
    /// Empty the caches before each call, and time each call alone
    #[arg(long)]
    pub cold: bool,
    /// Each call needs the result of the one before: how long one takes, not how often
    #[arg(long, conflicts_with = "cold")]
    pub latency: bool,
    /// How long one call may take
    #[arg(long, value_name = "SECONDS", default_value = "60", allow_hyphen_values = true)]
    pub timeout: String,
    /// Keep the times in this file, for --against and `abreast show`
    #[arg(long, value_name = "FILE.json")]
    pub save: Option<PathBuf>,
    /// Compare with times that were kept
    #[arg(long, value_name = "FILE.json")]
    pub against: Option<PathBuf>,
    /// With --against: exit code 3 if 'slower > 5%' holds of anything, with its whole interval
    #[arg(long, value_name = "RULE", requires = "against")]
    pub fail_if: Option<String>,
    /// .. even if those times are another machine's
    #[arg(long)]
    pub any_machine: bool,
    /// JSON on stdout, or into a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub json: Option<PathBuf>,
    /// Markdown on stdout, or into a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub md: Option<PathBuf>,
    /// Add to this file, as Markdown: what fails first, for the page of a CI job
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// The report (default: abreast-try.html)
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Count what a call allocates too, by malloc and by what stands on it: C++'s new and Rust (Linux with
    /// glibc)
    #[arg(long)]
    pub allocs: bool,
    /// The machine code too: hot loops, and instructions counted in a call of size N and one of twice as much
    /// (default: as suits the signature)
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub asm: Option<String>,
    /// Overwrite files that abreast did not write
    #[arg(long)]
    pub force: bool,
    /// Be the process that is traced, with the variant of this number
    #[arg(long, hide = true, value_name = "I")]
    pub traced: Option<usize>,
    /// Be a worker, with what was compiled in this folder
    #[arg(long, hide = true, value_name = "FOLDER")]
    pub built: Option<PathBuf>,
    /// Only load it
    #[arg(long, hide = true)]
    pub probe: bool,
}

/// What the arguments mean.
pub struct Asked<'a> {
    args: &'a TryArgs,
    pub tools: Tools,
    bytes: Option<Count>,
    flops: Option<Count>,
    least: u64,
    multiple: u64,
    seed: u64,
    starts: u64,
    inputs: u64,
}

/// What they mean for functions of one signature.
pub struct Meant {
    pub signature: Signature,
    within: Bounds,
    sizes: Vec<u64>,
}

impl<'a> Asked<'a> {
    pub fn read(args: &'a TryArgs) -> Result<Asked<'a>> {
        let (bytes, flops) = cost(args.cost.as_deref())?;
        let seconds = args.timeout.parse::<f64>().ok().filter(|s| *s > 0.0 && s.is_finite());
        seconds.ok_or_else(|| {
            anyhow!("timeout = {}: must be a number of seconds above 0", args.timeout)
        })?;
        let to_stdout =
            |file: &Option<PathBuf>| file.as_ref().is_some_and(|f| f.as_os_str() == "-");
        if [&args.json, &args.md, &args.html].into_iter().filter(|file| to_stdout(file)).count() > 1
        {
            bail!("of --json, --md and --html only one can go to stdout: give the others a file");
        }
        if args.asm.is_some() && [&args.json, &args.md, &args.html].into_iter().any(to_stdout) {
            bail!("--asm prints on stdout: give --json, --md and --html a file");
        }
        if args.allocs && !heap::is_here() {
            bail!("--allocs: {}", heap::ELSEWHERE);
        }
        Ok(Asked {
            args,
            tools: tools(args)?,
            bytes,
            flops,
            least: number::count("min", &args.min, 0)?,
            multiple: number::count("multiple-of", &args.multiple_of, 1)?,
            seed: number::count("seed", &args.seed, 0)?,
            starts: number::count("starts", &args.starts, 1)?,
            inputs: number::count("inputs", &args.inputs, 1)?,
        })
    }

    /// What is asked for of functions of this signature.
    pub fn about(&self, signature: Signature) -> Result<Meant> {
        let (args, least, multiple) = (self.args, self.least, self.multiple);
        Inits::parse(&args.init, &signature)?;
        let sizes = match &args.sizes {
            Some(text) => number::counts("sizes", text, least)?,
            None => usual_sizes(&signature, least, multiple),
        };
        if let Some(n) = sizes.iter().find(|n| !n.is_multiple_of(multiple)) {
            bail!("sizes = {n}: must be a multiple of {multiple}, as --multiple-of says");
        }
        if args.latency && signature.returns.is_none() {
            bail!(
                "--latency: a call needs the result of the one before, and {signature} returns none"
            );
        }
        let ways = args.cflags.len().max(1) * args.function.len().max(1);
        let variants = (args.files.len() * ways) as u64;
        sizes.iter().try_for_each(|n| fits(&signature, *n, self.inputs, variants))?;
        let within = bounds(args.agree.as_deref(), &signature)?;
        Ok(Meant { signature, within, sizes })
    }

    /// The comparison of these variants.
    pub fn plan(&self, meant: &Meant, variants: Vec<Built>) -> Result<Plan> {
        if let Some(name) = &self.args.baseline
            && !variants.iter().any(|variant| variant.name == *name)
        {
            let mut names: Vec<&str> = variants.iter().map(|variant| &variant.name[..]).collect();
            names.sort_by_key(|other| strsim::levenshtein(name, other));
            bail!("--baseline {name}: no variant is called so; there are {}", names.join(", "));
        }
        let text = |count: &Option<Count>| count.as_ref().map(Count::to_string);
        Ok(Plan {
            name: variants[0].function.clone(),
            signature: meant.signature.to_string(),
            inits: self.args.init.clone(),
            least: self.least,
            multiple: self.multiple,
            within: meant.within,
            bytes: text(&self.bytes),
            flops: text(&self.flops),
            variants,
        })
    }

    /// The size of the smaller of the two calls whose instructions are to be counted, if any.
    pub fn counted(&self, plan: &Plan) -> Result<Option<u64>> {
        let Some(text) = &self.args.asm else { return Ok(None) };
        let asked = if text.is_empty() { 0 } else { number::count("asm", text, 1)? };
        let n = machine_code::size(asked, plan)?;
        let twice =
            n.checked_mul(2).with_context(|| format!("asm = {n}: twice as much is too much"))?;
        fits(&Signature::parse(&plan.signature)?, twice, 1, 1)?;
        Ok(Some(n))
    }

    /// What the engine is asked for.
    pub fn arguments(&self, meant: &Meant, color: Color) -> Vec<OsString> {
        let sizes: Vec<String> = meant.sizes.iter().map(u64::to_string).collect();
        let mut words: Vec<OsString> = vec!["--bench".into()];
        let mut valued = |name: &str, value: OsString| words.extend([name.into(), value]);
        valued("--sizes", sizes.join(",").into());
        valued("--seed", self.seed.to_string().into());
        valued("--starts", self.starts.to_string().into());
        valued("--inputs", self.inputs.to_string().into());
        valued("--color", color.name().into());
        valued("--timeout", self.args.timeout.clone().into());
        if let Some(name) = &self.args.baseline {
            valued("--baseline", name.into());
        }
        let files = [
            ("--html", &self.args.html),
            ("--summary", &self.args.summary),
            ("--save", &self.args.save),
            ("--against", &self.args.against),
        ];
        for (name, file) in files {
            if let Some(file) = file {
                valued(name, file.into());
            }
        }
        if let Some(rule) = &self.args.fail_if {
            valued("--fail-if", rule.into());
        }
        for (name, file) in [("--json=", &self.args.json), ("--md=", &self.args.md)] {
            if let Some(file) = file {
                let mut word = OsString::from(name);
                word.push(file);
                words.push(word);
            }
        }
        let flags = [
            ("--quick", self.args.quick),
            ("--cold", self.args.cold),
            ("--latency", self.args.latency),
            ("--force", self.args.force),
            ("--allocs", self.args.allocs),
            ("--any-machine", self.args.any_machine),
        ];
        for (name, is_set) in flags {
            words.extend(is_set.then(|| name.into()));
        }
        words
    }
}

fn tools(args: &TryArgs) -> Result<Tools> {
    let split = |option: &str, texts: &[String]| -> Result<Vec<Vec<String>>> {
        let words = |text: &String| {
            shlex::split(text).with_context(|| format!("{option} {text}: a quote is not closed"))
        };
        texts.iter().map(words).collect()
    };
    let or = |flags: Vec<Vec<String>>, usual: &[&str]| match flags.is_empty() {
        true => vec![usual.iter().map(|flag| (*flag).to_owned()).collect()],
        false => flags,
    };
    let cflags = split("--cflags", &args.cflags)?;
    let cxxflags = split("--cxxflags", &args.cxxflags)?;
    let cxxflags = if cxxflags.is_empty() { cflags.clone() } else { cxxflags };
    let rustflags = split("--rustflags", &args.rustflags)?;
    let path = |path: &'_ Option<PathBuf>| path.as_ref().map(|path| path.clone().into_os_string());
    Ok(Tools {
        cc: Tool::new("C", "--cc", path(&args.cc).as_deref(), ("CC", "cc"))?,
        cxx: Tool::new("C++", "--cxx", path(&args.cxx).as_deref(), ("CXX", "c++"))?,
        rustc: Tool::new("Rust", "--rustc", path(&args.rustc).as_deref(), ("RUSTC", "rustc"))?,
        cflags: or(cflags, &["-O3"]),
        cxxflags: or(cxxflags, &["-O3"]),
        cargo: Tool::new("Rust", "CARGO", None, ("CARGO", "cargo"))?,
        crateflags: or(rustflags.clone(), &[]),
        rustflags: or(rustflags, &["-C", "opt-level=3"]),
        links: args.link.iter().map(|link| link.clone().into_os_string()).collect(),
    })
}

/// `bytes=16*n,flops=2*n`
fn cost(text: Option<&str>) -> Result<(Option<Count>, Option<Count>)> {
    let (mut bytes, mut flops) = (None, None);
    for part in text.iter().flat_map(|text| text.split(',')) {
        match part.split_once('=').map(|(name, count)| (name.trim(), count)) {
            Some(("bytes", count)) => bytes = Some(Count::parse("--cost", count)?),
            Some(("flops", count)) => flops = Some(Count::parse("--cost", count)?),
            _ => bail!(
                "--cost {part}: must be bytes=COUNT or flops=COUNT, as in bytes=16*n,flops=2*n"
            ),
        }
    }
    Ok((bytes, flops))
}

/// `exact`, `1e-12`, `1e-9,abs=1e-12,nan`
fn bounds(text: Option<&str>, signature: &Signature) -> Result<Bounds> {
    let Some(text) = text else {
        let relative = match signature.compares_floats() {
            Some(Scalar::F32 | Scalar::C32) => 1e-5,
            Some(_) => 1e-12,
            None => 0.0,
        };
        return Ok(Bounds { relative, ..Bounds::default() });
    };
    let mut bounds = Bounds::default();
    for part in text.split(',').map(str::trim) {
        let number =
            |text: &str, below: f64| text.parse::<f64>().ok().filter(|b| (0.0..below).contains(b));
        match part.strip_prefix("abs=") {
            Some(bound) => {
                bounds.absolute = number(bound, f64::INFINITY).ok_or_else(|| no_bound(part))?
            }
            None if part == "exact" => bounds.relative = 0.0,
            None if part == "nan" => bounds.nan = true,
            None => bounds.relative = number(part, 1.0).ok_or_else(|| no_bound(part))?,
        }
    }
    Ok(bounds)
}

fn no_bound(part: &str) -> anyhow::Error {
    anyhow!("--agree {part}: must be exact, a relative bound below 1 as in 1e-12, abs=BOUND or nan")
}

/// Arrays that are as long as n are compared in caches and in memory; where they grow faster, calls often
/// take longer than their bytes.
const LINEAR_BYTES: u64 = 32 << 20;
const OTHER_BYTES: u64 = 1 << 20;

/// Up to five sizes, from 16 up.
fn usual_sizes(signature: &Signature, least: u64, multiple: u64) -> Vec<u64> {
    let round = |n: u64| n.max(least).max(1).next_multiple_of(multiple);
    if !signature.has_n() {
        return vec![round(1)];
    }
    let bytes = |exponent: u32| signature.bytes(1 << exponent).unwrap_or(u64::MAX);
    let grows = bytes(11).saturating_sub(bytes(10));
    let is_linear = bytes(12).saturating_sub(bytes(11)) <= 2 * grows;
    let most = if is_linear { LINEAR_BYTES } else { OTHER_BYTES };
    let largest = match grows {
        // Nothing is known of what n does.
        0 => 12,
        _ => (5..=20).rev().find(|exponent| bytes(*exponent) <= most).unwrap_or(5),
    };
    let step = (largest - 4).div_ceil(4).max(1);
    let mut sizes: Vec<u64> =
        (0..=4).map(|i| 4 + i * step).filter(|e| *e <= largest).map(|e| round(1 << e)).collect();
    sizes.dedup();
    sizes
}

/// Whether the gate has room: it holds an input twice, what a call writes, and the results of all variants as
/// lists of values. Later all inputs of a size are there at a time.
fn fits(signature: &Signature, n: u64, inputs: u64, variants: u64) -> Result<()> {
    const VALUE: u64 = 16;
    let memory = machine::memory().unwrap_or(u64::MAX);
    let arrays = signature.bytes(n);
    let lists = || signature.values(n)?.checked_mul(VALUE)?.checked_mul(variants + 2);
    let all =
        arrays.and_then(|arrays| arrays.checked_mul(inputs.checked_add(2)?)?.checked_add(lists()?));
    if all.is_some_and(|all| all <= memory) {
        return Ok(());
    }
    let words = |bytes: Option<u64>| match bytes {
        Some(bytes) => format::bytes(bytes),
        None => "more than any machine has".to_owned(),
    };
    bail!(
        "n = {n} does not fit in memory: the arrays of one call take {}, with copies and results \
         of all variants {}; this machine has {}",
        words(arrays),
        words(all),
        format::bytes(memory)
    )
}
