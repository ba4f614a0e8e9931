//! `cargo xtask`: backhaul's own build tasks.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod build_cost;
mod codegen;
mod diff;
mod dist;
mod facts;
mod import;
mod upgrade;

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
    /// Takes names, types, bounds, enums and operations from a vendor's OpenAPI 3.0 document into `schemas/`
    Import {
        /// The system: vb365
        system: String,
        /// The API version that the document describes: v8
        version: String,
        /// The document
        file: PathBuf,
        /// Write the schemas; without it, only say what would change
        #[arg(long)]
        write: bool,
    },
    /// Says how two versions of an API differ, and what that means for users of the crates
    Diff {
        /// The system: vb365
        system: String,
        /// The older version: v7
        from: String,
        /// The newer version: v8
        to: String,
        /// How to say it
        #[arg(long, value_enum, default_value_t = diff::Format::Md)]
        format: diff::Format,
    },
    /// Counts what of the vendors' facts the schemas have, source by source, and names what they lack
    Facts {
        /// Name all that is missing, however much it is
        #[arg(long)]
        all: bool,
    },
    /// Import and codegen at once, with a verdict from the public API of what is generated, and a text for the changelog
    Upgrade {
        /// The system: vb365
        system: String,
        /// The API version that the document describes: v9
        version: String,
        /// The document
        file: PathBuf,
        /// Write schemas and generated code; without it, only say what would change
        #[arg(long)]
        write: bool,
    },
    /// Builds the command with all features and packs it: archives, a Debian package, checksums, an SBOM, licences
    Dist {
        /// For which target; without it the static one of Linux where the toolchain has it, else this machine's
        #[arg(long)]
        target: Option<String>,
        /// Where to [default: target/dist]
        #[arg(long)]
        out: Option<PathBuf>,
        /// Pack what `cargo build --release --features full --target TARGET` left, without building
        #[arg(long)]
        built: bool,
    },
    /// Measures what generated code costs to build, beside a small serde program
    BuildCost {
        /// `all`, a system or a part of one, for the models as they are checked in, or an OpenAPI 3.0 document, such as VB365 v8's, for its schemas alone
        subject: PathBuf,
        /// How many interleaved rounds to take the medians of
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
}

fn main() -> ExitCode {
    let done = match Args::parse().task {
        Task::Codegen { check } => codegen::run(check),
        Task::Diff { system, from, to, format } => diff::run(&system, &from, &to, format),
        Task::Dist { target, out, built } => dist::run(target, out, built),
        Task::Import { system, version, file, write } => import::run(&system, &version, &file, write),
        Task::Facts { all } => facts::run(all).map_err(Into::into),
        Task::Upgrade { system, version, file, write } => upgrade::run(&system, &version, &file, write),
        Task::BuildCost { subject, rounds } => build_cost::run(&subject, rounds),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// `v8` or `8`.
fn version(text: &str) -> Result<u8, String> {
    let number = text.trim_start_matches(['v', 'V']).parse().ok().filter(|version| *version > 0);
    number.ok_or_else(|| format!("`{text}` is no version: say v8"))
}

/// The workspace's root.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}
