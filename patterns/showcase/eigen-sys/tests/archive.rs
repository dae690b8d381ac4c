//! What the archive has, by its bytes: Eigen's inline functions are under a name of our own, so the linker cannot take
//! another library's for them, nor theirs for ours.

/// Whether the compiled archive has this text, as symbols do.
fn has(archive: &[u8], text: &str) -> bool {
    archive.windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

#[test]
fn eigens_inline_functions_have_a_name_of_our_own() {
    let archive = std::fs::read(concat!(env!("OUT_DIR"), "/libab_eigen.a")).expect("compiled");
    assert!(has(&archive, "16ab_eigen_private"));
    assert!(!has(&archive, "N5Eigen"), "a symbol of namespace Eigen");
}
