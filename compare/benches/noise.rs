//! How often the same code is called different, over several layouts of it: as a benchmark this program can
//! be linked again, the one behind `abreast noise` cannot.
//!
//! ```sh
//! cargo bench -p abreast-compare --bench noise -- --layouts 8
//! ```

use abreast_compare::{main_then, noise};

fn main() -> std::process::ExitCode {
    main_then(noise::groups(3), |results| println!("{}", noise::noise(results).in_words()))
}
