//! ZStack.
//!
//! One store of rows of every inventory class, as JSON ([`store`]); what an estate does not hold is made up from the
//! types ([`made`]). Queries run over it ([`query`], [`zql`]), and operations change it ([`effects`]), at once or as
//! jobs ([`jobs`]).
//!
//! | module | one idea |
//! | --- | --- |
//! | [`class`] | what inventories there are, and what leads from one to another |
//! | [`store`], [`made`], [`backend`] | what there is, what is made up, and everything that can change |
//! | [`query`], [`zql`] | the two query languages |
//! | [`input`], [`effects`], [`jobs`] | what a request asks for, what comes of it, and when |
//! | [`logon`], [`sign`] | sessions and access keys |
//! | [`answer`], [`refusal`] | bodies and errors as the server writes them |

mod answer;
mod backend;
mod class;
mod effects;
mod estate;
mod input;
mod jobs;
mod logon;
mod made;
mod query;
mod refusal;
mod settings;
mod sign;
mod store;
mod zql;

use std::sync::Mutex;
use std::time::Duration;

use backhaul_models::route::{PathParams, Routed, Router};
use backhaul_models::zstack::operations::OPERATIONS;
use backhaul_wire::Operation;
use http::header::ALLOW;
use http::{Method, StatusCode};
use serde_json::{Map, Value};

use crate::engine::common::Common;
use crate::engine::message::{Reply, Request, segments};
use crate::engine::schedule::Clocked as _;
use crate::engine::server::Api;
use crate::engine::session::lock;
use backend::Backend;
pub(crate) use estate::demo::estate as demo;
pub(crate) use estate::file::read as read_estate;
pub(crate) use estate::scaled::estate as scaled;
pub use estate::{ZstackEstate, ZstackRecord};
use input::Input;
use refusal::{Failure, Refusal};
pub use settings::ZstackServer;

/// The administrator's account, the same on every installation.
const ADMIN: &str = "36c27e8ff05c4780bf6d2fa65700f22e";
/// What stands before the session in the paths of sessions.
const SESSIONS: &str = "/zstack/v1/accounts/sessions/";

/// A simulated ZStack server.
#[derive(Debug)]
pub(crate) struct Zstack {
    router: Router,
    backend: Mutex<Backend>,
}

impl Zstack {
    pub(crate) fn new(estate: &ZstackEstate, server: ZstackServer, common: Common) -> Self {
        let backend = Mutex::new(Backend::new(estate, server, common));
        Self { router: Router::new(OPERATIONS, false), backend }
    }

    fn route(&self, request: &Request) -> Result<Reply, Refusal> {
        let params = request.params().map_err(Refusal::text)?;
        let members = match request.method {
            Method::POST | Method::PUT => input::members(&request.body),
            _ => Ok(Map::new()),
        };
        let found = members.as_ref().ok().map(|members| self.find(request, |it| input::is_for(it, members)));
        let (operation, path) = match found {
            Some(Routed::Found(operation, path)) => (operation, path),
            _ => match self.find(request, |_| true) {
                // There is such an address, but the body is for none of its operations.
                Routed::Found(operation, _) => {
                    members?;
                    let wrapper = operation.wrapper.unwrap_or_default();
                    let text = format!("the body must have the key '{wrapper}' of an action of this path");
                    return Err(Refusal::text(text));
                }
                Routed::OtherMethods(methods) => {
                    let text = format!("the method {} is not allowed here", request.method);
                    return Ok(Reply::bare(StatusCode::METHOD_NOT_ALLOWED, text).with(ALLOW, methods.join(", ")));
                }
                Routed::Unknown | Routed::OtherActions(_) => {
                    let text = format!("no api mapping to the path {}", request.path);
                    return Ok(Reply::bare(StatusCode::NOT_FOUND, text));
                }
            },
        };
        let mut backend = lock(&self.backend);
        backend.catch_up();
        call(&mut backend, request, operation, &path, &params, members.unwrap_or_default())
    }

    fn find(&self, request: &Request, wanted: impl Fn(&Operation) -> bool) -> Routed {
        self.router.find::<_, &str>(request.method.as_str(), &segments(&request.path), &[], None, wanted)
    }
}

fn call(
    backend: &mut Backend,
    request: &Request,
    operation: &'static Operation,
    path: &PathParams,
    params: &[(String, String)],
    members: Map<String, Value>,
) -> Result<Reply, Refusal> {
    if operation.name == "GetApiJob" {
        return jobs::get(backend, path.first());
    }
    let claim = if operation.anonymous { None } else { Some(logon::claim(backend, request)?) };
    if class::item(operation).is_some() {
        claim.transpose()?;
        return queried(backend, operation, path, params);
    }
    let mut input = Input::read(operation, path, params, members)?;
    let names_classes = request.headers.contains_key("X-JSON-Schema");
    if operation.long_running {
        // Whatever is wrong with it, the request is accepted: the job says so.
        let work = Box::new(move |backend: &mut Backend| {
            input.who = claim.transpose()?;
            run(backend, &input, names_classes)
        });
        return jobs::begin(backend, request, work);
    }
    input.who = claim.transpose()?;
    Ok(answer::reply(StatusCode::OK, &run(backend, &input, names_classes)?))
}

fn queried(
    backend: &Backend,
    operation: &'static Operation,
    path: &PathParams,
    params: &[(String, String)],
) -> Result<Reply, Refusal> {
    let Some(class) = class::of_query(operation).filter(|class| class.shape.is_some()) else {
        let mut body = effects::made_up(backend, operation);
        body["schema"] = Value::Object(Map::new());
        return Ok(answer::reply(StatusCode::OK, &body));
    };
    let body = query::answer(&backend.store, class, params, path)?;
    Ok(answer::reply(StatusCode::OK, &body))
}

/// Carries an operation out and gives the answer's body.
fn run(backend: &mut Backend, input: &Input, names_classes: bool) -> Result<Value, Failure> {
    input.check()?;
    // The tag that has every operation stop once its arguments are looked at.
    if input.system_tags.iter().any(|tag| tag == "validationOnly") {
        return Ok(Value::Object(Map::new()));
    }
    let mut body = match input.operation.name {
        "ZQLQuery" => zql::answer(&backend.store, input.text("zql"))?,
        name => effects::handler(name)(backend, input)?,
    };
    if let (true, Some(shape), Value::Object(members)) = (names_classes, input.operation.response.shape(), &mut body) {
        let mut classes = answer::Classes::new(&backend.store);
        classes.add_members("", shape, &Value::Object(members.clone()));
        let classes = classes.into_value();
        members.insert("schema".to_owned(), classes);
    }
    Ok(body)
}

impl Api for Zstack {
    fn answer(&self, request: &Request) -> Reply {
        self.route(request).unwrap_or_else(Refusal::into_reply)
    }

    fn expire_sessions(&self) {
        lock(&self.backend).sessions.clear();
    }

    fn advance(&self, by: Duration) {
        lock(&self.backend).advance(by);
    }

    fn without_secrets(&self, target: String) -> String {
        if target.starts_with(SESSIONS) { format!("{SESSIONS}***") } else { target }
    }
}
