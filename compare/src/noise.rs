//! What can be told apart here and now: how often the same code is called different, and how often a
//! little more work is seen.

use crate::inputs::uniform;
use crate::rate::Rate;
use crate::results::{Results, Row, Standing};
use crate::{AnyGroup, Group};
use serde::Serialize;
use std::hint::black_box;

/// Variants of a group that are the same machine code as its baseline.
pub const SAME: usize = 5;
/// What the others do in addition, in thousandths of the work.
pub const MORE: [usize; 5] = [5, 10, 20, 50, 100];
/// Numbers that are added up: from a tenth of a microsecond on.
pub const SIZES: [usize; 4] = [400, 2000, 10_000, 50_000];

/// Groups that differ in their name only, each with a baseline of its own: at every size there are [`SAME`]
/// pairs of the same code, and one for each of [`MORE`].
pub fn groups(count: usize) -> impl Iterator<Item = AnyGroup> {
    (1..=count).map(|number| {
        let mut group = Group::new(format!("noise {number}"), longer).sizes(SIZES);
        group = group.variant("baseline", part(0));
        for i in 1..=SAME {
            group = group.variant(format!("same {i}"), part(0));
        }
        for more in MORE {
            group = group.variant(name(more), part(more));
        }
        group.into()
    })
}

/// One function, which does so many thousandths more than it should.
pub fn slower_by(thousandths: usize) -> AnyGroup {
    Group::new("function", longer).sizes([2000, 50_000]).variant("sum", part(thousandths)).into()
}

/// A tenth more than is added up.
fn longer(n: usize, seed: u64) -> Vec<f64> {
    uniform(n + n / 10, seed)
}

/// Every variant is this closure, so that the code that is timed is the same one.
fn part(thousandths: usize) -> impl FnMut(&Vec<f64>) -> bool {
    move |x| {
        let n = x.len() * 10 / 11;
        black_box(sum(&x[..n + n * thousandths / 1000]));
        true
    }
}

#[inline(never)]
fn sum(x: &[f64]) -> f64 {
    x.iter().sum()
}

fn name(thousandths: usize) -> String {
    format!("{} % more", thousandths as f64 / 10.0)
}

/// What the groups showed.
#[derive(Debug, Serialize)]
pub struct Noise {
    /// How often the same code was called faster or slower.
    pub false_alarms: Rate,
    /// Size by size.
    pub sizes: Vec<SizeNoise>,
}

/// One size.
#[derive(Debug, Serialize)]
pub struct SizeNoise {
    /// Numbers that were added up.
    pub n: usize,
    /// The time of a call.
    pub seconds: f64,
    /// The largest difference between baselines and themselves: 0.001 is 0.1 %.
    pub noise: f64,
    /// How often the same code was called faster or slower.
    pub false_alarms: Rate,
    /// How often more work was called slower.
    pub found: Vec<Found>,
}

/// How often so much more work was called slower.
#[derive(Debug, Serialize)]
pub struct Found {
    /// How much more, in percent.
    pub percent: f64,
    /// How often it was called slower.
    pub slower: Rate,
    /// How often it was called faster.
    pub faster: Rate,
}

impl Noise {
    /// In one sentence.
    pub fn in_words(&self) -> String {
        let rate = self.false_alarms.in_words("pairs");
        format!("the same code was called faster or slower in {rate}, with 95 % confidence")
    }
}

/// Counts what a run over [`groups`] said.
pub fn noise(results: &Results) -> Noise {
    let sizes: Vec<SizeNoise> = SIZES.iter().filter_map(|n| size(results, *n)).collect();
    let sum = |count: fn(&Rate) -> u64| sizes.iter().map(|size| count(&size.false_alarms)).sum();
    Noise { false_alarms: Rate::new(sum(|rate| rate.count), sum(|rate| rate.of)), sizes }
}

fn size(results: &Results, n: usize) -> Option<SizeNoise> {
    let cells =
        || results.groups.iter().flat_map(|group| &group.cells).filter(move |cell| cell.n == n);
    let rows: Vec<&Row> = cells().flat_map(|cell| &cell.rows).collect();
    let seconds = rows.iter().find(|row| row.ratio.is_none())?.median_seconds;
    let rate = |is_wanted: &dyn Fn(&str) -> bool, is: &[Standing]| {
        let ratios = rows.iter().filter(|row| is_wanted(&row.variant)).filter_map(|row| row.ratio);
        let all: Vec<Standing> = ratios.map(|ratio| ratio.standing).collect();
        let count = all.iter().filter(|standing| is.contains(standing)).count();
        Rate::new(count as u64, all.len() as u64)
    };
    let found = |more: usize| Found {
        percent: more as f64 / 10.0,
        slower: rate(&|variant| variant == name(more), &[Standing::Slower]),
        faster: rate(&|variant| variant == name(more), &[Standing::Faster]),
    };
    Some(SizeNoise {
        n,
        seconds,
        noise: cells().filter_map(|cell| cell.noise).fold(0.0, f64::max),
        false_alarms: rate(
            &|variant| variant.starts_with("same"),
            &[Standing::Faster, Standing::Slower],
        ),
        found: MORE.into_iter().map(found).collect(),
    })
}
