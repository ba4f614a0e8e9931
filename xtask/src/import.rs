//! `cargo xtask import SYSTEM vN FILE [--write]`.

use std::error::Error;
use std::fs;
use std::path::Path;

use backhaul_codegen::import;

pub(crate) fn run(system: &str, version: &str, file: &Path, write: bool) -> Result<(), Box<dyn Error>> {
    let (version, path, text) = document(system, version, file)?;
    let root = crate::root();
    let outcome = import::import(&root, system, version, &path, &text)?;
    for change in &outcome.changes {
        println!("{change}");
    }
    for note in &outcome.notes {
        println!("note: {note}");
    }
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

/// What was asked for: the version, the document's path as a person would write it, its text.
pub(crate) fn document(system: &str, version: &str, file: &Path) -> Result<(u8, String, String), Box<dyn Error>> {
    if !import::SYSTEMS.contains(&system) {
        return Err(format!("`{system}` has no OpenAPI documents: use {}", import::SYSTEMS.join(", ")).into());
    }
    let path = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|error| format!("{path}: {error}"))?;
    Ok((crate::version(version)?, path, text))
}
