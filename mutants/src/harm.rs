//! `harm`: squares of indices, by a kernel that does to its process what it is told to. Not in the
//! registry of the gate: it is for executors, which must survive it.

use abreast::exec::shared_cells;
use abreast::kernel::{ChunkArgs, Job, Kernel, Layout, Operands};
use abreast::sample::splitmix64;
use abreast::{Error, Plan, Variant};
use bytemuck::{Pod, Zeroable};
use std::borrow::Cow;
use std::sync::atomic::Ordering;

/// What the kernel does at the chosen chunks, besides its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
#[allow(missing_docs)] // the names say it; csrc/harm.c does it
pub enum Act {
    Nothing,
    Segfault,
    Abort,
    Exit,
    Spin,
    Eat,
    Print,
    Read,
    Stop,
    Close,
    Babble,
    Kill,
    /// Sleeps a tenth of a second.
    Nap,
    /// Cuts every file that it has open to nothing, and makes it longer again.
    Truncate,
    /// Zeroes what is in the files that it has open without changing their length.
    Punch,
    /// Closes every descriptor and opens the file that `ABREAST_TEST_FILE` names under the same numbers.
    Replace,
    /// Exits and leaves a process behind that holds everything open.
    LeaveChild,
    /// Shuts its link down for writing.
    Shut,
    /// Makes its link one that does not wait.
    Nonblock,
    /// Exits as if all were well.
    Leave,
    /// The same without exit handlers.
    Quit,
    /// Rust panics.
    Panic,
    /// The variant returns an error.
    Fail,
    /// C++ throws an exception, which arrives as an error.
    Throw,
    /// Fails, panics or throws, each chunk in its own way.
    Mixed,
    /// The variant returns an error whose text is far longer than a message.
    Tell,
}

impl Act {
    /// How many characters [`Act::Tell`] tells. JSON needs more than four bytes for each of them.
    pub const TALE: usize = 60_000;
}

/// What to do and where.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub struct Args {
    /// How many indices.
    pub n: u64,
    /// Indices per chunk.
    pub chunk: u64,
    /// Do it at every chunk whose index is a multiple of this, plus `first`; 0: only at `first`.
    pub every: u64,
    /// The first chunk to do it at.
    pub first: u64,
    /// How often at each chunk, counted in the cells that [`COUNTER`] names. 0: always.
    pub most: u64,
    /// An [`Act`].
    pub act: u64,
}

impl Args {
    /// `act` at chunk `first` of `n` chunks of one index, every time.
    pub fn at(n: u64, first: u64, act: Act) -> Args {
        Args { n, chunk: 1, every: 0, first, most: 0, act: act as u64 }
    }
}

/// The name of the shared cells, one per chunk, that count how often harm was done there.
pub const COUNTER: &str = "harm";

/// The kernel. `IN_PLACE` adds the squares to what is there, so a chunk done twice shows.
pub struct Harm<const IN_PLACE: bool>;

impl<const IN_PLACE: bool> Kernel for Harm<IN_PLACE> {
    const NAME: &'static str = if IN_PLACE { "harm_in_place" } else { "harm" };
    const LAYOUT: Layout = if IN_PLACE { Layout::InPlace } else { Layout::PerElement };
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] = &[Variant::new("rust", squares)];

    type Args = Args;
    type Input<'i> = ();
    type Item = u64;
    type Output = Vec<u64>;

    fn plan(args: &Args, (): ()) -> Result<Plan, Error> {
        Plan::range(args.n, args.chunk)
    }

    fn finish(_: &Args, _: &Plan, items: Cow<'_, [u64]>) -> Vec<u64> {
        items.into_owned()
    }
}

impl<const IN_PLACE: bool> Harm<IN_PLACE> {
    /// The squares, and what is to be done besides.
    ///
    /// # Errors
    /// As [`Job::new`].
    pub fn job(args: Args) -> Result<Job<'static, Self>, Error> {
        Job::new(args, ())
    }
}

fn squares<const IN_PLACE: bool>(c: ChunkArgs<'_, '_, Harm<IN_PLACE>>) -> Result<(), Error> {
    let half = c.out.len() / 2;
    for (k, out) in c.out.iter_mut().enumerate() {
        // In the middle of the work, so that half of the slice is written when it happens.
        if k == half {
            harm(c.args, c.chunk.index)?;
        }
        let i = c.chunk.row + k as u64;
        *out = if IN_PLACE { *out + i * i } else { i * i };
    }
    Ok(())
}

fn harm(args: &Args, chunk: u64) -> Result<(), Error> {
    let is_chosen = match chunk.checked_sub(args.first) {
        Some(after) if args.every > 0 => after % args.every == 0,
        after => after == Some(0),
    };
    if !is_chosen || args.most > 0 && count(chunk) >= args.most {
        return Ok(());
    }
    match args.act {
        act if act == Act::Panic as u64 => panic!("seeded {chunk}"),
        act if act == Act::Fail as u64 => Err(Error::argument("chunk", chunk, "mutants")),
        act if act == Act::Throw as u64 => crate::cpp::throws(chunk),
        act if act == Act::Mixed as u64 => {
            let acts = [Act::Fail, Act::Panic, Act::Throw];
            let act = acts[(splitmix64(args.n, chunk) % 3) as usize];
            harm(&Args { act: act as u64, every: 0, first: chunk, most: 0, ..*args }, chunk)
        }
        act if act == Act::Tell as u64 => {
            let tale = "\u{e9}\u{1}".repeat(Act::TALE / 2);
            Err(Error::argument("chunk", tale, "mutants"))
        }
        act => match crate::c::harm(act as u32) {
            0 => Ok(()),
            1 => Err(Error::Memory { bytes: 1 << 24, purpose: "harm" }),
            code => Err(Error::argument("harm", code, "something was to be read")),
        },
    }
}

/// How often it was done there before.
fn count(chunk: u64) -> u64 {
    let cells = shared_cells(COUNTER).expect("the test shares its counters");
    cells.cells()[chunk as usize].fetch_add(1, Ordering::SeqCst)
}
