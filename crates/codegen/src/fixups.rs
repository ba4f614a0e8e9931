//! Mistakes in vendors' documents, each mended by a named function.
//!
//! An import applies the fixups of its version, and fails when one no longer finds its mistake: then the document has changed, and a
//! person decides whether the fixup goes.

mod vb365;

use serde_json::Value as Json;

/// A mistake in a vendor's document.
#[derive(Debug)]
pub struct Fixup {
    /// Its name.
    pub name: &'static str,
    /// The versions whose documents have it.
    pub versions: &'static [u8],
    /// What the document says.
    pub says: &'static str,
    /// What is true.
    pub is: &'static str,
    /// How we know.
    pub known_by: &'static str,
    /// Mends a document; `false` when the mistake is not there.
    pub apply: fn(&mut Json) -> bool,
}

/// The fixups of a system's documents.
#[must_use]
pub fn of(system: &str) -> &'static [Fixup] {
    match system {
        "vb365" => vb365::FIXUPS,
        _ => &[],
    }
}
