//! What the ranks must have in common, and what they agree on.

use crate::channel::Bytes;
use crate::frame::{Head, Kind};
use crate::post::Post;
use abreast::{Error, Fault, Isa, Level, Remote, remote};

/// The lowest level of all ranks.
#[derive(Debug, Clone, Copy)]
pub struct Weakest {
    /// The level.
    pub level: Isa,
    /// A rank that has no more.
    pub rank: usize,
}

/// What one rank is.
struct Rank {
    fingerprint: u64,
    level: Result<Isa, Error>,
    kernels: String,
}

impl Rank {
    fn this(kernels: &[Remote]) -> Rank {
        let line =
            |k: &Remote| format!("{} ({:?}, {} and {} bytes)", k.name, k.layout, k.args, k.item);
        let lines: Vec<String> = kernels.iter().map(line).collect();
        Rank {
            fingerprint: remote::fingerprint(kernels),
            level: Level::chosen().map(Level::isa),
            kernels: lines.join("\n"),
        }
    }
}

/// Says to rank 0 what this rank is.
pub fn introduce(post: &mut Post, kernels: &[Remote]) {
    let rank = Rank::this(kernels);
    let (level, body) = match &rank.level {
        Ok(level) => (Isa::ALL.iter().position(|isa| isa == level), rank.kernels),
        Err(why) => (None, why.to_string()),
    };
    let level = level.map_or(0, |level| level as u64 + 1);
    let head = Head { job: rank.fingerprint, count: level, ..Head::of(Kind::Hello) };
    post.send(0, head, Bytes::Own(body.into_bytes()));
}

fn receive(post: &mut Post, rank: usize) -> Rank {
    let (head, body) = post.wait(rank);
    let text = String::from_utf8_lossy(body.as_slice()).into_owned();
    let level = (head.count as usize).checked_sub(1).and_then(|at| Isa::ALL.get(at));
    let level = level.copied().ok_or_else(|| {
        Error::argument("level", format!("that of rank {rank}"), format!("it says: {text}"))
    });
    Rank { fingerprint: head.job, level, kernels: text }
}

/// Receives what the other ranks are. If they do not fit, sends them home.
///
/// # Errors
/// [`Fault::Mismatch`], or a level that a rank does not have.
pub fn meet(post: &mut Post, kernels: &[Remote]) -> Result<Weakest, Fault> {
    let others = 1..post.channel().size();
    let mut ranks = vec![Rank::this(kernels)];
    ranks.extend(others.map(|rank| receive(post, rank)));
    let agreed = started_by(ranks.len()).and_then(|()| agree(&ranks));
    if agreed.is_err() {
        bye(post);
    }
    agreed
}

/// Sends the other ranks home.
pub fn bye(post: &mut Post) {
    for rank in 1..post.channel().size() {
        post.send(rank, Head::of(Kind::Bye), Bytes::Own(Vec::new()));
    }
    post.flush();
}

fn agree(ranks: &[Rank]) -> Result<Weakest, Fault> {
    let mut weakest = Weakest { level: ranks[0].level.clone()?, rank: 0 };
    for (rank, other) in ranks.iter().enumerate().skip(1) {
        let level = other.level.clone()?;
        if other.fingerprint != ranks[0].fingerprint {
            return Err(Fault::Mismatch(difference(rank, &other.kernels, &ranks[0].kernels)));
        }
        if (level == Isa::Neon) != (weakest.level == Isa::Neon) {
            return Err(Fault::Mismatch(format!(
                "rank {rank} has the level {}, rank 0 {}: all must have one architecture",
                level.name(),
                weakest.level.name()
            )));
        }
        if level < weakest.level {
            weakest = Weakest { level, rank };
        }
    }
    Ok(weakest)
}

/// In what the kernels of two ranks differ.
fn difference(rank: usize, there: &str, here: &str) -> String {
    let only = |of: &str, other: &str| {
        let lines = of.lines().filter(|line| !other.lines().any(|known| known == *line));
        lines.take(3).collect::<Vec<_>>().join(", ")
    };
    let (more, less) = (only(there, here), only(here, there));
    match (&more[..], &less[..]) {
        ("", "") => format!("rank {rank} is of another version than rank 0"),
        (more, "") => format!("rank {rank} has kernels that rank 0 lacks: {more}"),
        ("", less) => format!("rank {rank} lacks kernels of rank 0: {less}"),
        (more, less) => format!("rank {rank} has {more}, where rank 0 has {less}"),
    }
}

/// How many processes each MPI's own `mpiexec` says that it has started.
const STARTED: [&str; 2] = ["PMI_SIZE", "OMPI_COMM_WORLD_SIZE"];

/// Whether whoever started this is of the MPI that this was built with: if not, every process is a world of one.
fn started_by(size: usize) -> Result<(), Fault> {
    let count = |name: &str| std::env::var(name).ok()?.parse::<usize>().ok();
    let counts = STARTED.iter().filter_map(|name| Some((name, count(name)?)));
    match counts.filter(|_| size == 1).find(|(_, count)| *count > 1) {
        None => Ok(()),
        Some((name, count)) => Err(Fault::Io {
            what: "find the other ranks".to_owned(),
            why: format!(
                "{name} says that {count} processes were started, and MPI knows one: mpiexec is not of the MPI that \
                 this program was built with (mpiexec.mpich, mpiexec.openmpi)"
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(fingerprint: u64, level: Isa, kernels: &str) -> Rank {
        Rank { fingerprint, level: Ok(level), kernels: kernels.to_owned() }
    }

    #[test]
    fn the_lowest_level_is_that_of_all() {
        let ranks = [Isa::V4, Isa::V3, Isa::V4, Isa::V3].map(|level| rank(1, level, "dot"));
        let weakest = agree(&ranks).unwrap();
        assert_eq!((weakest.level, weakest.rank), (Isa::V3, 1));
    }

    #[test]
    fn what_differs_is_named() {
        let refusal =
            |other| agree(&[rank(1, Isa::V3, "dot\nsum"), other]).unwrap_err().to_string();
        let lacks = refusal(rank(2, Isa::V3, "dot"));
        assert!(lacks.ends_with("rank 1 lacks kernels of rank 0: sum"), "{lacks}");
        let has = refusal(rank(2, Isa::V3, "dot\nsum\naxpy"));
        assert!(has.ends_with("rank 1 has kernels that rank 0 lacks: axpy"), "{has}");
        let both = refusal(rank(2, Isa::V3, "dot 8\nsum"));
        assert!(both.ends_with("rank 1 has dot 8, where rank 0 has dot"), "{both}");
        let version = refusal(rank(2, Isa::V3, "dot\nsum"));
        assert!(version.ends_with("rank 1 is of another version than rank 0"), "{version}");
        let neon = refusal(rank(1, Isa::Neon, "dot\nsum"));
        assert!(neon.contains("all must have one architecture"), "{neon}");
    }
}
