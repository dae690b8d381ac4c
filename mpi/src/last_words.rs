//! What is said before the end of a rank.

use std::io::{Write, stderr};
use std::thread::sleep;
use std::time::Duration;

/// Says a sentence to standard error, in one piece: what is written bit by bit may be cut when the job ends.
pub fn say(sentence: &str) {
    let _ = stderr().write_all(format!("abreast-mpi: {sentence}\n").as_bytes());
}

/// As [`say`], before MPI is told to end all ranks: `mpiexec` may end before it has passed on what was said.
pub fn say_and_wait(sentence: &str) {
    say(sentence);
    sleep(Duration::from_millis(200));
}
