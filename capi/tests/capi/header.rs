//! The checked-in header is what cbindgen makes of the sources now.
//!
//! With `ABREAST_RENEW_HEADER` set it is written instead: `scripts/header`.

use crate::package;

/// The sources in the order of the header.
const SOURCES: [&str; 13] = [
    "status.rs",
    "about.rs",
    "boundary.rs",
    "pool.rs",
    "options.rs",
    "kernels/range_sum.rs",
    "kernels/vectors.rs",
    "kernels/parts.rs",
    "kernels/gemm.rs",
    "kernels/pi.rs",
    "kernels/escape.rs",
    "names.rs",
    "operands.rs",
];

/// What is left: it comes last because it needs all of the above.
const LAST: &str = "sample.rs";

fn fresh() -> String {
    let config = cbindgen::Config::from_file(package().join("cbindgen.toml")).expect("a config");
    let sources = SOURCES.iter().chain([&LAST]);
    let builder = sources.fold(cbindgen::Builder::new().with_config(config), |builder, file| {
        builder.with_src(package().join("src").join(file))
    });
    let mut header = Vec::new();
    builder.generate().expect("cbindgen reads the sources").write(&mut header);
    tidy(&String::from_utf8(header).expect("UTF-8"))
}

/// cbindgen's comments as a person would write them, constants one per line, and everything within the
/// guard.
fn tidy(header: &str) -> String {
    // Rust's marks for code mean nothing to a reader of C.
    let header = header.replace('`', "");
    let header = guarded(&block_comments(&header));
    let mut lines: Vec<String> = Vec::new();
    let mut rest = header.lines().peekable();
    while let Some(line) = rest.next() {
        let indent = &line[..line.len() - line.trim_start().len()];
        match line.trim() {
            "/*" => {
                let text: Vec<&str> =
                    rest.by_ref().map(str::trim).take_while(|l| *l != "*/").collect();
                let before = lines.last().cloned().unwrap_or_default();
                match rest.next_if(|next| next.starts_with("#define ")) {
                    Some(define) => constant(&mut lines, define, &text.join(" ")),
                    None => {
                        if before.starts_with("#define ") {
                            lines.push(String::new());
                        }
                        let text = text.join(&format!("\n{indent} * ")).replace("* \n", "*\n");
                        lines.push(format!("{indent}/* {text} */"));
                    }
                }
            }
            // One empty line is enough, and none between constants.
            "" if lines.last().is_some_and(|last| last.is_empty() || is_constant(last)) => {}
            _ => {
                if lines.last().is_some_and(|last| is_constant(last)) {
                    lines.push(String::new());
                }
                lines.push(line.to_owned());
            }
        }
    }
    lines.join("\n") + "\n"
}

/// Its comments of one line as blocks, which every C knows and `-pedantic` is content with.
fn block_comments(header: &str) -> String {
    let block = |line: &str| match line.split_once(" // ") {
        Some((code, comment)) => format!("{} /* {comment} */", code.trim_end()),
        None => line.to_owned(),
    };
    header.lines().map(block).collect::<Vec<_>>().join("\n")
}

/// With the end of the guard behind all there is: cbindgen writes the trailer behind it.
fn guarded(header: &str) -> String {
    let end = header.lines().rfind(|line| line.starts_with("#endif")).expect("a guard");
    let rest = header.replace(&format!("{end}\n"), "");
    format!("{}\n\n#endif /* ABREAST_CAPI_H */\n", rest.trim_end())
}

fn is_constant(line: &str) -> bool {
    line.starts_with("#define ") && line.ends_with("*/")
}

/// `#define NAME NUMBER /* text */`, behind an empty line when the numbers do not just go on.
fn constant(lines: &mut Vec<String>, define: &str, text: &str) {
    let number = |line: &str| line.split(' ').nth(2).and_then(|word| word.parse::<i32>().ok());
    if let Some(last) = lines.last().filter(|last| is_constant(last))
        && number(last).map(|last| last + 1) != number(define)
    {
        lines.push(String::new());
    }
    lines.push(format!("{define} /* {text} */"));
}

#[test]
fn the_checked_in_header_is_fresh() {
    let file = package().join("include/abreast.h");
    if std::env::var_os("ABREAST_RENEW_HEADER").is_some() {
        std::fs::write(&file, fresh()).expect("written");
        return;
    }
    let checked_in = std::fs::read_to_string(&file).expect("a header");
    assert!(
        checked_in == fresh(),
        "capi/include/abreast.h is not what the sources say: run scripts/header"
    );
}

/// Nothing before the guard but a comment, nothing behind it, and no comment that C89 does not know.
#[test]
fn the_guard_is_around_everything() {
    let header = std::fs::read_to_string(package().join("include/abreast.h")).expect("a header");
    let (comment, rest) = header.split_once("*/").expect("a comment");
    assert!(comment.starts_with("/*"));
    assert!(rest.trim_start().starts_with("#ifndef ABREAST_CAPI_H\n#define ABREAST_CAPI_H\n"));
    assert!(rest.ends_with("\n#endif /* ABREAST_CAPI_H */\n"));
    let ends = rest.lines().filter(|line| line.starts_with("#endif")).count();
    let begins = rest.lines().filter(|line| line.starts_with("#if")).count();
    assert_eq!(begins, ends);
    assert!(!header.contains("//"), "a comment of one line");
}

#[test]
fn every_source_that_exports_is_in_the_header() {
    let mut exporting = Vec::new();
    for folder in ["src", "src/kernels"] {
        for entry in std::fs::read_dir(package().join(folder)).expect("a folder") {
            let path = entry.expect("readable").path();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if text.contains("#[unsafe(no_mangle)]") {
                let name = path.strip_prefix(package().join("src")).expect("below");
                exporting.push(name.display().to_string());
            }
        }
    }
    let mut listed: Vec<String> = SOURCES.iter().chain([&LAST]).map(|s| (*s).to_owned()).collect();
    // Types only.
    listed.retain(|source| source != "options.rs");
    exporting.sort();
    listed.sort();
    assert_eq!(exporting, listed);
}
