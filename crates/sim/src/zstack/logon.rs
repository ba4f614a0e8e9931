//! Sessions, and who asks.

use http::header::{AUTHORIZATION, DATE};
use http::{StatusCode, header::HeaderName};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use super::ADMIN;
use super::backend::{Backend, Who};
use super::class;
use super::input::Input;
use super::refusal::{Failure, Refusal};
use super::sign::{self, Skew};
use super::store::{Row, text};
use crate::engine::clock;
use crate::engine::message::Request;
use crate::engine::schedule::Clocked as _;

/// Who a request says to come from. The outer error ends the request at once, the inner one is the API's.
pub(super) type Claim = Result<Result<Who, Failure>, Refusal>;

/// Looks at the `Authorization` header.
pub(super) fn claim(backend: &Backend, request: &Request) -> Claim {
    let Some(header) = request.header(AUTHORIZATION) else {
        return Err(Refusal::text("missing header 'Authorization'"));
    };
    if let Some(session) = request.authorization("OAuth") {
        return Ok(backend.sessions.get(session).ok_or_else(Failure::session));
    }
    let Some(key) = request.authorization("ZStack") else {
        let scheme = header.split(' ').next().unwrap_or_default();
        return Err(Refusal::text(format!("unknown Authorization scheme '{scheme}': there are OAuth and ZStack")));
    };
    let mut parts = key.split(':');
    let (Some(id), Some(signature), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(Refusal::text("the 'Authorization' header must be 'ZStack <access key id>:<signature>'"));
    };
    let date = header_text(request, &DATE)?;
    match sign::skew(date, backend.seconds(), backend.offset, backend.settings.checks_time_zone) {
        Skew::Unreadable => return Err(Refusal::text(format!("invalid 'Date' header: {date}"))),
        Skew::Seconds(seconds) if seconds.abs() > sign::MAX_SKEW => {
            return Err(Refusal::Text(StatusCode::FORBIDDEN, "requestTimeTooSkewed".to_owned()));
        }
        Skew::Seconds(_) => {}
    }
    Ok(signed(backend, request, id, signature, date))
}

fn header_text<'r>(request: &'r Request, name: &HeaderName) -> Result<&'r str, Refusal> {
    request.header(name).ok_or_else(|| Refusal::text(format!("missing header '{name}'")))
}

fn signed(backend: &Backend, request: &Request, id: &str, signature: &str, date: &str) -> Result<Who, Failure> {
    let keys = class::find("AccessKeyInventory").map(|class| backend.store.rows(class)).unwrap_or_default();
    let key = keys.iter().find(|key| text(&key.body, "AccessKeyID") == id && text(&key.body, "state") != "Disabled");
    let key = key.ok_or_else(|| Failure::session_of("the access key id is not known"))?;
    let secret = text(&key.body, "AccessKeySecret");
    if !sign::fits(signature, secret, request.method.as_str(), date, &request.path) {
        return Err(Failure::session_of("wrong accessKey signature"));
    }
    Ok(Who { account: text(&key.body, "accountUuid").to_owned(), user: text(&key.body, "userUuid").to_owned() })
}

/// `LogInByAccount`.
pub(super) fn by_account(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    open(backend, input.text("accountName"), None, input.text("password"))
}

/// `LogInByUser`.
pub(super) fn by_user(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let account = match (input.text("accountName"), input.text("accountUuid")) {
        ("", "") => return Err(Failure::argument("accountName and accountUuid cannot both be null")),
        ("", uuid) => {
            let class = class::find("AccountInventory");
            let row = class.and_then(|class| backend.store.get(class, uuid));
            row.map_or("", |row| text(&row.body, "name")).to_owned()
        }
        (name, _) => name.to_owned(),
    };
    open(backend, &account, Some(input.text("userName")), input.text("password"))
}

/// `LogIn`, of which the open part of the product has accounts alone.
pub(super) fn generic(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    match input.text("loginType") {
        "account" => open(backend, input.text("username"), None, input.text("password")),
        other => Err(Failure::authentication(format!("there is no login of the type '{other}' here"))),
    }
}

fn open(backend: &mut Backend, account: &str, user: Option<&str>, password: &str) -> Result<Value, Failure> {
    let refused = || Failure::authentication("wrong account or username or password");
    let row = named(backend, "AccountInventory", |row| text(&row.body, "name") == account).ok_or_else(refused)?;
    let owner = row.uuid().to_owned();
    let row = match user {
        None => row,
        Some(name) => {
            let is = |row: &Row| text(&row.body, "name") == name && text(&row.body, "accountUuid") == owner;
            named(backend, "UserInventory", is).ok_or_else(refused)?
        }
    };
    let known = backend.passwords.get(row.uuid()).cloned();
    let known = known.unwrap_or_else(|| hex::encode(Sha512::digest(&backend.common.password)));
    // The texts are compared, so that a hash in capitals is another.
    if known != password {
        return Err(refused());
    }
    let who = Who { account: owner, user: row.uuid().to_owned() };
    let opened = backend.sessions.open(who.clone());
    let uuid = opened.get(..32).unwrap_or(&opened).to_owned();
    backend.sessions.reopen(&opened, uuid.clone());
    let life = i64::try_from(backend.settings.session_life.as_secs()).unwrap_or(i64::MAX);
    Ok(json!({"inventory": session(backend, &uuid, &who, life)}))
}

fn named(backend: &Backend, class: &str, is: impl Fn(&Row) -> bool) -> Option<Row> {
    backend.store.rows(class::find(class)?).into_iter().find(is)
}

fn session(backend: &Backend, uuid: &str, who: &Who, life: i64) -> Value {
    let ends = clock::java(backend.seconds().saturating_add(life), backend.offset);
    let kind = if who.account == ADMIN { "SystemAdmin" } else { "Normal" };
    json!({
        "uuid": uuid, "accountUuid": who.account, "userUuid": who.user, "userType": kind,
        "createDate": backend.date(), "expiredDate": ends,
    })
}

/// `RenewSession`.
pub(super) fn renew(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let uuid = input.text("sessionUuid");
    let life = i64::try_from(backend.settings.session_life.as_secs()).unwrap_or(i64::MAX);
    let life = input.args.get("duration").and_then(Value::as_i64).unwrap_or(life);
    match backend.sessions.get(uuid) {
        Some(who) if backend.sessions.renew(uuid) => Ok(json!({"inventory": session(backend, uuid, &who, life)})),
        _ => Err(Failure::session()),
    }
}

/// `LogOut`.
pub(super) fn out(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    backend.sessions.close(input.text("sessionUuid"));
    Ok(json!({}))
}

/// `ValidateSession`.
pub(super) fn validate(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    Ok(json!({"valid": backend.sessions.lives(input.text("sessionUuid"))}))
}
