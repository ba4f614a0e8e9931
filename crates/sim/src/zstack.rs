//! ZStack.

mod condition;
mod inventory;
mod query;

use std::sync::Arc;

use backhaul_models::zstack::operations::OPERATIONS;
use backhaul_models::zstack::{ErrorCode, ErrorResponse, LogInByAccountRequest, Reply as Answer, Session};
use backhaul_wire::{Secret, Struct, json};
use http::StatusCode;
use http::header::ALLOW;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use crate::builder::Settings;
use crate::clock;
use crate::estate::{Estate, ZstackEstate};
use crate::message::{Reply, Request};
use crate::project::to_json;
use crate::route::{Routed, Router};
use crate::server::Api;
use crate::session::{Life, Sessions, hex};
use inventory::Target;

/// The administrator's account, the same on every installation.
const ADMIN: &str = "36c27e8ff05c4780bf6d2fa65700f22e";
/// What stands before the session in the path that ends it.
const SESSIONS: &str = "/zstack/v1/accounts/sessions/";
/// Wrong credentials.
const AUTHENTICATION: [&str; 2] = ["ID.1000", "Authentication failed"];
/// A session that is not alive.
const INVALID_SESSION: [&str; 2] = ["ID.1001", "Session expired"];
/// An argument that the server cannot use.
const INVALID_ARGUMENT: [&str; 2] = ["SYS.1007", "One or more API argument is invalid"];

/// A simulated ZStack server.
#[derive(Debug)]
pub(crate) struct Zstack {
    estate: Arc<Estate>,
    router: Router,
    sessions: Sessions<()>,
    settings: Settings,
    password: String,
}

/// Why a request is not answered as it wishes.
#[derive(Debug)]
enum Refusal {
    /// The request itself is wrong: 400, with a text.
    Text(String),
    /// The API refuses: 503, with an error.
    Api([&'static str; 2], String),
}

impl Zstack {
    pub(crate) fn new(estate: Arc<Estate>, settings: &Settings) -> Self {
        Self {
            estate,
            router: Router::new(OPERATIONS, false),
            sessions: Sessions::new(Life::Fixed(settings.zstack_session_life)),
            settings: settings.clone(),
            password: hex(&Sha512::digest(&settings.password)),
        }
    }

    fn data(&self) -> &ZstackEstate {
        &self.estate.zstack
    }

    fn route(&self, request: &Request) -> Result<Reply, Refusal> {
        let params = request.params().map_err(Refusal::Text)?;
        let (operation, path) = match self.router.find(request.method.as_str(), &request.path, &[], None) {
            Routed::Found(operation, path) => (operation.name, path),
            Routed::OtherMethods(methods) => {
                let text = format!("the method {} is not allowed here", request.method);
                return Ok(Reply::bare(StatusCode::METHOD_NOT_ALLOWED, text).with(ALLOW, methods.join(", ")));
            }
            Routed::Unknown | Routed::OtherActions(_) => {
                let text = format!("no api mapping to the path {}", request.path);
                return Ok(Reply::bare(StatusCode::NOT_FOUND, text));
            }
        };
        match operation {
            "LogInByAccount" => return self.log_in(&request.body),
            "LogOut" => {
                self.sessions.close(path.first());
                return Ok(answer(&json!({})));
            }
            _ => {}
        }
        self.check(request)?;
        let target = match operation {
            "QueryBackupStorage" => Target::BackupStorage,
            "QueryZone" => Target::Zone,
            other => {
                let text = format!("{other} is not simulated");
                return Ok(Reply::bare(StatusCode::NOT_IMPLEMENTED, text));
            }
        };
        query::answer(self.data(), target, &params, path.first()).map(|body| answer(&body))
    }

    fn check(&self, request: &Request) -> Result<(), Refusal> {
        if !request.headers.contains_key(http::header::AUTHORIZATION) {
            return Err(Refusal::Text("missing header 'Authorization'".to_owned()));
        }
        let Some(session) = request.authorization("OAuth") else {
            let text = "the 'Authorization' header must be 'OAuth <session>'";
            return Err(Refusal::Text(text.to_owned()));
        };
        match self.sessions.get(session) {
            Some(()) => Ok(()),
            None => Err(Refusal::Api(INVALID_SESSION, "Session expired".to_owned())),
        }
    }

    fn log_in(&self, body: &[u8]) -> Result<Reply, Refusal> {
        let body: Value =
            serde_json::from_slice(body).map_err(|error| Refusal::Text(format!("the body is not JSON: {error}")))?;
        // Written so and no other way: the key names the API.
        let Some(wrapped) = body.get("logInByAccount") else {
            return Err(Refusal::Text("the body must have the key 'logInByAccount'".to_owned()));
        };
        let mut login = LogInByAccountRequest::default();
        json::decode_into(&mut login, wrapped.to_string().as_bytes(), None)
            .map_err(|error| Refusal::Text(error.message().to_owned()))?;
        let password = login.password.as_ref().map(Secret::expose);
        if login.account_name.as_deref() != Some(&self.settings.user) || password != Some(&self.password) {
            return Err(Refusal::Api(AUTHENTICATION, "wrong account or password".to_owned()));
        }
        let opened = self.sessions.open(());
        let uuid = opened.get(..32).unwrap_or(&opened).to_owned();
        self.sessions.reopen(&opened, uuid.clone());
        let (now, offset) = (clock::now(), self.data().utc_offset_seconds);
        let life = i64::try_from(self.settings.zstack_session_life.as_secs()).unwrap_or(i64::MAX);
        let mut session = Session::default();
        session.uuid = Some(Secret::from(uuid));
        session.account_uuid = Some(ADMIN.into());
        session.user_uuid = Some(ADMIN.into());
        session.create_date = Some(clock::java(now, offset).into());
        session.expired_date = Some(clock::java(now.saturating_add(life), offset).into());
        Ok(answer(&plain(&Answer { inventory: Some(session), ..Answer::default() })))
    }
}

impl Api for Zstack {
    fn answer(&self, request: &Request) -> Reply {
        self.route(request).unwrap_or_else(Refusal::into_reply)
    }

    fn expire_sessions(&self) {
        self.sessions.clear();
    }

    fn without_secrets(&self, target: String) -> String {
        if target.starts_with(SESSIONS) { format!("{SESSIONS}***") } else { target }
    }
}

impl Refusal {
    fn argument(details: impl Into<String>) -> Self {
        Self::Api(INVALID_ARGUMENT, details.into())
    }

    fn into_reply(self) -> Reply {
        match self {
            Self::Text(text) => Reply::bare(StatusCode::BAD_REQUEST, text),
            Self::Api([code, description], details) => {
                let mut error = ErrorCode::default();
                error.code = Some(code.to_owned());
                error.description = Some(description.to_owned());
                error.details = Some(details);
                let mut body = ErrorResponse::default();
                body.error = Some(error);
                Reply { status: StatusCode::SERVICE_UNAVAILABLE, ..answer(&plain(&body)) }
            }
        }
    }
}

fn plain(record: &dyn Struct) -> Value {
    to_json(record).unwrap_or_default()
}

/// A body as Gson writes it, with the characters that mean something in HTML escaped, and without a content type.
fn answer(body: &Value) -> Reply {
    let text = body.to_string();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Outside of strings, JSON has none of these.
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '=' => out.push_str("\\u003d"),
            '\'' => out.push_str("\\u0027"),
            other => out.push(other),
        }
    }
    Reply::bare(StatusCode::OK, out)
}
