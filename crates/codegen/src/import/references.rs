//! References within an OpenAPI document, and the places that errors name.

use serde_json::Value as Json;

use super::{ImportError, Result};

/// How far references may lead on: more is a circle.
pub(super) const MAX_DEPTH: usize = 32;

/// What a reference leads to in a section of the components of the document at `path`, or the thing itself; with its
/// place.
pub(super) fn resolve<'d>(
    (path, document): (&str, &'d Json),
    json: &'d Json,
    section: &str,
    pointer: &str,
) -> Result<(&'d Json, String)> {
    let (mut json, mut pointer) = (json, pointer.to_owned());
    for _ in 0..MAX_DEPTH {
        let Some(reference) = json.get("$ref") else { return Ok((json, pointer)) };
        let text = reference.as_str().unwrap_or_default();
        let name = text.strip_prefix(&format!("#/components/{section}/")).unwrap_or_default();
        let all = document.get("components").and_then(|all| all.get(section));
        let Some(found) = all.and_then(|all| all.get(name)) else {
            let rule = format!("`{text}` refers to nothing in the document");
            return Err(ImportError::new(path, &format!("{pointer}/$ref"), rule));
        };
        (json, pointer) = (found, format!("/components/{section}/{}", escape(name)));
    }
    Err(ImportError::new(path, &pointer, "the references lead back to themselves"))
}

/// A name inside a JSON pointer.
pub(super) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
