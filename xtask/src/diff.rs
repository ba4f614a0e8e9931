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
        Format::Md => crate::say(&diff.markdown())?,
        Format::Json => crate::say(&diff.json())?,
    }
    Ok(())
}

/// What a document has and the schemas have not, and the other way round.
fn document(system: &str, file: &Path) -> Result<(), Box<dyn Error>> {
    let (path, text) = crate::import::read(file)?;
    let (outcome, only_here) = import::compare(&crate::root(), system, &path, &text)?;
    let list = |items: Vec<String>| items.iter().map(|item| format!("- {item}\n")).collect::<String>();
    let (new, notes) = (&outcome.changes, outcome.notes);
    let types = only_here.types.iter().map(|ty| format!("type {ty}"));
    let here: Vec<String> = types.chain(only_here.members.iter().cloned()).collect();
    let mut out = format!("# {path} beside schemas/{system}\n\n## Only in the document: {}\n\n", new.len());
    out += &list(new.iter().map(|change| change.trim_start_matches("+ ").to_owned()).collect());
    out += &format!("\n## To settle: {}\n\n{}", notes.len(), list(notes.clone()));
    out += &format!("\n## Only in the schemas: {}\n\n{}", here.len(), list(here.clone()));
    crate::say(&out)?;
    Ok(())
}
