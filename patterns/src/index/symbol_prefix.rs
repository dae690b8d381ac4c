use super::{Chapter, Cost, Proof, Row};

pub static ROW: Row = Row {
    number: 32,
    name: "symbol_prefix",
    title: "Symbol prefix",
    chapter: Chapter::Build,
    goes_wrong: "two archives define one name, and the linker silently takes the first",
    tests: &["each_copy_calls_itself"],
    proofs: &[Proof::File("tests/symbols.rs")],
    cost: Cost::Nothing("a name has no length at run time"),
};
