//! `--jq` in a build without it.

use std::io::Write;

use super::RowWriter;
use crate::exit::Failure;

/// There is none.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Program {}

impl Program {
    /// Says how to get it.
    pub(crate) fn compile(_: &str) -> Result<Self, Failure> {
        Err(Failure::not_built("--jq", "jq"))
    }

    /// Never called.
    pub(crate) fn writer<W: Write>(&self, _: W, _: bool) -> Box<dyn RowWriter> {
        match *self {}
    }
}
