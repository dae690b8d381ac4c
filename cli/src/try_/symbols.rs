//! The functions that a compiled file offers.

use crate::symbols::demangled;
use anyhow::{Result, anyhow, bail};
use object::read::archive::ArchiveFile;
use object::{Architecture, File, Object, ObjectSymbol, SymbolKind};

/// A function that can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// What the linker calls it.
    pub symbol: String,
    /// What people call it: of C++ with its namespaces, without its parameters.
    pub name: String,
    /// Also made by the compiler in other files that need it, as what stands in headers of C++.
    pub is_weak: bool,
}

impl Exported {
    fn new(symbol: &str, is_weak: bool) -> Exported {
        let name = demangled(symbol).unwrap_or_else(|| symbol.to_owned());
        Exported { symbol: symbol.to_owned(), name, is_weak }
    }

    /// Whether somebody who writes `wish` means this one.
    pub fn is_called(&self, wish: &str) -> bool {
        let last = self.name.rsplit("::").next().unwrap_or(&self.name);
        [&self.symbol[..], &self.name, last].contains(&wish)
    }
}

/// The functions of a shared library, by their names.
pub fn exported(library: &[u8]) -> Result<Vec<Exported>> {
    let file = File::parse(library).map_err(|why| anyhow!("no library that can be read: {why}"))?;
    let mut found: Vec<Exported> = file
        .dynamic_symbols()
        .filter(|s| s.is_definition() && s.is_global() && s.kind() == SymbolKind::Text)
        .filter_map(|s| Some(Exported::new(s.name().ok()?, s.is_weak())))
        .filter(|function| !["_init", "_fini"].contains(&&function.symbol[..]))
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup();
    Ok(found)
}

/// Whether code of this file can run in this program.
pub fn runs_here(file: &[u8]) -> Result<()> {
    let architecture = match file.starts_with(b"!<arch>\n") {
        true => {
            let archive =
                ArchiveFile::parse(file).map_err(|why| anyhow!("cannot be read: {why}"))?;
            let members = archive.members().filter_map(|member| member.ok()?.data(file).ok());
            let mut files = members.filter_map(|member| File::parse(member).ok());
            match files.next() {
                Some(file) => file.architecture(),
                None => bail!("has no object in it"),
            }
        }
        false => match File::parse(file) {
            Ok(file) => file.architecture(),
            Err(why) => bail!("is no object file or library that can be read: {why}"),
        },
    };
    if architecture != HERE {
        bail!("is for {architecture:?}, and this program runs on {HERE:?}");
    }
    Ok(())
}

const HERE: Architecture = if cfg!(target_arch = "x86_64") {
    Architecture::X86_64
} else if cfg!(target_arch = "aarch64") {
    Architecture::Aarch64
} else if cfg!(target_arch = "riscv64") {
    Architecture::Riscv64
} else if cfg!(target_arch = "x86") {
    Architecture::I386
} else {
    Architecture::Unknown
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_of_cpp_goes_by_four_names() {
        let dot = Exported::new("_ZN2ns3dotEmPKdS1_", false);
        assert_eq!(dot.name, "ns::dot");
        for wish in ["dot", "ns::dot", "_ZN2ns3dotEmPKdS1_"] {
            assert!(dot.is_called(wish), "{wish}");
        }
        assert!(!dot.is_called("ns") && !dot.is_called("do"));
        assert_eq!(Exported::new("_Zebra", false).name, "_Zebra");
        assert_eq!(Exported::new("dot", false).name, "dot");
    }

    #[test]
    fn what_is_no_object_is_said() {
        assert!(runs_here(b"int x;").expect_err("text").to_string().contains("is no object file"));
        assert!(
            runs_here(b"!<arch>\n").expect_err("empty").to_string().contains("no object in it")
        );
        assert!(exported(b"").expect_err("empty").to_string().contains("no library"));
    }
}
