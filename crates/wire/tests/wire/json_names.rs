//! Enterprise Manager 13 writes camelCase by .NET's rule.

use backhaul_models::em::QueryResult;
use backhaul_models::registry;
use backhaul_wire::generated::TypeEntry;
use backhaul_wire::json::{Case, camel_case, encode};
use backhaul_wire::{System, json};

use crate::every::Every;

#[test]
fn the_rule() {
    for (schema, camel) in [
        ("UID", "uid"),
        ("JobUid", "jobUid"),
        ("NASJobs", "nasJobs"),
        ("VAppRestorePoints", "vAppRestorePoints"),
        ("SupportedVersions", "supportedVersions"),
        ("vAppNewName", "vAppNewName"),
        ("A", "a"),
        ("", ""),
        ("_links", "_links"),
        ("ÄB", "ÄB"),
        ("ABé", "abé"),
    ] {
        assert_eq!(camel_case(schema), camel);
    }
}

#[test]
fn names_are_written_in_it_at_every_depth() {
    let body = r#"{"UID":"u","Nested":{"UID":"v"},"NASJobs":{"NASJobs":[{"UID":"w"}]},"Texts":{"UID":"x"}}"#;
    let value: Every = json::decode(body.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(encode(&value, Case::Schema).unwrap()).unwrap(), body);
    // A map's names are data.
    let camel = r#"{"uid":"u","nested":{"uid":"v"},"nasJobs":{"nasJobs":[{"uid":"w"}]},"texts":{"UID":"x"}}"#;
    assert_eq!(String::from_utf8(encode(&value, Case::Camel).unwrap()).unwrap(), camel);
}

#[test]
fn a_type_has_no_two_fields_that_differ_by_letter_case_alone() {
    for system in System::ALL {
        for entry in registry::types(system) {
            let TypeEntry::Struct(shape) = entry else { continue };
            let mut names: Vec<_> = shape.fields.iter().map(|field| field.json.to_ascii_lowercase()).collect();
            names.sort_unstable();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all, "{system}.{}", shape.name);
        }
    }
}

#[test]
fn both_cases_read_as_one() {
    let pascal: QueryResult = json::decode(
        br#"{"Resources":{"CloudSubtenants":{"CloudSubtenants":[{"Name":"a","RepositoryQuota":{"UsedQuotaMb":7}}]}}}"#,
    )
    .unwrap();
    let camel: QueryResult = json::decode(
        br#"{"resources":{"cloudSubtenants":{"cloudSubtenants":[{"name":"a","repositoryQuota":{"usedQuotaMb":7}}]}}}"#,
    )
    .unwrap();
    assert_eq!(pascal, camel);
    assert_eq!(pascal.resources.unwrap().cloud_subtenants[0].repository_quota.as_ref().unwrap().used_quota_mb, Some(7));
}
