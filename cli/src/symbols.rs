//! Names of functions as people write them.

use cpp_demangle::{DemangleOptions, Symbol};

/// `ns::dot` of `_ZN2ns3dotEmPKd`: with its namespaces, without its parameters. None where the symbol is a
/// name already.
pub fn demangled(symbol: &str) -> Option<String> {
    if let Ok(rust) = rustc_demangle::try_demangle(symbol) {
        // Without the hash.
        return Some(format!("{rust:#}"));
    }
    if !symbol.starts_with("_Z") {
        return None;
    }
    let options = DemangleOptions::new().no_params().no_return_type();
    let full = Symbol::new(symbol).ok()?.demangle_with_options(&options).ok()?;
    // What the compiler has made of a function for one caller.
    let name = full.split(" [clone").next()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether a function is of Rust: by the way its name is mangled, which `#[no_mangle]` hides.
pub fn is_rust(symbol: &str) -> bool {
    rustc_demangle::try_demangle(symbol).is_ok()
}

/// The name without the modules of what it is generic over: `<Avx512 as Simd>::vectorize` for
/// `<simd::avx512::Avx512 as simd::Simd>::vectorize`.
pub fn short(name: &str) -> String {
    let (mut short, mut depth) = (String::new(), 0);
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        if depth > 0 && rest.starts_with("::") {
            let kept = short.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
            // What stands behind a closing bracket is no module.
            if kept < short.len() {
                short.truncate(kept);
                rest = &rest[2..];
                continue;
            }
        }
        depth += i32::from(c == '<') - i32::from(c == '>');
        short.push(c);
        rest = &rest[c.len_utf8()..];
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_namespaces_and_neither_parameters_nor_hash() {
        for (symbol, name, rust) in [
            ("_ZN2ns3dotEmPKdS1_", Some("ns::dot"), false),
            ("_ZN12_GLOBAL__N_13dotEmPKd", Some("(anonymous namespace)::dot"), false),
            ("_ZN2ns3dotEmPKd.constprop.0", Some("ns::dot"), false),
            ("_ZN7abreast3dot17h0123456789abcdefE", Some("abreast::dot"), true),
            ("_RNvCs1234_7abreast3dot", Some("abreast::dot"), true),
            ("ab_ddot", None, false),
            ("_Zebra", None, false),
        ] {
            assert_eq!((demangled(symbol).as_deref(), is_rust(symbol)), (name, rust), "{symbol}");
        }
    }
    #[test]
    fn a_short_name_keeps_its_own_path() {
        for (name, expected) in [
            ("<a::b::Avx512 as c::Simd>::vectorize::at", "<Avx512 as Simd>::vectorize::at"),
            (
                "ns::(anonymous namespace)::dot<ns::A<std::B> >",
                "ns::(anonymous namespace)::dot<A<B> >",
            ),
            ("<<a::T as b::U>::V as c::W>::x", "<<T as U>::V as W>::x"),
            ("ab_ddot", "ab_ddot"),
        ] {
            assert_eq!(short(name), expected);
        }
    }
}
