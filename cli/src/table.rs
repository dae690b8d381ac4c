//! Tables for the terminal.

use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle,
};

/// One rule, below the names of the columns.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// An empty table with these columns.
pub fn new(columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(columns);
    table
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
pub fn wrap(mut table: Table, columns: Option<u16>) -> String {
    if let Some(columns) = columns {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
    }
    table.trim_fmt()
}

/// The table as text no wider than the terminal, for numbers: columns go from the right, and a
/// line says which, so that nothing is missing unsaid.
pub fn narrow(mut table: Table, columns: Option<u16>) -> String {
    let width = |table: &Table| table.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let room = columns.map_or(usize::MAX, usize::from);
    let names: Vec<String> = table
        .header()
        .into_iter()
        .flat_map(|row| row.cell_iter())
        .map(|cell| cell.content())
        .collect();
    let mut shown = names.len();
    while width(&table) > room && shown > 2 {
        shown -= 1;
        if let Some(column) = table.column_mut(shown) {
            column.set_constraint(ColumnConstraint::Hidden);
        }
    }
    let text = table.trim_fmt();
    match &names[shown..] {
        [] => text,
        hidden => format!("{text}\n(too narrow for: {})", hidden.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_terminal_loses_columns_from_the_right_and_says_so() {
        let mut table = new(&["kernel", "body", "seconds", "note"]);
        table.add_row(["dot", "c", "1.5", "a remark of some length"]);
        assert!(narrow(table.clone(), None).contains("remark"));
        let text = narrow(table, Some(30));
        assert!(!text.contains("remark") && text.ends_with("(too narrow for: note)"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 30), "{text}");
    }
}
