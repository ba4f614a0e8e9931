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
    tell(&outcome);
    let files = outcome.files.len();
    println!(
        "{} changes; {files} files {}",
        outcome.changes.len(),
        if write { "written" } else { "would change (--write)" }
    );
    if write {
        import::write(&root, &outcome)?;
    }
    Ok(())
}

/// A line for each change, then what a person should know.
pub(crate) fn tell(outcome: &import::Outcome) {
    for change in &outcome.changes {
        println!("{change}");
    }
    for note in &outcome.notes {
        println!("note: {note}");
    }
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
