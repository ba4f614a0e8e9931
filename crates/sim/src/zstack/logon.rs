//! Sessions, and who asks.

use http::header::{AUTHORIZATION, DATE};
use http::{StatusCode, header::HeaderName};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use super::ADMIN;
use super::class;
use super::input::Input;
use super::refusal::{Failure, Refusal};
use super::sign::{self, Skew};
use super::store::{Row, text};
use super::world::{Who, World};
use crate::clock;
use crate::message::Request;
use crate::session::hex;

/// Who a request says to come from. The outer error ends the request at once, the inner one is the API's.
pub(super) type Claim = Result<Result<Who, Failure>, Refusal>;

/// Looks at the `Authorization` header.
pub(super) fn claim(world: &World, request: &Request) -> Claim {
    let Some(header) = request.header(AUTHORIZATION) else {
        return Err(Refusal::text("missing header 'Authorization'"));
    };
    if let Some(session) = request.authorization("OAuth") {
        return Ok(world.sessions.get(session).ok_or_else(Failure::session));
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
    match sign::skew(date, world.seconds(), world.offset, world.settings.zstack_checks_time_zone) {
        Skew::Unreadable => return Err(Refusal::text(format!("invalid 'Date' header: {date}"))),
        Skew::Seconds(seconds) if seconds.abs() > sign::MAX_SKEW => {
            return Err(Refusal::Text(StatusCode::FORBIDDEN, "requestTimeTooSkewed".to_owned()));
        }
        Skew::Seconds(_) => {}
    }
    Ok(signed(world, request, id, signature, date))
}

fn header_text<'r>(request: &'r Request, name: &HeaderName) -> Result<&'r str, Refusal> {
    request.header(name).ok_or_else(|| Refusal::text(format!("missing header '{name}'")))
}

fn signed(world: &World, request: &Request, id: &str, signature: &str, date: &str) -> Result<Who, Failure> {
    let keys = class::find("AccessKeyInventory").map(|class| world.store.rows(class)).unwrap_or_default();
    let key = keys.iter().find(|key| text(&key.body, "AccessKeyID") == id && text(&key.body, "state") != "Disabled");
    let key = key.ok_or_else(|| Failure::session_of("the access key id is not known"))?;
    let secret = text(&key.body, "AccessKeySecret");
    if !sign::fits(signature, secret, request.method.as_str(), date, &request.path) {
        return Err(Failure::session_of("wrong accessKey signature"));
    }
    Ok(Who { account: text(&key.body, "accountUuid").to_owned(), user: text(&key.body, "userUuid").to_owned() })
}

/// `LogInByAccount`.
pub(super) fn by_account(world: &mut World, input: &Input) -> Result<Value, Failure> {
    open(world, input.text("accountName"), None, input.text("password"))
}

/// `LogInByUser`.
pub(super) fn by_user(world: &mut World, input: &Input) -> Result<Value, Failure> {
    let account = match (input.text("accountName"), input.text("accountUuid")) {
        ("", "") => return Err(Failure::argument("accountName and accountUuid cannot both be null")),
        ("", uuid) => {
            let class = class::find("AccountInventory");
            let row = class.and_then(|class| world.store.get(class, uuid));
            row.map_or("", |row| text(&row.body, "name")).to_owned()
        }
        (name, _) => name.to_owned(),
    };
    open(world, &account, Some(input.text("userName")), input.text("password"))
}

/// `LogIn`, of which the open part of the product has accounts alone.
pub(super) fn generic(world: &mut World, input: &Input) -> Result<Value, Failure> {
    match input.text("loginType") {
        "account" => open(world, input.text("username"), None, input.text("password")),
        other => Err(Failure::authentication(format!("there is no login of the type '{other}' here"))),
    }
}

fn open(world: &mut World, account: &str, user: Option<&str>, password: &str) -> Result<Value, Failure> {
    let refused = || Failure::authentication("wrong account or username or password");
    let row = named(world, "AccountInventory", |row| text(&row.body, "name") == account).ok_or_else(refused)?;
    let owner = row.uuid().to_owned();
    let row = match user {
        None => row,
        Some(name) => {
            let is = |row: &Row| text(&row.body, "name") == name && text(&row.body, "accountUuid") == owner;
            named(world, "UserInventory", is).ok_or_else(refused)?
        }
    };
    let known = world.passwords.get(row.uuid()).cloned();
    let known = known.unwrap_or_else(|| hex(&Sha512::digest(&world.settings.password)));
    // The texts are compared, so that a hash in capitals is another.
    if known != password {
        return Err(refused());
    }
    let who = Who { account: owner, user: row.uuid().to_owned() };
    let opened = world.sessions.open(who.clone());
    let uuid = opened.get(..32).unwrap_or(&opened).to_owned();
    world.sessions.reopen(&opened, uuid.clone());
    let life = i64::try_from(world.settings.zstack_session_life.as_secs()).unwrap_or(i64::MAX);
    Ok(json!({"inventory": session(world, &uuid, &who, life)}))
}

fn named(world: &World, class: &str, is: impl Fn(&Row) -> bool) -> Option<Row> {
    world.store.rows(class::find(class)?).into_iter().find(is)
}

fn session(world: &World, uuid: &str, who: &Who, life: i64) -> Value {
    let ends = clock::java(world.seconds().saturating_add(life), world.offset);
    let kind = if who.account == ADMIN { "SystemAdmin" } else { "Normal" };
    json!({
        "uuid": uuid, "accountUuid": who.account, "userUuid": who.user, "userType": kind,
        "createDate": world.date(), "expiredDate": ends,
    })
}

/// `RenewSession`.
pub(super) fn renew(world: &mut World, input: &Input) -> Result<Value, Failure> {
    let uuid = input.text("sessionUuid");
    let life = i64::try_from(world.settings.zstack_session_life.as_secs()).unwrap_or(i64::MAX);
    let life = input.args.get("duration").and_then(Value::as_i64).unwrap_or(life);
    match world.sessions.get(uuid) {
        Some(who) if world.sessions.renew(uuid) => Ok(json!({"inventory": session(world, uuid, &who, life)})),
        _ => Err(Failure::session()),
    }
}

/// `LogOut`.
pub(super) fn out(world: &mut World, input: &Input) -> Result<Value, Failure> {
    world.sessions.close(input.text("sessionUuid"));
    Ok(json!({}))
}

/// `ValidateSession`.
pub(super) fn validate(world: &mut World, input: &Input) -> Result<Value, Failure> {
    Ok(json!({"valid": world.sessions.lives(input.text("sessionUuid"))}))
}
