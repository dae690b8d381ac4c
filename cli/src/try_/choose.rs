//! Which function of each file is compared.

use crate::try_::symbols::Exported;
use anyhow::{Result, anyhow, bail};

/// The functions of each file, all of which `wishes` names if there are any; otherwise the only one that all
/// files have in common, or the only one of each.
pub fn choose<'e>(
    files: &[(&str, &'e [Exported])],
    wishes: &[String],
) -> Result<Vec<Vec<&'e Exported>>> {
    for (file, functions) in files {
        if functions.is_empty() {
            bail!("{file} exports no function{}", why_none(file));
        }
    }
    if wishes.is_empty() {
        return common(files)
            .map(|found| found.into_iter().map(|function| vec![function]).collect());
    }
    for wish in wishes {
        if !files.iter().any(|(_, functions)| functions.iter().any(|f| f.is_called(wish))) {
            return Err(unknown(files, wish));
        }
    }
    files.iter().map(|(file, functions)| wished(file, functions, wishes)).collect()
}

/// What may have been forgotten.
fn why_none(file: &str) -> &'static str {
    if file.ends_with(".rs") {
        return ": a function of Rust needs #[no_mangle] and pub extern \"C\"";
    }
    ": is it static, or inline?"
}

fn wished<'e>(
    file: &str,
    functions: &'e [Exported],
    wishes: &[String],
) -> Result<Vec<&'e Exported>> {
    let mut found = Vec::new();
    for wish in wishes {
        let fits: Vec<&Exported> = functions.iter().filter(|f| f.is_called(wish)).collect();
        match fits[..] {
            [] => {}
            [one] => found.push(one),
            _ => {
                let symbols: Vec<&str> = fits.iter().map(|f| &f.symbol[..]).collect();
                bail!(
                    "{file} has several functions called {wish}: choose one by its symbol, --fn {}",
                    symbols.join(" or --fn ")
                );
            }
        }
    }
    if found.is_empty() {
        bail!(
            "{file} has no function {}; it has {}",
            wishes.join(" or "),
            listed(functions.iter().map(|f| &f.name[..]))
        );
    }
    Ok(found)
}

/// Without the functions that stand in headers of C++, unless there are no others.
fn own(functions: &[Exported]) -> Vec<&Exported> {
    let strong: Vec<&Exported> = functions.iter().filter(|f| !f.is_weak).collect();
    if strong.is_empty() { functions.iter().collect() } else { strong }
}

fn common<'e>(files: &[(&str, &'e [Exported])]) -> Result<Vec<&'e Exported>> {
    let own: Vec<Vec<&Exported>> = files.iter().map(|(_, functions)| own(functions)).collect();
    let everywhere = |name: &str| own.iter().all(|file| file.iter().any(|f| f.name == name));
    let mut names: Vec<&str> =
        own[0].iter().map(|f| &f.name[..]).filter(|n| everywhere(n)).collect();
    names.dedup();
    match names[..] {
        [name] => own
            .iter()
            .zip(files)
            .map(|(file, (path, _))| {
                let mut fits = file.iter().filter(|f| f.name == name);
                match (fits.next(), fits.next()) {
                    (Some(one), None) => Ok(*one),
                    _ => Err(anyhow!("{path} has several functions called {name}: choose one by its symbol with --fn")),
                }
            })
            .collect(),
        [] if own.iter().all(|file| file.len() == 1) => Ok(own.iter().map(|file| file[0]).collect()),
        [] => {
            let each = files.iter().zip(&own);
            let each: Vec<String> =
                each.map(|((path, _), file)| format!("{path} has {}", listed(names_of(file)))).collect();
            bail!("the files have no function in common: {}; choose with --fn", each.join("; "))
        }
        _ => bail!("which function? There are {}: choose with --fn", listed(names.into_iter())),
    }
}

fn names_of<'e>(functions: &[&'e Exported]) -> impl Iterator<Item = &'e str> {
    functions.iter().map(|f| &f.name[..]).collect::<Vec<_>>().into_iter()
}

/// Names that are said at most.
const SAID: usize = 12;

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut all: Vec<&str> = names.collect();
    let more = all.len().saturating_sub(SAID);
    all.truncate(SAID);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    all.join(", ") + &rest
}

/// The nearest names first.
fn unknown(files: &[(&str, &[Exported])], wish: &str) -> anyhow::Error {
    let mut names: Vec<&str> =
        files.iter().flat_map(|(_, functions)| functions.iter().map(|f| &f.name[..])).collect();
    names.sort_by_key(|name| strsim::levenshtein(wish, name));
    names.dedup();
    anyhow!("--fn {wish}: no file has such a function; there are {}", listed(names.into_iter()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(names: &[&str]) -> Vec<Exported> {
        let one = |name: &&str| Exported {
            symbol: name.trim_end_matches('?').to_owned(),
            name: name.trim_end_matches('?').to_owned(),
            is_weak: name.ends_with('?'),
        };
        names.iter().map(one).collect()
    }

    /// The chosen functions of two files, or why there are none.
    fn of(a: &[&str], b: &[&str], wishes: &[&str]) -> Result<String, String> {
        let (a, b) = (file(a), file(b));
        let wishes: Vec<String> = wishes.iter().map(|wish| (*wish).to_owned()).collect();
        let files = [("a.c", &a[..]), ("b.rs", &b[..])];
        let found = choose(&files, &wishes).map_err(|why| why.to_string())?;
        let names =
            found.iter().map(|f| f.iter().map(|f| &f.name[..]).collect::<Vec<_>>().join(" "));
        Ok(names.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn the_function_is_the_common_one_or_the_only_one() {
        assert_eq!(of(&["dot"], &["dot"], &[]), Ok("dot, dot".into()));
        assert_eq!(of(&["dot", "help"], &["dot", "more"], &[]), Ok("dot, dot".into()));
        assert_eq!(of(&["dot_c"], &["dot_rs"], &[]), Ok("dot_c, dot_rs".into()));
        assert_eq!(of(&["dot", "std::sort?"], &["dot", "std::sort?"], &[]), Ok("dot, dot".into()));
        assert_eq!(of(&["dot?"], &["dot"], &[]), Ok("dot, dot".into()));
        assert_eq!(of(&["a", "b"], &["b", "a"], &["b"]), Ok("b, b".into()));
        assert_eq!(of(&["a", "b"], &["b"], &["a", "b"]), Ok("a b, b".into()));
    }

    #[test]
    fn what_is_not_clear_is_asked() {
        for (a, b, wishes, parts) in [
            (&["a", "b"][..], &["a", "b"][..], &[][..], &["which function", "a, b", "--fn"][..]),
            (&["a", "b"], &["c"], &[], &["in common", "a.c has a, b", "b.rs has c"]),
            (&["dot"], &["dot"], &["dit"], &["--fn dit", "no file has", "dot"]),
            (&["sum", "dot"], &["dot"], &["sum"], &["b.rs has no function sum; it has dot"]),
            (&["dot"], &[], &[], &["b.rs exports no function", "#[no_mangle]", "extern \"C\""]),
            (&[], &["dot"], &[], &["a.c exports no function", "static"]),
            (&["dot", "dot"], &["dot"], &[], &["a.c has several functions called dot", "symbol"]),
            (
                &["dot", "dot"],
                &["dot"],
                &["dot"],
                &["a.c has several functions called dot", "--fn"],
            ),
        ] {
            let why = of(a, b, wishes).expect_err("not clear");
            parts.iter().for_each(|part| assert!(why.contains(part), "{part} not in: {why}"));
        }
        let many: Vec<String> = (0..40).map(|i| format!("f{i:02}")).collect();
        let many: Vec<&str> = many.iter().map(|name| &name[..]).collect();
        let why = of(&many, &many, &[]).expect_err("many");
        assert!(why.contains("f11 and 28 more") && !why.contains("f12,"), "{why}");
        let why = of(&many, &many, &["f3"]).expect_err("none");
        assert!(why.contains("there are f03,") || why.contains("there are f30,"), "{why}");
    }
}
