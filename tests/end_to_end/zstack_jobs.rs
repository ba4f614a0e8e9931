//! Jobs of ZStack: carried out, failing, vanishing, never ending, and their sessions.

use std::time::Duration;

use backhaul_models::zstack::operations::{
    AddImageStoreBackupStorage, DeleteBackupStorage, GetBackupStorageCapacity, QueryBackupStorage, QueryImage,
    SubmitLongJob, UpdateBackupStorage,
};
use backhaul_models::zstack::{
    AddImageStoreBackupStorageRequest, BackupStorage, LongJob, LongJobState, SubmitLongJobRequest,
    UpdateBackupStorageRequest,
};
use backhaul_sim::{Effect, Estate, Fault, Faults, Sim, ZstackServer};

use backhaul_transport::poller::Progress;
use backhaul_transport::zstack::ZstackClient;
use backhaul_wire::System;

use crate::{logons, zstack};

async fn sim(faults: Faults) -> Sim {
    Sim::builder().zstack("127.0.0.1:0").faults(faults).start().await.unwrap()
}

/// A fault of what is changed in a backup storage.
fn fault(effect: Effect) -> Faults {
    Faults::new().with(Fault::new(effect).method("PUT").path("/zstack/v1/backup-storage/*"))
}

fn storage() -> String {
    let estate = Estate::demo().zstack;
    estate.backup_storages[0].uuid().unwrap().as_str().to_owned()
}

fn rename(name: &str) -> UpdateBackupStorage {
    let mut request = UpdateBackupStorageRequest::default();
    request.name = Some(name.to_owned());
    UpdateBackupStorage::new(storage(), request)
}

async fn name(client: &ZstackClient) -> Option<String> {
    let mut query = QueryBackupStorage::new();
    query.q = vec![format!("uuid={}", storage())];
    client.call(&query).await.unwrap().inventories[0].name().map(str::to_owned)
}

#[tokio::test]
async fn a_backup_storage_is_added_and_deleted() {
    let sim = sim(Faults::new()).await;
    let client = zstack(&sim);
    let request = AddImageStoreBackupStorageRequest::new("10.0.0.77", "root", "s3cret", "/zstack_bs", "fresh, 'new'");
    let added = client.call(&AddImageStoreBackupStorage::new(request)).await.unwrap().inventory.unwrap();
    assert_eq!((added.name.as_deref(), added.hostname.as_deref()), (Some("fresh, 'new'"), Some("10.0.0.77")));
    let uuid = added.uuid.unwrap();
    let mut query = QueryBackupStorage::new();
    query.q = vec![format!("uuid={}", uuid.as_str())];
    let found = client.call(&query).await.unwrap().inventories;
    assert!(matches!(&found[..], [BackupStorage::ImageStore(store)] if store.ssh_port == Some(22)));
    client.call(&DeleteBackupStorage::new(uuid.as_str())).await.unwrap();
    assert!(client.call(&query).await.unwrap().inventories.is_empty());
    // What is answered at once is called and started alike.
    let mut capacity = GetBackupStorageCapacity::new();
    capacity.all = Some(true);
    let now = client.start(&capacity).await.unwrap();
    assert!(!now.state().is_running());
    now.until_done().await.unwrap();
}

#[tokio::test]
async fn a_job_is_watched_while_it_runs() {
    let sim = Sim::builder().zstack(ZstackServer::new().job_time(Duration::from_secs(3600))).start().await.unwrap();
    let client = zstack(&sim);
    let mut job = client.start(&rename("renamed")).await.unwrap();
    assert!(job.state().id().is_some_and(|id| id.len() == 32));
    assert!(matches!(job.next().await.unwrap(), Progress::Going(state) if state.is_running()));
    assert!(matches!(job.next().await.unwrap(), Progress::Going(_)));
    sim.advance(Duration::from_secs(3600));
    let done = job.until_done().await.unwrap();
    assert_eq!(done.inventory.unwrap().name(), Some("renamed"));
}

#[tokio::test]
async fn a_job_that_fails_tells_its_causes() {
    let sim = sim(fault(Effect::TaskFails("the agent is down".to_owned()))).await;
    let error = zstack(&sim).call(&rename("never")).await.unwrap_err();
    assert!(error.is_api() && error.is_task_failed() && error.code().is_some());
    let said = error.to_string();
    assert!(said.lines().count() == 1 && said.contains("; because of "), "{said}");
    assert!(said.ends_with("\"the agent is down\""), "{said}");
}

#[tokio::test]
async fn a_job_that_vanishes_may_have_done_its_work() {
    let sim = sim(fault(Effect::TaskVanishes)).await;
    let client = zstack(&sim);
    let error = client.call(&rename("done all the same")).await.unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert!(error.to_string().contains("may have been carried out"), "{error}");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(name(&client).await.as_deref(), Some("done all the same"));
}

#[tokio::test]
async fn a_job_that_hangs_meets_its_deadline() {
    let sim = sim(fault(Effect::TaskHangs)).await;
    let job = zstack(&sim).start(&rename("never")).await.unwrap();
    let error = job.deadline(Duration::from_millis(700)).until_done().await.unwrap_err();
    assert!(error.is_deadline() && error.to_string().contains("the server gives it 1800 s"), "{error}");
}

/// An asynchronous call is taken on in any session, and its job says that there is none: the call is sent again in a
/// new one.
#[tokio::test]
async fn a_session_that_has_ended_is_renewed_for_a_job() {
    let sim = sim(Faults::new()).await;
    let client = zstack(&sim);
    client.client().logon().await.unwrap();
    sim.expire_sessions();
    client.call(&rename("renamed once")).await.unwrap();
    assert_eq!(name(&client).await.as_deref(), Some("renamed once"));
    assert_eq!(logons(&sim, System::Zstack), 2);
}

/// Questions about a job need no session, so one that ends meanwhile changes nothing.
#[tokio::test]
async fn a_session_that_ends_while_a_job_runs() {
    let sim = sim(Faults::new()).await;
    let client = zstack(&sim);
    let job = client.start(&rename("renamed")).await.unwrap();
    sim.expire_sessions();
    job.until_done().await.unwrap();
    assert_eq!(logons(&sim, System::Zstack), 1);
}

/// The same, when the job is forgotten before it is asked about again.
#[tokio::test]
async fn a_job_that_is_forgotten() {
    let minute = Duration::from_secs(60);
    let sim = Sim::builder().zstack(ZstackServer::new().job_time(minute).job_retention(minute));
    let sim = sim.start().await.unwrap();
    let mut job = zstack(&sim).start(&rename("renamed")).await.unwrap();
    job.next().await.unwrap();
    sim.advance(Duration::from_secs(3600));
    let error = job.next().await.unwrap_err();
    assert!(error.to_string().contains("no longer knows the job"), "{error}");
}

/// Submits the adding of an image to a backup storage.
async fn submit(client: &ZstackClient, storage: &str) -> LongJob {
    let data = format!(
        r#"{{"name": "cirros", "url": "http://10.0.0.9/cirros.qcow2", "format": "qcow2", "backupStorageUuids": ["{storage}"]}}"#
    );
    let request = SubmitLongJobRequest::new("APIAddImageMsg", data);
    client.call(&SubmitLongJob::new(request)).await.unwrap().inventory.unwrap()
}

#[tokio::test]
async fn a_long_job_is_cancelled() {
    let sim = sim(Faults::new()).await;
    let client = zstack(&sim);
    let job = client.long_job(submit(&client, &storage()).await);
    job.work().cancel().await.unwrap();
    let error = job.until_done().await.unwrap_err();
    assert!(error.is_task_failed() && error.to_string().ends_with("was cancelled"), "{error}");
    sim.advance(Duration::from_secs(3600));
    let mut query = QueryImage::new();
    query.q = vec!["name=cirros".to_owned()];
    assert_eq!(client.call(&query).await.unwrap().inventories.len(), 0, "what was cancelled was not carried out");
}

#[tokio::test]
async fn a_long_job_is_waited_for_or_fails() {
    let sim = sim(Faults::new()).await;
    let client = zstack(&sim);
    let done = client.long_job(submit(&client, &storage()).await).until_done().await.unwrap();
    assert_eq!(done.state, Some(LongJobState::Succeeded));
    let mut query = QueryImage::new();
    query.q = vec!["name=cirros".to_owned()];
    assert_eq!(client.call(&query).await.unwrap().inventories.len(), 1);
    let lost = submit(&client, "00000000000000000000000000000000").await;
    let error = client.long_job(lost).until_done().await.unwrap_err();
    assert!(error.is_task_failed() && error.to_string().contains("(APIAddImageMsg) failed: "), "{error}");
    assert!(!error.to_string().contains("{\""), "{error}");
}
