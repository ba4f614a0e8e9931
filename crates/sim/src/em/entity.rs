//! Entities and references to them, with their links.

use backhaul_models::em::{BackupServer, CloudSubtenant, CloudTenant, EntityRef, Link, Repository};
use backhaul_wire::{Id, Struct};
use http::StatusCode;

use super::links::{link, named};
use super::{Call, Em, Refusal, guid};
use crate::estate::Owned;
use crate::message::Reply;

/// A key resource: what its reference and its entity have in common.
struct Key<'a> {
    kind: &'static str,
    href: String,
    name: Option<&'a str>,
    uid: Option<&'a Id>,
    /// What it belongs to.
    up: Option<Link>,
}

impl Key<'_> {
    /// The links to what it belongs to and to its other form.
    fn links(&self, other: &str, other_href: String) -> Vec<Link> {
        let alternate = named("Alternate", other, other_href, self.name);
        self.up.clone().into_iter().chain([alternate]).collect()
    }

    fn reference(&self) -> EntityRef {
        let mut it = EntityRef::default();
        it.href = Some(self.href.clone());
        it.r#type = Some(format!("{}Reference", self.kind));
        it.name = self.name.map(str::to_owned);
        it.uid = self.uid.cloned();
        it.links = self.links(self.kind, format!("{}?format=Entity", self.href));
        it
    }

    fn entity_links(&self) -> Vec<Link> {
        self.links(&format!("{}Reference", self.kind), self.href.clone())
    }

    fn entity_href(&self) -> Option<String> {
        Some(format!("{}?format=Entity", self.href))
    }
}

impl Em {
    /// `GET /api/backupServers/{ID}`.
    pub(super) fn server(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let it = self.find_server(call.path.first());
        let it = it.ok_or_else(|| Refusal::not_found("The backup server", call.path.first()))?;
        Ok(call.one(&|| self.server_entity(call, it), &self.server_key(call, it)))
    }

    /// `GET /api/repositories/{ID}`.
    pub(super) fn repository(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let mut all = self.data().repositories.iter();
        let it = all.find(|it| same(it.entity.uid.as_ref(), call.path.first()));
        let it = it.ok_or_else(|| Refusal::not_found("The repository", call.path.first()))?;
        Ok(call.one(&|| self.repository_entity(call, it), &self.repository_key(call, it)))
    }

    /// `GET /api/cloud/tenants/{ID}`.
    pub(super) fn tenant(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let it = self.find_tenant(call.path.first());
        let it = it.ok_or_else(|| Refusal::not_found("The tenant", call.path.first()))?;
        Ok(call.one(&|| self.tenant_entity(call, it), &self.tenant_key(call, it)))
    }

    /// `GET /api/cloud/tenants/{ID}/subtenants/{subtenantID}`.
    pub(super) fn subtenant(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let mut all = self.data().subtenants.iter();
        let it =
            all.find(|it| same(Some(&it.owner), call.path.first()) && same(it.entity.id.as_ref(), call.path.nth(1)));
        let it = it.ok_or_else(|| Refusal::not_found("The subtenant", call.path.nth(1)))?;
        Ok(call.media.reply(StatusCode::OK, &self.subtenant_entity(call, it)))
    }

    pub(super) fn find_server(&self, id: &str) -> Option<&BackupServer> {
        let at = *self.index.servers.get(&id.to_ascii_lowercase())?;
        self.data().servers.get(at)
    }

    pub(super) fn find_tenant(&self, id: &str) -> Option<&Owned<CloudTenant>> {
        let at = *self.index.tenants.get(&id.to_ascii_lowercase())?;
        self.data().tenants.get(at)
    }

    fn server_link(&self, call: &Call<'_>, id: &Id, kind: &str, format: &str) -> Option<Link> {
        let it = self.find_server(guid(Some(id)))?;
        let href = format!("{}/backupServers/{}{format}", call.api(), guid(it.uid.as_ref()));
        Some(named("Up", kind, href, it.name.as_deref()))
    }

    fn server_key<'a>(&self, call: &Call<'_>, it: &'a BackupServer) -> Key<'a> {
        let href = format!("{}/backupServers/{}", call.api(), guid(it.uid.as_ref()));
        Key { kind: "BackupServer", href, name: it.name.as_deref(), uid: it.uid.as_ref(), up: None }
    }

    fn repository_key<'a>(&self, call: &Call<'_>, it: &'a Owned<Repository>) -> Key<'a> {
        let (up, it) = (self.server_link(call, &it.owner, "BackupServerReference", ""), &it.entity);
        let href = format!("{}/repositories/{}", call.api(), guid(it.uid.as_ref()));
        Key { kind: "Repository", href, name: it.name.as_deref(), uid: it.uid.as_ref(), up }
    }

    fn tenant_key<'a>(&self, call: &Call<'_>, it: &'a Owned<CloudTenant>) -> Key<'a> {
        let (up, it) = (self.server_link(call, &it.owner, "BackupServerReference", ""), &it.entity);
        let href = format!("{}/cloud/tenants/{}", call.api(), guid(it.uid.as_ref()));
        Key { kind: "CloudTenant", href, name: it.name.as_deref(), uid: it.uid.as_ref(), up }
    }

    pub(super) fn server_ref(&self, call: &Call<'_>, it: &BackupServer) -> EntityRef {
        let key = self.server_key(call, it);
        let mut reference = key.reference();
        reference.links.splice(0..0, downs(&key.href, SERVER_DOWNS));
        reference
    }

    pub(super) fn repository_ref(&self, call: &Call<'_>, it: &Owned<Repository>) -> EntityRef {
        self.repository_key(call, it).reference()
    }

    pub(super) fn tenant_ref(&self, call: &Call<'_>, it: &Owned<CloudTenant>) -> EntityRef {
        self.tenant_key(call, it).reference()
    }

    pub(super) fn server_entity(&self, call: &Call<'_>, it: &BackupServer) -> BackupServer {
        let key = self.server_key(call, it);
        let mut entity = it.clone();
        entity.href = key.entity_href();
        entity.r#type = Some(key.kind.to_owned());
        entity.links = key.entity_links();
        for rel in ["Edit", "Delete"] {
            entity.links.push(link(rel, "BackupServerReference", key.href.clone()));
        }
        entity.links.extend(downs(&key.href, SERVER_DOWNS));
        for list in ["credentials", "passwords"] {
            // Right behind the list that it adds to.
            let create = link("Create", "", format!("{}/{list}?action=create", key.href));
            let own = format!("{}/{list}", key.href);
            let at = entity.links.iter().position(|it| it.href.as_ref() == Some(&own));
            entity.links.insert(at.map_or(entity.links.len(), |at| at + 1), create);
        }
        for (rel, action) in [("VeeamZip", "veeamzip"), ("QuickBackup", "quickbackup"), ("Start", "collect")] {
            entity.links.push(link(rel, "", format!("{}?action={action}", key.href)));
        }
        entity
    }

    pub(super) fn repository_entity(&self, call: &Call<'_>, it: &Owned<Repository>) -> Repository {
        let key = self.repository_key(call, it);
        let mut entity = it.entity.clone();
        entity.href = key.entity_href();
        entity.r#type = Some(key.kind.to_owned());
        entity.links = key.entity_links();
        let lists = [("BackupReferenceList", "backups"), ("ReplicaReferenceList", "replicas")];
        entity.links.extend(downs(&key.href, &lists));
        entity
    }

    pub(super) fn tenant_entity(&self, call: &Call<'_>, it: &Owned<CloudTenant>) -> CloudTenant {
        let key = self.tenant_key(call, it);
        let resources = format!("{}/resources", key.href);
        let mut entity = it.entity.clone();
        entity.href = key.entity_href();
        entity.r#type = Some(key.kind.to_owned());
        entity.links = key.entity_links();
        entity.links.push(named("Edit", "CloudTenantReference", key.href.clone(), key.name));
        entity.links.push(link("Down", "CloudTenantResourceList", resources.clone()));
        entity.links.push(link("Create", "CloudTenantResource", resources.clone()));
        entity.links.push(link("Delete", "", key.href.clone()));
        let counters = format!("{}/freelicenseCounters", key.href);
        entity.links.push(named("Related", "FreeLicenseCounters", counters, Some("FreeLicenseCounters")));
        for resource in &mut entity.resources {
            resource.href = Some(format!("{resources}/{}", guid(resource.id.as_ref())));
            resource.r#type = Some("CloudTenantResource".to_owned());
        }
        entity
    }

    pub(super) fn subtenant_entity(&self, call: &Call<'_>, it: &Owned<CloudSubtenant>) -> CloudSubtenant {
        let tenant = self.find_tenant(guid(Some(&it.owner)));
        let up = format!("{}/cloud/tenants/{}", call.api(), guid(Some(&it.owner)));
        let href = format!("{up}/subtenants/{}", guid(it.entity.id.as_ref()));
        let mut entity = it.entity.clone();
        entity.links = vec![
            named("Edit", "CloudSubtenant", href.clone(), it.entity.name.as_deref()),
            link("Delete", "", href.clone()),
        ];
        if let Some(tenant) = tenant {
            let name = tenant.entity.name.as_deref();
            entity.links.push(named("Up", "CloudTenant", format!("{up}?format=Entity"), name));
            entity.links.extend(self.server_link(call, &tenant.owner, "BackupServer", "?format=Entity"));
        }
        entity.href = Some(href);
        entity.r#type = Some("CloudSubtenant".to_owned());
        entity
    }
}

const SERVER_DOWNS: &[(&str, &str)] = &[
    ("JobReferenceList", "jobs"),
    ("ManagedServerReferenceList", "managedServers"),
    ("RepositoryReferenceList", "repositories"),
    ("CredentialsList", "credentials"),
    ("PasswordKeyList", "passwords"),
];

fn downs(href: &str, lists: &[(&str, &str)]) -> Vec<Link> {
    lists.iter().map(|(kind, path)| link("Down", kind, format!("{href}/{path}"))).collect()
}

/// Whether an identifier is this GUID, whatever stands around either of them.
fn same(id: Option<&Id>, wanted: &str) -> bool {
    id.is_some_and(|id| id.same(&wanted.into()))
}

impl Call<'_> {
    /// An entity, or the reference to it, as asked for.
    fn one<T: Struct>(&self, entity: &dyn Fn() -> T, key: &Key<'_>) -> Reply {
        if self.wants_entity() {
            self.media.reply(StatusCode::OK, &entity())
        } else {
            self.media.reply(StatusCode::OK, &key.reference())
        }
    }
}
