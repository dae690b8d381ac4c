//! What the build scripts of all tools share: which cell is built, and the library that it binds.

use std::env::var;
use std::path::PathBuf;

/// One attempt at one problem: `closure`, or `closure_direct`.
pub struct Cell {
    pub name: String,
}

impl Cell {
    /// The one that `CELL` names: nothing is built without.
    pub fn named() -> Option<Cell> {
        println!("cargo::rerun-if-env-changed=CELL");
        for folder in ["../problems", "glue", "src"] {
            println!("cargo::rerun-if-changed={folder}");
        }
        var("CELL").ok().map(|name| Cell { name })
    }

    fn problem(&self) -> &str {
        self.name.trim_end_matches("_direct")
    }

    /// The header that is bound.
    #[allow(dead_code)]
    pub fn header(&self) -> String {
        format!("../problems/{}.hpp", self.problem())
    }

    /// The cell's own file with this ending, if it has one.
    #[allow(dead_code)]
    pub fn glue(&self, ending: &str) -> Option<PathBuf> {
        let file = PathBuf::from(format!("glue/{}.{ending}", self.name));
        file.exists().then_some(file)
    }

    /// The library and the cell's own C++, ready to be compiled.
    pub fn compile(&self, build: &mut cc::Build) {
        let own = var("CARGO_MANIFEST_DIR").expect("cargo sets it");
        build.cpp(true).std("c++17").opt_level(2).warnings(false);
        build.include(format!("{own}/../problems")).include(format!("{own}/glue"));
        build.file(format!("../problems/{}.cpp", self.problem()));
        build.files(self.glue("cpp")).compile("cell");
    }
}
