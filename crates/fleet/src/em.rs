//! Enterprise Manager: cloud tenants by their quotas on repositories, subtenants inside them; repositories of which
//! no tenant has a part, by the files of the backups on them.

mod backups;

use std::collections::{BTreeMap, BTreeSet};

use backhaul_filter::em::{
    CloudSubtenant as CloudSubtenantQuery, CloudTenant as CloudTenantQuery, Repository as RepositoryQuery,
};
use backhaul_models::em::{CloudSubtenant, CloudTenant, Link, Repository};
use backhaul_transport::em::EmQuery;
use backhaul_transport::{Client, Error, em::EmClient};
use backhaul_wire::{Id, IdKey};
use futures_util::TryStreamExt;

use self::backups::Backups;
use crate::Level;
use crate::collect::Found;
use crate::problem::Problem;
use crate::row::{Row, from_mb, known};

pub(crate) async fn usage(server: &str, client: &Client, level: Level) -> Result<Found, Error> {
    let em = EmClient::try_from(client.clone())?;
    if matches!(level, Level::Job | Level::Computer) {
        let repositories: Vec<Repository> = all::<RepositoryQuery>(&em).await?;
        let mut table = Table::new(server, repositories);
        table.backups(&em, level).await;
        return Ok(table.found);
    }
    // One question after the other, over the connection that the logon opened: side by side each would pay for a
    // connection of its own, which takes as long as an answer. Without repositories there is nothing to hang a row on.
    let mut table = Table::new(server, without_links::<RepositoryQuery>(&em).await?);
    match tenants(&em).await {
        Ok((tenants, subtenants)) => {
            tenants.iter().for_each(|tenant| table.tenant(tenant));
            subtenants.iter().for_each(|subtenant| table.subtenant(subtenant));
        }
        Err(error) => table.found.problems.push(Problem::of("cloud tenants", error)),
    }
    table.unused(&em).await;
    Ok(table.found)
}

/// Tenants and their subtenants, whose quotas are parts of their tenants' quotas: both or neither.
async fn tenants(em: &EmClient) -> Result<(Vec<CloudTenant>, Vec<CloudSubtenant>), Error> {
    let tenants: Vec<CloudTenant> = without_links::<CloudTenantQuery>(em).await?;
    // Nobody is inside of nothing.
    let subtenants = if tenants.is_empty() { Vec::new() } else { all::<CloudSubtenantQuery>(em).await? };
    Ok((tenants, subtenants))
}

async fn all<Q: EmQuery>(em: &EmClient) -> Result<Vec<Q::Entity>, Error> {
    em.query::<Q>().by_item()?.try_collect().await
}

async fn without_links<Q: EmQuery>(em: &EmClient) -> Result<Vec<Q::Entity>, Error> {
    em.query::<Q>().without_links().by_item()?.try_collect().await
}

struct Table<'a> {
    server: &'a str,
    repositories: BTreeMap<IdKey, Repository>,
    /// The repository and the tenant of each tenant's storage quota, by the quota's id.
    resources: BTreeMap<IdKey, (IdKey, Option<String>)>,
    found: Found,
}

impl<'a> Table<'a> {
    fn new(server: &'a str, repositories: Vec<Repository>) -> Self {
        let repositories = repositories.into_iter().filter_map(|it| Some((it.uid.as_ref()?.key(), it))).collect();
        Self { server, repositories, resources: BTreeMap::new(), found: Found::default() }
    }

    fn tenant(&mut self, tenant: &CloudTenant) {
        let id = tenant.uid.as_ref().map(|uid| uid.guid().unwrap_or(uid.as_str()).to_owned());
        for (at, resource) in tenant.resources.iter().enumerate() {
            let Some(quota) = &resource.repository_quota else { continue };
            let repository = quota.repository_uid.as_ref().map(Id::key);
            if let (Some(resource), Some(repository)) = (&resource.id, &repository) {
                self.resources.insert(resource.key(), (repository.clone(), tenant.name.clone()));
            }
            let row = Row {
                tenant: tenant.name.clone(),
                tenant_id: id.clone(),
                tenant_kind: Some("tenant".to_owned()),
                tenant_state: Some("present".to_owned()),
                // Two quotas without an id are two quotas, not one.
                quota_id: Some(resource.id.as_ref().map_or_else(|| format!("#{at}"), |id| id.as_str().to_owned())),
                used_bytes: from_mb(quota.used_quota),
                quota_bytes: from_mb(quota.quota),
                ..self.on(repository)
            };
            self.found.rows.push(row);
        }
    }

    fn subtenant(&mut self, subtenant: &CloudSubtenant) {
        let Some(quota) = &subtenant.repository_quota else { return };
        let resource = quota.tenant_resource_id.as_ref().and_then(|id| self.resources.get(&id.key())).cloned();
        let up = link_up(&subtenant.links, "CloudTenant").and_then(|link| link.name.clone());
        let (repository, parent) = resource.map_or((None, None), |(repository, tenant)| (Some(repository), tenant));
        let row = Row {
            tenant: subtenant.name.clone(),
            tenant_id: subtenant.id.as_ref().map(|id| id.as_str().to_owned()),
            tenant_kind: Some("subtenant".to_owned()),
            tenant_state: Some("present".to_owned()),
            parent_tenant: up.or(parent),
            quota_id: quota.tenant_resource_id.as_ref().map(|id| id.as_str().to_owned()),
            used_bytes: from_mb(quota.used_quota_mb),
            // An unlimited subtenant's number is what it was before; its tenant's quota is the limit.
            quota_bytes: if quota.unlimited == Some(true) { None } else { from_mb(quota.quota_mb) },
            ..self.on(repository)
        };
        self.found.rows.push(row);
    }

    /// Repositories of which no tenant has a part: what the backups on them take.
    async fn unused(&mut self, em: &EmClient) {
        let used: BTreeSet<&str> = self.found.rows.iter().filter_map(|row| row.repository_id.as_deref()).collect();
        let unused = self.repositories.keys().filter(|id| !used.contains(id.as_str()));
        let unused: BTreeSet<IdKey> = unused.cloned().collect();
        if unused.is_empty() {
            return;
        }
        let backups = Backups::on(em, &unused).await;
        for id in unused {
            // A repository's volume may hold more than backups: what is taken of it is not what backups use.
            let used = backups.as_ref().ok().and_then(|backups| backups.on_repository(&id));
            let row = Row { used_bytes: used, ..self.on(Some(id)) };
            self.found.rows.push(row);
        }
        if let Err(error) = backups {
            self.found.problems.push(Problem::of("backups and their files", error));
        }
    }

    /// Each repository by the jobs or computers whose backups are on it.
    async fn backups(&mut self, em: &EmClient, level: Level) {
        let read = async {
            let backups = Backups::all(em).await?;
            let computers = if level == Level::Computer { Some(backups::computers(em).await?) } else { None };
            Ok(backups.items(computers.as_ref()))
        };
        let (items, problem) = match read.await {
            Ok(items) => (items, None),
            Err(error) => (Vec::new(), Some(Problem::of("backups and their files", error))),
        };
        let mut seen = BTreeSet::new();
        for item in items {
            seen.extend(item.repository.clone());
            let row = Row {
                item: item.name,
                item_id: item.id,
                item_kind: Some(item.kind.to_owned()),
                used_bytes: item.bytes,
                ..self.on(item.repository)
            };
            self.found.rows.push(row);
        }
        let empty: Vec<IdKey> = self.repositories.keys().filter(|id| !seen.contains(*id)).cloned().collect();
        for id in empty {
            let used_bytes = if problem.is_none() { Some(0) } else { None };
            let row = Row { used_bytes, ..self.on(Some(id)) };
            self.found.rows.push(row);
        }
        self.found.problems.extend(problem);
    }

    /// A row with all that belongs to the repository.
    fn on(&self, id: Option<IdKey>) -> Row {
        let repository = id.as_ref().and_then(|id| self.repositories.get(id));
        Row {
            system: "em".to_owned(),
            server: self.server.to_owned(),
            repository: repository.and_then(|repository| repository.name.clone()),
            repository_id: id.map(|id| id.as_str().to_owned()),
            capacity_bytes: repository.and_then(|repository| known(repository.capacity)),
            free_bytes: repository.and_then(|repository| known(repository.free_space)),
            ..Row::default()
        }
    }
}

/// The link up to what an entity belongs to.
fn link_up<'a>(links: &'a [Link], kind: &str) -> Option<&'a Link> {
    links.iter().find(|link| {
        let of_kind = link.r#type.as_deref().is_some_and(|found| found.trim_end_matches("Reference") == kind);
        of_kind && link.rel.as_deref() == Some("Up")
    })
}

/// The id of what a link leads to.
fn target(link: &Link) -> Option<IdKey> {
    link.href.as_deref().and_then(Id::of_link).map(|id| id.key())
}
