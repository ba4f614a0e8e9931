//! What the operations answer.

use backhaul_models::vb365::{
    Action, AnyOrganization, BackupRepository, BackupRepositoryStorageUsageInfo, Link, LoggedInOrganization,
    LoggedInOrganizationType, ServiceInstance,
};
use backhaul_wire::Id;
use http::StatusCode;
use serde_json::{Value, json};

use super::{Account, Call, Vb365};
use crate::estate::Usage;
use crate::message::Reply;

impl Vb365 {
    pub(super) fn service_instance(&self, call: &Call<'_>) -> Reply {
        let mut instance = ServiceInstance::default();
        instance.installation_id = Some(self.data().installation_id.clone());
        instance.version = Some(self.data().build.clone());
        Reply::json(StatusCode::OK, &call.show(&instance))
    }

    pub(super) fn organizations(&self, call: &Call<'_>) -> Reply {
        if call.account != Account::Administrator {
            return call.forbidden();
        }
        let fits = |name: &str, id: &Option<Id>| match call.param(name) {
            None => true,
            Some(wanted) => id.as_ref().is_some_and(|id| id.same(&wanted.into())),
        };
        let organizations: Vec<&AnyOrganization> = self
            .data()
            .organizations
            .iter()
            .filter(|it| fits("msid", &it.msid) && fits("backedUpOrganizationId", &it.backed_up_organization_id))
            .collect();
        call.list(organizations.len(), |at| call.organization(organizations[at]))
    }

    pub(super) fn organization(&self, call: &Call<'_>) -> Reply {
        match self.find_organization(call.path.first()) {
            Some(it) if it.id.as_ref().is_some_and(|id| call.sees(id)) => {
                Reply::json(StatusCode::OK, &call.organization(it))
            }
            Some(_) => call.forbidden(),
            None => call.not_found("The organization", call.path.first()),
        }
    }

    /// Answers only to an organization's own account.
    pub(super) fn current_organization(&self, call: &Call<'_>) -> Reply {
        let Account::Organization(id) = &call.account else {
            let message = "The account does not belong to an organization.";
            return call.refuse(StatusCode::FORBIDDEN, message);
        };
        let Some(it) = self.find_organization(id.as_str()) else {
            return call.not_found("The organization", id.as_str());
        };
        let mut own = LoggedInOrganization::default();
        own.id = it.id.clone();
        own.name = it.name.clone();
        own.description = it.description.clone();
        own.r#type = it.r#type.as_ref().map(|kind| LoggedInOrganizationType::from(kind.as_str()));
        own.is_backedup = it.is_backedup;
        own.first_backuptime = it.first_backuptime.clone();
        own.last_backuptime = it.last_backuptime.clone();
        if it.is_backedup == Some(true) {
            let mut explore = Action::default();
            explore.uri =
                Some(call.href(if call.version <= 5 { "organization/action" } else { "organization/explore" }));
            explore.method = Some("POST".to_owned());
            own.actions.insert("explore".to_owned(), explore);
        }
        Reply::json(StatusCode::OK, &call.show(&own))
    }

    pub(super) fn repositories(&self, call: &Call<'_>) -> Reply {
        if call.account != Account::Administrator {
            return call.forbidden();
        }
        let fits = |name: &str, id: &Option<Id>| match call.param(name) {
            None => true,
            Some(wanted) => id.as_ref().is_some_and(|id| id.same(&wanted.into())),
        };
        let long_term = call.param("longTerm").map(|text| text.eq_ignore_ascii_case("true"));
        let repositories: Vec<&BackupRepository> = self
            .data()
            .repositories
            .iter()
            .filter(|it| fits("proxyId", &it.proxy_id) && fits("proxyPoolId", &it.proxy_pool_id))
            .filter(|it| fits("organizationId", &it.organization_id))
            .filter(|it| long_term.is_none_or(|wanted| it.is_long_term.unwrap_or(false) == wanted))
            .collect();
        call.list(repositories.len(), |at| call.repository(repositories[at]))
    }

    pub(super) fn repository(&self, call: &Call<'_>) -> Reply {
        if call.account != Account::Administrator {
            return call.forbidden();
        }
        match self.find_repository(call.path.first()) {
            Some(it) => Reply::json(StatusCode::OK, &call.repository(it)),
            None => call.not_found("The backup repository", call.path.first()),
        }
    }

    pub(super) fn organization_usage(&self, call: &Call<'_>) -> Reply {
        let Some(id) = self.find_organization(call.path.first()).and_then(|it| it.id.as_ref()) else {
            return call.not_found("The organization", call.path.first());
        };
        if !call.sees(id) {
            return call.forbidden();
        }
        let rows = self.usage(|usage| usage.organization_id.same(id));
        call.list(rows.len(), |at| call.organization_usage(rows[at]))
    }

    pub(super) fn repository_usage(&self, call: &Call<'_>) -> Reply {
        if call.account != Account::Administrator {
            return call.forbidden();
        }
        let Some(id) = self.find_repository(call.path.first()).and_then(|it| it.id.as_ref()) else {
            return call.not_found("The backup repository", call.path.first());
        };
        let rows = self.usage(|usage| usage.space.repository_id.as_ref().is_some_and(|other| other.same(id)));
        call.list(rows.len(), |at| {
            let organization = self.find_organization(rows[at].organization_id.as_str());
            call.repository_usage(rows[at], organization)
        })
    }

    fn usage(&self, wanted: impl Fn(&Usage) -> bool) -> Vec<&Usage> {
        self.data().usage.iter().filter(|usage| wanted(usage)).collect()
    }

    fn find_organization(&self, id: &str) -> Option<&AnyOrganization> {
        find(&self.data().organizations, id, |it| it.id.as_ref())
    }

    fn find_repository(&self, id: &str) -> Option<&BackupRepository> {
        find(&self.data().repositories, id, |it| it.id.as_ref())
    }
}

impl Call<'_> {
    fn organization(&self, it: &AnyOrganization) -> Value {
        let mut it = it.clone();
        let path = format!("organizations/{}", it.id.clone().unwrap_or_default());
        let mut names = vec!["self", "groups", "users", "sites", "usedRepositories"];
        if self.version < 8 {
            names.push("jobs");
        }
        for name in names {
            let end = if name == "self" { String::new() } else { format!("/{}", name.to_ascii_lowercase()) };
            it.links.entry(name.to_owned()).or_insert_with(|| link(self.href(&format!("{path}{end}"))));
        }
        let mut value = self.show(&it);
        if self.version <= 5 {
            // The older documents print the map even when no action is possible.
            set_default(&mut value, "_actions", json!({}));
        }
        value
    }

    fn repository(&self, it: &BackupRepository) -> Value {
        let mut it = it.clone();
        let path = format!("backuprepositories/{}", it.id.clone().unwrap_or_default());
        it.links.entry("self".to_owned()).or_insert_with(|| link(self.href(&path)));
        if let Some(proxy) = &it.proxy_id {
            let href = self.href(&format!("proxies/{proxy}"));
            it.links.entry("proxy".to_owned()).or_insert_with(|| link(href));
        }
        self.show(&it)
    }

    fn organization_usage(&self, usage: &Usage) -> Value {
        let mut space = usage.space.clone();
        if let Some(id) = &space.repository_id {
            let href = self.href(&format!("backuprepositories/{id}"));
            space.links.insert("backupRepository".to_owned(), link(href));
        }
        let mut value = self.show(&space);
        if self.version == 3 {
            texts(&mut value, &["usedSpaceBytes", "isAvailable"]);
            if let Value::Object(members) = &mut value
                && let Some(details) = members.remove("details")
            {
                members.insert("Details".to_owned(), details);
            }
        }
        value
    }

    fn repository_usage(&self, usage: &Usage, organization: Option<&AnyOrganization>) -> Value {
        let mut info = BackupRepositoryStorageUsageInfo::default();
        info.name = organization.and_then(|it| it.name.clone());
        info.id = Some(usage.organization_id.clone());
        info.used_space_bytes = usage.space.used_space_bytes;
        info.local_cache_used_space_bytes = usage.space.local_cache_used_space_bytes;
        info.object_storage_used_space_bytes = usage.space.object_storage_used_space_bytes;
        let mut value = self.show(&info);
        if self.version == 3 {
            texts(&mut value, &["usedSpaceBytes"]);
        }
        value
    }
}

fn find<'a, T>(records: &'a [T], id: &str, key: impl Fn(&T) -> Option<&Id>) -> Option<&'a T> {
    let wanted = Id::from(id);
    records.iter().find(|it| key(it).is_some_and(|id| id.same(&wanted)))
}

fn link(href: String) -> Link {
    let mut link = Link::default();
    link.href = Some(href);
    link
}

fn set_default(value: &mut Value, name: &str, default: Value) {
    if let Value::Object(members) = value {
        members.entry(name).or_insert(default);
    }
}

/// Writes members as text, as v3's documents print them.
fn texts(value: &mut Value, names: &[&str]) {
    for name in names {
        if let Some(member) = value.get_mut(name)
            && !member.is_string()
        {
            *member = Value::String(member.to_string());
        }
    }
}
