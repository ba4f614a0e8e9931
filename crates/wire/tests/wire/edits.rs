//! Fields of bodies that edit: a value, an explicit null, or nothing.

use backhaul_models::vb365::{AuditEmailSettingsRequest, BackupRepositoryFromClient, EditCopyJob, JobActionBody};
use backhaul_wire::json::{Case, check_versions, decode, encode};
use backhaul_wire::{Edit, Struct};
use serde_json::{Value, json};

fn written(value: &dyn Struct) -> Value {
    serde_json::from_slice(&encode(value, Case::Schema).unwrap()).unwrap()
}

#[test]
fn absent_is_not_written_and_null_is_null() {
    let mut body = BackupRepositoryFromClient::default();
    assert_eq!(written(&body), json!({}));
    body.proxy_pool_id = "p1".into();
    body.proxy_id = Edit::NULL;
    assert_eq!(written(&body), json!({ "proxyId": null, "proxyPoolId": "p1" }));
    assert!(body.proxy_pool_id.get().is_some() && body.proxy_id.is_null() && body.organization_id.is_absent());
}

#[test]
fn a_body_that_edits_reads_as_it_was_written() {
    let text = br#"{"backupJobId":null,"isEnabled":true}"#;
    let body: EditCopyJob = decode(text).unwrap();
    assert!(body.backup_job_id.is_null() && body.repository_id.is_absent());
    assert_eq!(encode(&body.clone(), Case::Schema).unwrap(), text);
    assert_eq!(body.clone(), body);
    assert_ne!(body, EditCopyJob::default());
    assert_eq!(format!("{body:?}"), r#"EditCopyJob { backupJobId: Null, isEnabled: true }"#);
}

#[test]
fn an_action_is_one_null_member() {
    let body = JobActionBody::new().start(Edit::NULL);
    assert_eq!(written(&body), json!({ "start": null }));
    check_versions(&body, backhaul_wire::ApiVersion::new(5)).unwrap();
}

#[test]
fn null_is_checked_against_the_version_like_any_value() {
    let body = AuditEmailSettingsRequest::new().mail_api_url(Edit::NULL);
    let error = check_versions(&body, backhaul_wire::ApiVersion::new(6)).unwrap_err().to_string();
    assert!(error.contains("mailApiUrl") && error.contains("v7"), "{error}");
}

#[test]
fn none_clears_and_a_value_sets() {
    assert!(Edit::<bool>::from(None).is_null());
    assert_eq!(Edit::from(Some(true)).into_value(), Some(true));
    assert_eq!(format!("{:?} {:?}", Edit::from(1_i64), Edit::<i64>::ABSENT), "1 absent");
}
