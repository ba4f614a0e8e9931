//! The links of Enterprise Manager's entities, which tell what an entity belongs to.

/// Whether a link of this type is one to the wanted type: `BackupServer` finds `BackupServer` and
/// `BackupServerReference`.
pub(crate) fn names_type(found: &str, wanted: &str) -> bool {
    found.strip_suffix("Reference").unwrap_or(found).eq_ignore_ascii_case(wanted)
}

/// Whether the relation of a link is that to what the entity belongs to.
pub(crate) fn is_up(relation: &str) -> bool {
    relation == "Up"
}

/// The identifier at the end of an address: `.../backupServers/<guid>?format=Entity`.
pub(crate) fn last_segment(href: &str) -> Option<&str> {
    let path = href.split(['?', '#']).next().unwrap_or(href);
    path.trim_end_matches('/').rsplit('/').next().filter(|segment| !segment.is_empty())
}
