//! `cargo xtask diff SYSTEM FROM TO [--format md|json]`, `cargo xtask diff em FILE`.

use std::error::Error;
use std::path::Path;

use backhaul_codegen::diff::Diff;
use backhaul_codegen::import;

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Format {
    Md,
    Json,
}

pub(crate) fn run(system: &str, what: &[String], format: Format) -> Result<(), Box<dyn Error>> {
    crate::import::known(system)?;
    let (from, to) = match what {
        [file] => return document(system, Path::new(file)),
        [from, to] => (crate::version(system, from)?, crate::version(system, to)?),
        _ => return Err("say two versions, or one document".into()),
    };
    if from >= to {
        return Err(format!("{} is not older than {}", import::label(system, from), import::label(system, to)).into());
    }
    let diff = Diff::read(&crate::root(), system, from, to)?;
    match format {
        Format::Md => print!("{}", diff.markdown()),
        Format::Json => print!("{}", diff.json()),
    }
    Ok(())
}

/// What a document has and the schemas have not, and the other way round.
fn document(system: &str, file: &Path) -> Result<(), Box<dyn Error>> {
    let (path, text) = crate::import::read(file)?;
    let (outcome, only_here) = import::compare(&crate::root(), system, &path, &text)?;
    println!("# {path} beside schemas/{system}\n\n## Only in the document: {}\n", outcome.changes.len());
    outcome.changes.iter().for_each(|change| println!("- {}", change.trim_start_matches("+ ")));
    println!("\n## To settle: {}\n", outcome.notes.len());
    outcome.notes.iter().for_each(|note| println!("- {note}"));
    println!("\n## Only in the schemas: {}\n", only_here.types.len() + only_here.members.len());
    only_here.types.iter().for_each(|ty| println!("- type {ty}"));
    only_here.members.iter().for_each(|member| println!("- {member}"));
    Ok(())
}
