//! The number of rows, alone.

use std::io::Write;

use super::{Column, Row, RowWriter};
use crate::exit::Failure;

/// Counts rows, and prints how many there were.
pub(crate) struct CountWriter<W: Write> {
    out: W,
    rows: u64,
}

impl<W: Write> CountWriter<W> {
    /// A writer that has counted none.
    pub(crate) fn new(out: W) -> Self {
        Self { out, rows: 0 }
    }
}

impl<W: Write> RowWriter for CountWriter<W> {
    fn begin(&mut self, _: &[Column]) -> Result<(), Failure> {
        Ok(())
    }

    fn row(&mut self, _: Row) -> Result<(), Failure> {
        self.rows += 1;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        writeln!(self.out, "{}", self.rows).and_then(|()| self.out.flush()).map_err(|error| Failure::output(&error))
    }
}
