//! Reading short texts that people type, and saying where one goes wrong.

use std::fmt;

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// What was read: `--sig`.
    option: String,
    text: String,
    /// In characters.
    at: usize,
    what: String,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Misread { option, text, at, what } = self;
        write!(f, "{option}: {what}\n  {text}\n  {:at$}^", "")
    }
}

impl std::error::Error for Misread {}

/// A text, and how far it has been read.
#[derive(Clone, Copy)]
pub struct Scan<'t> {
    option: &'t str,
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    pub fn new(option: &'t str, text: &'t str) -> Scan<'t> {
        Scan { option, text, at: 0 }
    }

    pub fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Where the next thing begins.
    pub fn here(&mut self) -> usize {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.at
    }

    /// The next character that is no space.
    pub fn peek(&mut self) -> Option<char> {
        self.here();
        self.rest().chars().next()
    }

    /// Goes beyond `token` if it comes next.
    pub fn take(&mut self, token: &str) -> bool {
        self.here();
        let comes = self.rest().starts_with(token);
        self.at += if comes { token.len() } else { 0 };
        comes
    }

    /// `token` must come next, after what was said before it.
    pub fn need(&mut self, token: &str, after: &str) -> Result<(), Misread> {
        match self.take(token) {
            true => Ok(()),
            false => Err(self.wrong(format!("{token} was expected after {after}"))),
        }
    }

    /// The letters, digits and underscores that come next; none if there are none.
    pub fn word(&mut self) -> &'t str {
        self.here();
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// What stands before the bracket that closes the one just taken, and goes beyond it. None, and nothing is
    /// read, if it is not closed.
    pub fn until_closed(&mut self, open: char, close: char) -> Option<&'t str> {
        let (rest, mut depth) = (self.rest(), 1);
        let end = rest.char_indices().find(|(_, c)| {
            depth += usize::from(*c == open);
            depth -= usize::from(*c == close);
            depth == 0
        });
        let (end, _) = end?;
        self.at += end + close.len_utf8();
        Some(&rest[..end])
    }

    /// Whether everything has been read.
    pub fn is_done(&mut self) -> bool {
        self.peek().is_none()
    }

    /// What is wrong with the next thing.
    pub fn wrong(&mut self, what: impl Into<String>) -> Misread {
        let at = self.here();
        self.wrong_at(at, what)
    }

    /// What is wrong with the thing that begins there.
    pub fn wrong_at(&self, at: usize, what: impl Into<String>) -> Misread {
        Misread {
            option: self.option.to_owned(),
            text: self.text.to_owned(),
            at: self.text[..at].chars().count(),
            what: what.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_below_the_place_whatever_the_letters_before_it() {
        let mut scan = Scan::new("--sig", "é(n  x)");
        assert_eq!(scan.word(), "é");
        assert!(scan.take("(") && !scan.take(")"));
        assert_eq!(scan.word(), "n");
        let why = scan.need(",", "a parameter").expect_err("x comes next").to_string();
        assert_eq!(why, "--sig: , was expected after a parameter\n  é(n  x)\n       ^");
        assert_eq!(scan.peek(), Some('x'));
    }

    #[test]
    fn brackets_end_where_they_are_closed() {
        let mut scan = Scan::new("--for", "(a (b) c) d (e");
        assert!(scan.take("("));
        assert_eq!(scan.until_closed('(', ')'), Some("a (b) c"));
        assert_eq!(scan.word(), "d");
        assert!(scan.take("("));
        assert_eq!((scan.until_closed('(', ')'), scan.rest()), (None, "e"));
    }
}
