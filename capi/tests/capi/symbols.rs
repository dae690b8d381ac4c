//! What the shared library shows, and how every exported function is written.

use crate::package;
use crate::programs::{built, is_here, says};
use crate::skip;
use std::collections::BTreeSet;
use std::process::Command;

/// The functions that the header declares.
pub fn declared() -> BTreeSet<String> {
    let header = std::fs::read_to_string(package().join("include/abreast.h")).expect("a header");
    let before_parentheses = header.match_indices("(").filter_map(|(at, _)| {
        let name = header[..at].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
        let type_before = header[..at - name.len()].ends_with([' ', '*']);
        (name.starts_with("abreast_") && type_before).then(|| name.to_owned())
    });
    let macros = ["abreast_check_abi"];
    before_parentheses.chain(macros.map(str::to_owned)).collect()
}

#[test]
fn the_shared_library_exports_the_header_and_nothing_else() {
    if !is_here("nm") {
        return skip("the symbols of the shared library: there is no nm");
    }
    let library = built().join("libabreast_capi.so");
    let symbols = says(Command::new("nm").args(["-D", "--defined-only"]).arg(library));
    let names = symbols.lines().filter_map(|line| line.split_whitespace().last());
    let exported: BTreeSet<String> = names.map(str::to_owned).collect();
    assert!(exported.contains("abreast_ddot"), "{symbols}");
    assert_eq!(exported, declared());
}

/// Functions that return a text of the library's and can neither fail nor panic.
const NAMES: [&str; 3] = ["abreast_version", "abreast_status_name", "abreast_kernel_name"];

#[test]
fn every_exported_function_ends_in_the_boundary() {
    let mut seen = BTreeSet::new();
    for folder in ["src", "src/kernels"] {
        for entry in std::fs::read_dir(package().join(folder)).expect("a folder") {
            let path = entry.expect("readable").path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            for function in exported(&text) {
                let name = function.sig.ident.to_string();
                let inside = NAMES.contains(&&name[..]) || reaches_boundary(&function.block);
                assert!(inside, "{}: {name} is not inside `boundary`", path.display());
                seen.insert(name);
            }
        }
    }
    assert_eq!(seen, declared());
}

fn exported(text: &str) -> Vec<syn::ItemFn> {
    let file = syn::parse_file(text).expect("Rust");
    let functions = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Fn(function) => Some(function),
        _ => None,
    });
    // What is not public, as the handlers of fork, is called by nobody's C.
    let is_public = |function: &syn::ItemFn| matches!(function.vis, syn::Visibility::Public(_));
    functions.filter(|function| function.sig.abi.is_some() && is_public(function)).collect()
}

/// Whether what the function returns, directly or by name, is what `boundary` returned.
fn reaches_boundary(block: &syn::Block) -> bool {
    let is_boundary = |expression: &syn::Expr| match expression {
        syn::Expr::Call(call) => {
            matches!(&*call.func, syn::Expr::Path(path) if path.path.is_ident("boundary"))
        }
        _ => false,
    };
    let kept = |name: &syn::Ident| {
        block.stmts.iter().any(|statement| match statement {
            syn::Stmt::Local(local) => {
                let named = matches!(&local.pat, syn::Pat::Ident(pat) if pat.ident == *name);
                named && local.init.as_ref().is_some_and(|init| is_boundary(&init.expr))
            }
            _ => false,
        })
    };
    match block.stmts.last() {
        Some(syn::Stmt::Expr(syn::Expr::Path(path), None)) => {
            path.path.get_ident().is_some_and(kept)
        }
        Some(syn::Stmt::Expr(last, None)) => is_boundary(last),
        _ => false,
    }
}
