//! Enterprise Manager's client and its simulator, end to end.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::time::Duration;

use backhaul_models::em::operations::{
    GetCloudTenants, GetJobs, GetLookup, GetReportsSummaryRepository, GetSecurityAccounts, GetVmRestorePoints,
    PostCloudTenantsByIdSubtenants, PostJobsByIdStart,
};
use backhaul_models::em::{
    CloudConnectService, CloudSubtenant, CloudSubtenantCreateSpec, CloudTenant, EntityReferences, Job, Jobs,
    LogonSession, RepositoryReportFrame, VmRestorePoint,
};
use backhaul_sim::{EmServer, Sim, TlsMode};
use backhaul_transport::em::{EmClient, Entry, Linked};
use backhaul_transport::file::Existing;
use backhaul_transport::net::TlsChoice;
use backhaul_transport::{EmFormat, EmLogon, EmOptions, Options};
use backhaul_wire::System;
use futures_util::TryStreamExt;

async fn sim() -> Sim {
    let pace = Duration::from_millis(5);
    Sim::builder().em(EmServer::new().task_steps(pace, pace)).tls(TlsMode::NoTls).start().await.unwrap()
}

fn options(sim: &Sim) -> Options {
    let mut options = Options::new(sim.url(System::Em).unwrap(), "admin", "password").unwrap();
    options.http.tls = TlsChoice::Insecure;
    options
}

/// Speaks XML, then JSON.
fn both(sim: &Sim) -> [EmClient; 2] {
    [EmFormat::Xml, EmFormat::Json].map(|format| {
        let mut options = EmOptions::from(options(sim));
        options.format = format;
        EmClient::new(options).unwrap()
    })
}

/// The identifier at the end of a URN.
fn guid(uid: Option<&backhaul_wire::Id>) -> String {
    uid.unwrap().as_str().rsplit(':').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_job_is_started_and_its_sessions_found_by_links() {
    let sim = sim().await;
    for (number, em) in both(&sim).iter().enumerate() {
        let jobs: Jobs = em.call(&GetJobs::new()).await.unwrap();
        let job = jobs.jobs.iter().filter(|job| job.link("Start").is_some()).nth(number).unwrap();
        let done = em.start(&PostJobsByIdStart::new(guid(job.uid.as_ref()))).await.unwrap();
        assert!(done.until_done().await.unwrap().message().is_some());
        let again: Job = em.again(job).await.unwrap();
        let sessions = again
            .all_links()
            .rel("Down")
            .into_iter()
            .find(|link| link.r#type.as_deref().is_some_and(|found| found.ends_with("JobSessionReferenceList")));
        let sessions: EntityReferences = em.follow(&sessions.unwrap()).await.unwrap();
        assert!(!sessions.refs.is_empty());
    }
}

#[tokio::test]
async fn a_tenant_is_edited_and_gets_a_subtenant() {
    let sim = sim().await;
    for (number, em) in both(&sim).iter().enumerate() {
        let tenants = em.call(&GetCloudTenants::new()).await.unwrap().cloud_tenants;
        let resource = |tenant: &CloudTenant| tenant.resources.first().and_then(|resource| resource.id.clone());
        let tenant = tenants.iter().find(|tenant| resource(tenant).is_some()).unwrap();
        let text = format!("paid until {number}");
        let task = em.edit(tenant, |tenant| tenant.description = Some(text.clone())).await.unwrap();
        task.unwrap().until_done().await.unwrap();
        let edited = em.again(tenant).await.unwrap();
        assert_eq!(edited.description, Some(text));
        assert_eq!((&edited.name, &edited.enabled), (&tenant.name, &tenant.enabled));

        let mut spec = CloudSubtenantCreateSpec::default();
        spec.name = Some(format!("night{number}"));
        spec.password = Some("n1ght".to_owned().into());
        (spec.enabled, spec.unlimited_quota, spec.tenant_resource_id) = (Some(true), Some(true), resource(tenant));
        spec.quota_name = Some("night".to_owned());
        let create = PostCloudTenantsByIdSubtenants::new(guid(tenant.uid.as_ref()), spec);
        let done = em.start(&create).await.unwrap().until_done().await.unwrap();
        let made: CloudSubtenant = done.created().await.unwrap();
        assert_eq!(made.name, Some(format!("night{number}")));
    }
}

#[tokio::test]
async fn a_guests_file_is_found_and_downloaded() {
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    for em in both(&sim) {
        let points = em.call(&GetVmRestorePoints::new()).await.unwrap();
        let point: &VmRestorePoint = points.vm_restore_points.first().unwrap();
        let mount = em.mount(point, None).await.unwrap().until_done().await.unwrap().mount().await.unwrap();
        let mut open: Vec<String> = mount.roots().iter().filter_map(|root| root.path.clone()).collect();
        let (mut files, mut seen) = (Vec::new(), 0);
        while let Some(path) = open.pop() {
            let mut entries = mount.browse(&path).unwrap().page_size(3).by_item();
            while let Some(entry) = entries.try_next().await.unwrap() {
                seen += 1;
                match entry {
                    Entry::Folder(folder) => open.push(folder.path.unwrap()),
                    Entry::File(file) => files.push(file),
                    other => panic!("{other:?}"),
                }
            }
        }
        assert!(seen > 3, "{seen} entries");
        let file = files.iter().find(|file| file.size.is_some_and(|size| size > 0 && size < 1 << 20)).unwrap();
        let to = folder.path().join("file");
        let length = mount.download(file.path.as_deref().unwrap(), &to, Existing::Replace).await.unwrap();
        assert_eq!((Some(i64::try_from(length).unwrap()), std::fs::metadata(&to).unwrap().len()), (file.size, length));

        sim.expire_sessions();
        let lost = mount.browse("C:").unwrap().by_item().try_next().await.unwrap_err();
        assert!(lost.is_session_lost(), "{lost}");
    }
}

#[tokio::test]
async fn lookup_and_reports_are_typed_calls() {
    let sim = sim().await;
    for em in both(&sim) {
        let services = em.call(&backhaul_models::em::operations::GetLookupSvc::new()).await.unwrap();
        let vms = services.all_links().into_iter().find(|link| link.href.as_deref().unwrap().contains("type=Vm"));
        let found: backhaul_models::em::HierarchyItems = em.follow(&vms.unwrap()).await.unwrap();
        let item = found.hierarchy_items.first().unwrap();
        let mut by_reference = GetLookup::new();
        by_reference.hierarchy_ref = item.object_ref.as_ref().map(|id| id.as_str().to_owned());
        let same = em.call(&by_reference).await.unwrap();
        assert_eq!(same.hierarchy_items[0].object_name, item.object_name);
        let report: RepositoryReportFrame = em.call(&GetReportsSummaryRepository::new()).await.unwrap();
        assert!(!report.periods.is_empty());
        em.call(&GetSecurityAccounts::new()).await.unwrap();
    }
}

#[tokio::test]
async fn a_tenant_sees_its_own_part() {
    let sim = sim().await;
    let admin = EmClient::new(options(&sim)).unwrap();
    let tenants = admin.call(&GetCloudTenants::new()).await.unwrap().cloud_tenants;
    let tenant = tenants.iter().find(|tenant| tenant.enabled == Some(true)).unwrap();
    let mut options = EmOptions::from(options(&sim));
    options.common.user = tenant.name.clone().unwrap();
    options.logon = EmLogon::Tenant;
    let own = EmClient::new(options).unwrap();
    own.client().logon().await.unwrap();
    let sessions = own.call(&backhaul_models::em::operations::GetLogonSessions::new()).await.unwrap();
    let session: &LogonSession = sessions.logon_sessions.first().unwrap();
    let cloud = session.all_links().of_type("CloudConnectService").into_first().unwrap();
    let cloud: CloudConnectService = own.follow(&cloud).await.unwrap();
    assert!(!cloud.links.is_empty());
    assert_eq!(own.call(&GetJobs::new()).await.unwrap_err().status(), Some(403));
}

#[tokio::test]
async fn entities_without_their_links_are_else_the_same() {
    let sim = sim().await;
    let [xml, json] = both(&sim);
    for (em, is_xml) in [(xml, true), (json, false)] {
        let all = em.query::<backhaul_filter::em::CloudTenant>();
        let mut whole: Vec<CloudTenant> = all.by_item().unwrap().try_collect().await.unwrap();
        let all = em.query::<backhaul_filter::em::CloudTenant>().without_links();
        let mut bare: Vec<CloudTenant> = all.by_item().unwrap().try_collect().await.unwrap();
        assert!(!whole.is_empty() && whole.iter().all(|tenant| !tenant.links.is_empty()));
        assert_eq!(bare.iter().all(|tenant| tenant.links.is_empty()), is_xml);
        whole.iter_mut().chain(&mut bare).for_each(|tenant| tenant.links.clear());
        assert_eq!(whole, bare);
    }
}
