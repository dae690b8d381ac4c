//! The same program linked again with its functions in another order: what differs between these is
//! where the linker put the code. For the benchmarks of this crate, and for a harness that is a program.

#[cfg(target_os = "linux")]
mod link;
#[cfg(any(target_os = "linux", test))]
mod made;

use crate::host::host;
#[cfg(target_os = "linux")]
use std::fs::File;
use std::path::{Path, PathBuf};

/// More take longer than they tell.
pub const MAX: u64 = 64;

/// Programs that differ in their layout only. None stand for one layout: the program that runs.
#[derive(Debug, Default)]
pub struct Layouts {
    programs: Vec<Program>,
    note: Option<String>,
}

/// A program that can be started, by whatever name.
#[derive(Debug)]
struct Program {
    path: PathBuf,
    /// Keeps a file that has no name any more.
    #[cfg(target_os = "linux")]
    _open: Option<File>,
}

impl Layouts {
    /// This program, linked so many times; or why it cannot be. When they are dropped, nothing is left of them.
    ///
    /// # Errors
    /// Where there is no cargo, no lld or not what this program was made of.
    pub fn link(count: u64, seed: u64) -> Result<Layouts, String> {
        if host().is_some() {
            return Err("the functions are not linked into this program".to_owned());
        }
        #[cfg(target_os = "linux")]
        return link::again(&made::Made::this_program()?, count, seed);
        #[cfg(not(target_os = "linux"))]
        Err(format!("only on Linux can a program be linked {count} times with seed {seed}"))
    }

    /// Programs that are there.
    pub fn of(programs: impl IntoIterator<Item = PathBuf>) -> Layouts {
        let program = |path| Program {
            path,
            #[cfg(target_os = "linux")]
            _open: None,
        };
        Layouts { programs: programs.into_iter().map(program).collect(), note: None }
    }

    /// How many layouts the times come from.
    pub fn count(&self) -> u64 {
        self.programs.len().max(1) as u64
    }

    /// How many starts there are when so many are asked for: at least two of each layout.
    pub fn starts(&self, asked: u64) -> u64 {
        let least = if self.programs.len() > 1 { 2 * self.count() } else { 1 };
        asked.max(least)
    }

    /// The program of this start: they take turns. None for the one that runs.
    pub fn program(&self, start: u64) -> Option<&Path> {
        let program = self.programs.get((start % self.count()) as usize)?;
        Some(&program.path)
    }

    /// What should make a reader careful.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }
}

/// That there are none, in words.
pub fn left_out(count: u64, why: &str) -> String {
    format!("--layouts {count} is left out, and the times are those of one layout: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_has_two_starts_and_they_take_turns() {
        let one = Layouts::default();
        assert_eq!((one.count(), one.starts(4), one.starts(0), one.program(3)), (1, 4, 1, None));
        let three = Layouts::of(["a", "b", "c"].map(PathBuf::from));
        assert_eq!((three.count(), three.starts(4), three.starts(9)), (3, 6, 9));
        let names = (0..4).filter_map(|start| three.program(start)?.to_str());
        assert_eq!(names.collect::<Vec<_>>(), ["a", "b", "c", "a"]);
    }
}
