//! The five calls, over HTTP and TLS, in every version and format.

use backhaul_filter::em::CloudSubtenant;
use backhaul_models::vb365::VERSIONS;
use backhaul_models::vb365::operations::{
    BackupRepositoryGetRepositoryStorageUsage, OrganizationGet, OrganizationGetCurrentOrganization,
    OrganizationGetStorageSpaceUsage,
};
use backhaul_models::zstack::operations::QueryBackupStorage;
use backhaul_sim::{EmRelease, EmServer, Estate, Sim, TlsMode};
use backhaul_transport::Vb365Options;
use backhaul_transport::em::EmClient;
use backhaul_transport::vb365::Vb365Client;
use backhaul_wire::{ApiVersion, System};
use futures_util::TryStreamExt;

use crate::{em, em_json, options, sorted, vb365, zstack};

/// The names of the documented query's answer, in the order asked for.
async fn documented(em: &EmClient) -> Vec<String> {
    let filter = CloudSubtenant::BACKUP_SERVER_NAME.eq("172.24.31.67")
        & CloudSubtenant::DISABLED.eq(false)
        & CloudSubtenant::CLOUD_TENANT_NAME.eq("ABC Company");
    let items = em.query::<CloudSubtenant>().filter(filter).sort(CloudSubtenant::NAME.desc()).by_item().unwrap();
    items.map_ok(|item| item.name.unwrap()).try_collect().await.unwrap()
}

/// The same, from the estate itself.
fn wanted() -> Vec<String> {
    let estate = Estate::demo().em;
    let tenant = estate.tenants.iter().find(|it| it.entity.name.as_deref() == Some("ABC Company")).unwrap();
    let server = estate.servers.iter().find(|it| it.name.as_deref() == Some("172.24.31.67")).unwrap();
    assert!(
        server.uid.as_ref().unwrap().same(&tenant.owner)
            || server.uid.as_ref().unwrap().guid() == Some(tenant.owner.as_str())
    );
    let uid = tenant.entity.uid.as_ref().unwrap();
    let own = estate.subtenants.iter().filter(|it| uid.same(&it.owner) && it.entity.enabled == Some(true));
    own.map(|it| it.entity.name.clone().unwrap()).collect()
}

#[tokio::test]
async fn over_http_and_over_tls() {
    for tls in [TlsMode::NoTls, TlsMode::AllTls] {
        let sim = Sim::builder().tls(tls).start().await.unwrap();
        let names = documented(&em(&sim)).await;
        assert_eq!(sorted(names.clone()), sorted(wanted()));
        assert!(names.len() > 3);
        assert!(names.windows(2).all(|pair| pair[0].to_lowercase() >= pair[1].to_lowercase()), "{names:?}");

        let vb365 = vb365(&sim, 8);
        let estate = Estate::demo().vb365;
        let used = &estate.usage[0];
        let page = vb365.call(&OrganizationGetStorageSpaceUsage::new(used.organization_id.clone())).await.unwrap();
        assert_eq!(page.results[0].object_storage_used_space_bytes, Some(2_499_432_773));
        assert_eq!(page.results[0].repository_id, used.space.repository_id);

        let page = zstack(&sim).call(&QueryBackupStorage::new()).await.unwrap();
        assert_eq!(page.inventories.len(), Estate::demo().zstack.backup_storages.len());
    }
}

#[tokio::test]
async fn enterprise_manager_says_the_same_in_xml_and_in_the_json_of_both_releases() {
    let mut answers = Vec::new();
    for release in [EmRelease::V12, EmRelease::V13] {
        for mark in [false, true] {
            let server = EmServer::new().release(release).byte_order_mark(mark);
            let sim = Sim::builder().em(server).tls(TlsMode::NoTls).start().await.unwrap();
            for em in [em(&sim), em_json(&sim)] {
                assert_eq!(sorted(documented(&em).await), sorted(wanted()), "{release:?}, mark {mark}");
                let all = em.query::<CloudSubtenant>().sort(CloudSubtenant::NAME.asc()).by_item().unwrap();
                let mut all: Vec<_> = all.try_collect().await.unwrap();
                for item in &mut all {
                    // They name the port.
                    item.href = None;
                    item.links.iter_mut().for_each(|link| link.href = None);
                }
                answers.push(all);
            }
        }
    }
    assert_eq!(answers[0].len(), Estate::demo().em.subtenants.len());
    for other in &answers[1..] {
        assert_eq!(*other, answers[0]);
    }
}

/// Everything that a version has comes over it; the rest is not there.
#[tokio::test]
async fn vb365_in_every_version() {
    let sim = Sim::builder().vb365("127.0.0.1:0").start().await.unwrap();
    let estate = Estate::demo().vb365;
    for version in VERSIONS {
        let vb365 = vb365(&sim, version);
        let organizations: Vec<_> = vb365.list(&OrganizationGet::new()).by_item().try_collect().await.unwrap();
        assert_eq!(organizations.len(), estate.organizations.len(), "v{version}");
        for repository in &estate.repositories {
            let id = repository.id.clone().unwrap();
            let call = BackupRepositoryGetRepositoryStorageUsage::new(id.clone());
            let found: Vec<_> = vb365.list(&call).by_item().try_collect().await.unwrap();
            let rows: Vec<_> =
                estate.usage.iter().filter(|row| row.space.repository_id.as_ref() == Some(&id)).collect();
            assert_eq!(found.len(), rows.len(), "v{version}");
            for row in rows {
                let one = found.iter().find(|it| it.id.as_ref().unwrap().same(&row.organization_id)).unwrap();
                assert_eq!(one.used_space_bytes, row.space.used_space_bytes, "v{version}");
                let newer = (version >= 6).then_some(row.space.object_storage_used_space_bytes).flatten();
                assert_eq!(one.object_storage_used_space_bytes, newer, "v{version}");
            }
        }
    }
}

#[tokio::test]
async fn vb365s_own_organization() {
    let sim = Sim::builder().vb365("127.0.0.1:0").start().await.unwrap();
    for version in VERSIONS {
        let mut options = Vb365Options::from(options(&sim, System::Vb365));
        options.common.user = "admin@abc.onmicrosoft.com".to_owned();
        options.version = ApiVersion::new(version);
        let own = Vb365Client::new(options).unwrap().call(&OrganizationGetCurrentOrganization::new()).await.unwrap();
        assert_eq!(own.id.unwrap().as_str(), "cbc52c37-df7f-4b03-98f3-036e7d4b3127", "v{version}");
        assert_eq!(own.first_backuptime.unwrap().as_str(), "2020-05-29T10:29:05.5413083Z");
    }
    let refused = vb365(&sim, 8).call(&OrganizationGetCurrentOrganization::new()).await.unwrap_err();
    assert!(refused.is_api() && refused.status() == Some(403), "{refused}");
}

#[tokio::test]
async fn the_newest_version_is_found() {
    let sim = Sim::builder().vb365("127.0.0.1:0").start().await.unwrap();
    let client = Vb365Client::new(options(&sim, System::Vb365)).unwrap();
    assert_eq!(client.client().version().await.unwrap(), ApiVersion::new(8));
}

#[tokio::test]
async fn zstack_conditions_order_and_fields() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let estate = Estate::demo().zstack;
    let mut call = QueryBackupStorage::new();
    call.q = vec!["state=Enabled".to_owned(), "totalCapacity>1024".to_owned()];
    call.sort = Some("-totalCapacity".to_owned());
    call.fields = Some("uuid,totalCapacity".to_owned());
    let found: Vec<_> = zstack(&sim).list(&call).by_item().try_collect().await.unwrap();
    let enabled =
        |it: &&backhaul_models::zstack::BackupStorage| it.state().is_some_and(|state| state.as_str() == "Enabled");
    let mut wanted: Vec<_> =
        estate.backup_storages.iter().filter(enabled).filter_map(|it| it.total_capacity()).collect();
    wanted.retain(|capacity| *capacity > 1024);
    wanted.sort_unstable_by(|a, b| b.cmp(a));
    let capacities: Vec<_> = found.iter().map(|it| it.total_capacity().unwrap()).collect();
    assert_eq!(capacities, wanted);
    assert!(found.iter().all(|it| it.uuid().is_some() && it.name().is_none() && it.state().is_none()));
    let mut count = QueryBackupStorage::new();
    count.count = Some(true);
    let total = zstack(&sim).call(&count).await.unwrap().total;
    assert_eq!(total, Some(i64::try_from(estate.backup_storages.len()).unwrap()));
}

/// A version that lacks an operation, parameter or field is told so, and nothing is sent.
#[tokio::test]
async fn what_a_version_lacks_is_not_sent() {
    let sim = Sim::builder().vb365("127.0.0.1:0").start().await.unwrap();
    let client = vb365(&sim, 5);
    let mut call = OrganizationGetStorageSpaceUsage::new("7665cf30-ee89-4d0d-a343-2776da77ed79");
    call.limit = Some(1);
    let error = client.call(&call).await.unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert!(error.to_string().contains("v6 and later"), "{error}");
    assert!(sim.requests().iter().all(|request| !request.path_and_query.contains("usedRepositories")));
}
