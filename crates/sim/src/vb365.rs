//! Veeam Backup for Microsoft 365, REST v3 to v8 at once.
//!
//! One store of records of no version ([`store`]); where a path leads is worked out from the route table ([`paths`]),
//! and what a version shows of a record from its type's shape ([`writer`]). Reading, creating, editing and deleting are
//! the same for all collections ([`resources`]); what an operation does beyond that stands in [`effects`].
//!
//! | module | one idea |
//! | --- | --- |
//! | [`store`], [`paths`], [`backend`] | what there is and where; the clock, changes, and what is about to happen |
//! | [`content`], [`invent`] | what there is before anything changes: the estate, what follows from it, what is made up |
//! | [`writer`], [`links`], [`page`], [`filters`] | answers of one version, their links, pages and filters |
//! | [`body`], [`resources`] | reading bodies; collections, records and documents |
//! | [`effects`] | jobs, restore sessions, organizations, repositories, actions of v3 to v5 |
//! | [`feeds`], [`files`], [`usage`] | changes, binary answers, used space |
//! | [`token`] | logging on |

mod backend;
mod body;
mod content;
mod effects;
mod estate;
mod feeds;
mod files;
mod filters;
mod invent;
mod links;
mod page;
mod paths;
mod resources;
mod settings;
mod status;
mod store;
mod token;
mod usage;
mod writer;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use backhaul_models::route::{PathParams, Routed, Router};
use backhaul_models::vb365::operations::OPERATIONS;
use backhaul_models::vb365::{ExceptionInfo, ExceptionInfoErrorCode, VERSIONS};
use backhaul_wire::operation::ParamPlace;
use backhaul_wire::{ApiVersion, Id, Operation};
use http::StatusCode;
use http::header::ALLOW;

use crate::engine::common::Common;
use crate::engine::message::{Reply, Request, segments};
use crate::engine::project::project;
use crate::engine::schedule::Clocked as _;
use crate::engine::server::Api;
use crate::engine::session::lock;
use backend::Backend;
pub(crate) use estate::demo::estate as demo;
pub(crate) use estate::file::read as read_estate;
pub(crate) use estate::scaled::estate as scaled;
pub use estate::{Usage, Vb365Estate, Vb365Record};
use paths::Address;
pub use settings::Vb365Server;
use token::Tokens;

/// A simulated VB365 server.
#[derive(Debug)]
pub(crate) struct Vb365 {
    router: Router,
    tokens: Tokens,
    backend: Mutex<Backend>,
}

/// Who is logged on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Account {
    /// The server's administrator.
    Administrator,
    /// An organization's own account, or an operator who restores for it.
    Organization(Id),
}

/// Why a request is not answered as it wishes.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    message: String,
    /// The code, where it is not that of the status.
    code: Option<ExceptionInfoErrorCode>,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), code: None }
    }

    fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Something else is under way, or in the way.
    fn conflict(message: impl Into<String>) -> Self {
        Self { code: Some(ExceptionInfoErrorCode::OperationConflict), ..Self::bad(message) }
    }

    fn not_found(what: &str, id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} {id} was not found."))
    }

    fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "The account may not do this.")
    }

    /// The answer, with what its version has.
    fn reply(self, version: u8) -> Reply {
        let mut body = ExceptionInfo::default();
        body.message = Some(self.message);
        body.error_code = self.code.filter(|_| version >= 8).or(match self.status {
            StatusCode::FORBIDDEN if version >= 8 => Some(ExceptionInfoErrorCode::ResourceAccessDenied),
            StatusCode::NOT_FOUND if version >= 8 => Some(ExceptionInfoErrorCode::ResourceNotFound),
            StatusCode::BAD_REQUEST if version >= 8 => Some(ExceptionInfoErrorCode::ParameterValidationFailure),
            _ => None,
        });
        Reply::json(self.status, &project(&body, version).unwrap_or_default())
    }
}

/// A request whose operation is known.
struct Call<'a> {
    vb365: &'a Vb365,
    backend: &'a mut Backend,
    request: &'a Request,
    version: u8,
    operation: &'static Operation,
    path: PathParams,
    params: Vec<(String, String)>,
    account: Account,
    /// What an action of v3 to v5 was given, which is its body then.
    action: Option<serde_json::Value>,
}

type Handler = fn(&mut Call<'_>) -> Result<Reply, Refusal>;

impl Vb365 {
    pub(crate) fn new(estate: Arc<Vb365Estate>, server: &Vb365Server, common: &Common) -> Self {
        Self {
            router: Router::new(OPERATIONS, true),
            tokens: Tokens::new(server, common),
            backend: Mutex::new(Backend::new(estate, server.job_time, common.started)),
        }
    }

    fn route(&self, request: &Request) -> Reply {
        let Some((version, path)) = version(&request.path) else {
            return Reply::empty(StatusCode::NOT_FOUND);
        };
        let params = match request.params() {
            Ok(params) => params,
            Err(message) => return Refusal::bad(message).reply(version),
        };
        let routed =
            self.router.find(request.method.as_str(), &segments(path), &params, ApiVersion::new(version), |_| true);
        let (operation, path) = match routed {
            Routed::Found(operation, path) => (operation, path),
            Routed::OtherMethods(methods) => {
                return Reply::empty(StatusCode::METHOD_NOT_ALLOWED).with(ALLOW, methods.join(", "));
            }
            Routed::Unknown | Routed::OtherActions(_) => return Reply::empty(StatusCode::NOT_FOUND),
        };
        let mut backend = lock(&self.backend);
        backend.catch_up();
        if operation.name == "token" {
            return self.tokens.answer(request, version, &mut backend);
        }
        let account = match self.tokens.check(request, version) {
            Ok(account) => account,
            Err(_) if operation.anonymous => Account::Administrator,
            Err(reply) => return *reply,
        };
        let backend = &mut *backend;
        let mut call = Call { vb365: self, backend, request, version, operation, path, params, account, action: None };
        let answer = call.permit().and_then(|()| call.complete()).and_then(|()| effects::handler(operation)(&mut call));
        answer.unwrap_or_else(|refusal| refusal.reply(version))
    }
}

impl Api for Vb365 {
    fn answer(&self, request: &Request) -> Reply {
        self.route(request)
    }

    fn expire_sessions(&self) {
        self.tokens.expire();
    }

    fn advance(&self, by: Duration) {
        lock(&self.backend).advance(by);
    }
}

impl Call<'_> {
    /// A query parameter, if the operation has it in this version; its letter case does not count.
    fn param(&self, name: &str) -> Option<&str> {
        let known = self.operation.params.iter().find(|param| param.name.eq_ignore_ascii_case(name))?;
        if !known.versions.contains(ApiVersion::new(self.version)) {
            return None;
        }
        let sent = self.params.iter().find(|(sent, _)| sent.eq_ignore_ascii_case(name));
        sent.map(|(_, value)| value.as_str())
    }

    fn has_param(&self, name: &str) -> bool {
        let mut params = self.operation.params.iter();
        params.any(|param| param.name == name && param.versions.contains(ApiVersion::new(self.version)))
    }

    /// A link: absolute up to v5, relative to the host from v6 on; the path of a resource is in lower case.
    fn href(&self, path: &str) -> String {
        let base = if self.version <= 5 { self.request.base.as_str() } else { "" };
        format!("{base}/v{}/{path}", self.version)
    }

    /// Fails unless the account may call the operation: an organization's own account sees itself, its restore
    /// sessions, and what is nobody's in particular; `/Organization` answers to such an account alone.
    fn permit(&self) -> Result<(), Refusal> {
        let mut parts = self.operation.path.trim_matches('/').split('/');
        let first = parts.next().unwrap_or_default().to_ascii_lowercase();
        let allowed = match (&self.account, first.as_str()) {
            (Account::Administrator, first) => first != "organization",
            (Account::Organization(own), "organizations") => {
                parts.next() == Some("{organizationId}") && own.same(&self.path.first().into())
            }
            (Account::Organization(_), first) => [
                "organization",
                "restoresessions",
                "token",
                "serviceinstance",
                "health",
                "restoreportalsettings",
                "devicecode",
            ]
            .contains(&first),
        };
        if allowed { Ok(()) } else { Err(Refusal::forbidden()) }
    }

    /// Fails when a parameter is missing that must be given; v3 to v5 are not that strict.
    fn complete(&self) -> Result<(), Refusal> {
        let query = self.operation.params.iter().filter(|param| param.place == ParamPlace::Query);
        let mut required =
            query.filter(|param| self.version >= 6 && param.is_required_in(ApiVersion::new(self.version)));
        match required.find(|param| self.param(param.name).is_none()) {
            Some(param) => Err(Refusal::bad(format!("The {} field is required.", param.name))),
            None => Ok(()),
        }
    }

    /// Where the path leads; an error when it leads through a restore session that is not there, or no longer.
    fn address(&mut self) -> Result<Address, Refusal> {
        let count = self.operation.path.matches('{').count();
        let values: Vec<String> = (0..count).map(|at| self.path.nth(at).to_owned()).collect();
        let address = Address::new(self.operation.path, values.iter().map(String::as_str));
        let Some(session) = address.browsed() else { return Ok(address) };
        let organization = effects::browsed_organization(self, session)?;
        Ok(address.restored(&organization))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(version("/v8/Organizations"), Some((8, "Organizations")));
        assert_eq!(version("/V3/token"), Some((3, "token")));
        for path in ["/v2/token", "/v9/token", "/v08/token", "/token", "/", ""] {
            assert_eq!(version(path), None, "{path}");
        }
    }
}
