//! Who takes part: versions, and what each picked for this CPU.

use crate::blas;
use serde::{Deserialize, Serialize};

/// One who takes part, or does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    pub says: String,
}

/// The crates that are called, and what is known of their choice.
const CRATES: [(&str, &str); 10] = [
    ("faer", AT_RUN_TIME),
    ("gemm", AT_RUN_TIME),
    ("matrixmultiply", AT_RUN_TIME),
    ("nalgebra", "products by matrixmultiply from some size on; loops as the compiler makes them"),
    ("ndarray", "loops as the compiler makes them"),
    ("numkong", ""),
    ("rand_xoshiro", ""),
    ("rayon", ""),
    ("tokio", ""),
    ("libloading", "loads the libraries"),
];
const AT_RUN_TIME: &str = "picks a kernel while it runs";

/// Asks everybody. Loads the libraries.
pub fn entries() -> Vec<Entry> {
    let entry = |name: &str, says: String| Entry { name: name.to_owned(), says };
    let mut all = vec![
        entry(
            "abreast",
            format!("{}, level {}", version_of("abreast"), abreast::Level::best().name()),
        ),
        entry("CPU features", features()),
    ];
    all.extend(compilers());
    let with = |what: &str, more: &str| match more {
        "" => what.to_owned(),
        more => format!("{what}; {more}"),
    };
    all.extend(CRATES.map(|(name, more)| {
        let more = if name == "numkong" { numkong() } else { more.to_owned() };
        entry(name, with(&version_of(name), &more))
    }));
    for (name, blas) in [("OpenBLAS", blas::openblas()), ("MKL", blas::mkl())] {
        let says = blas.map_or_else(|why| format!("skipped: {why}"), |blas| blas.about.clone());
        all.push(entry(name, says));
    }
    all
}

/// The version in our lockfile.
fn version_of(name: &str) -> String {
    let packages = include_str!("../Cargo.lock").split("[[package]]");
    let field = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(&format!("{key} = ")[..]))?;
        Some(line.trim_matches('"').to_owned())
    };
    let mut found = packages.filter(|package| field(package, "name").is_some_and(|n| n == name));
    found.next().and_then(|package| field(package, "version")).unwrap_or_else(|| "not there".into())
}

/// What was recorded by the build script.
fn compilers() -> Vec<Entry> {
    #[derive(Deserialize)]
    struct Record {
        compilers: Vec<Compiler>,
    }
    #[derive(Deserialize)]
    struct Compiler {
        what: String,
        version: String,
        flags: String,
    }
    let text = option_env!("ABREAST_COMPARE_COMPILERS").unwrap_or_default();
    let record: Record =
        serde_json::from_str(text).unwrap_or_else(|_| Record { compilers: Vec::new() });
    let entry = |c: Compiler| Entry { name: c.what, says: format!("{}, {}", c.version, c.flags) };
    record.compilers.into_iter().map(entry).collect()
}

#[cfg(target_arch = "x86_64")]
fn features() -> String {
    let all = [
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512dq", is_x86_feature_detected!("avx512dq")),
    ];
    let has: Vec<&str> = all.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect();
    if has.is_empty() { "none beyond SSE2".to_owned() } else { has.join(", ") }
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> String {
    std::env::consts::ARCH.to_owned()
}

#[cfg(feature = "numkong")]
fn numkong() -> String {
    use numkong::{cap, capabilities};
    let has = capabilities::available();
    let all = [
        ("haswell", cap::HASWELL),
        ("skylake", cap::SKYLAKE),
        ("icelake", cap::ICELAKE),
        ("genoa", cap::GENOA),
        ("sapphire", cap::SAPPHIRE),
        ("turin", cap::TURIN),
        ("neon", cap::NEON),
        ("sve", cap::SVE),
    ];
    let names: Vec<&str> =
        all.iter().filter(|(_, bit)| has & bit != 0).map(|(name, _)| *name).collect();
    format!("kernels for {}; sums of f32 in f64", names.join(", "))
}

#[cfg(not(feature = "numkong"))]
fn numkong() -> String {
    "skipped: built without the feature numkong".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_lockfile() {
        for (name, _) in CRATES {
            assert!(version_of(name).split('.').count() >= 3, "{name}: {}", version_of(name));
        }
        assert_eq!(version_of("no-such-crate"), "not there");
    }
}
