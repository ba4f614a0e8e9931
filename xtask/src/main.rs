//! `cargo xtask`: backhaul's own build tasks.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod api;
mod build_cost;
mod codegen;
mod diff;
mod dist;
mod facts;
mod import;
mod upgrade;

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
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
    /// Writes down the public API of the crates, in `xtask/api`
    Api {
        /// Change nothing; fail when the API is another than what is written there
        #[arg(long)]
        check: bool,
    },
    /// Generates the models, operations and filter fields from `schemas/`
    Codegen {
        /// Change nothing; fail when the tree differs from what the schemas give
        #[arg(long)]
        check: bool,
    },
    /// Takes names, types, bounds, enums and operations from a vendor's document into `schemas/`
    Import {
        #[command(flatten)]
        source: Source,
        /// Write the schemas; without it, only say what would change
        #[arg(long)]
        write: bool,
    },
    /// Says how two versions of an API differ, and what that means for users of the crates; or how a document differs
    /// from the schemas
    Diff {
        /// The system: em, vb365
        system: String,
        /// Two versions, the older one first (`v7 v8`; `1.7 1.8` of em); or a document (em, zstack)
        #[arg(required = true, num_args = 1..=2)]
        what: Vec<String>,
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
    /// Import and codegen at once, with a verdict from the public API of what is generated, and a text for the
    /// changelog
    Upgrade {
        #[command(flatten)]
        source: Source,
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
        /// Pack what `cargo build --release --features full` left, with `--target` for another than this machine's,
        /// without building
        #[arg(long)]
        built: bool,
    },
    /// Measures what generated code costs to build, beside a small serde program
    BuildCost {
        /// `all`, a system or a part of one, for the models as they are checked in, or an OpenAPI 3.0 document, such as
        /// VB365 v8's, for its schemas alone
        subject: PathBuf,
        /// How many interleaved rounds to take the medians of
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
}

/// A vendor's document of one version of an API.
#[derive(clap::Args)]
struct Source {
    /// The system: em, vb365, zstack
    system: String,
    /// The document; the version may stand before it
    #[arg(required = true, num_args = 1..=2, value_names = ["FILE"])]
    file: Vec<PathBuf>,
    /// The API version that the document describes: `v9` of vb365, `1.8` of em
    #[arg(long)]
    version: Option<String>,
}

impl Source {
    /// The version as it was written, and the document.
    fn parts(&self) -> Result<(&str, &Path), String> {
        match (self.file.as_slice(), self.version.as_deref()) {
            ([file], None) if self.system == "zstack" => Ok(("", file)),
            _ if self.system == "zstack" => Err("ZStack numbers no versions of its API: say the document alone".into()),
            ([file], Some(version)) => Ok((version, file)),
            ([version, file], None) => Ok((version.to_str().unwrap_or_default(), file)),
            ([file], None) => {
                let example = if self.system == "em" { "1.8" } else { "v9" };
                Err(format!("say which version of the API {} describes: --version {example}", file.display()))
            }
            _ => Err("say one document and one version".into()),
        }
    }
}

fn main() -> ExitCode {
    let done = match Args::parse().task {
        Task::Api { check } => api::run(check),
        Task::Codegen { check } => codegen::run(check),
        Task::Diff { system, what, format } => diff::run(&system, &what, format),
        Task::Dist { target, out, built } => dist::run(target, out, built),
        Task::Import { source, write } => import::run(&source, write),
        Task::Facts { all } => facts::run(all).map_err(Into::into),
        Task::Upgrade { source, write } => upgrade::run(&source, write),
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

/// Prints a report.
fn say(text: &str) -> io::Result<()> {
    say_to(&mut io::stdout().lock(), text)
}

/// Who has read enough, such as `head`, closes the pipe: that is no fault, and what is to be written still is.
fn say_to(out: &mut impl Write, text: &str) -> io::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// `v8` or `8`; of Enterprise Manager `1.8`, `v1.8` or `v1_8`.
fn version(system: &str, text: &str) -> Result<u8, String> {
    if system == "zstack" {
        return if text.is_empty() { Ok(0) } else { Err("ZStack numbers no versions of its API".into()) };
    }
    let mut rest = text.trim_start_matches(['v', 'V']);
    if system == "em" {
        rest = rest.strip_prefix("1.").or_else(|| rest.strip_prefix("1_")).unwrap_or("");
    }
    let number = rest.parse().ok().filter(|version| *version > 0);
    let wanted = if system == "em" { "1.8" } else { "v8" };
    number.ok_or_else(|| format!("`{text}` is no version of {system}: say {wanted}"))
}

/// The workspace's root.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed(ErrorKind);

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_has_read_enough_is_no_fault() {
        assert!(say_to(&mut Closed(ErrorKind::BrokenPipe), "x").is_ok());
        assert!(say_to(&mut Closed(ErrorKind::StorageFull), "x").is_err());
    }
}
