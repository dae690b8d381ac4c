//! What a process has that can be left over.

use std::collections::BTreeMap;
use std::fs;

/// Descriptors - shared memory has no name and is among them - and child processes, each with how many
/// there are. Nothing that others have, such as files in `/dev/shm`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leaks(BTreeMap<String, usize>);

impl Leaks {
    /// Those of this process now. Where there is no `/proc` it has none.
    pub fn now() -> Leaks {
        let mut found = Leaks::default();
        for fd in entries("/proc/self/fd") {
            // By what they are: numbers are given out again.
            if let Ok(target) = fs::read_link(fd.path()) {
                found.add(format!("descriptor of {}", kind(&target.display().to_string())));
            }
        }
        for task in entries("/proc/self/task") {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            for _ in children.split_whitespace() {
                found.add("child process".to_owned());
            }
        }
        found
    }

    /// What is here and not in `before`.
    pub fn beyond(&self, before: &Leaks) -> Vec<String> {
        let more = |(what, count): (&String, &usize)| {
            let more = count.saturating_sub(before.0.get(what).copied().unwrap_or_default());
            (more > 0).then(|| format!("{more} x {what}"))
        };
        self.0.iter().filter_map(more).collect()
    }

    fn add(&mut self, what: String) {
        *self.0.entry(what).or_default() += 1;
    }
}

fn entries(folder: &str) -> Vec<fs::DirEntry> {
    fs::read_dir(folder).into_iter().flatten().flatten().collect()
}

/// `socket:[123]` is a socket, whichever it is; and a file that somebody else deletes meanwhile is still
/// the one that was open before.
fn kind(target: &str) -> &str {
    let target = target.strip_suffix(" (deleted)").unwrap_or(target);
    target.split_once(":[").map_or(target, |(kind, _)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_left_open_shows() {
        let before = Leaks::now();
        let held = fs::File::open("/dev/zero").expect("there");
        let left = Leaks::now().beyond(&before);
        assert!(left.contains(&"1 x descriptor of /dev/zero".to_owned()), "{left:?}");
        drop(held);
        assert!(!Leaks::now().beyond(&before).iter().any(|what| what.contains("/dev/zero")));
    }

    #[test]
    fn a_file_that_another_program_leaves_in_shared_memory_is_not_ours() {
        let before = Leaks::now();
        let file = format!("/dev/shm/not-of-abreast-{}", std::process::id());
        if fs::write(&file, "of another program").is_err() {
            println!("skipped: there is no /dev/shm");
            return;
        }
        let left = Leaks::now().beyond(&before);
        fs::remove_file(&file).expect("it was there");
        assert!(!left.iter().any(|what| what.contains("not-of-abreast")), "{left:?}");
    }

    #[test]
    fn a_file_that_another_program_deletes_is_not_a_new_one() {
        let file = std::env::temp_dir().join(format!("abreast-held-{}", std::process::id()));
        let held = fs::File::create(&file).expect("created");
        let before = Leaks::now();
        fs::remove_file(&file).expect("it was there");
        let left = Leaks::now().beyond(&before);
        assert!(!left.iter().any(|what| what.contains("abreast-held")), "{left:?}");
        drop(held);
    }
}
