//! VB365: what each organization uses, from both sides.
//!
//! `UsedRepositories` of an organization tells the most (cache, availability), but only of organizations that are still added to
//! the server; `BackedUpOrganizations` of a repository also tells of those that were removed and whose backups are still there.

use std::collections::{BTreeMap, BTreeSet};

use backhaul_models::vb365::operations::{
    BackupRepositoryGetRepositories, BackupRepositoryGetRepositoryStorageUsage, OrganizationGet,
    OrganizationGetCurrentOrganization, OrganizationGetStorageSpaceUsage,
};
use backhaul_models::vb365::{
    BackupRepository, BackupRepositoryStorageUsageInfo, Organization, OrganizationStorageSpaceUsage,
};
use backhaul_transport::{Client, Error};
use backhaul_wire::Id;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::row::{Row, known, sum};

/// How many listings of one server are under way at once.
const AT_ONCE: usize = 8;

pub(crate) async fn usage(server: &str, client: &Client) -> Result<Vec<Row>, Error> {
    // Only an organization's own account gets an answer here, and such an account sees nothing else.
    match client.call(&OrganizationGetCurrentOrganization::new()).await {
        Ok(organization) => {
            let tenant = Tenant { id: organization.id, name: organization.name };
            return organization_rows(server, client, &tenant, &BTreeMap::new()).await;
        }
        Err(error) if error.is_api() => {}
        Err(error) => return Err(error),
    }
    let repositories: Vec<BackupRepository> =
        client.list(&BackupRepositoryGetRepositories::new()).by_item().try_collect().await?;
    let repositories: BTreeMap<String, BackupRepository> =
        repositories.into_iter().filter_map(|r| Some((key(r.id.as_ref()?.as_str()), r))).collect();
    let organizations: Vec<Organization> = client.list(&OrganizationGet::new()).by_item().try_collect().await?;
    let all = organizations.into_iter().map(|organization| {
        let tenant = Tenant { id: organization.id().cloned(), name: organization.name().cloned() };
        let repositories = &repositories;
        async move { organization_rows(server, client, &tenant, repositories).await }
    });
    let mut rows: Vec<Row> = stream::iter(all).buffered(AT_ONCE).try_concat().await?;
    let told: BTreeSet<(String, String)> = rows
        .iter()
        .filter_map(|row| Some((key(row.repository_id.as_ref()?), row.tenant_id.clone().map(|id| key(&id))?)))
        .collect();
    let all = repositories.iter().map(|(id, repository)| async move {
        let call = BackupRepositoryGetRepositoryStorageUsage::new(repository.id.clone().unwrap_or_default());
        let backed_up: Vec<BackupRepositoryStorageUsageInfo> = client.list(&call).by_item().try_collect().await?;
        Ok::<_, Error>((id, repository, backed_up))
    });
    let seen_from_repositories: Vec<_> = stream::iter(all).buffered(AT_ONCE).try_collect().await?;
    for (id, repository, backed_up) in seen_from_repositories {
        let mut any = rows.iter().any(|row| row.repository_id.as_deref().is_some_and(|found| key(found) == *id));
        for info in backed_up {
            if info.id.as_ref().is_some_and(|tenant| told.contains(&(id.clone(), key(tenant.as_str())))) {
                continue;
            }
            any = true;
            let object = known(info.object_storage_used_space_bytes);
            let row = Row {
                tenant: info.name,
                tenant_id: info.id.map(Id::into_string),
                tenant_kind: Some("organization".to_owned()),
                used_bytes: sum([known(info.used_space_bytes), object]),
                object_storage_bytes: object,
                cache_bytes: known(info.local_cache_used_space_bytes),
                ..on(server, Some(repository), None)
            };
            rows.push(row);
        }
        if !any {
            rows.push(on(server, Some(repository), None));
        }
    }
    Ok(rows)
}

struct Tenant {
    id: Option<Id>,
    name: Option<String>,
}

async fn organization_rows(
    server: &str,
    client: &Client,
    tenant: &Tenant,
    repositories: &BTreeMap<String, BackupRepository>,
) -> Result<Vec<Row>, Error> {
    let Some(id) = &tenant.id else { return Ok(Vec::new()) };
    let call = OrganizationGetStorageSpaceUsage::new(id.clone());
    let used: Vec<OrganizationStorageSpaceUsage> = client.list(&call).by_item().try_collect().await?;
    let row = |used: OrganizationStorageSpaceUsage| {
        let repository_id = used.repository_id.map(Id::into_string).or_else(|| {
            // Before v8 only the link says which repository it is.
            used.links.get("backupRepository").and_then(|link| link.href.as_deref()).and_then(last_segment)
        });
        let object = known(used.object_storage_used_space_bytes);
        let repository = repository_id.as_ref().and_then(|id| repositories.get(&key(id)));
        Row {
            tenant: tenant.name.clone(),
            tenant_id: tenant.id.clone().map(Id::into_string),
            tenant_kind: Some("organization".to_owned()),
            used_bytes: sum([known(used.used_space_bytes), object]),
            object_storage_bytes: object,
            cache_bytes: known(used.local_cache_used_space_bytes),
            available: used.is_available,
            ..on(server, repository, repository_id)
        }
    };
    Ok(used.into_iter().map(row).collect())
}

/// A row with all that belongs to the repository.
fn on(server: &str, repository: Option<&BackupRepository>, id: Option<String>) -> Row {
    Row {
        system: "vb365".to_owned(),
        server: server.to_owned(),
        repository: repository.and_then(|repository| repository.name.clone()),
        repository_id: repository.and_then(|r| r.id.clone()).map(Id::into_string).or(id),
        capacity_bytes: repository.and_then(|repository| known(repository.capacity_bytes)),
        free_bytes: repository.and_then(|repository| known(repository.free_space_bytes)),
        ..Row::default()
    }
}

/// Ids come in any letter case.
fn key(id: &str) -> String {
    id.to_ascii_lowercase()
}

fn last_segment(href: &str) -> Option<String> {
    let path = href.split(['?', '#']).next().unwrap_or(href);
    path.trim_end_matches('/').rsplit('/').next().filter(|segment| !segment.is_empty()).map(str::to_owned)
}
