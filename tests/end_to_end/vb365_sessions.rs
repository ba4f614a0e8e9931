//! VB365's jobs and restores, in each version, from their start to their end.

use std::time::Duration;

use backhaul_models::vb365::operations::{
    BackupRepositoryChangeOwner, BackupRepositoryGetRepositories, BackupRepositoryStartSynchronizeAction, CopyJobGet,
    ExchangeItemGet, ExchangeItemRestoreItemsAction, ExchangeMailboxGet, JobExploreAction, JobGet,
    PostJobsByJobIdAction, RestoreSessionGetByRestoreSessionId,
};
use backhaul_models::vb365::{
    ExploreOptions, JobActionBody, JobSession, RestoreSession, RestoreToOriginalLocationSelectedItems, StartJobOptions,
    VERSIONS,
};
use backhaul_sim::{Effect, Fault, Faults, Sim, TlsMode, Vb365Server};
use backhaul_transport::poller::{Poller, Progress, Waiting, Work};
use backhaul_transport::vb365::{SessionPoller, Vb365Client};
use backhaul_wire::{Id, System};
use futures_util::TryStreamExt;

use crate::{logons, vb365};

/// A simulator whose jobs take so long.
async fn sim(job_time: Duration, faults: Faults) -> Sim {
    let sim = Sim::builder().vb365(Vb365Server::new().job_time(job_time)).tls(TlsMode::NoTls).faults(faults);
    sim.start().await.unwrap()
}

fn soon<W: Work>(poller: Poller<W>) -> Poller<W> {
    let mut waiting = Waiting::default();
    (waiting.first, waiting.most) = (Duration::from_millis(5), Duration::from_millis(5));
    waiting.deadline = Some(Duration::from_secs(20));
    poller.waiting(waiting)
}

async fn job(client: &Vb365Client) -> Id {
    let jobs: Vec<_> = client.list(&JobGet::new()).by_item().try_collect().await.unwrap();
    jobs[0].id.clone().unwrap()
}

async fn start(client: &Vb365Client) -> SessionPoller<JobSession> {
    soon(client.start_job(job(client).await, StartJobOptions::default()).await.unwrap())
}

#[tokio::test]
async fn a_job_runs_to_its_end_in_every_version() {
    for version in VERSIONS {
        let sim = sim(Duration::from_millis(60), Faults::new()).await;
        let client = vb365(&sim, version);
        let mut poller = start(&client).await;
        let mut progress = Vec::new();
        let done = loop {
            match poller.next().await.unwrap() {
                Progress::Going(now) => progress.extend(now.progress),
                Progress::Done(done) => break done,
            }
        };
        assert_eq!(done.status.unwrap().as_str(), "Success", "v{version}");
        assert!(done.end_time.is_some() && progress.is_sorted(), "v{version}: {progress:?}");
        // Another start finds its own run, and not the one that is over.
        let again = start(&client).await.until_done().await.unwrap();
        assert_ne!(again.id, done.id, "v{version}");
    }
}

#[tokio::test]
async fn a_job_is_stopped_in_every_version() {
    for version in VERSIONS {
        let sim = sim(Duration::from_secs(600), Faults::new()).await;
        let client = vb365(&sim, version);
        let poller = start(&client).await;
        poller.work().cancel().await.unwrap();
        let error = poller.until_done().await.unwrap_err();
        assert!(error.is_task_failed() && error.to_string().contains("was stopped"), "v{version}: {error}");
    }
}

#[tokio::test]
async fn a_job_that_fails_says_why() {
    let fails = Fault::new(Effect::TaskFails("The mailbox database is gone.".to_owned())).method("POST");
    for (version, path) in [(3, "/v3/Jobs/*/Action"), (8, "/v8/Jobs/*/start")] {
        let sim = sim(Duration::from_millis(5), Faults::new().with(fails.clone().path(path))).await;
        let error = start(&vb365(&sim, version)).await.until_done().await.unwrap_err();
        assert!(error.is_task_failed(), "v{version}: {error}");
        // Before v6 a session has no words of its own.
        assert_eq!(error.to_string().contains("The mailbox database is gone."), version == 8, "v{version}: {error}");
    }
}

#[tokio::test]
async fn a_job_that_never_ends_meets_a_deadline_and_a_token_that_ends_does_not_matter() {
    let hangs = Fault::new(Effect::TaskHangs).method("POST").path("/v8/Jobs/*/start");
    let hanging = sim(Duration::from_millis(5), Faults::new().with(hangs)).await;
    let poller = start(&vb365(&hanging, 8)).await.deadline(Duration::from_millis(200));
    let error = poller.until_done().await.unwrap_err();
    assert!(error.is_deadline() && error.to_string().contains("is Running"), "{error}");

    let sim = sim(Duration::from_millis(100), Faults::new()).await;
    let client = vb365(&sim, 8);
    let mut poller = start(&client).await;
    poller.next().await.unwrap();
    sim.expire_sessions();
    poller.until_done().await.unwrap();
    assert_eq!(logons(&sim, System::Vb365), 2);
}

#[tokio::test]
async fn a_copy_job_runs_from_v6_on() {
    for version in 6..=8 {
        let sim = sim(Duration::from_millis(30), Faults::new()).await;
        let client = vb365(&sim, version);
        let jobs: Vec<_> = client.list(&CopyJobGet::new()).by_item().try_collect().await.unwrap();
        let Some(job) = jobs.into_iter().find_map(|job| job.id) else { panic!("v{version}: no copy job") };
        let done = soon(client.start_copy_job(job).await.unwrap()).until_done().await.unwrap();
        assert_eq!(done.status.unwrap().as_str(), "Success", "v{version}");
    }
}

/// Opens the backups of the first job.
async fn open(client: &Vb365Client, version: u8) -> RestoreSession {
    let job = job(client).await;
    let options = ExploreOptions::default();
    let poller = if version < 6 {
        let mut body = JobActionBody::default();
        body.explore = Some(options);
        client.start(&PostJobsByJobIdAction::new(job, body)).await.unwrap()
    } else {
        client.start(&JobExploreAction::new(job, options)).await.unwrap()
    };
    soon(poller).until_done().await.unwrap()
}

#[tokio::test]
async fn backups_are_opened_browsed_and_closed_in_every_version() {
    let sim = sim(Duration::from_millis(5), Faults::new()).await;
    for version in VERSIONS {
        let client = vb365(&sim, version);
        let session = open(&client, version).await;
        assert_eq!(session.state.as_ref().unwrap().as_str(), "Working", "v{version}");
        let id = session.id.unwrap();
        let mut call = ExchangeMailboxGet::new(id.clone());
        call.limit = Some(2);
        let mailboxes: Vec<_> = client.list(&call).by_item().try_collect().await.unwrap();
        assert!(mailboxes.len() > 2, "v{version}");
        client.stop_restore_session(id.clone()).await.unwrap();
        let closed = client.call(&RestoreSessionGetByRestoreSessionId::new(id)).await.unwrap();
        assert_eq!(closed.state.unwrap().as_str(), "Stopped", "v{version}");
    }
}

/// v8 answers a restore with a session; the versions before with what came of it.
#[tokio::test]
async fn items_are_restored() {
    let sim = sim(Duration::from_millis(5), Faults::new()).await;
    let client = vb365(&sim, 8);
    let session = open(&client, 8).await.id.unwrap();
    let mailboxes: Vec<_> =
        client.list(&ExchangeMailboxGet::new(session.clone())).by_item().try_collect().await.unwrap();
    let mailbox = mailboxes[0].id.clone().unwrap();
    let items: Vec<_> =
        client.list(&ExchangeItemGet::new(session.clone(), mailbox.clone())).by_item().try_collect().await.unwrap();
    assert!(!items.is_empty());
    let options = RestoreToOriginalLocationSelectedItems::default();
    let call = ExchangeItemRestoreItemsAction::new(session.clone(), mailbox, options);
    soon(client.start(&call).await.unwrap()).until_done().await.unwrap();
    let error = vb365(&sim, 7).start(&call).await.unwrap_err();
    assert!(error.is_unsupported(), "{error}");
}

#[tokio::test]
async fn repositories_are_synchronised_and_change_hands() {
    let sim = sim(Duration::from_millis(40), Faults::new()).await;
    let client = vb365(&sim, 8);
    let repositories: Vec<_> =
        client.list(&BackupRepositoryGetRepositories::new()).by_item().try_collect().await.unwrap();
    let id = repositories[0].id.clone().unwrap();
    for version in 6..=8 {
        let call = BackupRepositoryStartSynchronizeAction::new(id.clone());
        let poller = soon(vb365(&sim, version).start(&call).await.unwrap());
        assert_eq!(poller.state().state.as_ref().unwrap().as_str(), "Synchronizing", "v{version}");
        poller.until_done().await.unwrap();
    }
    let done = soon(client.start(&BackupRepositoryChangeOwner::new(id)).await.unwrap()).until_done().await.unwrap();
    assert_eq!(done.status.unwrap().as_str(), "Succeeded");
}
