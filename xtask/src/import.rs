//! `cargo xtask import SYSTEM FILE --version V [--write]`.

use std::error::Error;
use std::fs;
use std::path::Path;

use backhaul_codegen::import;

use crate::Source;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

pub(crate) fn run(source: &Source, write: bool) -> Result<()> {
    let (version, path, text) = document(source)?;
    let root = crate::root();
    let outcome = import::import(&root, &source.system, version, &path, &text)?;
    let files = outcome.files.len();
    let done = if write { "written" } else { "would change (--write)" };
    let told = format!("{}{} changes; {files} files {done}\n", tell(&outcome), outcome.changes.len());
    crate::say(&told)?;
    if write {
        import::write(&root, &outcome)?;
    }
    Ok(())
}

/// A line for each change, then what a person should know.
fn tell(outcome: &import::Outcome) -> String {
    let changes = outcome.changes.iter().map(|change| format!("{change}\n"));
    changes.chain(outcome.notes.iter().map(|note| format!("note: {note}\n"))).collect()
}

/// What was asked for: the version, the document's path as a person would write it, its text.
pub(crate) fn document(source: &Source) -> Result<(u8, String, String)> {
    let (version, file) = source.parts()?;
    known(&source.system)?;
    let (path, text) = read(file)?;
    Ok((crate::version(&source.system, version)?, path, text))
}

pub(crate) fn known(system: &str) -> Result<()> {
    match import::SYSTEMS.contains(&system) {
        true => Ok(()),
        false => Err(format!("`{system}` is no system here: use {}", import::SYSTEMS.join(", ")).into()),
    }
}

pub(crate) fn read(file: &Path) -> Result<(String, String)> {
    let path = file.display().to_string();
    let bytes = fs::read(file).map_err(|error| format!("{path}: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{path}: it is not UTF-8: save it as that"))?;
    Ok((path, text))
}
