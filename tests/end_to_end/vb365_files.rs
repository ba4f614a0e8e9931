//! VB365's change feeds, searches, files and logons, against the simulator.

use std::path::PathBuf;
use std::time::Duration;

use backhaul_models::vb365::operations::{
    ExchangeItemGet, ExchangeItemSaveItemAction, ExchangeMailboxGet, ExchangeMailboxSearchByIdByOptions, JobGet,
    OrganizationExplore, OrganizationGetCurrentOrganization, OrganizationUserGet, ReportsGenerateLicenseOverviewAction,
};
use backhaul_models::vb365::{
    Event, LicenseOverviewOptions, OrganizationExploreOptions, SearchOptions, StartJobOptions, VERSIONS,
};
use backhaul_sim::{Effect, Estate, Fault, Faults, Sim, TlsMode, Vb365Server};
use backhaul_transport::file::Existing;
use backhaul_transport::vb365::{Changes, Vb365Client};
use backhaul_transport::{Assertion, Vb365Logon, Vb365Options};
use backhaul_wire::{ApiVersion, Id, System};
use futures_util::TryStreamExt;

use crate::{options, vb365};

async fn sim(faults: Faults) -> Sim {
    let pace = Duration::from_millis(20);
    let sim = Sim::builder().vb365(Vb365Server::new().job_time(pace)).tls(TlsMode::NoTls).faults(faults);
    sim.start().await.unwrap()
}

fn some<T>(changes: Changes<T>) -> Vec<T> {
    match changes {
        Changes::Some(items) => items,
        Changes::StartOver => panic!("start over"),
    }
}

async fn run_a_job(client: &Vb365Client) -> Id {
    let jobs: Vec<_> = client.list(&JobGet::new()).by_item().try_collect().await.unwrap();
    let run = client.start_job(jobs[0].id.clone().unwrap(), StartJobOptions::default()).await.unwrap();
    run.until_done().await.unwrap().id.unwrap()
}

#[tokio::test]
async fn feeds_tell_of_a_run() {
    let sim = sim(Faults::new()).await;
    let (v7, v8) = (vb365(&sim, 7), vb365(&sim, 8));
    let mut events = v8.events(None).limit(3);
    some(events.next().await.unwrap());
    let mut runs = v7.job_session_changes(None);
    some(runs.next().await.unwrap());
    let run = run_a_job(&v8).await;
    let mut told = Vec::new();
    loop {
        let page = some(events.next().await.unwrap());
        assert!(page.len() <= 3);
        if page.is_empty() {
            break;
        }
        told.extend(page);
    }
    let of_run = |event: &Event| matches!(event, Event::JobSessionUpdate(event) if event.id.as_ref() == Some(&run));
    assert!(told.iter().any(of_run), "{told:?}");
    let runs = some(runs.next().await.unwrap());
    assert!(runs.iter().any(|it| it.id.as_ref() == Some(&run) && it.status.as_ref().unwrap().as_str() == "Success"));
}

#[tokio::test]
async fn a_token_that_is_too_old() {
    let body = r#"{"message": "The change token is outdated.", "errorCode": "OutdatedChangeToken"}"#;
    let old = Fault::new(Effect::status(400, body)).path("/v8/Events?from=1*");
    let sim = sim(Faults::new().with(old.times(1))).await;
    let mut feed = vb365(&sim, 8).events(Some("1".to_owned()));
    assert!(matches!(feed.next().await.unwrap(), Changes::StartOver));
    assert!(some(feed.next().await.unwrap()).is_empty());
}

/// The first organization, opened for restore.
async fn open(client: &Vb365Client) -> Id {
    let organization = Estate::demo().vb365.usage[0].organization_id.clone();
    let call = OrganizationExplore::new(organization, OrganizationExploreOptions::default());
    client.start(&call).await.unwrap().until_done().await.unwrap().id.unwrap()
}

#[tokio::test]
async fn a_search_over_many_pages() {
    let sim = sim(Faults::new()).await;
    let client = vb365(&sim, 8);
    let session = open(&client).await;
    let mailboxes: Vec<_> =
        client.list(&ExchangeMailboxGet::new(session.clone())).by_item().try_collect().await.unwrap();
    let mailbox = mailboxes[0].id.clone().unwrap();
    let all: Vec<_> =
        client.list(&ExchangeItemGet::new(session.clone(), mailbox.clone())).by_item().try_collect().await.unwrap();
    let mut call = ExchangeMailboxSearchByIdByOptions::new(session, mailbox, SearchOptions::default());
    call.limit = Some(1);
    let pages: Vec<_> = client.list(&call).by_page().try_collect().await.unwrap();
    assert!(all.len() > 1);
    assert_eq!((pages.len(), pages.iter().map(|page| page.results.len()).sum::<usize>()), (all.len(), all.len()));
}

/// What the server keeps as a set is asked for as that set, and in every version the users come once.
#[tokio::test]
async fn users_in_pages() {
    let sim = sim(Faults::new()).await;
    let organization = Estate::demo().vb365.usage[0].organization_id.clone();
    let mut wanted = None;
    for version in VERSIONS {
        let client = vb365(&sim, version);
        let mut call = OrganizationUserGet::new(organization.clone());
        let all: Vec<_> = client.list(&call).by_item().try_collect().await.unwrap();
        call.limit = Some(3);
        let by_three: Vec<_> = client.list(&call).by_item().try_collect().await.unwrap();
        let ids = |users: &[backhaul_models::vb365::User]| -> Vec<Option<Id>> {
            users.iter().map(|it| it.id.clone()).collect()
        };
        assert_eq!(ids(&by_three), ids(&all), "v{version}");
        assert_eq!(*wanted.get_or_insert(all.len()), all.len(), "v{version}");
    }
    assert!(wanted.unwrap() > 3);
}

fn target(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("file")
}

/// Cut once, a file is gone on with; cut for ever, nothing is left.
#[tokio::test]
async fn files_that_are_cut() {
    let whole = tempfile::tempdir().unwrap();
    let call = ReportsGenerateLicenseOverviewAction::new(LicenseOverviewOptions::default());
    let fine = sim(Faults::new()).await;
    let length = vb365(&fine, 8).download(&call, target(&whole), Existing::Keep).await.unwrap();
    let wanted = std::fs::read(target(&whole)).unwrap();
    assert_eq!(wanted.len() as u64, length);
    let cut = || Fault::new(Effect::Truncate(1000)).method("POST").path("/v8/Reports/*");
    for (times, gets_there) in [(Some(1), true), (Some(2), true), (None, false)] {
        let fault = match times {
            Some(times) => cut().times(times),
            // The first bytes only, again and again, each time from further on.
            None => Fault::new(Effect::Truncate(0)).method("POST").path("/v8/Reports/*"),
        };
        let sim = sim(Faults::new().with(fault)).await;
        let folder = tempfile::tempdir().unwrap();
        let result = vb365(&sim, 8).download(&call, target(&folder), Existing::Keep).await;
        assert_eq!(result.is_ok(), gets_there, "{times:?}: {result:?}");
        assert_eq!(std::fs::read(target(&folder)).ok(), gets_there.then(|| wanted.clone()), "{times:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), usize::from(gets_there));
    }
}

#[tokio::test]
async fn a_page_of_a_proxy_is_no_file() {
    let page = Fault::new(Effect::Html { status: 200 }).path("/v7/*save");
    let sim = sim(Faults::new().with(page)).await;
    let client = vb365(&sim, 7);
    let folder = tempfile::tempdir().unwrap();
    let call = ExchangeItemSaveItemAction::new("session", "mailbox", "item");
    let error = client.download(&call, target(&folder), Existing::Keep).await.unwrap_err();
    assert!(error.to_string().contains("HTML") && std::fs::read_dir(folder.path()).unwrap().count() == 0, "{error}");
}

#[tokio::test]
async fn a_logon_with_an_answer_of_microsofts() {
    let sim = sim(Faults::new()).await;
    for (version, operator) in [(4, false), (6, true), (8, true), (8, false)] {
        let token = r#"{"token_type": "Bearer", "access_token": "eyJ0eXAi", "expires_in": 3599}"#;
        let assertion = Assertion { client_id: "app".to_owned(), token: token.into() };
        let mut options = Vb365Options::from(options(&sim, System::Vb365));
        options.version = ApiVersion::new(version);
        options.logon = if operator { Vb365Logon::Operator(assertion) } else { Vb365Logon::Assertion(assertion) };
        let client = Vb365Client::new(options.clone()).unwrap();
        client.call(&OrganizationGetCurrentOrganization::new()).await.unwrap();
        let bad = Assertion { client_id: "app".to_owned(), token: "eyJ0eXAi".into() };
        options.logon = Vb365Logon::Assertion(bad);
        let error = Vb365Client::new(options).unwrap().client().logon().await.unwrap_err();
        assert!(error.is_logon_refused(), "{error}");
    }
}
