//! What ZStack's operations bring about: backup storages, zones, images, accounts; jobs, their times and their faults.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use crate::common::{Client, path_of, zstack};
use backhaul_sim::{Effect, Estate, Fault, Faults, Sim, ZstackServer};
use backhaul_wire::System;
use serde_json::{Value, json};

const ZONE_1: &str = "140ebc2fbdb74ae197323a69d432f25e";
const ZONE_2: &str = "36de66d82f424639af67215a53418ff6";

async fn start() -> Sim {
    Sim::builder().zstack(ZstackServer::new().job_time(Duration::ZERO)).start().await.unwrap()
}

/// The path of the job that a request begins.
async fn begin(client: &Client<'_>, head: &str, body: &Value) -> String {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let accepted = client.send(head, &[], &body).await.expect(202).json();
    assert_eq!(accepted["apiTimeout"], 1_800_000);
    path_of(accepted["location"].as_str().unwrap()).to_owned()
}

/// The result of a job.
async fn done(client: &Client<'_>, head: &str, body: Value) -> Value {
    let job = begin(client, head, &body).await;
    client.get(&job).await.expect(200).json()
}

/// The error of a job.
async fn refused(client: &Client<'_>, head: &str, body: Value) -> Value {
    let job = begin(client, head, &body).await;
    let mut answer = client.get(&job).await.expect(503).json();
    answer["error"].take()
}

fn image_store(name: &str, host: &str) -> Value {
    json!({"params": {
        "name": name, "hostname": host, "username": "root", "password": "p", "url": "/zstack_bs", "description": "new"
    }})
}

async fn storage(client: &Client<'_>, uuid: &str) -> Value {
    let body = client.get(&format!("/zstack/v1/backup-storage/{uuid}")).await.expect(200).json();
    body["inventories"].get(0).cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_backup_storages_life() {
    let sim = start().await;
    let client = zstack(&sim).await;
    let mut body = image_store("new-store", "10.0.0.5");
    body["systemTags"] = json!(["remotebackup"]);
    let added = done(&client, "POST /zstack/v1/backup-storage/image-store", body).await;
    let added = &added["inventory"];
    let uuid = added["uuid"].as_str().unwrap();
    assert_eq!((added["type"].as_str(), added["sshPort"].as_i64()), (Some("ImageStoreBackupStorage"), Some(22)));
    assert_eq!((&added["state"], &added["status"]), (&json!("Enabled"), &json!("Connected")));
    assert_eq!(added.get("password"), None);
    assert_eq!(storage(&client, uuid).await, *added);
    let tagged = client.get("/zstack/v1/backup-storage?q=__systemTag__=remotebackup&q=name=new-store").await.json();
    assert_eq!(tagged["inventories"].as_array().unwrap().len(), 1);

    let again = refused(&client, "POST /zstack/v1/backup-storage/image-store", image_store("x", "10.0.0.5")).await;
    assert_eq!(again["code"], "SYS.1007");
    let incomplete = refused(&client, "POST /zstack/v1/backup-storage/image-store", json!({"params": {}})).await;
    assert!(incomplete["details"].as_str().unwrap().contains("mandatory"));

    let path = format!("PUT /zstack/v1/backup-storage/{uuid}/actions");
    let renamed = done(&client, &path, json!({"updateBackupStorage": {"name": "renamed"}})).await;
    assert_eq!(
        (&renamed["inventory"]["name"], &renamed["inventory"]["description"]),
        (&json!("renamed"), &json!("new"))
    );
    let stores = format!("PUT /zstack/v1/backup-storage/image-store/{uuid}/actions");
    let moved =
        done(&client, &stores, json!({"updateImageStoreBackupStorage": {"hostname": "10.0.0.6", "sshPort": "2222"}}))
            .await;
    assert_eq!((&moved["inventory"]["hostname"], &moved["inventory"]["sshPort"]), (&json!("10.0.0.6"), &json!(2222)));
    let off = done(&client, &path, json!({"changeBackupStorageState": {"stateEvent": "disable"}})).await;
    assert_eq!(off["inventory"]["state"], "Disabled");
    let wrong = refused(&client, &path, json!({"changeBackupStorageState": {"stateEvent": "Disable"}})).await;
    assert_eq!(wrong["code"], "SYS.1007");
    client.send(&path, &[], r#"{"explodeBackupStorage": {}}"#).await.expect(400);
    client.send(&stores, &[], r#"{"updateImageStoreBackupStorage": {"sshPort": "many"}}"#).await.expect(400);

    let attach = format!("/zstack/v1/zones/{ZONE_2}/backup-storage/{uuid}");
    let attached = done(&client, &format!("POST {attach}"), Value::Null).await;
    assert_eq!(attached["inventory"]["attachedZoneUuids"], json!([ZONE_2]));
    assert_eq!(refused(&client, &format!("POST {attach}"), json!({"params": {}})).await["code"], "SYS.1007");
    let joined = client.get(&format!("/zstack/v1/backup-storage?q=zone.uuid={ZONE_2}&q=name=renamed&count=true")).await;
    assert_eq!(joined.json()["total"], 1);
    let detached = done(&client, &format!("DELETE {attach}"), Value::Null).await;
    assert_eq!(detached["inventory"]["attachedZoneUuids"], json!([]));
    assert_eq!(refused(&client, &format!("DELETE {attach}"), Value::Null).await["code"], "SYS.1007");
    let nowhere = format!("POST /zstack/v1/zones/{}/backup-storage/{uuid}", "0".repeat(32));
    assert_eq!(refused(&client, &nowhere, Value::Null).await["code"], "SYS.1003");

    let size = format!("/zstack/v1/backup-storage/capacities?backupStorageUuids={uuid}");
    assert_eq!(client.get(&size).await.expect(200).json()["totalCapacity"], 10_i64 << 40);
    client.get("/zstack/v1/backup-storage/capacities").await.expect(503);
    client.get("/zstack/v1/backup-storage/capacities?all=maybe").await.expect(400);
    client.get("/zstack/v1/backup-storage/capacities?all=true&all=true").await.expect(400);
    let in_zone = format!("/zstack/v1/backup-storage/capacities?zoneUuids.0={ZONE_1}&zoneUuids.1={ZONE_2}");
    let (zones, all) = (client.get(&in_zone).await, client.get("/zstack/v1/backup-storage/capacities?all=true").await);
    assert!(zones.json()["totalCapacity"].as_i64() < all.json()["totalCapacity"].as_i64());

    let delete = format!("DELETE /zstack/v1/backup-storage/{uuid}?deleteMode=Enforcing");
    assert_eq!(done(&client, &delete, Value::Null).await, json!({"success": true}));
    assert_eq!(storage(&client, uuid).await, Value::Null);
    assert_eq!(refused(&client, &path, json!({"updateBackupStorage": {"name": "x"}})).await["code"], "SYS.1003");
}

#[tokio::test]
async fn every_kind_can_be_added() {
    let sim = start().await;
    let client = zstack(&sim).await;
    let uuid = "00112233445566778899aabbccddeeff";
    let ceph = json!({"params": {
        "name": "c", "monUrls": ["root:pa@ss@10.0.1.1", "root:p@10.0.1.2:2222/?monPort=6790"], "resourceUuid": uuid
    }});
    let kinds = [
        ("sftp", "SftpBackupStorage", image_store("s", "10.0.0.7")),
        ("image-store/disaster", "ImageStoreBackupStorage", image_store("d", "10.0.0.8")),
        ("ceph", "Ceph", ceph.clone()),
        ("addon", "Addon", json!({"params": {"name": "a", "identity": "zbs", "url": "addon://a"}})),
        ("aliyun/ebs", "AliyunEBS", json!({"params": {"name": "e", "ossBucketUuid": ZONE_1}})),
        ("simulators", "SimulatorBackupStorage", json!({"params": {"name": "m", "url": "/m", "totalCapacity": 7}})),
    ];
    for (path, kind, body) in kinds {
        let added = done(&client, &format!("POST /zstack/v1/backup-storage/{path}"), body).await;
        assert_eq!(added["inventory"]["type"], kind, "{path}");
        let found = storage(&client, added["inventory"]["uuid"].as_str().unwrap()).await;
        assert_eq!(found, added["inventory"]);
        if kind == "SimulatorBackupStorage" {
            assert_eq!(found["totalCapacity"], 7);
        }
    }
    let added = storage(&client, uuid).await;
    assert_eq!((&added["mons"][1]["hostname"], &added["mons"][1]["monPort"]), (&json!("10.0.1.2"), &json!(6790)));
    assert!(!added.to_string().contains("pa@ss"));
    let taken = refused(&client, "POST /zstack/v1/backup-storage/ceph", ceph).await;
    assert_eq!(taken["code"], "SYS.1007");
    let bad = json!({"params": {"name": "c", "monUrls": ["s3cret@10.0.1.1"]}});
    let bad = refused(&client, "POST /zstack/v1/backup-storage/ceph", bad).await;
    assert!(!bad.to_string().contains("s3cret"), "{bad}");

    let mons = format!("/zstack/v1/backup-storage/ceph/{uuid}/mons");
    done(&client, &format!("POST {mons}"), json!({"params": {"monUrls": ["root:p@10.0.1.3"]}})).await;
    let fewer = done(&client, &format!("DELETE {mons}?monHostnames=10.0.1.1&monHostnames=10.0.1.2"), Value::Null).await;
    let mons = fewer["inventory"]["mons"].as_array().unwrap();
    assert_eq!((mons.len(), &mons[0]["hostname"]), (1, &json!("10.0.1.3")));
    let mon = format!("PUT /zstack/v1/backup-storage/ceph/mons/{}/actions", mons[0]["monUuid"].as_str().unwrap());
    let changed = done(&client, &mon, json!({"updateCephBackupStorageMon": {"monPort": 6800}})).await;
    assert_eq!(changed["inventory"]["mons"][0]["monPort"], 6800);
}

#[tokio::test]
async fn zones_images_and_what_else_is_made() {
    let sim = start().await;
    let client = zstack(&sim).await;
    let zone = done(&client, "POST /zstack/v1/zones", json!({"params": {"name": "Zone3", "isDefault": true}})).await;
    let uuid = zone["inventory"]["uuid"].as_str().unwrap();
    let default = client.get("/zstack/v1/zones?q=isDefault=true").await.expect(200).json();
    assert_eq!(default["inventories"], json!([zone["inventory"]]));
    let path = format!("PUT /zstack/v1/zones/{uuid}/actions");
    let off = done(&client, &path, json!({"changeZoneState": {"stateEvent": "disable"}})).await;
    assert_eq!(off["inventory"]["state"], "Disabled");
    done(&client, &format!("DELETE /zstack/v1/zones/{ZONE_1}"), Value::Null).await;
    let attached = client.get(&format!("/zstack/v1/backup-storage?q=attachedZoneUuids?={ZONE_1}&count=true")).await;
    assert_eq!(attached.json()["total"], 0);

    let store = "1ab3b836a88342e1bbc1b1a17d092f0f";
    let image = json!({"params": {"name": "i", "url": "http://x/i.qcow2", "backupStorageUuids": [store]}});
    let image = done(&client, "POST /zstack/v1/images", image).await;
    let image = image["inventory"]["uuid"].as_str().unwrap();
    let export = format!("PUT /zstack/v1/backup-storage/{store}/actions");
    let exported = done(&client, &export, json!({"exportImageFromBackupStorage": {"imageUuid": image}})).await;
    assert!(exported["imageUrl"].as_str().unwrap().starts_with("http://172.20.1.115:"));
    let with_url = client.get("/zstack/v1/images?q=backupStorageRefs.exportUrl%20not%20null&q=name=i&count=true").await;
    assert_eq!(with_url.expect(200).json()["total"], 1);
    let lost = json!({"params": {"name": "i", "url": "u", "backupStorageUuids": ["7d5c1a2b3e4f40568a9bacbdcedfe0f1"]}});
    let lost = refused(&client, "POST /zstack/v1/images", lost).await;
    assert!(lost["cause"]["details"].as_str().unwrap().contains("connected"), "{lost}");
    done(&client, &format!("DELETE /zstack/v1/images/{image}"), Value::Null).await;
    let gone = client.get(&format!("/zstack/v1/images/{image}")).await.json();
    assert_eq!(gone["inventories"], json!([]));

    // What has no effect of its own is made, changed and taken away by the form of its operations.
    let cluster = json!({"params": {"zoneUuid": ZONE_2, "name": "c3", "hypervisorType": "KVM"}, "userTags": ["new"]});
    let cluster = done(&client, "POST /zstack/v1/clusters", cluster).await;
    let uuid = cluster["inventory"]["uuid"].as_str().unwrap();
    let tagged = client.get("/zstack/v1/clusters?q=__userTag__=new").await.expect(200).json();
    assert_eq!(tagged["inventories"][0]["name"], "c3");
    let path = format!("PUT /zstack/v1/clusters/{uuid}/actions");
    done(&client, &path, json!({"changeClusterState": {"stateEvent": "disable"}})).await;
    let found = client.get("/zstack/v1/clusters?q=zone.name~=Zone%202%25&q=state=Disabled&q=name=c3").await.json();
    assert_eq!(found["inventories"][0]["uuid"], uuid);
    done(&client, &format!("DELETE /zstack/v1/clusters/{uuid}"), Value::Null).await;
    let gone = client.get(&format!("/zstack/v1/clusters/{uuid}")).await.json();
    assert_eq!(gone["inventories"], json!([]));
}

#[tokio::test]
async fn a_job_is_where_the_client_came_from() {
    let sim = start().await;
    let client = zstack(&sim).await;
    let accepted =
        client.send("POST /zstack/v1/zones", &[], r#"{"params": {"name": "Zone3"}}"#).await.expect(202).json();
    let location = accepted["location"].as_str().unwrap();
    let base = sim.url(backhaul_wire::System::Zstack).unwrap();
    assert!(location.starts_with(&format!("{base}/zstack/v1/api-jobs/")), "{location}");
}

#[tokio::test]
async fn jobs_take_their_time_and_are_forgotten() {
    let hour = Duration::from_secs(3600);
    let sim = Sim::builder()
        .zstack(ZstackServer::new().job_time(hour).own_url("http://172.20.0.1:8080/"))
        .start()
        .await
        .unwrap();
    let client = zstack(&sim).await;
    let own = "967a26b7431c49c0b1d50d709ef1aef3";
    let headers = [("X-Job-UUID", own), ("X-API-Timeout", "60")];
    let body = r#"{"params": {"name": "Zone3"}}"#;
    let accepted = client.send("POST /zstack/v1/zones", &headers, body).await.expect(202).json();
    let location = format!("http://172.20.0.1:8080/zstack/v1/api-jobs/{own}");
    assert_eq!(accepted, json!({"location": location, "apiTimeout": 60_000}));
    client.send("POST /zstack/v1/zones", &headers, body).await.expect(400);
    client.send("POST /zstack/v1/zones", &[("X-Job-UUID", "short")], body).await.expect(400);

    // Nobody needs a session to ask for a job.
    let anyone = Client::new(&sim, System::Zstack);
    let job = format!("/zstack/v1/api-jobs/{own}");
    assert_eq!(anyone.get(&job).await.expect(202).text(), "{}");
    let before = client.get("/zstack/v1/zones?q=name=Zone3&count=true").await.json();
    assert_eq!(before["total"], 0);
    sim.advance(hour);
    assert_eq!(anyone.get(&job).await.expect(200).json()["inventory"]["name"], "Zone3");
    anyone.send(&format!("DELETE {job}"), &[], "").await.expect(405);
    sim.advance(3 * hour);
    anyone.get(&job).await.expect(404);
    assert_eq!(client.get("/zstack/v1/zones?q=name=Zone3&count=true").await.json()["total"], 1);

    // A session that is over is the job's affair.
    sim.expire_sessions();
    let accepted = client.send("POST /zstack/v1/zones", &[], body).await.expect(202).json();
    sim.advance(hour);
    let job = accepted["location"].as_str().unwrap().rsplit_once("8080").unwrap().1.to_owned();
    assert_eq!(anyone.get(&job).await.expect(503).json()["error"]["code"], "ID.1001");
    anyone.send("POST /zstack/v1/zones", &[], body).await.expect(400);
}

#[tokio::test]
async fn jobs_that_go_wrong() {
    let faults = Faults::new()
        .with(Fault::new(Effect::TaskHangs).method("POST").path("/zstack/v1/zones").times(1))
        .with(Fault::new(Effect::TaskFails("no space".to_owned())).method("POST").path("/zstack/v1/zones").times(1))
        .with(Fault::new(Effect::TaskVanishes).method("POST").path("/zstack/v1/zones").times(1));
    let sim = Sim::builder().zstack(ZstackServer::new().job_time(Duration::ZERO)).faults(faults).start().await.unwrap();
    let client = zstack(&sim).await;
    let body = json!({"params": {"name": "Zone3"}});
    let mut jobs = Vec::new();
    for _ in 0..3 {
        jobs.push(begin(&client, "POST /zstack/v1/zones", &body).await);
    }
    sim.advance(Duration::from_secs(3600));
    client.get(&jobs[0]).await.expect(202);
    let failed = client.get(&jobs[1]).await.expect(503).json();
    assert_eq!(failed["error"]["cause"]["details"], "no space");
    client.get(&jobs[2]).await.expect(404);
    // What vanished was done all the same.
    assert_eq!(client.get("/zstack/v1/zones?q=name=Zone3&count=true").await.json()["total"], 1);
}

#[tokio::test]
async fn long_jobs() {
    let hour = Duration::from_secs(3600);
    let long = 10 * hour;
    let sim = Sim::builder().zstack(ZstackServer::new().job_time(hour)).start().await.unwrap();
    let client = zstack(&sim).await;
    let submit = async |name: &str, storage: &str| {
        let data = json!({"name": "late", "url": "http://x/i.qcow2", "backupStorageUuids": [storage]}).to_string();
        let body = json!({"params": {"jobName": name, "jobData": data}});
        let job = begin(&client, "POST /zstack/v1/longjobs", &body).await;
        sim.advance(hour);
        client.get(&job).await
    };
    let store = "1ab3b836a88342e1bbc1b1a17d092f0f";
    let state = async |uuid: &str| {
        let body = client.get(&format!("/zstack/v1/longjobs/{uuid}")).await.expect(200).json();
        body["inventories"][0]["state"].as_str().unwrap().to_owned()
    };
    let job = submit("APIAddImageMsg", store).await.expect(200).json();
    let uuid = job["inventory"]["uuid"].as_str().unwrap();
    sim.advance(long - hour / 2);
    assert_eq!(state(uuid).await, "Running");
    sim.advance(hour / 2);
    assert_eq!(state(uuid).await, "Succeeded");
    assert_eq!(client.get("/zstack/v1/images?q=name=late&count=true").await.json()["total"], 1);

    let path = format!("PUT /zstack/v1/longjobs/{uuid}/actions");
    let cancel = begin(&client, &path, &json!({"cancelLongJob": {}})).await;
    sim.advance(hour);
    assert_eq!(client.get(&cancel).await.expect(503).json()["error"]["code"], "SYS.1006");
    begin(&client, &path, &json!({"rerunLongJob": {}})).await;
    begin(&client, &path, &json!({"cancelLongJob": {}})).await;
    sim.advance(hour);
    assert_eq!(state(uuid).await, "Canceled");
    sim.advance(long);
    assert_eq!(state(uuid).await, "Canceled");

    let failing = submit("APIAddImageMsg", "0").await.expect(200).json();
    sim.advance(long);
    let path = format!("/zstack/v1/longjobs/{}", failing["inventory"]["uuid"].as_str().unwrap());
    let failed = client.get(&path).await.expect(200).json();
    let error: Value = serde_json::from_str(failed["inventories"][0]["jobResult"].as_str().unwrap()).unwrap();
    assert_eq!((&failed["inventories"][0]["state"], &error["code"]), (&json!("Failed"), &json!("SYS.1003")));
    submit("AddImage", store).await.expect(503);
}

#[tokio::test]
async fn users_accounts_and_renewal() {
    let sim = start().await;
    let client = zstack(&sim).await;
    let login = |account: &str, user: &str, password: &str| {
        json!({"logInByUser": {"accountName": account, "userName": user, "password": password}}).to_string()
    };
    let path = "PUT /zstack/v1/accounts/users/login";
    let session = client.send(path, &[], &login("admin", "operator", crate::common::SHA512)).await.expect(200).json();
    assert_eq!(session["inventory"]["userUuid"], "b1b2c3d4e5f60718293a4b5c6d7e8f91");
    for (account, user, password) in
        [("abc", "operator", crate::common::SHA512), ("admin", "operator", "x"), ("admin", "x", crate::common::SHA512)]
    {
        let refused = client.send(path, &[], &login(account, user, password)).await.expect(503).json();
        assert_eq!(refused["error"]["code"], "ID.1000", "{account} {user}");
    }
    let generic =
        |kind: &str| json!({"logIn": {"username": "abc", "password": crate::common::SHA512, "loginType": kind}});
    client.send("PUT /zstack/v1/login", &[], &generic("account").to_string()).await.expect(200);
    client.send("PUT /zstack/v1/login", &[], &generic("ldap").to_string()).await.expect(503);

    let account = json!({"params": {"name": "new", "password": "0123"}});
    done(&client, "POST /zstack/v1/accounts", account).await;
    let login = |password: &str| json!({"logInByAccount": {"accountName": "new", "password": password}}).to_string();
    client.send("PUT /zstack/v1/accounts/login", &[], &login("0123")).await.expect(200);
    client.send("PUT /zstack/v1/accounts/login", &[], &login(crate::common::SHA512)).await.expect(503);

    let uuid = session["inventory"]["uuid"].as_str().unwrap();
    let valid = format!("/zstack/v1/accounts/sessions/{uuid}/valid");
    assert_eq!(Client::new(&sim, System::Zstack).get(&valid).await.expect(200).json(), json!({"valid": true}));
    let renew = format!("PUT /zstack/v1/accounts/sessions/{uuid}/renew");
    let renewed = done(&client, &renew, json!({"renewSession": {"duration": 600}})).await;
    assert_eq!(renewed["inventory"]["uuid"], uuid);
    sim.expire_sessions();
    assert_eq!(client.get(&valid).await.expect(200).json(), json!({"valid": false}));
}

#[tokio::test]
async fn an_estate_of_its_own() {
    let estate = r#"{"zstack": {"records": [{"type": "Image", "record": {"uuid": "aa", "name": "only", "size": 7}}]}}"#;
    let estate = Estate::from_json(estate).unwrap();
    let sim = Sim::builder().zstack("127.0.0.1:0").estate(estate).start().await.unwrap();
    let client = zstack(&sim).await;
    let images = client.get("/zstack/v1/images").await.expect(200).json();
    assert_eq!(images["inventories"], json!([{"uuid": "aa", "name": "only", "size": 7}]));
    // What an estate lists by name is not made up, the rest is.
    assert_eq!(client.get("/zstack/v1/backup-storage").await.json()["inventories"], json!([]));
    assert!(!client.get("/zstack/v1/vm-instances").await.json()["inventories"].as_array().unwrap().is_empty());
    let wrong = Estate::from_json(r#"{"zstack": {"records": [{"type": "DeleteMode", "record": {}}]}}"#).unwrap_err();
    assert_eq!(wrong.to_string(), "at `zstack.records[0].type`: `DeleteMode` is no type of inventory");
}

/// `Authorization` and `Date` of a request that is signed with the demo's access key.
fn signed(method: &str, path: &str, date: &str) -> [(&'static str, String); 2] {
    use base64::Engine;
    use hmac::{Hmac, Mac};
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(b"backhaul-sim-secret-0123456789-abcdefghi").unwrap();
    mac.update(format!("{method}\n{date}\n{path}").as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    [("Authorization", format!("ZStack BACKHAULSIM00000KEY1:{signature}")), ("Date", date.to_owned())]
}

/// The clock so many seconds from now, as a `Date` header writes it.
fn clock(ahead: i64, zone: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let seconds = i64::try_from(now).unwrap() + ahead;
    let days = seconds.div_euclid(86_400);
    // Counted from 2024-01-01, a leap year.
    let (mut year, mut rest) = (2024, days - 19_723);
    let length = |year: i64| if year % 4 == 0 { 366 } else { 365 };
    while rest >= length(year) {
        rest -= length(year);
        year += 1;
    }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let february = if year % 4 == 0 { 29 } else { 28 };
    let mut month = 0;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if rest < days {
            break;
        }
        rest -= days;
        month += 1;
    }
    let of_day = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("Mon, {:02} {} {year} {hour:02}:{minute:02}:{second:02} {zone}", rest + 1, months[month])
}

#[tokio::test]
async fn access_keys() {
    let sim = start().await;
    let client = Client::new(&sim, System::Zstack);
    let get = async |signed: &[(&str, String)]| {
        let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        client.send("GET /zstack/v1/zones?q=name=Zone1", &headers, "").await
    };
    let here = 8 * 3600;
    // The clock in the server's zone, whatever the header's zone says; the query is not signed.
    get(&signed("GET", "/v1/zones", &clock(here, "CST"))).await.expect(200);
    get(&signed("GET", "/v1/zones", &clock(here + 600, "GMT"))).await.expect(200);
    let skewed = get(&signed("GET", "/v1/zones", &clock(0, "GMT"))).await.expect(403);
    assert_eq!(skewed.text(), "requestTimeTooSkewed");
    get(&signed("GET", "/v1/zones", &clock(here - 1000, "CST"))).await.expect(403);
    get(&signed("GET", "/v1/zones", &clock(here, "+0800"))).await.expect(400);
    let [key, date] = signed("GET", "/v1/zones", &clock(here, "CST"));
    get(std::slice::from_ref(&key)).await.expect(400);
    get(&[("Authorization", key.1.replace(':', "")), date.clone()]).await.expect(400);
    let unknown = get(&[("Authorization", key.1.replace("KEY1", "KEY2")), date]).await.expect(503).json();
    assert!(unknown["error"]["details"].as_str().unwrap().contains("access key id"));
    let wrong = get(&signed("GET", "/v1/zones?q=name=Zone1", &clock(here, "CST"))).await.expect(503).json();
    assert!(wrong["error"]["details"].as_str().unwrap().contains("wrong accessKey signature"));

    // An operation that is a job is taken, and the job is signed well or not.
    let body = r#"{"params": {"name": "Zone3"}}"#;
    for (path, status) in [("/v1/zones", 200), ("/v1/other", 503)] {
        let signed = signed("POST", path, &clock(here, "CST"));
        let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let accepted = client.send("POST /zstack/v1/zones", &headers, body).await.expect(202).json();
        let job = path_of(accepted["location"].as_str().unwrap()).to_owned();
        client.get(&job).await.expect(status);
    }

    let sim = Sim::builder().zstack(ZstackServer::new().checks_time_zone(true)).start().await.unwrap();
    let client = Client::new(&sim, System::Zstack);
    for (date, status) in [(clock(0, "GMT"), 200), (clock(here, "Asia/Shanghai"), 200), (clock(here, "GMT"), 403)] {
        let signed = signed("GET", "/v1/zones", &date);
        let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
        client.send("GET /zstack/v1/zones", &headers, "").await.expect(status);
    }
}
