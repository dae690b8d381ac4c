use super::{Chapter, Cost, Proof, Row};

pub static ROW: Row = Row {
    number: 3,
    name: "opaque_handle",
    title: "Opaque handle",
    chapter: Chapter::Layout,
    goes_wrong: "handles of two kinds are mixed up, or cross threads because nothing says that they must not",
    tests: &[
        "each_handle_does_its_own",
        "the_worst_residual_is_kept_and_nan_is_worse_than_any",
        "a_system_without_unknowns_or_with_too_many_is_refused",
        "a_right_hand_side_of_another_length_is_refused_and_untouched",
        "threads_share_a_system_each_with_its_own_log",
    ],
    proofs: &[
        Proof::Counterexample("handles_mixed"),
        Proof::CompileFail("E0308"),
        Proof::CompileFail("E0277"),
    ],
    cost: Cost::Nothing("the types are gone at run time, the pointer is passed as before"),
};
