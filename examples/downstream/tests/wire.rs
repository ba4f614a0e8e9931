//! What goes over the wire, pinned: after an upgrade of backhaul a difference is a line to read, and `cargo insta
//! review` to accept.

use backhaul_models::wire::{ApiVersion, json};
use downstream::{lines, requests};

fn asked(version: u8) -> String {
    let parts = requests(ApiVersion::new(version).unwrap()).unwrap();
    parts.iter().map(|parts| format!("{} {}\n", parts.method, parts.target())).collect()
}

#[test]
fn the_requests_of_each_version() {
    insta::assert_snapshot!("requests_v7", asked(7));
    insta::assert_snapshot!("requests_v8", asked(8));
}

#[test]
fn both_forms_of_a_listing_are_read() {
    let page = br#"{"offset": 0, "limit": 100, "results": [{"name": "Archive", "capacityBytes": 400, "freeSpaceBytes": 100}]}"#;
    let bare = br#"[{"name": "Archive", "capacityBytes": "400", "freeSpaceBytes": 100, "newerThanWe": true}]"#;
    insta::assert_debug_snapshot!("lines", lines(page).unwrap());
    assert_eq!(lines(page).unwrap(), lines(bare).unwrap());
}

/// What an entity writes: a new member of the schema shows here first.
#[test]
fn the_form_of_a_repository() {
    let mut repository = backhaul_models::vb365::BackupRepository::default();
    repository.name = Some("Archive".into());
    repository.capacity_bytes = Some(400);
    let text = json::encode(&repository, json::Case::Schema).unwrap();
    insta::assert_snapshot!("repository", String::from_utf8(text).unwrap());
}

#[test]
fn what_a_version_lacks_is_an_error() {
    use backhaul_models::request::{Format, Parts};
    let mut call = backhaul_models::vb365::operations::BackupRepositoryGetRepositories::new();
    call.limit = Some(100);
    let error = Parts::of(&call, ApiVersion::new(7), Format::Json).unwrap_err().to_string();
    assert_eq!(
        error,
        "BackupRepository_GetRepositories: the parameter `limit` is not in v7 of the API: it is in v8 and later"
    );
}
