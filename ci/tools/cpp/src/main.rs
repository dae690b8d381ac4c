//! Nothing: building this builds what the tool itself needs.

fn main() {}
