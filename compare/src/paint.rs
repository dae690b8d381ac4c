//! Colours, where somebody looks at a terminal that has them.

use crate::ratio::Standing;
use anstyle::{AnsiColor, Style};

/// Whether colours are wanted: what `--color` takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Color {
    /// On a terminal that has them, unless `NO_COLOR` is set.
    #[default]
    Auto,
    Always,
    Never,
}

impl Color {
    /// By its name.
    pub fn named(name: &str) -> Option<Color> {
        match name {
            "auto" => Some(Color::Auto),
            "always" => Some(Color::Always),
            "never" => Some(Color::Never),
            _ => None,
        }
    }

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Color::Auto => "auto",
            Color::Always => "always",
            Color::Never => "never",
        }
    }

    /// What that means for a stream that is a terminal or is none.
    pub fn on(self, is_terminal: bool) -> Paint {
        let has_colors = || !anstyle_query::no_color() && anstyle_query::term_supports_color();
        Paint(match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && has_colors(),
        })
    }
}

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paint(pub bool);

impl Paint {
    /// The names of columns, and of what comes next.
    pub fn head(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// What disagrees or failed.
    pub fn wrong(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    /// What is there for completeness.
    pub fn weak(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// A ratio, by what may be said of it. The mark beside it says the same without colours.
    pub fn ratio(self, standing: Standing, text: &str) -> String {
        match standing {
            Standing::Faster => self.with(AnsiColor::Green.on_default(), text),
            Standing::Slower => self.with(AnsiColor::Red.on_default(), text),
            Standing::Impossible => self.wrong(text),
            Standing::Same | Standing::Layout | Standing::Unknown => self.weak(text),
        }
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.0 { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_there_when_they_are_asked_for_and_only_then() {
        let painted = Color::Always.on(false).ratio(Standing::Slower, "0.50x");
        assert_eq!(painted, "\u{1b}[31m0.50x\u{1b}[0m");
        assert_eq!(Color::Never.on(true).ratio(Standing::Slower, "0.50x"), "0.50x");
        assert_eq!(Color::Never.on(true).wrong("a"), "a");
        assert_eq!(Color::Auto.on(false), Paint(false));
    }
}
