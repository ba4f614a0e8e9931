//! Veeam Backup Enterprise Manager.
//!
//! One store of records of any type ([`store`]), and tables of what kinds there are ([`resource_types`]): collections,
//! single resources, their links, queries, deletion and editing come from them. What an operation does beyond that
//! stands in [`effects`].
//!
//! | module | one idea |
//! | --- | --- |
//! | [`store`], [`backend`] | what there is; the clock, and what is about to happen |
//! | [`resource_types`], [`resources`], [`writer`] | what kinds there are; reading, editing, deleting any of them; writing them with their links |
//! | [`query`] | filters, sorts and pages over the store |
//! | [`effects`], [`tasks`] | what operations bring about, at once or as tasks of a session |
//! | [`guest_files`], [`lookup`], [`reports`], [`services`] | files in restore points, the infrastructure, counts, documents that lead on |
//! | [`logon`], [`account`] | sessions, and what their accounts may do |
//! | [`body`], [`media`], [`value`] | reading bodies, writing them, and fields by path |

mod account;
mod backend;
mod body;
mod effects;
mod estate;
mod guest_files;
mod links;
mod logon;
mod lookup;
mod media;
mod query;
mod reports;
mod resource_types;
mod resources;
mod services;
mod settings;
mod store;
mod tasks;
mod value;
mod writer;

use std::sync::Mutex;
use std::time::Duration;

use backhaul_models::em::operations::OPERATIONS;
use backhaul_models::route::{PathParams, Routed, Router};
use backhaul_wire::Operation;
use http::StatusCode;
use http::header::{ALLOW, WWW_AUTHENTICATE};

use crate::engine::common::Common;
use crate::engine::message::{Reply, Request, segments};
use crate::engine::schedule::Clocked as _;
use crate::engine::server::Api;
use crate::engine::session::{Life, Sessions, lock};
use account::{Account, Session};
use backend::Backend;
pub(crate) use estate::demo::estate as demo;
pub(crate) use estate::file::read as read_estate;
pub(crate) use estate::scaled::estate as scaled;
pub use estate::{EmEstate, EmRecord, GuestFile, Owned};
use media::Media;
pub use settings::{EmRelease, EmServer};
use writer::Writer;

/// What stands before the session in the path that ends it.
const SESSIONS: &str = "/api/logonSessions/";

/// A simulated Enterprise Manager.
#[derive(Debug)]
pub(crate) struct Em {
    router: Router,
    sessions: Sessions<Account>,
    server: EmServer,
    common: Common,
    files: Vec<GuestFile>,
    backend: Mutex<Backend>,
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
    em: &'a Em,
    backend: &'a mut Backend,
    request: &'a Request,
    /// The operation; `None` for what the route table lacks and links lead to.
    operation: Option<&'static Operation>,
    path: PathParams,
    params: Vec<(String, String)>,
    media: Media,
    session: Session,
}

type Handler = fn(&mut Call<'_>) -> Result<Reply, Refusal>;

impl Em {
    pub(crate) fn new(estate: &EmEstate, server: EmServer, common: Common) -> Self {
        Self {
            router: Router::new(OPERATIONS, true),
            sessions: Sessions::new(Life::Idle(server.idle_timeout)),
            files: estate.guest_files.clone(),
            backend: Mutex::new(Backend::new(store::load(estate), server.pace, common.started)),
            server,
            common,
        }
    }

    fn route(&self, request: &Request, media: Media) -> Result<Reply, Refusal> {
        let params = request.params().map_err(Refusal::bad)?;
        let routed = self.router.find(request.method.as_str(), &segments(&request.path), &params, None, |_| true);
        let anonymous = matches!(&routed, Routed::Found(operation, _) if operation.anonymous);
        let session = match self.session(request) {
            Some(session) => session,
            None if anonymous => Session::none(),
            None => return Err(Refusal::new(StatusCode::UNAUTHORIZED, "The session is not valid.")),
        };
        if !anonymous {
            account::permit(&session, request)?;
        }
        let (operation, path, handler) = match routed {
            _ if is_query(request) => (None, PathParams::default(), query::query as Handler),
            Routed::Found(operation, path) => (Some(operation), path, effects::handler(operation)),
            // Links lead to collections that no page documents.
            Routed::Unknown if request.method == http::Method::GET => {
                (None, PathParams::default(), resources::get as Handler)
            }
            Routed::OtherActions(actions) => {
                return Err(Refusal::bad(format!("There is no such action; there are {}.", actions.join(", "))));
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
        let mut backend = lock(&self.backend);
        backend.catch_up();
        let backend = &mut *backend;
        handler(&mut Call { em: self, backend, request, operation, path, params, media, session })
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
        let media = Media::asked(request, &self.server);
        self.route(request, media).unwrap_or_else(|refusal| self.refuse(refusal, media))
    }

    fn expire_sessions(&self) {
        self.sessions.clear();
        lock(&self.backend).work.keep(|_| false);
    }

    fn advance(&self, by: Duration) {
        lock(&self.backend).advance(by);
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

    /// What is needed to write an answer; the address is that of [`Call::api`].
    fn writer<'p>(&'p self, api: &'p str) -> Writer<'p> {
        Writer { store: &self.backend.store, api }
    }
}
