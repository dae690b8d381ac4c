//! The flags that C and C++ are compiled with: those of the environment, and after them ours.
//!
//! The bits of a result must not depend on who compiled it, and a function that is compiled for one
//! instruction-set level cannot take in a body that was compiled for a higher one. Both break when
//! `CFLAGS` or `CXXFLAGS` has the last word (`-ffast-math`, `-march=native`), and the cc crate puts
//! them after every flag of a build script. So a build script that calls [`ours_last`] starts
//! itself once more, in an environment in which they end with ours. (Changing its own environment
//! would be `unsafe`.)
//!
//! What the environment says of optimisation, debugging, warnings and sanitizers holds as ever.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

/// No arithmetic but what the source says: nothing fused, reordered or assumed. Each flag by its own
/// name: the opposite of `-ffast-math` leaves alone what was asked for by name.
const ARITHMETIC: [&str; 8] = [
    "-fno-fast-math",
    "-fno-unsafe-math-optimizations",
    "-fno-associative-math",
    "-fno-reciprocal-math",
    "-fno-finite-math-only",
    "-fsigned-zeros",
    "-fno-rounding-math",
    "-ffp-contract=off",
];

/// What gcc calls by other names, or has alone. An object of its link-time optimiser is nothing that
/// rustc could link.
const GNU: [&str; 3] = ["-ftrapping-math", "-fno-single-precision-constant", "-fno-lto"];

/// Runs `build` where the environment's flags end with ours.
pub fn ours_last(build: impl FnOnce()) -> ExitCode {
    const MARK: &str = "ABREAST_FLAGS_ARE_LAST";
    if std::env::var_os(MARK).is_some() {
        build();
        return ExitCode::SUCCESS;
    }
    let script = std::env::current_exe().expect("a build script is a file");
    let mut again = Command::new(script);
    again.env(MARK, "1").envs(variables("CFLAGS", false)).envs(variables("CXXFLAGS", true));
    if let Ok(rust) = std::env::var("CARGO_ENCODED_RUSTFLAGS") {
        again.env("CARGO_ENCODED_RUSTFLAGS", without_target_features(&rust));
    }
    let status = again.status().expect("a build script can be started");
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The variables that cc reads for `CFLAGS` or `CXXFLAGS`, each without what would change the
/// instruction set, the one it reads last with our flags at its end.
fn variables(name: &str, cpp: bool) -> Vec<(String, OsString)> {
    let target = env("TARGET");
    let last = format!("{name}_{target}");
    let with_underscores = format!("{name}_{}", target.replace(['-', '.'], "_"));
    let others = [name.into(), format!("HOST_{name}"), format!("TARGET_{name}"), with_underscores];
    let given = |name: &String| std::env::var_os(name).map(|flags| kept(&flags.to_string_lossy()));
    let others = others.into_iter().filter_map(|name| Some((given(&name)?.into(), name)));
    let ours = given(&last).unwrap_or_default() + " " + &ours(cpp).join(" ");
    others.map(|(flags, name)| (name, flags)).chain([(last.clone(), ours.into())]).collect()
}

/// Our flags for the target and the compiler in use.
fn ours(cpp: bool) -> Vec<&'static str> {
    let language: &[&str] =
        if cpp { &["-std=c++17", "-fexceptions", "-frtti"] } else { &["-std=c11"] };
    let machine: &[&str] = match &env("CARGO_CFG_TARGET_ARCH")[..] {
        // Levels above this one are attributes of functions: see csrc/abreast.h.
        "x86_64" => &["-march=x86-64", "-mtune=generic"],
        // The x87 unit computes with more digits than a double has.
        "x86" => &["-msse2", "-mfpmath=sse"],
        _ => &[],
    };
    let compiler = cc::Build::new().cpp(cpp).cargo_metadata(false).try_get_compiler();
    let gnu: &[&str] = if compiler.is_ok_and(|tool| tool.is_like_gnu()) { &GNU } else { &[] };
    [language, machine, &ARITHMETIC, gnu].concat()
}

/// The flags without those that change the instruction set of an x86 CPU: on these machines nearly
/// all that begin with `-m`, and new ones come with every compiler. What is kept says where code
/// lies and how it returns.
fn kept(flags: &str) -> String {
    const KEPT: [&str; 8] = [
        "-mcmodel=",
        "-mllvm",
        "-mno-omit-leaf-frame-pointer",
        "-mno-red-zone",
        "-mindirect-branch",
        "-mfunction-return=",
        "-mharden-sls=",
        "-mshstk",
    ];
    if !env("CARGO_CFG_TARGET_ARCH").starts_with("x86") {
        return flags.to_owned();
    }
    let keeps =
        |flag: &&str| !flag.starts_with("-m") || KEPT.iter().any(|kept| flag.starts_with(kept));
    flags.split_ascii_whitespace().filter(keeps).collect::<Vec<_>>().join(" ")
}

/// Flags of rustc without what it may assume of the CPU: cc would pass it on to C.
fn without_target_features(flags: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for flag in flags.split('\x1f') {
        let name = flag.strip_prefix("-C").or(flag.strip_prefix("--codegen=")).unwrap_or(flag);
        if !name.starts_with("target-feature=") && !name.starts_with("target-cpu=") {
            kept.push(flag);
        } else if name == flag {
            // It was the second half of `-C target-cpu=native`.
            kept.pop();
        }
    }
    kept.join("\x1f")
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name} for build scripts"))
}
