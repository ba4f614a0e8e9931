//! Enterprise Manager: a vendor's `RestAPI.xsd` compared with `em/em.xsd`, and merged into it.
//!
//! Our schema is written by hand: it says more than a vendor's does (which texts are identifiers, secrets or one of a
//! list, what JSON calls things, in our own words), and it has what answers of newer servers hold. So a document only
//! adds to it: types, members, values and roots that it lacks. Where both say something else, that is told, and a
//! person settles it.

mod element;
mod merge;
mod model;
mod pairs;
mod reader;
mod text;
mod write;

use std::path::Path;

pub use merge::OnlyHere;
pub(super) use text::indent as indent_of;

use super::marks::{self, Imported};
use super::{ImportError, Outcome, Result, digest};

/// Our schema, below the workspace's root.
const SCHEMA: &str = "schemas/em/em.xsd";
/// The newest version that our schema was made for: what comes later is marked.
pub(crate) const KNOWN: u8 = 7;
/// The oldest version that servers in use speak.
pub(crate) const OLDEST: u8 = 5;

/// Merges a document, in memory. Without a version nothing is marked.
pub(super) fn import(root: &Path, version: Option<u8>, path: &str, text: &str) -> Result<(Outcome, OnlyHere)> {
    let own = std::fs::read_to_string(root.join(SCHEMA)).map_err(|error| ImportError::new(SCHEMA, "", error))?;
    let theirs = model::Model::read(path, text)?;
    let ours = model::Model::read(SCHEMA, &own)?;
    let tree = element::read(SCHEMA, &own)?;
    let pairs = pairs::Pairs::find(&theirs, &ours);
    let since = version.filter(|version| *version > KNOWN).map(|version| format!("1.{version}"));
    let mut merge = merge::Merge::new(&theirs, &ours, &pairs, (&own, &tree), since);
    merge.run();
    let only_here = merge.only_here();
    let merge::Merge { edits, changes, notes, .. } = merge;
    let (merged, places) = text::apply(&own, edits);
    if let Err(error) = crate::xsd::read("em/em.xsd", &merged) {
        // The rule is broken where something was added: told of the document's line, since nobody has seen the merged
        // one.
        let offset = offset(&merged, &error.pointer);
        let of = places.iter().find(|(range, _)| offset.is_some_and(|offset| range.contains(&offset)));
        return Err(match of {
            Some((_, at)) => at.error(error.rule),
            None => error.into(),
        });
    }
    let mut files = std::collections::BTreeMap::from([(SCHEMA.into(), merged)]);
    if let Some(version) = version {
        let mut imported = Imported::read(root, "em")?;
        imported.add(version, false, &digest(text));
        files.insert(marks::path("em"), imported.text()?);
    }
    files
        .retain(|file: &std::path::PathBuf, text| std::fs::read_to_string(root.join(file)).ok().as_ref() != Some(text));
    Ok((Outcome { files, changes, notes }, only_here))
}

/// Where `row:column` is in a text.
fn offset(text: &str, place: &str) -> Option<usize> {
    let (row, column) = place.split_once(':')?;
    let (row, column): (usize, usize) = (row.parse().ok()?, column.parse().ok()?);
    let start: usize = text.split_inclusive('\n').take(row.checked_sub(1)?).map(str::len).sum();
    let line = text.get(start..)?;
    let within: usize = line.chars().take(column.checked_sub(1)?).map(char::len_utf8).sum();
    Some(start + within)
}
