//! The versions of the REST API, and how well they are known.

use std::ops::RangeInclusive;

use backhaul_wire::{ApiVersion, Operation, System, Versions};

/// The versions of the REST API that the schemas describe.
pub const VERSIONS: RangeInclusive<u8> = 3..=8;

/// The same as a range that says itself: `v3 to v8`.
pub const KNOWN: Versions = Versions::new(ApiVersion::new(*VERSIONS.start()), ApiVersion::new(*VERSIONS.end()));

/// The versions of which no document lists all operations: what the schemas have of them comes from the Help Center's
/// pages, samples, and both neighbours.
pub const RECONSTRUCTED: RangeInclusive<u8> = 3..=5;

/// Whether a version is only not known to have something: its absence from a reconstructed version says nothing, unless
/// the first version with a document lacks it as well.
#[must_use]
pub fn is_unproven(versions: Versions, version: u8) -> bool {
    let documented = RECONSTRUCTED.end() + 1;
    let came_later = versions.since.is_some_and(|since| since.get() > documented);
    RECONSTRUCTED.contains(&version) && !came_later && !versions.contains(ApiVersion::new(version))
}

/// Whether an operation does what its body names (`{"start": null}`), as v3 to v5 have it. The answer to one is a
/// session or nothing, as what was done has it.
#[must_use]
pub fn is_action(operation: &Operation) -> bool {
    operation.system == System::Vb365 && operation.method == "POST" && operation.path.ends_with("/Action")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absence_is_proven_by_a_document_alone() {
        for (since, until, version, unproven) in [
            (6, 0, 3, true),
            (7, 0, 5, false),
            (4, 0, 3, true),
            (3, 3, 5, true),
            (3, 5, 6, false),
            (3, 5, 4, false),
            (8, 0, 7, false),
        ] {
            let versions = Versions::new(ApiVersion::new(since), ApiVersion::new(until));
            assert_eq!(is_unproven(versions, version), unproven, "{versions}: v{version}");
        }
    }
}
