//! The command, as a user calls it.
//!
//! One program: each more would be linked by itself, with all that it stands on.

mod closed_stdout;
mod command;
mod common;
mod discovery;
mod exporter;
mod failures;
mod field;
mod history;
mod names;
mod offline;
mod page_memory;
mod progress;
mod query;
mod questions;
mod report;
mod servers;
mod signals;
mod tables;
mod tls;
mod two_of_each;
mod usage;
mod vb365;
mod wait;
mod walk;
mod zstack;
