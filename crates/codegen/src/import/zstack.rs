//! ZStack: an OpenAPI document of one of its releases, compared with `schemas/zstack`, and merged into it.
//!
//! Its API numbers no versions, so nothing is marked, and a document only adds: operations, types, members and values
//! that the schemas lack. What the schemas have and a document has not stays, for release branches and the manual have
//! more than any one document. Where both say something else, that is told, and a person settles it.

mod agree;
mod document;
mod merge;
mod place;
mod settled;

use std::path::Path;

use serde_json::Value as Json;

use super::em::OnlyHere;
use super::{ImportError, Outcome, Result};
use crate::{json_schema, operations};

/// Merges a document, in memory.
pub(super) fn import(root: &Path, path: &str, json: &Json) -> Result<(Outcome, OnlyHere)> {
    let document = document::Document::read(path, json)?;
    let mut files = place::Files::read(root)?;
    let mut merge = merge::Merge::new(&document, &mut files);
    merge.run();
    let only_here = merge.only_here();
    let (changes, notes) = (merge.changes, merge.notes);
    let files = files.changed();
    check(root, &files, path)?;
    Ok((Outcome { files, changes, notes }, only_here))
}

/// Reads what comes of it as the generator will: a rule that is broken is told of the document.
fn check(root: &Path, files: &std::collections::BTreeMap<std::path::PathBuf, String>, path: &str) -> Result<()> {
    let wrong = |error: crate::SchemaError| {
        let place = format!("what comes of it, schemas/{}#{}", error.file, error.pointer);
        ImportError::new(path, "", format!("{place}: {}", error.rule))
    };
    let mut all = Vec::new();
    for name in crate::project::schema_files(root, "zstack")? {
        let path = format!("zstack/{name}");
        let json = match files.get(Path::new(&format!("schemas/{path}"))) {
            Some(text) => crate::error::parse(&path, text).map_err(wrong)?,
            None => crate::project::parse(root, &path)?,
        };
        all.push(json_schema::File { path, json });
    }
    let types = json_schema::read(&all).map_err(wrong)?;
    for file in &all {
        if let Some(list) = file.json.get("operations") {
            operations::read(&file.path, list, &types).map_err(wrong)?;
        }
    }
    Ok(())
}
