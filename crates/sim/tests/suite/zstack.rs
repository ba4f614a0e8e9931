//! ZStack over loopback: sessions, conditions, subtypes.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use crate::common::{Client, zstack};
use backhaul_sim::{Estate, Sim, ZstackServer};
use backhaul_wire::System;
use serde_json::Value;

async fn sim() -> Sim {
    Sim::builder().zstack("127.0.0.1:0").start().await.unwrap()
}

fn names(body: &Value) -> Vec<&str> {
    body["inventories"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

/// The names that some conditions select, sorted by name.
async fn select(client: &Client<'_>, conditions: &[&str]) -> Vec<String> {
    let q: Vec<String> = conditions.iter().map(|it| format!("q={}", backhaul_filter::url::encode(it))).collect();
    let body = client.get(&format!("/zstack/v1/backup-storage?sort=name&{}", q.join("&"))).await.expect(200).json();
    names(&body).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn sessions() {
    let sim = sim().await;
    let client = Client::new(&sim, System::Zstack);
    let login = |password: &str| format!(r#"{{"logInByAccount":{{"accountName":"admin","password":"{password}"}}}}"#);
    for wrong in ["password", &crate::common::SHA512.to_uppercase()] {
        let refused = client.send("PUT /zstack/v1/accounts/login", &[], &login(wrong)).await.expect(503).json();
        assert_eq!(refused["error"]["code"], "ID.1000");
    }
    client.send("PUT /zstack/v1/accounts/login", &[], r#"{"logIn":{}}"#).await.expect(400);
    client.send("PUT /zstack/v1/accounts/login", &[], "<xml/>").await.expect(400);
    let answer = client.send("PUT /zstack/v1/accounts/login", &[], &login(crate::common::SHA512)).await.expect(200);
    assert_eq!(answer.header("content-type"), None);
    let session = answer.json();
    let uuid = session["inventory"]["uuid"].as_str().unwrap();
    assert!(uuid.len() == 32 && uuid.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(session["inventory"]["accountUuid"], "36c27e8ff05c4780bf6d2fa65700f22e");
    assert!(backhaul_wire::DateTime::from(session["inventory"]["expiredDate"].as_str().unwrap()).parts().is_ok());

    let text = client.get("/zstack/v1/zones").await.expect(400);
    assert!(text.text().contains("Authorization") && text.header("content-type").is_none());
    client.send("GET /zstack/v1/zones", &[("Authorization", "Bearer x")], "").await.expect(400);
    let invalid = client.send("GET /zstack/v1/zones", &[("Authorization", "OAuth x")], "").await.expect(503).json();
    assert_eq!(invalid["error"]["code"], "ID.1001");

    let client = client.with("Authorization", format!("OAuth {uuid}"));
    client.get("/zstack/v1/zones").await.expect(200);
    let out = client.send(&format!("DELETE /zstack/v1/accounts/sessions/{uuid}"), &[], "").await.expect(200);
    assert_eq!(out.text(), "{}");
    client.get("/zstack/v1/zones").await.expect(503);
    assert!(sim.requests().iter().all(|request| !request.path_and_query.contains(uuid)));

    client.get("/zstack/v1/nothing").await.expect(404);
    client.send("POST /zstack/v1/zql", &[], "").await.expect(405);
    let sim = Sim::builder().zstack(ZstackServer::new().session_life(Duration::from_millis(30))).start().await.unwrap();
    let client = zstack(&sim).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    client.get("/zstack/v1/zones").await.expect(503);
}

#[tokio::test]
async fn operators() {
    let sim = sim().await;
    let client = zstack(&sim).await;
    let all = select(&client, &[]).await;
    assert_eq!(all.len(), 7);
    let cases: &[(&[&str], &[&str])] = &[
        (&["name=image-store"], &["image-store"]),
        (&["name=IMAGE-STORE"], &["image-store"]),
        (&["name!=image-store", "type=ImageStoreBackupStorage"], &["image-store-2"]),
        (&["totalCapacity>=43980465111040"], &["ceph-bs", "image-store-2", "tape <LTO-9> & vault"]),
        (&["totalCapacity<2000000000000"], &["sftp"]),
        (&["totalCapacity<=1585341214720"], &["sftp"]),
        (&["availableCapacity>100000000000000"], &["ceph-bs", "tape <LTO-9> & vault"]),
        (&["name~=image%"], &["image-store", "image-store-2"]),
        (&["name~=sft_"], &["sftp"]),
        (&["name!~=%-%"], &["sftp"]),
        (&["name?=sftp,cloud-dr"], &["cloud-dr", "sftp"]),
        (&["status!?=Connected,Connecting"], &["image-store-2"]),
        (&["state=Disabled"], &["Alt-Archiv \"2016\""]),
        (&["description not null", "description!=x"], &["image-store", "image-store-2"]),
        // Of a field without a value SQL says nothing but that it has none.
        (&["description!=Rack 4, being moved"], &["image-store"]),
        (&["attachedZoneUuids?=36de66d82f424639af67215a53418ff6"], &["image-store-2", "sftp", "tape <LTO-9> & vault"]),
        (&["zone.name~=Zone 2%", "zone.name=Zone1"], &["image-store-2"]),
        // Of several operators the first of the server's list wins, wherever it stands.
        (&["name=description=is null"], &[]),
        (&["type=Ceph", "poolReplicatedSize=3"], &["ceph-bs"]),
        (&["type=Ceph", "mons.status=Disconnected"], &["ceph-bs"]),
        (&["type=ImageStoreBackupStorage", "hostname=172.20.1.116"], &["image-store-2"]),
    ];
    for (conditions, expected) in cases {
        assert_eq!(select(&client, conditions).await, *expected, "{conditions:?}");
    }
    assert_eq!(select(&client, &["description is null"]).await.len(), 5);
}

#[tokio::test]
async fn dates_are_clock_readings_in_the_servers_zone() {
    let sim = sim().await;
    let client = zstack(&sim).await;
    let found = select(&client, &["createDate>=2018-04-11T14:50:54", "createDate<2021-03-01"]).await;
    assert_eq!(found, ["ceph-bs", "image-store"]);
    let sql = select(&client, &["createDate>2024-01-31 00:00:00"]).await;
    assert_eq!(sql, ["cloud-dr", "tape <LTO-9> & vault"]);
    let wire = backhaul_filter::url::encode("createDate>Apr 11, 2018 2:50:54 PM").into_owned();
    client.get(&format!("/zstack/v1/backup-storage?q={wire}")).await.expect(503);
}

#[tokio::test]
async fn refusals() {
    let sim = sim().await;
    let client = zstack(&sim).await;
    for (query, status) in [
        ("q=name", 400),
        ("q=name%3D", 400),
        ("limit=ten", 400),
        ("start=-1", 400),
        ("q=nam=x", 503),
        ("q=Name=x", 503),
        ("q=hostname=172.20.1.115", 503),
        ("q=hostname=172.20.1.115&q=type=Ceph", 503),
        ("q=hostname=x&q=type=TapeBackupStorage", 503),
        ("q=totalCapacity>many", 503),
        ("q=name=a!=b", 503),
        ("sort=-hostname", 503),
        ("fields=uuid,nothing", 503),
        ("q=zone.nothing=1", 503),
        ("q=host.name=1", 503),
        // The server breaks its own query on a single quote.
        ("q=name=O'Brien", 503),
        ("filterName=applianceType:x", 503),
        ("q=zone.cluster.host.nothing=1", 503),
    ] {
        let query = query.replace('>', "%3E");
        let answer = client.get(&format!("/zstack/v1/backup-storage?{query}")).await;
        assert_eq!(answer.status, status, "{query} {}", answer.text());
        if status == 503 {
            assert_eq!(answer.json()["error"]["code"], "SYS.1007", "{query}");
        }
    }
}

#[tokio::test]
async fn rows_and_pages() {
    let sim = sim().await;
    let client = zstack(&sim).await;
    let body = client.get("/zstack/v1/backup-storage").await.expect(200).json();
    assert!(body.get("total").is_none());
    let schema = body["schema"].as_object().unwrap();
    assert_eq!(schema["inventories[0]"], "org.zstack.storage.backup.imagestore.ImageStoreBackupStorageInventory");
    assert_eq!(schema["inventories[2].mons[2]"], "org.zstack.storage.ceph.backup.CephBackupStorageMonInventory");
    assert_eq!(schema["inventories[5]"], "org.zstack.header.storage.backup.BackupStorageInventory");
    assert_eq!(schema.len(), 7 + 3);

    let count = client.get("/zstack/v1/backup-storage?count=True&limit=1").await.expect(200).json();
    assert_eq!((&count["total"], count.get("inventories")), (&7.into(), None));
    let page = "/zstack/v1/backup-storage?replyWithCount=true&start=2&limit=3&sort=-name&fields=name,type";
    let page = client.get(page).await.expect(200).json();
    assert_eq!((names(&page), &page["total"]), (vec!["image-store-2", "image-store", "cloud-dr"], &7.into()));
    assert_eq!(page["inventories"][0].as_object().unwrap().len(), 2);
    assert_eq!(page["schema"]["inventories[0]"], "org.zstack.header.storage.backup.BackupStorageInventory");
    for sort in ["%2Bname", "+name", "name"] {
        let sorted = client.get(&format!("/zstack/v1/backup-storage?limit=1&sort={sort}")).await.expect(200).json();
        assert_eq!(names(&sorted), ["Alt-Archiv \"2016\""]);
    }

    let one = "/zstack/v1/backup-storage/1ab3b836a88342e1bbc1b1a17d092f0f?q=name=sftp";
    assert_eq!(names(&client.get(one).await.expect(200).json()), ["image-store"]);
    let none = client.get("/zstack/v1/backup-storage/00000000000000000000000000000000").await.expect(200).json();
    assert_eq!(none["inventories"].as_array().unwrap().len(), 0);
    // The longer path wins: this is a query of its own.
    assert_eq!(names(&client.get("/zstack/v1/backup-storage/ceph").await.expect(200).json()), ["ceph-bs"]);
    let zones = client.get("/zstack/v1/zones?q=backupStorage.name=sftp").await.expect(200).json();
    assert_eq!(names(&zones), ["Zone 2 (Außenstelle)"]);
    // Gson escapes what means something in HTML.
    let tape = client.get("/zstack/v1/backup-storage?q=type=TapeBackupStorage").await.expect(200);
    assert!(tape.text().contains(r"tape \u003cLTO-9\u003e \u0026 vault"));

    let sim = Sim::builder().zstack("127.0.0.1:0").estate(Estate::scaled(1500)).start().await.unwrap();
    let client = zstack(&sim).await;
    let all = client.get("/zstack/v1/backup-storage").await.expect(200).json();
    assert_eq!(names(&all).len(), 1000);
    let rest = client.get("/zstack/v1/backup-storage?start=1000&limit=2000").await.expect(200).json();
    assert_eq!(names(&rest).len(), 500);
}
