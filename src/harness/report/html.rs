//! Markup that is well-formed by construction: tags close where their closure ends, and text is
//! escaped.

/// A piece of a page.
#[derive(Debug, Default)]
pub(super) struct Html {
    markup: String,
}

impl Html {
    /// An element with a class (or none: ""), and what is inside.
    pub(super) fn tag(&mut self, name: &str, class: &str, inside: impl FnOnce(&mut Html)) {
        let attributes: &[(&str, &str)] = if class.is_empty() { &[] } else { &[("class", class)] };
        self.element(name, attributes, inside);
    }

    /// An element with any attributes.
    pub(super) fn element(
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
    }

    /// An element with nothing but text in it.
    pub(super) fn put(&mut self, name: &str, class: &str, text: impl AsRef<str>) {
        self.tag(name, class, |inside| inside.text(text));
    }

    /// Text.
    pub(super) fn text(&mut self, text: impl AsRef<str>) {
        self.markup.push_str(&escape(text.as_ref()));
    }

    /// Markup made elsewhere: a plot, a style sheet.
    pub(super) fn raw(&mut self, markup: &str) {
        self.markup.push_str(markup);
    }

    /// A table: the header's cells, and a closure that adds rows.
    pub(super) fn table(
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
    pub(super) fn row_name(&mut self, name: impl AsRef<str>) {
        self.element("th", &[("scope", "row")], |th| th.text(name));
    }

    /// A list of sentences.
    pub(super) fn list(&mut self, class: &str, items: impl IntoIterator<Item = impl AsRef<str>>) {
        self.tag("ul", class, |list| {
            for item in items {
                list.put("li", "", item);
            }
        });
    }

    /// The finished markup.
    pub(super) fn finish(self) -> String {
        self.markup
    }
}

/// Text that means itself between tags and inside a quoted attribute.
pub(in crate::harness) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
