//! Sessions end when they like; calls do not notice.

use backhaul_filter::em::CloudSubtenant;
use backhaul_models::vb365::operations::OrganizationGet;
use backhaul_models::zstack::operations::QueryBackupStorage;
use backhaul_sim::{Effect, Estate, Fault, Faults, Sim, TlsMode};
use backhaul_transport::Client;
use backhaul_transport::client::Arguments;
use backhaul_wire::{Call, Operation, System};
use futures_util::TryStreamExt;
use futures_util::future::join_all;

use crate::{em, logons, options, sorted, vb365, zstack};

/// A listing of each system, as an operation.
fn listing(system: System) -> &'static Operation {
    match system {
        System::Em => backhaul_models::registry::find_operation(system, "QueryCloudSubtenant").unwrap(),
        System::Vb365 => OrganizationGet::OPERATION,
        System::Zstack => QueryBackupStorage::OPERATION,
    }
}

#[tokio::test]
async fn one_session_serves_all_calls_and_all_clones() {
    let sim = Sim::builder().tls(TlsMode::NoTls).start().await.unwrap();
    for system in System::ALL {
        let client = Client::new(system, options(&sim, system)).unwrap();
        assert_eq!(logons(&sim, system), 0, "nothing is sent before the first call");
        for _ in 0..3 {
            client.send(listing(system), &Arguments::default()).await.unwrap();
            client.clone().send(listing(system), &Arguments::default()).await.unwrap();
        }
        assert_eq!(logons(&sim, system), 1, "{system}");
        client.logout().await.unwrap();
        client.logout().await.unwrap();
        client.send(listing(system), &Arguments::default()).await.unwrap();
        assert_eq!(logons(&sim, system), 2, "{system}");
    }
}

/// A session ends between two pages, at each of them in turn.
#[tokio::test]
async fn a_session_that_ends_in_the_middle_of_a_listing_loses_nothing() {
    let estate = Estate::scaled(40);
    let em_ids = sorted(estate.em.subtenants.iter().map(|it| it.entity.id.clone().unwrap().into_string()).collect());
    let zstack_ids =
        sorted(estate.zstack.backup_storages.iter().map(|it| it.uuid().unwrap().as_str().to_owned()).collect());
    let vb365_ids = sorted(estate.vb365.organizations.iter().map(|it| it.id.clone().unwrap().into_string()).collect());
    for page in 0..4 {
        let expire = |path: &str| Fault::new(Effect::ExpireSessions).path(path).skip(page).times(1);
        let faults = Faults::new()
            .with(expire("/api/query"))
            .with(expire("/v8/Organizations"))
            .with(expire("/zstack/v1/backup-storage"));
        let sim = Sim::builder().tls(TlsMode::NoTls).estate(estate.clone()).faults(faults).start().await.unwrap();

        let items = em(&sim).query::<CloudSubtenant>().page_size(10).by_item().unwrap();
        let items: Vec<_> = items.try_collect().await.unwrap();
        assert_eq!(sorted(items.into_iter().map(|it| it.id.unwrap().into_string()).collect()), em_ids, "page {page}");
        assert_eq!(logons(&sim, System::Em), 2, "page {page}");

        let mut call = OrganizationGet::new();
        call.limit = Some(2);
        let items: Vec<_> = vb365(&sim, 8).list(&call).by_item().try_collect().await.unwrap();
        assert_eq!(
            sorted(items.into_iter().map(|it| it.id().cloned().unwrap().into_string()).collect()),
            vb365_ids,
            "page {page}"
        );
        assert_eq!(logons(&sim, System::Vb365), 2, "page {page}");

        let mut call = QueryBackupStorage::new();
        call.limit = Some(10);
        let items: Vec<_> = zstack(&sim).list(&call).by_item().try_collect().await.unwrap();
        assert_eq!(
            sorted(items.into_iter().map(|it| it.uuid().unwrap().as_str().to_owned()).collect()),
            zstack_ids,
            "page {page}"
        );
        assert_eq!(logons(&sim, System::Zstack), 2, "page {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_calls_with_an_ended_session_open_one() {
    let sim = Sim::builder().tls(TlsMode::NoTls).start().await.unwrap();
    for system in System::ALL {
        let client = Client::new(system, options(&sim, system)).unwrap();
        for round in 1..=2 {
            let calls = (0..200).map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.send(listing(system), &Arguments::default()).await })
            });
            for answer in join_all(calls).await {
                answer.unwrap().unwrap_or_else(|error| panic!("{system}, round {round}: {error}"));
            }
            assert_eq!(logons(&sim, system), round, "{system}, round {round}");
            sim.expire_sessions();
        }
    }
}

/// One call is given up while it waits for the logon that all share.
#[tokio::test]
async fn a_call_that_is_given_up_takes_no_other_with_it() {
    let sim = Sim::builder().tls(TlsMode::NoTls).start().await.unwrap();
    for system in System::ALL {
        let client = Client::new(system, options(&sim, system)).unwrap();
        for _ in 0..10 {
            sim.expire_sessions();
            let doomed: Vec<_> = (0..5)
                .map(|_| {
                    let client = client.clone();
                    tokio::spawn(async move { client.send(listing(system), &Arguments::default()).await })
                })
                .collect();
            tokio::task::yield_now().await;
            for task in &doomed {
                task.abort();
            }
            client
                .send(listing(system), &Arguments::default())
                .await
                .unwrap_or_else(|error| panic!("{system}: {error}"));
        }
    }
}

/// A server that refuses every session is not asked for ever.
#[tokio::test]
async fn a_session_that_is_refused_at_once_is_not_renewed_for_ever() {
    let faults = Faults::new()
        .with(Fault::new(Effect::ExpireSessions).path("/api/query"))
        .with(Fault::new(Effect::ExpireSessions).path("/v8/Organizations"))
        .with(Fault::new(Effect::ExpireSessions).path("/zstack/v1/backup-storage"));
    let sim = Sim::builder().tls(TlsMode::NoTls).faults(faults).start().await.unwrap();
    for system in System::ALL {
        let client = Client::new(system, options(&sim, system)).unwrap();
        let error = client.send(listing(system), &Arguments::default()).await.unwrap_err();
        assert!(error.is_api(), "{system}: {error}");
        assert_eq!(logons(&sim, system), 2, "{system}");
    }
}

/// The account is changed, or its password, while a client is at work.
#[tokio::test]
async fn a_logon_that_fails_fails_every_call_that_waits_for_it_and_the_next_may_succeed() {
    let logon = |path: &str| Fault::new(Effect::status(500, "busy")).path(path).skip(0).times(1);
    let faults =
        Faults::new().with(logon("/api/sessionMngr*")).with(logon("/v8/token")).with(logon("*/accounts/login"));
    let sim = Sim::builder().tls(TlsMode::NoTls).faults(faults).start().await.unwrap();
    for system in System::ALL {
        let mut options = options(&sim, system);
        options.http.retry = backhaul_transport::net::RetryPolicy::none();
        let client = Client::new(system, options).unwrap();
        client.logon().await.unwrap_err();
        client.logon().await.unwrap_or_else(|error| panic!("{system}: {error}"));
    }
}
