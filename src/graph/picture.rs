//! A graph as a picture: for Graphviz, for Markdown, for a browser.

use super::Graph;
use std::fmt::Write;

/// A node's box in the SVG, and the space around it, in pixels.
const BOX: (usize, usize) = (120, 32);
const PITCH: (usize, usize) = (144, 72);
const MARGIN: usize = 16;
/// Letters that fit into a box.
const LETTERS: usize = 16;
/// The end of an edge.
const ARROW: &str = "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" \
                     markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
                     <polygon points=\"0,0.5 8,4 0,7.5\" fill=\"#666\"/></marker></defs>\n";

impl Graph<'_> {
    /// The graph in the language of Graphviz: `dot -Tsvg`.
    ///
    /// ```
    /// # use abreast::graph::Graph;
    /// let graph = Graph::new();
    /// let one = graph.task("one", (), |()| 1);
    /// graph.task("add", (one, one), |(a, b)| a + b);
    /// let dot = "digraph {\n  n0 [label=\"one\"];\n  n1 [label=\"add\"];\n  n0 -> n1;\n  n0 -> n1;\n}\n";
    /// assert_eq!(graph.dot(), dot);
    /// ```
    pub fn dot(&self) -> String {
        let escaped = |name: &str| name.replace('\\', "\\\\").replace('"', "\\\"");
        let node = |i, name: &str| format!("  n{i} [label=\"{}\"];\n", escaped(name));
        self.drawn("digraph {\n", node, |from, to| format!("  n{from} -> n{to};\n")) + "}\n"
    }

    /// The graph in the language of Mermaid, which many Markdown viewers draw.
    pub fn mermaid(&self) -> String {
        // Mermaid has entities of its own: a number between # and ;.
        let escaped = |name: &str| {
            let letter = |c: char| match c {
                '"' | '#' | '<' | '>' | '&' | '\\' | '`' | '\n' => format!("#{};", u32::from(c)),
                other => other.to_string(),
            };
            name.chars().map(letter).collect::<String>()
        };
        let node = |i, name: &str| format!("  n{i}[\"{}\"]\n", escaped(name));
        self.drawn("flowchart TD\n", node, |from, to| format!("  n{from} --> n{to}\n"))
    }

    /// The nodes, then the edges.
    fn drawn(
        &self,
        head: &str,
        node: impl Fn(u32, &str) -> String,
        edge: impl Fn(u32, u32) -> String,
    ) -> String {
        let nodes = self.nodes.borrow();
        let all = 0..nodes.list.len() as u32;
        let mut text = head.to_owned();
        all.clone().for_each(|i| text += &node(i, &nodes.name(i)));
        for i in all {
            nodes.needs(i).iter().for_each(|need| text += &edge(*need, i));
        }
        text
    }

    /// The graph as an SVG picture: nodes of equal depth on one line, inputs above; arrows lead from a
    /// value to who needs it. A long name is
    /// cut short; the whole of it shows when the pointer rests on the node.
    pub fn svg(&self) -> String {
        let nodes = self.nodes.borrow();
        let places = self.places();
        let right = places.iter().map(|(x, _)| x + BOX.0).max().unwrap_or(0) + MARGIN;
        let bottom = places.iter().map(|(_, y)| y + BOX.1).max().unwrap_or(0) + MARGIN;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {right} {bottom}\" \
             width=\"{right}\" height=\"{bottom}\" font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{ARROW}\
             <g fill=\"none\" stroke=\"#666\" marker-end=\"url(#arrow)\">\n"
        );
        for (i, to) in places.iter().enumerate() {
            nodes
                .needs(i as u32)
                .iter()
                .for_each(|need| svg += &curve(places[*need as usize], *to));
        }
        svg += "</g>\n<g fill=\"#eef4fb\" stroke=\"#36c\">\n";
        let (wide, high) = BOX;
        for (x, y) in &places {
            let size = format!("width=\"{wide}\" height=\"{high}\" rx=\"6\"");
            writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" {size}/>").expect("text grows");
        }
        svg += "</g>\n<g fill=\"#222\" text-anchor=\"middle\">\n";
        for (i, (x, y)) in places.iter().enumerate() {
            let (name, x, y) = (nodes.name(i as u32), x + wide / 2, y + high / 2 + 4);
            let (whole, short) = (xml(&name), xml(&shortened(&name)));
            writeln!(svg, "<text x=\"{x}\" y=\"{y}\">{short}<title>{whole}</title></text>")
                .expect("text grows");
        }
        svg + "</g>\n</svg>\n"
    }

    /// The upper left corner of each node: lines by depth, centred.
    fn places(&self) -> Vec<(usize, usize)> {
        let depths = self.depths();
        let mut filled = vec![0; depths.iter().max().map_or(0, |deepest| deepest + 1)];
        depths.iter().for_each(|depth| filled[*depth] += 1);
        let widest = filled.iter().copied().max().unwrap_or(0);
        let mut next: Vec<usize> = filled.iter().map(|n| (widest - n) * PITCH.0 / 2).collect();
        let executor = |depth: &usize| {
            let x = next[*depth];
            next[*depth] += PITCH.0;
            (MARGIN + x, MARGIN + depth * PITCH.1)
        };
        depths.iter().map(executor).collect()
    }
}

/// An edge from the bottom of one box to the top of another. One that skips a line bends into the
/// gap beside the boxes there: three quarters of what its middle points are moved by.
fn curve(from: (usize, usize), to: (usize, usize)) -> String {
    let (x, y) = (from.0 + BOX.0 / 2, from.1 + BOX.1);
    let (to_x, to_y) = (to.0 + BOX.0 / 2, to.1);
    let half = (y + to_y) / 2;
    let aside = if to.1 - from.1 > PITCH.1 { PITCH.0 / 2 * 4 / 3 } else { 0 };
    let (out, back) = (x + aside, to_x + aside);
    format!("<path d=\"M{x} {y}C{out} {half} {back} {half} {to_x} {to_y}\"/>\n")
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    name.chars().take(LETTERS - 2).chain("..".chars()).collect()
}

fn xml(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // Other control characters are not allowed in XML at all.
    text.replace(|c: char| c.is_control(), " ")
}
