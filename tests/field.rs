//! What people who do this job met: bodies, requests and filters that real servers and clients send.
//!
//! Each was once refused or lost a member. The bodies hold the names that servers send, with values of our own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use backhaul_filter::{check, parse};
use backhaul_models::{em, registry, vb365, zstack};
use backhaul_wire::reflect::Model;
use backhaul_wire::{ApiVersion, Drift, System, json, xml};

/// Reads a body; whatever the schemas do not know fails the test.
fn read<T: Model>(body: &str) -> T {
    let (mut value, mut drift) = (T::default(), Drift::default());
    let read = match body.starts_with('<') {
        true => xml::decode_into(&mut value, body.as_bytes(), Some(&mut drift)),
        false => json::decode_into(&mut value, body.as_bytes(), Some(&mut drift)),
    };
    read.unwrap_or_else(|error| panic!("{body}: {error}"));
    assert_eq!(drift, Drift::default(), "{body}");
    value
}

const NAMESPACE: &str = "xmlns=\"http://www.veeam.com/ent/v1.0\"";

#[test]
fn sessions_of_enterprise_manager_say_why_they_failed() {
    let backup: em::BackupJobSession = read(&format!(
        "<BackupJobSession {NAMESPACE}><Links/><JobName>Job</JobName><Result>Failed</Result><Progress>0</Progress>\
         <FailureMessage>Access is denied.</FailureMessage><IsRetry>false</IsRetry></BackupJobSession>"
    ));
    assert_eq!(backup.failure_message.as_deref(), Some("Access is denied."));
    // Members keep the server's order when they are written.
    let written = String::from_utf8(xml::encode(&backup).unwrap()).unwrap();
    assert!(written.contains("</Progress><FailureMessage>Access is denied.</FailureMessage><IsRetry>"), "{written}");
    let restore: em::RestoreSession = read(&format!(
        "<RestoreSession {NAMESPACE}><JobUid>urn:veeam:Job:1</JobUid><JobName>srv04</JobName><Result>Failed</Result>\
         <FailureMessage>No space left.</FailureMessage></RestoreSession>"
    ));
    assert_eq!(restore.failure_message.as_deref(), Some("No space left."));
    let replica: em::ReplicaJobSession = read(r#"{"jobName": "Job", "failureMessage": "Lost.", "uid": "urn:1"}"#);
    assert_eq!(replica.failure_message.as_deref(), Some("Lost."));
}

#[test]
fn live_answers_of_enterprise_manager_are_known_whole() {
    let server: em::BackupServer = read(
        r#"{"port": 9392, "version": "13.0.1.1071", "wcfPort": 9401, "vbrCertificateThumbprint": "AB", "name": "vbr"}"#,
    );
    assert_eq!((server.wcf_port, server.vbr_certificate_thumbprint.as_deref()), (Some(9401), Some("AB")));
    let frame: em::RepositoryReportFrame = read(&format!(
        "<RepositoryReportFrame {NAMESPACE} CapacityPlanningReportLink=\"reports/capacity\" Type=\"RepositoryReportFrame\"/>"
    ));
    assert_eq!(frame.capacity_planning_report_link.as_deref(), Some("reports/capacity"));
    // A log sequence number has more digits than any number of ours.
    let point: em::VmRestorePoint = read(&format!(
        "<VmRestorePoint {NAMESPACE}><SqlInfo><Databases><Database Name=\"db\" LastLsn=\"34000000012300001000000123\"/>\
         </Databases></SqlInfo></VmRestorePoint>"
    ));
    let lsn = point.sql_info.as_ref().unwrap().databases[0].last_lsn.as_deref();
    assert_eq!(lsn, Some("34000000012300001000000123"));
}

#[test]
fn what_only_links_lead_to_is_found() {
    let found = |system, method: &str, target: &str| {
        let found = registry::match_request(system, method, target).map(|(operation, _)| operation.name);
        found.unwrap_or_else(|| panic!("{method} {target} is not found"))
    };
    let id = "4856ab37-2213-4a05-a3c4-3d8ad2b4c9a1";
    for (method, path, name) in [
        ("GET", format!("/api/jobs/{id}/backupSessions?format=Entity"), "GetJobsByIdBackupSessions"),
        ("GET", format!("/api/backups/{id}/backupFiles"), "GetBackupsByIdBackupFiles"),
        ("GET", format!("/api/repositories/{id}/backups"), "GetRepositoriesByIdBackups"),
        ("PUT", format!("/api/jobs/{id}?format=Entity"), "PutJobsById"),
        ("PUT", format!("/api/jobs/{id}?action=edit"), "PutJobsByIdEdit"),
        (
            "GET",
            format!("/api/vmRestorePoints/{id}/mounts/1/C:/a/b.docx?action=download"),
            "GetVmRestorePointsByIdMountsByIdByFilepath",
        ),
        (
            "GET",
            format!("/api/catalog/vms/srv04/vmRestorePoints/{id}/guestfs?action=listAll"),
            "GetCatalogVmsByVmnameVmRestorePointsByIdGuestfs",
        ),
        (
            "GET",
            format!("/api/catalog/vms/srv04/vmRestorePoints/{id}/guestfs/C:/a?action=listDirs"),
            "GetCatalogVmsByVmnameVmRestorePointsByIdGuestfsByFilepath",
        ),
    ] {
        assert_eq!(found(System::Em, method, &path), name);
    }
    assert_eq!(found(System::Zstack, "GET", "/zstack/v1/volume-backups"), "QueryVolumeBackup");
    assert_eq!(found(System::Zstack, "POST", &format!("/zstack/v1/volumes/{id}/vm-backups")), "CreateVmBackup");
    let old = found(System::Zstack, "POST", "/zstack/v1/vm-instances/capabilities");
    assert_eq!(old, "GetVmsCapabilitiesBefore5");
    assert_eq!(found(System::Zstack, "GET", "/zstack/v1/vm-instances/capabilities"), "GetVmsCapabilities");
    assert_eq!(
        found(System::Zstack, "GET", "/zstack/v1/account-import/bindings"),
        "QueryThirdPartyAccountSourceBinding"
    );
}

#[test]
fn a_filter_field_that_users_send_is_known() {
    let schema = <backhaul_filter::em::VmRestorePoint as backhaul_filter::QueryType>::DEF;
    for filter in [
        r#"HierarchyObjRef=="urn:VMware:Vm:c0516273-5555-4a5b-8c6d-0a1b2c3d4e5f.vm-77""#,
        "HierarchyObjRef==urn:VMware:Vm:c0516273-5555-4a5b-8c6d-0a1b2c3d4e5f.vm-77;CreationTime>=\"2026-02-01T00:00:00Z\"",
        "VmName==srv04",
    ] {
        let found = check(&parse(filter).unwrap(), schema);
        assert!(found.is_empty(), "{filter}: {found:?}");
    }
}

#[test]
fn kinds_of_zstacks_machines_have_a_status_in_text() {
    let page: zstack::Page<zstack::ApplianceVm> = read(
        r#"{"inventories": [{"uuid": "0f5d5a3c2b7e4f0e9b8a7c6d5e4f3a2b", "name": "vr-1", "status": "Connected", "type": "ApplianceVm"}]}"#,
    );
    assert_eq!(page.inventories.len(), 1);
    let tags: zstack::AttachTagToResourcesResult =
        read(r#"{"results": [{"success": true, "inventory": {"uuid": "0f5d5a3c2b7e4f0e9b8a7c6d5e4f3a2b"}}]}"#);
    assert_eq!(tags.results[0].success, Some(true));
    // The event that ends a job says things of itself, beside whatever result.
    let event =
        r#""apiId": "a1", "id": "e1", "createdTime": 1790812800000, "type": {"_name": "key.event.API.API_EVENT"}"#;
    let page: zstack::Page<zstack::ApplianceVm> = read(&format!(r#"{{"inventories": [], "success": true, {event}}}"#));
    assert_eq!((page.created_time, page.api_id.unwrap().as_str()), (Some(1_790_812_800_000), "a1"));
    let caps: zstack::GetVmsCapabilitiesResult = read(&format!(r#"{{"vmsCaps": {{}}, {event}}}"#));
    assert_eq!(caps.id.unwrap().as_str(), "e1");
}

#[test]
fn requests_of_old_versions_of_vb365_may_hold_what_their_pages_show() {
    let mut storage = vb365::AmazonS3AwsObjectStorageRepository::default();
    storage.s3_folder = Some("m365".to_owned());
    for version in [4, 5, 6] {
        json::check_versions(&storage, ApiVersion::new(version)).unwrap();
    }
}

#[test]
fn old_versions_of_vb365_have_what_their_pages_show() {
    for (version, method, path) in [
        (3, "GET", "/v3/ExclusionSettings"),
        (3, "PUT", "/v3/ExclusionSettings"),
        (3, "GET", "/v3/Proxies/1/Repositories"),
        (3, "GET", "/v3/InternetProxySettings"),
        (3, "GET", "/v3/Organizations/1/Users/1/OneDrives"),
        (3, "GET", "/v3/JobSessions/1/Log"),
        (4, "PUT", "/v4/ExclusionSettings"),
        (4, "GET", "/v4/VEODEmailSettings"),
    ] {
        let found = registry::match_request(System::Vb365, method, path);
        assert_eq!(found.and_then(|(_, version)| version), ApiVersion::new(version), "{method} {path}");
    }
    let settings: vb365::ExclusionSettingsToClient = read(r#"{"deletedItems": "false", "drafts": "true"}"#);
    assert_eq!((settings.deleted_items, settings.drafts), (Some(false), Some(true)));
    let mut newer = Drift::default();
    json::beyond_version(&settings, "", ApiVersion::new(3), &mut newer);
    assert_eq!(newer, Drift::default(), "v3 has the settings and all their members");
}
