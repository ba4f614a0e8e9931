//! What servers answer in bad moments, and in releases that say more or less: no number is made up.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use backhaul_fleet::{Answer, Collect, Level, Row, Server};
use backhaul_models::em::QueryResult;
use backhaul_transport::em::EmClient;
use backhaul_transport::net::{Request, Response};
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{Client, EmFormat, EmOptions, Options, Vb365Options};
use backhaul_wire::{ApiVersion, json};
use futures_util::StreamExt;

const MB: i64 = 1 << 20;
const DEFAULT: &str = "urn:veeam:Repository:88788f9e-d8f5-4eb4-bc4f-9b3f5403bcec";
const CLOUD: &str = "urn:veeam:Repository:11111111-d8f5-4eb4-bc4f-9b3f5403bcec";

fn options() -> Options {
    let mut options = Options::new("https://server.invalid", "admin", "").unwrap();
    options.http.retry.max_attempts = 1;
    options
}

async fn ask(client: &Client, level: Level) -> Answer {
    let server = Server { name: "s".to_owned(), client: client.clone() };
    Box::pin(Collect::new().level(level).stream(vec![server])).next().await.unwrap()
}

/// Each repository by name, with what is used there.
fn used(answer: &Answer) -> Vec<(&str, Option<i64>)> {
    let mut rows: Vec<_> =
        answer.rows.iter().map(|row: &Row| (row.repository.as_deref().unwrap_or("?"), row.used_bytes)).collect();
    rows.sort_unstable();
    rows
}

/// An Enterprise Manager that answers each query with entities in JSON; no answer for a query that has none here.
async fn em(entities: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Answer {
    let mut options = EmOptions::from(options());
    options.format = EmFormat::Json;
    let em = EmClient::from_stub(options, move |request: &Request| {
        let kind = request.url.query_pairs().find(|(name, _)| name == "type").unwrap().1.into_owned();
        let Some(entities) = entities(&kind) else { return Response::new(500, r#"{"Message": "busy"}"#) };
        let list =
            if entities.is_empty() { String::new() } else { format!(r#""{kind}s": {{"{kind}s": [{entities}]}}"#) };
        let list = list.replace("Repositorys", "Repositories");
        // Documented so, for this one alone.
        let place = if kind == "CloudSubtenant" { "Resources" } else { "Entities" };
        Response::new(200, format!(r#"{{"{place}": {{{list}}}, "PagingInfo": {{"PageNum": 1, "PagesCount": 1}}}}"#))
    });
    ask(em.unwrap().client(), Level::Repository).await
}

fn repository(uid: &str, name: &str) -> String {
    format!(r#"{{"UID": "{uid}", "Name": "{name}", "Capacity": 1000, "FreeSpace": 400}}"#)
}

fn tenant(quota: &str) -> String {
    format!(
        r#"{{"UID": "urn:veeam:CloudTenant:aaaaaaaa-0000-0000-0000-000000000001", "Name": "ABC", "Resources": {{"CloudTenantResources": [
            {{{quota} "RepositoryQuota": {{"DisplayName": "q", "RepositoryUid": "{CLOUD}", "Quota": 1024, "UsedQuota": 100}}}}]}}}}"#
    )
}

#[tokio::test]
async fn em_without_its_tenants_says_nothing_of_what_repositories_hold() {
    let answer = em(|kind| (kind == "Repository").then(|| repository(CLOUD, "Cloud"))).await;
    assert_eq!(used(&answer), [("Cloud", None)]);
    assert!(answer.problems[0].to_string().starts_with("cloud tenants: "), "{:?}", answer.problems);
}

/// The default repository has the same id on every Backup & Replication server.
#[tokio::test]
async fn two_repositories_with_one_uid_are_two() {
    let answer = em(|kind| {
        let repositories =
            [repository(DEFAULT, "Default"), repository(DEFAULT, "Default, too"), repository(CLOUD, "Cloud")];
        Some(if kind == "Repository" { repositories.join(",") } else { String::new() })
    })
    .await;
    assert_eq!(used(&answer), [("Cloud", Some(0)), ("Default", None), ("Default, too", None)]);
    let ids: BTreeSet<_> = answer.rows.iter().map(|row| &row.repository_id).collect();
    assert_eq!((ids.len(), answer.problems.len()), (3, 1), "{:?}", answer.problems);
}

#[tokio::test]
async fn a_file_of_which_nobody_knows_where_it_lies_leaves_no_repository_empty() {
    let answer = em(|kind| {
        let up = |kind: &str, path: &str, uid: &str| {
            let id = uid.rsplit(':').next().unwrap();
            format!(r#""Links": [{{"Rel": "up", "Type": "{kind}Reference", "Href": "https://x/api/{path}/{id}"}}]"#)
        };
        let backup = "urn:veeam:Backup:bbbbbbbb-0000-0000-0000-000000000001";
        Some(match kind {
            "Repository" => repository(DEFAULT, "Default"),
            "Backup" => format!(r#"{{"UID": "{backup}", "Name": "b", {}}}"#, up("Repository", "repositories", DEFAULT)),
            "BackupFile" => {
                let file =
                    |at: u8| format!("\"UID\": \"urn:veeam:BackupFile:cccccccc-0000-0000-0000-00000000000{at}\"");
                let first = format!(r#"{{{}, "BackupSize": 7, {}}}"#, file(1), up("Backup", "backups", backup));
                format!(r#"{first}, {{{}, "BackupSize": 9, "Links": []}}"#, file(2))
            }
            _ => String::new(),
        })
    })
    .await;
    assert_eq!((used(&answer), answer.problems.len()), (vec![("Default", None)], 0), "{:?}", answer.problems);
}

#[tokio::test]
async fn a_quota_without_an_id_is_known_by_its_link() {
    let quota = "bbbbbbbb-0000-0000-0000-000000000009";
    let answer = em(move |kind| {
        Some(match kind {
            "Repository" => repository(CLOUD, "Cloud"),
            "CloudTenant" => tenant(&format!(r#""Href": "https://x/api/cloud/tenants/a/resources/{quota}","#)),
            "CloudSubtenant" => format!(
                r#"{{"Id": "cccccccc-0000-0000-0000-000000000001", "Name": "inside", "RepositoryQuota":
                    {{"TenantResourceId": "{quota}", "QuotaMb": 500, "UsedQuotaMb": 50}}}}"#
            ),
            _ => String::new(),
        })
    })
    .await;
    assert_eq!(used(&answer), [("Cloud", Some(50 * MB)), ("Cloud", Some(100 * MB))]);
    let sums = backhaul_fleet::totals(&answer.rows, &[]);
    assert_eq!(sums[0].total.used_bytes, Some(100 * MB));
}

#[tokio::test]
async fn an_organization_without_an_id_is_told() {
    let mut options = Vb365Options::from(options());
    options.version = ApiVersion::new(8);
    let vb365 = Vb365Client::from_stub(options, |request: &Request| match request.url.path() {
        "/v8/Organizations" => Response::new(200, r#"{"results": [{"name": "noid.example", "type": "Office365"}]}"#),
        "/v8/Organization" => Response::new(404, r#"{"message": "no"}"#),
        _ => Response::new(200, r#"{"results": []}"#),
    });
    let answer = ask(vb365.unwrap().client(), Level::Repository).await;
    let said: Vec<String> = answer.problems.iter().map(ToString::to_string).collect();
    assert!(said.len() == 1 && said[0].starts_with("organization noid.example: it has no id"), "{said:?}");
}

/// Releases that tell whom a resource is shared with list several accounts for one image.
#[tokio::test]
async fn a_shared_image_is_its_owners() {
    for (second, tenant) in [(r#", "type": "Share""#, Some("alice")), ("", None)] {
        let zstack = ZstackClient::from_stub(options(), move |request: &Request| {
            let path = request.url.path();
            Response::new(200, match path.rsplit_once("/v1/").unwrap().1 {
                "backup-storage" => r#"{"inventories": [{"uuid": "a1", "name": "bs", "totalCapacity": 1000, "availableCapacity": 400,
                    "type": "ImageStoreBackupStorage"}], "total": 1}"#
                    .to_owned(),
                "images" => r#"{"inventories": [{"uuid": "c1", "name": "i", "actualSize": 50,
                    "backupStorageRefs": [{"imageUuid": "c1", "backupStorageUuid": "a1"}]}], "total": 1}"#
                    .to_owned(),
                "accounts/resources/refs" => format!(
                    r#"{{"inventories": [
                        {{"accountUuid": "e1", "resourceUuid": "c1", "resourceType": "ImageVO", "type": "Own"}},
                        {{"accountUuid": "f1", "resourceUuid": "c1", "resourceType": "ImageVO"{second}}}], "total": 2}}"#
                ),
                "accounts" => r#"{"inventories": [{"uuid": "e1", "name": "alice"}, {"uuid": "f1", "name": "bob"}], "total": 2}"#
                    .to_owned(),
                _ => r#"{"inventories": [], "total": 0}"#.to_owned(),
            })
        });
        let answer = ask(zstack.unwrap().client(), Level::Tenant).await;
        assert_eq!(answer.rows.iter().map(|row| row.tenant.as_deref()).collect::<Vec<_>>(), [tenant], "{answer:?}");
        assert_eq!((answer.rows[0].used_bytes, answer.problems.len()), (Some(50), 0));
    }
}

/// Every sum would be twice what it is.
#[tokio::test]
async fn one_server_under_two_spellings_of_its_address_is_one() {
    let spelled = |address: &str| {
        let options = Options::new(address, "admin", "").unwrap();
        let zstack = ZstackClient::from_stub(options, |_: &Request| {
            let storage =
                r#"{"uuid": "a1", "name": "bs", "totalCapacity": 1000, "availableCapacity": 400, "type": "Ceph"}"#;
            Response::new(200, format!(r#"{{"inventories": [{storage}], "total": 1}}"#))
        });
        Server { name: address.to_owned(), client: zstack.unwrap().client().clone() }
    };
    let spellings = ["https://z.invalid", "HTTPS://Z.invalid:443/", "https://z.invalid/zstack/v1"];
    let usage = backhaul_fleet::usage(&spellings.map(spelled)).await;
    assert_eq!((usage.rows.len(), usage.failed.len()), (1, 0), "{:?}", usage.failed);
}

/// A storage that is added while the storages are listed moves one of them to the next page.
#[tokio::test]
async fn what_changes_while_it_is_listed_is_listed_anew_and_once() {
    for times in [1, usize::MAX] {
        let changed = AtomicUsize::new(0);
        let zstack = ZstackClient::from_stub(options(), move |request: &Request| {
            let asked = |name: &str| request.url.query_pairs().find(|(is, _)| is == name).unwrap().1.parse().unwrap();
            let storage = |at: usize| format!(r#"{{"uuid": "{at:032x}", "name": "bs {at}", "type": "Ceph"}}"#);
            let (start, limit): (usize, usize) = (asked("start"), asked("limit"));
            // One more than a page has.
            let mut page = if start == 0 { 0..limit } else { start..limit + 1 };
            if start > 0 && changed.fetch_add(1, Ordering::SeqCst) < times {
                page.start -= 1;
            }
            Response::new(200, format!(r#"{{"inventories": [{}]}}"#, page.map(storage).collect::<Vec<_>>().join(",")))
        });
        let answer = ask(zstack.unwrap().client(), Level::Repository).await;
        let names: BTreeSet<_> = answer.rows.iter().map(|row| row.repository.as_deref()).collect();
        let is_whole = times == 1;
        assert_eq!((answer.problems.is_empty(), names.contains(&Some("bs 0"))), (is_whole, is_whole), "{names:?}");
        assert_eq!(names.len(), answer.rows.len());
    }
}

/// What the stubs above say is what a server would: lists stand in an object of their own.
#[test]
fn entities_stand_where_the_models_have_them() {
    let mut result = QueryResult::default();
    result.entities.get_or_insert_default().repositories.push(backhaul_models::em::Repository::default());
    let text = String::from_utf8(json::encode(&result, json::Case::Schema).unwrap()).unwrap();
    assert!(text.contains(r#""Repositories":{"Repositories":[{"#), "{text}");
}
