//! Enterprise Manager over loopback: sessions, media types, queries, filters, pages.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use crate::common::{Answer, BASIC, Client, em};
use backhaul_models::em::{CloudSubtenant, CloudTenant, EntityRef, Error, LogonSession, QueryResult, Repository};
use backhaul_sim::{EmRelease, EmServer, Estate, Sim};
use backhaul_wire::{System, json, xml};
use serde_json::json;

const JSON: (&str, &str) = ("Accept", "application/json");
const TOKEN: &str = "X-RestSvcSessionId";

async fn sim() -> Sim {
    Sim::builder().em("127.0.0.1:0").start().await.unwrap()
}

/// Runs a query, in XML.
async fn query(client: &Client<'_>, query: &str) -> QueryResult {
    let query = backhaul_filter::url::encode(query).replace("%26", "&");
    let answer = client.get(&format!("/api/query?{query}")).await.expect(200);
    xml::decode(&answer.body).unwrap()
}

fn subtenants(result: &QueryResult) -> Vec<&str> {
    let all = result.resources.iter().flat_map(|it| &it.cloud_subtenants);
    all.map(|it| it.name.as_deref().unwrap()).collect()
}

fn tenants(result: &QueryResult) -> Vec<&str> {
    let all = result.entities.iter().flat_map(|it| &it.cloud_tenants);
    all.map(|it| it.name.as_deref().unwrap()).collect()
}

fn link<'r>(result: &'r QueryResult, rel: &str) -> Option<&'r str> {
    let links = &result.paging_info.as_ref().unwrap().links;
    let found = links.iter().find(|link| link.rel.as_ref().is_some_and(|it| AsRef::<str>::as_ref(it) == rel));
    found.map(|link| link.href.as_deref().unwrap())
}

#[tokio::test]
async fn the_entrance_is_open() {
    let sim = sim().await;
    let client = Client::new(&sim, System::Em);
    let xml = client.send("GET /api/", &[("Host", "em.example:9398")], "").await.expect(200);
    assert_eq!(xml.header("content-type"), Some("application/xml; charset=utf-8"));
    assert!(xml.text().contains(r#"Href="https://em.example:9398/api/sessionMngr/?v=v1_7""#), "{}", xml.text());
    let json = client.send("GET /api/", &[JSON], "").await.expect(200).json();
    assert_eq!(json["supportedVersions"]["supportedVersions"][2]["name"], "v1_7");
    client.send("GET /api/", &[("Accept", "text/html, application/json;q=0.5")], "").await.json();
    assert!(client.send("GET /api/", &[("Accept", "*/*")], "").await.text().starts_with("<?xml"));
}

#[tokio::test]
async fn logging_on_and_off() {
    let sim = sim().await;
    let client = Client::new(&sim, System::Em);
    for headers in [&[][..], &[("Authorization", "Basic YWRtaW46d3Jvbmc=")][..]] {
        let answer = client.send("POST /api/sessionMngr/?v=latest", headers, "").await.expect(401);
        assert_eq!(answer.header("www-authenticate"), Some("Basic Realm=RestSvc"));
        assert_eq!(xml::decode::<Error>(&answer.body).unwrap().status_code, Some(401));
    }
    client.send("POST /api/sessionMngr/?v=latest", &[BASIC], "<LoginSpec/>").await.expect(415);
    client.send("POST /api/sessionMngr/?v=v9_9", &[BASIC], "").await.expect(401);
    let answer = client.send("POST /api/sessionMngr/?v=v1_7", &[BASIC], "").await.expect(201);
    let session: LogonSession = xml::decode(&answer.body).unwrap();
    let token = answer.header(TOKEN).unwrap().to_owned();
    let id = session.session_id.unwrap();
    assert_eq!(base64_of(id.as_str()), token);
    assert_eq!(answer.header("set-cookie"), Some(format!("{TOKEN}={token}; Path=/api;").as_str()));
    assert_eq!(session.user_name.as_deref(), Some("admin"));
    let delete = session.links.last().unwrap();
    assert!(delete.href.as_ref().unwrap().ends_with(&format!("/api/logonSessions/{id}")));

    let servers = "GET /api/query?type=BackupServer";
    let cookie = format!("{TOKEN}={token}");
    client.send(servers, &[(TOKEN, &token)], "").await.expect(200);
    client.send(servers, &[("Cookie", &cookie)], "").await.expect(200);
    // The cookie wins.
    client.send(servers, &[("Cookie", &cookie), (TOKEN, "nonsense")], "").await.expect(200);
    let stale = format!("{TOKEN}=nonsense");
    client.send(servers, &[("Cookie", &stale), (TOKEN, &token)], "").await.expect(401);
    client.send(servers, &[BASIC], "").await.expect(401);

    client.send(&format!("DELETE /api/logonSessions/{id}"), &[(TOKEN, &token)], "").await.expect(204);
    client.send(servers, &[(TOKEN, &token)], "").await.expect(401);
    assert!(sim.requests().iter().all(|request| !request.path_and_query.contains(id.as_str())));

    let sim = Sim::builder().em(EmServer::new().idle_timeout(Duration::from_millis(800))).start().await.unwrap();
    let client = em(&sim).await;
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        client.get("/api/query?type=BackupServer").await.expect(200);
    }
    tokio::time::sleep(Duration::from_millis(1000)).await;
    client.get("/api/query?type=BackupServer").await.expect(401);
}

fn base64_of(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[tokio::test]
async fn errors_come_in_both_media_types() {
    let sim = sim().await;
    let client = em(&sim).await;
    for (head, status) in [
        ("GET /api/nothing", 404),
        ("POST /api/query?type=Job", 405),
        ("DELETE /api/repositories/1", 405),
        ("GET /api/repositories/00000000-0000-0000-0000-000000000001", 404),
        ("GET /api/query", 400),
        ("GET /api/query?type=Nonsense", 400),
        ("GET /api/query?type=Repository&filter=Name==", 400),
        ("GET /api/query?type=Repository&filter=Nam==x", 400),
        ("GET /api/query?type=Repository&filter=FreeSpace==lots", 400),
        ("GET /api/query?type=Repository&filter=%zz", 400),
        ("GET /api/query?type=Repository&sortAsc=Nam", 400),
        ("GET /api/query?type=Repository&page=0", 400),
        ("GET /api/query?type=Repository&pageSize=-1", 400),
    ] {
        let answer = client.send(head, &[], "").await;
        assert_eq!(answer.status, status, "{head} {}", answer.text());
        let error: Error = xml::decode(&answer.body).unwrap();
        assert_eq!(error.status_code, Some(status.into()), "{head}");
        let answer = client.send(head, &[JSON], "").await.expect(status);
        assert_eq!(answer.json()["statusCode"], status, "{head}");
        assert!(answer.json()["firstChanceExceptionMessage"].is_null());
    }
    Client::new(&sim, System::Em).get("/api/nothing").await.expect(401);
    assert!(Client::new(&sim, System::Em).get("/v8/ServiceInstance").await.expect(404).body.is_empty());
}

#[tokio::test]
async fn references_unless_entities_are_asked_for() {
    let sim = sim().await;
    let client = em(&sim).await;
    let refs = query(&client, "type=cloudTenant&sortAsc=name").await;
    assert_eq!((refs.refs.len(), refs.entities.is_none(), refs.resources.is_none()), (6, true, true));
    assert_eq!(refs.refs[0].r#type.as_deref(), Some("CloudTenantReference"));
    assert!(!refs.refs[0].href.as_ref().unwrap().contains('?'));
    for format in ["Entities", "entities", "Entity"] {
        let entities = query(&client, &format!("Type=CLOUDTENANT&FORMAT={format}&SortDesc=NAME")).await;
        assert!(entities.refs.is_empty());
        assert_eq!(tenants(&entities).len(), 6);
        assert_eq!(tenants(&entities)[0], "tech\\john.smith");
    }
    // Subtenants are no key resources: they have one form.
    assert_eq!(subtenants(&query(&client, "type=CloudSubtenant").await).len(), 15);
    let servers = query(&client, "type=backupServer&format=Entities").await;
    assert_eq!(servers.entities.unwrap().backup_servers[0].name.as_deref(), Some("172.24.31.67"));
}

#[tokio::test]
async fn filters() {
    let sim = sim().await;
    let client = em(&sim).await;
    let select = async |filter: &str| {
        let result = query(&client, &format!("type=CloudSubtenant&sortAsc=Name&filter={filter}")).await;
        subtenants(&result).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let documented = r#"BackupServerName=="172.24.31.67";Disabled==false;CloudTenantName=="ABC Company""#;
    let found = select(documented).await;
    assert_eq!((found.len(), &found[0]), (7, &"ABC Company PC User".to_owned()));
    assert_eq!(select("disabled==true").await, ["old-user", "sales-laptop-002", "tech\\li.wei"]);
    assert_eq!(select("(unlimited==true;quota==0),(name==User01)").await, ["Geschäftsführung", "User01"]);
    assert_eq!(select(r#"Name=="build ""server"" <ci>""#).await, ["build \"server\" <ci>"]);
    assert_eq!(select(r#"Name=="Ärzte;Praxis,2 (alt)""#).await, ["Ärzte;Praxis,2 (alt)"]);
    assert_eq!(select("BackupResourceId==11C59670-23DF-448C-A4B3-74C42669633E").await.len(), 2);
    assert_eq!(
        select(r#"CloudTenantUid=="urn:veeam:CloudTenant:65f1c495-1942-449b-8317-e877251d0822""#).await.len(),
        3
    );
    assert_eq!(select("usedquota>=511000").await, ["Zoë O'Brien"]);
    assert_eq!(select("").await.len(), 15);

    let kind = async |filter: &str| {
        let result = query(&client, &format!("type=CloudTenant&format=Entities&filter={filter}")).await;
        tenants(&result).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        kind(r#"BackupServerName=="172.24.31.67";Type==ActiveDirectory"#).await,
        ["tech\\john.smith", "Contoso"]
    );
    // An enumeration compares by place: vCD, Standalone, ActiveDirectory.
    assert_eq!(kind("type<Standalone").await, ["org-northwind"]);
    assert_eq!(kind("Type>=standalone;Enabled==false").await, ["Former Customer Ltd."]);
    let repositories = query(&client, "type=Repository&format=Entities&filter=FreeSpace<107374182400").await;
    assert_eq!(repositories.entities.unwrap().repositories[0].name.as_deref(), Some("Archiv <2019"));
    let servers = query(&client, r#"type=BackupServer&filter=IpOrDnsName=="172.24.31.67""#).await;
    assert_eq!(servers.refs.len(), 1);
}

#[tokio::test]
async fn pages_and_their_links() {
    let sim = Sim::builder().em("127.0.0.1:0").estate(Estate::scaled(1203)).start().await.unwrap();
    let client = em(&sim).await;
    let page = query(&client, r#"type=CloudSubtenant&filter=Disabled==false;CloudTenantName!="A + B""#).await;
    let info = page.paging_info.as_ref().unwrap();
    assert_eq!((info.page_num, info.page_size, info.pages_count), (Some(1), Some(100), Some(11)));
    assert_eq!(subtenants(&page).len(), 100);
    let base = sim.url(System::Em).unwrap();
    let echo = r#"type=CloudSubtenant&filter=Disabled==false;CloudTenantName!="A+%2b+B"&pageSize=100&page="#;
    assert_eq!(link(&page, "Next"), Some(format!("{base}/api/query?{echo}2").as_str()));
    assert_eq!(link(&page, "Last"), Some(format!("{base}/api/query?{echo}11").as_str()));
    assert_eq!(link(&page, "Previous"), None);

    // A client must encode what the link holds raw before it can ask for it.
    let mut seen = std::collections::BTreeSet::new();
    let mut next = Some(link(&page, "First").unwrap().to_owned());
    while let Some(href) = next {
        let target = href.strip_prefix(base).unwrap().replace('"', "%22");
        let page: QueryResult = xml::decode(&client.get(&target).await.expect(200).body).unwrap();
        seen.extend(subtenants(&page).into_iter().map(str::to_owned));
        next = link(&page, "Next").map(str::to_owned);
    }
    assert_eq!(seen.len(), 1031);

    let past = query(&client, "type=CloudSubtenant&page=99&pageSize=1000").await;
    let info = past.paging_info.as_ref().unwrap();
    assert_eq!((info.page_num, info.pages_count, subtenants(&past).len()), (Some(99), Some(2), 0));
    assert!(link(&past, "Next").is_none() && link(&past, "Previous").unwrap().ends_with("page=2"));
    let json =
        client.send("GET /api/query?type=CloudSubtenant&filter=Name==%22user-000001%22", &[JSON], "").await.json();
    let href = json["pagingInfo"]["links"][0]["href"].as_str().unwrap();
    assert!(href.ends_with("type=CloudSubtenant&filter=Name%3d%3d%22user-000001%22&pageSize=100&page=1"), "{href}");
}

/// What was asked for and is not there is a list without items in JSON, where every other list is null.
#[tokio::test]
async fn a_query_that_finds_nothing_has_an_empty_list() {
    let sim = Sim::builder().em(EmServer::new().release(EmRelease::V12)).start().await.unwrap();
    let client = em(&sim).await;
    let nothing = "filter=Name==%22nobody%22";
    for (query, of, list) in [
        ("BackupJobSession&format=Entities", "Entities", json!({ "BackupJobSessions": [] })),
        ("CloudSubtenant", "Resources", json!({ "CloudSubtenants": [] })),
    ] {
        let path = format!("/api/query?type={query}&{nothing}");
        let answer = client.send(&format!("GET {path}"), &[JSON], "").await.expect(200).json();
        let name = list.as_object().unwrap().keys().next().unwrap();
        assert_eq!(answer[of][name], list, "{answer}");
        assert!(answer[of].as_object().unwrap().values().filter(|it| !it.is_null()).count() == 1, "{answer}");
        let xml = client.get(&path).await.expect(200).text();
        assert!(!xml.contains(name.as_str()), "{xml}");
    }
}

#[tokio::test]
async fn a_collection_without_items_is_an_empty_list() {
    let mut estate = Estate::demo();
    estate.em = Default::default();
    let sim = Sim::builder().estate(estate).em(EmServer::new().release(EmRelease::V12)).start().await.unwrap();
    let client = em(&sim).await;
    for (path, list) in [("/api/jobs", "Refs"), ("/api/jobs?format=Entity", "Jobs"), ("/api/cloud/tenants", "Refs")] {
        let answer = client.send(&format!("GET {path}"), &[JSON], "").await.expect(200).json();
        assert_eq!(answer[list], json!([]), "{path}: {answer}");
    }
}

#[tokio::test]
async fn json_is_in_the_case_of_the_release() {
    let ask = async |release| {
        let sim = Sim::builder().em(EmServer::new().release(release).byte_order_mark(true)).start().await.unwrap();
        let path = "GET /api/query?type=CloudTenant&format=Entities&pageSize=2";
        let body = em(&sim).await.send(path, &[JSON], "").await.expect(200).body;
        (json::decode::<QueryResult>(&body).unwrap(), body)
    };
    let (old, old_body) = ask(EmRelease::V12).await;
    let (new, new_body) = ask(EmRelease::V13).await;
    assert_eq!(tenants(&old), tenants(&new));
    let value = |body: &[u8]| -> serde_json::Value {
        serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap()).unwrap()
    };
    let (old, new) = (value(&old_body), value(&new_body));
    for name in ["Refs", "Resources", "Links"] {
        assert!(old.as_object().unwrap().get(name).unwrap().is_null(), "{name}");
    }
    let entities = old["Entities"].as_object().unwrap();
    assert_eq!((entities.len(), entities.values().filter(|it| it.is_null()).count()), (50, 49));
    let tenant = &entities["CloudTenants"]["CloudTenants"][0];
    assert!(tenant["UID"].is_string() && tenant["LastActive"].is_null());
    assert_eq!(tenant["Resources"]["CloudTenantResources"][0]["RepositoryQuota"]["Quota"], 20 << 20);
    let entities = new["entities"].as_object().unwrap();
    assert!(entities.contains_key("nasJobs") && entities.contains_key("vAppRestorePoints"));
    let tenant = &entities["cloudTenants"]["cloudTenants"][0];
    assert!(tenant["uid"].is_string() && tenant["lastActive"].is_null());
    assert_eq!(new["pagingInfo"]["pagesCount"], 3);
}

#[tokio::test]
async fn single_entities() {
    let sim = sim().await;
    let client = em(&sim).await;
    let get = async |path: &str| -> Answer { client.get(path).await.expect(200) };
    let tenant = "/api/cloud/tenants/e38a8692-6816-443e-9052-7fa71ee7fd65";
    let reference: EntityRef = xml::decode(&get(tenant).await.body).unwrap();
    assert_eq!(reference.name.as_deref(), Some("ABC Company"));
    let entity: CloudTenant = xml::decode(&get(&format!("{tenant}?format=Entity")).await.body).unwrap();
    assert_eq!(entity.resources.len(), 2);
    let subtenant = format!("{tenant}/subtenants/5f6a393a-e80b-4b20-91f0-db47b6a7dcbe");
    let subtenant: CloudSubtenant = xml::decode(&get(&subtenant).await.body).unwrap();
    assert_eq!(subtenant.links[3].name.as_deref(), Some("172.24.31.67"));
    let repository = "/api/REPOSITORIES/bffeb9f5-1bdd-4bbd-9299-6fcb7c37bdf6?format=Entity";
    let repository: Repository = xml::decode(&get(repository).await.body).unwrap();
    assert_eq!(repository.links[0].name.as_deref(), Some("srv02.tech.local"));
    get("/api/backupServers/ce15a8c7-aa49-495e-b05b-ee3398c91018").await;
}
