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
            table.unused(&em).await;
        }
        Err(error) => {
            table.found.problems.push(Problem::of("cloud tenants", error));
            // Nobody knows which repositories tenants have a part of: what backups take there is not told instead.
            table.rest(|_| None);
        }
    }
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
    /// Repositories that cannot be told from others: without a UID, or with another one's.
    others: Vec<Repository>,
    /// The repository and the tenant of each tenant's storage quota, by the quota's id.
    resources: BTreeMap<IdKey, (IdKey, Option<String>)>,
    found: Found,
}

impl<'a> Table<'a> {
    fn new(server: &'a str, repositories: Vec<Repository>) -> Self {
        let (mut known, mut others) = (BTreeMap::new(), Vec::new());
        for repository in repositories {
            match repository.uid.as_ref().map(Id::key) {
                // The default repository of every Backup & Replication server has one and the same id.
                Some(key) if !known.contains_key(&key) => drop(known.insert(key, repository)),
                _ => others.push(repository),
            }
        }
        Self { server, repositories: known, others, resources: BTreeMap::new(), found: Found::default() }
    }

    fn tenant(&mut self, tenant: &CloudTenant) {
        let id = tenant.uid.as_ref().map(|uid| uid.guid().unwrap_or(uid.as_str()).to_owned());
        for (at, resource) in tenant.resources.iter().enumerate() {
            let Some(quota) = &resource.repository_quota else { continue };
            let repository = quota.repository_uid.as_ref().map(Id::key);
            let resource = resource.id.clone().or_else(|| resource.href.as_deref().and_then(Id::of_link));
            if let (Some(resource), Some(repository)) = (&resource, &repository) {
                self.resources.insert(resource.key(), (repository.clone(), tenant.name.clone()));
            }
            let row = Row {
                tenant: tenant.name.clone(),
                tenant_id: id.clone(),
                tenant_kind: Some("tenant".to_owned()),
                tenant_state: Some("present".to_owned()),
                // Two quotas without an id are two quotas, not one.
                quota_id: Some(resource.map_or_else(|| format!("#{at}"), Id::into_string)),
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
        let unused: BTreeSet<IdKey> = self.without_rows().cloned().collect();
        if unused.is_empty() {
            return self.rest(|_| None);
        }
        // A repository's volume may hold more than backups: what is taken of it is not what backups use.
        match Backups::on(em, &unused).await {
            Ok(backups) => {
                let sums = backups.by_repository();
                self.rest(|id| sums.of(id));
            }
            Err(error) => {
                self.rest(|_| None);
                self.found.problems.push(Problem::of("backups and their files", error));
            }
        }
    }

    fn without_rows(&self) -> impl Iterator<Item = &IdKey> {
        let used: BTreeSet<&str> = self.found.rows.iter().filter_map(|row| row.repository_id.as_deref()).collect();
        self.repositories.keys().filter(move |id| !used.contains(id.as_str()))
    }

    /// A row for each repository that has none yet, with what is used there.
    fn rest(&mut self, used: impl Fn(&IdKey) -> Option<i64>) {
        let twins: BTreeSet<IdKey> = self.others.iter().filter_map(|it| Some(it.uid.as_ref()?.key())).collect();
        let row = |id: &IdKey| {
            // What is said of one UID is of both who have it.
            let used_bytes = if twins.contains(id) { None } else { used(id) };
            Row { used_bytes, ..self.on(Some(id.clone())) }
        };
        let rows: Vec<Row> = self.without_rows().map(row).collect();
        self.found.rows.extend(rows);
        for (at, repository) in self.others.iter().enumerate() {
            // A name that no UID has tells it from the one that it shares its UID with.
            let id = repository.uid.as_ref().map(|uid| format!("{}#{}", uid.as_str(), at + 2));
            let row = Row { repository_id: id, ..of(self.server, repository) };
            self.found.rows.push(row);
            let name = repository.name.as_deref().unwrap_or("without a name");
            let what = "has no UID, or another repository's: what is used there cannot be told from the other's";
            self.found.problems.push(Problem::lacking(format!("repository {name}"), what));
        }
    }

    /// Each repository by the jobs or computers whose backups are on it.
    async fn backups(&mut self, em: &EmClient, level: Level) {
        let read = async {
            let backups = Backups::all(em).await?;
            let computers = if level == Level::Computer { Some(backups::computers(em).await?) } else { None };
            Ok((backups.items(computers.as_ref()), backups.misplaced))
        };
        // What lies nobody knows where may lie anywhere.
        let (items, nothing, problem) = match read.await {
            Ok((items, misplaced)) => (items, if misplaced { None } else { Some(0) }, None),
            Err(error) => (Vec::new(), None, Some(Problem::of("backups and their files", error))),
        };
        for item in items {
            let row = Row {
                item: item.name,
                item_id: item.id,
                item_kind: Some(item.kind.to_owned()),
                used_bytes: item.bytes,
                ..self.on(item.repository)
            };
            self.found.rows.push(row);
        }
        self.rest(|_| nothing);
        self.found.problems.extend(problem);
    }

    /// A row with all that belongs to the repository.
    fn on(&self, id: Option<IdKey>) -> Row {
        let repository = id.as_ref().and_then(|id| self.repositories.get(id));
        let none = Repository::default();
        Row { repository_id: id.map(|id| id.as_str().to_owned()), ..of(self.server, repository.unwrap_or(&none)) }
    }
}

/// A row with what is known of a repository but its id.
fn of(server: &str, repository: &Repository) -> Row {
    Row {
        system: "em".to_owned(),
        server: server.to_owned(),
        repository: repository.name.clone(),
        capacity_bytes: known(repository.capacity),
        free_bytes: known(repository.free_space),
        ..Row::default()
    }
}

/// The link up to what an entity belongs to.
fn link_up<'a>(links: &'a [Link], kind: &str) -> Option<&'a Link> {
    links.iter().find(|link| {
        let of_kind = link.r#type.as_deref().is_some_and(|found| found.trim_end_matches("Reference") == kind);
        of_kind && link.rel.as_deref().is_some_and(|rel| rel.eq_ignore_ascii_case("Up"))
    })
}

/// The id of what a link leads to.
fn target(link: &Link) -> Option<IdKey> {
    link.href.as_deref().and_then(Id::of_link).map(|id| id.key())
}
