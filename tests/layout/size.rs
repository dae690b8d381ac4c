//! Files stay on a few screens, and the build script stays small.

use crate::tree::files;
use crate::{Breach, Project};

const BUILD_SCRIPT: usize = 99;
const FILE: usize = 450;

pub fn breaches(project: &Project) -> Vec<Breach> {
    let folders = ["compare/src/", "peers/", "mpi/", "patterns/showcase/"];
    let counts = |file: &str| in_package(file) || folders.iter().any(|f| file.starts_with(f));
    let rust = project.sources.iter().filter(|s| counts(&s.file));
    let rust = rust.map(|source| (source.file.clone(), source.lines));
    let python = files(&project.root, "python").into_iter().filter(|file| file.ends_with(".py"));
    let others = files(&project.root, "csrc").into_iter().chain(python).map(|file| {
        let text = std::fs::read_to_string(project.root.join(&file)).unwrap_or_default();
        (file, text.lines().count())
    });
    let generated = |file: &str| file == "src/ffi/generated.rs";
    let limit = |file: &str| if file == "build.rs" { BUILD_SCRIPT } else { FILE };
    rust.chain(others)
        .filter(|(file, lines)| !generated(file) && *lines > limit(file))
        .map(|(file, lines)| {
            let most = limit(&file);
            Breach::of(&file, format!("{lines} lines, where {most} are allowed"))
        })
        .collect()
}

fn in_package(file: &str) -> bool {
    file == "build.rs" || ["src/", "build/"].iter().any(|folder| file.starts_with(folder))
}
