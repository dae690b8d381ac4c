//! Where nothing can be traced.

use crate::asm::functions::Place;
use crate::asm::trace::{Failure, Trace};
use std::process::Command;

pub struct Traced(());

impl Traced {
    pub fn begin(_: u64) -> Result<Traced, Failure> {
        Err(refused())
    }

    pub fn mark(&self) {}
}

pub fn trace(_: &mut Command, _: &Place, _: u64) -> Result<Trace, Failure> {
    Err(refused())
}

fn refused() -> Failure {
    Failure::Here("it is done on Linux on x86-64 only".to_owned())
}
