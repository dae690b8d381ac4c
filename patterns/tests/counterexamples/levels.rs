//! Two files with different flags and one inline function.

use crate::{End, Counterexample};
use abreast_patterns::levels::raw::{ab_levels_wrong_baseline, ab_levels_wrong_wide};

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "linker_keeps_one",
    run: linker_keeps_one,
    // Which one it keeps depends on the order of files.
    ends: &[
        End::Says("the baseline runs what was compiled for level 1"),
        End::Says("the wide one runs what was compiled for level 0"),
    ],
}];

fn linker_keeps_one() {
    match (ab_levels_wrong_baseline(), ab_levels_wrong_wide()) {
        (0, 0) => println!("the wide one runs what was compiled for level 0"),
        (1, 1) => println!("the baseline runs what was compiled for level 1"),
        both => println!("as if there were no trap: {both:?}"),
    }
}
