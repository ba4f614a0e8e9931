//! Every operation of Enterprise Manager's route table: its status, and its body through the operation's own type.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use crate::common::{BASIC, Client, em};
use backhaul_models::em::QueryResult;
use backhaul_models::em::operations::OPERATIONS;
use backhaul_sim::{EmRelease, EmServer, Estate, Sim, TlsMode};
use backhaul_wire::operation::Response;
use backhaul_wire::reflect::{DynamicStruct, Model};
use backhaul_wire::{Drift, Operation, Shape, System, json, xml};

const JSON: (&str, &str) = ("Accept", "application/json");
const XML_BODY: (&str, &str) = ("Content-Type", "application/xml");

async fn sim() -> Sim {
    let server = EmServer::new().release(EmRelease::V12).task_steps(Duration::ZERO, Duration::ZERO);
    Sim::builder().em(server).tls(TlsMode::NoTls).estate(Estate::demo()).start().await.unwrap()
}

/// What a path parameter stands for: the last part of the address of something in the collection before it, for which
/// `fits` holds.
async fn first(client: &Client<'_>, collection: &str, after: &str) -> String {
    let body = client.send(&format!("GET {collection}"), &[JSON], "").await.expect(200).json();
    let mut found = Vec::new();
    ids(&body, collection, &mut found);
    assert!(!found.is_empty(), "{collection} is empty: {body}");
    for id in &found {
        // Something that has what the rest of the path asks for.
        let next: String = after.split('/').take_while(|part| !part.starts_with('{')).collect::<Vec<_>>().join("/");
        let files = next.contains("/mounts") || next.contains("/guestfs");
        if next.trim_matches('/').is_empty() || !after.contains('{') || files {
            return id.clone();
        }
        let answer = client.send(&format!("GET {collection}/{id}{next}"), &[JSON], "").await;
        let mut inner = Vec::new();
        if answer.status == 200 {
            ids(&answer.json(), &format!("{collection}/{id}{next}"), &mut inner);
        }
        if !inner.is_empty() {
            return id.clone();
        }
    }
    panic!("nothing in {collection} has {after}");
}

/// The identifiers of what is in a collection, by the addresses below it.
fn ids(body: &serde_json::Value, collection: &str, found: &mut Vec<String>) {
    match body {
        serde_json::Value::Array(items) => items.iter().for_each(|item| ids(item, collection, found)),
        serde_json::Value::Object(members) => {
            if let Some(href) = members.get("Href").and_then(|href| href.as_str()) {
                let path = href.split('?').next().unwrap();
                let (parent, id) = path.rsplit_once('/').unwrap();
                let parent = parent.splitn(4, '/').nth(3).unwrap_or_default();
                let same = format!("/{parent}").eq_ignore_ascii_case(collection);
                let view = collection.contains("/agents/b")
                    || collection.contains("/agents/r")
                    || collection.contains("/nas/b");
                if (same || view) && members.get("Rel").is_none() && !found.contains(&id.to_owned()) {
                    found.push(id.to_owned());
                }
            }
            members.values().for_each(|member| ids(member, collection, found));
        }
        _ => {}
    }
}

/// The path of an operation with its parameters filled in.
async fn target(client: &Client<'_>, operation: &Operation) -> String {
    let (path, query) = operation.path.split_once('?').unwrap_or((operation.path, ""));
    let mut target = String::new();
    let mut rest = path;
    while let Some((before, more)) = rest.split_once('{') {
        let (name, after) = more.split_once('}').unwrap();
        target.push_str(before);
        let collection = target.trim_end_matches('/').to_owned();
        if name == "mountID" {
            client.send(&format!("POST {collection}"), &[], "").await.expect(202);
        }
        let value = match (name, operation.name) {
            ("filepath", _) if query.is_empty() => "C:/Documents".to_owned(),
            ("filepath", _) => "C:/Documents/Invoice1.docx".to_owned(),
            (_, "GetTasksById" | "DeleteTasksById") => {
                let job = first(client, "/api/backupServers", "").await;
                client.send(&format!("POST /api/backupServers/{job}?action=collect"), &[], "").await.expect(202);
                "task-1".to_owned()
            }
            (_, name) if name.contains("LinkedJobs") || name.contains("LinkedBackup") => match collection.as_str() {
                "/api/jobs" => "5adf6525-51d9-48b9-a72d-7f80701c714b".to_owned(),
                _ => first(client, &collection, after).await,
            },
            (_, name) if name.contains("ByIdComputeResourcesById") || name.contains("VCloudComputeResourcesById") => {
                match collection.as_str() {
                    "/api/cloud/tenants" => {
                        let tenant = "e38a8692-6816-443e-9052-7fa71ee7fd65";
                        add_compute(client, tenant).await;
                        tenant.to_owned()
                    }
                    _ => first(client, &collection, after).await,
                }
            }
            _ => first(client, &collection, after).await,
        };
        target.push_str(&value);
        rest = after;
    }
    target.push_str(rest);
    let query = match operation.name {
        "GetLookup" => "hierarchyRef=urn:VMware:Vm:ca2f751f-8f26-4f39-815e-ce493b61fd80.vm-31017",
        _ => query,
    };
    if query.is_empty() { target } else { format!("{target}?{query}") }
}

async fn add_compute(client: &Client<'_>, tenant: &str) {
    for (path, body) in [("computeResources", COMPUTE), ("vCloudComputeResources", V_CLOUD)] {
        let body = in_namespace(body);
        client.send(&format!("POST /api/cloud/tenants/{tenant}/{path}"), &[XML_BODY], &body).await.expect(202);
    }
}

const COMPUTE: &str = "<CloudTenantComputeResourceCreateSpec><CloudHardwarePlanUid>\
    urn:veeam:CloudHardwarePlan:91156f8d-8bd3-44af-bec3-b6ac2ea24288</CloudHardwarePlanUid>\
    <PlatformType>VMware</PlatformType></CloudTenantComputeResourceCreateSpec>";
const V_CLOUD: &str = "<CloudTenantVCloudComputeResourceCreateSpec><VirtualDataCenterRef>urn:vCloud:OrgVdc:\
    1e902b80-e842-41e6-a4bf-4cf153c53e5c.urn:vcloud:vdc:c20a16a7-2d09-4374-850d-84b1d6c9f7f3</VirtualDataCenterRef>\
    </CloudTenantVCloudComputeResourceCreateSpec>";
const SERVER: &str = "<BackupServerUid>urn:veeam:BackupServer:ca19249e-e638-421a-ab22-68cb89b9009a</BackupServerUid>";
const REPOSITORY: &str = "<RepositoryUid>urn:veeam:Repository:003a6ffe-b9f5-4e37-9aa8-27c468d827da</RepositoryUid>";
const VM: &str = "urn:VMware:Vm:ca2f751f-8f26-4f39-815e-ce493b61fd80.vm-31017";

fn in_namespace(body: &str) -> String {
    let end = body.find(['>', '/']).unwrap();
    format!("{} xmlns=\"{}\"{}", &body[..end], xml::NAMESPACE, &body[end..])
}

/// A body that the operation takes; `None` where what is there is sent back.
fn body(operation: &Operation) -> Option<String> {
    let name = operation.request.and_then(|shape| shape.root).unwrap_or_default();
    let inner = match name {
        "" => return Some(String::new()),
        "BackupServerSpec" => {
            "<DnsNameOrIpAddress>new.tech.local</DnsNameOrIpAddress><Username>a</Username>".to_owned()
        }
        "CredentialsInfoSpec" => "<Username>new</Username><Password>x</Password>".to_owned(),
        "PasswordKeyInfoSpec" => "<Hint>new</Hint><Password>x</Password>".to_owned(),
        "QuickBackupStartupSpec" => format!("<VmRef>{VM}</VmRef>"),
        "VeeamZipStartupSpec" => format!("<VmRef>{VM}</VmRef>{REPOSITORY}"),
        "CdpFailoverStartSpec" => "<RestoreCurrent>true</RestoreCurrent>".to_owned(),
        "StartMountSpec" => String::new(),
        "JobManagementSpec" => "<Force>false</Force>".to_owned(),
        "CdpIntervalsSpec" => {
            "<StartDate>2026-02-01T00:00:00</StartDate><EndDate>2026-02-02T00:00:00</EndDate>".to_owned()
        }
        "CreateObjectInJobSpec" => {
            format!("<HierarchyObjRef>{VM}</HierarchyObjRef><HierarchyObjName>srv04</HierarchyObjName>")
        }
        "CloudFailoverPlanManagementSpec" | "FailoverPlanManagementSpec" => "<StartNow>true</StartNow>".to_owned(),
        "CreateCloudGatewayPoolSpec" => format!("<Name>new</Name>{SERVER}"),
        "CreateCloudGatewaySpec" => format!("<ServerHostName>new</ServerHostName>{SERVER}"),
        "CloudHardwarePlanCreateSpec" => format!("{SERVER}<Name>new</Name>"),
        "CloudPublicIpAddressCreateSpec" => format!(
            "{SERVER}<IpAddressLowerBound>198.51.100.20</IpAddressLowerBound>\
             <IpAddressUpperBound>198.51.100.22</IpAddressUpperBound>"
        ),
        "CreateCloudTenantSpec" => format!("<Name>new</Name><Password>x</Password>{SERVER}"),
        "CloudTenantComputeResourceCreateSpec" => return Some(in_namespace(COMPUTE)),
        "CloudTenantVCloudComputeResourceCreateSpec" => return Some(in_namespace(V_CLOUD)),
        "CreateCloudTenantResourceSpec" => format!("<Name>new</Name>{REPOSITORY}<QuotaMb>1024</QuotaMb>"),
        "CloudSubtenantCreateSpec" => "<Name>new</Name><Password>x</Password><TenantResourceId>\
            502686fc-44ea-4f8b-b5f6-7c11a90aa12d</TenantResourceId><UnlimitedQuota>true</UnlimitedQuota>"
            .to_owned(),
        "JobCloneSpec" => "<BackupJobCloneInfo><JobName>new</JobName></BackupJobCloneInfo>".to_owned(),
        "LinkedBackupRepository" => REPOSITORY.replace("RepositoryUid", "LinkedBackupRepositoryUid"),
        "LinkedJobObject" => {
            "<LinkedJobUid>urn:veeam:Job:5658281f-625e-4627-89dd-d2a0c48be99e</LinkedJobUid>".to_owned()
        }
        "EnterpriseAccountCreateSpec" => {
            "<AccountType>User</AccountType><AccountName>tech\\new</AccountName>".to_owned()
        }
        "RebuildScopeJobSpec" => "<RebuildAll/>".to_owned(),
        "EnterpriseAccountInRoleCreateSpec" => {
            "<EnterpriseRoleUid>urn:veeam:EnterpriseRole:f83e4c81-0815-452f-9377-9d573dd9d481</EnterpriseRoleUid>"
                .to_owned()
        }
        "HierarchyScopeCreateSpec" => format!(
            "<HierarchyScopeItem><HierarchyObjRef>{VM}</HierarchyObjRef><ObjectName>srv04</ObjectName></HierarchyScopeItem>"
        ),
        "VSphereSelfServiceCreateSpec" => format!("<AccountName>tech\\new</AccountName>{REPOSITORY}"),
        "VCloudOrganizationConfigCreateSpec" => format!("<OrganizationName>new</OrganizationName>{REPOSITORY}"),
        "RestoreSpec" if operation.name.contains("VApp") => {
            "<vCloudVAppRestoreSpec><PowerOnAfterRestore>true</PowerOnAfterRestore></vCloudVAppRestoreSpec>".to_owned()
        }
        "RestoreSpec" => "<VmRestoreSpec><PowerOnAfterRestore>true</PowerOnAfterRestore></VmRestoreSpec>".to_owned(),
        "FileRestoreSpec" => "<ForDirectDownload/>".to_owned(),
        _ if operation.method == "PUT" => return None,
        other => panic!("a body for {other}"),
    };
    Some(in_namespace(&format!("<{name}>{inner}</{name}>")))
}

/// Reads a body strictly: of the type, with nothing unknown.
#[track_caller]
fn read(what: &str, shape: Option<&'static Shape>, body: &[u8], is_json: bool) {
    let mut target = DynamicStruct::new(shape.unwrap());
    let mut drift = Drift::default();
    let read = if is_json {
        json::decode_into(&mut target, body, Some(&mut drift))
    } else {
        xml::decode_into(&mut target, body, Some(&mut drift))
    };
    read.unwrap_or_else(|error| panic!("{what}: {error}\n{}", String::from_utf8_lossy(body)));
    assert!(drift.is_empty(), "{what}: {drift:?}");
}

#[tokio::test]
async fn every_operation_answers_as_its_type_says() {
    let mut answered = 0;
    let shared = sim().await;
    let reader = em(&shared).await;
    for operation in OPERATIONS {
        let what = operation.name;
        if matches!(what, "PostSessionMngr" | "DeleteLogonSessionsById") || what.starts_with("Query") {
            continue;
        }
        // The simulator has no CDP replicas of machines by themselves.
        if what == "GetCdpReplicaVms" {
            continue;
        }
        let own;
        let changed = if operation.method == "GET" {
            None
        } else {
            own = sim().await;
            Some(em(&own).await)
        };
        let client = changed.as_ref().unwrap_or(&reader);
        let target = target(client, operation).await;
        let mut sent = body(operation);
        if sent.is_none() {
            let path = target.split('?').next().unwrap();
            sent = Some(client.get(&format!("{path}?format=Entity")).await.expect(200).text());
        }
        let sent = sent.unwrap_or_default();
        let headers = if sent.is_empty() { vec![] } else { vec![XML_BODY] };
        let head = format!("{} {target}", operation.method);
        let answer = client.send(&head, &headers, &sent).await;
        let expected = match (operation.method, operation.response, operation.long_running) {
            (_, _, true) => 202,
            ("GET", ..) => 200,
            ("POST", Response::Empty, _) if what == "PostSecurityAccountsById" => 204,
            ("POST", Response::Empty, _) => 201,
            (_, Response::Empty, _) => 204,
            _ => 200,
        };
        assert_eq!(answer.status, expected, "{what}: {head}\n{sent}\n{}", answer.text());
        answered += 1;
        match operation.response {
            Response::Empty => assert!(answer.body.is_empty(), "{what}"),
            Response::Forms(_, reference) => {
                // What is no key resource has one form, although its page shows two.
                let one_form = ["/subtenants/", "/credentials/", "/passwords/", "/nas/jobs/{ID}/includes/"];
                if !one_form.iter().any(|part| operation.path.contains(part)) {
                    read(what, Some(reference), &answer.body, false);
                }
                for format in ["Entity", "entities"] {
                    let path = format!("{target}?format={format}");
                    let xml = client.get(&path).await.expect(200);
                    read(what, operation.response.shape(), &xml.body, false);
                    let json = client.send(&format!("GET {path}"), &[JSON], "").await.expect(200);
                    read(what, operation.response.shape(), &json.body, true);
                }
            }
            _ => {
                read(what, operation.response.shape(), &answer.body, false);
                if operation.method == "GET" {
                    let json = client.send(&head, &[JSON], "").await.expect(200);
                    read(what, operation.response.shape(), &json.body, true);
                }
            }
        }
        if operation.long_running {
            let tasks = client.get("/api/tasks").await.expect(200).text();
            assert!(!tasks.contains("Running"), "{what}: {tasks}");
            // What cannot be done in the demo as it stands: nothing runs, and nothing has failed where it is retried.
            let refused = ["Stop", "Retry", "Undo", "Sync"].iter().any(|action| what.ends_with(action));
            assert!(refused || !tasks.contains("Success=\"false\""), "{what}: {tasks}");
        }
    }
    assert!(answered > 295, "{answered}");
}

#[tokio::test]
async fn every_query_finds_what_the_demo_holds() {
    let sim = sim().await;
    let client = em(&sim).await;
    let mut seen = 0;
    // A task, for there to be one.
    let server = first(&client, "/api/backupServers", "").await;
    client.send(&format!("POST /api/backupServers/{server}?action=collect"), &[], "").await.expect(202);
    for operation in OPERATIONS.iter().filter(|operation| operation.name.starts_with("Query")) {
        for format in ["", "&format=Entities"] {
            let target = format!("{}{format}", operation.path);
            let xml = client.get(&target).await.expect(200);
            read(operation.name, Some(QueryResult::SHAPE), &xml.body, false);
            assert!(xml.text().contains(" Href=\""), "{target}");
            let empty = ["<Refs/>", "<Entities/>", "<Resources/>"].iter().any(|bucket| xml.text().contains(bucket));
            assert!(!empty && xml.text().matches("<Link ").count() > 2, "{target} finds nothing: {}", xml.text());
            let json = client.send(&format!("GET {target}"), &[JSON], "").await.expect(200);
            read(operation.name, Some(QueryResult::SHAPE), &json.body, true);
        }
        seen += 1;
    }
    assert_eq!(seen, 49);
    // What the query service links to can be asked for.
    let service = client.send("GET /api/querySvc", &[JSON], "").await.expect(200).json();
    for link in service["Links"].as_array().unwrap().iter().skip(1) {
        let href = link["Href"].as_str().unwrap();
        client.get(&format!("/{}", href.splitn(4, '/').nth(3).unwrap())).await.expect(200);
    }
}

/// Whatever a link of a reading kind leads to is there.
#[tokio::test]
async fn links_lead_somewhere() {
    let sim = sim().await;
    let client = em(&sim).await;
    let mut queue = vec!["/api/".to_owned(), "/api/cloud".to_owned()];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(path) = queue.pop() {
        if !seen.insert(path.clone()) || seen.len() > 1500 {
            continue;
        }
        let body = client.send(&format!("GET {path}"), &[JSON], "").await.expect(200).json();
        follow(&body, &mut queue);
    }
    assert!(seen.len() > 500, "{}", seen.len());
}

fn follow(body: &serde_json::Value, queue: &mut Vec<String>) {
    match body {
        serde_json::Value::Array(items) => items.iter().for_each(|item| follow(item, queue)),
        serde_json::Value::Object(members) => {
            let rel = members.get("Rel").and_then(|rel| rel.as_str()).unwrap_or_default();
            if ["Up", "Down", "Related", "Alternate", "First", "Last", "Next", "Edit"].contains(&rel) {
                let href = members["Href"].as_str().unwrap();
                queue.push(format!("/{}", href.splitn(4, '/').nth(3).unwrap()).replace(' ', "%20").replace('"', "%22"));
            }
            members.values().for_each(|member| follow(member, queue));
        }
        _ => {}
    }
}

#[tokio::test]
async fn a_session_is_listed_and_ends() {
    let sim = sim().await;
    let client = em(&sim).await;
    let sessions = client.get("/api/logonSessions").await.expect(200);
    read("LogonSessions", Some(backhaul_models::em::LogonSessions::SHAPE), &sessions.body, false);
    let other = Client::new(&sim, System::Em).send("POST /api/sessionMngr/?v=v1_7", &[BASIC], "").await.expect(201);
    assert_eq!(client.get("/api/logonSessions").await.text().matches("<SessionId>").count(), 2);
    let text = other.text();
    let id = text.split("<SessionId>").nth(1).unwrap().split('<').next().unwrap();
    client.get(&format!("/api/logonSessions/{id}")).await.expect(200);
    client.send(&format!("DELETE /api/logonSessions/{id}"), &[], "").await.expect(204);
    client.get(&format!("/api/logonSessions/{id}")).await.expect(404);
}
