//! Mistakes in vendors' documents, each mended by a named function.
//!
//! An import tries every fixup, for a vendor's next document has most mistakes of the one before. Where one finds
//! nothing to mend in a version that had the mistake, or in a newer one, the vendor has mended it: the document is
//! taken, and a note says so.

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

/// Mends a document; gives a note for each mistake that was to be expected and is not there.
pub(crate) fn mend(system: &str, version: u8, document: &mut Json) -> Vec<String> {
    let mut notes = Vec::new();
    for fixup in of(system) {
        let mended = (fixup.apply)(document);
        let expected = fixup.versions.contains(&version)
            || fixup
                .versions
                .iter()
                .max()
                .is_some_and(|last| *last < version && fixup.versions.contains(&(version - 1)));
        if !mended && expected {
            notes.push(format!("v{version} no longer has the mistake of the fixup `{}` ({})", fixup.name, fixup.says));
        }
    }
    notes
}

/// The fixups of a system's documents.
#[must_use]
pub fn of(system: &str) -> &'static [Fixup] {
    match system {
        "vb365" => vb365::FIXUPS,
        _ => &[],
    }
}
