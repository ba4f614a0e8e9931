//! Restore sessions of VB365: begun, browsed page by page, searched, restored from, saved from, stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::common::{Client, vb365};
use backhaul_sim::Sim;
use backhaul_wire::System;
use serde_json::{Value, json};

const ABC: &str = "cbc52c37-df7f-4b03-98f3-036e7d4b3127";
const JSON: (&str, &str) = ("Content-Type", "application/json");

async fn sim() -> Sim {
    Sim::builder().vb365("127.0.0.1:0").start().await.unwrap()
}

async fn post(client: &Client<'_>, path: &str, body: Value) -> crate::common::Answer {
    client.send(&format!("POST {path}"), &[JSON], &body.to_string()).await
}

async fn read(client: &Client<'_>, path: &str) -> Value {
    client.get(path).await.expect(200).json()
}

/// A restore session of the organization, and the path below it.
async fn explore(client: &Client<'_>, version: u8) -> (Value, String) {
    let path = format!("/v{version}/Organizations/{ABC}/explore");
    let session = post(client, &path, json!({ "type": "Vex", "dateTime": "2026-11-20T22:00:00Z" })).await.json();
    let below = format!("/v{version}/RestoreSessions/{}", session["id"].as_str().unwrap());
    (session, below)
}

#[tokio::test]
async fn browsing_goes_page_by_page() {
    let sim = sim().await;
    for version in [6u8, 8] {
        let client = vb365(&sim, version, "admin").await;
        let (session, below) = explore(&client, version).await;
        assert_eq!((&session["state"], &session["organization"]), (&json!("Working"), &json!("abc.onmicrosoft.com")));
        assert_eq!(read(&client, &format!("{below}/organization")).await["id"], ABC);
        let mut next = Some(format!("{below}/organization/mailboxes?limit=20"));
        let mut names = Vec::new();
        while let Some(path) = next {
            let page = read(&client, &path).await;
            names.extend(page["results"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()));
            next = page["_links"]["next"]["href"].as_str().map(str::to_owned);
        }
        assert_eq!(names.len(), 45);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 45);
        // Another session shows the same.
        let (_, other) = explore(&client, version).await;
        let again = read(&client, &format!("{other}/Organization/Mailboxes/{}", names[0])).await;
        assert_eq!(again["id"], names[0]);
        let own = format!("{}/organization/mailboxes/{}", other.to_lowercase(), names[0]);
        assert_eq!(again["_links"]["self"]["href"], own);
        client.get(&format!("{below}/organization/mailboxes/nobody/items")).await.expect(404);
    }
}

#[tokio::test]
async fn searches_find_what_holds_the_text() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    let (_, below) = explore(&client, 8).await;
    let mailbox = read(&client, &format!("{below}/organization/mailboxes")).await["results"][0]["id"].clone();
    let items = format!("{below}/organization/mailboxes/{}", mailbox.as_str().unwrap());
    let all = post(&client, &format!("{items}/search?limit=1000"), json!({ "query": "" })).await.expect(200).json();
    assert_eq!(all["results"].as_array().unwrap().len(), 75);
    let found =
        post(&client, &format!("{items}/search?limit=5"), json!({ "query": "INVOICE" })).await.expect(200).json();
    let subjects = found["results"].as_array().unwrap();
    assert!(
        subjects.len() == 5 && subjects.iter().all(|it| it["subject"].as_str().unwrap().contains("Invoice")),
        "{found}"
    );
    // The pages of a search are those of one set.
    let set = found["setId"].as_str().unwrap();
    let next = found["_links"]["next"]["href"].as_str().unwrap();
    assert!(next.contains(&format!("setId={set}")) && !set.starts_with("00000000"), "{next}");
    let second = post(&client, next, json!({ "query": "INVOICE" })).await.expect(200).json();
    assert_eq!(second["setId"], set);
    assert_ne!(second["results"][0]["id"], found["results"][0]["id"]);
    let none = post(&client, &format!("{items}/search"), json!({ "query": "no such text" })).await.expect(200).json();
    assert_eq!(none["results"], json!([]));
    for path in ["Sites/search", "OneDrives/search", "searchTeams", "searchExchange"] {
        let body = json!({ "query": "e", "type": "Posts" });
        let answer = post(&client, &format!("{below}/organization/{path}"), body).await.expect(200).json();
        assert!(!answer["results"].as_array().unwrap().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn restores_are_told_and_counted() {
    let sim = sim().await;
    for version in [7u8, 8] {
        let client = vb365(&sim, version, "admin").await;
        let (session, below) = explore(&client, version).await;
        let mailbox = read(&client, &format!("{below}/organization/mailboxes")).await["results"][0]["id"].clone();
        let items = format!("{below}/organization/mailboxes/{}/items", mailbox.as_str().unwrap());
        let some = read(&client, &items).await["results"].clone();
        let body = json!({ "userName": "u", "userPassword": "p", "items": [{ "id": some[0]["id"] }, { "id": some[1]["id"] }] });
        let answer = post(&client, &format!("{items}/restore"), body).await.expect(200).json();
        if version == 8 {
            assert_eq!(answer, json!({ "sessionId": session["id"] }));
            let statistics = read(&client, &format!("{below}/Statistics")).await;
            assert_eq!((&statistics["restoredItemsCount"], &statistics["failedItemsCount"]), (&json!(2), &json!(0)));
        } else {
            assert_eq!((&answer["createdItemsCount"], &answer["failedItemsCount"]), (&json!(2), &json!(0)), "{answer}");
        }
        let events = read(&client, &format!("{below}/Events")).await;
        let titles: Vec<&str> =
            events["results"].as_array().unwrap().iter().map(|it| it["message"].as_str().unwrap()).collect();
        assert!(titles.len() == 2 && titles[1].starts_with("restore: 2 of 2"), "{titles:?}");

        let stop = format!("{below}/Stop");
        post(&client, &stop, json!({})).await.expect(if version == 8 { 204 } else { 200 });
        assert_eq!(read(&client, &below).await["state"], "Stopped");
        client.get(&items).await.expect(400);
        post(&client, &stop, json!({})).await.expect(400);
        client.get(&below.replace("RestoreSessions/", "RestoreSessions/0")).await.expect(404);
    }
}

#[tokio::test]
async fn sessions_belong_to_their_organization() {
    let sim = sim().await;
    let admin = vb365(&sim, 8, "admin").await;
    let own = vb365(&sim, 8, "admin@abc.onmicrosoft.com").await;
    let other = vb365(&sim, 8, "admin@fabrikam.onmicrosoft.com").await;
    let session = post(&own, "/v8/Organization/Explore", json!({ "type": "Veod" })).await.expect(201).json();
    let path = format!("/v8/RestoreSessions/{}", session["id"].as_str().unwrap());
    read(&own, &format!("{path}/organization/mailboxes")).await;
    read(&admin, &path).await;
    other.get(&path).await.expect(404);
    other.get(&format!("{path}/organization/mailboxes")).await.expect(404);
    assert_eq!(read(&other, "/v8/RestoreSessions").await["results"], json!([]));
    assert_eq!(read(&own, "/v8/RestoreSessions").await["results"].as_array().unwrap().len(), 1);
    post(&admin, "/v8/Organization/Explore", json!({ "type": "Vex" })).await.expect(403);
    own.get("/v8/Jobs").await.expect(403);
}

#[tokio::test]
async fn files_come_whole_and_in_parts() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    let (_, below) = explore(&client, 8).await;
    let mailbox = read(&client, &format!("{below}/organization/mailboxes")).await["results"][0]["id"].clone();
    let path = format!("POST {below}/organization/mailboxes/{}/exportToPst", mailbox.as_str().unwrap());
    let whole = client.send(&path, &[JSON], "{}").await.expect(200);
    assert_eq!(whole.header("content-type"), Some("application/octet-stream"));
    assert!(whole.header("content-disposition").unwrap().contains("export.pst"));
    let (tag, length) = (whole.header("etag").unwrap().to_owned(), whole.body.len());
    let part = client.send(&path, &[JSON, ("Range", "bytes=1000-"), ("If-Range", &tag)], "{}").await.expect(206);
    assert_eq!(part.body, whole.body[1000..]);
    assert_eq!(part.header("content-range"), Some(format!("bytes 1000-{}/{length}", length - 1).as_str()));
    // Of another file there is no rest.
    client.send(&path, &[JSON, ("Range", "bytes=1000-"), ("If-Range", "\"other\"")], "{}").await.expect(200);
    client.send(&path, &[JSON, ("Range", &format!("bytes={length}-"))], "{}").await.expect(416);
    let other = client.send(&path, &[JSON], r#"{"enablePstSizeLimit": true}"#).await.expect(200);
    assert_ne!(other.header("etag"), Some(tag.as_str()));

    // What v3 to v5 save comes as a file, too.
    let client = vb365(&sim, 5, "admin").await;
    let session = post(&client, &format!("/v5/Organizations/{ABC}/Action"), json!({ "explore": { "type": "vex" } }))
        .await
        .expect(201)
        .json();
    let items = format!(
        "/v5/RestoreSessions/{}/Organization/Mailboxes/{}/Items",
        session["id"].as_str().unwrap(),
        mailbox.as_str().unwrap()
    );
    let answer = post(&client, &format!("{items}/Action"), json!({ "exportToPst": { "items": [{ "Id": "a" }] } }))
        .await
        .expect(200);
    assert!(answer.header("content-type") == Some("application/octet-stream") && !answer.body.is_empty());
}

#[tokio::test]
async fn exports_are_fetched_under_the_id_of_their_task() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    let (_, below) = explore(&client, 8).await;
    let team = read(&client, &format!("{below}/organization/teams")).await["results"][0]["id"].clone();
    let posts = format!("{below}/organization/teams/{}/posts", team.as_str().unwrap());
    let task = post(&client, &format!("{posts}/operatorStartExportTask?authCode=x"), json!({ "posts": [] }))
        .await
        .expect(200)
        .json();
    let file = client
        .get(&format!("{posts}/operatorExport/{}?authCode=x", task["exportTaskId"].as_str().unwrap()))
        .await
        .expect(200);
    assert!(!file.body.is_empty());
    client.get(&format!("{posts}/operatorExport/{ABC}?authCode=x")).await.expect(404);
}

#[tokio::test]
async fn listings_are_filtered_and_ordered() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    for _ in 0..3 {
        explore(&client, 8).await;
    }
    let ordered = |page: &Value| -> Vec<String> {
        page["results"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    let up = ordered(&read(&client, "/v8/RestoreSessions?orderBy=id&orderAsc=true").await);
    let down = ordered(&read(&client, "/v8/RestoreSessions?orderBy=id&orderAsc=false").await);
    assert!(up.is_sorted() && up.iter().rev().eq(&down) && up.len() == 3);
    client.get("/v8/RestoreSessions?orderBy=nothing").await.expect(400);
    let users = format!("/v8/organizations/{ABC}/USERS");
    let all = read(&client, &format!("{users}?limit=100")).await;
    assert_eq!(all["results"].as_array().unwrap().len(), 45);
    let some = read(&client, &format!("{users}?displayName=anna")).await;
    assert!(
        some["results"].as_array().unwrap().iter().all(|it| it["displayName"].as_str().unwrap().starts_with("Anna"))
    );
    assert!(!some["results"].as_array().unwrap().is_empty());
    let name = Client::new(&sim, System::Vb365).get("/v8/Health").await.expect(200).json();
    assert!(name["status"].is_string());
}

/// A search answers items by their kind: what an appointment has, a message has not.
#[tokio::test]
async fn a_mailbox_holds_items_of_each_kind() {
    let sim = sim().await;
    for version in [6, 8] {
        let client = vb365(&sim, version, "admin").await;
        let (_, below) = explore(&client, version).await;
        let mailboxes = read(&client, &format!("{below}/organization/mailboxes")).await;
        let mailbox = mailboxes["results"][0]["id"].as_str().unwrap();
        let path = format!("{below}/organization/mailboxes/{mailbox}");
        let list = post(&client, &format!("{path}/search?limit=1000"), json!({ "query": "" })).await.expect(200).json();
        let list = list["results"].as_array().unwrap();
        let of = |class: &str| list.iter().find(|item| item["itemClass"] == class).unwrap_or_else(|| panic!("{class}"));
        for class in
            ["IPM.Note", "IPM.Contact", "IPM.Task", "IPM.Activity", "IPM.StickyNote", "IPM.Post", "IPM.DistList"]
        {
            assert!(of(class).get("organizer").is_none(), "v{version} {}", of(class));
        }
        let appointment = of("IPM.Appointment");
        for name in ["organizer", "attendees", "startTime", "endTime", "location", "recurring"] {
            assert!(!appointment[name].is_null(), "v{version} {appointment}");
        }
        assert!(appointment.get("received").is_none() && of("IPM.Note")["received"].is_string());
        assert_eq!(of("IPM.Task")["percentComplete"], 0.5);
        let path = format!("{path}/items/{}", appointment["id"].as_str().unwrap());
        assert_eq!(read(&client, &path).await["organizer"], appointment["organizer"]);
    }
}
