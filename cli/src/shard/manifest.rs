//! What a shard says about itself.

use abreast::kernel::{Class, Entry};
use abreast::remote::fingerprint as fingerprint_of;
use abreast::{Error, Isa, Plan, Remote};
use serde::{Deserialize, Serialize};

pub const SCHEMA: &str = "abreast.shard/1";
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
pub const BYTE_ORDER: &str = if cfg!(target_endian = "little") { "little" } else { "big" };

/// What `run --shard --json` prints, and what the file begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub schema: String,
    /// Of the program.
    pub version: String,
    /// Fingerprint of the program's kernels.
    pub registry: String,
    /// Of the items, `little` or `big`.
    pub byte_order: String,
    pub kernel: String,
    pub variant: String,
    pub level: String,
    /// The size, as the kernel counts it.
    pub n: u64,
    /// The bytes of the scalars.
    pub args: Vec<u8>,
    pub plan: Cut,
    /// 64-bit FNV-1a of the operands, and of what an in-place kernel starts with.
    pub inputs: String,
    pub shard: u64,
    /// How many there are.
    pub shards: u64,
    /// The first chunk, and the first that is not in it any more.
    pub chunks: [usize; 2],
    /// What to know before the result is trusted.
    pub warnings: Vec<String>,
}

/// A [`Plan`] as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    rows: u64,
    cols: u64,
    chunk_rows: u64,
    chunk_cols: u64,
}

impl From<Plan> for Cut {
    fn from(plan: Plan) -> Cut {
        let (chunk_rows, chunk_cols) = (plan.chunk_rows(), plan.chunk_cols());
        Cut { rows: plan.rows(), cols: plan.cols(), chunk_rows, chunk_cols }
    }
}

impl Cut {
    pub fn plan(self) -> Result<Plan, Error> {
        Plan::tiles(self.rows, self.cols, self.chunk_rows, self.chunk_cols)
    }
}

/// What two programs must have in common to understand each other's shards.
pub fn fingerprint(registry: &[Entry]) -> String {
    let kernels: Vec<Remote> = registry.iter().map(Remote::from).collect();
    format!("{:016x}", fingerprint_of(&kernels))
}

impl Manifest {
    /// `shard 1/4 of dot, chunks 4 to 7 of 16`.
    pub fn words(&self) -> String {
        let [first, end] = self.chunks;
        let chunks = match end - first {
            0 => "no chunks".to_owned(),
            1 => format!("chunk {first}"),
            _ => format!("chunks {first} to {}", end - 1),
        };
        let all = self.plan.plan().map_or(0, |plan| plan.len());
        format!("{} of {}, {chunks} of {all}", self.number(), self.kernel)
    }

    /// `shard 1/4`.
    pub fn number(&self) -> String {
        format!("shard {}/{}", self.shard, self.shards)
    }

    /// Why it cannot be read by a program with these kernels, if so.
    pub fn is_foreign(&self, registry: &[Entry]) -> Option<String> {
        if self.version != VERSION {
            let version = &self.version;
            return Some(format!("it is of version {version}, and this program of {VERSION}"));
        }
        if self.registry != fingerprint(registry) {
            return Some("it is of a program with other kernels".to_owned());
        }
        (self.byte_order != BYTE_ORDER).then(|| "it is of a machine of other byte order".to_owned())
    }

    /// Why it is not the shard that `wanted` describes, if so.
    pub fn is_other(&self, wanted: &Manifest, class: Class) -> Option<String> {
        let program = |m: &Manifest| (m.version.clone(), m.registry.clone(), m.byte_order.clone());
        if program(self) != program(wanted) {
            return Some("it is of another program".to_owned());
        }
        let number = || {
            let is_other = (self.shard, self.shards) != (wanted.shard, wanted.shards);
            is_other.then(|| format!("it is {}, not {}", self.number(), wanted.number()))
        };
        self.is_of_another_run(wanted, class).map(|why| format!("it is {why}")).or_else(number)
    }

    /// How its run differs from that of `other`, if it does: `of another run: its plan differs`.
    pub fn is_of_another_run(&self, other: &Manifest, class: Class) -> Option<String> {
        if self.kernel != other.kernel {
            return Some(format!("of another kernel: {}, not {}", self.kernel, other.kernel));
        }
        let fields = [
            ("size", self.n != other.n),
            ("scalars", self.args != other.args),
            ("plan", self.plan != other.plan),
            ("operands", self.inputs != other.inputs),
        ];
        let differ: Vec<&str> = fields.iter().filter(|f| f.1).map(|f| f.0).collect();
        if !differ.is_empty() {
            return Some(format!("of another run: other {}", differ.join(", ")));
        }
        (!self.has_the_bits_of(other, class)).then(|| {
            let of = |m: &Manifest| format!("{} at {}", m.variant, m.level);
            format!("by {}, which may have other bits than {}", of(self), of(other))
        })
    }

    fn has_the_bits_of(&self, other: &Manifest, class: Class) -> bool {
        let of = |m: &Manifest| Isa::parse(&m.level);
        match (of(self), of(other)) {
            (Ok(own), Ok(its)) => class.compares_names((&self.variant, own), (&other.variant, its)),
            _ => false,
        }
    }
}
