//! What goes over the wire to Enterprise Manager when something is changed or done there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use backhaul_filter::DateTime;
use backhaul_filter::em::{BackupJobSession, Job, VmRestorePoint};
use backhaul_models::em::operations::{
    PostBackupServersByIdQuickbackup, PostCloudTenantsByIdSubtenants, PostJobsByIdClone, PostJobsByIdStart,
    PostNasJobsByIdStart, PutCloudTenantsById, PutJobsByIdEdit,
};
use backhaul_models::em::{
    BackupJobCloneInfo, CloudSubtenantCreateSpec, CloudTenant, DailyKind, DayOfWeek, Job as JobEntity, JobCloneSpec,
    JobScheduleOptions, OptionsDaily, QueryResult, QuickBackupStartupSpec, RetryOptions,
};
use backhaul_transport::EmFormat;
use backhaul_transport::em::EmClient;
use backhaul_wire::xml;
use common::{Canned, Recorder, fixture};
use futures_util::TryStreamExt;

const SESSION: &str = "MTVhM2ZjOTctMDMyNS00MTE5LWI3ODktNWMwMzY3YzZjNTY1";
const PASSWORD: &str = "s3cret of the subtenant";
const TASK: &str = r#"<Task xmlns="http://www.veeam.com/ent/v1.0" Type="Task" Href="https://localhost:9398/api/tasks/task-1">
  <TaskId>task-1</TaskId><State>Running</State><Operation>EditCloudTenant</Operation></Task>"#;
const TASK_JSON: &str =
    r#"{"taskId": "task-1", "state": "Running", "operation": "EditCloudTenant", "result": null, "links": null}"#;

fn logon() -> Canned {
    Canned::new(201, fixture("em/logon_session.xml")).header("X-RestSvcSessionId", SESSION)
}

fn client(server: &Recorder, format: EmFormat) -> EmClient {
    let mut options = backhaul_transport::EmOptions::from(server.options());
    options.format = format;
    EmClient::new(options).unwrap()
}

/// What was sent, secrets replaced by what they are.
fn shown(server: &Recorder) -> String {
    let text = server.shown();
    assert!(!text.contains("pass word"), "the password stands somewhere: {text}");
    text.replace(SESSION, "[session]")
        .replace(PASSWORD, "[password]")
        .replace("YWRtaW46cGFzcyB3b3JkJjE=", "[base64 of account:password]")
}

fn tenant() -> CloudTenant {
    let page: QueryResult = xml::decode(&fixture("em/query_cloud_tenant.xml")).unwrap();
    page.entities.unwrap().cloud_tenants.remove(0)
}

/// The filter crate says how a query is encoded, and the models encode it: two pieces of code, since neither knows the
/// other.
#[test]
fn a_filter_is_encoded_as_the_filter_crate_says() {
    use backhaul_models::request::{Format, Query};
    for code in (1..0x300).chain([0x2028, 0x1_f4be]) {
        let text = format!("Name==\"{}\"", char::from_u32(code).unwrap());
        let target = Query::of("Job").unwrap().filter(&text).parts(Format::Json).unwrap().target();
        assert!(target.contains(&format!("filter={}", backhaul_filter::url::encode(&text))), "{target}");
    }
}

#[tokio::test]
async fn a_job_is_started() {
    let server = Recorder::new(vec![logon(), Canned::new(202, TASK)]);
    let call = PostJobsByIdStart::new("0f5afb99-7468-42c4-a45d-28e98bc6122b");
    let task = client(&server, EmFormat::Xml).call(&call).await.unwrap();
    assert_eq!(task.task_id.as_deref(), Some("task-1"));
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn a_file_share_job_is_started_by_a_path() {
    let server = Recorder::new(vec![logon(), Canned::new(202, TASK)]);
    let call = PostNasJobsByIdStart::new("93dfbb3e-f420-45cf-addc-4ee9297113f2");
    client(&server, EmFormat::Xml).call(&call).await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn a_tenant_is_changed_in_either_form() {
    for (name, format, answer) in [("xml", EmFormat::Xml, TASK), ("json", EmFormat::Json, TASK_JSON)] {
        let server = Recorder::new(vec![logon(), Canned::new(202, answer)]);
        let mut tenant = tenant();
        tenant.description = Some("Köln & <Bonn>".to_owned());
        let call = PutCloudTenantsById::new("e38a8692-6816-443e-9052-7fa71ee7fd65", tenant);
        client(&server, format).call(&call).await.unwrap();
        insta::assert_snapshot!(format!("a_tenant_is_changed_in_{name}"), shown(&server));
    }
}

#[tokio::test]
async fn a_subtenant_is_created() {
    let server = Recorder::new(vec![logon(), Canned::new(202, TASK)]);
    let resource = "11c59670-23df-448c-a4b3-74c42669633e";
    let mut spec = CloudSubtenantCreateSpec::new("ABC Company User 02", PASSWORD, resource, false);
    spec.quota_mb = Some(10_240);
    let call = PostCloudTenantsByIdSubtenants::new("e38a8692-6816-443e-9052-7fa71ee7fd65", spec);
    client(&server, EmFormat::Xml).call(&call).await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn a_jobs_schedule_is_changed() {
    let server = Recorder::new(vec![logon(), Canned::new(202, TASK)]);
    let mut daily = OptionsDaily::default();
    daily.enabled = Some(true);
    daily.kind = Some(DailyKind::SelectedDays);
    daily.days = vec![DayOfWeek::Monday, DayOfWeek::Friday];
    daily.time = Some("22:00:00.0000000-07:00".into());
    let mut retry = RetryOptions::default();
    (retry.retry_times, retry.retry_timeout, retry.retry_specified) = (Some(3), Some(10), Some(true));
    let mut schedule = JobScheduleOptions::default();
    schedule.retry_options = Some(retry);
    schedule.options_daily = Some(daily);
    let mut job = JobEntity::default();
    job.job_schedule_options = Some(schedule);
    let call = PutJobsByIdEdit::new("0f5afb99-7468-42c4-a45d-28e98bc6122b", job);
    client(&server, EmFormat::Xml).call(&call).await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn a_job_is_cloned_and_a_machine_is_backed_up() {
    let server = Recorder::new(vec![logon(), Canned::new(202, TASK), Canned::new(202, TASK)]);
    let client = client(&server, EmFormat::Xml);
    let mut info = BackupJobCloneInfo::default();
    info.job_name = Some("Backup Job 1 (copy)".to_owned());
    let mut clone = JobCloneSpec::default();
    clone.backup_job_clone_info = Some(info);
    client.call(&PostJobsByIdClone::new("0f5afb99-7468-42c4-a45d-28e98bc6122b", clone)).await.unwrap();
    let machine = QuickBackupStartupSpec::new("urn:VMware:Vm:b5a60ace-7623-407b-b008-777e956ee555.vm-31017");
    let call = PostBackupServersByIdQuickbackup::new("ce15a8c7-aa49-495e-b05b-ee3398c91018", machine);
    client.call(&call).await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn queries_say_dates_enumerations_and_references_as_the_server_takes_them() {
    let empty = || {
        Canned::new(
            200,
            r#"<QueryResult xmlns="http://www.veeam.com/ent/v1.0"><Entities/><PagingInfo PagesCount="1" PageSize="100" PageNum="1"/></QueryResult>"#,
        )
    };
    let server = Recorder::new(vec![logon(), empty(), empty(), empty()]);
    let client = client(&server, EmFormat::Xml);
    let night = BackupJobSession::RESULT.ge("Warning")
        & BackupJobSession::CREATION_TIME.ge("2025-08-15T06:00:00Z".parse::<DateTime>().unwrap())
        & BackupJobSession::JOB_UID.eq("urn:veeam:Job:da736815-4fea-4c8e-b0e1-5ecdbca1c512");
    let _: Vec<_> = client.query::<BackupJobSession>().filter(night).by_item().unwrap().try_collect().await.unwrap();
    let jobs = (Job::JOB_TYPE.eq("Replica") & Job::SCHEDULE_CONFIGURED.eq(false))
        | (Job::JOB_TYPE.eq("Backup") & Job::SCHEDULE_CONFIGURED.eq(true));
    let _: Vec<_> = client.query::<Job>().filter(jobs).by_item().unwrap().try_collect().await.unwrap();
    let machine = VmRestorePoint::VM_DISPLAY_NAME.eq(r#"db "01"; & co"#);
    let newest = client.query::<VmRestorePoint>().filter(machine).sort(VmRestorePoint::CREATION_TIME.desc());
    let _: Vec<_> = newest.page_size(3).by_item().unwrap().try_collect().await.unwrap();
    insta::assert_snapshot!(shown(&server));
}
