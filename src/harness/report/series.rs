//! The lines of every plot: a colour and a shape each, the same throughout the page.

use super::html::Html;
use super::plot::{Failure, Ink, Panel};
use crate::Body;
use plotters::prelude::*;

/// A body, or the yardstick "plain C".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Series {
    Body(Body),
    PlainC,
}

impl Series {
    pub(super) const ALL: [Series; 6] = [
        Series::Body(Body::C),
        Series::Body(Body::CByHand),
        Series::Body(Body::Cpp),
        Series::Body(Body::Rust),
        Series::Body(Body::Simd),
        Series::PlainC,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Series::Body(body) => body.name(),
            Series::PlainC => "plain C",
        }
    }

    /// The class that gives a bar its colour.
    pub(super) fn hue(self) -> String {
        format!("h{}", Ink::Series(self).index())
    }

    /// Draws the shape with its centre at a point of the panel.
    pub(super) fn mark(self, panel: &Panel<'_, '_>, at: (f64, f64)) -> Result<(), Failure> {
        let color = Ink::Series(self).color();
        let (full, line) = (color.filled(), color.stroke_width(2));
        let here = || EmptyElement::at(at);
        let area = panel.plotting_area();
        match self {
            Series::Body(Body::C) => area.draw(&Circle::new(at, 4, full)),
            Series::Body(Body::CByHand) => area.draw(&Circle::new(at, 7, line)),
            Series::Body(Body::Cpp) => {
                area.draw(&(here() + Rectangle::new([(-5, -5), (5, 5)], full)))
            }
            Series::Body(Body::Rust) => area.draw(&TriangleMarker::new(at, 7, full)),
            Series::Body(Body::Simd) => {
                area.draw(&(here() + Polygon::new(vec![(0, -8), (8, 0), (0, 8), (-8, 0)], full)))
            }
            Series::PlainC => area.draw(&Cross::new(at, 5, line)),
        }
    }

    /// The same shape for a legend, in a box of 16 by 16.
    fn glyph(self) -> String {
        let i = Ink::Series(self).index();
        let shape = match self {
            Series::Body(Body::C) => format!(r#"<circle class="f{i}" cx="8" cy="8" r="4"/>"#),
            Series::Body(Body::CByHand) => {
                format!(r#"<circle class="k{i}" cx="8" cy="8" r="6" fill="none"/>"#)
            }
            Series::Body(Body::Cpp) => {
                format!(r#"<rect class="f{i}" x="3.5" y="3.5" width="9" height="9"/>"#)
            }
            Series::Body(Body::Rust) => {
                format!(r#"<polygon class="f{i}" points="8,2 14,13 2,13"/>"#)
            }
            Series::Body(Body::Simd) => {
                format!(r#"<polygon class="f{i}" points="8,1 15,8 8,15 1,8"/>"#)
            }
            Series::PlainC => format!(r#"<path class="k{i}" d="M3 3L13 13M13 3L3 13"/>"#),
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

/// The legend of a plot.
pub(super) fn legend(html: &mut Html, of: impl IntoIterator<Item = Series>) {
    html.tag("p", "legend", |legend| of.into_iter().for_each(|series| series.label(legend)));
}
