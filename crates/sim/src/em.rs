//! Veeam Backup Enterprise Manager.

mod entity;
mod fields;
mod filter;
mod links;
mod logon;
mod media;
mod query;

use std::collections::HashMap;
use std::sync::Arc;

use backhaul_models::em::operations::OPERATIONS;
use backhaul_wire::Id;
use http::StatusCode;
use http::header::{ALLOW, WWW_AUTHENTICATE};

use crate::builder::Settings;
use crate::estate::{EmEstate, Estate};
use crate::message::{Reply, Request};
use crate::route::{PathParams, Routed, Router};
use crate::server::Api;
use crate::session::{Life, Sessions};
use media::Media;

/// What stands before the session in the path that ends it.
const SESSIONS: &str = "/api/logonSessions/";

/// A simulated Enterprise Manager.
#[derive(Debug)]
pub(crate) struct Em {
    estate: Arc<Estate>,
    router: Router,
    sessions: Sessions<()>,
    settings: Settings,
    index: Index,
}

/// Where in the estate the owners of other records are, by lower-case GUID.
#[derive(Debug)]
struct Index {
    servers: HashMap<String, usize>,
    tenants: HashMap<String, usize>,
}

impl Index {
    fn new(data: &EmEstate) -> Self {
        fn by_guid<'a>(ids: impl Iterator<Item = Option<&'a Id>>) -> HashMap<String, usize> {
            ids.enumerate().map(|(at, id)| (guid(id).to_ascii_lowercase(), at)).collect()
        }
        Self {
            servers: by_guid(data.servers.iter().map(|it| it.uid.as_ref())),
            tenants: by_guid(data.tenants.iter().map(|it| it.entity.uid.as_ref())),
        }
    }
}

/// Why a request is not answered as it wishes.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    fn not_found(what: &str, id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} {id} was not found."))
    }
}

/// A request whose operation is known.
struct Call<'a> {
    request: &'a Request,
    path: PathParams,
    params: Vec<(String, String)>,
    media: Media,
}

type Handler = fn(&Em, &Call<'_>) -> Result<Reply, Refusal>;

/// What the operations do; an operation of the route table that is not here answers 501.
const HANDLERS: &[(&str, Handler)] = &[
    ("Get", Em::root),
    ("PostSessionMngr", Em::log_on),
    ("DeleteLogonSessionsById", Em::log_off),
    ("GetBackupServersById", Em::server),
    ("GetRepositoriesById", Em::repository),
    ("GetCloudTenantsById", Em::tenant),
    ("GetCloudTenantsByIdSubtenantsById", Em::subtenant),
    ("QueryBackupServer", Em::query),
    ("QueryCloudSubtenant", Em::query),
    ("QueryCloudTenant", Em::query),
    ("QueryRepository", Em::query),
];

impl Em {
    pub(crate) fn new(estate: Arc<Estate>, settings: &Settings) -> Self {
        Self {
            index: Index::new(&estate.em),
            estate,
            router: Router::new(OPERATIONS, true),
            sessions: Sessions::new(Life::Idle(settings.em_idle)),
            settings: settings.clone(),
        }
    }

    fn data(&self) -> &EmEstate {
        &self.estate.em
    }

    fn route(&self, request: &Request, media: Media) -> Result<Reply, Refusal> {
        let params = request.params().map_err(Refusal::bad)?;
        let routed = self.router.find(request.method.as_str(), &request.path, &params, None);
        let anonymous = matches!(&routed, Routed::Found(operation, _) if operation.anonymous);
        if !anonymous && !self.has_session(request) {
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "The session is not valid."));
        }
        let (operation, path) = match routed {
            Routed::Found(operation, path) => (operation, path),
            // The path is that of the query service; only the type is not one of its types.
            Routed::Unknown | Routed::OtherMethods(_) if is_query(request) => {
                return Err(query::unknown_type(&params));
            }
            Routed::OtherMethods(methods) => {
                let message = format!("The method {} is not allowed.", request.method);
                let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, message);
                return Ok(self.refuse(refusal, media).with(ALLOW, methods.join(", ")));
            }
            Routed::Unknown => {
                return Err(Refusal::new(StatusCode::NOT_FOUND, format!("There is no {}.", request.path)));
            }
        };
        let handler = HANDLERS.iter().find(|(name, _)| *name == operation.name);
        let Some((_, handler)) = handler else {
            let message = format!("{} is not simulated.", operation.name);
            return Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, message));
        };
        handler(self, &Call { request, path, params, media })
    }

    fn refuse(&self, refusal: Refusal, media: Media) -> Reply {
        let reply = media.error(refusal.status, &refusal.message);
        if refusal.status == StatusCode::UNAUTHORIZED {
            return reply.with(WWW_AUTHENTICATE, "Basic Realm=RestSvc");
        }
        reply
    }
}

impl Api for Em {
    fn answer(&self, request: &Request) -> Reply {
        // The service hangs below `/api`; what is beside it, the service never sees.
        if !request.path.split('/').nth(1).is_some_and(|first| first.eq_ignore_ascii_case("api")) {
            return Reply::empty(StatusCode::NOT_FOUND);
        }
        let media = Media::asked(request, &self.settings);
        self.route(request, media).unwrap_or_else(|refusal| self.refuse(refusal, media))
    }

    fn expire_sessions(&self) {
        self.sessions.clear();
    }

    /// The identifier of a session is all but its token: the token is the base64 of it.
    fn without_secrets(&self, target: String) -> String {
        let start = SESSIONS.len().min(target.len());
        match target.get(..start) {
            Some(path) if path.eq_ignore_ascii_case(SESSIONS) => format!("{path}***"),
            _ => target,
        }
    }
}

fn is_query(request: &Request) -> bool {
    let path = request.path.trim_end_matches('/');
    request.method == http::Method::GET && path.eq_ignore_ascii_case("/api/query")
}

impl Call<'_> {
    /// A query parameter; the letter case of its name does not count.
    fn param(&self, name: &str) -> Option<&str> {
        let sent = self.params.iter().find(|(sent, _)| sent.eq_ignore_ascii_case(name));
        sent.map(|(_, value)| value.as_str())
    }

    /// Whether the entity is wanted and not a reference to it.
    fn wants_entity(&self) -> bool {
        let format = self.param("format").unwrap_or_default();
        format.eq_ignore_ascii_case("Entity") || format.eq_ignore_ascii_case("Entities")
    }
}

/// The GUID of an identifier, or what stands for one in an estate that uses other names.
fn guid(id: Option<&Id>) -> &str {
    id.map_or("", |id| id.guid().unwrap_or_else(|| id.as_str()))
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
}
