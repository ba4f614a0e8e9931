//! What operations of Enterprise Manager bring about: jobs that run, tenants that come and go, files that are restored.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use crate::common::{Answer, Client, em};
use backhaul_models::em::{
    BackupJobSession, CloudSubtenant, CloudTenant, FileSystemEntries, Job, QueryResult, RestoreSession, Task,
};
use backhaul_sim::{Effect, EmServer, Estate, Fault, Faults, GuestFile, Sim, SimBuilder, TlsMode};
use backhaul_wire::reflect::Model;
use backhaul_wire::{System, xml};

const XML: (&str, &str) = ("Content-Type", "application/xml");
const NS: &str = "xmlns=\"http://www.veeam.com/ent/v1.0\"";
const SERVER: &str = "ca19249e-e638-421a-ab22-68cb89b9009a";
const TENANT: &str = "/api/cloud/tenants/e38a8692-6816-443e-9052-7fa71ee7fd65";
const JOB: &str = "/api/jobs/4856ab37-2213-4a05-a3c4-3d8ad2b4c9a1";
const HOUR: Duration = Duration::from_secs(3600);

fn builder() -> SimBuilder {
    // Nothing happens by itself: tests put the clock forward.
    Sim::builder().em(EmServer::new().task_steps(HOUR, HOUR).job_time(8 * HOUR)).tls(TlsMode::NoTls)
}

async fn get<T: Model>(client: &Client<'_>, path: &str) -> T {
    xml::decode(&client.get(path).await.expect(200).body).unwrap()
}

/// Sends what begins a task, lets it end, and gives it.
async fn run(client: &Client<'_>, head: &str, body: &str) -> Task {
    let headers = if body.is_empty() { vec![] } else { vec![XML] };
    let task: Task = xml::decode(&client.send(head, &headers, body).await.expect(202).body).unwrap();
    client.sim.advance(2 * HOUR);
    get(client, task.href.unwrap().splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap().as_str()).await
}

fn outcome(task: &Task) -> (bool, String) {
    let result = task.result.as_ref().unwrap();
    (result.success.unwrap(), result.message.clone().unwrap())
}

fn link<'t>(task: &'t Task, rel: &str) -> &'t str {
    let found = task.links.iter().find(|link| link.rel.as_deref() == Some(rel));
    let href = found.unwrap_or_else(|| panic!("no {rel} in {task:?}")).href.as_deref().unwrap();
    &href[href.find("/api/").unwrap()..]
}

async fn sessions(client: &Client<'_>, job: &str) -> Vec<BackupJobSession> {
    let path =
        format!("/api/query?type=BackupJobSession&format=Entities&sortDesc=CreationTime&filter=JobName==%22{job}%22")
            .replace(' ', "%20");
    let found: QueryResult = get(client, &path).await;
    found.entities.unwrap().backup_job_sessions
}

#[tokio::test]
async fn a_task_goes_through_its_states() {
    let sim = builder().start().await.unwrap();
    let client = em(&sim).await;
    let toggle = format!("POST {JOB}?action=toggleScheduleEnabled");
    let begun: Task = xml::decode(&client.send(&toggle, &[], "").await.expect(202).body).unwrap();
    let state = |task: &Task| task.state.as_ref().unwrap().as_str().to_owned();
    assert_eq!((begun.task_id.as_deref(), state(&begun), begun.result), (Some("task-1"), "Running".into(), None));
    let job = async || -> Job { get(&client, &format!("{JOB}?format=Entity")).await };
    sim.advance(HOUR);
    let half: Task = get(&client, "/api/tasks/task-1").await;
    assert_eq!((state(&half), outcome(&half)), ("OperationFinished".into(), (true, "OperationFinished".into())));
    assert_eq!(job().await.schedule_enabled, Some(true));
    sim.advance(HOUR);
    let done: Task = get(&client, "/api/tasks/task-1").await;
    assert_eq!((state(&done), outcome(&done)), ("Finished".into(), (true, "Ok".into())));
    assert_eq!(job().await.schedule_enabled, Some(false));
    let found: QueryResult = get(&client, "/api/query?type=Task&filter=State==finished").await;
    assert_eq!(found.resources.unwrap().tasks.len(), 1);

    // Another session has tasks of its own, and a task that is deleted does nothing.
    em(&sim).await.get("/api/tasks/task-1").await.expect(404);
    client.send(&toggle, &[], "").await.expect(202);
    client.send("DELETE /api/tasks/task-2", &[], "").await.expect(204);
    sim.advance(2 * HOUR);
    assert_eq!(job().await.schedule_enabled, Some(false));
    client.get("/api/tasks/task-2").await.expect(404);
    client.get("/api/tasks/two").await.expect(400);
}

#[tokio::test]
async fn tasks_hang_and_fail_on_purpose() {
    let faults = Faults::from_json(
        r#"{"faults": [{"path": "/api/jobs/*?action=start", "effect": "taskHangs"},
                       {"path": "/api/jobs/*?action=clone", "effect": "taskFails", "message": "The disk is full."}]}"#,
    );
    let same = Faults::new()
        .with(Fault::new(Effect::TaskHangs).path("/api/jobs/*?action=start"))
        .with(Fault::new(Effect::TaskFails("The disk is full.".into())).path("/api/jobs/*?action=clone"));
    assert_eq!(faults, Ok(same.clone()));
    let sim = builder().faults(same).start().await.unwrap();
    let client = em(&sim).await;
    let task = run(&client, &format!("POST {JOB}?action=start"), "").await;
    sim.advance(1000 * HOUR);
    assert_eq!((task.state.unwrap().as_str(), task.result), ("Running", None));
    let spec =
        format!("<JobCloneSpec {NS}><BackupJobCloneInfo><JobName>x</JobName></BackupJobCloneInfo></JobCloneSpec>");
    let task = run(&client, &format!("POST {JOB}?action=clone"), &spec).await;
    assert_eq!(outcome(&task), (false, "The disk is full.".into()));
    assert!(
        sessions(&client, "Fileserver Backup").await.iter().all(|it| it.state.as_ref().unwrap().as_str() == "Stopped")
    );
}

#[tokio::test]
async fn a_job_runs() {
    let sim = builder().start().await.unwrap();
    let client = em(&sim).await;
    let points = async || {
        let found: QueryResult = get(&client, "/api/query?type=VmRestorePoint&filter=VmDisplayName==srv04").await;
        found.refs.len()
    };
    let (before, had) = (points().await, sessions(&client, "Fileserver Backup").await.len());
    let task = run(&client, &format!("POST {JOB}?action=start"), "").await;
    assert_eq!(outcome(&task), (true, "Job \"Fileserver Backup\" triggered to start.".into()));
    let running = sessions(&client, "Fileserver Backup").await.remove(0);
    let told = |it: &BackupJobSession| {
        (it.state.clone().unwrap().to_string(), it.result.clone().unwrap().to_string(), it.progress)
    };
    assert_eq!(told(&running), ("Working".into(), "None".into(), Some(0)));
    let own = running.href.unwrap();
    let own = &own[own.find("/api/").unwrap()..own.find('?').unwrap()];
    let tasks = client.get(&format!("{own}/taskSessions?format=Entity")).await.expect(200).text();
    assert_eq!((tasks.matches("<State>InProgress").count(), tasks.matches("<State>Pending").count()), (1, 1));
    // It is running, so it cannot be started again.
    let again = run(&client, &format!("POST {JOB}?action=start"), "").await;
    assert_eq!(outcome(&again), (false, "Job \"Fileserver Backup\" is already running.".into()));
    sim.advance(2 * HOUR);
    assert_eq!(told(&get(&client, &format!("{own}?format=Entity")).await), ("Working".into(), "None".into(), Some(50)));
    let overview = client.get("/api/reports/summary/overview").await.expect(200).text();
    assert!(overview.contains("<RunningJobs>1</RunningJobs>"), "{overview}");
    sim.advance(4 * HOUR);
    let over: BackupJobSession = get(&client, &format!("{own}?format=Entity")).await;
    assert_eq!(told(&over), ("Stopped".into(), "Success".into(), Some(100)));
    let nanos = |it: Option<backhaul_wire::DateTime>| it.unwrap().parts().unwrap().unix_nanos().unwrap();
    assert_eq!((nanos(over.end_time_utc) - nanos(over.creation_time_utc)) / 3_600_000_000_000, 8);
    assert!(over.links.iter().any(|it| it.r#type.as_deref() == Some("RestorePointReference")));
    assert_eq!((points().await, sessions(&client, "Fileserver Backup").await.len()), (before + 1, had + 1));

    // What succeeded has nothing to retry; what is stopped has failed, and then it has.
    let retry = format!("POST {JOB}?action=retry");
    assert!(!outcome(&run(&client, &retry, "").await).0);
    run(&client, &format!("POST {JOB}?action=start"), "").await;
    let stop = run(&client, &format!("POST {JOB}?action=stop"), "").await;
    assert_eq!(outcome(&stop), (true, "Job \"Fileserver Backup\" triggered to stop.".into()));
    assert_eq!(told(&sessions(&client, "Fileserver Backup").await[0]).1, "Failed");
    assert!(outcome(&run(&client, &retry, "").await).0);
    assert_eq!(sessions(&client, "Fileserver Backup").await[0].is_retry, Some(true));
    let stop = run(&client, &format!("POST {JOB}?action=stop"), "").await;
    assert!(outcome(&stop).0 && !outcome(&run(&client, &format!("POST {JOB}?action=stop"), "").await).0);

    // File shares take their actions in the path.
    let nas = "/api/nas/jobs/93dfbb3e-f420-45cf-addc-4ee9297113f2";
    assert!(outcome(&run(&client, &format!("POST {nas}/start"), "").await).0);
    let list = client.get(&format!("{nas}/backupSessions?format=Entity")).await.expect(200).text();
    assert_eq!((list.matches("<State>Working").count(), list.matches("<JobType>NasBackup").count()), (1, 2));
}

#[tokio::test]
async fn jobs_are_cloned_edited_and_deleted() {
    let sim = builder().start().await.unwrap();
    let client = em(&sim).await;
    let spec =
        format!("<JobCloneSpec {NS}><BackupJobCloneInfo><JobName>Copy</JobName></BackupJobCloneInfo></JobCloneSpec>");
    let task = run(&client, &format!("POST {JOB}?action=clone"), &spec).await;
    let copy = link(&task, "Related").to_owned();
    let job: Job = get(&client, &copy).await;
    assert_eq!((job.name.as_deref(), job.schedule_enabled), (Some("Copy"), Some(false)));
    let copy = copy.split('?').next().unwrap();
    assert_eq!(
        outcome(&run(&client, &format!("POST {JOB}?action=clone"), &spec).await).1,
        "There already is a job \"Copy\"."
    );

    // What is sent replaces, what is left out stays, and what no schema knows is kept.
    let edit = format!(
        "<Job {NS}><Description>new</Description><JobInfo><BackupJobInfo><SimpleRetentionPolicy><RetainCycles>3</RetainCycles>\
         </SimpleRetentionPolicy></BackupJobInfo></JobInfo><Colour>green</Colour></Job>"
    );
    run(&client, &format!("PUT {copy}?action=edit"), &edit).await;
    let text = client.get(&format!("{copy}?format=Entity")).await.expect(200).text();
    for part in
        ["<Description>new<", "<RetainCycles>3<", "<RetainLimitType>Cycles<", "<Name>srv04<", "<Colour>green</Colour>"]
    {
        assert!(text.contains(part), "{part} {text}");
    }
    let reference = "urn:HyperV:Vm:8e7fef9f-87a8-48b4-bed1-632c3035a1a1.new";
    let spec = format!(
        "<CreateObjectInJobSpec {NS}><HierarchyObjRef>{reference}</HierarchyObjRef><HierarchyObjName>web</HierarchyObjName></CreateObjectInJobSpec>"
    );
    run(&client, &format!("POST {copy}/includes"), &spec).await;
    let found: QueryResult = get(&client, "/api/query?type=ObjectInJob&filter=Name==web;JobName==Copy").await;
    let item = &found.resources.unwrap().objects_in_job[0];
    let href = item.href.as_deref().unwrap();
    run(&client, &format!("DELETE {}", &href[href.find("/api/").unwrap()..]), "").await;
    let rest = client.get(&format!("{copy}/includes")).await.expect(200).text();
    assert!(rest.contains("srv04") && rest.contains("fileserver01") && !rest.contains("web"), "{rest}");
    run(&client, &format!("DELETE {copy}"), "").await;
    client.get(copy).await.expect(404);
}

#[tokio::test]
async fn tenants_and_their_quotas() {
    let sim = builder().start().await.unwrap();
    let client = em(&sim).await;
    let spec = format!(
        "<CreateCloudTenantSpec {NS}><Name>New Ltd.</Name><Password>secret-1</Password><Resources><BackupResource><Name>R</Name>\
         <RepositoryUid>urn:veeam:Repository:b609c947-dd30-4295-8b57-cc880329dbd6</RepositoryUid><QuotaMb>2048</QuotaMb>\
         </BackupResource></Resources><BackupServerUid>urn:veeam:BackupServer:{SERVER}</BackupServerUid></CreateCloudTenantSpec>"
    );
    let task = run(&client, "POST /api/cloud/tenants", &spec).await;
    assert_eq!(task.operation.as_deref(), Some("CreateCloudTenant"));
    let own = link(&task, "Related").to_owned();
    let tenant: CloudTenant = get(&client, &own).await;
    let resource = &tenant.resources[0];
    assert_eq!(resource.repository_quota.as_ref().unwrap().quota, Some(2048));
    assert!(!client.get(&own).await.text().contains("secret"));
    assert!(!outcome(&run(&client, "POST /api/cloud/tenants", &spec).await).0);
    let own = own.split('?').next().unwrap().to_owned();

    let id = resource.id.as_ref().unwrap();
    let spec = format!(
        "<CloudSubtenantCreateSpec {NS}><Name>anna</Name><Password>p</Password><TenantResourceId>{id}</TenantResourceId>\
         <QuotaMb>100</QuotaMb><UnlimitedQuota>false</UnlimitedQuota></CloudSubtenantCreateSpec>"
    );
    let task = run(&client, &format!("POST {own}/subtenants"), &spec).await;
    let sub = link(&task, "Related").to_owned();
    let edit = format!(
        "<CloudSubtenant {NS}><Name>anna</Name><Password/><RepositoryQuota><QuotaMb>250</QuotaMb></RepositoryQuota></CloudSubtenant>"
    );
    run(&client, &format!("PUT {sub}"), &edit).await;
    let found: QueryResult =
        get(&client, "/api/query?type=CloudSubtenant&filter=CloudTenantName==%22New%20Ltd.%22;Quota==250").await;
    let subtenants: Vec<CloudSubtenant> = found.resources.unwrap().cloud_subtenants;
    assert_eq!((subtenants.len(), subtenants[0].enabled), (1, Some(true)));
    let wrong = client.send(&format!("POST {own}/subtenants"), &[XML], &spec.replace(id.as_str(), SERVER)).await;
    assert!(wrong.expect(400).text().contains("The tenant has no resource"));

    // An empty password leaves the old one, and the new tenant logs on with it.
    run(
        &client,
        &format!("PUT {own}"),
        &format!("<CloudTenant {NS}><Password/><Description>d</Description></CloudTenant>"),
    )
    .await;
    assert_eq!(log_on(&sim, "New Ltd.", "secret-1").await.status, 201);
    assert_eq!(log_on(&sim, "New Ltd.", "password").await.status, 401);
    run(&client, &format!("DELETE {own}"), "").await;
    client.get(&own).await.expect(404);
    client.get(&sub).await.expect(404);
}

async fn log_on(sim: &Sim, user: &str, password: &str) -> Answer {
    use base64::Engine;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    let client = Client::new(sim, System::Em).with("Authorization", format!("Basic {basic}"));
    client.send("POST /api/sessionMngr/?v=latest", &[], "").await
}

#[tokio::test]
async fn tenants_see_what_is_theirs() {
    let sim = builder().start().await.unwrap();
    let body = format!(
        "<LoginSpec {NS}><TenantCredentials><Username>ABC Company</Username><Password>password</Password></TenantCredentials></LoginSpec>"
    );
    let answer = Client::new(&sim, System::Em).send("POST /api/sessionMngr/?v=latest", &[XML], &body).await.expect(201);
    assert!(answer.text().contains("CloudConnectService") && !answer.text().contains("/jobs"), "{}", answer.text());
    let token = answer.header("X-RestSvcSessionId").unwrap().to_owned();
    let client = Client::new(&sim, System::Em).with("X-RestSvcSessionId", token);
    for (path, count) in [("cloudFailoverPlans", 1), ("replicas", 1), ("vmReplicaPoints", 1), ("failoverSessions", 1)] {
        let text = client.get(&format!("/api/cloud/{path}")).await.expect(200).text();
        assert_eq!(text.matches("<Ref ").count(), count, "{path} {text}");
    }
    let plan = "/api/cloud/cloudFailoverPlans/e7ca6822-a87f-443d-8aae-8005970543bf";
    let start =
        format!("<CloudFailoverPlanManagementSpec {NS}><StartNow>true</StartNow></CloudFailoverPlanManagementSpec>");
    let task = run(&client, &format!("POST {plan}?action=start"), &start).await;
    client.get(link(&task, "Related")).await.expect(200);
    assert!(outcome(&run(&client, &format!("POST {plan}?action=undo"), "").await).0);
    for head in [
        "GET /api/jobs",
        "GET /api/query?type=Job",
        "GET /api/cloud/tenants",
        &format!("DELETE {plan}"),
        &format!("GET {TENANT}"),
    ] {
        client.send(head, &[], "").await.expect(403);
    }
    // Another tenant does not see the plan.
    let answer = log_on(&sim, "Contoso", "password").await.expect(201);
    let other = Client::new(&sim, System::Em).with("X-RestSvcSessionId", answer.header("X-RestSvcSessionId").unwrap());
    other.get(plan).await.expect(404);
    let organization = format!(
        "<LoginSpec {NS}><VCloudOrganizationCredentials><OrganizationName>org-northwind</OrganizationName><Login>a</Login>\
         <Password>password</Password></VCloudOrganizationCredentials></LoginSpec>"
    );
    let anyone = Client::new(&sim, System::Em);
    anyone.send("POST /api/sessionMngr/?v=latest", &[XML], &organization).await.expect(201);
    anyone.send("POST /api/sessionMngr/?v=latest", &[XML], &organization.replace("northwind", "x")).await.expect(401);
    // A restore operator is no administrator.
    let operator = log_on(&sim, "tech\\operator", "password").await.expect(201);
    let operator =
        Client::new(&sim, System::Em).with("X-RestSvcSessionId", operator.header("X-RestSvcSessionId").unwrap());
    operator.get("/api/jobs").await.expect(403);
    operator.get("/api/vmRestorePoints").await.expect(200);
}

#[tokio::test]
async fn files_are_browsed_restored_and_downloaded() {
    let mut estate = Estate::demo();
    estate.em.guest_files.push(GuestFile::new("C:/Documents/big file.bin", 3 << 20));
    let sim = builder().estate(estate).start().await.unwrap();
    let client = em(&sim).await;
    let points: QueryResult = get(&client, "/api/query?type=VmRestorePoint&sortDesc=CreationTime&pageSize=1").await;
    let point = points.refs[0].href.clone().unwrap();
    let point = &point[point.find("/api/").unwrap()..];
    let task = run(&client, &format!("POST {point}/mounts"), "").await;
    let mount = link(&task, "Related").to_owned();
    assert!(mount.ends_with("/mounts/1"), "{mount}");
    let roots = client.get(&mount).await.expect(200).text();
    assert!(roots.contains("<Name>C:</Name>") && roots.contains("<Name>D:</Name>"), "{roots}");

    // A directory of 130 files is two pages of a hundred.
    let first: FileSystemEntries = get(&client, &format!("{mount}/C:/Logs?action=listFiles")).await;
    assert_eq!((first.files.len(), first.directories.len()), (100, 0));
    let info = first.paging_info.unwrap();
    assert_eq!((info.page_size, info.pages_count), (Some(100), Some(2)));
    let next = info.links.iter().find(|link| link.rel.as_deref() == Some("Next")).unwrap().href.clone().unwrap();
    let second: FileSystemEntries = get(&client, &next[next.find("/api/").unwrap()..]).await;
    assert_eq!(second.files.len(), 30);
    let dirs: FileSystemEntries = get(&client, &format!("{mount}/C:?action=listDirs&pageSize=2&page=2")).await;
    let names: Vec<_> = dirs.directories.iter().map(|it| it.name.clone().unwrap()).collect();
    assert_eq!(names, ["Users"]);
    client.get(&format!("{mount}/C:/nothing")).await.expect(404);

    // Bytes come once a restore has made them ready.
    let file = format!("{mount}/C:/Documents/big%20file.bin");
    client.get(&format!("{file}?action=download")).await.expect(404);
    let spec = format!("<FileRestoreSpec {NS}><ForDirectDownload/></FileRestoreSpec>");
    let task = run(&client, &format!("POST {file}?action=restore"), &spec).await;
    let download = link(&task, "Download").to_owned();
    assert!(download.ends_with("/c:/documents/big%20file.bin?action=download"), "{download}");
    let bytes = client.get(&download).await.expect(200);
    assert_eq!((bytes.header("content-length"), bytes.body.len()), (Some("3145728"), 3 << 20));
    assert_eq!(bytes.body, client.get(&download).await.body);
    let original = format!("<FileRestoreSpec {NS}><ToOriginalLocation Overwrite=\"true\"/></FileRestoreSpec>");
    let task = run(&client, &format!("POST {file}?action=restore"), &original).await;
    let session: RestoreSession = get(&client, link(&task, "Related")).await;
    assert_eq!(session.job_type.unwrap().as_str(), "FileLevelRestore");
    client.send(&format!("POST {file}?action=restore"), &[XML], &format!("<FileRestoreSpec {NS}/>")).await.expect(400);

    // A mount is its session's, and ends.
    em(&sim).await.get(&mount).await.expect(404);
    client.send(&format!("DELETE {mount}"), &[], "").await.expect(204);
    client.get(&mount).await.expect(404);
}

#[tokio::test]
async fn credentials_servers_and_accounts() {
    let sim = builder().start().await.unwrap();
    let client = em(&sim).await;
    let add = format!(
        "<BackupServerSpec {NS}><DnsNameOrIpAddress>new.tech.local</DnsNameOrIpAddress><Password>pw-1</Password></BackupServerSpec>"
    );
    client.send("POST /api/backupServers?action=create", &[XML], &add).await.expect(201);
    let found: QueryResult = get(&client, "/api/query?type=BackupServer&filter=Name==%22new.tech.local%22").await;
    let href = found.refs[0].href.clone().unwrap();
    let server = &href[href.find("/api/").unwrap()..];
    let spec =
        format!("<CredentialsInfoSpec {NS}><Username>svc</Username><Password>pw-2</Password></CredentialsInfoSpec>");
    client.send(&format!("POST {server}/credentials?action=create"), &[XML], &spec).await.expect(201);
    let list = client.get(&format!("{server}/credentials")).await.expect(200).text();
    assert!(
        list.contains("<Username>svc</Username>") && list.contains("<Password />") && !list.contains("pw-"),
        "{list}"
    );
    client.send(&format!("DELETE {server}"), &[], "").await.expect(204);
    client.get(&format!("{server}/credentials")).await.expect(404);
    let found: QueryResult = get(&client, "/api/query?type=Credentials&filter=Username==svc").await;
    assert!(found.resources.unwrap().credentials_list.is_empty());

    let json = r#"{"AccountType": "User", "AccountName": "tech\\new", "Roles": {"EnterpriseRoles": [
        {"EnterpriseRoleUid": "urn:veeam:EnterpriseRole:f83e4c81-0815-452f-9377-9d573dd9d481"}]}}"#;
    let json_body = ("Content-Type", "application/json");
    client.send("POST /api/security/accounts", &[json_body], json).await.expect(201);
    let accounts = client.get("/api/security/accounts").await.expect(200).text();
    let at = accounts.find("Name=\"tech\\new\"").unwrap();
    let start = accounts[..at].rfind("<Ref ").unwrap();
    let href = accounts[start..].split("Href=\"").nth(1).unwrap().split('"').next().unwrap();
    let account = &href[href.find("/api/").unwrap()..];
    assert!(client.get(&format!("{account}/roles")).await.text().contains("Exchange Restore Operator"));
    client.send(&format!("POST {account}"), &[], "").await.expect(204);
    assert!(client.get(&format!("{account}?format=Entity")).await.text().contains("<AllowRestoreAllVms>false<"));
    client.send(&format!("DELETE {account}"), &[], "").await.expect(204);
    client.get(account).await.expect(404);
}

#[tokio::test]
async fn bodies_that_are_wrong_say_where() {
    let sim = builder().start().await.unwrap();
    let client = em(&sim).await;
    let path = format!("POST {TENANT}/subtenants");
    for (kind, body, status, part) in [
        ("application/xml", "<CloudSubtenantCreateSpec", 400, "CloudSubtenantCreateSpec"),
        ("application/xml", "<Other/>", 400, "Other"),
        ("application/json", r#"{"Name": "x", "QuotaMb": "many"}"#, 400, "QuotaMb"),
        ("application/json", r#"{"Name": "x"}"#, 400, "lacks Password"),
        ("text/plain", "x", 415, "Content-Type"),
    ] {
        let answer = client.send(&path, &[("Content-Type", kind)], body).await.expect(status);
        assert!(answer.text().contains(part), "{part}: {}", answer.text());
        assert!(answer.text().contains(&format!("StatusCode=\"{status}\"")));
    }
    client.send(&format!("POST {JOB}?action=dance"), &[], "").await.expect(400);
    client.get("/api/jobs/not-a-guid").await.expect(400);
    client.get("/api/jobs/00000000-0000-0000-0000-000000000001").await.expect(404);
    let answer = client.send("PATCH /api/jobs", &[], "").await.expect(405);
    assert_eq!(answer.header("allow"), Some("GET"));
    client.get("/api/lookup?host=x").await.expect(400);
    let root = "urn:veeam:HierarchyRoot:ca2f751f-8f26-4f39-815e-ce493b61fd80";
    let all = client.get(&format!("/api/lookup?host={root}&name=*&type=vm")).await.expect(200).text();
    let one = client.get(&format!("/api/lookup?host={root}&name=SRV04&type=Vm")).await.expect(200).text();
    assert!(all.matches("<HierarchyItem ").count() > 3, "{all}");
    assert_eq!((one.matches("<HierarchyItem ").count(), one.contains("<ObjectName>srv04<")), (1, true));
}
