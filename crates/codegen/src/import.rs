//! `cargo xtask import`: takes names, types, bounds, enums and operations from a vendor's document into `schemas/`.
//!
//! Enterprise Manager's are XSD ([`em`]); the rest of this is about OpenAPI. A document describes one version of the
//! API. Its [`fixups`](crate::fixups) are applied, it is read into our own form with our own names (`names.json`), and
//! merged into the tree, where marks say which versions have what. What people wrote there stays: descriptions,
//! sources, the file a type stands in. No sentence of the vendor is taken.

mod document;
pub mod em;
mod error;
mod flags;
mod forms;
mod marks;
mod names;
mod newer;
mod operations;
mod properties;
mod references;
mod tree;
mod types;
mod unions;
mod words;
mod zstack;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

pub use error::ImportError;
pub use names::NamesFile;

use crate::error::Once;
use document::Document;
use marks::Imported;
use names::Names;
use tree::Tree;

/// A result whose error names a place in the document or the schemas.
pub type Result<T> = std::result::Result<T, ImportError>;

/// What an import would change.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The files to write, by path below the workspace's root.
    pub files: BTreeMap<PathBuf, String>,
    /// What changed, in a line each.
    pub changes: Vec<String>,
    /// What a person should know beside it, such as mistakes that the vendor has mended.
    pub notes: Vec<String>,
}

/// The systems whose documents can be read.
pub const SYSTEMS: [&str; 3] = ["em", "vb365", "zstack"];

/// A version of a system's API as its vendor writes it: `1.8` of Enterprise Manager, whose versions are told by what
/// stands behind the point, and `v8` of the others.
#[must_use]
pub fn label(system: &str, version: u8) -> String {
    if system == "em" { format!("1.{version}") } else { format!("v{version}") }
}

/// Merges a document into the tree below `root`, in memory. ZStack numbers no versions of its API: 0 stands for it.
///
/// # Errors
/// When the document is broken, says what the schemas cannot, contradicts them, or lacks a mistake that a fixup mends.
pub fn import(root: &Path, system: &str, version: u8, path: &str, text: &str) -> Result<Outcome> {
    if system == "em" {
        return em::import(root, Some(version), path, text).map(|(outcome, _)| outcome);
    }
    let mut json: Json = parse(path, text)?;
    if system == "zstack" {
        return zstack::import(root, path, &json).map(|(outcome, _)| outcome);
    }
    let notes = crate::fixups::mend(system, version, &mut json);
    let names = Names::read(root, system)?;
    let mut tree = Tree::read(root, system, &names)?;
    let mut imported = Imported::read(root, system)?;
    let document = Document::read(path, &json, version, &names)?;
    let mut changes = Vec::new();
    imported.add(version, document.reconstructed, &digest(text));
    // A type that only answers from now on is still sent to older servers.
    let sent = types::sent(&tree).union(&document.sent).cloned().collect();
    let mut merge = types::Merge {
        tree: &mut tree,
        document: &document,
        names: &names,
        imported: &imported,
        changes: &mut changes,
        taken: Vec::new(),
        sent,
    };
    merge.types()?;
    merge.operations()?;
    flags::set(&mut tree, &mut changes);
    let mut files = tree.files(system)?;
    files.insert(marks::path(system), imported.text()?);
    files.retain(|file, text| fs::read_to_string(root.join(file)).ok().as_ref() != Some(text));
    Ok(Outcome { files, changes, notes })
}

/// The versions of a system whose documents are in the schemas below `root`, the oldest first.
///
/// # Errors
/// When `versions.json` is broken.
pub fn versions(root: &Path, system: &str) -> Result<Vec<u8>> {
    let imported = Imported::read(root, system)?;
    if system != "em" {
        return Ok(imported.all().collect());
    }
    // The schema was made for these before a document of the vendor's could be read.
    let all: std::collections::BTreeSet<u8> = (em::OLDEST..=em::KNOWN).chain(imported.all()).collect();
    Ok(all.into_iter().collect())
}

/// Compares a document with the schemas below `root`: what an import would add, and what the schemas have and it has
/// not.
///
/// # Errors
/// As [`import`].
pub fn compare(root: &Path, system: &str, path: &str, text: &str) -> Result<(Outcome, em::OnlyHere)> {
    match system {
        "em" => em::import(root, None, path, text),
        "zstack" => zstack::import(root, path, &parse(path, text)?),
        _ => Err(ImportError::new(path, "", format!("documents of {system} are compared by version: import it"))),
    }
}

/// A document of JSON or YAML, as OpenAPI 3.0; what is something else is named.
fn parse(path: &str, text: &str) -> Result<Json> {
    // Editors on Windows put a byte-order mark in front.
    let text = text.trim_start_matches('\u{feff}');
    let at = |line: usize, rule: String| ImportError::new(path, &format!("line {line}"), rule);
    let start = text.trim_start();
    let mut json = if start.starts_with('<') {
        return Err(at(1, "it is XML or HTML, not an OpenAPI document".to_owned()));
    } else if start.starts_with(['{', '[']) {
        serde_json::from_str(text).map(|Once(json)| json).map_err(|error| at(error.line(), error.to_string()))?
    } else {
        yaml(text).map_err(|(line, rule)| at(line, rule))?
    };
    let version = ["openapi", "swagger"].iter().find_map(|key| json.get(*key));
    // `openapi: 3.1` without quotes is a number in YAML.
    let version = version.map(|version| version.as_str().map_or_else(|| version.to_string(), str::to_owned));
    match version.as_deref() {
        Some(version) if version.starts_with("3.0") => Ok(json),
        Some(version) if version.starts_with("3.1") => newer::rewrite(path, &mut json).map(|()| json),
        Some(version) => Err(ImportError::new(
            path,
            "/openapi",
            format!("it is an OpenAPI {version} document: 3.0 and 3.1 are read"),
        )),
        None => Err(ImportError::new(path, "", "it is no OpenAPI document: it has no member `openapi`")),
    }
}

/// YAML as JSON, or the line and what is wrong there.
fn yaml(text: &str) -> std::result::Result<Json, (usize, String)> {
    let options = serde_saphyr::options! {
        // Vendors' documents are large, and hold no bombs of aliases: those are still counted.
        budget: serde_saphyr::budget! {
            max_events: 20_000_000,
            max_nodes: 10_000_000,
            max_total_scalar_bytes: 512 * 1024 * 1024,
        },
        // `no` is a text, as YAML 1.2 has it.
        strict_booleans: true,
    };
    let read = serde_saphyr::from_str_with_options::<Once>(text, options);
    read.map(|Once(json)| json).map_err(|error| {
        let line = error.location().map_or(1, |location| usize::try_from(location.line()).unwrap_or(1));
        (line, format!("it is neither JSON nor YAML: {}", error.to_string().lines().next().unwrap_or_default()))
    })
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.replace("\r\n", "\n").as_bytes()))
}

/// Writes an outcome's files: all under temporary names first, so that a full disk leaves the tree as it was.
///
/// # Errors
/// When a file cannot be written; the temporary ones are removed again.
pub fn write(root: &Path, outcome: &Outcome) -> io::Result<()> {
    let draft = |path: &Path| root.join(path).with_extension("draft");
    let written = outcome.files.iter().try_for_each(|(path, text)| {
        if let Some(folder) = draft(path).parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(draft(path), text)
    });
    if let Err(error) = written {
        for path in outcome.files.keys() {
            // The error that matters is the first one.
            drop(fs::remove_file(draft(path)));
        }
        return Err(error);
    }
    outcome.files.keys().try_for_each(|path| fs::rename(draft(path), root.join(path)))
}
