//! The lines of every plot: a colour and a shape each, the same throughout the page.

use super::html::Html;
use super::plot::{Failure, Ink, Panel};
use plotters::prelude::*;

/// A variant, or the baseline at the lowest level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Series {
    /// By name, and which of all the page's variants it is.
    Variant(&'static str, usize),
    /// The baseline at the lowest level.
    Lowest,
}

/// Colours in the style sheet for variants; more variants than that use them again, with other shapes.
const COLOURS: usize = 5;

impl Series {
    pub(super) fn name(self) -> &'static str {
        match self {
            Series::Variant(name, _) => name,
            Series::Lowest => "baseline at the lowest level",
        }
    }

    /// Which of the colours it has.
    pub(super) fn colour(self) -> usize {
        match self {
            Series::Variant(_, index) => index % COLOURS,
            Series::Lowest => COLOURS,
        }
    }

    /// The class that gives a bar its colour.
    pub(super) fn hue(self) -> String {
        format!("h{}", Ink::Series(self).index())
    }

    fn shape(self) -> Shape {
        const SHAPES: [Shape; 6] =
            [Shape::Disc, Shape::Square, Shape::Triangle, Shape::Diamond, Shape::Ring, Shape::Plus];
        match self {
            Series::Variant(_, index) => SHAPES[index % SHAPES.len()],
            Series::Lowest => Shape::Cross,
        }
    }

    /// Draws the shape with its centre at a point of the panel.
    pub(super) fn mark(self, panel: &Panel<'_, '_>, at: (f64, f64)) -> Result<(), Failure> {
        let color = Ink::Series(self).color();
        let (full, line) = (color.filled(), color.stroke_width(2));
        let here = || EmptyElement::at(at);
        let area = panel.plotting_area();
        match self.shape() {
            Shape::Disc => area.draw(&Circle::new(at, 4, full)),
            Shape::Ring => area.draw(&Circle::new(at, 6, line)),
            Shape::Square => area.draw(&(here() + Rectangle::new([(-5, -5), (5, 5)], full))),
            Shape::Triangle => area.draw(&TriangleMarker::new(at, 7, full)),
            Shape::Diamond => {
                area.draw(&(here() + Polygon::new(vec![(0, -8), (8, 0), (0, 8), (-8, 0)], full)))
            }
            Shape::Plus => {
                let bar = |from, to| PathElement::new([from, to], line);
                area.draw(&(here() + bar((-6, 0), (6, 0)) + bar((0, -6), (0, 6))))
            }
            Shape::Cross => area.draw(&Cross::new(at, 5, line)),
        }
    }

    /// The same shape for a legend, in a box of 16 by 16.
    fn glyph(self) -> String {
        let i = Ink::Series(self).index();
        let shape = match self.shape() {
            Shape::Disc => format!(r#"<circle class="f{i}" cx="8" cy="8" r="4"/>"#),
            Shape::Ring => format!(r#"<circle class="k{i}" cx="8" cy="8" r="6" fill="none"/>"#),
            Shape::Square => {
                format!(r#"<rect class="f{i}" x="3.5" y="3.5" width="9" height="9"/>"#)
            }
            Shape::Triangle => format!(r#"<polygon class="f{i}" points="8,2 14,13 2,13"/>"#),
            Shape::Diamond => format!(r#"<polygon class="f{i}" points="8,1 15,8 8,15 1,8"/>"#),
            Shape::Plus => format!(r#"<path class="k{i}" d="M8 2V14M2 8H14"/>"#),
            Shape::Cross => format!(r#"<path class="k{i}" d="M3 3L13 13M13 3L3 13"/>"#),
        };
        format!(
            r#"<svg class="glyph" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">{shape}</svg>"#
        )
    }

    /// Shape and name.
    pub(super) fn label(self, html: &mut Html) {
        html.tag("span", "key", |key| {
            key.raw(&self.glyph());
            key.text(self.name());
        });
    }
}

/// What stands at a point.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Disc,
    Ring,
    Square,
    Triangle,
    Diamond,
    Plus,
    Cross,
}

/// The legend of a plot.
pub(super) fn legend(html: &mut Html, of: impl IntoIterator<Item = Series>) {
    html.tag("p", "legend", |legend| of.into_iter().for_each(|series| series.label(legend)));
}
