//! Which of our types a link type means.
//!
//! Mostly the link type is the element's name, and ours; `XReference` is an `EntityRef`, `XReferenceList` an
//! `EntityReferences`, `XList` the plural. The vendor's exceptions stand in a table (source: the documents' table of
//! link types, and their samples).

use backhaul_wire::Shape;

/// Link types that are not called like what stands there: the link type, and what stands there.
const IRREGULAR: &[(&str, &[&str])] = &[
    ("CdpReplicaVm", &["VmCdpReplica"]),
    ("CdpReplicaVms", &["VmCdpReplicas"]),
    ("CredentialsList", &["CredentialsInfoList"]),
    ("DirectoryEntry", &["FileSystemEntry"]),
    ("DirectoryEntryList", &["FileSystemEntries"]),
    ("FileEntry", &["FileSystemEntry"]),
    ("FileEntryList", &["FileSystemEntries"]),
    ("FileSystemItems", &["FileSystemEntry", "FileSystemEntries"]),
    ("FileSystemItemsList", &["FileSystemEntry", "FileSystemEntries"]),
    // The sample of a NAS job calls its own other form a job.
    ("Job", &["NASJob"]),
    ("LookupService", &["LookupSvc"]),
    ("PasswordKey", &["PasswordKeyInfo"]),
    ("PasswordKeyList", &["PasswordKeyInfoList"]),
    ("QueryService", &["QuerySvc"]),
    ("Report", &["SummaryReport"]),
    (
        "ReportFrame",
        &[
            "OverviewReportFrame",
            "VmsOverviewReportFrame",
            "JobStatisticsReportFrame",
            "RepositoryReportFrame",
            "ProcessedVmsReportFrame",
        ],
    ),
    // So the sample of a system session calls its own short form.
    ("BackupJobSession", &["SystemSession"]),
];

/// The names that a reference and a list of them go by.
const REFERENCE: &str = "Reference";
const REFERENCES: &str = "ReferenceList";

/// Whether what stands at a link of this type reads as `shape`.
pub(super) fn fits(link_type: &str, shape: &Shape) -> bool {
    if strip(link_type, REFERENCES).is_some() {
        return shape.name == "EntityReferences";
    }
    if strip(link_type, REFERENCE).is_some() {
        return shape.name == "EntityRef";
    }
    let is = |name: &str| {
        let known = std::iter::once(&shape.name).chain(shape.root.as_ref());
        known.chain(shape.aliases).any(|known| known.eq_ignore_ascii_case(name))
    };
    let (single, suffixes) = match strip(link_type, "List") {
        Some(single) => (single, ["ListType", "EntityListType"]),
        None => (link_type, ["Type", "EntityType"]),
    };
    is(link_type)
        || suffixes.iter().any(|suffix| is(&format!("{single}{suffix}")))
        || IRREGULAR
            .iter()
            .any(|(known, meant)| known.eq_ignore_ascii_case(link_type) && meant.iter().any(|name| is(name)))
}

/// The link type of the entity, or of the list of entities, that a reference or list of references stands for.
pub(super) fn whole(link_type: &str) -> String {
    match (strip(link_type, REFERENCES), strip(link_type, REFERENCE)) {
        (Some(single), _) => format!("{single}List"),
        (None, Some(single)) => single.to_owned(),
        (None, None) => link_type.to_owned(),
    }
}

/// Whether a link of this type leads to the short form.
pub(super) fn is_reference(link_type: &str) -> bool {
    strip(link_type, REFERENCES).is_some() || strip(link_type, REFERENCE).is_some()
}

/// The text before a suffix, whatever its letter case.
fn strip<'t>(text: &'t str, suffix: &str) -> Option<&'t str> {
    let (start, end) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
    (end.eq_ignore_ascii_case(suffix) && !start.is_empty()).then_some(start)
}

#[cfg(test)]
mod tests {
    use backhaul_models::em::{
        CloudTenant, CloudTenants, CredentialsInfo, EntityRef, EntityReferences, FileSystemEntries, Job, NASJob,
        QuerySvc, RepositoryReportFrame,
    };
    use backhaul_wire::reflect::Model;

    use super::*;

    #[test]
    fn link_types_mean_what_the_documents_say() {
        for (link_type, shape) in [
            ("CloudTenant", CloudTenant::SHAPE),
            ("cloudtenant", CloudTenant::SHAPE),
            ("CloudTenantList", CloudTenants::SHAPE),
            ("CloudTenantReference", EntityRef::SHAPE),
            ("CloudTenantReferenceList", EntityReferences::SHAPE),
            ("Credentials", CredentialsInfo::SHAPE),
            ("FileEntryList", FileSystemEntries::SHAPE),
            ("NASJob", NASJob::SHAPE),
            ("Job", NASJob::SHAPE),
            ("QueryService", QuerySvc::SHAPE),
            ("ReportFrame", RepositoryReportFrame::SHAPE),
        ] {
            assert!(fits(link_type, shape), "{link_type} is {}", shape.name);
        }
        for (link_type, shape) in [
            ("CloudTenantReference", CloudTenant::SHAPE),
            ("CloudTenantList", CloudTenant::SHAPE),
            ("CloudTenant", CloudTenants::SHAPE),
            ("NASJob", Job::SHAPE),
            ("Reference", EntityRef::SHAPE),
            ("", Job::SHAPE),
        ] {
            assert!(!fits(link_type, shape), "{link_type} is not {}", shape.name);
        }
    }

    #[test]
    fn a_reference_stands_for_its_entity() {
        assert_eq!(whole("JobReference"), "Job");
        assert_eq!(whole("JobReferenceList"), "JobList");
        assert_eq!(whole("Job"), "Job");
    }
}
