//! What a sampler brings: stacks of functions.

use crate::profile::marks::Mark;
use crate::symbols;
use serde::Serialize;

/// Samples of one run.
#[derive(Debug, Default)]
pub struct Samples {
    pub stacks: Vec<Stack>,
    /// Samples that could not be kept, because another one was just being taken.
    pub missed: u64,
}

/// A stack that was seen, and how often.
#[derive(Debug)]
pub struct Stack {
    pub thread: String,
    /// The outermost first.
    pub frames: Vec<Function>,
    pub samples: u64,
}

/// A function with code of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Function {
    /// With all modules.
    pub name: String,
    pub language: Language,
}

impl Function {
    /// The name for people.
    pub fn short_name(&self) -> String {
        symbols::short(&self.name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Language {
    C,
    #[serde(rename = "C++")]
    Cpp,
    Rust,
}

impl Language {
    pub fn name(self) -> &'static str {
        match self {
            Language::C => "C",
            Language::Cpp => "C++",
            Language::Rust => "Rust",
        }
    }
}

/// Whose time a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// A task: a variant at work on a chunk, and what brings it there.
    Kernel,
    /// Handing out tasks and collecting them.
    Executor,
    /// The program around them.
    Rest,
}

impl Part {
    pub const ALL: [Part; 3] = [Part::Kernel, Part::Executor, Part::Rest];

    pub fn name(self) -> &'static str {
        match self {
            Part::Kernel => "kernel",
            Part::Executor => "executor",
            Part::Rest => "the rest",
        }
    }
}

impl Stack {
    pub fn part(&self) -> Part {
        // The innermost mark; a thread without any is one that the executor has.
        let mark = self.frames.iter().rev().find_map(|frame| Mark::of(&frame.name));
        match mark {
            Some(Mark::Task) => Part::Kernel,
            Some(Mark::Executor) | None => Part::Executor,
            Some(Mark::Run) => Part::Rest,
        }
    }

    /// The function in which the sample was taken.
    pub fn innermost(&self) -> Option<&Function> {
        self.frames.last()
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn stack(thread: &str, frames: &[&str], samples: u64) -> Stack {
        let function = |name: &&str| Function {
            name: match *name {
                "run" => "abreast_cli::profile::marks::in_run",
                "executor" => "abreast_cli::profile::marks::in_executor",
                "task" => "abreast_cli::profile::marks::in_task",
                name => name,
            }
            .to_owned(),
            language: Language::C,
        };
        Stack { thread: thread.to_owned(), frames: frames.iter().map(function).collect(), samples }
    }

    #[test]
    fn the_innermost_mark_says_whose_time_it_is() {
        for (frames, part) in [
            (&["main", "run", "executor", "task", "ab_dot"][..], Part::Kernel),
            (&["start_thread", "pool", "task", "ab_dot"], Part::Kernel),
            (&["main", "run", "executor", "scope"], Part::Executor),
            (&["start_thread", "pool"], Part::Executor),
            (&["main", "run", "fold"], Part::Rest),
        ] {
            assert_eq!(stack("t", frames, 1).part(), part, "{frames:?}");
        }
    }
}
