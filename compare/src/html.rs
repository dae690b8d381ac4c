//! Markup that is well-formed by construction: tags close where their closure ends, and text is
//! escaped.

/// A piece of a page.
#[derive(Debug, Default)]
pub struct Html {
    markup: String,
}

impl Html {
    /// An element with a class (or none: ""), and what is inside.
    pub fn tag(&mut self, name: &str, class: &str, inside: impl FnOnce(&mut Html)) {
        let attributes: &[(&str, &str)] = if class.is_empty() { &[] } else { &[("class", class)] };
        self.element(name, attributes, inside);
    }

    /// An element with any attributes.
    pub fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inside: impl FnOnce(&mut Html),
    ) {
        self.markup.push('<');
        self.markup.push_str(name);
        for (key, value) in attributes {
            self.markup.push_str(&format!(" {key}=\"{}\"", escape(value)));
        }
        self.markup.push('>');
        inside(self);
        self.markup.push_str(&format!("</{name}>\n"));
    }

    /// An element with nothing but text in it.
    pub fn put(&mut self, name: &str, class: &str, text: impl AsRef<str>) {
        self.tag(name, class, |inside| inside.text(text));
    }

    /// Text.
    pub fn text(&mut self, text: impl AsRef<str>) {
        self.markup.push_str(&escape(text.as_ref()));
    }

    /// Markup made elsewhere: a plot, a style sheet.
    pub fn raw(&mut self, markup: &str) {
        self.markup.push_str(markup);
    }

    /// A list of sentences; nothing, if there is none.
    pub fn list(&mut self, class: &str, items: impl IntoIterator<Item = impl AsRef<str>>) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return;
        }
        self.tag("ul", class, |list| {
            for item in items {
                list.put("li", "", item);
            }
        });
    }

    /// The finished markup.
    pub fn finish(self) -> String {
        self.markup
    }
}

/// Text that means itself between tags and inside a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Neither HTML nor SVG has room for other control characters.
            c if c.is_control() && c != '\n' && c != '\t' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut html = Html::default();
        html.element("p", &[("title", "\"'")], |p| p.text("<script>&\u{1}"));
        assert_eq!(html.finish(), "<p title=\"&quot;&#39;\">&lt;script&gt;&amp;\u{fffd}</p>\n");
    }
}
