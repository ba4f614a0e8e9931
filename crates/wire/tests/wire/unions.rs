//! Values that are one of several structs.

use backhaul_models::vb365::{
    AnyJobItem, DataRetrieval, Event, EventType, ExchangeItem, JobBackupItemType, JobItem, JobSiteItem, ObjectStorage,
    Organization, Page,
};
use backhaul_wire::json::{self, Case, decode, encode};
use backhaul_wire::reflect::Model;
use backhaul_wire::{Drift, Struct};
use serde_json::{Value, json};

fn read<T: Model>(body: &Value) -> T {
    decode(body.to_string().as_bytes()).unwrap()
}

fn written(value: &dyn Struct) -> Value {
    serde_json::from_slice(&encode(value, Case::Schema).unwrap()).unwrap()
}

#[test]
fn the_tag_tells_the_kind_wherever_it_stands() {
    let body = json!({ "site": { "id": "s1" }, "id": "7", "type": "Site" });
    let JobItem::Site(item) = read::<JobItem>(&body) else { panic!("no site") };
    assert_eq!(item.id.as_ref().unwrap().as_str(), "7");
    assert_eq!(written(&JobItem::Site(item)), body);
    for (tag, shape) in [
        ("Group", "JobGroupItem"),
        ("User", "JobUserItem"),
        ("PartialOrganization", "JobOrganizationItem"),
        ("PersonalSites", "JobPersonalSitesItem"),
        ("OneDriveFolders", "JobOneDriveFoldersItem"),
        ("Team", "JobTeamItem"),
        ("team", "JobTeamItem"),
    ] {
        assert_eq!(read::<JobItem>(&json!({ "type": tag })).shape().name, shape);
    }
}

#[test]
fn every_kind_of_event_is_told_by_its_tag() {
    let union = Event::SHAPE.union.unwrap();
    assert_eq!((union.tag, union.variants.len()), (Some("eventType"), 30));
    for variant in union.variants {
        let [tag] = variant.tags else { panic!("{}", variant.shape.name) };
        assert_eq!(read::<Event>(&json!({ "id": "1", "eventType": tag })).shape().name, variant.shape.name);
    }
}

#[test]
fn an_unknown_kind_is_kept_with_its_body() {
    let body = json!({ "type": "Planner", "id": "7", "plan": { "deep": [1, null] }, "note": null, "mailbox": true });
    let mut item = JobItem::default();
    let mut drift = Drift::default();
    json::decode_into(&mut item, body.to_string().as_bytes(), Some(&mut drift)).unwrap();
    let JobItem::Unknown(any) = &item else { panic!("{item:?}") };
    assert_eq!(any.r#type, Some(JobBackupItemType::from("Planner")));
    assert_eq!(item.id().unwrap().as_str(), "7");
    assert_eq!((any.mailbox, any.unknown.get("plan").as_ref()), (Some(true), body.get("plan")));
    assert_eq!(written(&item), body);
    assert_eq!(item.clone(), item);
    // The kind is not known, and neither is what only it has.
    drift.unknown_fields.sort();
    assert_eq!(drift.unknown_fields, ["note", "plan"]);
    assert_eq!(drift.unknown_values.len(), 1);
    assert_eq!(drift.unknown_values[0].path, "type");
}

#[test]
fn without_a_tag_the_members_tell() {
    let azure =
        json!({ "name": "May", "azureArchiveRetrievalPolicy": "HighPriority", "amazonS3GlacierRetrievalPolicy": null });
    assert_eq!(read::<DataRetrieval>(&azure).shape().name, "AzureDataRetrieval");
    let amazon = json!({ "amazonS3GlacierRetrievalPolicy": "Bulk", "name": "May" });
    assert_eq!(read::<DataRetrieval>(&amazon).shape().name, "AmazonS3DataRetrieval");
    // Nothing that any kind knows: not even one of them.
    assert!(matches!(read::<DataRetrieval>(&json!({ "x": 1 })), DataRetrieval::Unknown(_)));
    // Nothing at all.
    assert!(matches!(read::<DataRetrieval>(&json!({})), DataRetrieval::Unknown(_)));
}

#[test]
fn a_known_tag_of_no_kind_in_particular_leaves_it_to_the_members() {
    let wasabi = json!({ "type": "WasabiCloud", "amazonBucketS3Compatible": { "name": "b" } });
    assert_eq!(read::<ObjectStorage>(&wasabi).shape().name, "S3CompatibleObjectStorage");
}

#[test]
fn a_tag_covers_what_goes_on_after_a_dot_and_free_text_is_no_unknown_kind() {
    for (class, shape) in [
        ("IPM.Note", "ExchangeMessageItem"),
        ("IPM.Note.SMIME", "ExchangeMessageItem"),
        ("IPM.Notebook", "StickyNoteItem"),
        ("IPM.Contact", "ContactItem"),
    ] {
        let body = json!({ "id": "1", "itemClass": class, "date": "2020-01-01T00:00:00Z" });
        assert_eq!(read::<ExchangeItem>(&body).shape().name, shape, "{class}");
    }
}

#[test]
fn null_and_lists_and_maps_of_unions() {
    let page: Page<JobItem> = read(&json!([{ "type": "Team", "id": "1" }, null, { "type": "Site", "id": "2" }]));
    let names: Vec<_> = page.results.iter().map(|item| item.shape().name).collect();
    assert_eq!(names, ["JobTeamItem", "JobItem", "JobSiteItem"]);
    let error = decode::<Page<JobItem>>(br#"{"results": [{"type": "Site", "site": 5}]}"#).unwrap_err().to_string();
    assert!(error.contains("results[0].site"), "{error}");
    let error = decode::<Page<JobItem>>(br#"{"results": [[1]]}"#).unwrap_err().to_string();
    assert!(error.contains("JobItem"), "{error}");
}

#[test]
fn a_kind_becomes_the_union_and_sets_its_tag() {
    let item = JobItem::from(JobSiteItem::default());
    assert_eq!(written(&item), json!({ "type": "Site" }));
    let event = Event::from(backhaul_models::vb365::JobDeleteEvent::default());
    assert!(matches!(&event, Event::JobDelete(it) if it.event_type == Some(EventType::JobDelete)));
}

#[test]
fn every_field_at_once_becomes_the_kind_that_it_is() {
    let mut any = AnyJobItem::default();
    any.r#type = Some(JobBackupItemType::Team);
    any.teams_chats = Some(true);
    assert!(matches!(JobItem::from(any.clone()), JobItem::Team(team) if team.teams_chats == Some(true)));
    // Nothing is lost: a team has no mailbox, so this is no kind that is known.
    any.mailbox = Some(true);
    assert!(matches!(JobItem::from(any), JobItem::Unknown(_)));
}

#[test]
fn serde_reads_and_writes_unions() {
    let body = json!({ "type": "Office365", "name": "abc" });
    let organization: Organization = serde_json::from_value(body.clone()).unwrap();
    assert!(matches!(organization, Organization::Office365(_)));
    assert_eq!(organization.name().unwrap(), "abc");
    assert_eq!(serde_json::to_value(json::Redacted(&organization)).unwrap(), body);
    assert_eq!(format!("{organization:?}"), r#"Office365Organization { type: Office365, name: "abc" }"#);
}
