//! Cases of people who do this job, as their programs meet a server: requests byte by byte, no client of ours. The
//! numbers are those of `crates/cli/tests/suite/field.rs`, which has the same cases from the other side.
#![allow(clippy::unwrap_used, clippy::panic)]

use backhaul_models::vb365::VERSIONS;
use std::time::Duration;

use crate::common::{Answer, BASIC, Client, path_of, send, zstack};
use backhaul_sim::{Effect, EmRelease, EmServer, Estate, Fault, Faults, Sim, ZstackServer};
use backhaul_wire::System;
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Accept", "application/json");
const SENT_JSON: (&str, &str) = ("Content-Type", "application/json");
const SENT_XML: (&str, &str) = ("Content-Type", "application/xml");

/// A server whose tasks are over at once.
async fn em() -> Sim {
    let server = EmServer::new().release(EmRelease::V12).task_steps(Duration::ZERO, Duration::ZERO);
    Sim::builder().em(server).start().await.unwrap()
}

/// The path of an address of any host.
fn below(href: &str) -> &str {
    href.find("/api/").map(|at| &href[at..]).unwrap()
}

/// The first link of a relation, of the body's own or of what is in it.
fn link(body: &Value, relation: &str) -> String {
    fn find<'v>(value: &'v Value, relation: &str) -> Option<&'v str> {
        match value {
            Value::Object(members) if members.get("Rel").is_some_and(|rel| rel == relation) => members["Href"].as_str(),
            Value::Object(members) => members.values().find_map(|value| find(value, relation)),
            Value::Array(items) => items.iter().find_map(|item| find(item, relation)),
            _ => None,
        }
    }
    below(find(body, relation).unwrap_or_else(|| panic!("no {relation}: {body}"))).to_owned()
}

async fn first(client: &Client<'_>, collection: &str) -> Value {
    let list = client.send(&format!("GET /api/{collection}?format=Entity"), &[JSON], "").await.expect(200).json();
    let mut lists = list.as_object().unwrap().values().filter_map(Value::as_array);
    lists.find_map(|items| items.first().filter(|item| item["UID"].is_string()).cloned()).unwrap()
}

/// Waits for the end of the task that an answer tells of.
async fn ended(client: &Client<'_>, begun: Answer) -> Value {
    let task = begun.expect(202).json();
    let id = task["TaskId"].as_str().unwrap();
    for _ in 0..100 {
        let task = client.send(&format!("GET /api/tasks/{id}"), &[JSON], "").await.expect(200).json();
        if task["State"] == "Finished" {
            return task;
        }
    }
    panic!("{id} does not end");
}

/// 06: `PUT` to the Edit link that the simulator itself gives, which names no action.
#[tokio::test]
async fn a_job_is_put_to_its_edit_link() {
    let sim = em().await;
    let client = crate::common::em(&sim).await;
    let job = first(&client, "jobs").await;
    let edit = link(&job, "Edit");
    assert!(!edit.contains("action"), "{edit}");
    for path in [edit.clone(), format!("{edit}?format=Entity"), format!("{edit}?action=edit")] {
        let put = client.send(&format!("PUT {path}"), &[JSON, SENT_JSON], &job.to_string()).await;
        assert_eq!(ended(&client, put).await["Result"]["Success"], true, "{path}");
    }
}

/// 07: a restore without a body, with and without a content type.
#[tokio::test]
async fn a_restore_needs_no_body() {
    let sim = em().await;
    let client = crate::common::em(&sim).await;
    let point = first(&client, "vmRestorePoints").await;
    let restore = link(&point, "Restore");
    for headers in [&[JSON, SENT_XML][..], &[JSON], &[JSON, SENT_JSON]] {
        let begun = client.send(&format!("POST {restore}"), headers, "").await;
        assert_eq!(ended(&client, begun).await["Result"]["Success"], true);
    }
    let wrong = "<RestoreSpec xmlns=\"http://www.veeam.com/ent/v1.0\"/>";
    client.send(&format!("POST {restore}"), &[SENT_XML], wrong).await.expect(400);
}

/// 16: a version of the API that is no more.
#[tokio::test]
async fn an_old_version_is_no_logon() {
    let sim = em().await;
    let client = Client::new(&sim, System::Em);
    for (version, status) in [("v1_4", 401), ("v2_0", 401), ("v1_5", 201), ("latest", 201)] {
        client.send(&format!("POST /api/sessionMngr/?v={version}"), &[BASIC], "").await.expect(status);
    }
}

/// 29: a file out of a backup, link by link.
#[tokio::test]
async fn a_file_is_restored_link_by_link() {
    let sim = em().await;
    let client = crate::common::em(&sim).await;
    let point = first(&client, "vmRestorePoints").await;
    let mounts = link(&point, "Create");
    let mounted = ended(&client, client.send(&format!("POST {mounts}"), &[JSON], "").await).await;
    let mount = link(&mounted, "Related");
    client.send(&format!("GET {mount}"), &[JSON], "").await.expect(200);
    let file = client.send(&format!("GET {mount}/C:/Documents/Invoice1.docx"), &[JSON], "").await.expect(200).json();
    let spec = r#"{"ForDirectDownload": {}}"#;
    let restored = client.send(&format!("POST {}", link(&file, "Restore")), &[JSON, SENT_JSON], spec).await;
    let download = link(&ended(&client, restored).await, "Download");
    assert!(!client.get(&download).await.expect(200).body.is_empty());
    client.send(&format!("DELETE {mount}"), &[], "").await.expect(204);
}

/// 15: a comma too many, which servers of that make pass over; commas within texts stay.
#[tokio::test]
async fn a_comma_too_many_is_passed_over() {
    let sim = Sim::builder().vb365("127.0.0.1:0").start().await.unwrap();
    let client = crate::common::vb365(&sim, 5, "admin").await;
    let jobs = client.get("/v5/Jobs").await.expect(200).json();
    let job = jobs.as_array().or_else(|| jobs["results"].as_array()).unwrap()[0]["id"].as_str().unwrap().to_owned();
    let explore = r#"{ "explore": { "datetime": "2099.11.28 12:00", "type": "vet", "ShowDeleted": "true", } }"#;
    client.send(&format!("POST /v5/Jobs/{job}/Action"), &[SENT_JSON], explore).await.expect(200);
    let broken = r#"{ "explore": { "type": "vet" "ShowDeleted": true } }"#;
    client.send(&format!("POST /v5/Jobs/{job}/Action"), &[SENT_JSON], broken).await.expect(400);
}

/// 19, 21: the links of jobs and proxies lead somewhere, in every version.
#[tokio::test]
async fn links_of_jobs_and_proxies_lead_somewhere() {
    let sim = Sim::builder().vb365("127.0.0.1:0").start().await.unwrap();
    for version in VERSIONS {
        let client = crate::common::vb365(&sim, version, "admin").await;
        for (collection, links) in
            [("Jobs", &["selectedItems", "excludedItems", "jobsessions"][..]), ("Proxies", &["repositories"])]
        {
            let all = client.get(&format!("/v{version}/{collection}")).await.expect(200).json();
            let all = all.as_array().or_else(|| all["results"].as_array()).unwrap();
            assert!(!all.is_empty());
            for (item, name) in all.iter().flat_map(|item| links.iter().map(move |name| (item, *name))) {
                let href = item["_links"][name]["href"].as_str();
                let href = href.unwrap_or_else(|| panic!("v{version} {collection}: no {name} in {}", item["_links"]));
                let path = href.find("/v").map(|at| &href[at..]).unwrap();
                client.get(path).await.expect(200);
            }
        }
    }
}

/// 20: the operations that v3 and v4 have beyond their documents.
#[tokio::test]
async fn old_versions_answer_what_their_pages_show() {
    let sim = Sim::builder().vb365("127.0.0.1:0").start().await.unwrap();
    let id = async |version: u8, collection: &str| {
        let client = crate::common::vb365(&sim, version, "admin").await;
        let all = client.get(&format!("/v{version}/{collection}")).await.expect(200).json();
        let all = all.as_array().or_else(|| all["results"].as_array()).unwrap().clone();
        all[0]["id"].as_str().unwrap().to_owned()
    };
    let (proxy, session) = (id(3, "Proxies").await, id(3, "JobSessions").await);
    let organization = id(3, "Organizations").await;
    let user = id(3, &format!("Organizations/{organization}/Users")).await;
    for (version, method, path) in [
        (3, "GET", "ExclusionSettings".to_owned()),
        (3, "PUT", "ExclusionSettings".to_owned()),
        (3, "GET", format!("Proxies/{proxy}/Repositories")),
        (3, "GET", "InternetProxySettings".to_owned()),
        (3, "GET", format!("Organizations/{organization}/Users/{user}/OneDrives")),
        (3, "GET", format!("JobSessions/{session}/Log")),
        (4, "PUT", "ExclusionSettings".to_owned()),
        (4, "GET", "VEODEmailSettings".to_owned()),
    ] {
        let client = crate::common::vb365(&sim, version, "admin").await;
        let body = if method == "PUT" { r#"{"drafts": "true"}"# } else { "" };
        let answer = client.send(&format!("{method} /v{version}/{path}"), &[SENT_JSON], body).await;
        assert!(answer.status < 300, "v{version} {method} {path}: {} {}", answer.status, answer.text());
    }
}

/// 09: the status of any kind of machine is filtered and sorted by.
#[tokio::test]
async fn every_kind_of_machine_has_a_status_to_ask_for() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let client = zstack(&sim).await;
    for path in ["vm-instances/appliances", "vm-instances/appliances/virtual-routers", "vpc/virtual-routers"] {
        let all = client.get(&format!("/zstack/v1/{path}?sort=%2Bstatus")).await.expect(200).json();
        let Some(status) = all["inventories"][0]["status"].as_str() else { continue };
        let some = client.get(&format!("/zstack/v1/{path}?q=status={status}")).await.expect(200).json();
        assert!(!some["inventories"].as_array().unwrap().is_empty(), "{path}");
    }
}

/// 11: a job that has nothing to tell says that it is done, and its place is where it was asked for.
#[tokio::test]
async fn a_job_with_nothing_to_tell_says_so() {
    let server = ZstackServer::new().job_time(Duration::ZERO);
    let sim = Sim::builder().zstack(server).start().await.unwrap();
    let client = zstack(&sim).await;
    let group = "0f5d5a3c2b7e4f0e9b8a7c6d5e4f3a2b";
    let head = format!("POST /zstack/v1/security-groups/{group}/vm-instances/nics");
    let body = json!({"params": {"vmNicUuids": [group]}}).to_string();
    let location = client.send(&head, &[], &body).await.expect(202).json()["location"].as_str().unwrap().to_owned();
    assert!(location.starts_with(sim.url(System::Zstack).unwrap()), "{location}");
    assert_eq!(client.get(path_of(&location)).await.expect(200).json(), json!({"success": true}));
}

/// Not in a case of its own: a request has one host.
#[tokio::test]
async fn a_request_names_one_host() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let host = sim.url(System::Zstack).unwrap().strip_prefix("http://").unwrap();
    for head in ["GET /zstack/v1/zones HTTP/1.1\r\n", "GET /zstack/v1/zones HTTP/1.1\r\nHost: a\r\nHost: b\r\n"] {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400") && !answer.contains("Authorization"), "{head}: {answer}");
    }
    let sent = send(&sim, System::Zstack, "GET /zstack/v1/zones", &[("Host", "localhost")], b"").await.unwrap();
    assert!(sent.text().contains("Authorization"), "{}", sent.text());
}

/// Not in a case of its own: files that say something twice, or what no answer can carry.
#[tokio::test]
async fn files_that_cannot_be_meant_are_refused() {
    let twice = r#"{"vb365": {"build": "8.1.0.3503", "build": "7.0.0.1"}}"#;
    let error = Estate::from_json(twice).unwrap_err().to_string();
    assert!(error.contains("`build` stands twice") && error.contains("line 1"), "{error}");
    for (header, says) in [
        (r#"{"Retry After": "1"}"#, "`Retry After` cannot be the name of a header"),
        (r#"{"Retry-After": "1\r\nX: y"}"#, "cannot be the value of the header Retry-After"),
        (r#"{"Retry-After": "1", "Retry-After": "2"}"#, "`Retry-After` stands twice"),
    ] {
        let file = format!(r#"{{"faults": [{{"effect": "status", "headers": {header}}}]}}"#);
        let error = Faults::from_json(&file).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let effect = Effect::Status { status: 99, content_type: None, headers: Vec::new(), body: String::new() };
    let faults = Faults::new().with(Fault::new(effect));
    let error = Sim::builder().zstack("127.0.0.1:0").faults(faults).start().await.unwrap_err().to_string();
    assert!(error.contains("99 is no status"), "{error}");
}
