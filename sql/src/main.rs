//! `backhaul-sql`: one or more statements, or a prompt.

use std::process::ExitCode;

fn main() -> ExitCode {
    backhaul_sql::command::main()
}
