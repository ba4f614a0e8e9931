//! What goes wrong on purpose.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use crate::common::{Client, em, send, vb365, zstack};
use backhaul_models::em::QueryResult;
use backhaul_models::vb365::{OrganizationStorageSpaceUsage, Page};
use backhaul_sim::{Effect, Fault, Faults, Sim};
use backhaul_wire::{System, json, xml};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn sim(faults: Faults) -> Sim {
    Sim::builder().faults(faults).start().await.unwrap()
}

const TENANTS: &str = "/api/query?type=CloudTenant&format=Entities&pageSize=2";
const USAGE: &str = "/v8/Organizations/cbc52c37-df7f-4b03-98f3-036e7d4b3127/usedRepositories";

#[tokio::test]
async fn other_answers() {
    let mut busy = Effect::status(503, "busy");
    if let Effect::Status { headers, content_type, .. } = &mut busy {
        headers.push(("Retry-After".to_owned(), "1".to_owned()));
        *content_type = Some("text/plain".to_owned());
    }
    let faults = Faults::new()
        .with(Fault::new(busy).system(System::Vb365).method("get").path("/v8/org*").skip(1).times(1))
        .with(Fault::new(Effect::Html { status: 502 }).system(System::Em).path("*?*page=7*"))
        .with(Fault::new(Effect::Empty).path("/zstack/*/zones"));
    let sim = sim(faults).await;
    let client = vb365(&sim, 8, "admin").await;
    client.get("/v8/Organizations").await.expect(200);
    let busy = client.get("/v8/Organizations").await.expect(503);
    assert_eq!(
        (busy.text().as_str(), busy.header("retry-after"), busy.header("content-type")),
        ("busy", Some("1"), Some("text/plain"))
    );
    client.get("/v8/Organizations").await.expect(200);
    let client = em(&sim).await;
    assert!(client.get("/api/query?type=Repository&page=7").await.expect(502).text().starts_with("<!DOCTYPE html>"));
    client.get("/api/query?type=Repository&page=1").await.expect(200);
    assert!(zstack(&sim).await.get("/zstack/v1/zones").await.expect(200).body.is_empty());
}

#[tokio::test]
async fn broken_transport() {
    let faults = Faults::new()
        .with(Fault::new(Effect::Drop).path("/zstack/v1/zones").times(1))
        .with(Fault::new(Effect::Truncate(40)).path("/zstack/v1/backup-storage"))
        .with(Fault::new(Effect::Delay).delay(Duration::from_millis(120)).path("/zstack/v1/zones"));
    let sim = sim(faults).await;
    let client = zstack(&sim).await;
    let session = client.headers[0].1.clone();
    let headers = [("Authorization", session.as_str())];
    assert!(send(&sim, System::Zstack, "GET /zstack/v1/zones", &headers, b"").await.is_none());
    let start = Instant::now();
    client.get("/zstack/v1/zones").await.expect(200);
    assert!(start.elapsed() >= Duration::from_millis(120));
    let cut = client.get("/zstack/v1/backup-storage").await.expect(200);
    assert_eq!(cut.body.len(), 40);
    assert!(cut.header("content-length").unwrap().parse::<usize>().unwrap() > 40);
    let seen: Vec<_> = sim.requests().iter().map(|it| it.status).collect();
    assert_eq!(seen, [Some(200), None, Some(200), Some(200)]);
}

#[tokio::test]
async fn a_huge_body_is_made_as_it_is_sent() {
    let sim = sim(Faults::new().with(Fault::new(Effect::Huge(200 << 20)).system(System::Zstack))).await;
    let host = sim.url(System::Zstack).unwrap().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream
        .write_all(format!("GET /zstack/v1/zones HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut buffer = vec![0; 1 << 20];
    let mut total = 0;
    loop {
        match stream.read(&mut buffer).await.unwrap() {
            0 => break,
            read => total += read,
        }
    }
    assert!(total > 200 << 20);
}

#[tokio::test]
async fn wrong_bodies() {
    let sim = sim(Faults::new()
        .with(Fault::new(Effect::WrongRoot).path("/api/query"))
        .with(Fault::new(Effect::WrongRoot).path("/v8/*used*")))
    .await;
    let body = em(&sim).await.get(TENANTS).await.expect(200).body;
    let error = xml::decode::<QueryResult>(&body).unwrap_err();
    assert!(String::from_utf8(body).unwrap().ends_with("</Unexpected>"), "{error}");
    let body = vb365(&sim, 8, "admin").await.get(USAGE).await.expect(200).json();
    assert!(body["unexpected"]["results"].is_array());
}

#[tokio::test]
async fn misleading_links() {
    let looping = sim(Faults::new()
        .with(Fault::new(Effect::LoopingNext).path("*quer*"))
        .with(Fault::new(Effect::LoopingNext).path("*used*")))
    .await;
    let elsewhere = "https://elsewhere.example:1";
    let foreign = sim(Faults::new().with(Fault::new(Effect::ForeignNext(elsewhere.to_owned())))).await;
    let next_xml = async |client: &Client<'_>, path: &str| {
        let result: QueryResult = xml::decode(&client.get(path).await.expect(200).body).unwrap();
        let links = result.paging_info.unwrap().links;
        links
            .into_iter()
            .find(|it| it.rel.as_ref().is_some_and(|it| AsRef::<str>::as_ref(it) == "Next"))
            .unwrap()
            .href
            .unwrap()
    };
    let next_json = async |client: &Client<'_>, path: &str| {
        let page: Page<OrganizationStorageSpaceUsage> = json::decode(&client.get(path).await.expect(200).body).unwrap();
        page.links["next"].href.clone().unwrap()
    };
    let client = em(&looping).await;
    let here = looping.url(System::Em).unwrap();
    assert_eq!(next_xml(&client, TENANTS).await, format!("{here}{TENANTS}"));
    let last = format!("{TENANTS}&page=3");
    assert_eq!(next_xml(&client, &last).await, format!("{here}{last}"));
    let json = client.send(&format!("GET {TENANTS}"), &[("Accept", "application/json")], "").await.json();
    let links = json["pagingInfo"]["links"].as_array().unwrap();
    assert!(links.iter().any(|it| it["rel"] == "Next" && it["href"] == format!("{here}{TENANTS}")));
    let client = vb365(&looping, 8, "admin").await;
    assert_eq!(next_json(&client, USAGE).await, format!("{}{USAGE}", looping.url(System::Vb365).unwrap()));

    let next = next_xml(&em(&foreign).await, TENANTS).await;
    assert_eq!(next, format!("{elsewhere}{TENANTS}&page=2"));
    let next = next_json(&vb365(&foreign, 8, "admin").await, &format!("{USAGE}?limit=1")).await;
    assert_eq!(next, format!("{elsewhere}{USAGE}?offset=1&limit=1"));
}

#[tokio::test]
async fn sessions_that_end_in_the_middle() {
    let sim = sim(Faults::new().with(Fault::new(Effect::ExpireSessions).path("/api/query").skip(2).times(1))).await;
    let client = em(&sim).await;
    for status in [200, 200, 401, 401] {
        client.get("/api/query?type=Repository").await.expect(status);
    }
    em(&sim).await.get("/api/query?type=Repository").await.expect(200);
}

#[test]
fn the_file_form() {
    let read = Faults::from_json(
        r#"{"faults": [
            {"system": "VB365", "method": "GET", "path": "*", "skip": 2, "times": 3, "delayMs": 50, "effect": "status",
             "status": 429, "contentType": "application/json", "headers": {"Retry-After": "2"}, "body": "{}"},
            {"effect": "html"}, {"effect": "empty"}, {"effect": "truncate", "bytes": 9}, {"effect": "drop"}, {"effect": "huge"},
            {"effect": "wrongRoot"}, {"effect": "loopingNext"}, {"effect": "foreignNext", "to": "https://a.example"},
            {"effect": "expireSessions"}, {"delayMs": 5}
        ]}"#,
    );
    let status = Effect::Status {
        status: 429,
        content_type: Some("application/json".to_owned()),
        headers: vec![("Retry-After".to_owned(), "2".to_owned())],
        body: "{}".to_owned(),
    };
    let first =
        Fault::new(status).system(System::Vb365).method("GET").skip(2).times(3).delay(Duration::from_millis(50));
    let mut expected = Faults::new().with(first);
    for effect in [
        Effect::Html { status: 502 },
        Effect::Empty,
        Effect::Truncate(9),
        Effect::Drop,
        Effect::Huge(200 << 20),
        Effect::WrongRoot,
        Effect::LoopingNext,
        Effect::ForeignNext("https://a.example".to_owned()),
        Effect::ExpireSessions,
    ] {
        expected = expected.with(Fault::new(effect));
    }
    expected = expected.with(Fault::new(Effect::Delay).delay(Duration::from_millis(5)));
    assert_eq!(read.unwrap(), expected);

    for (text, message) in [
        ("[]", "expected an object, found an array"),
        ("{", "not JSON: EOF while parsing an object at line 1 column 1"),
        (r#"{"fault": []}"#, "`fault` is not known here; there are faults"),
        (
            r#"{"faults": [{}, {"effect": "explode"}]}"#,
            "at `faults[1].effect`: `explode` is no effect; there are delay, status, html, empty, truncate, drop, huge, wrongRoot, loopingNext, foreignNext, expireSessions, taskHangs, taskFails, taskVanishes",
        ),
        (
            r#"{"faults": [{"effect": "status", "status": 99}]}"#,
            "at `faults[0].status`: a status is a number from 200 to 599",
        ),
        (r#"{"faults": [{"effect": "foreignNext"}]}"#, "at `faults[0]`: `to` is missing"),
        (r#"{"faults": [{"system": "vbr"}]}"#, "at `faults[0].system`: `vbr` is not a system: use em, vb365 or zstack"),
        (r#"{"faults": [{"skip": -1}]}"#, "at `faults[0].skip`: expected a whole number from 0, found a number"),
    ] {
        assert_eq!(Faults::from_json(text).unwrap_err().to_string(), message);
    }
}
