use super::{Chapter, Cost, Proof, Row};

pub static ROW: Row = Row {
    number: 48,
    name: "linked_library",
    title: "Installed libraries",
    chapter: Chapter::Build,
    goes_wrong: "what is linked is whatever was installed, or a second copy of it",
    tests: &[
        "versions_that_lack_something_are_refused",
        "the_declarations_are_those_of_the_sources",
        "windows_are_made_as_asked_from_several_threads",
    ],
    proofs: &[Proof::File("tests/linked.rs"), Proof::Counterexample("linked_twice")],
    cost: Cost::Nothing("where a library comes from is decided before the program runs"),
};
