//! Enterprise Manager: cloud tenants by their quotas on repositories, subtenants inside them.

use std::collections::BTreeMap;

use backhaul_filter::em::{
    CloudSubtenant as CloudSubtenantQuery, CloudTenant as CloudTenantQuery, Repository as RepositoryQuery,
};
use backhaul_models::em::{CloudSubtenant, CloudTenant, Link, Repository};
use backhaul_transport::em::EmQuery;
use backhaul_transport::{Client, Error, em::EmClient};
use futures_util::{TryStreamExt, try_join};

use crate::row::{Row, from_mb, known};

pub(crate) async fn usage(server: &str, client: &Client) -> Result<Vec<Row>, Error> {
    let em = EmClient::from(client.clone());
    let (repositories, tenants, subtenants): (Vec<Repository>, Vec<CloudTenant>, Vec<CloudSubtenant>) =
        try_join!(all::<RepositoryQuery>(&em), all::<CloudTenantQuery>(&em), all::<CloudSubtenantQuery>(&em))?;
    let mut table = Table { server, repositories: BTreeMap::new(), resources: BTreeMap::new(), rows: Vec::new() };
    for repository in repositories {
        if let Some(id) = repository.uid.as_ref().map(|uid| key(uid.guid().unwrap_or(uid.as_str()))) {
            table.repositories.insert(id, repository);
        }
    }
    for tenant in &tenants {
        table.tenant(tenant);
    }
    for subtenant in &subtenants {
        table.subtenant(subtenant);
    }
    table.unused();
    Ok(table.rows)
}

async fn all<Q: EmQuery>(em: &EmClient) -> Result<Vec<Q::Entity>, Error> {
    em.query::<Q>().by_item()?.try_collect().await
}

struct Table<'a> {
    server: &'a str,
    /// By GUID.
    repositories: BTreeMap<String, Repository>,
    /// The repository and the tenant of each tenant's storage quota, by the quota's id.
    resources: BTreeMap<String, (String, Option<String>)>,
    rows: Vec<Row>,
}

impl Table<'_> {
    fn tenant(&mut self, tenant: &CloudTenant) {
        let id = tenant.uid.as_ref().map(|uid| uid.guid().unwrap_or(uid.as_str()).to_owned());
        for resource in &tenant.resources {
            let Some(quota) = &resource.repository_quota else { continue };
            let repository = quota.repository_uid.as_ref().map(|uid| key(uid.guid().unwrap_or(uid.as_str())));
            if let (Some(resource), Some(repository)) = (&resource.id, &repository) {
                self.resources.insert(key(resource.as_str()), (repository.clone(), tenant.name.clone()));
            }
            let row = Row {
                tenant: tenant.name.clone(),
                tenant_id: id.clone(),
                tenant_kind: Some("tenant".to_owned()),
                used_bytes: from_mb(quota.used_quota),
                quota_bytes: from_mb(quota.quota),
                ..self.on(repository)
            };
            self.rows.push(row);
        }
    }

    fn subtenant(&mut self, subtenant: &CloudSubtenant) {
        let Some(quota) = &subtenant.repository_quota else { return };
        let resource = quota.tenant_resource_id.as_ref().and_then(|id| self.resources.get(&key(id.as_str()))).cloned();
        let up = subtenant.links.iter().find(|link| is_up_to(link, "CloudTenant")).and_then(|link| link.name.clone());
        let (repository, parent) = resource.map_or((None, None), |(repository, tenant)| (Some(repository), tenant));
        let row = Row {
            tenant: subtenant.name.clone(),
            tenant_id: subtenant.id.as_ref().map(|id| id.as_str().to_owned()),
            tenant_kind: Some("subtenant".to_owned()),
            parent_tenant: up.or(parent),
            used_bytes: from_mb(quota.used_quota_mb),
            // An unlimited subtenant's number is what it was before; its tenant's quota is the limit.
            quota_bytes: if quota.unlimited == Some(true) { None } else { from_mb(quota.quota_mb) },
            ..self.on(repository)
        };
        self.rows.push(row);
    }

    /// Repositories that no tenant has a quota on.
    fn unused(&mut self) {
        let used: std::collections::BTreeSet<String> =
            self.rows.iter().filter_map(|row| row.repository_id.clone()).collect();
        let unused: Vec<String> = self.repositories.keys().filter(|id| !used.contains(*id)).cloned().collect();
        for id in unused {
            let row = self.on(Some(id));
            // A repository's volume may hold more than backups: what is taken of it is not what backups use.
            self.rows.push(row);
        }
    }

    /// A row with all that belongs to the repository.
    fn on(&self, id: Option<String>) -> Row {
        let repository = id.as_ref().and_then(|id| self.repositories.get(id));
        Row {
            system: "em".to_owned(),
            server: self.server.to_owned(),
            repository: repository.and_then(|repository| repository.name.clone()),
            repository_id: id,
            capacity_bytes: repository.and_then(|repository| known(repository.capacity)),
            free_bytes: repository.and_then(|repository| known(repository.free_space)),
            ..Row::default()
        }
    }
}

fn is_up_to(link: &Link, kind: &str) -> bool {
    let of_kind = link.r#type.as_deref().is_some_and(|found| found.trim_end_matches("Reference") == kind);
    of_kind && link.rel.as_deref() == Some("Up")
}

/// Ids come in any letter case.
fn key(id: &str) -> String {
    id.to_ascii_lowercase()
}
