//! The lines of every plot: a colour and a shape each, the same throughout the page.

use super::html::Html;
use abreast_compare::plot::{Ink, glyph};

/// A variant, or the baseline at the lowest level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Series {
    /// By name, and which of all the page's variants it is.
    Variant(&'static str, usize),
    /// The baseline at the lowest level.
    Lowest,
}

impl Series {
    pub(super) fn name(self) -> &'static str {
        match self {
            Series::Variant(name, _) => name,
            Series::Lowest => "baseline at the lowest level",
        }
    }

    /// Its colour and its shape.
    pub(super) fn ink(self) -> Ink {
        match self {
            Series::Variant(_, index) => Ink::Series(index),
            Series::Lowest => Ink::Reference,
        }
    }

    /// The class that gives a bar its colour.
    pub(super) fn hue(self) -> String {
        format!("h{}", self.ink().index())
    }

    /// Shape and name.
    pub(super) fn label(self, html: &mut Html) {
        html.tag("span", "key", |key| {
            key.raw(&glyph(self.ink()));
            key.text(self.name());
        });
    }
}

/// The legend of a plot.
pub(super) fn legend(html: &mut Html, of: impl IntoIterator<Item = Series>) {
    html.tag("p", "legend", |legend| of.into_iter().for_each(|series| series.label(legend)));
}
