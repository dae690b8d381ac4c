//! What every story does: it draws pictures and says what it taught.
#![allow(dead_code, reason = "not every story draws")]

use abreast::Fault;
use std::path::PathBuf;

/// Writes a picture into the folder that is the first argument of the program, or into the
/// system's folder for temporary files, and says where it is.
pub fn save(name: &str, picture: impl AsRef<[u8]>) -> Result<(), Fault> {
    let folder = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let file = folder.join(name);
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, picture));
    written.map_err(|why| Fault::Io {
        what: format!("write {}", file.display()),
        why: why.to_string(),
    })?;
    println!("  picture: {}", file.display());
    Ok(())
}

/// The sentence that a chapter taught.
pub fn so(sentence: impl AsRef<str>) {
    println!("So: {}", sentence.as_ref());
}
