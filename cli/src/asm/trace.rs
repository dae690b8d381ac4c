//! What calls of a function have executed.

use crate::asm::functions::Maps;
use std::collections::HashMap;

/// How often each instruction was executed within a call, by its address, and how often each was followed
/// by which.
#[derive(Debug, Clone, Default)]
pub struct Call {
    pub executed: HashMap<u64, u64>,
    pub edges: HashMap<(u64, u64), u64>,
    /// How often the function was entered: once per chunk.
    pub entries: u64,
}

impl Call {
    /// Instructions in all.
    pub fn instructions(&self) -> u64 {
        self.executed.values().sum()
    }
}

/// Two calls in one process, the second one on a problem of twice the size.
#[derive(Debug)]
pub struct Trace {
    pub calls: [Call; 2],
    /// The bytes at the address of each instruction.
    pub code: HashMap<u64, Vec<u8>>,
    /// Which file lies where in that process.
    pub maps: Maps,
}

/// Why there is no trace.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nothing can be traced here.
    #[error("instructions cannot be counted here: {0}")]
    Here(String),
    /// The function ended its process, or refused the problem.
    #[error("{0}")]
    Broken(String),
    /// It would take too long.
    #[error("more than {0} instructions in two calls: choose a smaller size")]
    TooLong(u64),
}
