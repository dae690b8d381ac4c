// Part of build.rs when the feature `bindgen` is on: all headers below csrc/ to OUT_DIR/generated.rs.

fn regenerate_bindings() {
    let headers = files_below("csrc", "h").into_iter().map(|file| file.display().to_string());
    let bindings = bindgen::Builder::default()
        .headers(headers)
        .clang_args(["-Icsrc", "-std=c11"])
        .allowlist_item("(ab|AB)_.*")
        .blocklist_item("AB_.*_")
        .use_core()
        .rust_edition(bindgen::RustEdition::Edition2024)
        .raw_line("// Made by bindgen from csrc/**/*.h. Do not edit: scripts/bindings makes it anew.")
        .disable_header_comment()
        .generate()
        .expect("bindgen reads the headers of csrc/");
    let file = PathBuf::from(env("OUT_DIR")).join("generated.rs");
    bindings.write_to_file(file).expect("OUT_DIR is writable");
}
