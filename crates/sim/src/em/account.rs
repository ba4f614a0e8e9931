//! Who is logged on, and what they may do.

use std::sync::Arc;

use http::{Method, StatusCode};

use super::store::{Record, same};
use super::{Call, Refusal, value};
use crate::engine::message::Request;

/// Who is logged on.
#[derive(Debug, Clone)]
pub(in crate::em) struct Account {
    pub(in crate::em) user: String,
    pub(in crate::em) who: Who,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::em) enum Who {
    /// A portal administrator, who may do everything.
    Administrator,
    /// Another account of the portal, which restores and looks.
    Operator,
    /// A tenant of a provider, who sees what is theirs.
    Tenant(Arc<str>),
}

/// The session of a request.
#[derive(Debug, Clone)]
pub(in crate::em) struct Session {
    pub(in crate::em) id: String,
    pub(in crate::em) account: Account,
}

impl Session {
    /// Nobody's, for what needs no session.
    pub(in crate::em) fn none() -> Self {
        Self { id: String::new(), account: Account { user: String::new(), who: Who::Operator } }
    }
}

/// What an account that is no administrator's is refused: jobs, servers and settings.
const FOR_ADMINISTRATORS: [&str; 10] = [
    "backupServers",
    "jobs",
    "cdpPolicies",
    "failoverPlans",
    "security",
    "cloud",
    "vCloud",
    "selfService",
    "nas",
    "systemSessions",
];
/// What a tenant reaches.
const FOR_TENANTS: [&str; 3] = ["cloud", "tasks", "logonSessions"];
/// What of the provider's services a tenant reaches.
const CLOUD_FOR_TENANTS: [&str; 5] = ["", "cloudFailoverPlans", "failoverSessions", "replicas", "vmReplicaPoints"];

/// Refuses what the account may not do.
pub(in crate::em) fn permit(session: &Session, request: &Request) -> Result<(), Refusal> {
    let mut segments = request.path.split('/').filter(|segment| !segment.is_empty()).skip(1);
    let first = segments.next().unwrap_or_default();
    let second = segments.next().unwrap_or_default();
    let is = |known: &[&str], segment: &str| known.iter().any(|it| it.eq_ignore_ascii_case(segment));
    let allowed = match &session.account.who {
        Who::Administrator => true,
        Who::Operator => !is(&FOR_ADMINISTRATORS, first),
        Who::Tenant(_) if !first.eq_ignore_ascii_case("cloud") => first.is_empty() || is(&FOR_TENANTS, first),
        // A tenant starts and undoes plans, and changes nothing.
        Who::Tenant(_) => is(&CLOUD_FOR_TENANTS, second) && [Method::GET, Method::POST].contains(&request.method),
    };
    if allowed {
        return Ok(());
    }
    let message = format!("{} may not {} {}.", session.account.user, request.method, request.path);
    Err(Refusal::new(StatusCode::FORBIDDEN, message))
}

impl Call<'_> {
    /// Whether the account sees a record: a tenant sees their own.
    pub(in crate::em) fn may_see(&self, record: &Record) -> bool {
        match &self.session.account.who {
            Who::Administrator | Who::Operator => true,
            Who::Tenant(tenant) => {
                let mentioned = value::text(record.body.as_ref(), "TenantUid").is_some_and(|uid| same(uid, tenant));
                let owner = || self.backend.store.owner(record, "CloudTenant");
                mentioned || owner().is_some_and(|owner| owner.id == *tenant)
            }
        }
    }
}
