//! Tables for the terminal.

use crate::console::Screen;
use abreast_compare::ratio::Standing;
use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, LineStyle, Table,
    TableStyle,
};

/// One rule, below the names of the columns.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// An empty table with these columns.
pub fn new(columns: &[&str]) -> Table {
    let mut table = Table::new();
    let names = columns.iter().map(|name| Cell::new(name).add_attribute(Attribute::Bold));
    table.force_no_tty().load_style(STYLE).set_header(names);
    // Two spaces between columns, so that more of them fit.
    for column in table.column_iter_mut() {
        column.set_padding((1, 0));
    }
    table
}

/// A cell with a ratio, in the colour of what may be said of it.
pub fn ratio(text: String, standing: Standing) -> Cell {
    let cell = Cell::new(text);
    match standing {
        Standing::Faster => cell.fg(Color::DarkGreen),
        Standing::Slower => cell.fg(Color::DarkRed),
        Standing::Impossible => cell.fg(Color::DarkRed).add_attribute(Attribute::Bold),
        Standing::Same | Standing::Layout | Standing::Unknown => cell.add_attribute(Attribute::Dim),
    }
}

/// Aligns these columns to the right.
pub fn numbers(table: &mut Table, columns: std::ops::Range<usize>) {
    for index in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// The table as text no wider than the terminal, for words: long cells wrap.
pub fn wrap(mut table: Table, screen: Screen) -> String {
    if let Some(columns) = screen.columns {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
    }
    text(table, screen)
}

/// The table as text no wider than the terminal, for numbers: columns go from the right.
pub fn narrow(table: Table, screen: Screen) -> String {
    narrow_without(table, screen, &[])
}

/// The table as text no wider than the terminal: the columns `first` go first, in this order, then
/// others from the right. A line says which, so that nothing is missing unsaid.
pub fn narrow_without(mut table: Table, screen: Screen, first: &[&str]) -> String {
    let names: Vec<String> = table
        .header()
        .into_iter()
        .flat_map(|row| row.cell_iter())
        .map(|cell| cell.content())
        .collect();
    let place = |name: &&str| names.iter().position(|other| other == name);
    let first: Vec<usize> = first.iter().filter_map(place).collect();
    let rest = (2..names.len()).rev().filter(|place| !first.contains(place));
    let mut order = first.iter().copied().chain(rest);
    let room = screen.columns.map_or(usize::MAX, usize::from);
    let mut hidden = Vec::new();
    while width(&table) > room {
        let Some(next) = order.next() else { break };
        hidden.push(next);
        if let Some(column) = table.column_mut(next) {
            column.set_constraint(ColumnConstraint::Hidden);
        }
    }
    hidden.sort_unstable();
    let hidden: Vec<&str> = hidden.into_iter().map(|place| &names[place][..]).collect();
    match &hidden[..] {
        [] => text(table, screen),
        hidden => format!("{}\n(too narrow for: {})", text(table, screen), hidden.join(", ")),
    }
}

fn width(table: &Table) -> usize {
    table.lines().map(|line| line.trim_end().chars().count()).max().unwrap_or(0)
}

fn text(mut table: Table, screen: Screen) -> String {
    if screen.paint.0 {
        table.enforce_styling();
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use abreast_compare::paint::Paint;

    #[test]
    fn a_narrow_terminal_loses_columns_from_the_right_and_says_so() {
        let mut table = new(&["kernel", "body", "seconds", "note"]);
        table.add_row(["dot", "c", "1.5", "a remark of some length"]);
        let screen = |columns| Screen { columns, ..Screen::default() };
        assert!(narrow(table.clone(), screen(None)).contains("remark"));
        let text = narrow(table.clone(), screen(Some(30)));
        assert!(!text.contains("remark") && text.ends_with("(too narrow for: note)"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 30), "{text}");
    }
    #[test]
    fn columns_that_matter_less_go_first() {
        let mut table = new(&["kernel", "level", "c", "rust"]);
        table.add_row(["conditional", "v4", "1.25 ms", "1.10x"]);
        let screen = Screen { columns: Some(34), paint: Paint(false) };
        let text = narrow_without(table, screen, &["level"]);
        assert!(text.contains("1.10x") && text.ends_with("(too narrow for: level)"), "{text}");
    }

    #[test]
    fn colours_move_nothing_and_are_not_counted() {
        let mut table = new(&["kernel", "rust"]);
        table.add_row([Cell::new("dot"), ratio("1.10x".to_owned(), Standing::Faster)]);
        let with = |paint| narrow(table.clone(), Screen { columns: Some(16), paint: Paint(paint) });
        let (plain, painted) = (with(false), with(true));
        assert!(!plain.contains('\u{1b}') && painted.contains('\u{1b}'), "{painted}");
        assert!(!painted.contains("too narrow"), "{painted}");
    }
}
