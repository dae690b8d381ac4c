//! Is the same code called different, over several layouts of it? As a benchmark this program can be linked
//! again, the one behind `abreast noise` cannot.
//!
//! ```sh
//! cargo bench -p abreast-compare --bench noise -- --layouts 8
//! ```

use abreast_compare::{main_then, noise};

const QUESTION: &str =
    "Is the same code called different on this machine, and how much slower is seen? Our engine.";

fn main() -> std::process::ExitCode {
    main_then(noise::groups(3), QUESTION, |results| {
        println!("{}", noise::noise(results).in_words());
    })
}
