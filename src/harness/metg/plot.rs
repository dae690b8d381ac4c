//! The curves as an SVG file.

use super::{Curve, Metg, Reached};
use abreast_compare::format::{seconds, tick};
use abreast_compare::plot::{Axis, Canvas, Failure, around, decades};
use plotters::element::DashedPathElement;
use plotters::prelude::*;

const SIZE: (u32, u32) = (900, 520);
/// Okabe and Ito's colours, which the colour-blind can tell apart too.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x00, 0x00, 0x00),
];
const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);

/// Efficiency against the size of a task, one line for each executor, as a file of its own.
pub fn svg(metg: &Metg) -> String {
    let mut markup = String::new();
    let canvas = SVGBackend::with_string(&mut markup, SIZE).into_drawing_area();
    // On a string there is nothing that could fail but the drawing itself.
    let drawn = paint(&canvas, metg).and_then(|()| canvas.present());
    drop(canvas);
    if let Err(why) = drawn {
        markup = format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><desc>{why}</desc></svg>\n");
    }
    markup.replacen('>', ">\n<title>abreast: efficiency against task size</title>", 1)
}

fn paint(canvas: &Canvas<'_>, metg: &Metg) -> Result<(), Failure> {
    canvas.fill(&WHITE)?;
    let points = || metg.curves.iter().flat_map(|curve| &curve.points);
    let sizes = around(points().map(|point| point.task_ns), 1.5).unwrap_or(1.0..10.0);
    let shares = around(points().map(|point| point.efficiency), 1.2).unwrap_or(0.1..1.0);
    let shares = shares.start.min(0.4)..shares.end.max(1.3);
    let x =
        Axis { ticks: decades(&sizes, |ns| seconds(ns * 1e-9)), range: sizes.clone(), log: true };
    let y = Axis {
        ticks: decades(&shares, |share| format!("{} %", tick(100.0 * share))),
        range: shares.clone(),
        log: true,
    };
    let mut chart = ChartBuilder::on(canvas)
        .caption("Efficiency against task size", ("sans-serif", 18))
        .margin(14)
        .x_label_area_size(46)
        .y_label_area_size(64)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .x_labels(99)
        .y_labels(99)
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .x_desc("time of one task")
        .y_desc("efficiency")
        .label_style(("sans-serif", 14))
        .draw()?;
    let half = [(sizes.start, 0.5), (sizes.end, 0.5)];
    chart.plotting_area().draw(&DashedPathElement::new(half, 5, 4, BLACK.stroke_width(1)))?;
    for (curve, colour) in metg.curves.iter().zip(COLOURS.iter().cycle()) {
        let points = curve.points.iter().map(|point| (point.task_ns, point.efficiency));
        chart
            .draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?
            .label(label(curve))
            .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        chart.draw_series(points.map(|point| Circle::new(point, 3, colour.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE)
        .border_style(GRID)
        .label_font(("sans-serif", 14))
        .draw()
}

fn label(curve: &Curve) -> String {
    let metg = curve.metg_ns.map(|ns| seconds(ns * 1e-9)).unwrap_or_default();
    match curve.reached {
        Reached::Between => format!("{}, METG(50 %) {metg}", curve.executor),
        Reached::Everywhere => format!("{}, METG(50 %) at most {metg}", curve.executor),
        Reached::Never => format!("{}, never half", curve.executor),
    }
}
