//! The roofline as a picture: what a core can do at each ratio of arithmetic to memory, and where kernels are.

use super::{Bandwidth, Peak, Roofline, nearest};
use crate::harness::model::{Comparison, KernelRows};
use crate::harness::picture::{Picture, Point, Side};
use abreast_compare::format::{bytes, tick};

/// GFLOP/s against operations per byte, on one thread at the best level that was measured: the limits dashed, and
/// each kernel's default variant at the size where it comes nearest to one. A kernel without operands has no place in it.
/// None where no limit was measured.
pub fn picture(comparison: &Comparison) -> Option<Picture> {
    let level = comparison.roofline.peaks.last()?.level;
    let roofs = roofs(&comparison.roofline, level);
    let places = comparison.kernels.iter().filter_map(|table| place(table, level));
    let places: Vec<(&str, f64, f64)> = places.collect();
    let corners = roofs.iter().flat_map(|(_, line)| line.iter().copied());
    let ends = corners.chain(places.iter().map(|(_, x, y)| (*x, *y)));
    let (xs, ys): (Vec<f64>, Vec<f64>) = ends.unzip();
    let x = Side::log("operations per byte", xs.into_iter(), tick);
    let y = Side::log("GFLOP/s", ys.into_iter(), tick);
    let picture = Picture::new("abreast: what one core can do, and what kernels do", x, y);
    let picture = roofs.into_iter().fold(picture, |all, (name, line)| all.dashed(&name, line));
    Some(places.iter().fold(picture, |all, (name, x, y)| all.line(name, [Point::of(*x, *y)])))
}

/// Where the kernel stands: its name, operations per byte, GFLOP/s.
fn place<'t>(table: &'t KernelRows, level: &str) -> Option<(&'t str, f64, f64)> {
    let row = nearest(table, table.default, level)?;
    let intensity = row.flops as f64 / (row.read + row.written) as f64;
    Some((table.kernel, intensity, row.gflops?)).filter(|(_, intensity, _)| intensity.is_finite())
}

/// A line for the nearest and the farthest memory up to the highest peak, and one for each arithmetic.
fn roofs(limits: &Roofline, level: &str) -> Vec<Roof> {
    let here = best_peaks(limits, level);
    let highest = here.iter().map(|peak| peak.gflops).fold(0.0, f64::max);
    let loads = limits.loads.iter().filter(|load| load.level == level && load.threads == 1);
    let loads: Vec<&Bandwidth> = loads.collect();
    let ends = loads.first().into_iter().chain(loads.last().filter(|_| loads.len() > 1));
    let slope = |load: &&Bandwidth| {
        let name = format!("loads of {}, {} GB/s", bytes(load.bytes), tick(load.gb_per_second));
        let from = MIN_INTENSITY;
        (name, vec![(from, from * load.gb_per_second), (highest / load.gb_per_second, highest)])
    };
    let flat = |peak: &&Peak| {
        let name = format!("{}, {} GFLOP/s", peak.name(), tick(peak.gflops));
        (name, vec![(MIN_INTENSITY, peak.gflops), (MAX_INTENSITY, peak.gflops)])
    };
    ends.map(slope).chain(here.iter().map(flat)).collect()
}

/// A line and its name.
type Roof = (String, Vec<(f64, f64)>);

/// The peaks of one thread at the level, of each arithmetic the higher one.
fn best_peaks<'r>(limits: &'r Roofline, level: &str) -> Vec<&'r Peak> {
    let mut best: Vec<&Peak> = Vec::new();
    for peak in limits.peaks.iter().filter(|peak| peak.level == level && peak.threads == 1) {
        match best.iter_mut().find(|known| known.arithmetic == peak.arithmetic) {
            Some(known) if known.gflops < peak.gflops => *known = peak,
            Some(_) => {}
            None => best.push(peak),
        }
    }
    best
}

/// Operations per byte at the ends of the picture.
const MIN_INTENSITY: f64 = 1.0 / 32.0;
const MAX_INTENSITY: f64 = 256.0;
