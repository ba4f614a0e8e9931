//! Over however many pages, every item comes once.

use backhaul_filter::em::{CloudSubtenant, CloudTenant};
use backhaul_models::vb365::VERSIONS;
use backhaul_models::vb365::operations::{OrganizationGet, OrganizationGetStorageSpaceUsage};
use backhaul_models::zstack::operations::QueryBackupStorage;
use backhaul_sim::{Estate, Sim, TlsMode};
use backhaul_wire::{Call, System};
use futures_util::TryStreamExt;

use crate::{em, em_json, sorted, vb365, zstack};

const MANY: usize = 211;

async fn large() -> (Sim, Estate) {
    let estate = Estate::scaled(MANY);
    (Sim::builder().tls(TlsMode::NoTls).estate(estate.clone()).start().await.unwrap(), estate)
}

fn count(sim: &Sim, system: System, part: &str) -> usize {
    let requests = sim.requests();
    requests.iter().filter(|request| request.system == system && request.path_and_query.contains(part)).count()
}

#[tokio::test]
async fn enterprise_manager() {
    let (sim, estate) = large().await;
    let wanted = sorted(estate.em.subtenants.iter().map(|it| it.entity.id.clone().unwrap().into_string()).collect());
    assert_eq!(wanted.len(), MANY);
    let mut before = 0;
    for size in [7, 100, 211, 5000] {
        for em in [em(&sim), em_json(&sim)] {
            let items =
                em.query::<CloudSubtenant>().sort(CloudSubtenant::NAME.asc()).page_size(size).by_item().unwrap();
            let ids: Vec<_> = items.map_ok(|item| item.id.unwrap().into_string()).try_collect().await.unwrap();
            assert_eq!(sorted(ids), wanted, "pages of {size}");
            let pages = MANY.div_ceil(usize::try_from(size).unwrap());
            let asked = count(&sim, System::Em, "/api/query");
            assert_eq!(asked - before, pages, "pages of {size}");
            before = asked;
        }
    }
    let pages = em(&sim).query::<CloudSubtenant>().page_size(50).by_page().unwrap();
    let pages: Vec<_> = pages.try_collect().await.unwrap();
    let sizes: Vec<_> = pages.iter().map(|page| page.resources.as_ref().unwrap().cloud_subtenants.len()).collect();
    assert_eq!(sizes, [50, 50, 50, 50, 11]);
    let numbers: Vec<_> = pages.iter().map(|page| page.paging_info.as_ref().unwrap().page_num.unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}

/// The filter stands in the links to the next pages, entity-escaped and raw as the documents have it.
#[tokio::test]
async fn enterprise_manager_with_a_filter_that_needs_escapes() {
    let mut estate = Estate::scaled(60);
    for (number, it) in estate.em.subtenants.iter_mut().enumerate() {
        let kind = if number % 2 == 0 { "a+b \"c\" & <d>;e=1,(é)" } else { "other" };
        it.entity.name = Some(format!("{kind} {number:02}"));
    }
    let sim = Sim::builder().em("127.0.0.1:0").tls(TlsMode::NoTls).estate(estate).start().await.unwrap();
    for em in [em(&sim), em_json(&sim)] {
        let filter = CloudSubtenant::NAME.ne("other 01") & CloudSubtenant::CLOUD_TENANT_NAME.eq("tenant-0000");
        let items = em.query::<CloudSubtenant>().filter(filter).page_size(7).by_item().unwrap();
        let names: Vec<_> = items.map_ok(|item| item.name.unwrap()).try_collect().await.unwrap();
        assert_eq!(names.len(), 49);
        let filter = CloudSubtenant::NAME.eq("a+b \"c\" & <d>;e=1,(é) 04")
            | CloudSubtenant::NAME.eq("a+b \"c\" & <d>;e=1,(é) 06");
        let items = em.query::<CloudSubtenant>().filter(filter).page_size(1).by_item().unwrap();
        let names: Vec<_> = items.map_ok(|item| item.name.unwrap()).try_collect().await.unwrap();
        assert_eq!(sorted(names), ["a+b \"c\" & <d>;e=1,(é) 04", "a+b \"c\" & <d>;e=1,(é) 06"]);
    }
}

#[tokio::test]
async fn an_empty_listing() {
    let sim = Sim::builder().tls(TlsMode::NoTls).estate(Estate::default()).start().await.unwrap();
    for em in [em(&sim), em_json(&sim)] {
        let none: Vec<_> = em.query::<CloudTenant>().by_item().unwrap().try_collect().await.unwrap();
        assert!(none.is_empty());
    }
    for version in VERSIONS {
        let none: Vec<_> = vb365(&sim, version).list(&OrganizationGet::new()).by_item().try_collect().await.unwrap();
        assert!(none.is_empty(), "v{version}");
    }
    let none: Vec<_> = zstack(&sim).list(&QueryBackupStorage::new()).by_item().try_collect().await.unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn vb365_pages_and_bare_arrays() {
    let mut estate = Estate::demo();
    let scaled = Estate::scaled(MANY);
    estate.vb365 = scaled.vb365;
    let sim = Sim::builder().vb365("127.0.0.1:0").tls(TlsMode::NoTls).estate(estate.clone()).start().await.unwrap();
    let wanted = sorted(estate.vb365.organizations.iter().map(|it| it.id.clone().unwrap().into_string()).collect());
    assert!(wanted.len() > 40);
    for version in VERSIONS {
        let client = vb365(&sim, version);
        let mut call = OrganizationGet::new();
        let limit = OrganizationGet::OPERATION.params.iter().find(|param| param.name == "limit").unwrap();
        let has_pages = limit.versions.contains(backhaul_wire::ApiVersion::new(version));
        call.limit = has_pages.then_some(9);
        let pages: Vec<_> = client.list(&call).by_page().try_collect().await.unwrap();
        assert_eq!(pages.len(), if has_pages { wanted.len().div_ceil(9) } else { 1 }, "v{version}");
        let items: Vec<_> = client.list(&call).by_item().try_collect().await.unwrap();
        assert_eq!(
            sorted(items.into_iter().map(|it| it.id().cloned().unwrap().into_string()).collect()),
            wanted,
            "v{version}"
        );
        // Without a limit the client asks for large pages by itself: the server's own default is 30.
        let items: Vec<_> = client.list(&OrganizationGet::new()).by_item().try_collect().await.unwrap();
        assert_eq!(items.len(), wanted.len(), "v{version}");
    }
}

#[tokio::test]
async fn vb365_pages_of_one() {
    let sim = Sim::builder().vb365("127.0.0.1:0").tls(TlsMode::NoTls).start().await.unwrap();
    let estate = Estate::demo().vb365;
    let organization = estate.organizations[1].id.clone().unwrap();
    let wanted: Vec<_> = estate
        .usage
        .iter()
        .filter(|row| row.organization_id == organization)
        .map(|row| row.space.used_space_bytes)
        .collect();
    assert!(wanted.len() > 2);
    for version in 6..=8 {
        let mut call = OrganizationGetStorageSpaceUsage::new(organization.clone());
        call.limit = Some(1);
        let items: Vec<_> = vb365(&sim, version).list(&call).by_item().try_collect().await.unwrap();
        assert_eq!(items.iter().map(|it| it.used_space_bytes).collect::<Vec<_>>(), wanted, "v{version}");
    }
}

#[tokio::test]
async fn zstack_by_start_and_limit() {
    let (sim, estate) = large().await;
    let wanted =
        sorted(estate.zstack.backup_storages.iter().map(|it| it.uuid().unwrap().as_str().to_owned()).collect());
    for limit in [None, Some(10), Some(211), Some(1)] {
        let mut call = QueryBackupStorage::new();
        call.limit = limit;
        let items: Vec<_> = zstack(&sim).list(&call).by_item().try_collect().await.unwrap();
        assert_eq!(
            sorted(items.into_iter().map(|it| it.uuid().unwrap().as_str().to_owned()).collect()),
            wanted,
            "{limit:?}"
        );
    }
    let mut call = QueryBackupStorage::new();
    (call.limit, call.start) = (Some(100), Some(200));
    let items: Vec<_> = zstack(&sim).list(&call).by_item().try_collect().await.unwrap();
    assert_eq!(items.len(), MANY - 200, "a start of the caller's own is where the listing starts");
    let pages: Vec<_> = zstack(&sim).list(&QueryBackupStorage::new()).by_page().try_collect().await.unwrap();
    assert_eq!(pages.len(), 1);
}
