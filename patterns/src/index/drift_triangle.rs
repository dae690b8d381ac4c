use super::{Chapter, Cost, Proof, Row};

pub static ROW: Row = Row {
    number: 28,
    name: "drift_triangle",
    title: "Drift triangle",
    chapter: Chapter::Build,
    goes_wrong: "the header changes, the declarations do not, and the linker is content",
    tests: &["three_declarations_call_one_function", "bad_input_is_named"],
    proofs: &[Proof::File("tests/drift.rs"), Proof::Counterexample("declared_with_another_result")],
    cost: Cost::Nothing("all of it is asked before the program runs"),
};
