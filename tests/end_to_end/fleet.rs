//! The table of a fleet agrees with what the servers hold, counted anew and in the plainest way.

use backhaul_models::vb365::VERSIONS;
use std::collections::BTreeSet;

use backhaul_fleet::{Row, Server, usage};
use backhaul_sim::{EmRecord, Estate, Sim, TlsMode};
use backhaul_transport::Client;
use backhaul_wire::reflect::Scalar;
use backhaul_wire::{Id, System};

use crate::{em_json, options, sorted, vb365};

const MB: i64 = 1024 * 1024;

/// A row without its server's name, as text that can be compared and read.
fn line(row: &Row) -> String {
    let Row { system, tenant, tenant_id, tenant_kind, parent_tenant, repository, repository_id, .. } = row;
    let numbers = [
        row.used_bytes,
        row.object_storage_bytes,
        row.cache_bytes,
        row.quota_bytes,
        row.capacity_bytes,
        row.free_bytes,
    ];
    let available = row.available;
    format!(
        "{system} {tenant:?} {tenant_id:?} {tenant_kind:?} {parent_tenant:?} {repository:?} {repository_id:?} {numbers:?} {available:?}"
    )
}

fn lines(rows: &[Row]) -> Vec<String> {
    sorted(rows.iter().map(line).collect())
}

fn guid(id: &Id) -> String {
    id.as_str().rsplit(':').next().unwrap().to_owned()
}

/// A vendor's negative number means that it does not know.
fn known(bytes: Option<i64>) -> Option<i64> {
    bytes.filter(|bytes| *bytes >= 0)
}

fn em_rows(estate: &Estate) -> Vec<Row> {
    let em = &estate.em;
    let on = |wanted: Option<String>| {
        let mut row = Row::default();
        row.system = "em".to_owned();
        if let Some(wanted) = wanted {
            let it = em.repositories.iter().find(|it| guid(it.entity.uid.as_ref().unwrap()) == wanted).unwrap();
            row.repository = it.entity.name.clone();
            (row.capacity_bytes, row.free_bytes) = (known(it.entity.capacity), known(it.entity.free_space));
            row.repository_id = Some(wanted);
        }
        row
    };
    let mut rows = Vec::new();
    let mut used = BTreeSet::new();
    for tenant in em.tenants.iter().map(|it| &it.entity) {
        for quota in tenant.resources.iter().filter_map(|it| it.repository_quota.as_ref()) {
            let repository = guid(quota.repository_uid.as_ref().unwrap());
            used.insert(repository.clone());
            let mut row = on(Some(repository));
            row.tenant = tenant.name.clone();
            row.tenant_id = tenant.uid.as_ref().map(guid);
            row.tenant_kind = Some("tenant".to_owned());
            (row.used_bytes, row.quota_bytes) = (quota.used_quota.map(|mb| mb * MB), quota.quota.map(|mb| mb * MB));
            rows.push(row);
        }
    }
    for it in &em.subtenants {
        let subtenant = &it.entity;
        let quota = subtenant.repository_quota.as_ref().unwrap();
        let parent =
            em.tenants.iter().find(|tenant| guid(tenant.entity.uid.as_ref().unwrap()) == guid(&it.owner)).unwrap();
        let resource = parent.entity.resources.iter().find(|resource| resource.id == quota.tenant_resource_id);
        let repository = resource.and_then(|it| it.repository_quota.as_ref()).and_then(|it| it.repository_uid.as_ref());
        let mut row = on(repository.map(guid));
        row.tenant = subtenant.name.clone();
        row.tenant_id = subtenant.id.as_ref().map(guid);
        row.tenant_kind = Some("subtenant".to_owned());
        row.parent_tenant = parent.entity.name.clone();
        row.used_bytes = quota.used_quota_mb.map(|mb| mb * MB);
        row.quota_bytes = quota.quota_mb.filter(|_| quota.unlimited != Some(true)).map(|mb| mb * MB);
        rows.push(row);
    }
    for repository in &em.repositories {
        let id = guid(repository.entity.uid.as_ref().unwrap());
        if !used.contains(&id) {
            let mut row = on(Some(id.clone()));
            row.used_bytes = Some(backed_up(estate, &id));
            rows.push(row);
        }
    }
    rows
}

/// What the files of all backups on a repository take.
fn backed_up(estate: &Estate, repository: &str) -> i64 {
    let of = |kind: &'static str, owner: &str| {
        let owner = owner.to_owned();
        let is =
            move |it: &&EmRecord| it.entity().shape().name == kind && it.belongs_to.iter().any(|id| guid(id) == owner);
        estate.em.records.iter().filter(is)
    };
    let number = |it: &EmRecord| match it.entity().field("BackupSize").scalar() {
        Some(Scalar::Int(bytes)) => bytes,
        _ => 0,
    };
    let id = |it: &EmRecord| match it.entity().field("UID").scalar() {
        Some(Scalar::Text(uid)) => guid(&Id::from(uid)),
        _ => String::new(),
    };
    of("Backup", repository).flat_map(|backup| of("BackupFile", &id(backup))).map(number).sum()
}

/// What a version can tell: v3 knows of no object storage, and no version before v4 of a repository's id in the usage.
fn vb365_rows(estate: &Estate, version: u8) -> Vec<Row> {
    let vb365 = &estate.vb365;
    let mut rows = Vec::new();
    let on = |id: &Id| {
        let repository = vb365.repositories.iter().find(|it| it.id.as_ref().unwrap().same(id)).unwrap();
        let mut row = Row::default();
        row.system = "vb365".to_owned();
        row.repository = repository.name.clone();
        row.repository_id = repository.id.as_ref().map(|id| id.as_str().to_owned());
        row.capacity_bytes = known(repository.capacity_bytes);
        row.free_bytes = known(repository.free_space_bytes);
        row
    };
    for usage in &vb365.usage {
        // Who is gone has no row of its own organization: only the repository tells of the backups that stayed.
        let organization = vb365.organizations.iter().find(|it| it.id.as_ref().unwrap().same(&usage.organization_id));
        let removed = vb365.removed.iter().find(|(id, _)| id.same(&usage.organization_id));
        let mut row = on(usage.space.repository_id.as_ref().unwrap());
        row.tenant = organization.map_or_else(|| removed.map(|(_, name)| name.clone()), |it| it.name.clone());
        row.tenant_id = Some(usage.organization_id.as_str().to_owned());
        row.tenant_kind = Some("organization".to_owned());
        let local = usage.space.used_space_bytes.unwrap();
        // The repository's own listing tells them apart from v6 on.
        if version >= 6 || version >= 4 && organization.is_some() {
            let object = usage.space.object_storage_used_space_bytes.unwrap_or(0);
            (row.used_bytes, row.object_storage_bytes) = (Some(local + object), Some(object));
            row.cache_bytes = usage.space.local_cache_used_space_bytes.or(Some(0));
        } else {
            row.used_bytes = Some(local);
        }
        row.available = usage.space.is_available.filter(|_| organization.is_some());
        rows.push(row);
    }
    for repository in &vb365.repositories {
        let id = repository.id.as_ref().unwrap();
        if !vb365.usage.iter().any(|usage| usage.space.repository_id.as_ref().unwrap().same(id)) {
            rows.push(on(id));
        }
    }
    rows
}

fn zstack_rows(estate: &Estate) -> Vec<Row> {
    let row = |it: &backhaul_models::zstack::BackupStorage| {
        let mut row = Row::default();
        row.system = "zstack".to_owned();
        row.repository = it.name().map(str::to_owned);
        row.repository_id = it.uuid().map(|id| id.as_str().to_owned());
        (row.capacity_bytes, row.free_bytes) = (known(it.total_capacity()), known(it.available_capacity()));
        row.used_bytes = row.capacity_bytes.zip(row.free_bytes).map(|(capacity, free)| capacity - free);
        let is = |text: Option<&str>, wanted: &str| text == Some(wanted);
        let connected = is(it.status().map(|status| status.as_str()), "Connected");
        let enabled = is(it.state().map(|state| state.as_str()), "Enabled");
        row.available = it.status().is_some().then_some(connected && enabled);
        row
    };
    estate.zstack.backup_storages.iter().map(row).collect()
}

fn server(sim: &Sim, system: System, change: impl FnOnce(&mut backhaul_transport::Options)) -> Server {
    let mut options = options(sim, system);
    change(&mut options);
    named(Client::new(system, options).unwrap())
}

fn named(client: impl Into<Client>) -> Server {
    let client = client.into();
    Server { name: client.system().name().to_owned(), client }
}

#[tokio::test]
async fn all_three_systems_at_once() {
    for estate in [Estate::demo(), Estate::scaled(333)] {
        let sim = Sim::builder().tls(TlsMode::NoTls).estate(estate.clone()).start().await.unwrap();
        let servers: Vec<_> = System::ALL.into_iter().map(|system| server(&sim, system, |_| {})).collect();
        let found = usage(&servers).await;
        assert!(found.failed.is_empty(), "{:?}", found.failed);
        let wanted = [em_rows(&estate), vb365_rows(&estate, 8), zstack_rows(&estate)].concat();
        assert!(wanted.len() > 30);
        assert_eq!(lines(&found.rows), lines(&wanted));
        assert!(found.rows.iter().all(|row| row.server == row.system), "each row names its server");
    }
}

#[tokio::test]
async fn enterprise_manager_in_json() {
    let estate = Estate::demo();
    let sim = Sim::builder().em("127.0.0.1:0").start().await.unwrap();
    let found = usage(&[named(em_json(&sim))]).await;
    assert_eq!(lines(&found.rows), lines(&em_rows(&estate)));
}

#[tokio::test]
async fn vb365_tells_the_same_in_every_version() {
    let estate = Estate::demo();
    let sim = Sim::builder().vb365("127.0.0.1:0").start().await.unwrap();
    for version in VERSIONS {
        let server = named(vb365(&sim, version));
        let found = usage(&[server]).await;
        assert!(found.failed.is_empty(), "v{version}: {:?}", found.failed);
        assert_eq!(lines(&found.rows), lines(&vb365_rows(&estate, version)), "v{version}");
    }
}

/// An organization's own account sees its own rows, without what only an administrator is told of the repositories.
#[tokio::test]
async fn an_organizations_own_account() {
    let estate = Estate::demo();
    let sim = Sim::builder().vb365("127.0.0.1:0").start().await.unwrap();
    let server = server(&sim, System::Vb365, |options| options.user = "admin@abc.onmicrosoft.com".to_owned());
    let found = usage(&[server]).await;
    assert!(found.failed.is_empty(), "{:?}", found.failed);
    let short = |rows: &[Row]| {
        sorted(
            rows.iter().map(|row| format!("{:?} {:?} {:?}", row.tenant, row.repository_id, row.used_bytes)).collect(),
        )
    };
    let mut wanted = vb365_rows(&estate, 8);
    wanted.retain(|row| row.tenant.as_deref() == Some("abc.onmicrosoft.com"));
    assert_eq!(wanted.len(), 3);
    assert_eq!(short(&found.rows), short(&wanted));
}

/// What subtenants use is inside what their tenants use.
#[tokio::test]
async fn sums() {
    let estate = Estate::scaled(200);
    let sim = Sim::builder().em("127.0.0.1:0").estate(estate).start().await.unwrap();
    let found = usage(&[server(&sim, System::Em, |_| {})]).await;
    let sum = |kind: &str| -> i64 {
        found
            .rows
            .iter()
            .filter(|row| row.tenant_kind.as_deref() == Some(kind))
            .map(|row| row.used_bytes.unwrap())
            .sum()
    };
    assert!(sum("tenant") > 0);
    assert_eq!(sum("tenant"), sum("subtenant"));
}

#[tokio::test]
async fn a_server_that_fails_does_not_take_the_others_with_it() {
    let estate = Estate::demo();
    let sim = Sim::builder().tls(TlsMode::NoTls).start().await.unwrap();
    let servers = [
        server(&sim, System::Em, |options| options.password = "wrong".into()),
        server(&sim, System::Vb365, |_| {}),
        server(&sim, System::Zstack, |options| options.url = sim.url(System::Em).unwrap().parse().unwrap()),
    ];
    let found = usage(&servers).await;
    assert_eq!(lines(&found.rows), lines(&vb365_rows(&estate, 8)));
    let failed: Vec<_> = found
        .failed
        .iter()
        .map(|(name, error)| (name.as_str(), error.is_logon_refused(), error.is_wrong_product()))
        .collect();
    assert_eq!(failed, [("em", true, false), ("zstack", false, true)]);
}

/// A fleet that names one server twice does not count it twice.
#[tokio::test]
async fn a_server_named_twice_is_counted_once() {
    let estate = Estate::demo();
    let sim = Sim::builder().tls(TlsMode::NoTls).start().await.unwrap();
    for (system, wanted) in [
        (System::Em, em_rows(&estate)),
        (System::Vb365, vb365_rows(&estate, 8)),
        (System::Zstack, zstack_rows(&estate)),
    ] {
        let found = usage(&[server(&sim, system, |_| {}), server(&sim, system, |_| {})]).await;
        assert_eq!(lines(&found.rows), lines(&wanted), "{system}");
    }
}
