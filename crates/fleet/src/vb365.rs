//! VB365: what each organization uses, from both sides.
//!
//! `UsedRepositories` of an organization tells the most (cache, availability), but only of organizations that are
//! still added to the server; `BackedUpOrganizations` of a repository also tells of those that were removed and
//! whose backups are still there.

use std::collections::{BTreeMap, BTreeSet};

use backhaul_models::vb365::operations::{
    BackupRepositoryGetRepositories, BackupRepositoryGetRepositoryStorageUsage,
    ObjectStorageRepositoryGetObjectStorageRepositories, OrganizationGet, OrganizationGetCurrentOrganization,
    OrganizationGetStorageSpaceUsage,
};
use backhaul_models::vb365::{
    BackupRepository, BackupRepositoryStorageUsageInfo, ObjectStorageRepository, Organization,
    OrganizationStorageSpaceUsage,
};
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::{Client, Error};
use backhaul_wire::{Id, IdKey};
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::collect::Found;
use crate::problem::Problem;
use crate::row::{Row, known, sum};

/// How many listings of one server are under way at once.
const AT_ONCE: usize = 8;

pub(crate) async fn usage(server: &str, client: &Client) -> Result<Found, Error> {
    let client = &Vb365Client::try_from(client.clone())?;
    // Only an organization's own account gets an answer here, and such an account sees nothing else.
    match client.call(&OrganizationGetCurrentOrganization::new()).await {
        Ok(organization) => {
            let tenant = Tenant { id: organization.id, name: organization.name };
            let rows = organization_rows(server, client, &tenant, &Repositories::default()).await?;
            return Ok(Found { rows, own_account: true, ..Found::default() });
        }
        Err(error) if error.is_api() => {}
        Err(error) => return Err(error),
    }
    let repositories: Vec<BackupRepository> =
        client.list(&BackupRepositoryGetRepositories::new()).by_item().try_collect().await?;
    let mut found = Found::default();
    let repositories = Repositories::read(client, repositories, &mut found).await;
    let organizations: Vec<Organization> = client.list(&OrganizationGet::new()).by_item().try_collect().await?;
    let present: BTreeSet<IdKey> =
        organizations.iter().filter_map(|organization| Some(organization.id()?.key())).collect();

    let all = organizations.into_iter().map(|organization| {
        let tenant = Tenant { id: organization.id().cloned(), name: organization.name().map(str::to_owned) };
        let repositories = &repositories;
        async move { (organization_rows(server, client, &tenant, repositories).await, tenant) }
    });
    let mut all = stream::iter(all).buffered(AT_ONCE);
    while let Some((rows, tenant)) = all.next().await {
        if tenant.id.is_none() {
            let name = format!("organization {}", tenant.name.as_deref().unwrap_or("without a name"));
            found
                .problems
                .push(Problem::lacking(name, "it has no id, without which it cannot be asked for what it uses"));
        }
        match rows {
            Ok(rows) => found.rows.extend(rows),
            Err(error) => {
                let name = tenant.name.or(tenant.id.map(Id::into_string)).unwrap_or_default();
                found.problems.push(Problem::of(format!("organization {name}"), error));
            }
        }
    }
    let key = |id: &Option<String>| id.as_deref().map(IdKey::from);
    let told = found.rows.iter().filter_map(|row| Some((key(&row.repository_id)?, key(&row.tenant_id)?)));
    let told: BTreeSet<(IdKey, IdKey)> = told.collect();
    // Boxed, because the compiler cannot tell that a closure over references gives futures that may be sent.
    let all: Vec<BoxFuture<'_, _>> = repositories.by_id.values().map(|it| backed_up(client, it).boxed()).collect();
    let mut all = stream::iter(all).buffered(AT_ONCE);
    for (id, repository) in &repositories.by_id {
        let Some(backed_up) = all.next().await else { break };
        let mut any = found.rows.iter().any(|row| key(&row.repository_id).as_ref() == Some(id));
        let backed_up = backed_up.unwrap_or_else(|error| {
            let name = repository.name.as_deref().unwrap_or(id.as_str());
            found.problems.push(Problem::of(format!("organizations on repository {name}"), error));
            Vec::new()
        });
        for info in backed_up {
            if info.id.as_ref().is_some_and(|tenant| told.contains(&(id.clone(), tenant.key()))) {
                continue;
            }
            any = true;
            let object = known(info.object_storage_used_space_bytes);
            let state = info.id.as_ref().map(|id| if present.contains(&id.key()) { "present" } else { "removed" });
            let row = Row {
                tenant: info.name,
                tenant_id: info.id.map(Id::into_string),
                tenant_kind: Some("organization".to_owned()),
                tenant_state: state.map(str::to_owned),
                used_bytes: sum([known(info.used_space_bytes), object]),
                object_storage_bytes: object,
                cache_bytes: known(info.local_cache_used_space_bytes),
                ..repositories.row(server, Some(repository), None)
            };
            found.rows.push(row);
        }
        if !any {
            found.rows.push(repositories.row(server, Some(repository), None));
        }
    }
    drop(all);
    Ok(found)
}

async fn backed_up(
    client: &Vb365Client,
    repository: &BackupRepository,
) -> Result<Vec<BackupRepositoryStorageUsageInfo>, Error> {
    let call = BackupRepositoryGetRepositoryStorageUsage::new(repository.id.clone().unwrap_or_default());
    client.list(&call).by_item().try_collect().await
}

struct Tenant {
    id: Option<Id>,
    name: Option<String>,
}

/// The repositories of a server, and the object storage behind them.
#[derive(Default)]
struct Repositories {
    by_id: BTreeMap<IdKey, BackupRepository>,
    /// What each object storage holds, and the limit that is set for it, by its id.
    storages: BTreeMap<IdKey, (Option<i64>, Option<i64>)>,
}

impl Repositories {
    async fn read(client: &Vb365Client, repositories: Vec<BackupRepository>, found: &mut Found) -> Self {
        let by_id: BTreeMap<IdKey, BackupRepository> =
            repositories.into_iter().filter_map(|it| Some((it.id.as_ref()?.key(), it))).collect();
        let mut storages = BTreeMap::new();
        // From v8 on, the repository itself tells of its object storage.
        if by_id.values().any(|it| it.object_storage_id.is_some()) {
            let call = ObjectStorageRepositoryGetObjectStorageRepositories::new();
            let all: Result<Vec<ObjectStorageRepository>, Error> = client.list(&call).by_item().try_collect().await;
            match all {
                Ok(all) => storages.extend(all.iter().filter_map(|it| {
                    let limit = limit(it.size_limit_enabled(), it.size_limit_gb());
                    Some((it.id()?.key(), (known(it.used_space_bytes()), limit)))
                })),
                Err(error) if error.is_unsupported() => {}
                Err(error) => found.problems.push(Problem::of("object storage", error)),
            }
        }
        Self { by_id, storages }
    }

    /// A row with all that belongs to the repository.
    fn row(&self, server: &str, repository: Option<&BackupRepository>, id: Option<String>) -> Row {
        let mut row = Row {
            system: "vb365".to_owned(),
            server: server.to_owned(),
            repository: repository.and_then(|repository| repository.name.clone()),
            repository_id: repository.and_then(|r| r.id.clone()).map(Id::into_string).or(id),
            capacity_bytes: repository.and_then(|repository| known(repository.capacity_bytes)),
            free_bytes: repository.and_then(|repository| known(repository.free_space_bytes)),
            ..Row::default()
        };
        let Some(repository) = repository else { return row };
        let stated = match (&repository.object_storage, &repository.object_storage_id) {
            (Some(storage), _) => {
                Some((known(storage.used_space_bytes()), limit(storage.size_limit_enabled(), storage.size_limit_gb())))
            }
            (None, Some(id)) => Some(self.storages.get(&id.key()).copied().unwrap_or_default()),
            (None, None) => None,
        };
        row.object_storage = Some(stated.is_some());
        (row.object_storage_taken_bytes, row.object_storage_limit_bytes) = stated.unwrap_or_default();
        row
    }
}

/// The limit of an object storage, where one is set.
fn limit(enabled: Option<bool>, gigabytes: Option<i64>) -> Option<i64> {
    if enabled != Some(true) {
        return None;
    }
    gigabytes.filter(|limit| *limit > 0).and_then(|limit| limit.checked_mul(1 << 30))
}

async fn organization_rows(
    server: &str,
    client: &Vb365Client,
    tenant: &Tenant,
    repositories: &Repositories,
) -> Result<Vec<Row>, Error> {
    let Some(id) = &tenant.id else { return Ok(Vec::new()) };
    let call = OrganizationGetStorageSpaceUsage::new(id.clone());
    let used: Vec<OrganizationStorageSpaceUsage> = client.list(&call).by_item().try_collect().await?;
    let row = |used: OrganizationStorageSpaceUsage| {
        let repository_id = used.repository_id.or_else(|| {
            // Before v8 only the link says which repository it is.
            used.links.get("backupRepository").and_then(|link| link.href.as_deref()).and_then(Id::of_link)
        });
        let object = known(used.object_storage_used_space_bytes);
        let repository = repository_id.as_ref().and_then(|id| repositories.by_id.get(&id.key()));
        Row {
            tenant: tenant.name.clone(),
            tenant_id: tenant.id.clone().map(Id::into_string),
            tenant_kind: Some("organization".to_owned()),
            tenant_state: Some("present".to_owned()),
            used_bytes: sum([known(used.used_space_bytes), object]),
            object_storage_bytes: object,
            cache_bytes: known(used.local_cache_used_space_bytes),
            available: used.is_available,
            ..repositories.row(server, repository, repository_id.map(Id::into_string))
        }
    };
    Ok(used.into_iter().map(row).collect())
}
