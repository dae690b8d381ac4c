//! The curves as an SVG file.

use super::{Curve, Metg, Reached};
use crate::harness::picture::{Picture, Point, Side};
use abreast_compare::format::{seconds, tick};

/// Efficiency against the size of a task, one line for each executor, as a file of its own.
pub fn svg(metg: &Metg) -> String {
    let points = || metg.curves.iter().flat_map(|curve| &curve.points);
    let sizes = || points().map(|point| point.task_ns);
    let shares = points().map(|point| point.efficiency).chain([0.4, 1.1]);
    let x = Side::log("time of one task", sizes(), |ns| seconds(ns * 1e-9));
    let y = Side::log("efficiency", shares, |share| format!("{} %", tick(100.0 * share)));
    let (least, most) = (sizes().fold(f64::MAX, f64::min), sizes().fold(0.0, f64::max));
    let empty = Picture::new("abreast: efficiency against task size", x, y);
    let picture = metg.curves.iter().fold(empty, |picture, curve| {
        let points = curve.points.iter().map(|point| Point::of(point.task_ns, point.efficiency));
        picture.line(&label(curve), points)
    });
    picture.dashed("half", [(least, 0.5), (most, 0.5)]).svg()
}

fn label(curve: &Curve) -> String {
    let metg = curve.metg_ns.map(|ns| seconds(ns * 1e-9)).unwrap_or_default();
    match curve.reached {
        Reached::Between => format!("{}, METG(50 %) {metg}", curve.executor),
        Reached::Everywhere => format!("{}, METG(50 %) at most {metg}", curve.executor),
        Reached::Never => format!("{}, never half", curve.executor),
    }
}
