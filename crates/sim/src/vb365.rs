//! Veeam Backup for Microsoft 365.

mod answers;
mod page;
mod token;

use std::sync::Arc;

use backhaul_models::vb365::operations::OPERATIONS;
use backhaul_models::vb365::{AnyOrganization, ExceptionInfo, ExceptionInfoErrorCode};
use backhaul_wire::{Id, Operation, Struct};
use http::StatusCode;
use http::header::ALLOW;
use serde_json::Value;

use crate::builder::Settings;
use crate::estate::{Estate, Vb365Estate};
use crate::message::{Reply, Request};
use crate::project::project;
use crate::route::{PathParams, Routed, Router};
use crate::server::Api;
use token::Tokens;

/// The versions that the simulated product serves.
const VERSIONS: std::ops::RangeInclusive<u8> = 3..=8;

/// A simulated VB365 server.
#[derive(Debug)]
pub(crate) struct Vb365 {
    estate: Arc<Estate>,
    router: Router,
    tokens: Tokens,
}

/// Who is logged on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Account {
    /// The server's administrator.
    Administrator,
    /// An organization's own account.
    Organization(Id),
}

/// A request whose operation is known.
struct Call<'a> {
    request: &'a Request,
    version: u8,
    operation: &'static Operation,
    path: PathParams,
    params: Vec<(String, String)>,
    account: Account,
}

type Handler = fn(&Vb365, &Call<'_>) -> Reply;

/// What the operations do; an operation of the route table that is not here answers 501.
const HANDLERS: &[(&str, Handler)] = &[
    ("ServiceInstance_Get", Vb365::service_instance),
    ("Organization_Get", Vb365::organizations),
    ("Organization_GetById", Vb365::organization),
    ("Organization_GetCurrentOrganization", Vb365::current_organization),
    ("BackupRepository_GetRepositories", Vb365::repositories),
    ("BackupRepository_GetRepositoriesById", Vb365::repository),
    ("Organization_GetStorageSpaceUsage", Vb365::organization_usage),
    ("BackupRepository_GetRepositoryStorageUsage", Vb365::repository_usage),
];

impl Vb365 {
    pub(crate) fn new(estate: Arc<Estate>, settings: &Settings) -> Self {
        Self { estate, router: Router::new(OPERATIONS, true), tokens: Tokens::new(settings) }
    }

    fn data(&self) -> &Vb365Estate {
        &self.estate.vb365
    }

    fn route(&self, request: &Request) -> Reply {
        let Some((version, path)) = version(&request.path) else {
            return Reply::empty(StatusCode::NOT_FOUND);
        };
        let params = match request.params() {
            Ok(params) => params,
            Err(message) => return refuse(StatusCode::BAD_REQUEST, version, &message),
        };
        let (operation, path) = match self.router.find(request.method.as_str(), path, &params, Some(version)) {
            Routed::Found(operation, path) => (operation, path),
            Routed::OtherMethods(methods) => {
                return Reply::empty(StatusCode::METHOD_NOT_ALLOWED).with(ALLOW, methods.join(", "));
            }
            Routed::Unknown | Routed::OtherActions(_) => return Reply::empty(StatusCode::NOT_FOUND),
        };
        if operation.name == "token" {
            return self.tokens.answer(request, version, &self.data().organizations);
        }
        let account = match self.tokens.check(request, version) {
            Ok(account) => account,
            Err(reply) => return *reply,
        };
        let handler = HANDLERS.iter().find(|(name, _)| *name == operation.name);
        let Some((_, handler)) = handler else {
            let message = format!("{} is not simulated", operation.name);
            return refuse(StatusCode::NOT_IMPLEMENTED, version, &message);
        };
        handler(self, &Call { request, version, operation, path, params, account })
    }
}

impl Api for Vb365 {
    fn answer(&self, request: &Request) -> Reply {
        self.route(request)
    }

    fn expire_sessions(&self) {
        self.tokens.expire();
    }
}

impl Call<'_> {
    /// A query parameter, if the operation has it in this version; its letter case does not count.
    fn param(&self, name: &str) -> Option<&str> {
        let known = self.operation.params.iter().find(|param| param.name.eq_ignore_ascii_case(name))?;
        if !known.versions.contains(self.version) {
            return None;
        }
        let sent = self.params.iter().find(|(sent, _)| sent.eq_ignore_ascii_case(name));
        sent.map(|(_, value)| value.as_str())
    }

    fn has_param(&self, name: &str) -> bool {
        let mut params = self.operation.params.iter();
        params.any(|param| param.name == name && param.versions.contains(self.version))
    }

    /// A record as this version shows it.
    fn show(&self, record: &dyn Struct) -> Value {
        project(record, self.version).unwrap_or_default()
    }

    /// A link: absolute up to v5, relative to the host from v6 on; the path of a resource is in lower case.
    fn href(&self, path: &str) -> String {
        let base = if self.version <= 5 { self.request.base.as_str() } else { "" };
        format!("{base}/v{}/{path}", self.version)
    }

    fn refuse(&self, status: StatusCode, message: &str) -> Reply {
        refuse(status, self.version, message)
    }

    fn not_found(&self, what: &str, id: &str) -> Reply {
        self.refuse(StatusCode::NOT_FOUND, &format!("{what} {id} was not found."))
    }

    /// Whether the account may see this organization.
    fn sees(&self, organization: &Id) -> bool {
        match &self.account {
            Account::Administrator => true,
            Account::Organization(own) => own.same(organization),
        }
    }

    fn forbidden(&self) -> Reply {
        self.refuse(StatusCode::FORBIDDEN, "The account may not do this.")
    }
}

/// An error body, with what its version has.
fn refuse(status: StatusCode, version: u8, message: &str) -> Reply {
    let mut body = ExceptionInfo::default();
    body.message = Some(message.to_owned());
    body.error_code = match status {
        StatusCode::FORBIDDEN if version >= 8 => Some(ExceptionInfoErrorCode::ResourceAccessDenied),
        StatusCode::NOT_FOUND if version >= 8 => Some(ExceptionInfoErrorCode::ResourceNotFound),
        StatusCode::BAD_REQUEST if version >= 8 => Some(ExceptionInfoErrorCode::ParameterValidationFailure),
        _ => None,
    };
    Reply::json(status, &project(&body, version).unwrap_or_default())
}

/// The version that a path begins with, and the rest of the path.
fn version(path: &str) -> Option<(u8, &str)> {
    let rest = path.strip_prefix('/')?;
    let (prefix, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let digits = prefix.strip_prefix(['v', 'V'])?;
    // A version is written in one way only: `v8`, not `v08`.
    let version = digits.parse().ok().filter(|version: &u8| version.to_string() == digits)?;
    VERSIONS.contains(&version).then_some((version, rest))
}

/// The organization whose own account this is: `admin@NAME`.
fn organization_of<'o>(user: &str, organizations: &'o [AnyOrganization]) -> Option<&'o AnyOrganization> {
    let (name, domain) = user.split_once('@')?;
    name.eq_ignore_ascii_case("admin").then_some(())?;
    let named = |it: &&AnyOrganization| it.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(domain));
    organizations.iter().find(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_handler_is_in_the_route_table() {
        for (name, _) in HANDLERS {
            assert!(OPERATIONS.iter().any(|operation| operation.name == *name), "{name}");
        }
    }

    #[test]
    fn versions() {
        assert_eq!(version("/v8/Organizations"), Some((8, "Organizations")));
        assert_eq!(version("/V3/token"), Some((3, "token")));
        for path in ["/v2/token", "/v9/token", "/v08/token", "/token", "/", ""] {
            assert_eq!(version(path), None, "{path}");
        }
    }
}
