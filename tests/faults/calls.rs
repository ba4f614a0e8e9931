//! What is asked for in the matrix, and what a healthy server answers.

use std::time::Duration;

use backhaul_filter::em::Job;
use backhaul_models::em::operations::{GetJobs, PostJobsByIdStop};
use backhaul_models::vb365::DataRetrievalSession;
use backhaul_models::vb365::operations::{
    ExchangeItemSaveItemAction, JobStopAction, OrganizationGet, OrganizationGetCurrentOrganization,
};
use backhaul_models::zstack::operations::{QueryBackupStorage, QueryZone, ReconnectBackupStorage};
use backhaul_transport::Vb365Options;
use backhaul_transport::em::EmClient;
use backhaul_transport::file::Existing;
use backhaul_transport::net::HttpOptions;
use backhaul_transport::poller::{Poller, Waiting, Work};
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{Error, Options, Policy};
use backhaul_wire::{ApiVersion, System};
use futures_util::TryStreamExt;

use crate::common::{OK, Reply, Seen, Server, task, xml};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Logon,
    /// A call that reads.
    Get,
    /// The first page of a listing of two.
    First,
    Second,
    /// A call that does something.
    Post,
    /// The question after work that goes on.
    Wait,
    File,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] =
        [Self::Logon, Self::Get, Self::First, Self::Second, Self::Post, Self::Wait, Self::File];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Logon => "logon",
            Self::Get => "call",
            Self::First => "page 1",
            Self::Second => "page 2",
            Self::Post => "action",
            Self::Wait => "wait",
            Self::File => "file",
        }
    }

    /// Only VB365 has operations that answer with files.
    pub(crate) fn is_of(self, system: System) -> bool {
        self != Self::File || system == System::Vb365
    }

    /// What a right answer is told as.
    pub(crate) fn right(self) -> &'static str {
        match self {
            Self::First | Self::Second => "2 items",
            Self::File => "10 bytes",
            _ => "done",
        }
    }

    /// Whether a request is the one that the fault is of.
    pub(crate) fn is(self, system: System, seen: &Seen) -> bool {
        let has = |part: &str| seen.target.contains(part);
        let second = has("page=2") || has("offset=1") || has("start=1");
        let listing = has("/query?") || has("/Organizations?") || has("/zones?");
        match (self, system) {
            (Self::Logon, _) => has("sessionMngr") || has("/token") || has("/login"),
            (Self::First, _) => listing && !second,
            (Self::Second, _) => listing && second,
            (Self::Get, System::Em) => seen.target.starts_with("/api/jobs") && seen.method == "GET",
            (Self::Get, System::Vb365) => has("/Organization") && !listing,
            (Self::Get, System::Zstack) => has("/backup-storage") && seen.method == "GET",
            (Self::Wait, System::Em) => has("/tasks/"),
            (Self::Wait, System::Vb365) => has("/DataRetrievalSessions/"),
            (Self::Wait, System::Zstack) => has("/api-jobs/"),
            (Self::Post, System::Zstack) => seen.method == "PUT" && !has("/login"),
            (Self::Post, _) => seen.method == "POST" && !has("/save") && !has("sessionMngr") && !has("/token"),
            (Self::File, _) => has("/save"),
        }
    }
}

const ID: &str = "b04c217b-0538-4650-bec4-19deff4ea1ac";
const UUID: &str = "6ef9b2b4f2f14e7fa4d1ee25fb0f7f6c";

/// A server that is well: two items on two pages, work that is done at the second question.
pub(crate) fn healthy(system: System) -> Box<dyn FnMut(&Seen) -> Reply + Send> {
    Box::new(move |seen| {
        let second = Kind::Second.is(system, seen);
        match system {
            System::Em => em(seen, second),
            System::Vb365 => vb365(seen, second),
            System::Zstack => zstack(seen, second),
        }
    })
}

fn em(seen: &Seen, second: bool) -> Reply {
    let has = |part: &str| seen.target.contains(part);
    if has("sessionMngr") {
        let session = format!("<LogonSession><SessionId>{ID}</SessionId></LogonSession>");
        return xml(201, &session).header("X-RestSvcSessionId: session-1");
    }
    if has("/query") {
        let page = u8::from(second) + 1;
        return xml(
            200,
            &format!(
                "<QueryResult><Entities><Jobs><Job UID=\"urn:veeam:Job:{page}\" Name=\"Job {page}\" /></Jobs></Entities>\
                 <PagingInfo PageNum=\"{page}\" PageSize=\"1\" PagesCount=\"2\"><Links /></PagingInfo></QueryResult>"
            ),
        );
    }
    match seen.method.as_str() {
        "POST" => task(202, "task-1", "Running", ""),
        _ if has("/tasks/") => task(200, "task-1", "Finished", OK),
        _ => xml(200, "<Jobs><Job UID=\"urn:veeam:Job:1\" Name=\"Job 1\" /></Jobs>"),
    }
}

fn vb365(seen: &Seen, second: bool) -> Reply {
    let has = |part: &str| seen.target.contains(part);
    if has("/token") {
        return Reply::new(200, r#"{"access_token": "token-1", "refresh_token": "more", "expires_in": 3600}"#);
    }
    if has("/save") {
        return Reply::new(200, "0123456789").header("Content-Type: application/octet-stream");
    }
    if has("/DataRetrievalSessions/") {
        return Reply::new(200, format!(r#"{{"id": "{ID}", "status": "Success"}}"#));
    }
    if has("/Organizations?") {
        let offset = u8::from(second);
        let next = if second {
            String::new()
        } else {
            r#", "next": {"href": "/v8/Organizations?limit=1&offset=1"}"#.to_owned()
        };
        return Reply::new(
            200,
            format!(
                r#"{{"offset": {offset}, "limit": 1, "results": [{{"id": "{offset}", "name": "org", "type": "Office365"}}],
                    "_links": {{"self": {{"href": "/v8/Organizations"}}{next}}}}}"#
            ),
        );
    }
    match seen.method.as_str() {
        "POST" => Reply::new(200, ""),
        _ => Reply::new(200, format!(r#"{{"id": "{ID}", "name": "org", "type": "Office365"}}"#)),
    }
}

fn zstack(seen: &Seen, second: bool) -> Reply {
    let has = |part: &str| seen.target.contains(part);
    if has("/login") {
        return Reply::new(200, r#"{"inventory": {"uuid": "session-1"}}"#);
    }
    if has("/api-jobs/") {
        return Reply::new(200, format!(r#"{{"inventory": {{"uuid": "{UUID}"}}}}"#));
    }
    if has("/zones?") {
        let number = u8::from(second) + 1;
        return Reply::new(200, format!(r#"{{"inventories": [{{"uuid": "{number}", "name": "zone"}}], "total": 2}}"#));
    }
    match seen.method.as_str() {
        "PUT" => Reply::new(
            202,
            format!(r#"{{"location": "http://10.0.0.5:8080/zstack/v1/api-jobs/{UUID}", "apiTimeout": 60000}}"#),
        ),
        _ => Reply::new(200, format!(r#"{{"inventories": [{{"uuid": "{UUID}", "name": "storage"}}]}}"#)),
    }
}

fn soon<W: Work>(poller: Poller<W>, patient: bool) -> Poller<W> {
    let mut waiting = Waiting::default();
    (waiting.first, waiting.most) = (Duration::from_millis(1), Duration::from_millis(200));
    waiting.deadline = Some(Duration::from_secs(if patient { 60 } else { 2 }));
    poller.waiting(waiting)
}

/// `patient` where nothing is waited for in vain: a machine with much to do shall not turn a right answer into a late
/// one.
fn options(server: &Server, patient: bool) -> Options {
    let mut options = server.options();
    let mut http = HttpOptions::default();
    http.timeout = Some(if patient { Duration::from_secs(30) } else { Duration::from_millis(1500) });
    http.max_body_bytes = 1 << 20;
    http.retry.base_delay = Duration::from_millis(1);
    http.retry.max_delay = Duration::from_millis(5);
    options.http = http;
    options
}

/// Asks, and tells what a right answer is told as.
pub(crate) async fn call(system: System, kind: Kind, server: &Server, patient: bool) -> Result<String, Error> {
    let mut policy = Policy::default();
    policy.deadline = Some(Duration::from_secs(if patient { 60 } else { 10 }));
    let done = |_| "done".to_owned();
    match system {
        System::Em => {
            let em = EmClient::new(options(server, patient)).unwrap().under(policy);
            match kind {
                Kind::Logon => em.client().logon().await.map(done),
                Kind::Get => {
                    let jobs = em.call(&GetJobs::new()).await?;
                    Ok(if jobs.jobs.len() == 1 { "done".to_owned() } else { "nothing".to_owned() })
                }
                Kind::First | Kind::Second => {
                    let all: Vec<_> = em.query::<Job>().page_size(1).by_item()?.try_collect().await?;
                    Ok(format!("{} items", all.len()))
                }
                Kind::Post => em.start(&PostJobsByIdStop::new(ID)).await.map(|_| "done".to_owned()),
                Kind::Wait => soon(em.start(&PostJobsByIdStop::new(ID)).await?, patient)
                    .until_done()
                    .await
                    .map(|_| "done".to_owned()),
                Kind::File => unreachable!("it has none"),
            }
        }
        System::Vb365 => {
            let mut options = Vb365Options::from(options(server, patient));
            options.version = ApiVersion::new(8);
            let vb365 = Vb365Client::new(options).unwrap().under(policy);
            match kind {
                Kind::Logon => vb365.client().logon().await.map(done),
                Kind::Get => {
                    let own = vb365.call(&OrganizationGetCurrentOrganization::new()).await?;
                    Ok(if own.id.is_some() { "done".to_owned() } else { "nothing".to_owned() })
                }
                Kind::First | Kind::Second => {
                    let mut call = OrganizationGet::new();
                    call.limit = Some(1);
                    let all: Vec<_> = vb365.list(&call).by_item().try_collect().await?;
                    Ok(format!("{} items", all.len()))
                }
                Kind::Post => vb365.call(&JobStopAction::new(ID)).await.map(done),
                Kind::Wait => {
                    let session = vb365.follow::<DataRetrievalSession>(ID).await?;
                    soon(session, patient).until_done().await.map(|_| "done".to_owned())
                }
                Kind::File => {
                    let folder = tempfile::tempdir().unwrap();
                    let to = folder.path().join("item.msg");
                    std::fs::write(&to, "as it was").unwrap();
                    let call = ExchangeItemSaveItemAction::new("session", "mailbox", "item");
                    let outcome = vb365.download(&call, &to, Existing::Replace).await;
                    let now = std::fs::read_to_string(&to).unwrap();
                    let beside = std::fs::read_dir(folder.path()).unwrap().count();
                    assert_eq!(beside, 1, "something was left beside the file");
                    if outcome.is_err() {
                        assert_eq!(now, "as it was", "a fault changed the file");
                    }
                    outcome.map(|_| format!("{} bytes", now.len()))
                }
            }
        }
        System::Zstack => {
            let zstack = ZstackClient::new(options(server, patient)).unwrap().under(policy);
            match kind {
                Kind::Logon => zstack.client().logon().await.map(done),
                Kind::Get => {
                    let storages = zstack.call(&QueryBackupStorage::new()).await?;
                    Ok(if storages.inventories.len() == 1 { "done".to_owned() } else { "nothing".to_owned() })
                }
                Kind::First | Kind::Second => {
                    let mut call = QueryZone::new();
                    call.limit = Some(1);
                    let all: Vec<_> = zstack.list(&call).by_item().try_collect().await?;
                    Ok(format!("{} items", all.len()))
                }
                Kind::Post => zstack.start(&ReconnectBackupStorage::new(UUID)).await.map(|_| "done".to_owned()),
                Kind::Wait => {
                    let job = zstack.start(&ReconnectBackupStorage::new(UUID)).await?;
                    let reply = soon(job, patient).until_done().await?;
                    Ok(if reply.inventory.is_some() { "done".to_owned() } else { "nothing".to_owned() })
                }
                Kind::File => unreachable!("it has none"),
            }
        }
    }
}
