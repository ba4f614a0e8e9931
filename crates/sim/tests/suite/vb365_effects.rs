//! What operations of VB365 bring about, over HTTP and by the simulated clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use crate::common::{Client, FORM, vb365};
use backhaul_sim::{Effect, Fault, Faults, Sim, Vb365Server};
use backhaul_wire::System;
use serde_json::{Value, json};

const ABC: &str = "cbc52c37-df7f-4b03-98f3-036e7d4b3127";
const JSON: (&str, &str) = ("Content-Type", "application/json");
const HOUR: Duration = Duration::from_secs(3600);

/// Nothing happens here before the clock is put forward.
async fn sim() -> Sim {
    Sim::builder().vb365(Vb365Server::new().job_time(HOUR)).start().await.unwrap()
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

/// The first job of the organization, whole.
async fn first_job(client: &Client<'_>) -> Value {
    read(client, &format!("/v7/Organizations/{ABC}/Jobs")).await[0].clone()
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_job_session_begins_goes_on_and_ends() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    let job = first_job(&client).await;
    let usage = format!("/v8/Organizations/{ABC}/usedRepositories");
    let used = |page: &Value| -> i64 {
        let rows = page["results"].as_array().unwrap().iter();
        rows.filter(|row| row["repositoryId"] == job["repositoryId"])
            .map(|row| row["usedSpaceBytes"].as_i64().unwrap())
            .sum()
    };
    let before = used(&read(&client, &usage).await);
    let points = read(&client, "/v8/RestorePoints?limit=1000").await["results"].as_array().unwrap().len();

    let session =
        post(&client, &format!("/v8/Jobs/{}/start", id(&job)), json!({ "full": true })).await.expect(200).json();
    assert_eq!((&session["status"], &session["progress"]), (&json!("Running"), &json!(0)));
    assert_eq!((&session["jobId"], &session["jobSessionConfigType"]), (&job["id"], &json!("Full")));
    assert!(session.get("endTime").is_none());
    let path = format!("/v8/JobSessions/{}", id(&session));
    assert_eq!(read(&client, &format!("/v8/Jobs/{}", id(&job))).await["lastStatus"], "Running");
    // One at a time.
    let refused = post(&client, &format!("/v8/Jobs/{}/start", id(&job)), json!({})).await.expect(400).json();
    assert_eq!(refused["errorCode"], "OperationConflict");

    sim.advance(HOUR / 2);
    let half = read(&client, &path).await;
    assert!(half["progress"].as_i64().unwrap() > 0 && half["status"] == "Running", "{half}");
    assert_eq!(used(&read(&client, &usage).await), before);

    sim.advance(HOUR / 2);
    let over = read(&client, &path).await;
    assert_eq!(over["status"], "Success");
    assert!(over["endTime"].as_str() > over["creationTime"].as_str());
    assert!(over["progress"].as_i64() > half["progress"].as_i64());
    assert!(over["eTag"].as_i64() > half["eTag"].as_i64());
    let job = read(&client, &format!("/v8/Jobs/{}", id(&job))).await;
    assert_eq!((&job["lastStatus"], &job["lastBackup"]), (&json!("Success"), &over["endTime"]));
    assert!(used(&read(&client, &usage).await) > before);
    assert_eq!(read(&client, &format!("/v8/Organizations/{ABC}")).await["lastBackuptime"], over["endTime"]);
    let all = read(&client, "/v8/RestorePoints?limit=1000").await["results"].clone();
    let newest = all.as_array().unwrap().iter().find(|point| point["backupTime"] == over["endTime"]).unwrap();
    assert_eq!((all.as_array().unwrap().len(), &newest["jobId"]), (points + 1, &job["id"]));
    let log = read(&client, &format!("{path}/LogItems")).await;
    let lines: Vec<&str> =
        log["results"].as_array().unwrap().iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert!(
        lines.len() == 3 && lines[0].starts_with("Job started") && lines[2].starts_with("Job finished"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn jobs_are_stopped_disabled_and_enabled() {
    let sim = sim().await;
    for version in [6, 8] {
        let client = vb365(&sim, version, "admin").await;
        let job = first_job(&client).await;
        let at = |action: &str| format!("/v{version}/Jobs/{}/{action}", id(&job));
        post(&client, &at("stop"), json!({})).await.expect(400);
        post(&client, &at("start"), json!({})).await.expect(if version == 6 { 204 } else { 200 });
        delete(&client, at("").trim_end_matches('/')).await.expect(400);
        sim.advance(HOUR / 4);
        assert!(post(&client, &at("stop"), json!({})).await.expect(204).body.is_empty());
        let client = vb365(&sim, 8, "admin").await;
        let running = read(&client, &format!("/v8/JobSessions?jobId={}&status=Running", id(&job))).await;
        assert_eq!(running["results"], json!([]));
        sim.advance(HOUR);
        let stopped = read(&client, &format!("/v8/JobSessions?jobId={}&status=Stopped", id(&job))).await;
        assert!(stopped["results"].as_array().unwrap().iter().all(|session| session["status"] == "Stopped"));
        assert!(!stopped["results"].as_array().unwrap().is_empty());
        let client = vb365(&sim, version, "admin").await;
        post(&client, &at("disable"), json!({})).await.expect(204);
        assert_eq!(first_job(&client).await["isEnabled"], false);
        post(&client, &at("enable"), json!({})).await.expect(204);
        assert_eq!(first_job(&client).await["isEnabled"], true);
    }
}

#[tokio::test]
async fn older_versions_act_by_a_body_with_one_member() {
    let sim = sim().await;
    for version in 3..=5u8 {
        let client = vb365(&sim, version, "admin").await;
        let jobs = read(&client, &format!("/v{version}/Jobs")).await;
        let job = id(&jobs[0]).to_owned();
        let action = format!("/v{version}/jobs/{job}/ACTION");
        assert!(post(&client, &action, json!({ "start": null })).await.expect(200).body.is_empty());
        let sessions = read(&client, &format!("/v{version}/Jobs/{job}/JobSessions")).await;
        let sessions = if version == 5 { &sessions["results"] } else { &sessions };
        assert!(sessions.as_array().unwrap().iter().any(|session| session["status"] == "Running"), "{sessions}");
        post(&client, &action, json!({ "Stop": null })).await.expect(200);
        post(&client, &action, json!({ "disable": null })).await.expect(200);
        assert_eq!(read(&client, &format!("/v{version}/Jobs/{job}")).await["isEnabled"], false);
        post(&client, &action, json!({ "enable": null })).await.expect(200);
        let explore =
            json!({ "explore": { "datetime": "2019-04-12T10:54:40.2794046Z", "type": "vex", "ShowDeleted": "true" } });
        let session = post(&client, &action, explore.clone()).await.expect(200).json();
        assert_eq!((&session["type"], &session["state"]), (&json!("Vex"), &json!("Working")));
        // As the documents print it: no result while it works.
        assert!(session.get("result").is_none() && session.get("endTime").is_none(), "{session}");
        post(&client, &format!("/v{version}/Organizations/{ABC}/Action"), explore).await.expect(201);
        post(&client, &format!("/v{version}/RestoreSessions/{}/Action", id(&session)), json!({ "stop": null }))
            .await
            .expect(200);
        let over = read(&client, &format!("/v{version}/RestoreSessions/{}", id(&session))).await;
        assert_eq!((&over["state"], &over["result"]), (&json!("Stopped"), &json!("Success")));
        for wrong in [json!({}), json!({ "fly": null }), json!({ "start": null, "stop": null }), json!([])] {
            post(&client, &action, wrong).await.expect(400);
        }
        client.send(&format!("POST {action}"), &[JSON], "").await.expect(400);
    }
    let client = vb365(&sim, 6, "admin").await;
    let job = first_job(&client).await;
    post(&client, &format!("/v6/Jobs/{}/Action", id(&job)), json!({ "start": null })).await.expect(404);
}

#[tokio::test]
async fn jobs_are_created_edited_and_deleted_for_all_versions() {
    let sim = sim().await;
    let v8 = vb365(&sim, 8, "admin").await;
    let v6 = vb365(&sim, 6, "admin").await;
    let repository = first_job(&v8).await["repositoryId"].clone();
    let body = json!({ "name": "Night", "organizationId": ABC, "repositoryId": repository, "backupType": "SelectedItems",
        "description": "all of it", "selectedItems": [{ "type": "PartialOrganization", "mailbox": true }] });
    let job = post(&v8, "/v8/Jobs", body.clone()).await.expect(201).json();
    assert_eq!((&job["name"], &job["organizationId"], &job["isEnabled"]), (&json!("Night"), &json!(ABC), &json!(true)));
    let taken = post(&v8, "/v8/Jobs", body).await.expect(400).json();
    assert_eq!(taken["errorCode"], "OperationConflict");
    let missing = post(&v8, "/v8/Jobs", json!({ "name": "No" })).await.expect(400).json();
    assert_eq!(missing["errorCode"], "ParameterValidationFailure");
    let items = read(&v6, &format!("/v6/Jobs/{}/SelectedItems", id(&job))).await;
    assert_eq!((items.as_array().unwrap().len(), &items[0]["mailbox"]), (1, &json!(true)));
    let of_organization = read(&v6, &format!("/v6/Organizations/{ABC}/Jobs")).await;
    assert!(of_organization.as_array().unwrap().iter().any(|it| it["id"] == job["id"]));

    let v5 = vb365(&sim, 5, "admin").await;
    let edited = put(&v5, &format!("/v5/Jobs/{}", id(&job)), json!({ "name": "Nightly", "id": "other" }))
        .await
        .expect(200)
        .json();
    assert_eq!((&edited["name"], &edited["id"]), (&json!("Nightly"), &job["id"]));
    put(&v8, &format!("/v8/Jobs/{}", id(&job)), json!({ "description": null })).await.expect(204);
    let now = read(&v8, &format!("/v8/Jobs/{}", id(&job))).await;
    assert_eq!((&now["name"], &now["description"]), (&json!("Nightly"), &json!("")));
    let policy = json!({ "schedulePolicy": { "dailyTime": "01:30:00" } });
    put(&v8, &format!("/v8/Jobs/{}", id(&job)), policy).await.expect(204);
    let now = read(&v6, &format!("/v6/Jobs/{}", id(&job))).await;
    let policy = &now["schedulePolicy"];
    assert_eq!((&policy["dailyTime"], &policy["retryNumber"]), (&json!("01:30:00"), &json!(3)));
    put(&v8, &format!("/v8/Jobs/{}", id(&job)), json!({ "isEnabled": [] })).await.expect(400);

    let old = json!({ "name": "Older", "repositoryId": repository, "runNow": true });
    let old = post(&v6, &format!("/v6/Organizations/{ABC}/Jobs"), old).await.expect(200).json();
    assert_eq!(read(&v6, &format!("/v6/Jobs/{}", id(&old))).await["lastStatus"], "Running");
    delete(&v8, &format!("/v8/Jobs/{}", id(&job))).await.expect(204);
    v6.get(&format!("/v6/Jobs/{}", id(&job))).await.expect(404);
}

#[tokio::test]
async fn organizations_come_and_go_and_their_backups_stay() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    let body = json!({ "type": "Office365", "name": "new.onmicrosoft.com", "isExchangeOnline": true });
    let new = post(&client, "/v8/Organizations", body.clone()).await.expect(201).json();
    assert_eq!((&new["name"], &new["isBackedup"]), (&json!("new.onmicrosoft.com"), &json!(false)));
    post(&client, "/v8/Organizations", body).await.expect(400);
    let path = format!("/v8/Organizations/{}", id(&new));
    put(&client, &path, json!({ "type": "Office365", "description": "edited" })).await.expect(204);
    assert_eq!(read(&client, &path).await["description"], "edited");
    let refused = post(&client, &format!("{path}/explore"), json!({ "type": "Vex" })).await.expect(400).json();
    assert_eq!(refused["message"], "Restore session cannot be created.");
    // A backup makes it one that can be restored from.
    let repository = first_job(&client).await["repositoryId"].clone();
    let job = json!({ "name": "First", "organizationId": id(&new), "repositoryId": repository, "backupType": "EntireOrganization", "runNow": true });
    post(&client, "/v8/Jobs", job).await.expect(201);
    sim.advance(HOUR);
    post(&client, &format!("{path}/explore"), json!({ "type": "Vex" })).await.expect(201);

    delete(&client, &path).await.expect(204);
    client.get(&path).await.expect(404);
    client.get(&format!("{path}/Users")).await.expect(404);
    let jobs = read(&client, "/v8/Jobs?limit=1000").await;
    assert!(jobs["results"].as_array().unwrap().iter().all(|job| job["name"] != "First"));
    let rows =
        read(&client, &format!("/v8/BackupRepositories/{}/backedupOrganizations", repository.as_str().unwrap())).await;
    let stays = |row: &Value| row["id"] == new["id"] && row["name"] == "new.onmicrosoft.com";
    assert!(rows["results"].as_array().unwrap().iter().any(stays), "{rows}");
}

#[tokio::test]
async fn repositories_come_and_go_unless_they_are_used() {
    let sim = sim().await;
    let client = vb365(&sim, 7, "admin").await;
    let proxy = read(&client, "/v7/Proxies").await[0]["id"].clone();
    let body = json!({ "name": "New", "proxyId": proxy, "path": "E:\\New", "retentionType": "ItemLevel" });
    let new = post(&client, "/v7/BackupRepositories", body.clone()).await.expect(200).json();
    assert_eq!((&new["name"], &new["capacityBytes"]), (&json!("New"), &new["freeSpaceBytes"]));
    assert_eq!(new["_links"]["proxy"]["href"], format!("/v7/proxies/{}", proxy.as_str().unwrap()));
    post(&client, "/v7/BackupRepositories", body).await.expect(400);
    post(&client, "/v7/BackupRepositories", json!({ "name": "Lost", "proxyId": ABC })).await.expect(400);
    let path = format!("/v7/BackupRepositories/{}", id(&new));
    put(&client, &path, json!({ "name": "Newer" })).await.expect(200);
    assert_eq!(read(&client, &path).await["name"], "Newer");
    delete(&client, &path).await.expect(204);
    client.get(&path).await.expect(404);
    let used = first_job(&client).await["repositoryId"].clone();
    delete(&client, &format!("/v7/BackupRepositories/{}", used.as_str().unwrap())).await.expect(400);
    post(&client, &format!("/v7/Proxies/{}/Remove", proxy.as_str().unwrap()), json!({})).await.expect(400);
}

#[tokio::test]
async fn faults_fail_and_hang_sessions() {
    let faults = Faults::new()
        .with(Fault::new(Effect::TaskFails("The disk is full.".to_owned())).path("*/start").times(1))
        .with(Fault::new(Effect::TaskHangs).path("*/start"));
    let sim = Sim::builder().vb365(Vb365Server::new().job_time(HOUR)).faults(faults).start().await.unwrap();
    let client = vb365(&sim, 8, "admin").await;
    let start = format!("/v8/Jobs/{}/start", id(&first_job(&client).await));
    let session = post(&client, &start, json!({})).await.expect(200).json();
    sim.advance(HOUR);
    let failed = read(&client, &format!("/v8/JobSessions/{}", id(&session))).await;
    assert_eq!((&failed["status"], &failed["details"]), (&json!("Failed"), &json!("The disk is full.")));
    let session = post(&client, &start, json!({})).await.expect(200).json();
    sim.advance(HOUR * 24);
    assert_eq!(read(&client, &format!("/v8/JobSessions/{}", id(&session))).await["status"], "Running");
}

#[tokio::test]
async fn changes_are_told() {
    let sim = sim().await;
    let client = vb365(&sim, 8, "admin").await;
    let job = first_job(&client).await;
    let latest = read(&client, "/v8/Events?from=latest").await;
    assert_eq!(latest["results"], json!([]));
    let token = latest["nextChangeToken"].as_str().unwrap().to_owned();
    let session = post(&client, &format!("/v8/Jobs/{}/start", id(&job)), json!({})).await.expect(200).json();
    let events = read(&client, &format!("/v8/Events?from={token}&limit=1")).await;
    let first = &events["results"][0];
    assert_eq!((&first["eventType"], &first["id"]), (&json!("JobSessionUpdate"), &session["id"]));
    assert_eq!((&first["jobId"], &first["status"]), (&job["id"], &json!("Running")));
    let rest = read(&client, &format!("/v8/Events?from={}", events["nextChangeToken"].as_str().unwrap())).await;
    assert_eq!(rest["results"][0]["eventType"], "JobUpdate");
    let last = rest["nextChangeToken"].as_str().unwrap();
    assert_eq!(read(&client, &format!("/v8/Events?from={last}")).await["results"], json!([]));
    client.get("/v8/Events").await.expect(400);
    client.get("/v8/Events?from=yesterday").await.expect(400);
    let outdated = client.get("/v8/Events?from=999999").await.expect(400).json();
    assert_eq!(outdated["errorCode"], "OutdatedChangeToken");

    // v7 tells the same as sessions.
    let client = vb365(&sim, 7, "admin").await;
    let all = read(&client, "/v7/JobSessions/Changes?limit=1000").await;
    assert_eq!(all["totalCount"], all["results"].as_array().unwrap().len());
    let token = all["nextChangeToken"].as_str().unwrap();
    sim.advance(HOUR);
    let changed = read(&client, &format!("/v7/JobSessions/Changes?from={token}")).await;
    assert_eq!((&changed["results"][0]["id"], &changed["results"][0]["status"]), (&session["id"], &json!("Success")));
    assert_eq!(changed["results"].as_array().unwrap().len(), 1);
    let points = read(&client, &format!("/v7/RestorePoints/Changes?from={token}")).await;
    assert_eq!(points["results"][0]["jobId"], job["id"]);
}

#[tokio::test]
async fn operators_come_with_an_assertion() {
    let sim = sim().await;
    let client = Client::new(&sim, System::Vb365);
    let answer = "%7B%22token_type%22%3A%22Bearer%22%2C%22access_token%22%3A%22eyJ%22%7D";
    let jwt = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    for (version, grant) in [(4, jwt), (5, jwt), (6, "operator"), (8, "operator"), (8, jwt)] {
        let tail = "disable_antiforgery_token=true";
        let body = format!("grant_type={grant}&client_id=app&assertion={answer}&{tail}");
        let token = client.send(&format!("POST /v{version}/token"), &[FORM], &body).await.expect(200).json();
        let own = Client::new(&sim, System::Vb365)
            .with("Authorization", format!("Bearer {}", token["access_token"].as_str().unwrap()));
        assert_eq!(read(&own, &format!("/v{version}/Organization")).await["id"], ABC);
        for wrong in ["assertion=eyJ&client_id=app", "client_id=app", &format!("assertion={answer}")] {
            let body = format!("grant_type={grant}&{wrong}");
            let error = client.send(&format!("POST /v{version}/token"), &[FORM], &body).await.expect(400).json();
            assert_eq!(error["error"], "invalid_grant");
        }
    }
    client
        .send("POST /v3/token", &[FORM], &format!("grant_type={jwt}&client_id=a&assertion={answer}"))
        .await
        .expect(400);
    let client = vb365(&sim, 8, "admin").await;
    client.send("POST /v8/token/logout", &[], "").await.expect(204);
    client.get("/v8/Jobs").await.expect(401);
}
