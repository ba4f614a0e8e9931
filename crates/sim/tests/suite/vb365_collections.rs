//! Collections and documents of VB365: what they hold at first, and what is added, changed and taken out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::common::{Client, vb365};
use backhaul_sim::{Estate, Sim};
use serde_json::{Value, json};

const ABC: &str = "cbc52c37-df7f-4b03-98f3-036e7d4b3127";
const JSON: (&str, &str) = ("Content-Type", "application/json");

async fn sim() -> Sim {
    Sim::builder().vb365("127.0.0.1:0").start().await.unwrap()
}

async fn post(client: &Client<'_>, path: &str, body: Value) -> crate::common::Answer {
    client.send(&format!("POST {path}"), &[JSON], &body.to_string()).await
}

async fn put(client: &Client<'_>, path: &str, body: Value) -> crate::common::Answer {
    client.send(&format!("PUT {path}"), &[JSON], &body.to_string()).await
}

async fn delete(client: &Client<'_>, path: &str) -> crate::common::Answer {
    client.send(&format!("DELETE {path}"), &[], "").await
}

async fn read(client: &Client<'_>, path: &str) -> Value {
    client.get(path).await.expect(200).json()
}

#[tokio::test]
async fn settings_keep_what_is_put_there() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    let before = read(&client, "/v8/HistorySettings").await;
    let name = before.as_object().unwrap().iter().find(|(_, value)| value.is_boolean()).unwrap().0.clone();
    let wanted = !before[&name].as_bool().unwrap();
    let mut body = before.clone();
    body[&name] = wanted.into();
    put(&client, "/v8/HistorySettings", body.clone()).await.expect(204);
    assert_eq!(read(&client, "/v8/HistorySettings").await, body);
}

#[tokio::test]
async fn estates_may_say_what_any_collection_holds() {
    let estate = json!({ "vb365": {
        "organizations": [{ "id": ABC, "name": "abc.onmicrosoft.com", "type": "Office365", "isBackedup": true }],
        "records": [
            { "at": format!("Organizations/{ABC}/Users"), "record": { "id": "u1", "displayName": "Anna", "name": "anna@abc.onmicrosoft.com" } },
            { "at": "Jobs", "record": { "id": "3c407448-4d05-432f-a651-144827bed5ce", "name": "test_job", "organizationId": ABC } },
            { "at": "License", "record": { "status": "Expired" } }
        ]
    }});
    let estate = Estate::from_json(&estate.to_string()).unwrap();
    let sim = Sim::builder().vb365("127.0.0.1:0").estate(estate).start().await.unwrap();
    let client = vb365(&sim, 8, "admin").await;
    let users = read(&client, &format!("/v8/Organizations/{ABC}/Users")).await;
    assert_eq!((users["results"].as_array().unwrap().len(), &users["results"][0]["displayName"]), (1, &json!("Anna")));
    assert_eq!(read(&client, &format!("/v8/Organizations/{ABC}/Users/U1")).await["id"], "u1");
    assert_eq!(read(&client, "/v8/Jobs").await["results"][0]["name"], "test_job");
    assert_eq!(read(&client, "/v8/License").await["status"], "Expired");
    for (at, record, place) in [
        ("Nowhere", json!({}), "vb365.records[0].at"),
        ("Jobs", json!({ "name": 3, "nonsense": 1 }), "vb365.records[0].record"),
    ] {
        let text = json!({ "vb365": { "records": [{ "at": at, "record": record }] } }).to_string();
        let error = Estate::from_json(&text).unwrap_err();
        assert!(error.path().starts_with(place), "{error}");
    }
}

#[tokio::test]
async fn items_of_jobs_come_and_go() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    let list = format!("/v8/Jobs/{}/ExcludedItems", read(&client, "/v7/Jobs").await[0]["id"].as_str().unwrap());
    let items =
        json!([{ "type": "user", "id": "a", "user": { "id": "u" } }, { "type": "PartialOrganization", "id": "b" }]);
    post(&client, &list, items).await.expect(204);
    let page = read(&client, &list).await;
    assert_eq!((&page["results"][0]["type"], &page["results"][0]["user"]["id"]), (&json!("User"), &json!("u")));
    put(&client, &format!("{list}/b"), json!({ "type": "PartialOrganization", "mailbox": true })).await.expect(204);
    assert_eq!(read(&client, &format!("{list}/b")).await["mailbox"], true);
    delete(&client, &format!("{list}?ids=a,b")).await.expect(204);
    assert_eq!(read(&client, &list).await["results"], json!([]));
    delete(&client, &format!("{list}?ids=a")).await.expect(404);
    post(&client, &list, json!({})).await.expect(400);
}

#[tokio::test]
async fn roles_have_the_operators_that_they_were_given() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    let body = json!({ "name": "Restore", "organizationId": ABC, "roleType": "SpecificObjects",
        "operators": [{ "type": "User", "id": "op1", "user": { "id": "u1", "displayName": "Anna" } }], "selectedItems": [] });
    let role = post(&client, &format!("/v8/Organizations/{ABC}/RbacRoles"), body).await.expect(201).json();
    let operators = format!("/v8/RbacRoles/{}/operators", role["id"].as_str().unwrap());
    let listed = read(&client, &operators).await;
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["id"]), (1, &json!("op1")));
    assert_eq!(read(&client, &operators.replace("operators", "selectedItems")).await, json!([]));
    post(&client, &operators, json!([{ "type": "Group", "id": "op2" }])).await.expect(204);
    delete(&client, &format!("{operators}?ids=op1")).await.expect(204);
    let v6 = vb365(&sim, 6, "admin").await;
    let listed = read(&v6, &operators.replace("v8", "v6")).await;
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["type"]), (1, &json!("Group")));
    let of_organization = read(&v6, &format!("/v6/Organizations/{ABC}/RbacRoles")).await;
    assert!(of_organization.as_array().unwrap().iter().any(|it| it["id"] == role["id"]));
}

#[tokio::test]
async fn every_version_tells_the_same() {
    let sim = sim().await;
    let newest = vb365(&sim, 8, "admin").await;
    let users = read(&newest, &format!("/v8/Organizations/{ABC}/Users?limit=5")).await["results"].clone();
    for version in 3..8u8 {
        let client = vb365(&sim, version, "admin").await;
        let page = read(&client, &format!("/v{version}/Organizations/{ABC}/Users?limit=5")).await;
        for (at, user) in page["results"].as_array().unwrap().iter().enumerate() {
            for name in ["id", "displayName", "name"] {
                assert_eq!(user[name], users[at][name], "v{version} {name}");
            }
        }
    }
    // What an action on a document answers is the document.
    let license = read(&newest, "/v8/License").await;
    assert_eq!(post(&newest, "/v8/License/Update", json!({})).await.expect(200).json(), license);
}

#[tokio::test]
async fn repositories_tell_of_the_organizations_in_them() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    let path = "/v8/BackupRepositories/21f3c0a4-6f0c-4c53-9d5f-0e4a5b1f7a90";
    let data = read(&client, &format!("{path}/OrganizationData")).await;
    let names: Vec<&str> =
        data["results"].as_array().unwrap().iter().map(|it| it["displayName"].as_str().unwrap()).collect();
    assert_eq!(names, ["fabrikam.onmicrosoft.com"]);
    let users = read(&client, &format!("{path}/UserData?limit=3")).await;
    assert_eq!(users["results"][0]["organizationId"], data["results"][0]["organizationId"]);
    assert!(users["results"][0]["email"].as_str().is_none_or(|mail| mail.ends_with("@fabrikam.onmicrosoft.com")));
}

/// What scripts of v4 and v5 read of object storage: its name, the bucket or container, what is used of it.
#[tokio::test]
async fn object_storage_has_what_old_versions_call_it() {
    let sim = sim().await;
    for version in [4, 5, 6, 7] {
        let client = vb365(&sim, version, "admin").await;
        let all = read(&client, &format!("/v{version}/objectstoragerepositories?limit=100")).await;
        let all = all.as_array().or(all["results"].as_array()).unwrap().clone();
        let of = |kind: &str| all.iter().find(|it| it["type"] == kind).unwrap_or_else(|| panic!("v{version} {kind}"));
        let (amazon, azure) = (of("AmazonS3"), of("AzureBlob"));
        assert_eq!((&amazon["name"], &azure["name"]), (&json!("Amazon S3"), &json!("Azure Blob with cache")));
        assert_eq!((&amazon["s3Folder"], &azure["azureFolder"]), (&json!("microsoft365"), &json!("microsoft365")));
        let bucket = if version < 6 { "bucket" } else { "amazonBucketS3Aws" };
        assert_eq!(
            (&amazon[bucket]["name"], &azure["azureContainer"]["name"]),
            (&json!("amazon-s3"), &json!("azure-blob-with-cache"))
        );
        let one =
            read(&client, &format!("/v{version}/objectstoragerepositories/{}", amazon["id"].as_str().unwrap())).await;
        assert_eq!(one, *amazon);
        // v4 counts in GB alone.
        assert_eq!(
            (amazon["usedSpaceGB"].is_i64(), amazon["usedSpaceBytes"].is_i64()),
            (version == 4, true),
            "{amazon}"
        );
    }
}
