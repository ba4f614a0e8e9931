//! The documented answers of the five calls, and of the logons, are read to the last field.
//!
//! The fixtures hold the values that the vendors' documents print, in a layout of our own: they are what keeps the
//! client and the simulator from sharing one mistake.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::path::Path;

use backhaul_models::{em, vb365, zstack};
use backhaul_wire::reflect::Model;
use backhaul_wire::{Drift, Struct, json, xml};

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Reads a fixture; whatever the schemas do not know fails the test.
fn read<T: Model>(name: &str) -> T {
    let body = fixture(name);
    let (mut value, mut drift) = (T::default(), Drift::default());
    let read = match name.ends_with(".xml") {
        true => xml::decode_into(&mut value, &body, Some(&mut drift)),
        false => json::decode_into(&mut value, &body, Some(&mut drift)),
    };
    read.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(drift, Drift::default(), "{name}");
    value
}

fn shown(value: &dyn Struct) -> String {
    json::to_string_pretty(value).unwrap()
}

#[test]
fn enterprise_manager_query_cloud_subtenant() {
    let page: em::QueryResult = read("em/query_cloud_subtenant.xml");
    insta::assert_snapshot!(shown(&page));
    let subtenants = &page.resources.as_ref().unwrap().cloud_subtenants;
    let quotas: Vec<_> = subtenants
        .iter()
        .map(|it| (it.name.as_deref().unwrap(), it.repository_quota.as_ref().unwrap().quota_mb.unwrap()))
        .collect();
    assert_eq!(quotas, [("User01", 1024), ("User03", 10_240), ("User2", 10_240)]);
    let first = page.paging_info.as_ref().unwrap().links[0].href.as_deref().unwrap();
    assert!(first.ends_with("&filter=BackupServerName==\"172.24.31.67\";Disabled==false;CloudTenantName==\"ABC+Company\"&pageSize=100&page=1"), "{first}");
}

#[test]
fn enterprise_manager_query_cloud_tenant() {
    let page: em::QueryResult = read("em/query_cloud_tenant.xml");
    insta::assert_snapshot!(shown(&page));
}

#[test]
fn enterprise_managers_json_of_both_releases_says_what_its_xml_says() {
    for query in ["query_cloud_subtenant", "query_cloud_tenant"] {
        let from_xml: em::QueryResult = read(&format!("em/{query}.xml"));
        for release in [12, 13] {
            let name = format!("em/{query}.{release}.json");
            let mut from_json: em::QueryResult = read(&name);
            // An XML body has no `Entities` where the result stands in `Resources`; the JSON one has it, all members
            // null.
            if query == "query_cloud_subtenant" {
                assert_eq!(from_json.entities.take(), Some(em::QueryEntities::default()), "{name}");
            }
            assert_eq!(shown(&from_json), shown(&from_xml), "{name}");
            assert_eq!(from_json, from_xml, "{name}");
        }
        assert!(fixture(&format!("em/{query}.13.json")).starts_with(b"\xef\xbb\xbf"), "a byte-order mark comes first");
    }
}

#[test]
fn enterprise_manager_root_and_logon() {
    insta::assert_snapshot!("em_root", shown(&read::<em::EnterpriseManager>("em/root.xml")));
    insta::assert_snapshot!("em_logon_session", shown(&read::<em::LogonSession>("em/logon_session.xml")));
    assert_eq!(read::<em::LogonSession>("em/logon_session.13.json"), read::<em::LogonSession>("em/logon_session.xml"));
}

#[test]
fn vb365_v3_backed_up_organizations() {
    let page: vb365::Page<vb365::BackupRepositoryStorageUsageInfo> = read("vb365/v3_backed_up_organizations.json");
    assert_eq!(page.results[0].used_space_bytes, Some(12_566_568), "the document prints it as a string");
    insta::assert_snapshot!(shown(&page));
}

#[test]
fn vb365_v3_used_repositories() {
    let page: vb365::Page<vb365::OrganizationStorageSpaceUsage> = read("vb365/v3_used_repositories.json");
    assert_eq!((page.results[0].used_space_bytes, page.results[0].is_available), (Some(1_132_135), Some(true)));
    assert_eq!(page.results[0].details.as_deref(), Some("default_repository"));
}

#[test]
fn vb365_v5_organization() {
    let organization: vb365::LoggedInOrganization = read("vb365/v5_organization.json");
    assert_eq!(organization.first_backuptime.as_ref().unwrap().as_str(), "2020-05-29T10:29:05.5413083Z");
    insta::assert_snapshot!(shown(&organization));
}

#[test]
fn vb365_v6_used_repositories() {
    let page: vb365::Page<vb365::OrganizationStorageSpaceUsage> = read("vb365/v6_used_repositories.json");
    let used: Vec<_> =
        page.results.iter().map(|it| (it.used_space_bytes, it.object_storage_used_space_bytes)).collect();
    assert_eq!(used, [(Some(0), Some(2_499_432_773)), (Some(0), Some(2_348_310_138)), (Some(9_559_506_944), Some(0))]);
    insta::assert_snapshot!(shown(&page));
}

#[test]
fn zstack_query_backup_storage() {
    let page: zstack::Page<zstack::BackupStorage> = read("zstack/query_backup_storage.json");
    assert_eq!(page.inventories[0].total_capacity(), Some(9_992_857_976_832));
    assert_eq!(page.inventories[0].create_date().unwrap().parts().unwrap().hour, 14);
    insta::assert_snapshot!(shown(&page));
}

#[test]
fn zstack_logon_and_error() {
    let reply: zstack::Reply<zstack::Session> = read("zstack/log_in_by_account.json");
    let session = reply.inventory.as_ref().unwrap();
    assert_eq!(session.uuid.as_ref().unwrap().expose(), "00d038b699b74e76a01705918d48d939");
    assert!(!shown(&reply).contains("00d038b699b74e76a01705918d48d939"), "the session is a secret");
    let error: zstack::ErrorResponse = read("zstack/error.json");
    insta::assert_snapshot!(shown(&error));
}

/// Every fixture comes back the same after it was written and read again.
#[test]
fn every_body_survives_a_round_trip() {
    fn check<T: Model + PartialEq + std::fmt::Debug>(name: &str) {
        let value: T = read(name);
        let again: T = match name.ends_with(".xml") {
            true => xml::decode(&xml::encode(&value).unwrap()).unwrap(),
            false => json::decode(&json::encode(&value, json::Case::Schema).unwrap()).unwrap(),
        };
        assert_eq!(again, value, "{name}");
    }
    for query in ["query_cloud_subtenant", "query_cloud_tenant"] {
        for end in ["xml", "12.json", "13.json"] {
            check::<em::QueryResult>(&format!("em/{query}.{end}"));
        }
    }
    check::<em::EnterpriseManager>("em/root.xml");
    check::<em::LogonSession>("em/logon_session.xml");
    check::<vb365::Page<vb365::BackupRepositoryStorageUsageInfo>>("vb365/v3_backed_up_organizations.json");
    check::<vb365::Page<vb365::OrganizationStorageSpaceUsage>>("vb365/v3_used_repositories.json");
    check::<vb365::LoggedInOrganization>("vb365/v5_organization.json");
    check::<vb365::Page<vb365::OrganizationStorageSpaceUsage>>("vb365/v6_used_repositories.json");
    check::<zstack::Page<zstack::BackupStorage>>("zstack/query_backup_storage.json");
    check::<zstack::Reply<zstack::Session>>("zstack/log_in_by_account.json");
    check::<zstack::ErrorResponse>("zstack/error.json");
}
