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
        self.markup.push_str(&format!("</{name}>"));
        // Within a line a space would be seen.
        if !["a", "code", "span", "strong"].contains(&name) {
            self.markup.push('\n');
        }
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

    /// A table: the header's cells, and a closure that adds rows.
    pub fn table(
        &mut self,
        class: &str,
        caption: &str,
        header: &[&str],
        rows: impl FnOnce(&mut Html),
    ) {
        self.tag("table", class, |table| {
            table.put("caption", "", caption);
            table.tag("thead", "", |head| {
                head.tag("tr", "", |row| {
                    for cell in header {
                        row.element("th", &[("scope", "col")], |th| th.text(cell));
                    }
                });
            });
            table.tag("tbody", "", rows);
        });
    }

    /// A row's own header.
    pub fn row_name(&mut self, name: impl AsRef<str>) {
        self.element("th", &[("scope", "row")], |th| th.text(name));
    }

    /// What may be wider than the page: it scrolls by itself, by keyboard too.
    pub fn wide(&mut self, label: &str, inside: impl FnOnce(&mut Html)) {
        let attributes =
            [("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", label)];
        self.element("div", &attributes, inside);
    }

    /// Something to unfold: its title, and what is inside.
    pub fn fold(&mut self, title: &str, inside: impl FnOnce(&mut Html)) {
        self.tag("details", "", |details| {
            details.put("summary", "", title);
            inside(details);
        });
    }

    /// Names and values; those without a value are left out.
    pub fn facts<'f>(&mut self, facts: impl IntoIterator<Item = (&'f str, Option<String>)>) {
        self.tag("dl", "", |list| {
            for (name, value) in facts {
                if let Some(value) = value {
                    list.put("dt", "", name);
                    list.put("dd", "", value);
                }
            }
        });
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

/// What sorts and copies the tables of a page.
pub const SCRIPT: &str = include_str!("html/page.js");

/// A page that needs nothing else: a script in it sorts and copies tables. It begins with `begins`, which opens the head and says who wrote it.
pub fn page(begins: &str, title: &str, styles: &[&str], main: impl FnOnce(&mut Html)) -> String {
    let mut html = Html::default();
    html.raw(begins);
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    html.raw("<meta name=\"color-scheme\" content=\"light dark\">");
    html.put("title", "", title);
    styles.iter().for_each(|style| html.tag("style", "", |tag| tag.raw(style)));
    html.raw("</head>");
    html.tag("body", "", |body| {
        body.tag("main", "", main);
        body.tag("script", "", |script| script.raw(SCRIPT));
    });
    html.raw("</html>\n");
    html.finish()
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
