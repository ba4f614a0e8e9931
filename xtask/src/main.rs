//! `cargo xtask`: backhaul's own build tasks.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod build_cost;
mod codegen;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "backhaul's own build tasks")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Generates the models, operations and filter fields from `schemas/`
    Codegen {
        /// Change nothing; fail when the tree differs from what the schemas give
        #[arg(long)]
        check: bool,
    },
    /// Measures what the generated form of an OpenAPI document's schemas costs to build, beside a small serde program
    BuildCost {
        /// An OpenAPI 3.0 document, such as VB365 v8's
        openapi: PathBuf,
        /// How many interleaved rounds to take the medians of
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
}

fn main() -> ExitCode {
    let done = match Args::parse().task {
        Task::Codegen { check } => codegen::run(check),
        Task::BuildCost { openapi, rounds } => build_cost::run(&openapi, rounds),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's root.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}
